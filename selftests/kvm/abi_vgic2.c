// SPDX-License-Identifier: GPL-2.0-only
/*
 * The in-kernel GICv2 as user space sees it; on a host that has none to give, keel's in
 * software. Proves:
 *  - where there is none, what creating one gives
 *  - creation by device and by KVM_CREATE_IRQCHIP, each once, no GICv3
 *  - addresses of both interfaces, number of interrupts: errors and order
 *  - it initialises itself: at the first run, by IRQ_LINE, by an attribute
 *  - what the first KVM_RUN checks
 *  - registers by attributes: errors, banked ones, groups without IIDR,
 *    SGIs by sender, the CPU interface
 *  - a vCPU's number in them is its id, in whatever order they were created
 *  - eight vCPUs and no more
 *  - the guest finds in its CPU interface what user space put there, and the
 *    other way round; an interrupt goes on after it was saved while active
 */
#include <unistd.h>
#include "lib/gic2.h"

#define ADDR_GROUP	KVM_DEV_ARM_VGIC_GRP_ADDR
#define ADDR_DIST	KVM_VGIC_V2_ADDR_TYPE_DIST
#define ADDR_CPU	KVM_VGIC_V2_ADDR_TYPE_CPU
#define DIST_REGS	KVM_DEV_ARM_VGIC_GRP_DIST_REGS
#define CPU_REGS	KVM_DEV_ARM_VGIC_GRP_CPU_REGS
#define OF_CPU(n)	((u64)(n) << KVM_DEV_ARM_VGIC_CPUID_SHIFT)

static int try_gic(int vm, u32 type, u32 flags)
{
	struct kvm_create_device cd = { .type = type, .flags = flags };
	int err = kvm(vm, KVM_CREATE_DEVICE, &cd);

	return err ? err : (int)cd.fd;
}

static int has(int gic, u32 group, u64 which)
{
	return device_attr(gic, KVM_HAS_DEVICE_ATTR, group, which, NULL);
}

static int set_legacy_addr(int vm, u64 id, u64 addr)
{
	struct kvm_arm_device_addr a = { .id = id, .addr = addr };

	return kvm(vm, KVM_ARM_SET_DEVICE_ADDR, &a);
}

static u32 get_nr(int gic)
{
	u32 nr = 0;

	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &nr), 0);
	return nr;
}

static u32 get(int gic, u32 group, u64 which)
{
	u32 v = 0xdeadbeef;

	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, group, which, &v), 0);
	return v;
}

static int set(int gic, u32 group, u64 which, u32 v)
{
	return device_attr(gic, KVM_SET_DEVICE_ATTR, group, which, &v);
}

static void guest_nothing(u64 arg)
{
	GUEST_SYNC(1, 0);
}

/* In this emulator a GICv3 has no GICv2 in it; real ones may. */
static void none(void)
{
	char soft[32];
	int vm = vm_fd(0);

	if (*gic2_parameter)
		change_parameter("gicv2", gic2_parameter, soft);
	if (try_gic(vm, KVM_DEV_TYPE_ARM_VGIC_V2, KVM_CREATE_DEVICE_TEST) != -ENODEV)
		ktap_skip("there is a GICv2 for guests");
	CHECK_EQ(try_gic(vm, KVM_DEV_TYPE_ARM_VGIC_V2, 0), -ENODEV);
	CHECK_EQ(kvm(vm, KVM_CREATE_IRQCHIP, 0), kvm_cap(KVM_CAP_IRQCHIP) ? -ENODEV : -ENXIO);
	CHECK_EQ(set_legacy_addr(vm, ADDR_DIST, GICD), kvm_cap(KVM_CAP_IRQCHIP) ? -ENODEV : -ENXIO);
	CHECK_EQ(set_legacy_addr(vm, 1 << 16, GICD), -ENODEV);
	if (*gic2_parameter)
		change_parameter("gicv2", soft, gic2_parameter);
}

