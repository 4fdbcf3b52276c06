// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's EL2 as a hypervisor on two CPUs, whose guest has two as well, on one set of tables.
 * They send each other an SGI in turn: each is a trap of the one, an SGI of the hypervisor's to its
 * other CPU, and a list register there. Proves that none of these is lost, wherever the other one
 * is:
 *  - in the guest's guest, which runs
 *  - at EL2 in WFI, after the guest's guest's, which traps
 *  - in the guest's guest's WFI, which does not
 *  - anywhere on its way from one to the other
 * And of EL2 alone, where more than one CPU has each ICC_DIR_EL1 trap: what that ends is over, and
 * comes again if its line is still high; a redistributor shows what its page has just done to a
 * line; MDSCR_EL1 is what was written, and its tables are what they were changed to.
 */
#include <pthread.h>
#include "lib/stage2.h"

#define FN_CPU_ON	0xc4000003
#define ICH_VMCR	S3_4_C12_C11_7
#define VMCR_ON		(0xf0ul << 24 | 1ul << 1 | 1ul << 3)
#define HCR_LISTS	(HCR_E2H | HCR_RW | HCR_IMO | HCR_FMO | HCR_VM)
#define LR_STATE	(3ul << 62)
#define LR_PENDING	(1ul << 62)
#define LR_SGI		(LR_PENDING | 1ul << 60 | 0x80ul << 48 | 1)
#define KICK		2

extern char l2_vectors[];
void l2_spins(void);
void l2_sleeps(void);
/* The SGI is answered by one that the trap's handler knows the target of. x0: how many came. */
asm("	.text\n"
    "	.global l2_vectors, l2_spins, l2_sleeps\n"
    "l2_spins:\n"
    "	msr	daifclr, #2\n"
    "1:	b	1b\n"
    "l2_sleeps:\n"
    "	msr	daifclr, #2\n"
    "1:	wfi\n"
    "	b	1b\n"
    "	.balign	2048\n"
    "l2_vectors:\n"
    "	.skip	0x280\n"
    "	mrs	x1, S3_0_C12_C12_0\n"
    "	isb\n"
    "	msr	S3_0_C12_C12_1, x1\n"
    "	isb\n"
    "	add	x0, x0, #1\n"
    "	msr	S3_0_C12_C11_5, x1\n"
    "	isb\n"
    "	eret\n"
    "	.balign	2048\n");

/* Of each CPU: what its exceptions left, whether its guest has an SGI to come. */
static struct guest_regs at[2];
static u64 sgi[2], turns, done;

/* What the host looks at when it takes too long. */
static struct {
	u64 entries, kicks, waits, sends;
} count[2];

static u64 hcr;
static void (*l2_code)(void);

static void leave_guest(struct guest_regs *regs)
{
	at[guest_cpu()] = *regs;
	regs->pc = back_to;
	regs->pstate = PSTATE_EL2H;
}

static void take_kick(void)
{
	u64 intid = icc_read(ICC_IAR1);

	if (intid == GIC_SPURIOUS)
		return;
	GUEST_EQ(intid, KICK);
	icc_write(ICC_EOIR1, intid);
	count[guest_cpu()].kicks++;
}

static void interrupted(struct guest_regs *regs)
{
	take_kick();
}

static void send(unsigned int to)
{
	store_release(&sgi[to], 1);
	dsb(ish);
	gic_send_sgi(KICK, 1ul << to);
}

/* As a hypervisor's thread that has nothing to run. */
static void wait(unsigned int me)
{
	irq_off();
	while (!load_acquire(&sgi[me]) && !load_acquire(&done)) {
		count[me].waits++;
		wfi();
		irq_on();
		isb();
		irq_off();
	}
}

static void serve(unsigned int me)
{
	if (at[me].vector == VEC_LOWER + 1) {
		take_kick();
		return;
	}
	GUEST_EQ(at[me].vector, VEC_LOWER);
	if (EC(at[me].esr) == EC_WFX) {
		if (!(rd(ICH_LR0) & LR_STATE))
			wait(me);
	} else {
		GUEST_EQ(EC(at[me].esr), EC_SYS64);
		count[me].sends++;
		if (me == 0 && ++turns >= 500)
			store_release(&done, 1);
		send(!me);
	}
	at[me].pc += 4;
}

