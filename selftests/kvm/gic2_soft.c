// SPDX-License-Identifier: GPL-2.0-only
/*
 * A GICv2 whose CPU interface is software, on any host with a GIC. Proves:
 *  - GICC_*: what is kept of each register, what is reserved, accesses that are no
 *    word, accesses of a big-endian guest
 *  - the same interrupts, taken and ended by accesses that a fast exit serves and by
 *    such that it does not, in turn: edges, lines, SGIs by their sender, the timer's
 *  - Group 1 by GICC_AIAR, GICC_AEOIR and GICC_AHPPIR, or by AckCtl; masks, binary
 *    points and running priority
 *  - a guest that has it has no GICv3: no ID register promises it, its registers are UNDEFINED
 *  - the parameter gicv2, and how many vCPUs there may be
 */
#include <pthread.h>
#include <string.h>
#include "lib/gic2.h"

#define NR_IRQS	96
#define GRP0	1
#define GRP1	2
#define ACKCTL	4
#define FIQEN	8
#define EOIMODE	(1 << 9)

/* ---- the guest ---- */

/* As a big-endian guest has it, for which its tables are no tables. */
static u32 big(u64 addr, bool write, u32 val)
{
	u64 le = mrs(sctlr_el1), be = (le & ~1ul) | 1ul << 25;

	asm volatile("msr sctlr_el1, %2\n"
		     "isb\n"
		     "cbz %w4, 1f\n"
		     "str %w0, [%1]\n"
		     "b 2f\n"
		     "1: ldr %w0, [%1]\n"
		     "2: msr sctlr_el1, %3\n"
		     "isb" : "+&r"(val) : "r"(addr), "r"(be), "r"(le), "r"((u32)write) : "memory");
	return val;
}

/* no fast exit serves a big-endian access; the registers are little-endian */
static bool slowly;

static u32 get(u32 reg)
{
	return slowly ? __builtin_bswap32(big(GICC + reg, false, 0)) : gicc_read(reg);
}

static void put(u32 reg, u32 val)
{
	if (slowly)
		big(GICC + reg, true, __builtin_bswap32(val));
	else
		gicc_write(reg, val);
}

static void check_registers(void)
{
	GUEST_EQ(get(GICC_CTLR), 0);
	put(GICC_CTLR, ~0u);
	GUEST_EQ(get(GICC_CTLR), 0x21f);
	put(GICC_CTLR, 0);
	put(GICC_PMR, 0xff);
	GUEST_EQ(get(GICC_PMR), 0xf8);
	put(GICC_PMR, 0x7c);
	GUEST_EQ(get(GICC_PMR), 0x78);
	put(GICC_BPR, 0);
	GUEST_EQ(get(GICC_BPR), 2);
	put(GICC_BPR, 0xffff);
	GUEST_EQ(get(GICC_BPR), 7);
	put(GICC_ABPR, 1);
	GUEST_EQ(get(GICC_ABPR), 3);
	put(GICC_ABPR, 6);
	GUEST_EQ(get(GICC_ABPR), 6);
	GUEST_EQ(get(GICC_IAR), GIC_SPURIOUS);
	GUEST_EQ(get(GICC_AIAR), GIC_SPURIOUS);
	GUEST_EQ(get(GICC_HPPIR), GIC_SPURIOUS);
	GUEST_EQ(get(GICC_RPR), 0xff);
	GUEST_EQ(get(GICC_IIDR), 0x04b2043b);
	GUEST_EQ(get(GICC_EOIR), 0);
	GUEST_EQ(get(GICC_DIR), 0);
	put(GICC_IIDR, 0);
	put(GICC_IAR, 0);
	put(GICC_EOIR, 40);
	put(GICC_DIR, 40);
	for (u32 reg = 0x2c; reg < 0xd0; reg += 4) {
		put(reg, ~0u);
		GUEST_EQ(get(reg), 0);
	}
	put(0x1ffc, ~0u);
	GUEST_EQ(get(0x1ffc), 0);
}

/* What is no word is not there. */
static void check_widths(void)
{
	gicc_write(GICC_PMR, 0xa0);
	GUEST_EQ(mmio_read8(GICC + GICC_PMR), 0);
	GUEST_EQ(mmio_read16(GICC + GICC_PMR), 0);
	GUEST_EQ(mmio_read64(GICC + GICC_CTLR), 0);
	mmio_write8(GICC + GICC_PMR, 0xf0);
	mmio_write16(GICC + GICC_PMR, 0xf0);
	mmio_write64(GICC, ~0ul);
	GUEST_EQ(gicc_read(GICC_PMR), 0xa0);
	GUEST_EQ(gicc_read(GICC_CTLR), 0);
}