static void creation(void)
{
	struct vm *vm = vm_new(1, guest_nothing, 0);
	int gic = gic2_create(vm->fd);

	CHECK_EQ(kvm_cap(KVM_CAP_IRQCHIP), 1);
	CHECK_EQ(kvm_cap(KVM_CAP_ARM_SET_DEVICE_ADDR), 1);
	CHECK_EQ(try_gic(vm->fd, KVM_DEV_TYPE_ARM_VGIC_V2, KVM_CREATE_DEVICE_TEST), 0);
	CHECK_EQ(try_gic(vm->fd, KVM_DEV_TYPE_ARM_VGIC_V2, 0), -EEXIST);
	CHECK_EQ(kvm(vm->fd, KVM_CREATE_IRQCHIP, 0), -EEXIST);
	CHECK_EQ(try_gic(vm->fd, KVM_DEV_TYPE_ARM_VGIC_V3, 0),
		 gic_is_offered(KVM_DEV_TYPE_ARM_VGIC_V3) ? -EEXIST : -ENODEV);
	close(gic);
	CHECK_EQ(try_gic(vm->fd, KVM_DEV_TYPE_ARM_VGIC_V2, 0), -EEXIST);

	vm = vm_new(1, guest_nothing, 0);
	CHECK_EQ(kvm(vm->fd, KVM_CREATE_IRQCHIP, 0), 0);
	CHECK_EQ(kvm(vm->fd, KVM_CREATE_IRQCHIP, 0), -EEXIST);
	CHECK_EQ(try_gic(vm->fd, KVM_DEV_TYPE_ARM_VGIC_V2, 0), -EEXIST);

	vm = vm_new(1, guest_nothing, 0);
	vcpu_sync(&vm->vcpu[0], 1);
	CHECK_EQ(try_gic(vm->fd, KVM_DEV_TYPE_ARM_VGIC_V2, 0), -EBUSY);
	CHECK_EQ(kvm(vm->fd, KVM_CREATE_IRQCHIP, 0), -EBUSY);
}

/* Tests of VMMs have such. */
static void without_vcpu(void)
{
	int vm = vm_fd(0), gic = gic2_create(vm);
	struct kvm_irq_level line = {
		.irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | 40, .level = 1,
	};

	CHECK_EQ(gic_set_nr(gic, 64), 0);
	CHECK_EQ(gic_initialise(gic), 0);
	CHECK_EQ(set(gic, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0x104, 1 << 8), -EINVAL);
	CHECK_EQ(kvm(vm, KVM_IRQ_LINE, &line), 0);
	line.level = 0;
	CHECK_EQ(kvm(vm, KVM_IRQ_LINE, &line), 0);
	CHECK_EQ(kvm(vm, KVM_CREATE_VCPU, 0), -EBUSY);
}

static void addresses(void)
{
	int vm = vm_fd(0), gic = gic2_create(vm);
	u64 limit = 1ull << 40, v = 0;

	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, ADDR_GROUP, ADDR_DIST, &v), 0);
	CHECK_EQ(v, ~0ull);
	CHECK_EQ(gic_set_addr(gic, ADDR_DIST, 0x10800), -EINVAL);
	CHECK_EQ(gic_set_addr(gic, ADDR_DIST, ~0xfffull), -EINVAL);
	CHECK_EQ(gic_set_addr(gic, ADDR_DIST, limit), -E2BIG);
	CHECK_EQ(gic_set_addr(gic, ADDR_CPU, limit - 0x1000), -E2BIG);
	CHECK_EQ(gic_set_addr(gic, ADDR_DIST, limit - 0x1000), 0);
	CHECK_EQ(gic_set_addr(gic, ADDR_DIST, 0), -EEXIST);
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, ADDR_GROUP, ADDR_DIST, &v), 0);
	CHECK_EQ(v, limit - 0x1000);
	CHECK_EQ(gic_set_addr(gic, KVM_VGIC_V3_ADDR_TYPE_DIST, 0x100000), -ENXIO);
	CHECK_EQ(gic_set_addr(gic, KVM_VGIC_V3_ADDR_TYPE_REDIST, 0x100000), -ENXIO);
	CHECK_EQ(gic_set_addr(gic, 9, 0), -ENXIO);
	CHECK_EQ(device_attr(gic, KVM_SET_DEVICE_ATTR, ADDR_GROUP, ADDR_CPU, (void *)8), -EFAULT);
	CHECK_EQ(has(gic, ADDR_GROUP, ADDR_DIST), 0);
	CHECK_EQ(has(gic, ADDR_GROUP, ADDR_CPU), 0);
	CHECK_EQ(has(gic, ADDR_GROUP, KVM_VGIC_V3_ADDR_TYPE_DIST), -ENXIO);

	/* the older interface sets the same */
	CHECK_EQ(set_legacy_addr(vm, ADDR_DIST, 0x1000), -EEXIST);
	CHECK_EQ(set_legacy_addr(vm, ADDR_CPU, 0x800), -EINVAL);
	CHECK_EQ(set_legacy_addr(vm, 2, 0x100000), -ENODEV);
	CHECK_EQ(set_legacy_addr(vm, 1 << 16 | ADDR_CPU, 0x100000), -ENODEV);
	CHECK_EQ(set_legacy_addr(vm, ADDR_CPU, 0x100000), 0);
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, ADDR_GROUP, ADDR_CPU, &v), 0);
	CHECK_EQ(v, 0x100000);
	CHECK_EQ(set_legacy_addr(vm_fd(0), ADDR_CPU, 0x100000), -ENODEV);
}

