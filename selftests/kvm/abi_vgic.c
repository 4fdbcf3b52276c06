// SPDX-License-Identifier: GPL-2.0-only
/*
 * The in-kernel GICv3 as user space and the guest's loads and stores see it
 * (abi_irqfd has how interrupts are raised). Proves:
 *  - creation: the TEST flag, a second one, after a vCPU has run, one whose fd cannot be told
 *  - addresses, number of interrupts and initialisation: errors and order; without a vCPU
 *  - what the first KVM_RUN checks; with keel, that it may be corrected
 *  - registers by attributes: errors, raw pending latches, lines, IIDR; which
 *    vCPU's, whatever the order of creation
 *  - IIDR may be chosen before initialisation, for which a vCPU must be there
 *  - registers by the guest: widths, halves, private interrupts; 1020 to 1023 are none
 *  - a VM from the in-tree KVM keeps that one's single enable for both groups
 *  - the CPU interface outlives KVM_ARM_VCPU_INIT
 */
#include <sys/mman.h>
#include <unistd.h>
#include "lib/gic.h"

#define FRAME		0x10000ul

#define ADDR_GROUP	KVM_DEV_ARM_VGIC_GRP_ADDR
#define ADDR_DIST	KVM_VGIC_V3_ADDR_TYPE_DIST
#define ADDR_REDIST	KVM_VGIC_V3_ADDR_TYPE_REDIST
#define ADDR_REGION	KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION
#define REGION(count, base, index)	((u64)(count) << 52 | (base) | (index))

static int try_gic(int vm, u32 flags)
{
	struct kvm_create_device cd = { .type = KVM_DEV_TYPE_ARM_VGIC_V3, .flags = flags };
	int err = kvm(vm, KVM_CREATE_DEVICE, &cd);

	return err ? err : (int)cd.fd;
}

static void guest_nothing(u64 arg)
{
	GUEST_SYNC(1, 0);
}

static void creation(void)
{
	struct vm *vm = vm_new(1, guest_nothing, 0);
	struct kvm_create_device cd = { .type = 0 };
	int gic;

	if (try_gic(vm->fd, KVM_CREATE_DEVICE_TEST) == -ENODEV)
		ktap_skip("no GICv3 for guests");
	CHECK_EQ(try_gic(vm->fd, KVM_CREATE_DEVICE_TEST), 0);
	CHECK_EQ(kvm(vm->fd, KVM_CREATE_DEVICE, &cd), -ENODEV);
	gic = gic_create(vm->fd);
	CHECK_EQ(try_gic(vm->fd, 0), -EEXIST);
	CHECK_EQ(try_gic(vm->fd, KVM_CREATE_DEVICE_TEST), 0);
	close(gic);

	vm = vm_new(1, guest_nothing, 0);
	vcpu_sync(&vm->vcpu[0], 1);
	CHECK_EQ(try_gic(vm->fd, 0), -EBUSY);
}

/* Only keel: a GIC that can never be initialised any more is not in the way of another. */
static void creation_undone(void)
{
	struct vm *vm = vm_new(1, guest_nothing, 0);
	int gic = gic_create(vm->fd);

	if (!on_keel())
		ktap_skip("KVM keeps a GIC whose fd was closed");
	CHECK_EQ(gic_set_nr(gic, 64), 0);
	CHECK_EQ(gic_set_addr(gic, ADDR_REDIST, GICR_BASE), 0);
	close(gic);
	gic = gic_new(vm, 96);
	close(gic);
	CHECK_EQ(try_gic(vm->fd, 0), -EEXIST);
	vcpu_sync(&vm->vcpu[0], 1);

	vm = vm_new(1, guest_nothing, 0);
	close(gic_create(vm->fd));
	vcpu_sync(&vm->vcpu[0], 1);
}

