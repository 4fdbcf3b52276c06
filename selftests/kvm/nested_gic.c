// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's EL2 as a hypervisor: interrupts of its guest, with no stage 2, whose tables are not the
 * matter here. Proves:
 *  - what is in a list register its guest takes, and ends, and the list register says so
 *  - its guest's CPU interface is not its own
 *  - the maintenance interrupt comes when it is to, and not again and again
 *  - an interrupt of its own that stands behind a list register (HW) is over when its guest has
 *    ended it
 *  - its guest's accesses trap as ICH_HCR_EL2 says, and its SGIs always
 *  - its guest's timer is an interrupt for it, and by a list register for its guest
 *  - what is less urgent than an interrupt that it has active does not interrupt its guest
 *  - its guest's WFI ends where an interrupt is pending
 */
#include "lib/nested.h"

#define ICH_VMCR	S3_4_C12_C11_7
#define ICH_EISR	S3_4_C12_C11_3
#define ICH_LR1		S3_4_C12_C12_1
#define ICH_LR3		S3_4_C12_C12_3

#define LR_PENDING	(1ul << 62)
#define LR_ACTIVE	(1ul << 63)
#define LR_HW		(1ul << 61)
#define LR_GROUP1	(1ul << 60)
#define LR_PRIORITY(p)	((u64)(p) << 48)
#define LR_EOI		(1ul << 41)
#define LR(intid)	(LR_PENDING | LR_GROUP1 | LR_PRIORITY(0x80) | (intid))
#define LR_STATE	(3ul << 62)

#define VMCR_ON		(0xf0ul << 24 | 1ul << 1 | 1ul << 3)
#define HCR_EN		1ul
#define HCR_UIE		2ul
#define HCR_TALL1	(1ul << 12)

#define HCR_LISTS	(HCR_E2H | HCR_RW | HCR_IMO | HCR_FMO)

extern char l2_vectors[];
void l2_takes(void);
void l2_ends(void);
void l2_spins_on(void);
void l2_waits(void);
void l2_acks(void);
void l2_sends(void);
void l2_times(void);
void l2_rests(void);
/*
 * Interrupts are taken and ended, and the number told by HVC. EOImode is 0. What it does in the end
 * is a call, too.
 */
asm("	.text\n"
    "	.global l2_vectors, l2_takes, l2_ends, l2_spins_on, l2_waits, l2_acks, l2_sends, l2_times, l2_rests\n"
    "l2_takes:\n"
    "	msr	daifclr, #2\n"
    "	isb\n"
    "1:	b	1b\n"
    "l2_ends:\n"		/* x0: an interrupt that is active */
    "	msr	S3_0_C12_C12_1, x0\n"
    "	isb\n"
    "l2_spins_on:\n"
    "	b	.\n"
    "l2_waits:\n"
    "	wfi\n"
    "	hvc	#3\n"
    "l2_acks:\n"
    "	mrs	x0, S3_0_C12_C12_0\n"
    "	isb\n"
    "	hvc	#4\n"
    "l2_sends:\n"
    "	mov	x0, #1\n"
    "	msr	S3_0_C12_C11_5, x0\n"
    "	isb\n"
    "	hvc	#5\n"
    "l2_times:\n"		/* x0: for how long */
    "	mrs	x1, cntvct_el0\n"
    "	add	x0, x0, x1\n"
    "	msr	cntv_cval_el0, x0\n"
    "	mov	x0, #1\n"
    "	msr	cntv_ctl_el0, x0\n"
    "	isb\n"
    "	msr	daifclr, #2\n"
    "1:	b	1b\n"
    "l2_rests:\n"
    "	mov	x0, #0x30000\n"
    "1:	subs	x0, x0, #1\n"
    "	b.ne	1b\n"
    "	hvc	#6\n"
    "	.balign	2048\n"
    "l2_vectors:\n"
    "	.skip	0x280\n"
    "	mrs	x0, S3_0_C12_C12_0\n"
    "	isb\n"
    "	msr	cntv_ctl_el0, xzr\n"
    "	msr	S3_0_C12_C12_1, x0\n"
    "	isb\n"
    "	hvc	#1\n"
    "	.balign	2048\n");

