// SPDX-License-Identifier: GPL-2.0-only
/* pure: nested/page.c nested/pstate.c nested/idview.c nested/gic.c nested/tlbi.c */
/*
 * Virtual EL2's pure parts. Proves:
 *  - the page at VNCR_EL2 has the architecture's offsets, each once, and nothing else
 *  - exception returns: for all modes, with TGE and without; illegal ones keep the level
 *  - the ID registers: fields that are fixed, limited, left alone, and no other bit
 *  - ICH_EISR, ELRSR, MISR and VTR for every kind of list register and control
 *  - list registers for the CPU, and back: no interrupt of the CPU's own is in them, and what was
 *    ended is known
 *  - TLBI of EL2 and of EL1: each encoding once, by the features that it needs; operands about
 *    stage 2 cover what they promise, whatever is in them, and end where stage 2 does
 */
#include <linux/bits.h>
#include <linux/types.h>
#include <stdlib.h>
#include "arch/idlimits.h"
#include "ktap.h"
#include "nested/gic.h"
#include "nested/idview.h"
#include "nested/page.h"
#include "nested/pstate.h"
#include "nested/tlbi.h"

#define SYS(op0, op1, crn, crm, op2)	((op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)

/* ---- the page ---- */

/*
 * Arm ARM, the table of registers and their offsets from VNCR_EL2.BADDR; those of EL1 by their own
 * names.
 */
static const struct { u32 sysreg; unsigned int offset; } layout[] = {
	{ SYS(3, 0, 1, 0, 2), 0x100 }, { SYS(3, 0, 13, 0, 1), 0x108 }, { SYS(3, 0, 1, 0, 0), 0x110 },
	{ SYS(3, 0, 2, 0, 2), 0x120 }, { SYS(3, 0, 5, 1, 0), 0x128 }, { SYS(3, 0, 5, 1, 1), 0x130 },
	{ SYS(3, 0, 5, 2, 0), 0x138 }, { SYS(3, 0, 10, 2, 0), 0x140 }, { SYS(3, 0, 10, 3, 0), 0x148 },
	{ SYS(3, 0, 4, 0, 0), 0x160 }, { SYS(3, 3, 14, 3, 2), 0x168 }, { SYS(3, 3, 14, 3, 1), 0x170 },
	{ SYS(3, 3, 14, 2, 2), 0x178 }, { SYS(3, 3, 14, 2, 1), 0x180 }, { SYS(3, 0, 1, 2, 0), 0x1e0 },
	{ SYS(3, 0, 2, 0, 0), 0x200 }, { SYS(3, 0, 2, 0, 1), 0x210 }, { SYS(3, 0, 6, 0, 0), 0x220 },
	{ SYS(3, 0, 4, 0, 1), 0x230 }, { SYS(3, 4, 4, 1, 0), 0x240 }, { SYS(3, 0, 12, 0, 0), 0x250 },
};

static unsigned int laid(u32 sysreg)
{
	unsigned int i;

	for (i = 0; i < sizeof(layout) / sizeof(layout[0]); i++)
		if (layout[i].sysreg == sysreg)
			return layout[i].offset;
	return 0;
}

/* Every encoding there is. */
static void page_el1(void)
{
	u32 n;

	for (n = 0; n < 1 << 16; n++)
		CHECK_EQ(keel_page_el1(n << 5), laid(n << 5));
}

static unsigned int ich(u32 op1, u32 crn, u32 crm, u32 op2)
{
	if (op1 != 4 || crn != 12)
		return 0;
	if (crm == 12 || crm == 13)
		return 0x400 + 64 * (crm - 12) + 8 * op2;
	if ((crm == 8 || crm == 9) && op2 < 4)
		return (crm == 8 ? 0x480 : 0x4a0) + 8 * op2;
	if (crm == 11)
		return op2 == 0 ? 0x4c0 : op2 == 7 ? 0x4c8 : 0;
	return 0;
}

