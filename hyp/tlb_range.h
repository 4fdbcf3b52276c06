/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * Operands of stage-2 TLB invalidations (Arm ARM C5.5, TLBI IPAS2E1IS and
 * RIPAS2E1IS), and how a range is cut into them.
 */
#ifndef KEEL_HYP_TLB_RANGE_H
#define KEEL_HYP_TLB_RANGE_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/types.h>

/* Registers of stage 2 that tell what an invalidation is for, and by which operands. */
#define KEEL_VTTBR_VMID	GENMASK_ULL(63, 48)
#define KEEL_VTTBR_CNP	BIT_ULL(0)
#define KEEL_VTCR_DS	BIT_ULL(32)

/*
 * Beyond so many pages all of the VM is cheaper: single invalidations, or those by
 * range (4 GiB of 4K pages).
 */
static inline u64 keel_tlb_most_pages(bool range)
{
	return range ? 1ULL << 20 : 64;
}

/* TG and the upper half of TTL: 1, 2, 3 for 4K, 16K, 64K. */
static inline u64 keel_tlb_granule(unsigned int page_shift)
{
	return (page_shift - 10) / 2;
}

/* One address. level 1..3: the leaf is at that level; 0: unknown, the hint is left out. */
static inline u64 keel_tlb_ipa_operand(u64 ipa, unsigned int page_shift, int level)
{
	u64 op = (ipa >> 12) & GENMASK_ULL(39, 0);

	if (level)
		op |= FIELD_PREP(GENMASK_ULL(47, 44), keel_tlb_granule(page_shift) << 2 | level);
	return op;
}

/*
 * The first piece of [start, start + pages pages): (num + 1) << (5 * scale + 1)
 * pages, the largest that does not exceed it. pages >= 2. Returns its length.
 */
static inline u64 keel_tlb_range_operand(u64 start, u64 pages, unsigned int page_shift, u64 *op)
{
	unsigned int scale = 3;
	u64 num;

	while (scale && pages >> (5 * scale + 1) == 0)
		scale--;
	num = pages >> (5 * scale + 1);
	if (num > 32)
		num = 32;
	*op = FIELD_PREP(GENMASK_ULL(36, 0), start >> page_shift) |
	      FIELD_PREP(GENMASK_ULL(43, 39), num - 1) |
	      FIELD_PREP(GENMASK_ULL(45, 44), scale) |
	      FIELD_PREP(GENMASK_ULL(47, 46), keel_tlb_granule(page_shift));
	return num << (5 * scale + 1);
}

#endif
