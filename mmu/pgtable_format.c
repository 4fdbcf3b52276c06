// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* Geometry of stage-2 tables, and their leaves. */
#include <linux/errno.h>
#include "pgtable_format.h"

u64 keel_pgt_level_size(const struct keel_pgt_geo *geo, int level)
{
	return level_size(geo, level);
}

/*
 * Start as low as 16 concatenated tables allow: fewer levels are faster, and
 * the levels this skips are those that Arm ARM D8.2.8 forbids for the width.
 * Level 3 alone is never used, so that blocks exist for every guest.
 */
int keel_pgt_geo_init(struct keel_pgt_geo *geo, unsigned int page_shift, unsigned int ipa_bits,
		      bool wide)
{
	unsigned int covered;
	int level;

	if (page_shift != 12 && page_shift != 14 && page_shift != 16)
		return -EINVAL;
	if (ipa_bits < 32 || ipa_bits > (wide ? KEEL_PGT_WIDE_BITS : KEEL_PGT_BITS))
		return -EINVAL;
	*geo = (struct keel_pgt_geo){ .page_shift = page_shift, .ipa_bits = ipa_bits, .wide = wide };
	for (level = 2; level > 0; level--)
		if (level_shift(geo, level) + stride(geo) + 4 >= ipa_bits)
			break;
	covered = level_shift(geo, level) + stride(geo);
	geo->start = level;
	geo->nr_root = ipa_bits > covered ? 1 << (ipa_bits - covered) : 1;
	return 0;
}

/* More than 52 bits (FEAT_D128: 56) are for tables of another format. */
unsigned int keel_pgt_pa_bits(unsigned int parange)
{
	static const u8 bits[] = { 32, 36, 40, 42, 44, 48 };

	return parange < sizeof(bits) ? bits[parange] : KEEL_PGT_WIDE_BITS;
}

/*
 * Arm ARM D8.3.1: blocks at level 1 need a 4K granule or 52-bit descriptors, at level 0 4K and
 * LPA2.
 */
bool keel_pgt_has_leaf(const struct keel_pgt_geo *geo, int level)
{
	if (level < geo->start)
		return false;
	if (level >= 2)
		return true;
	if (level == 1)
		return geo->page_shift == 12 || geo->wide;
	return geo->page_shift == 12 && geo->wide;
}

u64 keel_pgt_leaf(const struct keel_pgt_geo *geo, u64 pa, int level, u64 attr)
{
	return make_leaf(geo, pa, level, attr);
}

u64 keel_pgt_leaf_pa(const struct keel_pgt_geo *geo, u64 entry, int level)
{
	return leaf_pa(geo, entry, level);
}
