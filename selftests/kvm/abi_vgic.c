// SPDX-License-Identifier: GPL-2.0-only
/*
 * The in-kernel GICv3 as user space and the guest's loads and stores see it.
 * Proves:
 *  - creation: the TEST flag, a second one, after a vCPU has run
 *  - addresses, number of interrupts and initialisation: errors and order
 *  - what the first KVM_RUN checks; with keel, that it may be corrected
 *  - registers by attributes: errors, raw pending latches, lines, IIDR; which
 *    vCPU's, whatever the order of creation
 *  - IIDR may be chosen before initialisation, for which a vCPU must be there
 *  - registers by the guest: widths, halves, private interrupts; 1020 to 1023 are none
 *  - a VM from the in-tree KVM keeps that one's single enable for both groups
 *  - the CPU interface outlives KVM_ARM_VCPU_INIT
 *  - IRQ_LINE, SET_GSI_ROUTING, SIGNAL_MSI: errors
 *  - each IRQ_LINE of 1 is an edge
 *  - IRQFD: errors, edges, routes, resampling, a line that is raised again at
 *    once, an event that came first, the eventfd going away
 */
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "lib/vm.h"

#define DIST		(MMIO_BASE + 0x10000)
#define REDIST		(MMIO_BASE + 0x100000)
#define FRAME		0x10000ul

#define GICD_CTLR	0x0000
#define GICD_TYPER	0x0004
#define GICD_IIDR	0x0008
#define GICD_STATUSR	0x0010
#define GICD_IGROUPR	0x0080
#define GICD_ISENABLER	0x0100
#define GICD_ISPENDR	0x0200
#define GICD_ICPENDR	0x0280
#define GICD_ISACTIVER	0x0300
#define GICD_ICACTIVER	0x0380
#define GICD_IPRIORITYR	0x0400
#define GICD_ICFGR	0x0c00
#define GICD_IROUTER	0x6000
#define PIDR2		0xffe8
#define GICR_TYPER	0x0008

#define ADDR_GROUP	KVM_DEV_ARM_VGIC_GRP_ADDR
#define ADDR_DIST	KVM_VGIC_V3_ADDR_TYPE_DIST
#define ADDR_REDIST	KVM_VGIC_V3_ADDR_TYPE_REDIST
#define ADDR_REGION	KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION
#define REGION(count, base, index)	((u64)(count) << 52 | (base) | (index))

#define SPI(n)		((u32)KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | (n))
#define PPI(n)		((u32)KVM_ARM_IRQ_TYPE_PPI << KVM_ARM_IRQ_TYPE_SHIFT | (n))

#define SPURIOUS	1023

static bool is_keel(void)
{
	return !access("/sys/module/keel", F_OK);
}

static int try_gic(int vm, u32 flags)
{
	struct kvm_create_device cd = { .type = KVM_DEV_TYPE_ARM_VGIC_V3, .flags = flags };
	int err = kvm(vm, KVM_CREATE_DEVICE, &cd);

	return err ? err : (int)cd.fd;
}

static int gic_fd(int vm)
{
	int fd = try_gic(vm, 0);

	if (fd == -ENODEV)
		ktap_skip("no GICv3 for guests");
	REQUIRE(fd > 0);
	return fd;
}

static int attr(int fd, unsigned long request, u32 group, u64 which, void *value)
{
	struct kvm_device_attr a = { .group = group, .attr = which, .addr = (u64)value };

	return kvm(fd, request, &a);
}

static int set_addr(int gic, u64 type, u64 addr)
{
	return attr(gic, KVM_SET_DEVICE_ATTR, ADDR_GROUP, type, &addr);
}

static int set_nr(int gic, u32 nr)
{
	return attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &nr);
}

static int init(int gic)
{
	return attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL,
		    KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
}

static u32 dist_get(int gic, u32 offset)
{
	u32 v = 0xdeadbeef;

	CHECK_EQ(attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, offset, &v), 0);
	return v;
}

static int dist_set(int gic, u32 offset, u32 v)
{
	return attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, offset, &v);
}

/* Placed and initialised, 96 interrupts. */
static int gic_ready(struct vm *vm)
{
	int gic = gic_fd(vm->fd);

	REQUIRE_EQ(set_nr(gic, 96), 0);
	REQUIRE_EQ(set_addr(gic, ADDR_DIST, DIST), 0);
	REQUIRE_EQ(set_addr(gic, ADDR_REDIST, REDIST), 0);
	REQUIRE_EQ(init(gic), 0);
	return gic;
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
	gic = gic_fd(vm->fd);
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
	int gic = gic_fd(vm->fd);

	if (!is_keel())
		ktap_skip("KVM keeps a GIC whose fd was closed");
	CHECK_EQ(set_nr(gic, 64), 0);
	CHECK_EQ(set_addr(gic, ADDR_REDIST, REDIST), 0);
	close(gic);
	gic = gic_ready(vm);
	close(gic);
	CHECK_EQ(try_gic(vm->fd, 0), -EEXIST);
	vcpu_sync(&vm->vcpu[0], 1);

	vm = vm_new(1, guest_nothing, 0);
	close(gic_fd(vm->fd));
	vcpu_sync(&vm->vcpu[0], 1);
}

