// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/idtraps.c arch/idlimits.c */
/*
 * Traps by ID registers: each field says what becomes of the feature in a guest without it, as
 * the field's limits have it, and has rows of traps if, and only if, that is what it says; every
 * bit of the controls is set by every value of every field as it is written down here; a guest
 * with all features has no trap that it could do without, one with none has them all.
 */
#include <string.h>
#include "arch/idlimits.h"
#include "arch/idtraps.h"
#include "ktap.h"

#define ALWAYS_HCR	(1ULL << 35 | 1ULL << 58)	/* TLOR, TID5 */
#define ALWAYS_HFGITR	(1ULL << 62)			/* ATS1E1A */
#define HFGITR_RANGE	(0xfULL << 24 | 0xffULL << 34)

static bool can_be_lowered(unsigned int idx, const struct keel_idfield *f)
{
	u64 bits = 0xfULL << f->shift;

	if ((keel_idlimits_writable(idx, KEEL_ABI_7_3) & bits) != bits)
		return false;
	switch (f->kind) {
	case KEEL_ID_HIDDEN:
	case KEEL_ID_IGNORED:
	case KEEL_ID_ONCE:
	case KEEL_ID_PAUTH:	/* HCR_EL2.API and APK, by the vCPU's feature */
		return false;
	}
	return true;
}

/* Does a guest find anything in the field, whatever the host's is? */
static bool is_offered(unsigned int idx, unsigned int shift)
{
	u64 any = 0;

	for (u64 host = 0; host < 16; host++)
		any |= keel_idlimits_offer(idx, KEEL_ABI_7_3, host << shift, KEEL_IDOFFER_AA32 |
					   KEEL_IDOFFER_PAUTH | KEEL_IDOFFER_PMU);
	return any;
}

static void check_without(unsigned int idx, const struct keel_idfield *f)
{
	bool lowers = can_be_lowered(idx, f);

	if (lowers != (f->without <= KEEL_WITHOUT_TELLS))
		printf("# %s.%s\n", keel_idlimits_reg(idx)->name, f->name);
	CHECK_EQ(lowers, f->without <= KEEL_WITHOUT_TELLS);
	CHECK_EQ(is_offered(idx, f->shift), f->without != KEEL_WITHOUT_HIDDEN);
	if (f->kind == KEEL_ID_PAUTH)
		CHECK_EQ(f->without, KEEL_WITHOUT_FEATURE);
}

static void each_field_says_what_becomes_of_it(void)
{
	for (unsigned int idx = 0; idx < KEEL_IDLIMITS_NR; idx++) {
		const struct keel_idlimit *l = keel_idlimits_reg(idx);

		for (unsigned int i = 0; i < l->nr; i++)
			check_without(idx, &l->fields[i]);
	}
}

static bool has_min(const struct keel_idtrap *row)
{
	return row->kind == KEEL_TRAP_LESS || row->kind == KEEL_TRAP_OPEN;
}

static unsigned int count(unsigned int idx, unsigned int shift, bool min)
{
	const struct keel_idtrap *row;
	unsigned int n, found = 0;

	for (row = keel_idtraps_rows(&n); n--; row++)
		found += row->idx == idx && row->shift == shift && has_min(row) == min;
	return found;
}

/* Conditions are of what traps without the feature; what traps always asks, or is nobody's. */
static void rows_are_the_fields(void)
{
	unsigned int found = 0, n;

	keel_idtraps_rows(&n);
	for (unsigned int idx = 0; idx < KEEL_IDLIMITS_NR; idx++) {
		const struct keel_idlimit *l = keel_idlimits_reg(idx);

		for (unsigned int i = 0; i < l->nr; i++) {
			const struct keel_idfield *f = &l->fields[i];
			unsigned int min = count(idx, f->shift, true);
			unsigned int always = count(idx, f->shift, false);

			CHECK_EQ(min != 0, f->without == KEEL_WITHOUT_TRAPS);
			CHECK(!always || f->without == KEEL_WITHOUT_ASKS ||
			      f->without == KEEL_WITHOUT_HIDDEN);
			found += min + always;
		}
	}
	CHECK_EQ(found, n);
}