static void initialisation(void)
{
	int vm = vm_fd(0), gic = gic2_create(vm);
	int vcpu = vcpu_fd(vm, 0);
	u32 v;

	CHECK(vcpu >= 0);
	CHECK_EQ(get_nr(gic), 32);
	CHECK_EQ(gic_set_nr(gic, 32), -EINVAL);
	CHECK_EQ(gic_set_nr(gic, 65), -EINVAL);
	CHECK_EQ(gic_set_nr(gic, 1056), -EINVAL);
	CHECK_EQ(gic_set_nr(gic, 64), 0);
	CHECK_EQ(gic_set_nr(gic, 64), -EBUSY);
	CHECK_EQ(has(gic, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT), 0);
	CHECK_EQ(has(gic, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES), -ENXIO);
	CHECK_EQ(device_attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL,
		      KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES, NULL), -ENXIO);
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, 0, &v), -ENXIO);
	CHECK_EQ(gic_initialise(gic), 0);
	CHECK_EQ(gic_initialise(gic), 0);
	CHECK_EQ(kvm(vm, KVM_CREATE_VCPU, 1), -EBUSY);

	/* by a line, and by a register */
	vm = vm_fd(0);
	gic = gic2_create(vm);
	vcpu_fd(vm, 0);
	CHECK_EQ(gic_line(vm, 0, 1), -ENXIO);
	CHECK_EQ(gic_line(vm, IRQ_SPI(40), 1), 0);
	CHECK_EQ(get_nr(gic), 256);
	CHECK_EQ(gic_set_nr(gic, 64), -EBUSY);
	CHECK_EQ(gic_line(vm, IRQ_SPI(256), 1), -EINVAL);
	CHECK_EQ(gic_line(vm, IRQ_PPI(20), 1), 0);
	CHECK_EQ(gic_line(vm, IRQ_PPI(20) | 3u << 16, 1), -EINVAL);
	vm = vm_fd(0);
	gic = gic2_create(vm);
	vcpu_fd(vm, 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_TYPER), 7);
	CHECK_EQ(get_nr(gic), 256);
}

static void first_run(void)
{
	struct vm *vm = vm_new(1, guest_nothing, 0);
	int gic = gic2_create(vm->fd);

	CHECK_EQ(gic_set_addr(gic, ADDR_DIST, GICD), 0);
	CHECK_EQ(vcpu_run(&vm->vcpu[0]), -ENXIO);

	vm = vm_new(1, guest_nothing, 0);
	gic = gic2_create(vm->fd);
	CHECK_EQ(gic_set_addr(gic, ADDR_DIST, GICC + 0x1000), 0);
	CHECK_EQ(gic_set_addr(gic, ADDR_CPU, GICC), 0);
	CHECK_EQ(vcpu_run(&vm->vcpu[0]), -EINVAL);

	/* nobody initialised it, and nobody holds it */
	vm = vm_new(1, guest_nothing, 0);
	gic = gic2_create(vm->fd);
	CHECK_EQ(gic_set_addr(gic, ADDR_DIST, GICD), 0);
	CHECK_EQ(gic_set_addr(gic, ADDR_CPU, GICC), 0);
	close(gic);
	vcpu_sync(&vm->vcpu[0], 1);

	vm = vm_new(1, guest_nothing, 0);
	CHECK_EQ(kvm(vm->fd, KVM_CREATE_IRQCHIP, 0), 0);
	CHECK_EQ(set_legacy_addr(vm->fd, ADDR_DIST, GICD), 0);
	CHECK_EQ(set_legacy_addr(vm->fd, ADDR_CPU, GICC), 0);
	vcpu_sync(&vm->vcpu[0], 1);
}