static void page_ich(void)
{
	u32 op1, crn, crm, op2;

	for (op1 = 0; op1 < 8; op1++)
		for (crn = 0; crn < 16; crn++)
			for (crm = 0; crm < 16; crm++)
				for (op2 = 0; op2 < 8; op2++)
					CHECK_EQ(keel_page_ich(SYS(3, op1, crn, crm, op2)), ich(op1, crn, crm, op2));
	CHECK_EQ(keel_page_ich(SYS(1, 4, 12, 12, 0)), 0);
}

/* ---- exception returns ---- */

#define IL	BIT_ULL(20)
#define NZCV	GENMASK_ULL(31, 28)

static enum keel_eret_to expected(unsigned int mode, bool tge)
{
	switch (mode) {
	case 0x8:
	case 0x9:
		return KEEL_ERET_EL2;
	case 0x4:
	case 0x5:
		return tge ? KEEL_ERET_ILLEGAL : KEEL_ERET_BELOW;
	case 0x0:
		return tge ? KEEL_ERET_EL0 : KEEL_ERET_BELOW;
	}
	return KEEL_ERET_ILLEGAL;
}

static void eret_target(void)
{
	unsigned int mode;

	for (mode = 0; mode < 32; mode++) {
		CHECK_EQ(keel_pstate_eret(NZCV | mode, true), expected(mode, true));
		CHECK_EQ(keel_pstate_eret(mode, false), expected(mode, false));
	}
}

static void eret_legal(void)
{
	u64 flags = NZCV | IL | 0x3c0 | BIT_ULL(21) | BIT_ULL(22);

	CHECK_EQ(keel_pstate_after_eret(0x3c5, flags | 0x9, KEEL_ERET_EL2), flags | 0x5);
	CHECK_EQ(keel_pstate_after_eret(0x3c5, 0x8, KEEL_ERET_EL2), 0x4);
	CHECK_EQ(keel_pstate_after_eret(0x3c5, flags, KEEL_ERET_EL0), flags);
	CHECK_EQ(keel_pstate_returned(flags | 0x9, false), flags | 0x9);
	CHECK_EQ(keel_pstate_returned(flags | 0x9, true), (flags & ~BIT_ULL(21)) | 0x9);
	/* what a CPU with more features would have there */
	CHECK_EQ(keel_pstate_after_eret(0x3c5, ~0ULL << 32 | 0x9, KEEL_ERET_EL2), 0x5);
}

/* The level and what else the return would have brought stay, flags and masks come all the same. */
static void eret_illegal(void)
{
	CHECK_EQ(keel_pstate_after_eret(0x3c5, 0xd, KEEL_ERET_ILLEGAL), IL | 0x5);
	CHECK_EQ(keel_pstate_after_eret(0x004, NZCV | 0x3cd, KEEL_ERET_ILLEGAL), NZCV | IL | 0x3c4);
	CHECK_EQ(keel_pstate_after_eret(NZCV | BIT_ULL(24) | 0x5, BIT_ULL(12) | 0x5, KEEL_ERET_ILLEGAL),
		 BIT_ULL(24) | IL | 0x5);
}

static void pstate_forms(void)
{
	unsigned int mode;

	CHECK_EQ(keel_pstate_to_cpu(NZCV | 0x3c9), NZCV | 0x3c5);
	CHECK_EQ(keel_pstate_to_cpu(0x8), 0x4);
	CHECK_EQ(keel_pstate_from_cpu(0x4), 0x8);
	for (mode = 0; mode < 32; mode++) {
		CHECK_EQ(keel_pstate_is_el2(mode), mode == 8 || mode == 9);
		CHECK_EQ(keel_pstate_is_el1(mode), mode == 4 || mode == 5);
		if (keel_pstate_is_el2(mode))
			CHECK_EQ(keel_pstate_from_cpu(keel_pstate_to_cpu(mode)), mode);
		else
			CHECK_EQ(keel_pstate_to_cpu(mode), mode);
	}
}

/* ---- ID registers ---- */