static void start(void)
{
	gic_enable(64, true);
	guest_on(VEC_LOWER, come_back);
	guest_on(VEC_LOWER + 1, come_back);
	wr(VBAR_EL12, (u64)l2_vectors);
	wr(ICH_VMCR, VMCR_ON);
	wr(ICH_HCR, HCR_EN);
}

static void enter(void (*pc)(void), u64 arg)
{
	seen.esr = seen.vector = 0;
	wr(hcr_el2, HCR_LISTS);
	eret_with((u64)pc, 0x3c5, arg, 0);
	GUEST_EQ(mrs(CurrentEL), 2 << 2);
}

static void called(u64 imm)
{
	GUEST_EQ(seen.vector, VEC_LOWER);
	GUEST_EQ(EC(seen.esr), EC_HVC);
	GUEST_EQ(seen.esr & 0xffff, imm);
}

/* An interrupt of its own ended the run. */
static void interrupted(u64 intid)
{
	GUEST_EQ(seen.vector, VEC_LOWER + 1);
	GUEST_EQ(icc_read(ICC_IAR1), intid);
}

static void guest_lists(u64 arg)
{
	start();
	for (u64 i = 0; i < 3; i++) {
		wr(ICH_LR0, LR(40 + i));
		enter(l2_takes, 0);
		called(1);
		GUEST_EQ(seen.x[0], 40 + i);
		GUEST_EQ(rd(ICH_LR0), LR(40 + i) & ~LR_STATE);
		GUEST_EQ(rd(ICH_ELRSR) & 1, 1);
	}
	/* by priority, and each list register has its own */
	wr(ICH_LR0, LR(50));
	wr(ICH_LR1, 0);
	wr(ICH_LR3, LR_PENDING | LR_GROUP1 | LR_PRIORITY(0x40) | 51);
	enter(l2_takes, 0);
	called(1);
	GUEST_EQ(seen.x[0], 51);
	GUEST_EQ(rd(ICH_LR0), LR(50));
	GUEST_EQ(rd(ICH_LR3) & LR_STATE, 0);
	enter(l2_acks, 0);
	called(4);
	GUEST_EQ(seen.x[0], 50);
	GUEST_EQ(rd(ICH_LR0) & LR_STATE, LR_ACTIVE);
	/* it is active there alone: its own interface has nothing, and takes its own */
	GUEST_EQ(icc_read(ICC_RPR), 0xff);
	GUEST_EQ(icc_read(ICC_IAR1), GIC_SPURIOUS);
	gic_send_sgi(5, 1);
	GUEST_EQ(icc_read(ICC_IAR1), 5);
	icc_write(ICC_EOIR1, 5);
	wr(ICH_LR0, 0);
	wr(ICH_VMCR, VMCR_ON & ~2ul);
	wr(S3_4_C12_C9_0, 0);		/* ICH_AP1R0 */
	wr(ICH_LR0, LR(52));
	enter(l2_acks, 0);
	GUEST_EQ(seen.x[0], GIC_SPURIOUS);
	GUEST_EQ(icc_read(ICC_IGRPEN1), 1);
}

static void lists(void)
{
	run_el2(guest_lists, 0);
}

static void guest_maintained(u64 arg)
{
	start();
	wr(ICH_LR0, LR(40) | LR_EOI);
	enter(l2_acks, 0);
	called(4);
	GUEST_EQ(rd(ICH_LR0) & LR_STATE, LR_ACTIVE);
	enter(l2_ends, 40);
	interrupted(25);
	GUEST_EQ(rd(ICH_EISR), 1);
	GUEST_EQ(rd(ICH_MISR), 1);
	wr(ICH_LR0, 0);
	GUEST_EQ(rd(ICH_MISR), 0);
	icc_write(ICC_EOIR1, 25);
	/* underflow with its interrupt disabled: the guest goes on */
	mmio_write32(GIC_SGI(0) + GIC_ICENABLER, 1u << 25);
	wr(ICH_HCR, HCR_EN | HCR_UIE);
	enter(l2_rests, 0);
	called(6);
	GUEST_EQ(rd(ICH_MISR), 2);
	mmio_write32(GIC_SGI(0) + GIC_ISENABLER, 1u << 25);
	enter(l2_spins_on, 0);
	interrupted(25);
	wr(ICH_HCR, HCR_EN);
	icc_write(ICC_EOIR1, 25);
}