static void check_nothing_of_v3(void)
{
	guest_on(VEC_SYNC, guest_skip_sync);
	GUEST_EQ(mrs(id_aa64pfr0_el1) >> 24 & 15, 0);
	/* not ICC_SRE_EL1, which QEMU's CPUs do not trap */
	icc_read(ICC_IAR1);
	GUEST_EQ(guest_nr_sync, 1);
	GUEST_EQ(guest_last_esr >> 26, 0);
	icc_write(ICC_PMR, 0xff);
	GUEST_EQ(guest_nr_sync, 2);
	icc_write(ICC_SGI1R, 3 << 24 | 1 << 1);
	GUEST_EQ(guest_nr_sync, 3);
}

static void guest_registers(u64 arg)
{
	check_registers();
	slowly = true;
	check_registers();
	slowly = false;
	check_widths();
	check_nothing_of_v3();
}

static void gic_on(u32 ctlr)
{
	gic2_enable(NR_IRQS);
	gicc_write(GICC_CTLR, ctlr);
}

static void pend(u32 intid)
{
	gic_set_bit(GIC_ISPENDR, intid);
}

/* Each access alternates between the ways, by the bits of how. */
static u32 take(unsigned int *how)
{
	slowly = *how & 1;
	*how = *how >> 1 | *how << 31;
	return get(GICC_IAR);
}

static void end(unsigned int *how, u32 reg, u32 val)
{
	slowly = *how & 1;
	*how = *how >> 1 | *how << 31;
	put(reg, val);
}

static void guest_ways(u64 arg)
{
	unsigned int how = 0x6c9a53b1, left;

	gic_on(GRP0);
	for (unsigned int round = 0; round < 40; round++) {
		bool split = round & 1;

		gicc_write(GICC_CTLR, split ? GRP0 | EOIMODE : GRP0);
		/* more than the list has room for, in an order that is the GIC's affair */
		for (u32 i = 0; i < 20; i++)
			pend(40 + i);
		mmio_write32(GICD + GIC_SGIR, 2 << 24 | 3);
		left = 0xfffff | 1 << 31;
		while (left) {
			u32 intid = take(&how), bit = intid == 3 ? 31 : intid - 40;

			GUEST_ASSERT(bit < 32 && (left & 1u << bit));
			left &= ~(1u << bit);
			/* the SGI is the least urgent */
			GUEST_ASSERT(intid != 3 || !left);
			GUEST_EQ(gicc_read(GICC_RPR), intid == 3 ? 0x80 : 0);
			end(&how, GICC_EOIR, intid);
			GUEST_EQ(gicc_read(GICC_RPR), 0xff);
			if (split)
				end(&how, GICC_DIR, intid);
		}
		GUEST_EQ(take(&how), GIC_SPURIOUS);
		GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER) | mmio_read32(GICD + GIC_ISACTIVER + 4), 0);
		GUEST_EQ(mmio_read32(GICD + GIC_ISPENDR + 4), 0);
	}
}

/*
 * The virtual timer's, whose host interrupt has to end with it by either way: else it comes once.
 */
static void guest_timer(u64 arg)
{
	unsigned int how = 0x35c6a96b;
	u64 end_of_wait;

	gic_on(GRP0);
	for (unsigned int round = 0; round < 40; round++) {
		msr(cntv_cval_el0, mrs(cntvct_el0) + 1000);
		msr(cntv_ctl_el0, 1);
		isb();
		end_of_wait = mrs(cntvct_el0) + 60 * mrs(cntfrq_el0);
		while (gicc_read(GICC_HPPIR) != 27)
			GUEST_ASSERT(mrs(cntvct_el0) < end_of_wait);
		GUEST_EQ(take(&how), 27);
		if (round % 3) {
			msr(cntv_ctl_el0, 0);
			isb();
		}
		/* its line is high still: it comes again at once */
		end(&how, GICC_EOIR, 27);
		if (round % 3)
			continue;
		while (gicc_read(GICC_HPPIR) != 27)
			GUEST_ASSERT(mrs(cntvct_el0) < end_of_wait);
		GUEST_EQ(take(&how), 27);
		msr(cntv_ctl_el0, 0);
		isb();
		end(&how, GICC_EOIR, 27);
	}
	GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER), 0);
}

static u64 nr_irq, nr_fiq;