/* Only keel: a device whose fd cannot be told is not there, and nor is the fd. */
static void creation_untold(void)
{
	struct kvm_create_device *cd =
		mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int vm = vm_fd(0), next = dup(vm);

	if (!on_keel())
		ktap_skip("KVM makes it, and nobody knows its fd");
	close(gic_create(vm_fd(0)));
	cd->type = KVM_DEV_TYPE_ARM_VGIC_V3;
	close(next);
	mprotect(cd, PAGE, PROT_READ);
	CHECK_EQ(kvm(vm, KVM_CREATE_DEVICE, cd), -EFAULT);
	CHECK_EQ(dup(vm), next);
	mprotect(cd, PAGE, PROT_READ | PROT_WRITE);
	CHECK_EQ(kvm(vm, KVM_CREATE_DEVICE, cd), 0);
	/* nor does an error leave a number that is nobody's */
	cd->fd = ~0u;
	CHECK_EQ(kvm(vm, KVM_CREATE_DEVICE, cd), -EEXIST);
	CHECK_EQ(cd->fd, ~0u);
}

static void addresses(void)
{
	int vm = vm_fd(0), gic = gic_create(vm);
	u64 limit = 1ull << 40, v;

	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, ADDR_GROUP, ADDR_DIST, &v), 0);
	CHECK_EQ(v, ~0ull);
	CHECK_EQ(gic_set_addr(gic, ADDR_DIST, 0x1000), -EINVAL);
	CHECK_EQ(gic_set_addr(gic, ADDR_DIST, limit), -E2BIG);
	CHECK_EQ(gic_set_addr(gic, ADDR_DIST, limit - FRAME), 0);
	CHECK_EQ(gic_set_addr(gic, ADDR_DIST, 0), -EEXIST);
	CHECK_EQ(gic_set_addr(gic, 0, 0), -ENXIO);
	CHECK_EQ(gic_set_addr(gic, 9, 0), -ENXIO);
	CHECK_EQ(device_attr(gic, KVM_SET_DEVICE_ATTR, ADDR_GROUP, ADDR_DIST, (void *)8), -EFAULT);

	vcpu_fd(vm, 0);
	vcpu_fd(vm, 1);
	CHECK_EQ(gic_set_addr(gic, ADDR_REGION, REGION(0, 0x100000, 0)), -EINVAL);
	CHECK_EQ(gic_set_addr(gic, ADDR_REGION, REGION(1, 0x100000, 0) | 1 << 12), -EINVAL);
	CHECK_EQ(gic_set_addr(gic, ADDR_REGION, REGION(1, 0x100000, 1)), -EINVAL);
	CHECK_EQ(gic_set_addr(gic, ADDR_REGION, REGION(2, limit - 3 * FRAME, 0)), -E2BIG);
	CHECK_EQ(gic_set_addr(gic, ADDR_REGION, REGION(1, limit - 2 * FRAME, 0)), -EINVAL);
	CHECK_EQ(gic_set_addr(gic, ADDR_REGION, REGION(2, limit + FRAME, 0)), -E2BIG);
	CHECK_EQ(gic_set_addr(gic, ADDR_REGION, REGION(2, 0x100000, 0)), 0);
	CHECK_EQ(gic_set_addr(gic, ADDR_REGION, REGION(2, 0x100000, 0)), -EINVAL);
	CHECK_EQ(gic_set_addr(gic, ADDR_REGION, REGION(2, 0x130000, 1)), -EINVAL);
	CHECK_EQ(gic_set_addr(gic, ADDR_REGION, REGION(2, 0x140000, 1)), 0);
	CHECK_EQ(gic_set_addr(gic, ADDR_REDIST, 0x400000), -EINVAL);
	v = 1;
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, ADDR_GROUP, ADDR_REGION, &v), 0);
	CHECK_EQ(v, REGION(2, 0x140000, 1));
	v = 2;
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, ADDR_GROUP, ADDR_REGION, &v), -ENOENT);
}

