// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/idtraps.c arch/idlimits.c */
/*
 * Traps by ID registers: each field that user space may lower, and that is not
 * hidden from all, has a row, and no row but of what is hidden from all is about any
 * other; a guest with all features has no trap that it could do without, one with none
 * has them all.
 */
#include <string.h>
#include "arch/idlimits.h"
#include "arch/idtraps.h"
#include "ktap.h"

#define ALWAYS_HCR	(1ULL << 35 | 1ULL << 58)	/* TLOR, TID5 */
#define ALWAYS_HFGITR	(1ULL << 62)			/* ATS1E1A */
#define HFGITR_RANGE	(0xfULL << 24 | 0xffULL << 34)

static const struct keel_idtrap *find(unsigned int idx, unsigned int shift)
{
	const struct keel_idtrap *row;
	unsigned int n;

	for (row = keel_idtraps_rows(&n); n--; row++)
		if (row->idx == idx && row->shift == shift && row->kind != KEEL_TRAP_HIDE)
			return row;
	return NULL;
}

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

static void each_field_has_a_row(void)
{
	for (unsigned int idx = KEEL_IDLIMITS_IDX(4, 0); idx < KEEL_IDLIMITS_NR; idx++) {
		const struct keel_idlimit *l = keel_idlimits_reg(idx);

		for (unsigned int i = 0; i < l->nr; i++) {
			bool want = can_be_lowered(idx, &l->fields[i]);

			if (!!find(idx, l->fields[i].shift) != want)
				printf("# %s.%s\n", l->name, l->fields[i].name);
			CHECK_EQ(!!find(idx, l->fields[i].shift), want);
		}
	}
}

/* The most that any guest may find in the field. */
static u64 largest(const struct keel_idtrap *row)
{
	u64 most = 0;

	for (unsigned int abi = 0; abi < KEEL_NR_ABIS; abi++)
		most |= keel_idlimits_offer(row->idx, abi, ~0ULL,
					    KEEL_IDOFFER_PAUTH | KEEL_IDOFFER_PMU);
	return (most >> row->shift) & 0xf;
}

/* What is hidden is so from all. */
static void hidden_is_hidden(void)
{
	const struct keel_idtrap *row;
	unsigned int n;

	for (row = keel_idtraps_rows(&n); n--; row++)
		if (row->kind == KEEL_TRAP_HIDE)
			CHECK_EQ(largest(row), 0);
}

static bool has_min(const struct keel_idtrap *row)
{
	return row->kind == KEEL_TRAP_LESS || row->kind == KEEL_TRAP_OPEN;
}

static bool may_have_bits(const struct keel_idtrap *row)
{
	return has_min(row) || row->kind == KEEL_TRAP_ASKS || row->kind == KEEL_TRAP_HIDE;
}

/* Only rows of traps have bits, and only such a field has more than one row. */
static void rows_are_well_formed(void)
{
	const struct keel_idtrap *row;
	unsigned int n;

	for (row = keel_idtraps_rows(&n); n--; row++) {
		CHECK(row->idx < KEEL_IDLIMITS_NR && row->shift % 4 == 0 && row->shift < 64);
		CHECK(may_have_bits(row) ? row->bits || row->kind == KEEL_TRAP_ASKS : !row->bits);
		CHECK_EQ(has_min(row), row->min != 0);
		CHECK(row->reg < KEEL_NR_TRAP_REGS);
		CHECK(row->bits || find(row->idx, row->shift) == row);
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
	RUN(each_field_has_a_row);
	RUN(rows_are_well_formed);
	RUN(hidden_is_hidden);
	RUN(all_or_nothing);
	RUN(one_by_one);
	RUN(each_turns_at_its_least);
	return ktap_done();
}