static void play(u64 unused)
{
	unsigned int me = guest_cpu();

	gic_cpu_enable(GICR(me));
	irq_off();
	wr(VTCR_EL2, VTCR);
	wr(VTTBR_EL2, vttbr_of(&t, 1));
	wr(VBAR_EL12, (u64)l2_vectors);
	wr(ICH_VMCR, VMCR_ON);
	wr(ICH_HCR, 1);
	wr(hcr_el2, hcr);
	at[me] = (struct guest_regs){ .pc = (u64)l2_code, .pstate = PSTATE_EL1H };
	while (!load_acquire(&done)) {
		if (!(rd(ICH_LR0) & LR_STATE) && __atomic_exchange_n(&sgi[me], 0, __ATOMIC_ACQ_REL))
			wr(ICH_LR0, LR_SGI);
		count[me].entries++;
		eret_with(at[me].pc, at[me].pstate, at[me].x[0], at[me].x[1]);
		serve(me);
	}
}

static void guest_plays(u64 arg)
{
	guest_on(VEC_LOWER, leave_guest);
	guest_on(VEC_LOWER + 1, leave_guest);
	guest_on(VEC_IRQ, interrupted);
	build(&t, 1);
	gic_dist_enable(64, true);
	sgi[0] = 1;
	guest_secondary_fn = play;
	/* what the other reads with its caches off */
	asm volatile("dc civac, %0\n dsb sy" :: "r"(&guest_secondary_fn) : "memory");
	GUEST_EQ(guest_smc(FN_CPU_ON, 1, (u64)guest_secondary, 0).a0, 0);
	play(0);
}

static void *run_other(void *vcpu)
{
	vcpu_finish(vcpu);
	return NULL;
}

static void game(void (*code)(void), u64 more)
{
	struct vm *vm = vm_el2(2, guest_plays, 0);
	pthread_t thread;

	*vm_shared(vm, l2_code) = code;
	*vm_shared(vm, hcr) = HCR_LISTS | more;
	REQUIRE_EQ(pthread_create(&thread, NULL, run_other, &vm->vcpu[1]), 0);
	vcpu_finish(&vm->vcpu[0]);
	pthread_join(thread, NULL);
	for (int i = 0; i < 2; i++) {
		typeof(&count[0]) c = *vm_shared(vm, count) + i;

		ktap_note("CPU %d: %lu entries, %lu kicks, %lu waits, %lu SGIs", i, c->entries,
			  c->kicks, c->waits, c->sends);
	}
	vm_free(vm);
}

static void spins(void)
{
	game(l2_spins, 0);
}

static void sleeps(void)
{
	game(l2_sleeps, HCR_TWI);
}

static void sleeps_below(void)
{
	game(l2_sleeps, 0);
}

/* ---- EL2 alone ---- */

#define PPI_MAINT	25
#define PPI_TIMER	26

static u64 state_of(u32 bank, u64 intid)
{
	return mmio_read32(GIC_SGI(0) + bank) >> intid & 1;
}

/* Taken and its priority dropped, but not ended. */
static void take(u64 intid)
{
	gic_expect(intid);
	GUEST_EQ(state_of(GIC_ISACTIVER, intid), 1);
}

/* It is there, and gone by a store to the page: no exit tells anybody before it is ended. */
static void end_by_page(unsigned int ppi)
{
	guest_smc(0x84000000, 0, 0, 0);
	take(ppi);
	if (ppi == PPI_MAINT)
		wr(ICH_HCR, 0);
	else if (ppi == 27)
		wr(CNTV_CTL_EL02, 0);
	else
		wr(CNTP_CTL_EL02, 0);
	icc_write(ICC_DIR, ppi);
	GUEST_EQ(icc_read(ICC_IAR1), GIC_SPURIOUS);
	GUEST_EQ(state_of(GIC_ISACTIVER, ppi), 0);
	GUEST_EQ(state_of(GIC_ISPENDR, ppi), 0);
}

/* Of the maintenance of its own list registers, and of EL1's timers. */
static void ends_of_page(void)
{
	wr(ICH_HCR, 3);		/* En, UIE */
	end_by_page(PPI_MAINT);
	wr(CNTV_CVAL_EL02, 0);
	wr(CNTV_CTL_EL02, 1);
	end_by_page(27);
	wr(CNTP_CVAL_EL02, 0);
	wr(CNTP_CTL_EL02, 1);
	end_by_page(30);
}

/* No exit but that of the reading itself tells of it. */
static void seen_in_page(unsigned int ppi)
{
	GUEST_EQ(state_of(GIC_ISPENDR, ppi), 1);
	if (ppi == PPI_MAINT)
		wr(ICH_HCR, 0);
	else
		wr(CNTV_CTL_EL02, 0);
	GUEST_EQ(state_of(GIC_ISPENDR, ppi), 0);
}

static void guest_looks(u64 arg)
{
	gic_dist_enable(64, true);
	gic_cpu_enable(GICR_BASE);
	for (int i = 0; i < 200; i++) {
		wr(ICH_HCR, 3);
		seen_in_page(PPI_MAINT);
		wr(CNTV_CVAL_EL02, 0);
		wr(CNTV_CTL_EL02, 1);
		seen_in_page(27);
	}
}