static void legacy_region(void)
{
	int vm = vm_fd(0), gic = gic_create(vm);

	vcpu_fd(vm, 0);
	vcpu_fd(vm, 1);
	CHECK_EQ(gic_set_addr(gic, ADDR_DIST, 0x100000), 0);
	CHECK_EQ(gic_set_addr(gic, ADDR_REDIST, 0x100000), -EINVAL);
	CHECK_EQ(gic_set_addr(gic, ADDR_REDIST, 0xd0000), -EINVAL);
	CHECK_EQ(gic_set_addr(gic, ADDR_REDIST, 0xc0000), 0);
	CHECK_EQ(gic_set_addr(gic, ADDR_REDIST, 0x200000), -EEXIST);
	CHECK_EQ(gic_set_addr(gic, ADDR_REGION, REGION(1, 0x300000, 0)), -EINVAL);
	/* the third redistributor would lie on the distributor */
	vcpu_fd(vm, 2);
	CHECK_EQ(kvm(vm, KVM_CREATE_VCPU, 3), -EINVAL);
}

static int icc(int gic, bool set, u64 instr, u64 *v)
{
	return device_attr(gic, set ? KVM_SET_DEVICE_ATTR : KVM_GET_DEVICE_ATTR,
		    KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, instr, v);
}

#define ICC(op1, crn, crm, op2)	(3 << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

static void initialisation(void)
{
	int vm = vm_fd(0), gic = gic_create(vm);
	u32 v;

	vcpu_fd(vm, 0);
	CHECK_EQ(gic_set_nr(gic, 32), -EINVAL);
	CHECK_EQ(gic_set_nr(gic, 65), -EINVAL);
	CHECK_EQ(gic_set_nr(gic, 1056), -EINVAL);
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &v), 0);
	CHECK_EQ(v, 32);
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0, &v), -EBUSY);
	CHECK_EQ(gic_initialise(gic), 0);
	CHECK_EQ(gic_initialise(gic), 0);
	CHECK_EQ(gic_set_nr(gic, 64), -EBUSY);
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &v), 0);
	CHECK_EQ(v, 256);
	CHECK_EQ(kvm(vm, KVM_CREATE_VCPU, 1), -EBUSY);
	CHECK_EQ(device_attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL, 77, NULL), -ENXIO);
	CHECK_EQ(device_attr(gic, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL, 77, NULL), -ENXIO);
	CHECK_EQ(device_attr(gic, KVM_HAS_DEVICE_ATTR, 99, 0, NULL), -ENXIO);
}

/* Tests of VMMs have such: it has all that needs no vCPU, and none can be made any more. */
static void without_vcpu(void)
{
	int vm = vm_fd(0), gic = gic_create(vm);
	struct kvm_irq_level line = { .irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | 40 };
	u32 v = 1 << 8;
	u64 pmr;

	CHECK_EQ(gic_set_addr(gic, ADDR_DIST, 0x100000), 0);
	CHECK_EQ(gic_set_nr(gic, 64), 0);
	CHECK_EQ(gic_initialise(gic), 0);
	CHECK_EQ(device_attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL,
			     KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES, NULL), 0);
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, 8, &v), -EINVAL);
	CHECK_EQ(icc(gic, false, ICC(0, 4, 6, 0), &pmr), -EINVAL);
	/* a vCPU is named by its affinity, of the distributor's registers too */
	CHECK_EQ(device_attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0x104, &v), -EINVAL);
	line.level = 1;
	CHECK_EQ(kvm(vm, KVM_IRQ_LINE, &line), 0);
	line.level = 0;
	CHECK_EQ(kvm(vm, KVM_IRQ_LINE, &line), 0);
	CHECK_EQ(kvm(vm, KVM_CREATE_VCPU, 0), -EBUSY);
}

static u32 redist_get(int gic, u64 mpidr, u32 offset)
{
	u32 v = 0xdeadbeef;

	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, mpidr << 32 | offset, &v), 0);
	return v;
}