static void at_most_eight(void)
{
	int vm = vm_fd(0);

	gic2_create(vm);
	CHECK_EQ(kvm(vm, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS), 8);
	for (u32 i = 0; i < 8; i++)
		vcpu_fd(vm, i);
	CHECK_EQ(kvm(vm, KVM_CREATE_VCPU, 8), -EINVAL);
}

static int two_vcpus(void)
{
	int vm = vm_fd(0), gic = gic2_create(vm);

	vcpu_fd(vm, 0);
	vcpu_fd(vm, 1);
	REQUIRE_EQ(gic_set_nr(gic, 96), 0);
	return gic;
}

static void dist_registers(void)
{
	int gic = two_vcpus();

	CHECK_EQ(has(gic, DIST_REGS, GIC_CTLR), 0);
	CHECK_EQ(has(gic, DIST_REGS, GIC_CTLR + 2), -ENXIO);
	CHECK_EQ(has(gic, DIST_REGS, GIC_IGROUPR), 0);
	CHECK_EQ(has(gic, DIST_REGS, GIC_ISENABLER + 8), 0);
	CHECK_EQ(has(gic, DIST_REGS, GIC_ISENABLER + 12), -ENXIO);
	CHECK_EQ(has(gic, DIST_REGS, GIC_SGIR), 0);
	CHECK_EQ(has(gic, DIST_REGS, 0xfe8), -ENXIO);
	CHECK_EQ(has(gic, DIST_REGS, OF_CPU(2)), -EINVAL);
	CHECK_EQ(has(gic, CPU_REGS, GICC_IAR), -ENXIO);
	CHECK_EQ(has(gic, CPU_REGS, GICC_APR + 12), 0);
	CHECK_EQ(has(gic, CPU_REGS, OF_CPU(2)), -EINVAL);
	CHECK_EQ(set(gic, DIST_REGS, OF_CPU(2), 1), -EINVAL);
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, DIST_REGS, 0, (void *)8), -EFAULT);
	CHECK_EQ(device_attr(gic, KVM_SET_DEVICE_ATTR, DIST_REGS, 0, (void *)8), -EFAULT);

	CHECK_EQ(get(gic, DIST_REGS, GIC_TYPER), 1 << 5 | 2);
	CHECK_EQ(get(gic, DIST_REGS, GIC_IIDR), 0x4b00343b);
	CHECK_EQ(get(gic, DIST_REGS, 0xfe8), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_CTLR), 0);
	CHECK_EQ(set(gic, DIST_REGS, GIC_CTLR, 3), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_CTLR), 1);
	CHECK_EQ(get(gic, DIST_REGS, GIC_ISENABLER), 0xffff);
	CHECK_EQ(get(gic, DIST_REGS, GIC_ICFGR), 0xaaaaaaaa);
	CHECK_EQ(get(gic, DIST_REGS, GIC_ICFGR + 4), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_ICFGR + 8), 0xaaaaaaaa);

	/* groups: in-tree only for a VMM that has written IIDR */
	CHECK_EQ(get(gic, DIST_REGS, GIC_IGROUPR), 0);
	CHECK_EQ(set(gic, DIST_REGS, GIC_IGROUPR, ~0u), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_IGROUPR), on_keel() ? ~0u : 0);
	CHECK_EQ(set(gic, DIST_REGS, GIC_IGROUPR + 4, 0x80000001), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_IGROUPR + 4), on_keel() ? 0x80000001 : 0);
	CHECK_EQ(set(gic, DIST_REGS, GIC_IIDR, 0x4b00143b), -EINVAL);
	CHECK_EQ(set(gic, DIST_REGS, GIC_IIDR, 0x4b00343a), -EINVAL);
	CHECK_EQ(set(gic, DIST_REGS, GIC_IIDR, 0x4b00243b), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_IIDR), 0x4b00243b);
	CHECK_EQ(set(gic, DIST_REGS, GIC_IGROUPR, 0x80000001), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_IGROUPR), 0x80000001);
	CHECK_EQ(get(gic, DIST_REGS, OF_CPU(1) + GIC_IGROUPR), 0);
}

