// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random commands, the guest's side: see fuzz_commands.h. What a command has done to the guest's
 * own regime is undone behind it; where that is too late the host begins the vCPU anew.
 */
#include "fuzz_commands.h"
#include "fuzz_machine.h"
#include "stage2.h"

#define CPACR_ALL	(3ul << 20 | 3ul << 16)	/* FP, SIMD and SVE */
#define SCTLR_OFF	0x30d00800ul

struct fuzz_work fuzz_work[FUZZ_VCPUS];
bool fuzz_has_el2, fuzz_has_its;

static u32 own_code[FUZZ_VCPUS][16] __attribute__((aligned(64)));

/*
 * fuzz_own(code, x0, x1): call it, whatever it does to the registers. fuzz_lower(pc, spsr, x0, x1):
 * ERET there, and come back by fuzz_back, where the next exception from below sends.
 */
void fuzz_own(u64 code, u64 a, u64 b);
void fuzz_lower(u64 pc, u64 spsr, u64 a, u64 b);
void fuzz_back(void);
asm("	.text\n"
    "	.macro	keep\n"
    "	stp	x29, x30, [sp, #-96]!\n"
    "	stp	x19, x20, [sp, #16]\n"
    "	stp	x21, x22, [sp, #32]\n"
    "	stp	x23, x24, [sp, #48]\n"
    "	stp	x25, x26, [sp, #64]\n"
    "	stp	x27, x28, [sp, #80]\n"
    "	.endm\n"
    "fuzz_own:\n"
    "	keep\n"
    "	mov	x9, x0\n"
    "	mov	x0, x1\n"
    "	mov	x1, x2\n"
    "	blr	x9\n"
    "	msr	spsel, #1\n"
    "	b	fuzz_back\n"
    "fuzz_lower:\n"
    "	keep\n"
    "	msr	elr_el1, x0\n"
    "	msr	spsr_el1, x1\n"
    "	mov	x0, x2\n"
    "	mov	x1, x3\n"
    "	isb\n"
    "	eret\n"
    "fuzz_back:\n"
    "	ldp	x19, x20, [sp, #16]\n"
    "	ldp	x21, x22, [sp, #32]\n"
    "	ldp	x23, x24, [sp, #48]\n"
    "	ldp	x25, x26, [sp, #64]\n"
    "	ldp	x27, x28, [sp, #80]\n"
    "	ldp	x29, x30, [sp], #96\n"
    "	ret\n");

static void from_lower(struct guest_regs *regs)
{
	regs->pc = (u64)fuzz_back;
	regs->pstate = fuzz_has_el2 ? PSTATE_EL2H : PSTATE_EL1H;
}

static void put_code(u32 *code, u32 insn, u32 then)
{
	code[0] = insn;
	code[1] = then;
	asm volatile("dc cvau, %0; dsb ish; ic ivau, %0; dsb ish; isb" :: "r"(code) : "memory");
}

/* One instruction, with an address in x1. */
static void at_own(u32 insn, u64 x0, u64 x1)
{
	u64 sctlr = mrs(sctlr_el1), ttbr = mrs(ttbr0_el1), tcr = mrs(tcr_el1), vbar = mrs(vbar_el1);
	u64 mair = mrs(mair_el1), hcr = fuzz_has_el2 ? mrs(hcr_el2) : 0;
	u32 *code = own_code[guest_cpu() % FUZZ_VCPUS];

	put_code(code, insn, INSN_RET);
	fuzz_own((u64)code, x0, x1);
	if (fuzz_has_el2)
		msr(hcr_el2, hcr);
	isb();
	msr(mair_el1, mair);
	msr(tcr_el1, tcr);
	msr(ttbr0_el1, ttbr);
	msr(vbar_el1, vbar);
	isb();
	msr(sctlr_el1, sctlr);
	msr(cpacr_el1, CPACR_ALL);
	irq_off();
	isb();
}

/* At EL1 with the MMU off and this HCR_EL2, of a guest with EL2. */
static void at_el1(u32 insn, u64 x0, u64 x1, u64 hcr)
{
	u64 code = LOWER_CODE(guest_cpu() % FUZZ_VCPUS), was = mrs(hcr_el2);

	put_code((u32 *)code, insn, INSN_HVC);
	wr(VBAR_EL12, LOWER_VECTORS);
	wr(SCTLR_EL12, SCTLR_OFF);
	wr(CPACR_EL12, CPACR_ALL);
	wr(hcr_el2, hcr);
	fuzz_lower(code, PSTATE_EL1H, x0, x1);
	wr(hcr_el2, was);
	msr(cpacr_el1, CPACR_ALL);
	isb();
}