/* One field through all its values: what comes out, and the rest of the register as it was. */
static void field(unsigned int crm, unsigned int op2, unsigned int shift, unsigned int min,
		  unsigned int max)
{
	unsigned int idx = KEEL_IDLIMITS_IDX(crm, op2), v, want;
	u64 rest = keel_idview(idx, 0, 12) & ~(0xfULL << shift);

	for (v = 0; v < 16; v++) {
		want = v < min ? min : v > max ? max : v;
		CHECK_EQ(keel_idview(idx, (u64)v << shift, 12), rest | (u64)want << shift);
	}
}

static void fixed(unsigned int crm, unsigned int op2, unsigned int shift, unsigned int val)
{
	field(crm, op2, shift, val, val);
}

static void idview(void)
{
	static const u8 zero[][3] = {
		{ 4, 0, 36 }, { 4, 0, 40 }, { 4, 0, 44 }, { 4, 0, 52 }, { 5, 0, 28 }, { 6, 1, 40 }, { 6, 1, 60 },
		{ 7, 0, 12 }, { 7, 0, 44 }, { 7, 1, 28 }, { 7, 1, 36 }, { 7, 1, 48 }, { 7, 1, 56 }, { 7, 2, 16 }, { 7, 2, 20 },
		{ 7, 2, 24 }, { 7, 2, 28 }, { 7, 2, 52 }, { 7, 4, 20 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(zero) / sizeof(zero[0]); i++)
		fixed(zero[i][0], zero[i][1], zero[i][2], 0);
	for (i = 0; i < 16; i += 4)
		fixed(4, 0, i, 1);
	fixed(7, 1, 8, 1);
	fixed(7, 4, 24, 14);
	field(7, 0, 0, 0, 5);
	field(7, 0, 56, 0, 1);
	field(7, 0, 60, 0, 1);
	field(7, 1, 0, 0, 1);
	field(7, 2, 48, 0, 1);	/* TTL may be hidden */
}

/*
 * Granules of stage 2 as the CPU says it, or by what it says of stage 1; none smaller than the
 * host's pages.
 */
static void idview_granules(void)
{
	static const struct { u64 mmfr0; unsigned int page_shift, g16, g64, g4; } want[] = {
		{ 0, 12, 1, 2, 2 },			/* as stage 1: 4 and 64 KiB */
		{ 0xff100000ULL, 12, 2, 1, 1 },		/* 16 KiB alone */
		{ 0x10200000ULL, 12, 2, 2, 2 },		/* with 52 bits */
		{ 0x33300000000ULL, 12, 2, 2, 2 },
		{ 0x11100100000ULL, 12, 1, 1, 1 },	/* stage 2 has fewer */
		{ 0x222ff000000ULL, 12, 2, 2, 2 },
		{ 0x22200000000ULL, 14, 2, 2, 1 },
		{ 0x22200000000ULL, 16, 1, 2, 1 },
	};
	unsigned int i;
	u64 got;

	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		got = keel_idview(KEEL_IDLIMITS_IDX(7, 0), want[i].mmfr0, want[i].page_shift);
		CHECK_EQ(got >> 32 & 0xf, want[i].g16);
		CHECK_EQ(got >> 36 & 0xf, want[i].g64);
		CHECK_EQ(got >> 40 & 0xf, want[i].g4);
		CHECK_EQ(got & 0xfff00000, want[i].mmfr0 & 0xfff00000);
	}
}

/* FP, GIC, PMU, FWB and the like are as without virtual EL2. */
static void idview_rest(void)
{
	unsigned int idx;

	CHECK_EQ(keel_idview(KEEL_IDLIMITS_IDX(4, 0), 0x1101000011110000ULL, 12), 0x1101000011111111ULL);
	CHECK_EQ(keel_idview(KEEL_IDLIMITS_IDX(5, 0), 0x0000000000f05f06ULL, 12), 0x0000000000f05f06ULL);
	CHECK_EQ(keel_idview(KEEL_IDLIMITS_IDX(7, 2), 0x1200011000000011ULL, 12),
		 0x1200011000000011ULL);
	for (idx = 0; idx < KEEL_IDLIMITS_IDX(4, 0); idx++)
		CHECK_EQ(keel_idview(idx, 0x87654321, 12), 0x87654321);
}