/* 1020 to 1023 are no interrupts. The in-tree KVM has none beyond 991. */
static void last_interrupts(void)
{
	static const u32 bit_regs[] = { GIC_IGROUPR, GIC_ISENABLER, GIC_ISPENDR, GIC_ISACTIVER };
	int vm = vm_fd(0), gic = gic2_create(vm);

	vcpu_fd(vm, 0);
	if (!on_keel())
		ktap_skip("KVM has no more than 992 interrupts");
	REQUIRE_EQ(gic_set_nr(gic, 1024), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_TYPER), 31);
	CHECK_EQ(set(gic, DIST_REGS, GIC_IIDR, get(gic, DIST_REGS, GIC_IIDR)), 0);
	for (u32 i = 0; i < ARRAY_SIZE(bit_regs); i++) {
		CHECK_EQ(set(gic, DIST_REGS, bit_regs[i] + 124, ~0u), 0);
		CHECK_EQ(get(gic, DIST_REGS, bit_regs[i] + 124), 0x0fffffff);
	}
	CHECK_EQ(set(gic, DIST_REGS, GIC_ITARGETSR + 1016, ~0u), 0);
	CHECK(get(gic, DIST_REGS, GIC_ITARGETSR + 1016));
	for (u32 reg = GIC_IPRIORITYR; reg <= GIC_ITARGETSR;
	     reg += GIC_ITARGETSR - GIC_IPRIORITYR) {
		CHECK_EQ(set(gic, DIST_REGS, reg + 1020, ~0u), 0);
		CHECK_EQ(get(gic, DIST_REGS, reg + 1020), 0);
	}
}

static void banked_registers(void)
{
	int gic = two_vcpus();

	CHECK_EQ(get(gic, DIST_REGS, GIC_ITARGETSR), 0x01010101);
	CHECK_EQ(get(gic, DIST_REGS, OF_CPU(1) + GIC_ITARGETSR + 28), 0x02020202);
	CHECK_EQ(set(gic, DIST_REGS, GIC_ITARGETSR, 0x02020202), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_ITARGETSR), 0x01010101);
	CHECK_EQ(get(gic, DIST_REGS, GIC_ITARGETSR + 32), 0);
	CHECK_EQ(set(gic, DIST_REGS, GIC_ITARGETSR + 32, 0xff040302), 0);
	CHECK_EQ(get(gic, DIST_REGS, OF_CPU(1) + GIC_ITARGETSR + 32), 0x03000302);

	CHECK_EQ(set(gic, DIST_REGS, OF_CPU(1) + GIC_IPRIORITYR, 0x10203f47), 0);
	CHECK_EQ(get(gic, DIST_REGS, OF_CPU(1) + GIC_IPRIORITYR), 0x10203840);
	CHECK_EQ(get(gic, DIST_REGS, GIC_IPRIORITYR), 0);

	/* SGIs: a bit for each sender */
	CHECK_EQ(set(gic, DIST_REGS, GIC_SPENDSGIR + 4, 0x00020003), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_SPENDSGIR + 4), 0x00020003);
	CHECK_EQ(get(gic, DIST_REGS, GIC_CPENDSGIR + 4), 0x00020003);
	CHECK_EQ(get(gic, DIST_REGS, OF_CPU(1) + GIC_SPENDSGIR + 4), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_ISPENDR), 1 << 4 | 1 << 6);
	CHECK_EQ(set(gic, DIST_REGS, GIC_CPENDSGIR + 4, 0x00000001), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_ISPENDR), 1 << 4 | 1 << 6);
	CHECK_EQ(set(gic, DIST_REGS, GIC_CPENDSGIR + 4, 0x00020002), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_ISPENDR), 0);
	CHECK_EQ(set(gic, DIST_REGS, OF_CPU(1) + GIC_ISPENDR, 1 << 9), 0);
	CHECK_EQ(get(gic, DIST_REGS, OF_CPU(1) + GIC_SPENDSGIR + 8), 0x00000200);
	CHECK_EQ(set(gic, DIST_REGS, OF_CPU(1) + GIC_ICPENDR, 1 << 9), 0);
	CHECK_EQ(get(gic, DIST_REGS, OF_CPU(1) + GIC_SPENDSGIR + 8), 0);
	CHECK_EQ(set(gic, DIST_REGS, OF_CPU(1) + GIC_SGIR, 1 << 16 | 3), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_SPENDSGIR), 0x02000000);
	CHECK_EQ(get(gic, DIST_REGS, GIC_SGIR), 0);

	CHECK_EQ(set(gic, DIST_REGS, GIC_ISPENDR + 4, 0x10), 0);
	CHECK_EQ(get(gic, DIST_REGS, OF_CPU(1) + GIC_ISPENDR + 4), 0x10);
	CHECK_EQ(set(gic, DIST_REGS, GIC_ISPENDR + 4, 0), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_ICPENDR + 4), 0x10);
	CHECK_EQ(set(gic, DIST_REGS, GIC_ICPENDR + 4, 0x10), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_ISPENDR + 4), 0);
}