static void looks(void)
{
	struct vm *vm = vm_el2(2, guest_looks, 0);

	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
}

static void guest_ends(u64 arg)
{
	gic_dist_enable(64, true);
	gic_cpu_enable(GICR_BASE);
	icc_write(ICC_CTLR, 2);		/* EOImode */
	for (int i = 0; i < 200; i++) {
		wr(cntp_cval_el0, mrs(cntpct_el0) + 1000);
		wr(cntp_ctl_el0, 1);
		take(PPI_TIMER);
		/* its line is high: it comes again */
		icc_write(ICC_DIR, PPI_TIMER);
		take(PPI_TIMER);
		wr(cntp_ctl_el0, 0);
		icc_write(ICC_DIR, PPI_TIMER);
		GUEST_EQ(icc_read(ICC_IAR1), GIC_SPURIOUS);
		GUEST_EQ(state_of(GIC_ISACTIVER, PPI_TIMER), 0);
		GUEST_EQ(state_of(GIC_ISPENDR, PPI_TIMER), 0);
		/* one that was sent once more meanwhile comes when the first is over */
		gic_send_sgi(5, 1);
		take(5);
		gic_send_sgi(5, 1);
		GUEST_EQ(icc_read(ICC_IAR1), GIC_SPURIOUS);
		icc_write(ICC_DIR, 5);
		take(5);
		icc_write(ICC_DIR, 5);
		GUEST_EQ(icc_read(ICC_IAR1), GIC_SPURIOUS);
		GUEST_EQ(state_of(GIC_ISACTIVER, 5), 0);
		ends_of_page();
	}
	/* without EOImode it ends nothing */
	icc_write(ICC_CTLR, 0);
	gic_send_sgi(5, 1);
	GUEST_EQ(icc_read(ICC_IAR1), 5);
	icc_write(ICC_DIR, 5);
	GUEST_EQ(state_of(GIC_ISACTIVER, 5), 1);
	icc_write(ICC_EOIR1, 5);
	GUEST_EQ(state_of(GIC_ISACTIVER, 5), 0);
}

/* The same with counts that have an offset, so that they trap. */
static void ends(void)
{
	struct kvm_arm_counter_offset off = { .counter_offset = 0x123456 };

	for (int i = 0; i < 2; i++) {
		struct vm *vm = vm_el2(2, guest_ends, 0);

		if (i)
			REQUIRE_EQ(kvm(vm->fd, KVM_ARM_SET_COUNTER_OFFSET, &off), 0);
		vcpu_finish(&vm->vcpu[0]);
		vm_free(vm);
	}
}

#define MDSCR_TDCC	(1ul << 12)

static u64 other[512] __attribute__((aligned(4096)));

static void guest_own(u64 arg)
{
	u64 attr = guest_l1[0], seen_at = WINDOW + (u64)other;

	for (int i = 0; i < 4; i++) {
		u64 val = i & 1 ? MDSCR_TDCC : 0;

		wr(mdscr_el1, val);
		GUEST_EQ(rd(mdscr_el1), val);
		guest_smc(0x84000000, 0, 0, 0);
		GUEST_EQ(rd(mdscr_el1), val);
	}
	wr(hcr_el2, HCR_E2H | HCR_RW | HCR_TGE);
	/* the program, or the other memory, is where the window is */
	for (u64 i = 0; i < 4; i++) {
		guest_l1[WINDOW >> 30] = 0;
		dsb(ishst);
		if (i & 2)
			asm volatile("tlbi vmalle1is" ::: "memory");
		else
			asm volatile("tlbi vaae1is, %0" :: "r"(seen_at >> 12) : "memory");
		dsb(ish);
		guest_l1[WINDOW >> 30] = attr | (i & 1) << 30;
		dsb(ishst);
		isb();
		GUEST_EQ(mmio_read64(seen_at), i & 1 ? 0x22 : 0x11);
	}
}

static void own(void)
{
	struct vm *vm = vm_el2(1, guest_own, 0);
	u64 *mem = vm_alloc(RAM_END, PAGE);

	mem[(u64)other / 8] = 0x22;
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, RAM_END, mem), 0);
	*(u64 *)vm_hva(vm, (u64)other) = 0x11;
	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
}

static const struct ktap_case cases[] = {
	{ "the other one runs", spins, 120 },
	{ "the other one's EL2 waits", sleeps, 120 },
	{ "the other one waits", sleeps_below, 120 },
	{ "interrupts that ICC_DIR_EL1 ends", ends, 60 },
	{ "interrupts of its page in the redistributor", looks },
	{ "MDSCR_EL1, and EL2's own TLB", own },
};
KTAP_MAIN(cases)