static void at_el0(u32 insn, u64 x0, u64 x1)
{
	u64 code = LOWER_CODE(guest_cpu() % FUZZ_VCPUS), was = 0;

	put_code((u32 *)code, insn, INSN_SVC);
	if (fuzz_has_el2) {
		was = mrs(hcr_el2);
		wr(hcr_el2, HCR_E2H | HCR_RW | HCR_TGE);
	}
	fuzz_lower(code, 0x3c0, x0, x1);
	if (fuzz_has_el2)
		wr(hcr_el2, was);
}

static void at_lower(struct rng *r, u32 insn, u64 x0, u64 x1)
{
	if (fuzz_has_el2 && fuzz_one_in(r, 2))
		at_el1(insn, x0, x1, HCR_E2H | HCR_RW);
	else
		at_el0(insn, x0, x1);
}

/* ---- commands ---- */

/* MSR, MRS, SYS, SYSL: L and op0 to op2 in bits 21:5, Rt x0. */
static u32 system_insn(u64 n)
{
	return 0xd5000000u | (u32)(n & 0x1ffff) << 5;
}

/* Mostly one of op0 2 and 3, or an instruction about caches and translations. */
static u32 any_system_insn(struct rng *r)
{
	u64 n = fuzz_next(r);

	if (fuzz_one_in(r, 4))
		return system_insn(n);
	if (fuzz_one_in(r, 3))		/* SYS, op1 0 3 4 7, C7 and C8 */
		return system_insn((n & 0x1007f) | 1 << 14 | (n & 1 << 10 ? 7 : 8) << 7 |
				   (n >> 20 & 1 ? 0 : n >> 21 & 1 ? 4 : n >> 22 & 1 ? 3 : 7) << 11);
	return system_insn(n | 2 << 14);
}

u64 fuzz_address(struct rng *r)
{
	static const u64 bases[] = {
		GICD, GICR(0), GIC_SGI(0), GICR(1), GITS, GITS + 0x10000, MMIO_BASE + 0x300000, DATA_BASE,
		MMIO_BASE + 0x10000, WINDOW,
	};
	u64 base = bases[fuzz_below(r, ARRAY_SIZE(bases))];

	return base + (fuzz_one_in(r, 2) ? fuzz_below(r, 0x10000) & ~7ul : fuzz_below(r, 0x1100));
}

/* Any load or store, by x1. */
static u32 any_access(struct rng *r)
{
	static const u32 usual[] = {
		0xa9400c22, 0xa9000c22, 0x3dc00020, 0x3d800020, 0xf8408422, 0xc85f7c22, 0xc8027c23,
		0xf8220023, 0xd50b7421, 0xd50b7e21, 0x4c407020, 0x0c007020, 0xb9400022, 0x39000022,
		0x79400022, 0xf9000022, 0xb8804422, 0xd50b7b21,
		0x85804020, 0xe5804020, 0xa400a020,	/* SVE: LDR, STR, LD1B */
	};

	if (fuzz_one_in(r, 2))
		return usual[fuzz_below(r, ARRAY_SIZE(usual))];
	return ((u32)fuzz_next(r) & ~(1u << 25 | 0x3e0)) | 1u << 27 | 1 << 5;
}

static void call_somebody(struct rng *r)
{
	u64 fn = fuzz_below(r, 2) << 31 | fuzz_below(r, 2) << 30 | fuzz_below(r, 64) << 24 |
		 fuzz_below(r, 0x60);

	if (fuzz_one_in(r, 3))
		fn = 0x80000000 | fuzz_below(r, 2) << 30 | fuzz_below(r, 7) << 24 | fuzz_below(r, 0x40);
	if (fuzz_one_in(r, 10))
		fn = fuzz_next(r);
	if (fuzz_one_in(r, 2))
		guest_hvc(fn, fuzz_value(r), fuzz_value(r), fuzz_value(r));
	else
		guest_smc(fn, fuzz_value(r), fuzz_value(r), fuzz_value(r));
}