/* Attributes name a vCPU by its affinity: not by its place among those that were made. */
static void vcpu_by_affinity(void)
{
	static const u32 ids[] = { 2, 0, 3, 1 };
	int vm = vm_fd(0), gic = gic_create(vm);
	u64 pmr;
	u32 v;

	for (unsigned int i = 0; i < ARRAY_SIZE(ids); i++)
		vcpu_fd(vm, ids[i]);
	REQUIRE_EQ(gic_initialise(gic), 0);
	for (u64 id = 0; id < ARRAY_SIZE(ids); id++) {
		CHECK_EQ(redist_get(gic, id, GICR_TYPER) >> 8 & 0xffff, id);
		CHECK_EQ(redist_get(gic, id, GICR_TYPER + 4), id);
		pmr = id * 8;
		CHECK_EQ(icc(gic, true, id << 32 | ICC(0, 4, 6, 0), &pmr), 0);
	}
	for (u64 id = 0; id < ARRAY_SIZE(ids); id++) {
		CHECK_EQ(icc(gic, false, id << 32 | ICC(0, 4, 6, 0), &pmr), 0);
		CHECK_EQ(pmr, id * 8);
	}

	vm = vm_fd(0);
	gic = gic_create(vm);
	vcpu_fd(vm, 1);
	vcpu_fd(vm, 2);
	REQUIRE_EQ(gic_initialise(gic), 0);
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, GICR_TYPER, &v), -EINVAL);
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 32, &v), -EINVAL);
	CHECK_EQ(icc(gic, false, ICC(0, 4, 6, 0), &pmr), -EINVAL);
	/* the distributor is nobody's */
	CHECK_EQ(gic_get_dist(gic, GIC_CTLR), 0x50);
}

static void early_iidr(void)
{
	int vm = vm_fd(0), gic = gic_create(vm);
	u32 iidr;

	if (!on_keel())
		ktap_skip("KVM has it since 6.17");
	vcpu_fd(vm, 0);
	iidr = gic_get_dist(gic, GIC_IIDR);
	CHECK_EQ(iidr, 0x4b00343b);
	CHECK_EQ(gic_set_dist(gic, GIC_IIDR, 0x4b00243b), 0);
	/* as if there had never been one */
	close(gic);
	gic = gic_create(vm);
	CHECK_EQ(gic_get_dist(gic, GIC_IIDR), iidr);
	CHECK_EQ(gic_set_dist(gic, GIC_IIDR, 0x4b00243b), 0);
	CHECK_EQ(gic_set_dist(gic, 0xc, 0), 0);
	CHECK_EQ(gic_set_dist(gic, 0xc, 1), -EINVAL);	/* GICD_TYPER2: no GICv4.1 */
	REQUIRE_EQ(gic_initialise(gic), 0);
	CHECK_EQ(gic_get_dist(gic, GIC_IIDR), 0x4b00243b);
	CHECK_EQ(gic_set_dist(gic, 0xc, 0), 0);
	CHECK_EQ(gic_set_dist(gic, 0xc, 1), -EBUSY);	/* nor will it */
}

/* In-tree KVM declares the VM dead after the first of these. */
static void first_run_corrected(void)
{
	struct vm *vm = vm_new(1, guest_nothing, 0);
	int gic = gic_create(vm->fd);

	CHECK_EQ(vcpu_run(&vm->vcpu[0]), -ENXIO);
	if (!on_keel())
		ktap_skip("KVM declares the VM dead");
	CHECK_EQ(gic_set_addr(gic, ADDR_DIST, GICD), 0);
	CHECK_EQ(vcpu_run(&vm->vcpu[0]), -ENXIO);
	CHECK_EQ(gic_set_addr(gic, ADDR_REDIST, GICR_BASE), 0);
	CHECK_EQ(vcpu_run(&vm->vcpu[0]), -EBUSY);
	CHECK_EQ(gic_initialise(gic), 0);
	vcpu_sync(&vm->vcpu[0], 1);
}