/* ---- list registers ---- */

#define PENDING	BIT_ULL(62)
#define ACTIVE	BIT_ULL(63)
#define HW	BIT_ULL(61)
#define EOI	BIT_ULL(41)

static void list_registers(void)
{
	u64 lr[8] = { 0, EOI, HW | EOI, HW, PENDING, ACTIVE | EOI, PENDING | ACTIVE, PENDING | HW | EOI };

	CHECK_EQ(keel_ich_eisr(lr, 8), 0x02);
	CHECK_EQ(keel_ich_elrsr(lr, 8), 0x0d);
	CHECK_EQ(keel_ich_eisr(lr, 1), 0);
	CHECK_EQ(keel_ich_elrsr(lr, 2), 0x01);
}

static void misr_counts(void)
{
	u64 none[4] = { 0 }, one[4] = { ACTIVE }, two[4] = { ACTIVE, 0, PENDING };

	CHECK_EQ(keel_ich_misr(0, 0, none, 4), 0);
	CHECK_EQ(keel_ich_misr(BIT(1), 0, none, 4), BIT(1));
	CHECK_EQ(keel_ich_misr(BIT(1), 0, one, 4), BIT(1));
	CHECK_EQ(keel_ich_misr(BIT(1), 0, two, 4), 0);
	CHECK_EQ(keel_ich_misr(BIT(3), 0, one, 4), BIT(3));
	CHECK_EQ(keel_ich_misr(BIT(3), 0, two, 4), 0);
	CHECK_EQ(keel_ich_misr(BIT(2), 0, none, 4), 0);
	CHECK_EQ(keel_ich_misr(BIT(2) | 1u << 27, 0, none, 4), BIT(2));
	one[0] = EOI;
	CHECK_EQ(keel_ich_misr(0, 0, one, 4), BIT(0));
	/* one that there is not does not count */
	CHECK_EQ(keel_ich_misr(BIT(1), 0, two, 2), BIT(1));
}

static void misr_groups(void)
{
	u64 lr[1] = { 0 };
	unsigned int hcr, vmcr;

	for (hcr = 0; hcr < 16; hcr++)
		for (vmcr = 0; vmcr < 4; vmcr++) {
			unsigned int on = (vmcr & 1 ? 1 : 2) | (vmcr & 2 ? 4 : 8);

			CHECK_EQ(keel_ich_misr(hcr << 4, vmcr, lr, 1), (hcr & on) << 4);
		}
}

/*
 * Whatever they hold: what the CPU gets is no interrupt of its own, and nothing that the guest did
 * not say.
 */
static void lists_for_cpu(void)
{
	u64 lr[16], cpu[16], val;
	u8 from[16];
	unsigned int i, n, round, loaded, wanted;

	for (round = 0; round < 20000; round++) {
		n = 1 + random() % 16;
		for (i = wanted = 0; i < n; i++) {
			lr[i] = (u64)random() << 42 ^ (u64)random() << 21 ^ (u64)random();
			if (random() & 1)
				lr[i] &= ~(PENDING | ACTIVE);
			wanted += !!(lr[i] & (PENDING | ACTIVE));
		}
		loaded = keel_ich_load(lr, n, cpu, from);
		CHECK_EQ(loaded, wanted);
		for (i = 0; i < loaded; i++) {
			val = lr[from[i]];
			CHECK(!i || from[i] > from[i - 1]);
			CHECK_EQ(cpu[i] & 0xd0ff0000ffffffffULL, val & 0xd0ff0000ffffffffULL);
			CHECK_EQ(cpu[i] & ~0xd0ff0000ffffffffULL, val & HW ? EOI : val & EOI);
		}
	}
}