static void change_its(struct rng *r)
{
	u64 table = DATA_BASE + fuzz_below(r, 24) * K64;

	switch (fuzz_below(r, 5)) {
	case 0:
		mmio_write32(GITS + GITS_CTLR, fuzz_below(r, 4) > 0);
		break;
	case 1:
		mmio_write32(GICR(fuzz_below(r, 2)), fuzz_below(r, 2));
		break;
	case 2:
		mmio_write64(GITS + GITS_BASER(fuzz_below(r, 2)), VALID | fuzz_below(r, 2) << 62 | table);
		break;
	case 3:
		mmio_write64(GITS + GITS_CBASER, VALID | QUEUE | fuzz_below(r, 16));
		break;
	default:
		mmio_write64(GITS + GITS_TRANSLATER, fuzz_below(r, 20));
	}
}

/* What is next in a page's queue; now and then another one, up to which all is done again. */
static void command_its(struct rng *r)
{
	static const u8 ops[] = { 1, 3, 3, 4, 5, 8, 8, 9, 9, 10, 10, 10, 11, 12, 13, 14, 15 };
	u64 next = mmio_read64(GITS + GITS_CREADR) % PAGE & ~31ul;
	u64 at = fuzz_one_in(r, 50) ? fuzz_below(r, PAGE / 32) * 32 : next;
	volatile u64 *q = (u64 *)(QUEUE + at);

	q[0] = ops[fuzz_below(r, sizeof(ops))] | fuzz_below(r, 8) << 32;
	q[1] = (LPI + fuzz_below(r, 40)) << 32 | fuzz_below(r, 20);
	q[2] = fuzz_below(r, 2) << 63 | ITT(fuzz_below(r, 8)) | fuzz_below(r, 3) << 16 | fuzz_below(r, 3);
	q[3] = fuzz_below(r, 3) << 16;
	if (fuzz_one_in(r, 10))
		q[fuzz_below(r, 4)] = fuzz_next(r);
	if (fuzz_one_in(r, 20))
		change_its(r);
	mmio_write64(GITS + GITS_CWRITER, (at + 32) % PAGE);
}

/* Timers, SGIs, sleep, and interrupts that are taken. */
static void interrupt(struct rng *r)
{
	switch (fuzz_below(r, 6)) {
	case 0:
		msr(cntv_cval_el0, mrs(cntvct_el0) + fuzz_below(r, 100000));
		msr(cntv_ctl_el0, fuzz_below(r, 4));
		break;
	case 1:
		msr(cntp_cval_el0, fuzz_one_in(r, 2) ? fuzz_value(r) : mrs(cntvct_el0));
		msr(cntp_ctl_el0, fuzz_below(r, 4));
		break;
	case 2:
		/* ICC_SGI1R_EL1, x0: UNDEFINED where the GIC is another one */
		at_own(0xd518cba0u, fuzz_below(r, 16) << 24 | fuzz_below(r, 4), 0);
		break;
	case 3:
		/* ends at once, or soon */
		msr(cntv_cval_el0, mrs(cntvct_el0) + fuzz_below(r, 100000));
		msr(cntv_ctl_el0, 1);
		wfi();
		break;
	case 4:
		/* ICC_IAR1_EL1, ICC_EOIR1_EL1, ICC_DIR_EL1 */
		at_own(0xd538cc00u, 0, 0);
		at_own(0xd518cc20u, fuzz_below(r, 64), 0);
		at_own(0xd518cb20u, fuzz_below(r, 64), 0);
		break;
	default:
		irq_on();
		isb();
		irq_off();
	}
}

/* Of what decides how a guest's guest runs: encodings from op1 on. */
static void change_el2(struct rng *r)
{
	static const u32 regs[] = {
		/* C1: HCR, MDCR, CPTR, HSTR, HFG*, ZCR, HCRX; C3: HDFG*, HAFGRTR */
		0x2088, 0x2089, 0x208a, 0x208b, 0x208c, 0x208d, 0x208e, 0x2090, 0x2092, 0x218c, 0x218d, 0x218e,
		/* C12: ICH_AP*R0, HCR, VMCR, LR0 to LR3; C14: CNTVOFF, CNTHCTL, CNTHP, CNTHV */
		0x2640, 0x2648, 0x2658, 0x265f, 0x2660, 0x2661, 0x2662, 0x2663,
		0x2703, 0x2708, 0x2711, 0x2712, 0x2719, 0x271a,
	};
	u64 val = fuzz_value(r);
	u32 reg = regs[fuzz_below(r, ARRAY_SIZE(regs))];

	if (fuzz_one_in(r, 3))
		reg = 0x2000 | fuzz_below(r, 0x800);

	switch (fuzz_below(r, 5)) {
	case 0:
		if (!fuzz_one_in(r, 3))
			val = S2_RWX | S2_PAGE | (fuzz_address(r) & ~(PAGE - 1));
		t.pages[fuzz_below(r, 512)] = val;
		dsb(ish);
		break;
	case 1:
		/* TLBI of EL2's, or of what is below */
		at_own(0xd50c8000u | fuzz_below(r, 128) << 5, fuzz_one_in(r, 2) ? val : WINDOW >> 12, 0);
		break;
	case 2:
		wr(VTTBR_EL2, (fuzz_one_in(r, 8) ? val : vttbr_of(&t, 0)) | fuzz_below(r, 4) << 48);
		break;
	case 3:
		wr(VTCR_EL2, fuzz_one_in(r, 3) ? val : VTCR);
		break;
	default:
		at_own(0xd5180000u | (reg & 0x3fff) << 5, val, 0);
	}
}