static void registers_by_user(void)
{
	struct vm *vm = vm_new(1, guest_nothing, 0);
	int gic = gic_new(vm, 96);
	u32 iidr = gic_get_dist(gic, GIC_IIDR), v = 0;

	CHECK_EQ(iidr & 0xff0f0fff, 0x4b00043b);
	CHECK_EQ(gic_get_dist(gic, GIC_CTLR), 0x50);
	CHECK_EQ(gic_get_dist(gic, GIC_TYPER) & 0x1f, 2);
	CHECK_EQ(gic_get_dist(gic, GIC_TYPER) >> 25 & 1, on_keel());	/* no 1-of-N */
	CHECK_EQ(gic_get_dist(gic, GIC_PIDR2) & 0xf0, 0x30);
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, GICR_PENDBASER, &v), 0);
	CHECK_EQ(v, 0x580);
	CHECK_EQ(gic_set_dist(gic, GIC_IIDR, iidr), 0);
	CHECK_EQ(gic_set_dist(gic, GIC_IIDR, iidr ^ 1), -EINVAL);
	CHECK_EQ(gic_set_dist(gic, GIC_IIDR, iidr | 0xf000), -EINVAL);
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS,
		      7ull << 32, &v), -EINVAL);
	CHECK_EQ(device_attr(gic, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0x1230, NULL),
		 -ENXIO);

	/* level-sensitive, raised: pending, but not latched */
	CHECK_EQ(gic_set_dist(gic, GIC_ICFGR + 8, 0), 0);
	v = 1u << 5;
	CHECK_EQ(device_attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 32, &v), 0);
	CHECK_EQ(gic_get_dist(gic, GIC_ISPENDR + 4), 0);
	v = 0;
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 32, &v), 0);
	CHECK_EQ(v, 1u << 5);
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 33, &v), -EINVAL);
	/* the latch is written as a whole, and not by ICPENDR */
	CHECK_EQ(gic_set_dist(gic, GIC_ISPENDR + 4, 0x5), 0);
	CHECK_EQ(gic_get_dist(gic, GIC_ISPENDR + 4), 0x5);
	CHECK_EQ(gic_get_dist(gic, GIC_ICPENDR + 4), 0);
	CHECK_EQ(gic_set_dist(gic, GIC_ICPENDR + 4, ~0u), 0);
	CHECK_EQ(gic_get_dist(gic, GIC_ISPENDR + 4), 0x5);
	CHECK_EQ(gic_set_dist(gic, GIC_ISPENDR + 4, 0x4), 0);
	CHECK_EQ(gic_get_dist(gic, GIC_ISPENDR + 4), 0x4);
	CHECK_EQ(gic_set_dist(gic, GIC_ISPENDR + 4, 0), 0);
	CHECK_EQ(gic_get_dist(gic, GIC_ISPENDR + 4), 0);
	/* beyond the last interrupt */
	CHECK_EQ(gic_set_dist(gic, GIC_ISENABLER + 12, ~0u), 0);
	CHECK_EQ(gic_get_dist(gic, GIC_ISENABLER + 12), 0);
}

/* A VMM may restore the GIC before it initialises the vCPUs. */
static void cpu_interface_stays(void)
{
	struct vm *vm = vm_new(1, guest_nothing, 0);
	int gic = gic_new(vm, 96);
	u64 pmr = 0xf0, on = 1, apr = 1, v;

	CHECK_EQ(icc(gic, true, ICC(0, 4, 6, 0), &pmr), 0);
	CHECK_EQ(icc(gic, true, ICC(0, 12, 12, 7), &on), 0);
	CHECK_EQ(icc(gic, true, ICC(0, 12, 9, 0), &apr), 0);
	CHECK_EQ(vcpu_init_fd(vm->fd, vm->vcpu[0].fd, 0), 0);
	CHECK_EQ(icc(gic, false, ICC(0, 4, 6, 0), &v), 0);
	CHECK_EQ(v, pmr);
	CHECK_EQ(icc(gic, false, ICC(0, 12, 12, 7), &v), 0);
	CHECK_EQ(v, on);
	CHECK_EQ(icc(gic, false, ICC(0, 12, 9, 0), &v), 0);
	CHECK_EQ(v, apr);
	CHECK_EQ(icc(gic, true, ICC(0, 12, 12, 0), &v), -ENOENT);
}

