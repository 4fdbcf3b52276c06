// SPDX-License-Identifier: GPL-2.0-only
/*
 * The in-kernel GICv3 where there is more than its list registers hold, and
 * between vCPUs. Proves:
 *  - many interrupts pending at once come once each, in order of priority
 *  - 20 interrupts active at once, each preempting the one before, end in
 *    order; with EOImode they are deactivated in any order (the in-tree
 *    KVM of 6.12 loses some)
 *  - an interrupt whose priority or group is changed while it is active ends
 *    all the same, and comes again (not in the in-tree KVM of 6.12)
 *  - what was pending and is not any more is not shown as the next one, to no VM
 *  - SGIs reach the vCPUs that they name, and no other
 *  - a pending SPI follows its route to another vCPU
 *  - with EOImode, one vCPU deactivates what another acknowledged, also while
 *    that one stays in the guest (not in the in-tree KVM of 6.12)
 *  - a group that the CPU interface holds back does not hold back the other,
 *    however many of it are pending
 *  - WFI does not wait with an interrupt pending, and does for what the
 *    priority mask, the group enables or the distributor hold back
 *  - the virtual and the physical timer's interrupts, also out of WFI
 */
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lib/gic_guests.h"

static void enable(void)
{
	gic_enable(NR_IRQS, false);
}

static u32 acknowledge(void)
{
	return icc_read(ICC_IAR1);
}

static void end(u32 intid)
{
	icc_write(ICC_EOIR1, intid);
}

static const struct gic_cpu gicv3 = { enable, acknowledge, end };

/* With EOImode or not. */
static void set_split(bool split)
{
	icc_write(ICC_CTLR, split ? 2 : 0);
}

static void guest_nest(u64 split)
{
	enable();
	set_split(split);
	gic_nest_prepare();
	for (unsigned int n = 0; n < 3; n++) {
		gic_nest();
		if (split) {
			GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), GIC_NESTED);
			for (unsigned int i = 0; i < GIC_DEPTH; i++)
				icc_write(ICC_DIR, 32 + (i * 7 + n) % GIC_DEPTH);
		}
		GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), 0);
		GUEST_EQ(mmio_read32(GICD + GIC_ISPENDR + 4), 0);
	}
}

static u32 await_ack(void)
{
	u32 intid;

	do
		intid = icc_read(ICC_IAR1);
	while (intid == 1023);
	return intid;
}

/* Each change makes the vCPU leave the guest and come back with another list register. */
static void guest_changes_active(u64 split)
{
	enable();
	set_split(split);
	for (unsigned int n = 0; n < 4; n++) {
		mmio_write8(GICD + GIC_IPRIORITYR + 40, 0x80);
		gic_set_bit(GIC_ISPENDR, 40);
		GUEST_EQ(await_ack(), 40);
		mmio_write8(GICD + GIC_IPRIORITYR + 40, n & 1 ? 0x40 : 0xc0);
		if (n & 2)
			mmio_write32(GICD + GIC_IGROUPR + 4, ~(1u << 8));
		GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), 1 << 8);
		icc_write(ICC_EOIR1, 40);
		if (split)
			icc_write(ICC_DIR, 40);
		GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), 0);
		mmio_write32(GICD + GIC_IGROUPR + 4, ~0u);
	}
}

/* What waits in a list register of the CPU is there for this guest's next entry, and no longer. */
static void guest_holds_one(u64 arg)
{
	enable();
	gic_set_bit(GIC_ISPENDR, 40);
	while (icc_read(ICC_HPPIR1) != 40)
		;
	if (arg)
		GUEST_SYNC(0, 0);
	gic_set_bit(GIC_ICENABLER, 40);
	GUEST_EQ(icc_read(ICC_HPPIR1), 1023);
}

static void guest_sees_none(u64 arg)
{
	enable();
	GUEST_EQ(icc_read(ICC_HPPIR1), 1023);
}

/* Secondaries take what comes; per CPU, by INTID. */
static u64 seen[MAX_VCPUS][NR_IRQS], ready[MAX_VCPUS];

static void count(struct guest_regs *regs)
{
	u32 intid = icc_read(ICC_IAR1);

	if (intid >= NR_IRQS)
		return;
	/* counted when it is active no more, so that it can go elsewhere */
	icc_write(ICC_EOIR1, intid);
	__atomic_add_fetch(&seen[guest_cpu()][intid], 1, __ATOMIC_SEQ_CST);
}

/* With EOImode, what it takes stays active, and it does not leave the guest. */
static void guest_receiver(u64 split)
{
	guest_on(VEC_IRQ, count);
	gic_cpu_enable(GICR(guest_cpu()));
	set_split(split);
	irq_on();
	store_release(&ready[guest_cpu()], 1);
	for (;;)
		if (!split)
			wfi();
}

