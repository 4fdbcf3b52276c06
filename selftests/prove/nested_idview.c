// SPDX-License-Identifier: GPL-2.0-only
/*
 * long:
 * proves: nested/idview.c
 * unwind: 40
 *
 * Every ID register of a host: what a guest with virtual EL2 has of it is what it would have of
 * that again, says what keel does for it (VHE, no nesting below, 48 bits), and changes no field of
 * which nothing is to be said.
 */
#include "arch/idlimits.h"
#include "nested/idview.h"
#include "prove.h"

int main(void)
{
	unsigned int idx = any_below(KEEL_IDLIMITS_NR), page_shift = 12 + 2 * any_below(3);
	u64 val = any_u64(), v = keel_idview(idx, val, page_shift);

	holds(keel_idview(idx, v, page_shift) == v);
	/* PFR0, DFR0, ISAR1, MMFR0, MMFR1, MMFR2, MMFR4 alone */
	implies(idx != KEEL_IDLIMITS_IDX(4, 0) && idx != KEEL_IDLIMITS_IDX(5, 0) &&
		idx != KEEL_IDLIMITS_IDX(6, 1) &&
		idx != KEEL_IDLIMITS_IDX(7, 0) && idx != KEEL_IDLIMITS_IDX(7, 1) &&
			idx != KEEL_IDLIMITS_IDX(7, 2) &&
		idx != KEEL_IDLIMITS_IDX(7, 4), v == val);
	if (idx == KEEL_IDLIMITS_IDX(4, 0))
		holds((v & 0xffff) == 0x1111 && !((v ^ val) & 0xff0f000fffff0000ull) &&
		      !(v >> 52 & 15));
	if (idx == KEEL_IDLIMITS_IDX(7, 1))
		holds((v >> 8 & 15) == 1 && (v & 15) <= 1 && (v & 15) <= (val & 15) &&
		      !(v >> 28 & 15));
	if (idx == KEEL_IDLIMITS_IDX(7, 2))
		holds(!(v >> 24 & 15) && (v >> 48 & 15) <= 1 && (v >> 48 & 15) <= (val >> 48 & 15) &&
		      !(v >> 52 & 15) && (v & 0xfff) == (val & 0xfff));
	if (idx == KEEL_IDLIMITS_IDX(7, 4))
		holds(!(v >> 20 & 15) && (v >> 24 & 15) == 14);
	if (idx == KEEL_IDLIMITS_IDX(7, 0)) {
		unsigned int g16 = v >> 32 & 15, g64 = v >> 36 & 15, g4 = v >> 40 & 15;

		holds((v & 15) <= 5 && (v & 15) <= (val & 15) && (v >> 56 & 15) <= 1);
		/* 1: none, 2: there is; of what is smaller than the host's pages there is none */
		holds((g16 == 1 || g16 == 2) && (g64 == 1 || g64 == 2) && (g4 == 1 || g4 == 2));
		implies(page_shift > 12, g4 == 1);
		implies(page_shift > 14, g16 == 1);
		implies((val >> 40 & 15) == 1, g4 == 1);
		implies(!(val >> 40 & 15) && (val >> 28 & 15) == 15, g4 == 1);
		implies(!(val >> 32 & 15) && !(val >> 20 & 15), g16 == 1);
		implies(!(val >> 36 & 15) && (val >> 24 & 15) == 15, g64 == 1);
		implies(!(val >> 36 & 15) && (val >> 24 & 15) != 15, g64 == 2);
		reached(g4 == 2 && g16 == 2 && g64 == 1);
	}
	reached(idx == KEEL_IDLIMITS_IDX(7, 0) && (val & 15) == 6);
	reached(idx == KEEL_IDLIMITS_IDX(7, 1) && (v & 15) == 1);
	return 0;
}

/* mutant: nested/idview.c: s/PARANGE, 5)/PARANGE, 6)/ */
/* mutant: nested/idview.c: s/MMFR2, NV, 0)/MMFR2, CCIDX, 0)/ */
/* mutant: nested/idview.c: s/page_shift > 12 ? 1/page_shift > 14 ? 1/ */
/* mutant: nested/idview.c: s/return own == 1 ? 1 : 2;/return own;/ */
/*
 * mutant: nested/idview.c: s/field < r->min ? r->min : //;s/field > r->max ? r->max : field;/field
 * > r->max ? r->max : field;/
 */
/* mutant: nested/idview.c: s/LSB(TGRAN64), false)/LSB(TGRAN64), true)/ */