static void addresses(void)
{
	int vm = vm_fd(0), gic = gic_fd(vm);
	u64 limit = 1ull << 40, v;

	CHECK_EQ(attr(gic, KVM_GET_DEVICE_ATTR, ADDR_GROUP, ADDR_DIST, &v), 0);
	CHECK_EQ(v, ~0ull);
	CHECK_EQ(set_addr(gic, ADDR_DIST, 0x1000), -EINVAL);
	CHECK_EQ(set_addr(gic, ADDR_DIST, limit), -E2BIG);
	CHECK_EQ(set_addr(gic, ADDR_DIST, limit - FRAME), 0);
	CHECK_EQ(set_addr(gic, ADDR_DIST, 0), -EEXIST);
	CHECK_EQ(set_addr(gic, 0, 0), -ENXIO);
	CHECK_EQ(set_addr(gic, 9, 0), -ENXIO);
	CHECK_EQ(attr(gic, KVM_SET_DEVICE_ATTR, ADDR_GROUP, ADDR_DIST, (void *)8), -EFAULT);

	vcpu_fd(vm, 0);
	vcpu_fd(vm, 1);
	CHECK_EQ(set_addr(gic, ADDR_REGION, REGION(0, 0x100000, 0)), -EINVAL);
	CHECK_EQ(set_addr(gic, ADDR_REGION, REGION(1, 0x100000, 0) | 1 << 12), -EINVAL);
	CHECK_EQ(set_addr(gic, ADDR_REGION, REGION(1, 0x100000, 1)), -EINVAL);
	CHECK_EQ(set_addr(gic, ADDR_REGION, REGION(2, limit - 3 * FRAME, 0)), -E2BIG);
	CHECK_EQ(set_addr(gic, ADDR_REGION, REGION(1, limit - 2 * FRAME, 0)), -EINVAL);
	CHECK_EQ(set_addr(gic, ADDR_REGION, REGION(2, limit + FRAME, 0)), -E2BIG);
	CHECK_EQ(set_addr(gic, ADDR_REGION, REGION(2, 0x100000, 0)), 0);
	CHECK_EQ(set_addr(gic, ADDR_REGION, REGION(2, 0x100000, 0)), -EINVAL);
	CHECK_EQ(set_addr(gic, ADDR_REGION, REGION(2, 0x130000, 1)), -EINVAL);
	CHECK_EQ(set_addr(gic, ADDR_REGION, REGION(2, 0x140000, 1)), 0);
	CHECK_EQ(set_addr(gic, ADDR_REDIST, 0x400000), -EINVAL);
	v = 1;
	CHECK_EQ(attr(gic, KVM_GET_DEVICE_ATTR, ADDR_GROUP, ADDR_REGION, &v), 0);
	CHECK_EQ(v, REGION(2, 0x140000, 1));
	v = 2;
	CHECK_EQ(attr(gic, KVM_GET_DEVICE_ATTR, ADDR_GROUP, ADDR_REGION, &v), -ENOENT);
}

static void legacy_region(void)
{
	int vm = vm_fd(0), gic = gic_fd(vm);

	vcpu_fd(vm, 0);
	vcpu_fd(vm, 1);
	CHECK_EQ(set_addr(gic, ADDR_DIST, 0x100000), 0);
	CHECK_EQ(set_addr(gic, ADDR_REDIST, 0x100000), -EINVAL);
	CHECK_EQ(set_addr(gic, ADDR_REDIST, 0xd0000), -EINVAL);
	CHECK_EQ(set_addr(gic, ADDR_REDIST, 0xc0000), 0);
	CHECK_EQ(set_addr(gic, ADDR_REDIST, 0x200000), -EEXIST);
	CHECK_EQ(set_addr(gic, ADDR_REGION, REGION(1, 0x300000, 0)), -EINVAL);
	/* the third redistributor would lie on the distributor */
	vcpu_fd(vm, 2);
	CHECK_EQ(kvm(vm, KVM_CREATE_VCPU, 3), -EINVAL);
}

static int icc(int gic, bool set, u64 instr, u64 *v)
{
	return attr(gic, set ? KVM_SET_DEVICE_ATTR : KVM_GET_DEVICE_ATTR,
		    KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, instr, v);
}

#define ICC(op1, crn, crm, op2)	(3 << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

static void initialisation(void)
{
	int vm = vm_fd(0), gic = gic_fd(vm);
	u32 v;

	/* in-tree KVM lets it pass, and no vCPU can be made any more */
	if (is_keel())
		CHECK_EQ(init(gic), -ENODEV);
	vcpu_fd(vm, 0);
	CHECK_EQ(set_nr(gic, 32), -EINVAL);
	CHECK_EQ(set_nr(gic, 65), -EINVAL);
	CHECK_EQ(set_nr(gic, 1056), -EINVAL);
	CHECK_EQ(attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &v), 0);
	CHECK_EQ(v, 32);
	CHECK_EQ(attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0, &v), -EBUSY);
	CHECK_EQ(init(gic), 0);
	CHECK_EQ(init(gic), 0);
	CHECK_EQ(set_nr(gic, 64), -EBUSY);
	CHECK_EQ(attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &v), 0);
	CHECK_EQ(v, 256);
	CHECK_EQ(kvm(vm, KVM_CREATE_VCPU, 1), -EBUSY);
	CHECK_EQ(attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL, 77, NULL), -ENXIO);
	CHECK_EQ(attr(gic, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL, 77, NULL), -ENXIO);
	CHECK_EQ(attr(gic, KVM_HAS_DEVICE_ATTR, 99, 0, NULL), -ENXIO);
}

static u32 redist_get(int gic, u64 mpidr, u32 offset)
{
	u32 v = 0xdeadbeef;

	CHECK_EQ(attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, mpidr << 32 | offset, &v), 0);
	return v;
}

/* Attributes name a vCPU by its affinity: not by its place among those that were made. */
static void vcpu_by_affinity(void)
{
	static const u32 ids[] = { 2, 0, 3, 1 };
	int vm = vm_fd(0), gic = gic_fd(vm);
	u64 pmr;
	u32 v;

	for (unsigned int i = 0; i < ARRAY_SIZE(ids); i++)
		vcpu_fd(vm, ids[i]);
	REQUIRE_EQ(init(gic), 0);
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
	gic = gic_fd(vm);
	vcpu_fd(vm, 1);
	vcpu_fd(vm, 2);
	REQUIRE_EQ(init(gic), 0);
	CHECK_EQ(attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, GICR_TYPER, &v), -EINVAL);
	CHECK_EQ(attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 32, &v), -EINVAL);
	CHECK_EQ(icc(gic, false, ICC(0, 4, 6, 0), &pmr), -EINVAL);
	/* the distributor is nobody's */
	CHECK_EQ(dist_get(gic, GICD_CTLR), 0x50);
}

