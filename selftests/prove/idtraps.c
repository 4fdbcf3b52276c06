// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: arch/idtraps.c arch/idfields.def
 * unwind: 40
 *
 * Every set of ID registers: what no guest has traps whatever they say, what this one is not
 * offered traps, what it is offered does not, and one that is offered less traps no less.
 */
#include "arch/idlimits.h"
#include "arch/idtraps.h"
#include "prove.h"

static u64 field(const u64 *regs, unsigned int idx, unsigned int shift)
{
	return regs[idx] >> shift & 15;
}

int main(void)
{
	u64 regs[KEEL_IDLIMITS_NR] = { 0 }, set[KEEL_NR_TRAP_REGS], tlb, dpb, specres;

	regs[KEEL_IDLIMITS_IDX(4, 0)] = any_u64();
	regs[KEEL_IDLIMITS_IDX(5, 0)] = any_u64();
	regs[KEEL_IDLIMITS_IDX(6, 0)] = any_u64();
	regs[KEEL_IDLIMITS_IDX(6, 1)] = any_u64();
	regs[KEEL_IDLIMITS_IDX(6, 2)] = any_u64();
	regs[KEEL_IDLIMITS_IDX(7, 1)] = any_u64();
	keel_idtraps_compute(regs, set);
	/* MTE, SPE, the trace filter and buffer, debug and PMU, LOR */
	holds(set[KEEL_TRAP_HCR] >> 58 & 1);
	holds((set[KEEL_TRAP_MDCR] & 0x84c60) == 0x84c60);
	holds((set[KEEL_TRAP_HDFGRTR] >> 63) && (set[KEEL_TRAP_HDFGRTR] >> 51 & 1));
	holds(set[KEEL_TRAP_HCR] >> 35 & 1);
	tlb = field(regs, KEEL_IDLIMITS_IDX(6, 0), 56);
	dpb = field(regs, KEEL_IDLIMITS_IDX(6, 1), 0);
	specres = field(regs, KEEL_IDLIMITS_IDX(6, 1), 40);
	holds((set[KEEL_TRAP_HCR] >> 55 & 1) == (tlb < 1));
	holds((set[KEEL_TRAP_HFGITR] >> 18 & 0x3f) == (tlb < 1 ? 0x3f : 0));
	holds((set[KEEL_TRAP_HFGITR] >> 24 & 15) == (tlb < 2 ? 15 : 0) &&
	      (set[KEEL_TRAP_HFGITR] >> 34 & 255) == (tlb < 2 ? 255 : 0));
	holds((set[KEEL_TRAP_HFGITR] >> 8 & 3) == (dpb < 1 ? 3 : dpb < 2 ? 2 : 0));
	holds((set[KEEL_TRAP_HFGITR] >> 48 & 7) == (specres < 1 ? 7 : 0) &&
	      (set[KEEL_TRAP_HFGITR] >> 60 & 1) == (specres < 2));
	holds((set[KEEL_TRAP_HFGITR] >> 16 & 3) == (field(regs, KEEL_IDLIMITS_IDX(7, 1), 20) < 2 ?
						    3 : 0));
	/* MOPS is let through where it is offered */
	holds((set[KEEL_TRAP_HCRX] >> 10 & 3) == (field(regs, KEEL_IDLIMITS_IDX(6, 2), 16) ? 3 :
						  0));
	holds((set[KEEL_TRAP_HFGRTR] >> 30 & 3) == (field(regs, KEEL_IDLIMITS_IDX(4, 0), 56) < 2 ?
						    3 : 0));
	/* nothing else */
	holds(!(set[KEEL_TRAP_HCR] & ~(BIT_ULL(58) | BIT_ULL(55) | BIT_ULL(35))) &&
	      !(set[KEEL_TRAP_HCRX] & ~0xc00ull));
	reached(set[KEEL_TRAP_HFGITR] >> 60 == 5);
	reached(!(set[KEEL_TRAP_HFGITR] & 0xffffffffffull));
	reached(set[KEEL_TRAP_HCRX] != 0 && !set[KEEL_TRAP_HFGWTR]);
	return 0;
}

/* mutant: arch/idtraps.c: s/return val < row->min;/return val <= row->min;/ */
/* mutant: arch/idtraps.c: s/return val >= row->min;/return val < row->min;/ */
/* mutant: arch/idfields.def: s/\(TraceFilt,\t*\)ALWAYS/\1LESS/ */
/* mutant: arch/idfields.def: s/\(IDTRAP(AA64ISAR0, \)TLB,\(\t*LESS, 1,\t*HCR,\)/\1TS,\2/ */
/* mutant: arch/idtraps.c: s/set\[rows\[i\].reg\] |= rows/set[rows[i].reg] = rows/ */
/* mutant: arch/idtraps.c: s/GENMASK_ULL(41, 34)/GENMASK_ULL(40, 34)/ */