static void start_receivers(unsigned int n, bool split)
{
	guest_on(VEC_IRQ, count);
	enable();
	set_split(split);
	guest_secondary_fn = guest_receiver;
	for (unsigned int i = 1; i < n; i++) {
		GUEST_EQ(guest_hvc(0xc4000003, i, (u64)guest_secondary, split).a0, 0);
		await(&ready[i], 1);
	}
	irq_on();
}

static void guest_sgi(u64 times)
{
	start_receivers(3, false);
	for (u64 i = 1; i <= times; i++) {
		icc_write(ICC_SGI1R, 5ul << 24 | 1 << 1);
		await(&seen[1][5], i);
		icc_write(ICC_SGI1R, 6ul << 24 | 1 << 1 | 1 << 2);
		await(&seen[1][6], i);
		await(&seen[2][6], i);
		icc_write(ICC_SGI1R, 7ul << 24 | 1ul << 40);
		await(&seen[1][7], i);
		await(&seen[2][7], i);
		icc_write(ICC_SGI1R, 8ul << 24 | 1);
		await(&seen[0][8], i);
		/* nobody there */
		icc_write(ICC_SGI1R, 9ul << 24 | 1ul << 16 | 0xffff);
		icc_write(ICC_SGI1R, 9ul << 24 | 1ul << 44 | 0xffff);
	}
	GUEST_EQ(seen[2][5] + seen[0][5] + seen[0][6] + seen[0][7], 0);
	GUEST_EQ(seen[1][8] + seen[2][8], 0);
	GUEST_EQ(seen[0][9] + seen[1][9] + seen[2][9], 0);
	GUEST_EQ(seen[1][5], times);
	GUEST_EQ(seen[2][7], times);
}

/* Pending at a vCPU that does not take it, then routed to one that does. */
static void guest_route(u64 times)
{
	start_receivers(2, false);
	irq_off();
	for (u64 i = 1; i <= times; i++) {
		mmio_write64(GICD_IROUTER(40), 0);
		gic_set_bit(GIC_ISPENDR, 40);
		GUEST_EQ(mmio_read32(GICD + GIC_ISPENDR + 4), 1 << 8);
		GUEST_EQ(seen[1][40], i - 1);
		mmio_write64(GICD_IROUTER(40), 1);
		await(&seen[1][40], i);
	}
	irq_on();
	isb();
	GUEST_EQ(seen[0][40], 0);
}

static void guest_dir(u64 times)
{
	start_receivers(2, true);
	mmio_write64(GICD_IROUTER(40), 1);
	for (u64 i = 1; i <= times; i++) {
		gic_set_bit(GIC_ISPENDR, 40);
		await(&seen[1][40], i);
		icc_write(ICC_DIR, 40);
		GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), 0);
	}
	/* there is no such one active, nor such one at all */
	icc_write(ICC_DIR, 40);
	icc_write(ICC_DIR, 41);
	icc_write(ICC_DIR, 1000);
	icc_write(ICC_DIR, 8000);
	GUEST_EQ(seen[1][40], times);
}

static u64 nr_fiq;

static void take0(struct guest_regs *regs)
{
	u32 intid = icc_read(ICC_IAR0);

	GUEST_ASSERT(intid >= 32 && intid < 48);
	nr_fiq++;
	icc_write(ICC_EOIR0, intid);
}

/* 32 to 47 in Group 0 and urgent, 48 to 63 in Group 1 */
static void pend_both(void)
{
	for (unsigned int i = 32; i < 64; i++)
		gic_set_bit(GIC_ISPENDR, i);
}

static void guest_groups(u64 arg)
{
	enable();
	mmio_write32(GICD_CTLR, 0x13);
	mmio_write32(GICD + GIC_IGROUPR + 4, 0xffff0000);
	guest_on(VEC_IRQ, gic_take);
	guest_on(VEC_FIQ, take0);
	for (unsigned int i = 32; i < 64; i++)
		mmio_write8(GICD + GIC_IPRIORITYR + i, i < 48 ? 0x20 : 0xa0);
	icc_write(ICC_IGRPEN0, 0);
	pend_both();
	irq_on();
	while (READ_ONCE(gic_nr_taken) < 16)
		;
	GUEST_EQ(nr_fiq, 0);
	/* enabled, while there is nothing else to make the guest exit */
	icc_write(ICC_IGRPEN0, 1);
	while (READ_ONCE(nr_fiq) < 16)
		;
	irq_off();
	/* disabled, while its interrupts have all list registers */
	pend_both();
	icc_write(ICC_IGRPEN0, 0);
	irq_on();
	while (READ_ONCE(gic_nr_taken) < 32)
		;
	irq_off();
	GUEST_EQ(nr_fiq, 16);
	GUEST_EQ(mmio_read32(GICD + GIC_ISPENDR + 4), 0xffff);
	GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), 0);
}