static void early_iidr(void)
{
	int vm = vm_fd(0), gic = gic_fd(vm);
	u32 iidr;

	if (!is_keel())
		ktap_skip("KVM has it since 6.17");
	vcpu_fd(vm, 0);
	iidr = dist_get(gic, GICD_IIDR);
	CHECK_EQ(iidr, 0x4b00343b);
	CHECK_EQ(dist_set(gic, GICD_IIDR, 0x4b00243b), 0);
	/* as if there had never been one */
	close(gic);
	gic = gic_fd(vm);
	CHECK_EQ(dist_get(gic, GICD_IIDR), iidr);
	CHECK_EQ(dist_set(gic, GICD_IIDR, 0x4b00243b), 0);
	CHECK_EQ(dist_set(gic, 0xc, 0), 0);
	CHECK_EQ(dist_set(gic, 0xc, 1), -EINVAL);	/* GICD_TYPER2: no GICv4.1 */
	REQUIRE_EQ(init(gic), 0);
	CHECK_EQ(dist_get(gic, GICD_IIDR), 0x4b00243b);
}

/* In-tree KVM declares the VM dead after the first of these. */
static void first_run_corrected(void)
{
	struct vm *vm = vm_new(1, guest_nothing, 0);
	int gic = gic_fd(vm->fd);

	CHECK_EQ(vcpu_run(&vm->vcpu[0]), -ENXIO);
	if (!is_keel())
		ktap_skip("KVM declares the VM dead");
	CHECK_EQ(set_addr(gic, ADDR_DIST, DIST), 0);
	CHECK_EQ(vcpu_run(&vm->vcpu[0]), -ENXIO);
	CHECK_EQ(set_addr(gic, ADDR_REDIST, REDIST), 0);
	CHECK_EQ(vcpu_run(&vm->vcpu[0]), -EBUSY);
	CHECK_EQ(init(gic), 0);
	vcpu_sync(&vm->vcpu[0], 1);
}

static void registers_by_user(void)
{
	struct vm *vm = vm_new(1, guest_nothing, 0);
	int gic = gic_ready(vm);
	u32 iidr = dist_get(gic, GICD_IIDR), v = 0;

	CHECK_EQ(iidr & 0xff0f0fff, 0x4b00043b);
	CHECK_EQ(dist_get(gic, GICD_CTLR), 0x50);
	CHECK_EQ(dist_get(gic, GICD_TYPER) & 0x1f, 2);
	CHECK_EQ(dist_get(gic, GICD_TYPER) >> 25 & 1, is_keel());	/* no 1-of-N */
	CHECK_EQ(dist_get(gic, PIDR2) & 0xf0, 0x30);
	CHECK_EQ(attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, 0x78, &v), 0);
	CHECK_EQ(v, 0x580);	/* PENDBASER */
	CHECK_EQ(dist_set(gic, GICD_IIDR, iidr), 0);
	CHECK_EQ(dist_set(gic, GICD_IIDR, iidr ^ 1), -EINVAL);
	CHECK_EQ(dist_set(gic, GICD_IIDR, iidr | 0xf000), -EINVAL);
	CHECK_EQ(attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS,
		      7ull << 32, &v), -EINVAL);
	CHECK_EQ(attr(gic, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0x1230, NULL),
		 -ENXIO);

	/* level-sensitive, raised: pending, but not latched */
	CHECK_EQ(dist_set(gic, GICD_ICFGR + 8, 0), 0);
	v = 1u << 5;
	CHECK_EQ(attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 32, &v), 0);
	CHECK_EQ(dist_get(gic, GICD_ISPENDR + 4), 0);
	v = 0;
	CHECK_EQ(attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 32, &v), 0);
	CHECK_EQ(v, 1u << 5);
	CHECK_EQ(attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 33, &v), -EINVAL);
	/* the latch is written as a whole, and not by ICPENDR */
	CHECK_EQ(dist_set(gic, GICD_ISPENDR + 4, 0x5), 0);
	CHECK_EQ(dist_get(gic, GICD_ISPENDR + 4), 0x5);
	CHECK_EQ(dist_get(gic, GICD_ICPENDR + 4), 0);
	CHECK_EQ(dist_set(gic, GICD_ICPENDR + 4, ~0u), 0);
	CHECK_EQ(dist_get(gic, GICD_ISPENDR + 4), 0x5);
	CHECK_EQ(dist_set(gic, GICD_ISPENDR + 4, 0x4), 0);
	CHECK_EQ(dist_get(gic, GICD_ISPENDR + 4), 0x4);
	CHECK_EQ(dist_set(gic, GICD_ISPENDR + 4, 0), 0);
	CHECK_EQ(dist_get(gic, GICD_ISPENDR + 4), 0);
	/* beyond the last interrupt */
	CHECK_EQ(dist_set(gic, GICD_ISENABLER + 12, ~0u), 0);
	CHECK_EQ(dist_get(gic, GICD_ISENABLER + 12), 0);
}