static void lists_fold(void)
{
	u64 hw = PENDING | HW | 27ULL << 32 | 27, soft = PENDING | EOI | 40, states[] = { 0, PENDING, ACTIVE, PENDING | ACTIVE };
	unsigned int i;

	for (i = 0; i < 4; i++) {
		CHECK_EQ(keel_ich_fold(hw, states[i] | EOI | 27), (hw & ~PENDING) | states[i]);
		CHECK_EQ(keel_ich_fold(soft, states[i] | EOI | 40), (soft & ~PENDING) | states[i]);
		CHECK_EQ(keel_ich_ended(hw, states[i] | EOI | 27), states[i] ? -1 : 27);
		CHECK_EQ(keel_ich_ended(soft, states[i] | EOI | 40), -1);
	}
	/* nothing was there to be ended */
	CHECK_EQ(keel_ich_ended(HW | 27ULL << 32, 0), -1);
	CHECK_EQ(keel_ich_ended(ACTIVE | HW | 1019ULL << 32, 0), 1019);
	CHECK(keel_ich_has_pending(&hw, 1));
	hw = PENDING | ACTIVE;
	CHECK(!keel_ich_has_pending(&hw, 1));
}

/* What is told already is not told again, or the CPU would do nothing else. */
static void lists_hcr(void)
{
	u32 all = keel_ich_hcr_for_cpu(~0ULL, false), told = keel_ich_hcr_for_cpu(~0ULL, true);

	CHECK_EQ(all, 0xf8005cff);
	CHECK_EQ(told, 0xf8005c01);
	CHECK_EQ(keel_ich_hcr_for_cpu(7, true), 5);
	CHECK_EQ(keel_ich_fold_count(0xf8000005, 3), 0x18000005);
	CHECK_EQ(keel_ich_fold_count(5, 31), 0xf8000005);
}

static void vtr(void)
{
	CHECK_EQ(keel_ich_vtr(0), 1 << 20);
	CHECK_EQ(keel_ich_vtr(~0ULL), 0xfc18001f);
	CHECK_EQ(keel_ich_vtr(0x90000003), 0x90100003);
}

/* ---- TLBI ---- */

/* Arm ARM C5.5, op1=4. */
static const struct { u8 crm, op2, tlb; enum keel_tlbi kind; } tlbis[] = {
	{ 0, 1, 0, KEEL_TLBI_IPA }, { 0, 2, 2, KEEL_TLBI_IPA_RANGE }, { 0, 5, 0, KEEL_TLBI_IPA },
	{ 0, 6, 2, KEEL_TLBI_IPA_RANGE },
	{ 1, 0, 1, KEEL_TLBI_EL2_ALL }, { 1, 1, 1, KEEL_TLBI_EL2_VA }, { 1, 4, 1, KEEL_TLBI_ALLE1 },
	{ 1, 5, 1, KEEL_TLBI_EL2_VA }, { 1, 6, 1, KEEL_TLBI_VMALLS12 },
	{ 2, 1, 2, KEEL_TLBI_EL2_ALL }, { 2, 5, 2, KEEL_TLBI_EL2_ALL },
	{ 3, 0, 0, KEEL_TLBI_EL2_ALL }, { 3, 1, 0, KEEL_TLBI_EL2_VA }, { 3, 4, 0, KEEL_TLBI_ALLE1 },
	{ 3, 5, 0, KEEL_TLBI_EL2_VA }, { 3, 6, 0, KEEL_TLBI_VMALLS12 },
	{ 4, 0, 1, KEEL_TLBI_IPA }, { 4, 1, 0, KEEL_TLBI_IPA }, { 4, 2, 2, KEEL_TLBI_IPA_RANGE },
	{ 4, 3, 2, KEEL_TLBI_IPA_RANGE }, { 4, 4, 1, KEEL_TLBI_IPA }, { 4, 5, 0, KEEL_TLBI_IPA },
	{ 4, 6, 2, KEEL_TLBI_IPA_RANGE }, { 4, 7, 2, KEEL_TLBI_IPA_RANGE },
	{ 5, 1, 2, KEEL_TLBI_EL2_ALL }, { 5, 5, 2, KEEL_TLBI_EL2_ALL },
	{ 6, 1, 2, KEEL_TLBI_EL2_ALL }, { 6, 5, 2, KEEL_TLBI_EL2_ALL },
	{ 7, 0, 0, KEEL_TLBI_EL2_ALL }, { 7, 1, 0, KEEL_TLBI_EL2_VA }, { 7, 4, 0, KEEL_TLBI_ALLE1 },
	{ 7, 5, 0, KEEL_TLBI_EL2_VA }, { 7, 6, 0, KEEL_TLBI_VMALLS12 },
};