static void guest_registers(u64 arg)
{
	u64 sgi = GIC_SGI(0), router = GICD_IROUTER(40);

	/* priorities by byte and by word; five bits of them */
	mmio_write32(GICD + GIC_IPRIORITYR + 40, 0xffa81207);
	GUEST_EQ(mmio_read32(GICD + GIC_IPRIORITYR + 40), 0xf8a81000);
	mmio_write8(GICD + GIC_IPRIORITYR + 41, 0x78);
	GUEST_EQ(mmio_read32(GICD + GIC_IPRIORITYR + 40), 0xf8a87800);
	GUEST_EQ(mmio_read8(GICD + GIC_IPRIORITYR + 42), 0xa8);
	/* widths that the register does not take */
	GUEST_EQ(mmio_read16(GICD + GIC_IPRIORITYR + 42), 0);
	GUEST_EQ(mmio_read8(GICD + GIC_TYPER), 0);
	GUEST_EQ(mmio_read64(GICD + GIC_IPRIORITYR + 40), 0);
	mmio_write8(GICD + GIC_ISENABLER + 4, 0xff);
	GUEST_EQ(mmio_read32(GICD + GIC_ISENABLER + 4), 0);
	/* IROUTER whole and by halves */
	mmio_write64(router, 0x010203);
	GUEST_EQ(mmio_read64(router), 0x010203);
	GUEST_EQ(mmio_read32(router), 0x010203);
	GUEST_EQ(mmio_read32(router + 4), 0);
	mmio_write32(router, 1);
	GUEST_EQ(mmio_read64(router), 1);
	/* private interrupts are the redistributor's */
	mmio_write32(GICD + GIC_ISENABLER, ~0u);
	GUEST_EQ(mmio_read32(GICD + GIC_ISENABLER), 0);
	GUEST_EQ(mmio_read64(GICD_IROUTER(0)), 0);
	mmio_write32(sgi + GIC_ISENABLER, 1u << 20);
	GUEST_EQ(mmio_read32(sgi + GIC_ISENABLER), 0xffff | 1u << 20);
	GUEST_EQ(mmio_read32(sgi + GIC_ICFGR), 0xaaaaaaaa);
	mmio_write32(sgi + GIC_ICFGR, 0);
	GUEST_EQ(mmio_read32(sgi + GIC_ICFGR), 0xaaaaaaaa);
	/* edge or level by the upper bit */
	mmio_write32(GICD + GIC_ICFGR + 8, 0xd);
	GUEST_EQ(mmio_read32(GICD + GIC_ICFGR + 8), 0x8);
	GUEST_SYNC(1, 0);
}

/* What has a bit of each of 992 to 1023, and is not 0 at reset or can be set. */
static const u32 bit_regs[] = { GIC_IGROUPR, GIC_ISENABLER, GIC_ISPENDR, GIC_ISACTIVER };

static void guest_last_registers(u64 arg)
{
	for (u32 i = 0; i < ARRAY_SIZE(bit_regs); i++) {
		u64 reg = GICD + bit_regs[i] + 124;

		mmio_write32(reg, ~0u);
		GUEST_EQ(mmio_read32(reg), 0x0fffffff);
	}
	mmio_write32(GICD + GIC_IPRIORITYR + 1016, ~0u);
	GUEST_EQ(mmio_read32(GICD + GIC_IPRIORITYR + 1016), 0xf8f8f8f8);
	mmio_write32(GICD + GIC_IPRIORITYR + 1020, ~0u);
	GUEST_EQ(mmio_read32(GICD + GIC_IPRIORITYR + 1020), 0);
	mmio_write8(GICD + GIC_IPRIORITYR + 1022, 0xff);
	GUEST_EQ(mmio_read8(GICD + GIC_IPRIORITYR + 1022), 0);
	mmio_write32(GICD + GIC_ICFGR + 252, ~0u);
	GUEST_EQ(mmio_read32(GICD + GIC_ICFGR + 252), 0xaaaaaa);
	mmio_write64(GICD_IROUTER(1019), 1ul << 31 | 1);
	GUEST_EQ(mmio_read64(GICD_IROUTER(1019)), 1);
	mmio_write64(GICD_IROUTER(1020), 1);
	GUEST_EQ(mmio_read64(GICD_IROUTER(1020)), 0);
	GUEST_SYNC(1, 0);
}