/* A VMM may restore the GIC before it initialises the vCPUs. */
static void cpu_interface_stays(void)
{
	struct vm *vm = vm_new(1, guest_nothing, 0);
	int gic = gic_ready(vm);
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

static void w32(u64 addr, u32 v)
{
	asm volatile("str %w0, [%1]" :: "rZ"(v), "r"(addr) : "memory");
}

static u32 r32(u64 addr)
{
	u32 v;

	asm volatile("ldr %w0, [%1]" : "=r"(v) : "r"(addr) : "memory");
	return v;
}

static void w8(u64 addr, u32 v)
{
	asm volatile("strb %w0, [%1]" :: "rZ"(v), "r"(addr) : "memory");
}

static u32 r8(u64 addr)
{
	u32 v;

	asm volatile("ldrb %w0, [%1]" : "=r"(v) : "r"(addr) : "memory");
	return v;
}

static u32 r16(u64 addr)
{
	u32 v;

	asm volatile("ldrh %w0, [%1]" : "=r"(v) : "r"(addr) : "memory");
	return v;
}

static void guest_registers(u64 arg)
{
	u64 sgi = REDIST + FRAME, router = DIST + GICD_IROUTER + 8 * 40;

	/* priorities by byte and by word; five bits of them */
	w32(DIST + GICD_IPRIORITYR + 40, 0xffa81207);
	GUEST_EQ(r32(DIST + GICD_IPRIORITYR + 40), 0xf8a81000);
	w8(DIST + GICD_IPRIORITYR + 41, 0x78);
	GUEST_EQ(r32(DIST + GICD_IPRIORITYR + 40), 0xf8a87800);
	GUEST_EQ(r8(DIST + GICD_IPRIORITYR + 42), 0xa8);
	/* widths that the register does not take */
	GUEST_EQ(r16(DIST + GICD_IPRIORITYR + 42), 0);
	GUEST_EQ(r8(DIST + GICD_TYPER), 0);
	GUEST_EQ(mmio_read64(DIST + GICD_IPRIORITYR + 40), 0);
	w8(DIST + GICD_ISENABLER + 4, 0xff);
	GUEST_EQ(r32(DIST + GICD_ISENABLER + 4), 0);
	/* IROUTER whole and by halves */
	mmio_write64(router, 0x010203);
	GUEST_EQ(mmio_read64(router), 0x010203);
	GUEST_EQ(r32(router), 0x010203);
	GUEST_EQ(r32(router + 4), 0);
	w32(router, 1);
	GUEST_EQ(mmio_read64(router), 1);
	/* private interrupts are the redistributor's */
	w32(DIST + GICD_ISENABLER, ~0u);
	GUEST_EQ(r32(DIST + GICD_ISENABLER), 0);
	GUEST_EQ(mmio_read64(DIST + GICD_IROUTER), 0);
	w32(sgi + GICD_ISENABLER, 1u << 20);
	GUEST_EQ(r32(sgi + GICD_ISENABLER), 0xffff | 1u << 20);
	GUEST_EQ(r32(sgi + GICD_ICFGR), 0xaaaaaaaa);
	w32(sgi + GICD_ICFGR, 0);
	GUEST_EQ(r32(sgi + GICD_ICFGR), 0xaaaaaaaa);
	/* edge or level by the upper bit */
	w32(DIST + GICD_ICFGR + 8, 0xd);
	GUEST_EQ(r32(DIST + GICD_ICFGR + 8), 0x8);
	GUEST_SYNC(1, 0);
}

/* What has a bit of each of 992 to 1023, and is not 0 at reset or can be set. */
static const u32 bit_regs[] = { GICD_IGROUPR, GICD_ISENABLER, GICD_ISPENDR, GICD_ISACTIVER };

static void guest_last_registers(u64 arg)
{
	for (u32 i = 0; i < ARRAY_SIZE(bit_regs); i++) {
		u64 reg = DIST + bit_regs[i] + 124;

		w32(reg, ~0u);
		GUEST_EQ(r32(reg), 0x0fffffff);
	}
	w32(DIST + GICD_IPRIORITYR + 1016, ~0u);
	GUEST_EQ(r32(DIST + GICD_IPRIORITYR + 1016), 0xf8f8f8f8);
	w32(DIST + GICD_IPRIORITYR + 1020, ~0u);
	GUEST_EQ(r32(DIST + GICD_IPRIORITYR + 1020), 0);
	w8(DIST + GICD_IPRIORITYR + 1022, 0xff);
	GUEST_EQ(r8(DIST + GICD_IPRIORITYR + 1022), 0);
	w32(DIST + GICD_ICFGR + 252, ~0u);
	GUEST_EQ(r32(DIST + GICD_ICFGR + 252), 0xaaaaaa);
	mmio_write64(DIST + GICD_IROUTER + 8 * 1019, 1ul << 31 | 1);
	GUEST_EQ(mmio_read64(DIST + GICD_IROUTER + 8 * 1019), 1);
	mmio_write64(DIST + GICD_IROUTER + 8 * 1020, 1);
	GUEST_EQ(mmio_read64(DIST + GICD_IROUTER + 8 * 1020), 0);
	GUEST_SYNC(1, 0);
}

/* Whether SPI 40, of Group 0, arrives. */
static void guest_group0(u64 arg)
{
	msr(S3_0_C12_C12_5, 7);
	isb();
	msr(S3_0_C4_C6_0, 0xff);
	msr(S3_0_C12_C12_6, 1);
	isb();
	for (u64 i = 1;; i++) {
		u64 intid = mrs(S3_0_C12_C8_0);

		if (intid != SPURIOUS) {
			msr(S3_0_C12_C8_1, intid);
			isb();
		}
		GUEST_SYNC(i, intid);
	}
}

static void guest_state(u64 arg)
{
	u32 bit = 1u << 7;

	w32(DIST + GICD_ISPENDR + 4, bit);
	GUEST_EQ(r32(DIST + GICD_ISPENDR + 4), bit);
	GUEST_EQ(r32(DIST + GICD_ICPENDR + 4), bit);
	w32(DIST + GICD_ICPENDR + 4, bit);
	GUEST_EQ(r32(DIST + GICD_ISPENDR + 4), 0);
	w32(DIST + GICD_ISACTIVER + 4, bit);
	GUEST_EQ(r32(DIST + GICD_ISACTIVER + 4), bit);
	GUEST_EQ(r32(DIST + GICD_ICACTIVER + 4), bit);
	w32(DIST + GICD_ICACTIVER + 4, bit);
	GUEST_EQ(r32(DIST + GICD_ISACTIVER + 4), 0);
	/* interrupts that there are not */
	w32(DIST + GICD_ISPENDR + 12, ~0u);
	GUEST_EQ(r32(DIST + GICD_ISPENDR + 12), 0);
	/* outside every register */
	w32(DIST + 0xfff0, ~0u);
	GUEST_EQ(r32(DIST + 0xb000), 0);
	GUEST_EQ(r32(REDIST + 0x8) >> 4 & 1, 1);
	GUEST_EQ(r32(REDIST + PIDR2) & 0xf0, 0x30);
	GUEST_SYNC(1, 0);
}

static void registers_by_guest(void)
{
	struct vm *vm = vm_new(1, guest_registers, 0);

	gic_ready(vm);
	vcpu_sync(&vm->vcpu[0], 1);
	vm = vm_new(1, guest_state, 0);
	gic_ready(vm);
	vcpu_sync(&vm->vcpu[0], 1);
}

static int line(int vm, u32 irq, u32 level)
{
	struct kvm_irq_level l = { .irq = irq, .level = level };

	return kvm(vm, KVM_IRQ_LINE, &l);
}

static void irq_line(void)
{
	int vm = vm_fd(0), gic = gic_fd(vm);

	vcpu_fd(vm, 0);
	CHECK_EQ(line(vm, 0, 1), -ENXIO);
	CHECK_EQ(line(vm, SPI(40), 1), -EBUSY);
	CHECK_EQ(line(vm, PPI(20), 1), -EBUSY);
	CHECK_EQ(set_nr(gic, 64), 0);
	CHECK_EQ(init(gic), 0);
	CHECK_EQ(line(vm, SPI(31), 1), -EINVAL);
	CHECK_EQ(line(vm, SPI(63), 1), 0);
	CHECK_EQ(line(vm, SPI(64), 1), -EINVAL);
	CHECK_EQ(line(vm, PPI(15), 1), -EINVAL);
	CHECK_EQ(line(vm, PPI(20), 1), 0);
	CHECK_EQ(line(vm, PPI(32), 1), -EINVAL);
	CHECK_EQ(line(vm, PPI(20) | 3u << 16, 1), -EINVAL);
	CHECK_EQ(line(vm, SPI(63), 0), 0);
}

static void guest_returns(u64 arg)
{
	for (;;)
		GUEST_SYNC(1, 0);
}

/* Once a vCPU has run, its timer drives the line; user space has no part in it. */
static void irq_line_of_timer(void)
{
	struct vm *vm = vm_new(1, guest_returns, 0);
	int gic = gic_ready(vm);
	u32 bit = 1u << 27, v = 0;

	vcpu_sync(&vm->vcpu[0], 1);
	CHECK_EQ(line(vm->fd, PPI(27), 1), 0);
	CHECK_EQ(attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 0, &v), 0);
	CHECK_EQ(v & bit, 0);
	CHECK_EQ(line(vm->fd, PPI(20), 1), 0);
	CHECK_EQ(attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 0, &v), 0);
	CHECK_EQ(v, 1u << 20);
}