/* In-tree an SPI's target and an SGI's are the vCPU that was created so late. */
static void numbers(void)
{
	int vm = vm_fd(0), gic = gic2_create(vm);

	vcpu_fd(vm, 1);
	vcpu_fd(vm, 0);
	REQUIRE_EQ(gic_set_nr(gic, 96), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_ITARGETSR), 0x01010101);
	CHECK_EQ(get(gic, DIST_REGS, OF_CPU(1) + GIC_ITARGETSR), 0x02020202);
	if (!on_keel())
		return;
	CHECK_EQ(set(gic, DIST_REGS, OF_CPU(1) + GIC_SGIR, 1 << 16 | 3), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_SPENDSGIR), 0x02000000);
	CHECK_EQ(get(gic, DIST_REGS, OF_CPU(1) + GIC_SPENDSGIR), 0);
	/* to all but oneself */
	CHECK_EQ(set(gic, DIST_REGS, GIC_SGIR, 1 << 24 | 4), 0);
	CHECK_EQ(get(gic, DIST_REGS, GIC_SPENDSGIR + 4), 0);
	CHECK_EQ(get(gic, DIST_REGS, OF_CPU(1) + GIC_SPENDSGIR + 4), 0x01);
}

/* An SPI goes to the vCPU of that id, though it is alone. */
static void target_by_id(void)
{
	int vm = vm_fd(0), gic = gic2_create(vm);

	vcpu_fd(vm, 3);
	REQUIRE_EQ(gic_set_nr(gic, 96), 0);
	CHECK_EQ(set(gic, DIST_REGS, OF_CPU(3) + GIC_ITARGETSR + 32, 0xff080301), 0);
	CHECK_EQ(get(gic, DIST_REGS, OF_CPU(3) + GIC_ITARGETSR + 32), on_keel() ? 0x08080000 : 0x01000101);
}

static void cpu_registers(void)
{
	int gic = two_vcpus();

	CHECK_EQ(get(gic, CPU_REGS, GICC_IIDR), 0x04b2043b);
	CHECK_EQ(get(gic, CPU_REGS, GICC_CTLR), 0);
	CHECK_EQ(set(gic, CPU_REGS, OF_CPU(1) + GICC_CTLR, ~0u), 0);
	CHECK_EQ(get(gic, CPU_REGS, OF_CPU(1) + GICC_CTLR), 0x21f);
	CHECK_EQ(get(gic, CPU_REGS, GICC_CTLR), 0);
	/* the five bits of the field, not the byte of the register */
	CHECK_EQ(set(gic, CPU_REGS, GICC_PMR, 0x35), 0);
	CHECK_EQ(get(gic, CPU_REGS, GICC_PMR), 0x15);
	CHECK_EQ(set(gic, CPU_REGS, GICC_BPR, 3), 0);
	CHECK_EQ(set(gic, CPU_REGS, GICC_ABPR, 5), 0);
	CHECK_EQ(get(gic, CPU_REGS, GICC_BPR), 3);
	CHECK_EQ(get(gic, CPU_REGS, GICC_ABPR), 5);
	CHECK_EQ(set(gic, CPU_REGS, GICC_APR, 0x40000010), 0);
	CHECK_EQ(set(gic, CPU_REGS, GICC_APR + 4, 1), 0);
	CHECK_EQ(get(gic, CPU_REGS, GICC_APR), 0x40000010);
	CHECK_EQ(get(gic, CPU_REGS, GICC_APR + 4), 0);
	CHECK_EQ(get(gic, CPU_REGS, GICC_IAR), 0);
}