/* Masked by PSTATE.I WFI returns; a spurious return is allowed, but not one after the other. */
static void guest_wfi(u64 arg)
{
	enable();
	guest_on(VEC_IRQ, gic_tick);
	mmio_write8(GICR(0) + GICR_SGI + GIC_IPRIORITYR + 27, 0x20);
	for (unsigned int i = 32; i < 64; i++)
		mmio_write8(GICD + GIC_IPRIORITYR + i, 0x80);
	gic_set_bit(GIC_ISPENDR, 40);
	for (unsigned int i = 0; i < 10; i++)
		wfi();
	icc_write(ICC_PMR, 0x80);
	GUEST_ASSERT(gic_wakes_until_tick() < 20);
	icc_write(ICC_PMR, 0xff);
	/* Group 0, which nobody enabled */
	mmio_write32(GICD + GIC_IGROUPR + 4, ~(1u << 8));
	GUEST_ASSERT(gic_wakes_until_tick() < 20);
	mmio_write32(GICD_CTLR, 0x13);
	GUEST_ASSERT(gic_wakes_until_tick() < 20);
	icc_write(ICC_IGRPEN0, 1);
	for (unsigned int i = 0; i < 10; i++)
		wfi();
	GUEST_EQ(icc_read(ICC_IAR0), 40);
	icc_write(ICC_EOIR0, 40);
	GUEST_ASSERT(gic_wakes_until_tick() < 20);
}

static struct vm *new_vm(unsigned int n, void (*fn)(u64), u64 arg)
{
	struct vm *vm;

	gic_cpu = &gicv3;
	vm = vm_new(n, fn, arg);
	gic_new(vm, NR_IRQS);
	return vm;
}

static void *run_forever(void *vcpu)
{
	vcpu_finish(vcpu);
	return NULL;
}

static void run(unsigned int n, void (*fn)(u64), u64 arg)
{
	struct vm *vm = new_vm(n, fn, arg);
	pthread_t thread;

	for (unsigned int i = 1; i < n; i++)
		REQUIRE_EQ(pthread_create(&thread, NULL, run_forever, &vm->vcpu[i]), 0);
	vcpu_finish(&vm->vcpu[0]);
}

static void many(void)
{
	run(1, gic_guest_many, 0);
}

static void nested(void)
{
	run(1, guest_nest, 0);
}

static void nested_split(void)
{
	run(1, guest_nest, 1);
}

static void changes_active(void)
{
	run(1, guest_changes_active, 0);
}

static void changes_active_split(void)
{
	run(1, guest_changes_active, 1);
}

static void held_no_longer(void)
{
	run(1, guest_holds_one, 0);
}

static void held_by_another_vm(void)
{
	struct vm *holder = new_vm(1, guest_holds_one, 1);
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	REQUIRE_EQ(sched_setaffinity(0, sizeof(set), &set), 0);
	vcpu_sync(&holder->vcpu[0], 0);
	run(1, guest_sees_none, 0);
	vcpu_finish(&holder->vcpu[0]);
}

static void sgis(void)
{
	run(3, guest_sgi, ktap_times(50));
}

static void route(void)
{
	run(2, guest_route, ktap_times(50));
}

static void dir(void)
{
	run(2, guest_dir, ktap_times(50));
}

static void groups(void)
{
	run(1, guest_groups, 0);
}

static void wfi_wakes(void)
{
	run(1, guest_wfi, 0);
}

static void timers(void)
{
	run(1, gic_guest_timers, 0);
}

static const struct ktap_case cases[] = {
	{ "more pending than list registers", many },
	{ "more active than list registers", nested },
	{ "more active than list registers, EOImode", nested_split },
	{ "priority and group change while active", changes_active },
	{ "priority and group change while active, EOImode", changes_active_split },
	{ "what is not pending any more is not shown", held_no_longer },
	{ "what another VM has pending is not shown", held_by_another_vm },
	{ "SGIs", sgis },
	{ "a pending SPI follows its route", route },
	{ "EOImode: deactivated by another vCPU", dir },
	{ "groups held back", groups },
	{ "WFI wakes for what is signalled", wfi_wakes },
	{ "timers", timers },
};
KTAP_MAIN(cases)