struct routes {
	struct kvm_irq_routing head;
	struct kvm_irq_routing_entry e[2];
};

static int route(int vm, struct routes *r, u32 nr)
{
	r->head.nr = nr;
	return kvm(vm, KVM_SET_GSI_ROUTING, r);
}

static void routing(void)
{
	struct routes r = { .e[0] = { .gsi = 4095, .type = KVM_IRQ_ROUTING_IRQCHIP } };
	struct kvm_msi msi = { 0 };
	int vm = vm_fd(0);

	/* QEMU 7.2 dereferences NULL where this is 0. */
	CHECK_EQ(kvm(vm, KVM_CHECK_EXTENSION, KVM_CAP_SIGNAL_MSI), 1);
	CHECK_EQ(kvm(vm, KVM_SIGNAL_MSI, &msi), -EINVAL);
	gic_fd(vm);
	CHECK_EQ(kvm_cap(KVM_CAP_IRQ_ROUTING), 4096);
	CHECK_EQ(route(vm, &r, 0), 0);
	CHECK_EQ(route(vm, &r, 1), 0);
	CHECK_EQ(route(vm, &r, 4097), -EINVAL);
	r.e[0].gsi = 4096;
	CHECK_EQ(route(vm, &r, 1), -EINVAL);
	r.e[0].gsi = 0;
	r.e[0].u.irqchip.pin = 987;
	CHECK_EQ(route(vm, &r, 1), 0);
	r.e[0].u.irqchip.pin = 988;
	CHECK_EQ(route(vm, &r, 1), -EINVAL);
	r.e[0].u.irqchip.pin = 5;
	r.e[0].u.irqchip.irqchip = 1;
	CHECK_EQ(route(vm, &r, 1), -EINVAL);
	r.e[0].u.irqchip.irqchip = 0;
	r.e[1] = r.e[0];
	CHECK_EQ(route(vm, &r, 2), -EINVAL);
	r.e[1].gsi = 1;
	CHECK_EQ(route(vm, &r, 2), 0);
	r.e[1].flags = KVM_MSI_VALID_DEVID;
	CHECK_EQ(route(vm, &r, 2), -EINVAL);
	r.e[1].flags = 0;
	r.e[1].type = 3;
	CHECK_EQ(route(vm, &r, 2), -EINVAL);
	r.head.flags = 1;
	CHECK_EQ(route(vm, &r, 1), -EINVAL);
	CHECK_EQ(kvm(vm, KVM_SIGNAL_MSI, &msi), -ENODEV);
}

static int efd(void)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	REQUIRE(fd >= 0);
	return fd;
}

static int irqfd(int vm, int fd, u32 gsi, u32 flags, int resample)
{
	struct kvm_irqfd a = { .fd = fd, .gsi = gsi, .flags = flags, .resamplefd = resample };

	return kvm(vm, KVM_IRQFD, &a);
}

static void signal_fd(int fd)
{
	u64 one = 1;

	CHECK_EQ(write(fd, &one, sizeof(one)), sizeof(one));
}

static bool is_signalled(int fd)
{
	u64 count;

	return read(fd, &count, sizeof(count)) == sizeof(count);
}