/* op1=0 */
static const struct { u8 crm, op2, tlb; enum keel_tlbi kind; } tlbis_el1[] = {
	{ 1, 0, 1, KEEL_TLBI_VMALL }, { 1, 1, 1, KEEL_TLBI_VA }, { 1, 2, 1, KEEL_TLBI_ASID }, { 1, 3, 1, KEEL_TLBI_VAA },
	{ 1, 5, 1, KEEL_TLBI_VA }, { 1, 7, 1, KEEL_TLBI_VAA },
	{ 2, 1, 2, KEEL_TLBI_VMALL }, { 2, 3, 2, KEEL_TLBI_VMALL }, { 2, 5, 2, KEEL_TLBI_VMALL }, { 2, 7, 2, KEEL_TLBI_VMALL },
	{ 3, 0, 0, KEEL_TLBI_VMALL }, { 3, 1, 0, KEEL_TLBI_VA }, { 3, 2, 0, KEEL_TLBI_ASID }, { 3, 3, 0, KEEL_TLBI_VAA },
	{ 3, 5, 0, KEEL_TLBI_VA }, { 3, 7, 0, KEEL_TLBI_VAA },
	{ 5, 1, 2, KEEL_TLBI_VMALL }, { 5, 3, 2, KEEL_TLBI_VMALL }, { 5, 5, 2, KEEL_TLBI_VMALL }, { 5, 7, 2, KEEL_TLBI_VMALL },
	{ 6, 1, 2, KEEL_TLBI_VMALL }, { 6, 3, 2, KEEL_TLBI_VMALL }, { 6, 5, 2, KEEL_TLBI_VMALL }, { 6, 7, 2, KEEL_TLBI_VMALL },
	{ 7, 0, 0, KEEL_TLBI_VMALL }, { 7, 1, 0, KEEL_TLBI_VA }, { 7, 2, 0, KEEL_TLBI_ASID }, { 7, 3, 0, KEEL_TLBI_VAA },
	{ 7, 5, 0, KEEL_TLBI_VA }, { 7, 7, 0, KEEL_TLBI_VAA },
};

static enum keel_tlbi tlbi_el1_of(unsigned int crm, unsigned int op2, unsigned int tlb)
{
	unsigned int i;

	for (i = 0; i < sizeof(tlbis_el1) / sizeof(tlbis_el1[0]); i++)
		if (tlbis_el1[i].crm == crm && tlbis_el1[i].op2 == op2)
			return tlb >= tlbis_el1[i].tlb ? tlbis_el1[i].kind : KEEL_TLBI_NONE;
	return KEEL_TLBI_NONE;
}

static enum keel_tlbi tlbi_of(unsigned int crm, unsigned int op2, unsigned int tlb)
{
	unsigned int i;

	for (i = 0; i < sizeof(tlbis) / sizeof(tlbis[0]); i++)
		if (tlbis[i].crm == crm && tlbis[i].op2 == op2)
			return tlb >= tlbis[i].tlb ? tlbis[i].kind : KEEL_TLBI_NONE;
	return KEEL_TLBI_NONE;
}

static void tlbi(void)
{
	unsigned int crn, crm, op2, tlb, xs;
	enum keel_tlbi want;

	for (crn = 0; crn < 16; crn++)
		for (crm = 0; crm < 16; crm++)
			for (op2 = 0; op2 < 8; op2++)
				for (tlb = 0; tlb < 3; tlb++)
					for (xs = 0; xs < 2; xs++) {
						want = crn == 8 || (crn == 9 && xs)
							       ? tlbi_of(crm, op2, tlb)
							       : KEEL_TLBI_NONE;
						CHECK_EQ(keel_tlbi_decode(crn, crm, op2, tlb, xs), want);
						want = crn == 8 || (crn == 9 && xs)
							       ? tlbi_el1_of(crm, op2, tlb)
							       : KEEL_TLBI_NONE;
						CHECK_EQ(keel_tlbi_decode_el1(crn, crm, op2, tlb, xs), want);
					}
}