static void count_irq(struct guest_regs *regs)
{
	nr_irq++;
	regs->pstate |= 0xc0;
}

static void count_fiq(struct guest_regs *regs)
{
	nr_fiq++;
	regs->pstate |= 0xc0;
}

/* Which line is high now: 1 IRQ, 2 FIQ, by the exceptions that come. */
static u64 lines(void)
{
	nr_irq = nr_fiq = 0;
	irq_on();
	isb();
	irq_off();
	return (nr_irq ? 1 : 0) | (nr_fiq ? 2 : 0);
}

/* 40 in Group 0 with priority 0x80, 41 in Group 1 with 0x60, 42 in Group 1 with 0x40. */
static void check_groups(void)
{
	pend(40);
	GUEST_EQ(lines(), 2);
	pend(41);
	GUEST_EQ(lines(), 1);
	GUEST_EQ(get(GICC_HPPIR), 1022);
	GUEST_EQ(get(GICC_AHPPIR), 41);
	GUEST_EQ(get(GICC_IAR), 1022);
	GUEST_EQ(lines(), 1);
	/* one bit of group priority: nothing is more urgent then */
	put(GICC_ABPR, 7);
	GUEST_EQ(get(GICC_AIAR), 41);
	GUEST_EQ(get(GICC_RPR), 0);
	GUEST_EQ(lines(), 0);
	GUEST_EQ(get(GICC_AIAR), GIC_SPURIOUS);
	GUEST_EQ(get(GICC_AHPPIR), GIC_SPURIOUS);
	GUEST_EQ(get(GICC_HPPIR), 40);
	pend(42);
	GUEST_EQ(get(GICC_AHPPIR), 42);
	GUEST_EQ(lines(), 0);
	put(GICC_AEOIR, 41);
	GUEST_EQ(get(GICC_RPR), 0xff);
	put(GICC_ABPR, 0);
	GUEST_EQ(lines(), 1);
	put(GICC_PMR, 0x40);
	GUEST_EQ(lines(), 0);
	put(GICC_PMR, 0xf0);
	put(GICC_CTLR, GRP0 | GRP1 | FIQEN | ACKCTL);
	GUEST_EQ(get(GICC_IAR), 42);
	GUEST_EQ(get(GICC_APR), 1 << 8);
	put(GICC_AEOIR, 42);
	GUEST_EQ(get(GICC_RPR), 0xff);
	GUEST_EQ(lines(), 2);
	put(GICC_CTLR, GRP0 | GRP1);
	GUEST_EQ(lines(), 1);
	GUEST_EQ(get(GICC_IAR), 40);
	put(GICC_AEOIR, 40);
	GUEST_EQ(get(GICC_RPR), 0x80);
	put(GICC_EOIR, 40);
	GUEST_EQ(get(GICC_RPR), 0xff);
	GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), 0);
	put(GICC_CTLR, GRP0 | GRP1 | FIQEN);
}

static void guest_groups(u64 arg)
{
	gic_on(GRP0 | GRP1 | FIQEN);
	guest_on(VEC_IRQ, count_irq);
	guest_on(VEC_FIQ, count_fiq);
	mmio_write32(GICD + GIC_IGROUPR + 4, 3 << 9);
	mmio_write8(GICD + GIC_IPRIORITYR + 40, 0x80);
	mmio_write8(GICD + GIC_IPRIORITYR + 41, 0x60);
	mmio_write8(GICD + GIC_IPRIORITYR + 42, 0x40);
	check_groups();
	slowly = true;
	check_groups();
}

static void guest_nothing(u64 arg)
{
}

/* ---- the host ---- */

static char parameter[32];	/* as it was */

static void soft(void)
{
	if (!change_parameter("gicv2", "soft", parameter))
		ktap_skip("no parameter gicv2");
}

static void restore(void)
{
	char unused[32];

	change_parameter("gicv2", parameter, unused);
}

/* With n vCPUs and a GICv2 in software, made while the parameter says so. */
static struct vm *new_vm(unsigned int n, void (*fn)(u64))
{
	struct vm *vm = vm_new(n, fn, 0);
	int gic;

	soft();
	gic = device_new(vm->fd, KVM_DEV_TYPE_ARM_VGIC_V2);
	restore();
	if (gic == -ENODEV)
		ktap_skip("the host's interrupt controller is no GIC");
	REQUIRE(gic >= 0, "%d", gic);
	REQUIRE_EQ(gic_set_nr(gic, NR_IRQS), 0);
	REQUIRE_EQ(gic_set_addr(gic, KVM_VGIC_V2_ADDR_TYPE_DIST, GICD), 0);
	REQUIRE_EQ(gic_set_addr(gic, KVM_VGIC_V2_ADDR_TYPE_CPU, GICC), 0);
	return vm;
}

