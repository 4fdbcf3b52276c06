/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EL2's controls while a guest hypervisor's guest runs: what keel wants of any guest and what
 * the hypervisor wants of this one. Whatever traps for either traps. Pure.
 */
#ifndef KEEL_NESTED_MERGE_H
#define KEEL_NESTED_MERGE_H

#include <linux/types.h>

enum keel_fgt {
	KEEL_FGT_HFGRTR,
	KEEL_FGT_HFGWTR,
	KEEL_FGT_HFGITR,
	KEEL_FGT_HDFGRTR,
	KEEL_FGT_HDFGWTR,
	KEEL_FGT_HAFGRTR,
	KEEL_NR_FGT
};

/*
 * own: keel's value for a guest of its own; guest: the hypervisor's. Those of CPTR_EL2 in the form
 * of E2H=1.
 */
u64 keel_merge_hcr(u64 own, u64 guest);
/* What is pending there by the hypervisor's HCR_EL2 alone, as bits of that: VI, VF. */
u64 keel_merge_lines(u64 guest);
u64 keel_merge_hcrx(u64 own, u64 guest);
u64 keel_merge_mdcr(u64 own, u64 guest);
u64 keel_merge_cptr(u64 own, u64 guest);
u64 keel_merge_fgt(enum keel_fgt reg, u64 own, u64 guest);

#endif
