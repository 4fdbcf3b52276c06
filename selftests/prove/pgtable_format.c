// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: mmu/pgtable_format.c
 * unwind: 4
 *
 * For each granule, width and format: the tables cover the guest's addresses and no index leaves
 * them; a leaf gives back the address and the attributes that were put in, and is no table.
 */
#include "mmu/pgtable_format.h"
#include "prove.h"

#define ATTRS	(KEEL_PTE_PERMS | GENMASK_ULL(5, 2))

static unsigned int any_shift(void)
{
	return 12 + 2 * any_below(3);
}

int main(void)
{
	unsigned int shift = any_shift(), bits = any_u32();
	bool wide = any_bool();
	struct keel_pgt_geo geo;
	u64 ipa = any_u64(), pa = any_u64(), attr = any_u64() & ATTRS, leaf;
	int level = any_below(4), ret = keel_pgt_geo_init(&geo, shift, bits, wide);

	holds(!ret == (bits >= 32 && bits <= (wide ? 52 : 48)));
	if (ret)
		return 0;
	holds(geo.start >= 0 && geo.start <= 2);
	holds(geo.nr_root >= 1 && geo.nr_root <= KEEL_PGT_MAX_ROOT);
	given(ipa >> bits == 0 && level >= geo.start);
	holds(entry_index(&geo, ipa, level) < (level == geo.start ? (u32)geo.nr_root : 1u)
						      << stride(&geo));
	holds(level_shift(&geo, 3) == shift &&
	      keel_pgt_level_size(&geo, level) == 1ull << level_shift(&geo, level));
	/* concatenated tables are as many as are needed, and no more */
	holds(((u64)geo.nr_root << (level_shift(&geo, geo.start) + stride(&geo))) >= 1ull << bits);
	implies(geo.nr_root > 1, ((u64)geo.nr_root << (level_shift(&geo, geo.start) +
						       stride(&geo))) == 1ull << bits);
	if (!keel_pgt_has_leaf(&geo, level))
		return 0;
	given(pa >> (wide ? 52 : 48) == 0 && !(pa & (level_size(&geo, level) - 1)));
	given(wide || shift != 16 || !(pa >> 48));
	/* with LPA2 bits 9:8 are the address's */
	given(!wide || shift == 16 || !(attr & GENMASK_ULL(9, 8)));
	leaf = keel_pgt_leaf(&geo, pa, level, attr);
	holds(keel_pgt_leaf_pa(&geo, leaf, level) == pa);
	holds(leaf_attr(&geo, leaf) == attr);
	holds(is_leaf(leaf, level) && !is_table(leaf, level));
	holds(!(leaf & KEEL_PTE_LOCKED));
	reached(geo.nr_root == 16 && shift == 16);
	reached(wide && shift == 12 && pa >> 51 && level == 1);
	reached(wide && shift == 16 && pa >> 51);
	reached(geo.start == 0);
	return 0;
}

/* mutant: mmu/pgtable_format.c: s/stride(geo) + 4 >= ipa_bits/stride(geo) + 5 >= ipa_bits/ */
/* mutant: mmu/pgtable_format.c: s/1 << (ipa_bits - covered)/2 << (ipa_bits - covered)/ */
/*
 * mutant: mmu/pgtable_format.h: s/FIELD_GET(GENMASK_ULL(51, 50), pa) << 8/FIELD_GET(GENMASK_ULL(51,
 * 50), pa) << 9/
 */
/* mutant: mmu/pgtable_format.h: s/return low | GENMASK_ULL(15, 12);/return low;/ */
/* mutant: mmu/pgtable_format.h: s/level == 3 ? KEEL_PTE_TABLE : 0/KEEL_PTE_TABLE/ */