static void irqfd_arguments(void)
{
	int vm = vm_fd(0), gic, fd = efd(), other = efd();

	vcpu_fd(vm, 0);
	gic = gic_fd(vm);
	CHECK_EQ(irqfd(vm, fd, 0, 0, 0), -EAGAIN);
	CHECK_EQ(init(gic), 0);
	CHECK_EQ(irqfd(vm, fd, 0, 1u << 2, 0), -EINVAL);
	CHECK_EQ(irqfd(vm, -1, 0, 0, 0), -EBADF);
	CHECK_EQ(irqfd(vm, vm, 0, 0, 0), -EINVAL);
	CHECK_EQ(irqfd(vm, other, 0, KVM_IRQFD_FLAG_RESAMPLE, -1), -EBADF);
	CHECK_EQ(irqfd(vm, other, 0, KVM_IRQFD_FLAG_RESAMPLE, vm), -EINVAL);
	CHECK_EQ(irqfd(vm, fd, 0, 0, 0), 0);
	CHECK_EQ(irqfd(vm, fd, 1, 0, 0), -EBUSY);
	CHECK_EQ(irqfd(vm, other, 0, 0, 0), 0);
	CHECK_EQ(irqfd(vm, fd, 1, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	CHECK_EQ(irqfd(vm, fd, 1, 0, 0), -EBUSY);
	CHECK_EQ(irqfd(vm, fd, 0, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	CHECK_EQ(irqfd(vm, fd, 1, 0, 0), 0);
	CHECK_EQ(irqfd(vm, -1, 1, KVM_IRQFD_FLAG_DEASSIGN, 0), -EBADF);
}

/*
 * One eventfd for two VMs: since Linux 6.17 the host's kernel lets only one have
 * it, before it lets both. The one that has it keeps it either way, and the
 * other one can have it later.
 */
static void irqfd_two_vms(void)
{
	int vm[2], err, fd = efd();

	for (int i = 0; i < 2; i++) {
		vm[i] = vm_fd(0);
		vcpu_fd(vm[i], 0);
		REQUIRE_EQ(init(gic_fd(vm[i])), 0);
	}
	REQUIRE_EQ(irqfd(vm[0], fd, 0, 0, 0), 0);
	for (int i = 0; i < 2; i++) {
		err = irqfd(vm[1], fd, 0, i ? KVM_IRQFD_FLAG_RESAMPLE : 0, efd());
		CHECK(err == 0 || err == -EBUSY);
		CHECK_EQ(irqfd(vm[1], fd, 0, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	}
	signal_fd(fd);
	CHECK(!is_signalled(fd));
	CHECK_EQ(irqfd(vm[0], fd, 0, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	CHECK_EQ(irqfd(vm[1], fd, 0, 0, 0), 0);
	signal_fd(fd);
	CHECK(!is_signalled(fd));
}

/*
 * Acknowledge one interrupt per run and tell which; IRQs stay masked. arg:
 * INTID 32 to 47 are level-sensitive.
 */
static void guest_acknowledges(u64 arg)
{
	w32(DIST + GICD_CTLR, 2);
	w32(DIST + GICD_ICFGR + 8, arg ? 0 : 0xaaaaaaaa);
	w32(DIST + GICD_ISENABLER + 4, ~0u);
	msr(S3_0_C4_C6_0, 0xff);	/* ICC_PMR_EL1 */
	msr(S3_0_C12_C12_7, 1);		/* ICC_IGRPEN1_EL1 */
	isb();
	GUEST_SYNC(SPURIOUS, 0);
	for (;;) {
		u64 intid = mrs(S3_0_C12_C12_0);	/* ICC_IAR1_EL1 */

		dsb(sy);
		if (intid < 1020)
			msr(S3_0_C12_C12_1, intid);	/* ICC_EOIR1_EL1 */
		isb();
		GUEST_SYNC(intid, 0);
	}
}

#define NEXT(vm, intid)	CHECK_EQ(vcpu_ucall(&(vm)->vcpu[0]).a, intid)

static struct vm *vm_acknowledging(bool level)
{
	struct vm *vm = vm_new(1, guest_acknowledges, level);

	gic_ready(vm);
	NEXT(vm, SPURIOUS);
	NEXT(vm, SPURIOUS);
	return vm;
}

static void lines_to_guest(void)
{
	struct vm *vm = vm_acknowledging(false);

	CHECK_EQ(line(vm->fd, SPI(35), 1), 0);
	CHECK_EQ(line(vm->fd, SPI(35), 0), 0);
	NEXT(vm, 35);
	NEXT(vm, SPURIOUS);
	/* an edge each, without a 0 */
	CHECK_EQ(line(vm->fd, SPI(35), 1), 0);
	NEXT(vm, 35);
	CHECK_EQ(line(vm->fd, SPI(35), 1), 0);
	NEXT(vm, 35);
	NEXT(vm, SPURIOUS);

	vm = vm_acknowledging(true);
	CHECK_EQ(line(vm->fd, SPI(35), 1), 0);
	NEXT(vm, 35);
	NEXT(vm, 35);
	CHECK_EQ(line(vm->fd, SPI(35), 0), 0);
	NEXT(vm, SPURIOUS);
}

static void irqfd_edge(void)
{
	struct vm *vm = vm_acknowledging(false);
	struct routes r = { .e[0] = { .gsi = 100, .type = KVM_IRQ_ROUTING_IRQCHIP } };
	int fd = efd();

	REQUIRE_EQ(irqfd(vm->fd, fd, 7, 0, 0), 0);
	for (int i = 0; i < 3; i++) {
		signal_fd(fd);
		NEXT(vm, 39);
		NEXT(vm, SPURIOUS);
		CHECK(!is_signalled(fd));
	}
	/* another route for another GSI: this one leads nowhere */
	r.e[0].u.irqchip.pin = 1;
	REQUIRE_EQ(route(vm->fd, &r, 1), 0);
	signal_fd(fd);
	NEXT(vm, SPURIOUS);
	r.e[0].gsi = 7;
	REQUIRE_EQ(route(vm->fd, &r, 1), 0);
	signal_fd(fd);
	NEXT(vm, 33);
	CHECK_EQ(irqfd(vm->fd, fd, 7, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	signal_fd(fd);
	NEXT(vm, SPURIOUS);
	CHECK(is_signalled(fd));
}

/*
 * An event is one interrupt also where the guest made it level-sensitive. The
 * in-tree KVM pulses the line, which the guest may miss.
 */
static void irqfd_level(void)
{
	struct vm *vm = vm_acknowledging(true);
	int fd = efd();

	if (!is_keel())
		ktap_skip("KVM may lose it");
	REQUIRE_EQ(irqfd(vm->fd, fd, 7, 0, 0), 0);
	for (int i = 0; i < 3; i++) {
		signal_fd(fd);
		NEXT(vm, 39);
		NEXT(vm, SPURIOUS);
	}
}

static void irqfd_came_first(void)
{
	struct vm *vm = vm_acknowledging(false);
	int fd = efd();

	signal_fd(fd);
	REQUIRE_EQ(irqfd(vm->fd, fd, 7, 0, 0), 0);
	/* in-tree KVM leaves that to a work item */
	usleep(100000);
	NEXT(vm, 39);
	NEXT(vm, SPURIOUS);
}

static void irqfd_resample(void)
{
	struct vm *vm = vm_acknowledging(true);
	int fd = efd(), ack = efd();

	REQUIRE_EQ(irqfd(vm->fd, fd, 7, KVM_IRQFD_FLAG_RESAMPLE, ack), 0);
	for (int i = 0; i < 3; i++) {
		signal_fd(fd);
		CHECK(!is_signalled(ack));
		NEXT(vm, 39);
		/* the message's own exit is enough for the completion to be seen */
		NEXT(vm, SPURIOUS);
		CHECK(is_signalled(ack));
		CHECK(!is_signalled(ack));
	}
	/* deassigned while the line is up: it falls */
	signal_fd(fd);
	CHECK_EQ(irqfd(vm->fd, fd, 7, KVM_IRQFD_FLAG_RESAMPLE | KVM_IRQFD_FLAG_DEASSIGN, ack), 0);
	NEXT(vm, SPURIOUS);
	CHECK(!is_signalled(ack));
}

/* Two sources of one line: when one goes, the other's interrupt stays. */
static void irqfd_shared(void)
{
	struct vm *vm = vm_acknowledging(true);
	int a = efd(), b = efd(), ack_a = efd(), ack_b = efd();

	REQUIRE_EQ(irqfd(vm->fd, a, 7, KVM_IRQFD_FLAG_RESAMPLE, ack_a), 0);
	REQUIRE_EQ(irqfd(vm->fd, b, 7, KVM_IRQFD_FLAG_RESAMPLE, ack_b), 0);
	signal_fd(a);
	NEXT(vm, 39);
	NEXT(vm, SPURIOUS);
	CHECK(is_signalled(ack_a));
	CHECK(is_signalled(ack_b));
	signal_fd(b);
	CHECK_EQ(irqfd(vm->fd, a, 7, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	NEXT(vm, 39);
	NEXT(vm, SPURIOUS);
	CHECK(!is_signalled(ack_a));
	CHECK(is_signalled(ack_b));
}

/* The same with a GSI each, both routed to the one SPI. */
static void irqfd_two_gsis(void)
{
	struct vm *vm = vm_acknowledging(true);
	struct routes r = {
		.e[0] = { .gsi = 7, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = 7 },
		.e[1] = { .gsi = 100, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = 7 },
	};
	int a = efd(), b = efd(), ack_a = efd(), ack_b = efd();

	if (!is_keel())
		ktap_skip("KVM tells one of the GSIs, and lowers the line of both");
	REQUIRE_EQ(route(vm->fd, &r, 2), 0);
	REQUIRE_EQ(irqfd(vm->fd, a, 7, KVM_IRQFD_FLAG_RESAMPLE, ack_a), 0);
	REQUIRE_EQ(irqfd(vm->fd, b, 100, KVM_IRQFD_FLAG_RESAMPLE, ack_b), 0);
	signal_fd(a);
	NEXT(vm, 39);
	NEXT(vm, SPURIOUS);
	CHECK(is_signalled(ack_a));
	CHECK(is_signalled(ack_b));
	signal_fd(b);
	CHECK_EQ(irqfd(vm->fd, a, 7, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	NEXT(vm, 39);
	NEXT(vm, SPURIOUS);
	CHECK(!is_signalled(ack_a));
	CHECK(is_signalled(ack_b));
}

/*
 * A source that is told of the completion raises the line again at once: here
 * its resamplefd is an irqfd of the same line. The others are told as well, and
 * the line stays up. However they are ordered.
 */
static void reassert(int nth)
{
	struct vm *vm = vm_acknowledging(true);
	int fd[3] = { efd(), efd() }, ack[3] = { efd(), efd(), efd() };

	fd[2] = ack[0];
	for (int i = 0; i < 3; i++, nth = (nth + 1) % 3)
		REQUIRE_EQ(irqfd(vm->fd, fd[nth], 7, KVM_IRQFD_FLAG_RESAMPLE, ack[nth]), 0);
	signal_fd(fd[0]);
	for (int i = 0; i < 3; i++) {
		NEXT(vm, 39);
		CHECK(is_signalled(ack[1]));
		CHECK(is_signalled(ack[2]));
		/* in-tree KVM leaves raising it to a work item */
		if (!is_keel())
			usleep(100000);
	}
}

static void irqfd_reasserted(void)
{
	for (int first = 0; first < 3; first++)
		reassert(first);
}

/* The last reference to the eventfd goes: the irqfd with it in its own time, and the line falls. */
static void irqfd_closed(void)
{
	struct vm *vm = vm_acknowledging(true);
	u64 intid;
	int tries = 0;

	for (int i = 0; i < 50; i++) {
		int fd = efd(), ack = efd();

		REQUIRE_EQ(irqfd(vm->fd, fd, i % 16, KVM_IRQFD_FLAG_RESAMPLE, ack), 0);
		signal_fd(fd);
		close(ack);
		close(fd);
	}
	do {
		usleep(10000);
		intid = vcpu_ucall(&vm->vcpu[0]).a;
	} while (intid != SPURIOUS && ++tries < 1000);
	CHECK_EQ(intid, SPURIOUS);
}

static u32 levels(int gic, u32 base, const u32 *set)
{
	u32 v = set ? *set : 0;

	CHECK_EQ(attr(gic, set ? KVM_SET_DEVICE_ATTR : KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO,
		      base, &v), 0);
	return v;
}

static void last_interrupts(void)
{
	struct vm *vm = vm_new(1, guest_last_registers, 0);
	struct kvm_irq_level line = { .irq = SPI(1020), .level = 1 };
	int gic = gic_fd(vm->fd);
	u32 all = ~0u;

	if (!is_keel())
		ktap_skip("KVM has no more than 992 interrupts");
	REQUIRE_EQ(set_nr(gic, 1024), 0);
	REQUIRE_EQ(set_addr(gic, ADDR_DIST, DIST), 0);
	REQUIRE_EQ(set_addr(gic, ADDR_REDIST, REDIST), 0);
	REQUIRE_EQ(init(gic), 0);
	CHECK_EQ(dist_get(gic, GICD_TYPER) & 0x1f, 31);
	CHECK_EQ(kvm(vm->fd, KVM_IRQ_LINE, &line), -EINVAL);
	line.irq = SPI(1019);
	CHECK_EQ(kvm(vm->fd, KVM_IRQ_LINE, &line), 0);
	CHECK_EQ(levels(gic, 992, NULL), 1u << 27);
	levels(gic, 992, &all);
	CHECK_EQ(levels(gic, 992, NULL), 0x0fffffff);
	for (u32 i = 0; i < ARRAY_SIZE(bit_regs); i++) {
		CHECK_EQ(dist_set(gic, bit_regs[i] + 124, ~0u), 0);
		CHECK_EQ(dist_get(gic, bit_regs[i] + 124), 0x0fffffff);
	}
	CHECK_EQ(dist_set(gic, GICD_IPRIORITYR + 1020, ~0u), 0);
	CHECK_EQ(dist_get(gic, GICD_IPRIORITYR + 1020), 0);
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
	int gic = gic_ready(vm);
	u64 n = 1;

	CHECK_EQ(group0_arrives(vm, n++), SPURIOUS);
	CHECK_EQ(dist_get(gic, GICD_STATUSR), is_keel() ? 0 : ~0u);
	CHECK_EQ(dist_set(gic, GICD_IGROUPR + 4, ~(1u << 8)), 0);
	CHECK_EQ(dist_set(gic, GICD_ISENABLER + 4, 1u << 8), 0);
	CHECK_EQ(dist_set(gic, GICD_ISPENDR + 4, 1u << 8), 0);
	CHECK_EQ(group0_arrives(vm, n++), SPURIOUS);
	CHECK_EQ(dist_set(gic, GICD_CTLR, 0x52), 0);
	if (is_keel())
		CHECK_EQ(group0_arrives(vm, n++), SPURIOUS);
	CHECK_EQ(dist_set(gic, GICD_STATUSR, ~0u), 0);
	CHECK_EQ(dist_get(gic, GICD_STATUSR), ~0u);
	CHECK_EQ(dist_get(gic, GICD_CTLR), 0x52);
	/* the in-tree KVM forgets what it has pending while it forwards nothing */
	CHECK_EQ(dist_set(gic, GICD_ISPENDR + 4, 1u << 8), 0);
	CHECK_EQ(group0_arrives(vm, n++), 40);
	/* whoever else writes it */
	CHECK_EQ(dist_set(gic, GICD_CTLR, 0x53), 0);
	CHECK_EQ(dist_get(gic, GICD_CTLR), 0x52);
	if (!is_keel())
		return;
	/* in any order */
	CHECK_EQ(dist_set(gic, GICD_STATUSR, 0), 0);
	CHECK_EQ(dist_get(gic, GICD_CTLR), 0x53);
	CHECK_EQ(dist_set(gic, GICD_CTLR, 0x51), 0);
	CHECK_EQ(dist_set(gic, GICD_STATUSR, ~0u), 0);
	CHECK_EQ(dist_get(gic, GICD_CTLR), 0x50);
	CHECK_EQ(dist_set(gic, GICD_ISPENDR + 4, 1u << 8), 0);
	CHECK_EQ(group0_arrives(vm, n++), SPURIOUS);
	CHECK_EQ(dist_set(gic, GICD_STATUSR, 0), 0);
	CHECK_EQ(dist_get(gic, GICD_CTLR), 0x51);
	CHECK_EQ(group0_arrives(vm, n++), 40);
}

static const struct ktap_case cases[] = {
	{ "creation", creation },
	{ "creation undone", creation_undone },
	{ "addresses", addresses },
	{ "legacy redistributor region", legacy_region },
	{ "initialisation", initialisation },
	{ "IIDR before initialisation", early_iidr },
	{ "first run, corrected", first_run_corrected },
	{ "registers by attributes", registers_by_user },
	{ "registers of the vCPU that is named", vcpu_by_affinity },
	{ "registers by the guest", registers_by_guest },
	{ "interrupts 1020 to 1023", last_interrupts },
	{ "one enable for both groups", one_enable },
	{ "the CPU interface over KVM_ARM_VCPU_INIT", cpu_interface_stays },
	{ "IRQ_LINE", irq_line },
	{ "IRQ_LINE on a timer's PPI", irq_line_of_timer },
	{ "SET_GSI_ROUTING and SIGNAL_MSI", routing },
	{ "IRQFD's arguments", irqfd_arguments },
	{ "IRQFD: an eventfd for two VMs", irqfd_two_vms },
	{ "lines to the guest", lines_to_guest },
	{ "IRQFD: edges and routes", irqfd_edge },
	{ "IRQFD: events of a level-sensitive one", irqfd_level },
	{ "IRQFD: an event that came first", irqfd_came_first },
	{ "IRQFD: resampling", irqfd_resample },
	{ "IRQFD: two sources of a line", irqfd_shared },
	{ "IRQFD: two sources with a GSI each", irqfd_two_gsis },
	{ "IRQFD: raised again by who is told", irqfd_reasserted },
	{ "IRQFD: the eventfd goes away", irqfd_closed },
};

KTAP_MAIN(cases)
