// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: mmu/pgtable.c mmu/pgtable_format.c
 * unwind: 5
 *
 * One leaf is mapped into tables of two levels with 4K pages, whose entries of interest are
 * anything that can be there: afterwards the address has what was asked for, no other page has
 * lost or gained anything but where a block takes a table's place or goes as a whole, and no
 * valid entry became a different valid one, but for permissions that grew, without an invalid
 * one in between and a flush of the TLB. Splitting of a block is left to the unit tests.
 */
#include <linux/errno.h>
#include "mmu/pgtable_walk.h"
#include "prove.h"

#define ENTRIES	4		/* no more of a table is looked at here */

static u64 root[ENTRIES], below[ENTRIES], fresh[ENTRIES];
static u64 *watched;		/* the entry that may change from valid to valid */
static bool flushed_broken, flushed, freed;
static struct keel_pgt pgt;

static void *alloc(void *cache)
{
	return any_bool() ? fresh : NULL;
}

static void free_table(void *arg, void *table)
{
	/* not while the TLB may still lead there */
	holds(table == fresh || flushed_broken);
	freed = true;
}

static u64 to_phys(const void *table)
{
	return table == below ? 0x10000 : 0x20000;
}

static void *to_virt(u64 phys)
{
	holds(phys == 0x10000 || phys == 0x20000);
	return phys == 0x10000 ? below : fresh;
}

static void flush_leaf(void *arg, u64 ipa, int level)
{
	flushed = true;
	flushed_broken |= !(*watched & KEEL_PTE_VALID);
}

static void flush_range(void *arg, u64 ipa, u64 size)
{
	flush_leaf(arg, ipa, 0);
}

static const struct keel_pgt_ops ops =
	{ alloc, free_table, to_phys, to_virt, flush_leaf, flush_range };

/* Nothing, a leaf, or one that somebody is replacing. */
static u64 any_leaf(int level)
{
	u64 size = level_size(&pgt.geo, level), pa = any_u64() & GENMASK_ULL(47, 12) & ~(size - 1);

	switch (any_below(3)) {
	case 0:
		return 0;
	case 1:
		return KEEL_PTE_LOCKED;
	}
	return make_leaf(&pgt.geo, pa, level, (any_u64() & KEEL_PTE_PERMS) | 0x3c);
}

static bool grew(u64 old, u64 new)
{
	return !((old ^ new) & ~KEEL_PTE_PERMS) && (old & ~KEEL_PTE_XN & ~new) == 0 &&
		!(new & ~old & KEEL_PTE_XN);
}

static void map_leaf(int at, bool has_table)
{
	struct keel_pgt_map map =
		{ .level = at, .perm_fault = any_bool(), .exclusive = any_bool() };
	u64 page2, page3, top, got, want;
	int ret, level;

	pgt = (struct keel_pgt){ .geo = { 12, 23, 2, 1, false }, .ops = &ops, .root = root };
	root[1] = top = has_table ? 0x10000 | 3 : any_leaf(2);
	below[2] = page2 = has_table ? any_leaf(3) : 0;
	below[3] = page3 = has_table ? any_leaf(3) : 0;
	map.ipa = map.level == 2 ? 1 << 21 : (1 << 21) + (2 << 12);
	map.pa = any_u64() & GENMASK_ULL(47, 12) & ~(level_size(&pgt.geo, map.level) - 1);
	map.attr = (any_u64() & KEEL_PTE_PERMS) | 0x3c;
	/* blocks in the way of a page: split, which is another matter */
	given(has_table || map.level == 2 || !top || top == KEEL_PTE_LOCKED);
	watched = map.level == 2 || !has_table ? &root[1] : &below[2];
	want = make_leaf(&pgt.geo, map.pa, map.level, map.attr);

	ret = keel_pgt_map(&pgt, &map);
	holds(ret == 0 || ret == -EAGAIN || ret == -EBUSY || ret == -ENOMEM);
	got = keel_pgt_lookup(&pgt, map.ipa, &level);
	implies(!ret, level == map.level && keel_pgt_leaf_pa(&pgt.geo, got, level) == map.pa &&
		grew(want, got));
	implies(ret == -EBUSY, map.level == 2 && has_table && !map.exclusive);
	/* what failed changed nothing */
	implies(ret, root[1] == top && below[2] == page2);
	/* nobody else is here: what is being replaced waits, and that alone */
	holds((ret == -EAGAIN) == ((map.level == 2 || !has_table ? top :
				    page2) == KEEL_PTE_LOCKED));
	/* the page beside */
	implies(has_table && (map.level == 3 || ret), root[1] == top && below[3] == page3);
	holds(!root[0] && !root[2]);
	/* break-before-make, but where permissions alone grow */
	if (!ret && map.level == 3 && has_table && (page2 & 1) && !grew(page2, got))
		holds(flushed_broken);
	if (!ret && map.level == 2 && (top & 1) && !grew(top, got))
		holds(flushed_broken);
	implies(!ret && map.perm_fault &&
		((map.level == 2 && (top & 1)) || (map.level == 3 && (page2 & 1))), flushed);
	implies(freed, has_table && map.level == 2 && map.exclusive);
	reached(!ret && has_table && map.level == 2);
	reached(!ret && flushed_broken && map.level == 3);
	reached(!ret && flushed && !flushed_broken);
	reached(ret == -EBUSY);
	reached(ret == -ENOMEM);
	reached(!ret && !has_table && map.level == 3);
}

/* One after the other, so that CBMC knows the places. */
int main(void)
{
	if (any_bool())
		map_leaf(2, false);
	else if (any_bool())
		map_leaf(2, true);
	else if (any_bool())
		map_leaf(3, false);
	else
		map_leaf(3, true);
	return 0;
}

/* mutant: mmu/pgtable.c: s/if (!change_entry(v, KEEL_PTE_LOCKED))/if (0)/ */
/* mutant: mmu/pgtable.c: s/return map->exclusive ? collapse/return 1 ? collapse/ */
/* mutant: mmu/pgtable.c: s/(a \& b \& KEEL_PTE_XN)/((a | b) \& KEEL_PTE_XN)/ */
/* mutant: mmu/pgtable.c: s/if (merged != v->old || perm_fault)/if (merged != v->old)/ */
/* mutant: mmu/pgtable.c: s/if (v->old \& KEEL_PTE_LOCKED)$/if (0)/ */