/* Whether SPI 40, of Group 0, arrives. */
static void guest_group0(u64 arg)
{
	icc_write(ICC_SRE, 7);
	icc_write(ICC_PMR, 0xff);
	icc_write(ICC_IGRPEN0, 1);
	for (u64 i = 1;; i++) {
		u64 intid = icc_read(ICC_IAR0);

		if (intid != GIC_SPURIOUS)
			icc_write(ICC_EOIR0, intid);
		GUEST_SYNC(i, intid);
	}
}

static void guest_state(u64 arg)
{
	u32 bit = 1u << 7;

	mmio_write32(GICD + GIC_ISPENDR + 4, bit);
	GUEST_EQ(mmio_read32(GICD + GIC_ISPENDR + 4), bit);
	GUEST_EQ(mmio_read32(GICD + GIC_ICPENDR + 4), bit);
	mmio_write32(GICD + GIC_ICPENDR + 4, bit);
	GUEST_EQ(mmio_read32(GICD + GIC_ISPENDR + 4), 0);
	mmio_write32(GICD + GIC_ISACTIVER + 4, bit);
	GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), bit);
	GUEST_EQ(mmio_read32(GICD + GIC_ICACTIVER + 4), bit);
	mmio_write32(GICD + GIC_ICACTIVER + 4, bit);
	GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), 0);
	/* interrupts that there are not */
	mmio_write32(GICD + GIC_ISPENDR + 12, ~0u);
	GUEST_EQ(mmio_read32(GICD + GIC_ISPENDR + 12), 0);
	/* outside every register */
	mmio_write32(GICD + 0xfff0, ~0u);
	GUEST_EQ(mmio_read32(GICD + 0xb000), 0);
	GUEST_EQ(mmio_read32(GICR_BASE + GICR_TYPER) >> 4 & 1, 1);
	GUEST_EQ(mmio_read32(GICR_BASE + GIC_PIDR2) & 0xf0, 0x30);
	GUEST_SYNC(1, 0);
}

static void registers_by_guest(void)
{
	struct vm *vm = vm_new(1, guest_registers, 0);

	gic_new(vm, 96);
	vcpu_sync(&vm->vcpu[0], 1);
	vm = vm_new(1, guest_state, 0);
	gic_new(vm, 96);
	vcpu_sync(&vm->vcpu[0], 1);
}

static u32 levels(int gic, u32 base, const u32 *set)
{
	u32 v = set ? *set : 0;

	CHECK_EQ(device_attr(gic, set ? KVM_SET_DEVICE_ATTR : KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO,
		      base, &v), 0);
	return v;
}

static void last_interrupts(void)
{
	struct vm *vm = vm_new(1, guest_last_registers, 0);
	int gic = gic_create(vm->fd);
	u32 all = ~0u;

	if (!on_keel())
		ktap_skip("KVM has no more than 992 interrupts");
	REQUIRE_EQ(gic_set_addr(gic, ADDR_REDIST, GICR_BASE), 0);
	gic_init(gic, 1024);
	CHECK_EQ(gic_get_dist(gic, GIC_TYPER) & 0x1f, 31);
	CHECK_EQ(gic_line(vm->fd, IRQ_SPI(1020), 1), -EINVAL);
	CHECK_EQ(gic_line(vm->fd, IRQ_SPI(1019), 1), 0);
	CHECK_EQ(levels(gic, 992, NULL), 1u << 27);
	levels(gic, 992, &all);
	CHECK_EQ(levels(gic, 992, NULL), 0x0fffffff);
	for (u32 i = 0; i < ARRAY_SIZE(bit_regs); i++) {
		CHECK_EQ(gic_set_dist(gic, bit_regs[i] + 124, ~0u), 0);
		CHECK_EQ(gic_get_dist(gic, bit_regs[i] + 124), 0x0fffffff);
	}
	CHECK_EQ(gic_set_dist(gic, GIC_IPRIORITYR + 1020, ~0u), 0);
	CHECK_EQ(gic_get_dist(gic, GIC_IPRIORITYR + 1020), 0);
	vcpu_sync(&vm->vcpu[0], 1);
}

