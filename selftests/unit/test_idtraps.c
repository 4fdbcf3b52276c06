// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/idtraps.c arch/idlimits.c */
/*
 * Traps by ID registers: each field that user space may lower, and that is not
 * hidden from all, has a row, and no row is about any other; a guest with all
 * features has no trap that it could do without, one with none has them all.
 */
#include <string.h>
#include "arch/idlimits.h"
#include "arch/idtraps.h"
#include "ktap.h"

#define HFGITR_RANGE	(0xfULL << 24 | 0xffULL << 34)

static const struct keel_idtrap *find(unsigned int idx, unsigned int shift)
{
	const struct keel_idtrap *row;
	unsigned int n;

	for (row = keel_idtraps_rows(&n); n--; row++)
		if (row->idx == idx && row->shift == shift)
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

static bool is_trap(const struct keel_idtrap *row)
{
	return row->kind == KEEL_TRAP_LESS || row->kind == KEEL_TRAP_OPEN;
}

/* Only rows of traps have bits, and only such a field has more than one row. */
static void rows_are_well_formed(void)
{
	const struct keel_idtrap *row;
	unsigned int n;

	for (row = keel_idtraps_rows(&n); n--; row++) {
		CHECK(row->idx < KEEL_IDLIMITS_NR && row->shift % 4 == 0 && row->shift < 64);
		CHECK_EQ(is_trap(row), row->bits != 0);
		CHECK_EQ(is_trap(row), row->min != 0);
		CHECK(row->reg < KEEL_NR_TRAP_REGS);
		CHECK(is_trap(row) || find(row->idx, row->shift) == row);
	}
}

static void all_or_nothing(void)
{
	u64 idregs[KEEL_IDLIMITS_NR], set[KEEL_NR_TRAP_REGS];

	memset(idregs, 0xff, sizeof(idregs));
	keel_idtraps_compute(idregs, set);
	CHECK_EQ(set[KEEL_TRAP_HCR], 0);
	CHECK_EQ(set[KEEL_TRAP_HFGITR], 0);
	CHECK_EQ(set[KEEL_TRAP_HCRX], 3ULL << 10);
	memset(idregs, 0, sizeof(idregs));
	keel_idtraps_compute(idregs, set);
	CHECK_EQ(set[KEEL_TRAP_HCR], 1ULL << 55);
	CHECK_EQ(set[KEEL_TRAP_HFGITR], HFGITR_RANGE | 0x3fULL << 18 | 3ULL << 16 | 3ULL << 8 | 7ULL << 48 | 1ULL << 60);
	CHECK_EQ(set[KEEL_TRAP_HCRX], 0);
}

static void one_by_one(void)
{
	u64 idregs[KEEL_IDLIMITS_NR], set[KEEL_NR_TRAP_REGS];

	memset(idregs, 0xff, sizeof(idregs));
	idregs[KEEL_IDLIMITS_IDX(6, 0)] = 1ULL << 56;		/* TLB: OS, no ranges */
	idregs[KEEL_IDLIMITS_IDX(6, 1)] = 1 | 1ULL << 40;	/* DPB, SPECRES: the first version */
	idregs[KEEL_IDLIMITS_IDX(7, 1)] = 1ULL << 20;		/* PAN */
	keel_idtraps_compute(idregs, set);
	CHECK_EQ(set[KEEL_TRAP_HCR], 0);
	CHECK_EQ(set[KEEL_TRAP_HFGITR], HFGITR_RANGE | 1ULL << 9 | 1ULL << 60 | 3ULL << 16);
}

int main(void)
{
	RUN(each_field_has_a_row);
	RUN(rows_are_well_formed);
	RUN(all_or_nothing);
	RUN(one_by_one);
	return ktap_done();
}