static void run(void (*fn)(u64))
{
	vcpu_finish(&new_vm(1, fn)->vcpu[0]);
}

static void registers(void)
{
	vcpu_finish(&new_vm(2, guest_registers)->vcpu[0]);
}

/* A VMM writes back what it read before it made the GIC. */
static void read_before(void)
{
	struct vm *vm = vm_new(1, guest_registers, 0);
	u64 pfr0 = reg_read(&vm->vcpu[0], REG_SYS(3, 0, 0, 4, 0));

	soft();
	REQUIRE(device_new(vm->fd, KVM_DEV_TYPE_ARM_VGIC_V2) >= 0);
	restore();
	CHECK_EQ(reg_set(vm->vcpu[0].fd, REG_SYS(3, 0, 0, 4, 0), &pfr0), 0);
	CHECK_EQ(reg_read(&vm->vcpu[0], REG_SYS(3, 0, 0, 4, 0)) >> 24 & 15, 0);
}

static void ways(void) { run(guest_ways); }
static void timer(void) { run(guest_timer); }
static void groups(void) { run(guest_groups); }

static void by_parameter(void)
{
	bool v3 = gic_is_offered(KVM_DEV_TYPE_ARM_VGIC_V3),
	     v2 = gic_is_offered(KVM_DEV_TYPE_ARM_VGIC_V2);
	struct vm *vm;
	char old[32];

	soft();
	if (!gic_is_offered(KVM_DEV_TYPE_ARM_VGIC_V2)) {
		restore();
		ktap_skip("the host's interrupt controller is no GIC");
	}
	CHECK(strcmp(parameter, "auto\n") || v2 == !v3);
	CHECK_EQ(kvm_cap(KVM_CAP_IRQCHIP), 1);
	vm = vm_new(1, guest_nothing, 0);
	CHECK(change_parameter("gicv2", "off", old));
	CHECK_EQ(strcmp(old, "soft\n"), 0);
	CHECK(!gic_is_offered(KVM_DEV_TYPE_ARM_VGIC_V2));
	CHECK_EQ(device_new(vm->fd, KVM_DEV_TYPE_ARM_VGIC_V2), -ENODEV);
	CHECK_EQ(kvm(vm->fd, KVM_CREATE_IRQCHIP, 0), v3 ? -ENODEV : -ENXIO);
	CHECK_EQ(gic_is_offered(KVM_DEV_TYPE_ARM_VGIC_V3), v3);
	CHECK(!change_parameter("gicv2", "hard", old));
	CHECK(!change_parameter("gicv2", "", old));
	CHECK_EQ(strcmp(old, "off\n"), 0);
	CHECK(change_parameter("gicv2", "hw", old));
	CHECK(!v3 || !gic_is_offered(KVM_DEV_TYPE_ARM_VGIC_V2));
	restore();
}

/* On a host that can have more vCPUs in a VM than a GICv2 has room for. */
static void eight(void)
{
	int vm = vm_fd(0), gic;

	if (kvm_cap(KVM_CAP_MAX_VCPUS) <= 8)
		ktap_skip("no VM has more than eight vCPUs here");
	soft();
	gic = device_new(vm, KVM_DEV_TYPE_ARM_VGIC_V2);
	CHECK(gic >= 0);
	CHECK_EQ(kvm(vm, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS), 8);
	for (u32 i = 0; i < 8; i++)
		vcpu_fd(vm, i);
	CHECK_EQ(kvm(vm, KVM_CREATE_VCPU, 8), -EINVAL);
	vm = vm_fd(0);
	vcpu_fd(vm, 8);
	CHECK_EQ(device_new(vm, KVM_DEV_TYPE_ARM_VGIC_V2), -E2BIG);
	CHECK_EQ(kvm(vm, KVM_CREATE_IRQCHIP, 0), -E2BIG);
	restore();
}

static const struct ktap_case cases[] = {
	{ "registers", registers },
	{ "taken and ended in both ways", ways },
	{ "the timer in both ways", timer },
	{ "groups and lines", groups },
	{ "ID registers read before", read_before },
	{ "the parameter gicv2", by_parameter },
	{ "eight vCPUs", eight },
};

KTAP_MAIN(cases)