static u32 group0_arrives(struct vm *vm, u64 n)
{
	struct ucall uc = vcpu_ucall(&vm->vcpu[0]);

	CHECK_EQ(uc.cmd, UCALL_SYNC);
	CHECK_EQ(uc.a, n);
	return uc.b;
}

/* What the in-tree KVM saves of a guest that has both groups on. */
static void one_enable(void)
{
	struct vm *vm = vm_new(1, guest_group0, 0);
	int gic = gic_new(vm, 96);
	u64 n = 1;

	CHECK_EQ(group0_arrives(vm, n++), GIC_SPURIOUS);
	CHECK_EQ(gic_get_dist(gic, GIC_STATUSR), on_keel() ? 0 : ~0u);
	CHECK_EQ(gic_set_dist(gic, GIC_IGROUPR + 4, ~(1u << 8)), 0);
	CHECK_EQ(gic_set_dist(gic, GIC_ISENABLER + 4, 1u << 8), 0);
	CHECK_EQ(gic_set_dist(gic, GIC_ISPENDR + 4, 1u << 8), 0);
	CHECK_EQ(group0_arrives(vm, n++), GIC_SPURIOUS);
	CHECK_EQ(gic_set_dist(gic, GIC_CTLR, 0x52), 0);
	if (on_keel())
		CHECK_EQ(group0_arrives(vm, n++), GIC_SPURIOUS);
	CHECK_EQ(gic_set_dist(gic, GIC_STATUSR, ~0u), 0);
	CHECK_EQ(gic_get_dist(gic, GIC_STATUSR), ~0u);
	CHECK_EQ(gic_get_dist(gic, GIC_CTLR), 0x52);
	/* the in-tree KVM forgets what it has pending while it forwards nothing */
	CHECK_EQ(gic_set_dist(gic, GIC_ISPENDR + 4, 1u << 8), 0);
	CHECK_EQ(group0_arrives(vm, n++), 40);
	/* whoever else writes it */
	CHECK_EQ(gic_set_dist(gic, GIC_CTLR, 0x53), 0);
	CHECK_EQ(gic_get_dist(gic, GIC_CTLR), 0x52);
	if (!on_keel())
		return;
	/* in any order */
	CHECK_EQ(gic_set_dist(gic, GIC_STATUSR, 0), 0);
	CHECK_EQ(gic_get_dist(gic, GIC_CTLR), 0x53);
	CHECK_EQ(gic_set_dist(gic, GIC_CTLR, 0x51), 0);
	CHECK_EQ(gic_set_dist(gic, GIC_STATUSR, ~0u), 0);
	CHECK_EQ(gic_get_dist(gic, GIC_CTLR), 0x50);
	CHECK_EQ(gic_set_dist(gic, GIC_ISPENDR + 4, 1u << 8), 0);
	CHECK_EQ(group0_arrives(vm, n++), GIC_SPURIOUS);
	CHECK_EQ(gic_set_dist(gic, GIC_STATUSR, 0), 0);
	CHECK_EQ(gic_get_dist(gic, GIC_CTLR), 0x51);
	CHECK_EQ(group0_arrives(vm, n++), 40);
}

static const struct ktap_case cases[] = {
	{ "creation", creation },
	{ "creation undone", creation_undone },
	{ "creation that cannot be told", creation_untold },
	{ "addresses", addresses },
	{ "legacy redistributor region", legacy_region },
	{ "initialisation without a vCPU", without_vcpu },
	{ "initialisation", initialisation },
	{ "IIDR before initialisation", early_iidr },
	{ "first run, corrected", first_run_corrected },
	{ "registers by attributes", registers_by_user },
	{ "registers of the vCPU that is named", vcpu_by_affinity },
	{ "registers by the guest", registers_by_guest },
	{ "interrupts 1020 to 1023", last_interrupts },
	{ "one enable for both groups", one_enable },
	{ "the CPU interface over KVM_ARM_VCPU_INIT", cpu_interface_stays },
};

KTAP_MAIN(cases)