/* Of the largest block that the granule has, in bytes. */
static u64 block_of(u64 page)
{
	return page == 4096 ? 1ULL << 30 : page == 16384 ? 1ULL << 25 : 1ULL << 29;
}

static bool covers(struct keel_tlbi_span s, u64 first, u64 last, unsigned int bits)
{
	u64 top = (1ULL << bits) - 1;

	if (first > top)
		return true;
	return s.first <= first && s.last >= (last < top ? last : top) && s.last <= top;
}

static u64 random64(void)
{
	return (u64)random() << 42 ^ (u64)random() << 21 ^ (u64)random();
}

/* What TTL says to a guest that has it, each granule and level; else the largest there is. */
static void tlbi_ipa(void)
{
	static const u64 size[4][4] = {
		{ 0 }, { 0, 1ULL << 30, 1ULL << 21, 1ULL << 12 }, { 0, 0, 1ULL << 25, 1ULL << 14 },
		{ 0, 0, 1ULL << 29, 1ULL << 16 },
	};
	unsigned int i, ttl, bits;

	for (i = 0; i < 20000; i++)
		for (ttl = 0; ttl < 16; ttl++) {
			unsigned int shift = 12 + 2 * (i % 3);
			u64 ipa = random64() & GENMASK_ULL(47, 12);
			bool has = i % 4;
			u64 said = has ? size[ttl >> 2][ttl & 3] : 0;
			u64 want = said ?: block_of(1ULL << shift);
			struct keel_tlbi_span s;

			bits = 32 + i % 17;
			s = keel_tlbi_ipa(ipa >> 12 | (u64)ttl << 44 | (u64)i << 63, shift, bits,
					  has);
			CHECK(covers(s, ipa / want * want, ipa / want * want + want - 1, bits));
			/* and not much more */
			if (ipa >> bits)
				CHECK(s.last < s.first);
			else
				CHECK(s.last - s.first < want);
		}
}

static void tlbi_ipa_range(void)
{
	unsigned int i, bits;

	for (i = 0; i < 300000; i++) {
		u64 num = i % 32, scale = i / 32 % 4, tg = i / 128 % 4,
		    base = random64() & GENMASK_ULL(36, 0);
		u64 page = tg ? 1024ULL << 2 * tg : 0, count = num + 1, first = base * page, last;
		struct keel_tlbi_span s;

		bits = 32 + i % 17;
		if (i % 5 == 0)
			base = base % 4096, first = base * page;
		for (unsigned int k = 0; k < 5 * scale + 1; k++)
			count *= 2;
		last = first + count * page - 1;
		s = keel_tlbi_ipa_range(base | num << 39 | scale << 44 | tg << 46, bits);
		if (!page) {
			CHECK(s.last < s.first);
			continue;
		}
		CHECK(covers(s, first, last, bits));
		if (s.first <= s.last)
			CHECK(s.last - s.first < last - first + 2 * block_of(page));
	}
}

int main(void)
{
	srandom(4711);
	RUN(page_el1);
	RUN(page_ich);
	RUN(eret_target);
	RUN(eret_legal);
	RUN(eret_illegal);
	RUN(pstate_forms);
	RUN(idview);
	RUN(idview_granules);
	RUN(idview_rest);
	RUN(list_registers);
	RUN(misr_counts);
	RUN(misr_groups);
	RUN(lists_for_cpu);
	RUN(lists_fold);
	RUN(lists_hcr);
	RUN(vtr);
	RUN(tlbi);
	RUN(tlbi_ipa);
	RUN(tlbi_ipa_range);
	return ktap_done();
}