static void maintained(void)
{
	run_el2(guest_maintained, 0);
}

static u32 active(void)
{
	return mmio_read32(GICD + GIC_ISACTIVER + 4) >> 8 & 1;
}

static void guest_stands_behind(u64 arg)
{
	start();
	icc_write(ICC_CTLR, 2);		/* EOImode: an EOI leaves it active */
	for (int i = 0; i < 3; i++) {
		gic_set_bit(GIC_ISPENDR, 40);
		enter(l2_spins_on, 0);
		interrupted(40);
		icc_write(ICC_EOIR1, 40);
		GUEST_EQ(active(), 1);
		wr(ICH_LR0, LR(60) | LR_HW | 40ul << 32);
		enter(l2_takes, 0);
		called(1);
		GUEST_EQ(seen.x[0], 60);
		GUEST_EQ(rd(ICH_LR0), (LR(60) | LR_HW | 40ul << 32) & ~LR_STATE);
		GUEST_EQ(active(), 0);
		GUEST_EQ(rd(ICH_EISR), 0);
	}
	/* what is no interrupt of its own is nobody's */
	wr(ICH_LR0, LR(60) | LR_HW | 1019ul << 32);
	enter(l2_takes, 0);
	called(1);
}

static void stands_behind(void)
{
	run_el2(guest_stands_behind, 0);
}

static void guest_trapped(u64 arg)
{
	start();
	enter(l2_sends, 0);
	GUEST_EQ(EC(seen.esr), EC_SYS64);
	GUEST_EQ(seen.pc, (u64)l2_sends + 4);
	GUEST_EQ(mmio_read32(GIC_SGI(0) + GIC_ISPENDR) & 0xffff, 0);
	wr(ICH_HCR, HCR_EN | HCR_TALL1);
	enter(l2_acks, 0);
	GUEST_EQ(EC(seen.esr), EC_SYS64);
	GUEST_EQ(seen.pc, (u64)l2_acks);
	wr(ICH_HCR, HCR_EN);
	wr(ICH_LR0, LR(40));
	enter(l2_waits, 0);
	called(3);
}

static void trapped(void)
{
	run_el2(guest_trapped, 0);
}

/* EL2 has one active: what comes is less urgent than that, then more. */
static void guest_busy(u64 arg)
{
	start();
	mmio_write32(GIC_SGI(0) + GIC_IPRIORITYR + 4, 0x40a0a0a0);	/* SGIs 4 to 7 */
	gic_send_sgi(5, 1);
	GUEST_EQ(icc_read(ICC_IAR1), 5);
	gic_send_sgi(6, 1);
	enter(l2_rests, 0);
	called(6);
	gic_send_sgi(7, 1);
	enter(l2_spins_on, 0);
	interrupted(7);
	icc_write(ICC_EOIR1, 7);
	enter(l2_rests, 0);
	called(6);
	icc_write(ICC_EOIR1, 5);
	enter(l2_spins_on, 0);
	interrupted(6);
	icc_write(ICC_EOIR1, 6);
}

static void busy(void)
{
	run_el2(guest_busy, 0);
}

static void guest_timed(u64 arg)
{
	start();
	icc_write(ICC_CTLR, 2);
	wr(cntvoff_el2, FAR_AWAY);
	for (int i = 0; i < 3; i++) {
		wr(ICH_LR0, 0);
		enter(l2_times, 100000);
		interrupted(27);
		icc_write(ICC_EOIR1, 27);
		wr(ICH_LR0, LR(27) | LR_HW | 27ul << 32);
		seen.vector = 0;
		eret_with(seen.pc, seen.pstate, 0, 0);
		called(1);
		GUEST_EQ(seen.x[0], 27);
		GUEST_EQ(mmio_read32(GIC_SGI(0) + GIC_ISACTIVER) >> 27 & 1, 0);
	}
	wr(cntvoff_el2, 0);
}

static void timed(void)
{
	run_el2(guest_timed, 0);
}

static const struct ktap_case cases[] = {
	{ "list registers", lists },
	{ "the maintenance interrupt", maintained },
	{ "interrupts behind list registers", stands_behind },
	{ "traps, and WFI", trapped },
	{ "an interrupt that EL2 has active", busy },
	{ "the timer of the guest's guest", timed },
};
KTAP_MAIN(cases)