static void nest(struct rng *r)
{
	u64 hcr = HCR_E2H | HCR_RW | HCR_VM;
	u32 insn;

	if (!fuzz_has_el2 || fuzz_one_in(r, 2)) {
		change_el2(r);
		return;
	}
	if (fuzz_one_in(r, 2))
		hcr |= fuzz_next(r) & fuzz_next(r);
	if (fuzz_one_in(r, 4))
		hcr &= ~HCR_VM;
	insn = fuzz_one_in(r, 2) ? any_access(r) : any_system_insn(r);
	at_el1(insn, fuzz_value(r), fuzz_address(r), hcr);
}

static void command(struct fuzz_work *w, u64 n)
{
	struct rng r = { w->seed ^ n * 0x2545f4914f6cdd1dul };
	u32 all = system_insn(n * FUZZ_VCPUS + guest_cpu());

	switch (w->kind == ANY ? fuzz_below(&r, ANY) : w->kind) {
	case ALL_SYSTEM:
		at_own(all, fuzz_value(&r), fuzz_address(&r));
		at_lower(&r, all, fuzz_value(&r), fuzz_address(&r));
		break;
	case SYSTEM:
		at_own(any_system_insn(&r), fuzz_value(&r), fuzz_address(&r));
		break;
	case LOWER:
		at_lower(&r, fuzz_one_in(&r, 4) ? any_access(&r) : any_system_insn(&r), fuzz_value(&r),
			 fuzz_address(&r));
		break;
	case CALLS:
		call_somebody(&r);
		break;
	case ACCESSES:
		at_own(any_access(&r), fuzz_value(&r), fuzz_address(&r));
		break;
	case ITS_COMMANDS:
		command_its(&r);
		break;
	case INTERRUPTS:
		interrupt(&r);
		break;
	default:
		nest(&r);
	}
}

static bool is_started;

static void start_its(void)
{
	its_usual(DEVICES);
	irq_off();
	/* two vCPUs write there, and whoever comes last may have all of the queue done again */
	mmio_write32(GITS + GITS_CTLR, 0);
	mmio_write64(GITS + GITS_CBASER, VALID | QUEUE);
	mmio_write32(GITS + GITS_CTLR, 1);
}

/* The others wait, as they would spoil it. */
static void start_machine(void)
{
	if (fuzz_has_its)
		start_its();
	if (fuzz_has_el2) {
		map_gib(&t, DATA_BASE);
		map_gib(&t, MMIO_BASE);
		build(&t, 1);
	}
	store_release(&is_started, true);
}

void fuzz_guest_commands(u64 cpu)
{
	struct fuzz_work *w = &fuzz_work[cpu];

	for (unsigned int v = 0; v < 4; v++) {
		guest_on(v, v ? fuzz_mask : guest_skip_sync);
		guest_on(VEC_SYNC + v, v ? fuzz_mask : guest_skip_sync);
		guest_on(VEC_LOWER + v, from_lower);
		guest_on(VEC_LOWER + 4 + v, from_lower);
	}
	if (!cpu && !is_started)
		start_machine();
	while (!load_acquire(&is_started))
		;
	guest_on(VEC_IRQ, fuzz_mask);
	msr(cpacr_el1, CPACR_ALL);
	isb();
	while (w->next < w->end) {
		u64 n = w->next;

		WRITE_ONCE(w->next, n + 1);
		command(w, n);
	}
}
