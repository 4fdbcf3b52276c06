/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/* Where an entry of a table is, and what is in it: for the walker, mmu/pgtable.c. */
#ifndef KEEL_MMU_PGTABLE_FORMAT_H
#define KEEL_MMU_PGTABLE_FORMAT_H

#include <linux/bitfield.h>
#include <linux/compiler.h>
#include "pgtable.h"

static inline unsigned int stride(const struct keel_pgt_geo *geo)
{
	return geo->page_shift - 3;
}

static inline unsigned int level_shift(const struct keel_pgt_geo *geo, int level)
{
	return geo->page_shift + (3 - level) * stride(geo);
}

static inline u64 level_size(const struct keel_pgt_geo *geo, int level)
{
	return 1ULL << level_shift(geo, level);
}

static inline unsigned int entry_index(const struct keel_pgt_geo *geo, u64 ipa, int level)
{
	u64 index = ipa >> level_shift(geo, level);

	/* concatenated tables are one long table */
	return level == geo->start ? index : index & ((1u << stride(geo)) - 1);
}

static inline bool pa_fits(const struct keel_pgt_geo *geo, u64 pa)
{
	return !(pa >> (geo->wide ? KEEL_PGT_WIDE_BITS : KEEL_PGT_BITS));
}

/*
 * Output address bits above 47: [15:12] with 64K, [49:48] in place and [51:50] at [9:8] with LPA2.
 */
static inline u64 encode_pa(const struct keel_pgt_geo *geo, u64 pa)
{
	u64 low = pa & GENMASK_ULL(47, 12);

	if (!geo->wide)
		return low;
	if (geo->page_shift == 16)
		return low | (FIELD_GET(GENMASK_ULL(51, 48), pa) << 12);
	return low | (pa & GENMASK_ULL(49, 48)) | (FIELD_GET(GENMASK_ULL(51, 50), pa) << 8);
}

static inline u64 pa_mask(const struct keel_pgt_geo *geo)
{
	u64 low = GENMASK_ULL(47, 0) & ~(BIT_ULL(geo->page_shift) - 1);

	if (!geo->wide)
		return low;
	if (geo->page_shift == 16)
		return low | GENMASK_ULL(15, 12);
	return low | GENMASK_ULL(49, 48) | GENMASK_ULL(9, 8);
}

static inline u64 decode_pa(const struct keel_pgt_geo *geo, u64 entry)
{
	u64 low = entry & GENMASK_ULL(47, 0) & ~(BIT_ULL(geo->page_shift) - 1);

	if (likely(!geo->wide))
		return low;
	if (geo->page_shift == 16)
		return low | (FIELD_GET(GENMASK_ULL(15, 12), entry) << 48);
	return low | (entry & GENMASK_ULL(49, 48)) | (FIELD_GET(GENMASK_ULL(9, 8), entry) << 50);
}

static inline u64 make_leaf(const struct keel_pgt_geo *geo, u64 pa, int level, u64 attr)
{
	return encode_pa(geo, pa) | attr | KEEL_PTE_VALID | (level == 3 ? KEEL_PTE_TABLE : 0);
}

static inline u64 leaf_pa(const struct keel_pgt_geo *geo, u64 leaf, int level)
{
	return decode_pa(geo, leaf) & ~(level_size(geo, level) - 1);
}

/* All but the address and the type. */
static inline u64 leaf_attr(const struct keel_pgt_geo *geo, u64 leaf)
{
	return leaf & ~(pa_mask(geo) | KEEL_PTE_VALID | KEEL_PTE_TABLE);
}

static inline bool is_table(u64 entry, int level)
{
	return level < 3 &&
	       (entry & (KEEL_PTE_VALID | KEEL_PTE_TABLE)) == (KEEL_PTE_VALID | KEEL_PTE_TABLE);
}

static inline bool is_leaf(u64 entry, int level)
{
	return (entry & KEEL_PTE_VALID) && !is_table(entry, level);
}

#endif