static void rows_are_well_formed(void)
{
	const struct keel_idtrap *row;
	unsigned int n;

	for (row = keel_idtraps_rows(&n); n--; row++) {
		CHECK(row->idx < KEEL_IDLIMITS_NR && row->shift % 4 == 0 && row->shift < 64);
		CHECK(row->bits != 0);
		CHECK_EQ(has_min(row), row->min != 0);
		CHECK(row->reg < KEEL_NR_TRAP_REGS);
	}
}

/* The bits of a control by the Arm ARM, apart from the table: set while the field is below. */
static const struct {
	unsigned int crm, op2, lsb, below;
	enum keel_idtrap_reg reg;
	u64 bits;
} written[] = {
	{ 4, 0, 56, 2, KEEL_TRAP_HFGRTR, 0x00000000c0000000 },	/* CSV2: SCXTNUM_EL0, EL1 */
	{ 4, 0, 56, 2, KEEL_TRAP_HFGWTR, 0x00000000c0000000 },
	{ 6, 0, 56, 1, KEEL_TRAP_HCR,	 0x0080000000000000 },	/* TLB: TTLBOS */
	{ 6, 0, 56, 1, KEEL_TRAP_HFGITR, 0x0000000000fc0000 },	/* TLBI ...OS */
	{ 6, 0, 56, 2, KEEL_TRAP_HFGITR, 0x000003fc0f000000 },	/* TLBI R... */
	{ 6, 1, 0,  1, KEEL_TRAP_HFGITR, 0x0000000000000100 },	/* DPB: DC CVAP */
	{ 6, 1, 0,  2, KEEL_TRAP_HFGITR, 0x0000000000000200 },	/* DC CVADP */
	{ 6, 1, 40, 1, KEEL_TRAP_HFGITR, 0x0007000000000000 },	/* SPECRES: CFP, DVP, CPP */
	{ 6, 1, 40, 2, KEEL_TRAP_HFGITR, 0x1000000000000000 },	/* COSP */
	{ 7, 1, 20, 2, KEEL_TRAP_HFGITR, 0x0000000000030000 },	/* PAN: AT S1E1RP, S1E1WP */
};

static const u64 always[KEEL_NR_TRAP_REGS] = {
	[KEEL_TRAP_HCR] = 0x0400000800000000,		/* TID5, TLOR */
	[KEEL_TRAP_MDCR] = 0x00084c60,			/* TTRF, TPMS, TDRA, TDOSA, TPM, TPMCR */
	[KEEL_TRAP_HFGITR] = 0x4000000000000000,	/* AT S1E1A */
	[KEEL_TRAP_HDFGRTR] = 0x8008000000000420,	/* PMBIDR, TRBIDR, OSECCR, DBGCLAIM */
	[KEEL_TRAP_HDFGWTR] = 0x0000000000000420,	/* OSECCR, DBGCLAIM */
};

static void expect(const u64 *idregs, u64 *set)
{
	memcpy(set, always, sizeof(always));
	for (unsigned int i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		u64 reg = idregs[KEEL_IDLIMITS_IDX(written[i].crm, written[i].op2)];

		if ((reg >> written[i].lsb & 0xf) < written[i].below)
			set[written[i].reg] |= written[i].bits;
	}
	/* MOPS: HCRX_EL2.MSCEn, MCE2 */
	if (idregs[KEEL_IDLIMITS_IDX(6, 2)] >> 16 & 0xf)
		set[KEEL_TRAP_HCRX] |= 0xc00;
}

/* Every value of each of the fields, beside all ones and beside zeros. */
static void as_written(void)
{
	u64 idregs[KEEL_IDLIMITS_NR], set[KEEL_NR_TRAP_REGS], want[KEEL_NR_TRAP_REGS];

	for (unsigned int i = 0; i < KEEL_IDLIMITS_NR * 16 * 16 * 2; i++) {
		unsigned int idx = i / 512, shift = i / 32 % 16 * 4;

		memset(idregs, i & 1 ? 0xff : 0, sizeof(idregs));
		idregs[idx] &= ~(0xfULL << shift);
		idregs[idx] |= (u64)(i / 2 % 16) << shift;
		keel_idtraps_compute(idregs, set);
		expect(idregs, want);
		for (unsigned int r = 0; r < KEEL_NR_TRAP_REGS; r++)
			CHECK_EQ(set[r], want[r]);
	}
}

