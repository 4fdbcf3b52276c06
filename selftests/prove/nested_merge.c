// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: nested/merge.c
 * unwind: 4
 *
 * Every value of the hypervisor's and the guest hypervisor's controls: a trap that keel wants is
 * there whatever the guest wants, what keel does not let through is not let through, and what is
 * keel's alone is as keel has it.
 */
#include "nested/merge.h"
#include "prove.h"

#define HCR_TRAPS	(BIT_ULL(13) | BIT_ULL(14) | BIT_ULL(15) | GENMASK_ULL(20, 16) | BIT_ULL(21) | BIT_ULL(22) | \
			 BIT_ULL(23) | BIT_ULL(24) | BIT_ULL(25) | BIT_ULL(26) | BIT_ULL(30) | BIT_ULL(35))
#define HCR_OWN		(BIT_ULL(0) | BIT_ULL(1) | BIT_ULL(3) | BIT_ULL(4) | BIT_ULL(5) | BIT_ULL(6) | BIT_ULL(7) | \
			 BIT_ULL(8) | BIT_ULL(27) | BIT_ULL(31) | BIT_ULL(32) | BIT_ULL(33) | BIT_ULL(34) | \
			 BIT_ULL(42) | BIT_ULL(43) | BIT_ULL(45) | BIT_ULL(46))
#define HCR_THROUGH	(BIT_ULL(40) | BIT_ULL(41))

int main(void)
{
	u64 own = any_u64(), guest = any_u64(), v = keel_merge_hcr(own, guest);
	enum keel_fgt reg = any_below(KEEL_NR_FGT);

	holds(!(HCR_TRAPS & (own | guest) & ~v));
	holds(!((own ^ v) & HCR_OWN));
	holds(!(v & HCR_THROUGH & ~(own & guest)));
	/* WFE that keel has trap is not delayed by the guest */
	implies(own & BIT_ULL(14), v >> 59 == own >> 59);
	holds(!(v & ~(own | guest)));

	v = keel_merge_mdcr(own, guest);
	holds(!(own & ~v) && !(v & ~(own | guest)));
	holds((v & 0x1f) == (own & 0x1f));	/* HPMN */

	v = keel_merge_cptr(own, guest);
	for (unsigned int shift = 16; shift <= 24; shift += 4)
		holds((v >> shift & 3) == ((own & guest) >> shift & 1 ? 3 : 0));
	holds(!((own | guest) & ~v & (BIT_ULL(28) | BIT_ULL(30) | BIT_ULL(31))));

	v = keel_merge_hcrx(own, guest);
	holds(!(v & (GENMASK_ULL(2, 0) | BIT_ULL(5) | BIT_ULL(11) | BIT_ULL(14)) & ~(own & guest)));
	implies((own | guest) & BIT_ULL(6), v & BIT_ULL(6));

	v = keel_merge_fgt(reg, own, guest);
	/* bits above and below by their sense: trapping ones of either, letting through of both */
	holds(!((v ^ (own | guest)) & (v ^ (own & guest))));
	implies(reg == KEEL_FGT_HFGITR,
		(v & GENMASK_ULL(54, 0)) == ((own | guest) & GENMASK_ULL(54, 0)));
	implies(reg == KEEL_FGT_HFGRTR, v >> 52 == (own & guest) >> 52);
	reached(v != own && v != guest);
	reached((own & BIT_ULL(14)) && (guest >> 59) && !(own >> 59));
	reached(reg == KEEL_FGT_HFGRTR && own >> 52 != guest >> 52);
	return 0;
}

/* mutant: nested/merge.c: s/((own | guest) \& r.either)/(guest \& r.either)/ */
/* mutant: nested/merge.c: s/(own \& guest \& r.both)/(guest \& r.both)/ */
/* mutant: nested/merge.c: s/own \& guest \& B(shift) ?/guest \& B(shift) ?/ */
/*
 * mutant: nested/merge.c: s/return own \& HCR_TWE || !(guest \& HCR_TWE)/return !(guest \&
 * HCR_TWE)/
 */
/*
 * mutant: nested/merge.c: s/\[KEEL_FGT_HFGRTR\] = GENMASK_ULL(63, 52)/[KEEL_FGT_HFGRTR] =
 * GENMASK_ULL(63, 53)/
 */
