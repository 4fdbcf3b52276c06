// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: hyp/tlb_range.h
 * unwind: 4
 *
 * Each piece of a range begins where it should, is not empty and not longer than what is left, and
 * its operand says so to the CPU (Arm ARM C5.5, TLBI RIPAS2E1IS): so pieces, one after the other,
 * invalidate the range and end.
 */
#include "hyp/tlb_range.h"
#include "prove.h"

int main(void)
{
	unsigned int shift = 12 + 2 * any_below(3);
	u64 start = any_u64(), pages = any_u64(), op, done, said;
	int level = any_below(4);

	given(start < 1ull << 48 && !(start & ((1ull << shift) - 1)));
	given(pages >= 2 && pages <= 1ull << 36);
	done = keel_tlb_range_operand(start, pages, shift, &op);
	holds(done > 0 && done <= pages);
	/* at least half of it, or the most that there is */
	holds(done * 2 > pages || done == 1ull << 21);
	said = ((op >> 39 & 31) + 1) << (5 * (op >> 44 & 3) + 1);
	holds(said == done);
	holds((op & GENMASK_ULL(36, 0)) == start >> shift);
	holds((op >> 46 & 3) == (shift == 12 ? 1 : shift == 14 ? 2 : 3));
	holds(!(op >> 48) && !(op >> 37 & 3));

	op = keel_tlb_ipa_operand(start, shift, level);
	holds((op & GENMASK_ULL(35, 0)) << 12 == start);
	implies(!level, !(op >> 44));
	implies(level, op >> 44 == ((shift - 10) / 2 << 2 | level));
	reached(done == 1ull << 21 && pages > done);
	reached(pages == 3 && done == 2);
	reached(shift == 16 && level == 2);
	return 0;
}

/* mutant: hyp/tlb_range.h: s/num > 32/num > 64/ */
/* mutant: hyp/tlb_range.h: s/(5 \* scale + 1) == 0/(5 * scale) == 0/ */
/* mutant: hyp/tlb_range.h: s/num - 1)/num)/ */
/* mutant: hyp/tlb_range.h: s/(page_shift - 10) \/ 2/(page_shift - 12) \/ 2/ */
/* mutant: hyp/tlb_range.h: s/GENMASK_ULL(39, 0)/GENMASK_ULL(31, 0)/ */