/* Debug, the PMU, profiling and trace trap whatever the guest has. */
static void check_debug(const u64 *set)
{
	CHECK_EQ(set[KEEL_TRAP_MDCR], 3ULL << 5 | 3ULL << 10 | 1ULL << 14 | 1ULL << 19);
	CHECK_EQ(set[KEEL_TRAP_HDFGRTR], 1ULL << 5 | 1ULL << 10 | 1ULL << 51 | 1ULL << 63);
	CHECK_EQ(set[KEEL_TRAP_HDFGWTR], 1ULL << 5 | 1ULL << 10);
}

static void all_or_nothing(void)
{
	u64 idregs[KEEL_IDLIMITS_NR], set[KEEL_NR_TRAP_REGS];

	memset(idregs, 0xff, sizeof(idregs));
	keel_idtraps_compute(idregs, set);
	CHECK_EQ(set[KEEL_TRAP_HCR], ALWAYS_HCR);
	CHECK_EQ(set[KEEL_TRAP_HFGITR], ALWAYS_HFGITR);
	CHECK_EQ(set[KEEL_TRAP_HCRX], 3ULL << 10);
	CHECK_EQ(set[KEEL_TRAP_HFGRTR], 0);
	CHECK_EQ(set[KEEL_TRAP_HFGWTR], 0);
	check_debug(set);
	memset(idregs, 0, sizeof(idregs));
	keel_idtraps_compute(idregs, set);
	CHECK_EQ(set[KEEL_TRAP_HCR], ALWAYS_HCR | 1ULL << 55);
	CHECK_EQ(set[KEEL_TRAP_HFGRTR], 3ULL << 30);
	CHECK_EQ(set[KEEL_TRAP_HFGWTR], 3ULL << 30);
	check_debug(set);
	CHECK_EQ(set[KEEL_TRAP_HFGITR], ALWAYS_HFGITR | HFGITR_RANGE | 0x3fULL << 18 | 3ULL << 16 | 3ULL << 8 | 7ULL << 48 | 1ULL << 60);
	CHECK_EQ(set[KEEL_TRAP_HCRX], 0);
}

static void one_by_one(void)
{
	u64 idregs[KEEL_IDLIMITS_NR], set[KEEL_NR_TRAP_REGS];

	memset(idregs, 0xff, sizeof(idregs));
	idregs[KEEL_IDLIMITS_IDX(6, 0)] = 1ULL << 56;		/* TLB: OS, no ranges */
	/* DPB, SPECRES: the first version */
	idregs[KEEL_IDLIMITS_IDX(6, 1)] = 1 | 1ULL << 40;
	idregs[KEEL_IDLIMITS_IDX(7, 1)] = 1ULL << 20;		/* PAN */
	keel_idtraps_compute(idregs, set);
	CHECK_EQ(set[KEEL_TRAP_HCR], ALWAYS_HCR);
	CHECK_EQ(set[KEEL_TRAP_HFGITR], ALWAYS_HFGITR | HFGITR_RANGE | 1ULL << 9 | 1ULL << 60 | 3ULL << 16);
}

/* The row's bits that are set where its field has this value, and all others are full. */
static u64 set_at(const struct keel_idtrap *row, u64 val)
{
	u64 idregs[KEEL_IDLIMITS_NR], set[KEEL_NR_TRAP_REGS];

	memset(idregs, 0xff, sizeof(idregs));
	idregs[row->idx] &= ~(0xfULL << row->shift);
	idregs[row->idx] |= val << row->shift;
	keel_idtraps_compute(idregs, set);
	return set[row->reg] & row->bits;
}

static void each_turns_at_its_least(void)
{
	const struct keel_idtrap *row;
	unsigned int n;

	for (row = keel_idtraps_rows(&n); n--; row++) {
		bool open = row->kind == KEEL_TRAP_OPEN;

		if (!has_min(row))
			continue;
		CHECK_EQ(set_at(row, row->min), open ? row->bits : 0);
		CHECK_EQ(set_at(row, row->min - 1), open ? 0 : row->bits);
	}
}

int main(void)
{
	RUN(each_field_says_what_becomes_of_it);
	RUN(rows_are_the_fields);
	RUN(rows_are_well_formed);
	RUN(as_written);
	RUN(all_or_nothing);
	RUN(one_by_one);
	RUN(each_turns_at_its_least);
	return ktap_done();
}