static void guest_saved(u64 arg)
{
	gicc_write(GICC_PMR, 0xf0);
	gicc_write(GICC_BPR, 4);
	gicc_write(GICC_CTLR, 1);
	mmio_write32(GICD_CTLR, 1);
	mmio_write32(GICD + GIC_ISENABLER + 4, ~0u);
	mmio_write32(GICD + GIC_IPRIORITYR + 40, 0x80);
	mmio_write32(GICD + GIC_ISPENDR + 4, 1 << 8);
	GUEST_EQ(gicc_read(GICC_IAR), 40);
	GUEST_EQ(gicc_read(GICC_RPR), 0x80);
	GUEST_SYNC(1, 0);
}

/* Goes on where the other stopped, but with what user space put there. */
static void guest_restored(u64 arg)
{
	GUEST_EQ(gicc_read(GICC_PMR), 0x88);
	GUEST_EQ(gicc_read(GICC_BPR), 5);
	GUEST_EQ(gicc_read(GICC_CTLR), 3);
	GUEST_EQ(gicc_read(GICC_RPR), 0x80);
	GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), 1 << 8);
	gicc_write(GICC_EOIR, 40);
	GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), 0);
	GUEST_EQ(gicc_read(GICC_RPR), 0xff);
	GUEST_SYNC(2, 0);
}

/* Bank b of src to dst, n registers. */
static void copy(int dst, int src, u32 bank, unsigned int n)
{
	for (unsigned int i = 0; i < 4 * n; i += 4)
		CHECK_EQ(set(dst, DIST_REGS, bank + i, get(src, DIST_REGS, bank + i)), 0);
}

/* Saved while an interrupt is active, and restored into another VM, which goes on. */
static void save_restore(void)
{
	struct vm *from = vm_new(1, guest_saved, 0), *to = vm_new(1, guest_restored, 0);
	int a = gic2_place(from->fd, 64), b = gic2_place(to->fd, 64);

	vcpu_sync(&from->vcpu[0], 1);
	CHECK_EQ(get(a, CPU_REGS, GICC_PMR), 0x1e);
	CHECK_EQ(get(a, CPU_REGS, GICC_BPR), 4);
	CHECK_EQ(get(a, CPU_REGS, GICC_CTLR), 1);
	CHECK_EQ(get(a, CPU_REGS, GICC_APR), 1 << 16);
	CHECK_EQ(get(a, DIST_REGS, GIC_ISACTIVER + 4), 1 << 8);

	copy(b, a, GIC_CTLR, 1);
	copy(b, a, GIC_ISENABLER, 2);
	copy(b, a, GIC_IPRIORITYR, 16);
	copy(b, a, GIC_ITARGETSR, 16);
	copy(b, a, GIC_ISACTIVER, 2);
	CHECK_EQ(set(b, CPU_REGS, GICC_APR, get(a, CPU_REGS, GICC_APR)), 0);
	CHECK_EQ(set(b, CPU_REGS, GICC_PMR, 0x11), 0);
	CHECK_EQ(set(b, CPU_REGS, GICC_BPR, 5), 0);
	CHECK_EQ(set(b, CPU_REGS, GICC_CTLR, 3), 0);
	vcpu_sync(&to->vcpu[0], 2);
}

static void __attribute__((constructor)) offer(void)
{
	gic2_offer();
}

static const struct ktap_case cases[] = {
	{ "a host without GICv2", none },
	{ "creation", creation },
	{ "addresses", addresses },
	{ "initialisation", initialisation },
	{ "initialisation without a vCPU", without_vcpu },
	{ "first run", first_run },
	{ "at most eight vCPUs", at_most_eight },
	{ "distributor by attributes", dist_registers },
	{ "interrupts 1020 to 1023", last_interrupts },
	{ "banked registers by attributes", banked_registers },
	{ "a vCPU's number is its id", numbers },
	{ "targets are ids", target_by_id },
	{ "CPU interface by attributes", cpu_registers },
	{ "saved and restored", save_restore },
};

KTAP_MAIN(cases)
