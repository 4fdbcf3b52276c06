// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * The page-table walker, and mapping. Owns the order in which entries
 * change; knows nothing of VMs, slots or memory types. Their format is in
 * pgtable_format.h; what is done with all leaves of a range in pgtable_range.c.
 *
 * Entries change by compare-and-exchange: another mapper (shared lock) or the
 * hardware's update of the access flag or of KEEL_PTE_W may come first, and then the
 * change is dropped and the guest faults again. An entry under replacement holds
 * KEEL_PTE_LOCKED from the break to the make.
 */
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <asm/barrier.h>
#include "pgtable_walk.h"

static u64 table_entry(struct keel_pgt *pgt, const void *table)
{
	return encode_pa(&pgt->geo, pgt->ops->to_phys(table)) | KEEL_PTE_VALID | KEEL_PTE_TABLE;
}

/* ---- the walker ---- */

static int walk_table(struct keel_pgt *pgt, u64 *table, int level, u64 start, u64 end,
		      const struct visitor *visitor, void *arg);

static int walk_entry(struct keel_pgt *pgt, u64 *entry, int level, u64 start, u64 end,
		      const struct visitor *visitor, void *arg)
{
	struct visit v = {
		.ipa = start & ~(level_size(&pgt->geo, level) - 1),
		.entry = entry, .old = READ_ONCE(*entry), .level = level,
	};
	int ret;

	if (!is_table(v.old, level))
		return v.old ? visitor->entry(pgt, &v, arg) : 0;
	ret = walk_table(pgt, table_of(pgt, v.old), level + 1, start, end, visitor, arg);
	if (ret || !visitor->table)
		return ret;
	return visitor->table(pgt, &v, arg);
}

/*
 * Most of a table is empty, and so is all of most tables: where the empty entries that begin at
 * start end.
 */
static u64 pass_empty(const struct keel_pgt_geo *geo, const u64 *table, int level, u64 start,
		      u64 end)
{
	const u64 *first = table + entry_index(geo, start, level),
		  *last = table + entry_index(geo, end - 1, level), *entry = first + 1;

	while (entry <= last && !READ_ONCE(*entry))
		entry++;
	return (start & ~(level_size(geo, level) - 1)) +
	       ((u64)(entry - first) << level_shift(geo, level));
}

static int walk_table(struct keel_pgt *pgt, u64 *table, int level, u64 start, u64 end,
		      const struct visitor *visitor, void *arg)
{
	u64 size = level_size(&pgt->geo, level), next, *entry;
	int ret;

	for (; start < end; start = next) {
		entry = table + entry_index(&pgt->geo, start, level);
		if (!READ_ONCE(*entry)) {
			next = pass_empty(&pgt->geo, table, level, start, end);
			continue;
		}
		next = min(end, (start & ~(size - 1)) + size);
		ret = walk_entry(pgt, entry, level, start, next, visitor, arg);
		if (ret)
			return ret;
	}
	return 0;
}

int keel_pgt_walk(struct keel_pgt *pgt, u64 start, u64 end, const struct visitor *visitor,
		  void *arg)
{
	end = min(end, 1ULL << pgt->geo.ipa_bits);
	return walk_table(pgt, pgt->root, pgt->geo.start, start, end, visitor, arg);
}

struct visit keel_pgt_descend(struct keel_pgt *pgt, u64 ipa)
{
	struct visit v = { .level = pgt->geo.start };
	u64 *table = pgt->root;

	if (ipa >> pgt->geo.ipa_bits)
		return v;
	for (;; v.level++, table = table_of(pgt, v.old)) {
		v.entry = table + entry_index(&pgt->geo, ipa, v.level);
		v.old = READ_ONCE(*v.entry);
		if (!is_table(v.old, v.level))
			break;
	}
	v.ipa = ipa & ~(level_size(&pgt->geo, v.level) - 1);
	return v;
}

/* ---- changing one entry ---- */

/*
 * Fully ordered: whoever sees the new entry sees what it points to (Arm ARM B2.3.6, and D8.17.6 for
 * walks).
 */
static bool change_entry(const struct visit *v, u64 val)
{
	return cmpxchg(v->entry, v->old, val) == v->old;
}

/*
 * The only way from one valid entry to a different one (Arm ARM D8.17.1,
 * "break-before-make"): invalid entry, TLB invalidated on every CPU and that
 * complete, new entry. False: somebody else changed the entry first.
 */
static bool break_before_make(struct keel_pgt *pgt, const struct visit *v, u64 val)
{
	if (!change_entry(v, KEEL_PTE_LOCKED))
		return false;
	if (is_table(v->old, v->level))
		pgt->ops->flush_range(pgt->arg, v->ipa, level_size(&pgt->geo, v->level));
	else
		pgt->ops->flush_leaf(pgt->arg, v->ipa, v->level);
	note_written(pgt, v);
	/* pairs with the dependent reads of a walk */
	smp_store_release(v->entry, val);
	return true;
}

/* ---- map ---- */

/* Free the tables below an entry that no longer points to them. Exclusive lock, TLB flushed. */
static void free_tables(struct keel_pgt *pgt, u64 entry, int level)
{
	u64 *table = table_of(pgt, entry);
	unsigned int i;

	for (i = 0; level < 2 && i < 1u << stride(&pgt->geo); i++)
		if (is_table(table[i], level + 1))
			free_tables(pgt, table[i], level + 1);
	pgt->ops->free(pgt->arg, table);
}

/* Replace a table by a block, for one lock holder. */
static int collapse(struct keel_pgt *pgt, struct visit *v, u64 leaf)
{
	if (!break_before_make(pgt, v, leaf))
		return -EAGAIN;
	free_tables(pgt, v->old, v->level);
	return 0;
}

/* All permissions of both: what another vCPU was granted stays. */
static u64 merge_perms(u64 a, u64 b)
{
	return ((a | b) & ~KEEL_PTE_XN) | (a & b & KEEL_PTE_XN);
}

/*
 * Permissions only grow, so no break is needed (D8.17.1 lists what needs one);
 * the flush gets rid of the entry that refused the access. It must not be
 * left out when another vCPU was first: its flush may not have happened yet.
 */
static int relax(struct keel_pgt *pgt, struct visit *v, u64 want, bool perm_fault)
{
	u64 merged = merge_perms(v->old, want);

	if (merged != v->old && !change_entry(v, merged))
		return -EAGAIN;
	if (merged != v->old || perm_fault)
		pgt->ops->flush_leaf(pgt->arg, v->ipa, v->level);
	return 0;
}

static int put_leaf(struct keel_pgt *pgt, struct visit *v, const struct keel_pgt_map *map)
{
	u64 leaf = make_leaf(&pgt->geo, map->pa, map->level, map->attr);

	if (is_table(v->old, v->level))
		return map->exclusive ? collapse(pgt, v, leaf) : -EBUSY;
	if (!v->old)
		return change_entry(v, leaf) ? 0 : -EAGAIN;
	if (!((v->old ^ leaf) & ~KEEL_PTE_PERMS))
		return relax(pgt, v, leaf, map->perm_fault);
	return break_before_make(pgt, v, leaf) ? 0 : -EAGAIN;
}

/* All that a block maps, by its parts. */
static void fill_table(struct keel_pgt *pgt, u64 *table, const struct visit *block)
{
	u64 attr = leaf_attr(&pgt->geo, block->old),
	    pa = leaf_pa(&pgt->geo, block->old, block->level);
	unsigned int i;

	for (i = 0; i < 1u << stride(&pgt->geo); i++)
		table[i] = make_leaf(&pgt->geo,
				     pa + ((u64)i << level_shift(&pgt->geo, block->level + 1)),
				     block->level + 1, attr);
}

/* Put a table where nothing or a block is. Without keep the block's pages fault in again. */
static int put_table(struct keel_pgt *pgt, struct visit *v, bool keep, void *cache)
{
	void *table = pgt->ops->alloc(cache);
	bool done;

	if (!table)
		return -ENOMEM;
	if (keep)
		fill_table(pgt, table, v);
	if (v->old)
		done = break_before_make(pgt, v, table_entry(pgt, table));
	else
		done = change_entry(v, table_entry(pgt, table));
	if (done)
		return 0;
	pgt->ops->free(pgt->arg, table);	/* never reachable */
	return is_table(READ_ONCE(*v->entry), v->level) ? 0 : -EAGAIN;
}

/* Is what is asked for a part of the block at v, but for permissions? */
static bool is_part(struct keel_pgt *pgt, const struct visit *v, const struct keel_pgt_map *map)
{
	u64 pa = leaf_pa(&pgt->geo, v->old, v->level) + (map->ipa - v->ipa);

	return v->old && pa == map->pa &&
	       !((leaf_attr(&pgt->geo, v->old) ^ map->attr) & ~KEEL_PTE_PERMS);
}

/* Does the block give these permissions already? */
static bool permits(struct keel_pgt *pgt, const struct visit *v, const struct keel_pgt_map *map)
{
	u64 attr = leaf_attr(&pgt->geo, v->old);

	return attr == merge_perms(attr, map->attr);
}

/* Positive: what was asked for is there. */
static int map_entry(struct keel_pgt *pgt, struct visit *v, const struct keel_pgt_map *map)
{
	bool part;

	if (v->old & KEEL_PTE_LOCKED)
		return -EAGAIN;
	if (v->level == map->level)
		return put_leaf(pgt, v, map);
	part = is_part(pgt, v, map);
	if (part && permits(pgt, v, map)) {
		if (map->perm_fault)
			pgt->ops->flush_leaf(pgt->arg, v->ipa, v->level);
		return 1;	/* nothing more to do */
	}
	return put_table(pgt, v, part, map->cache);
}

/* The walker's way for a single entry, which every fault goes. */
int keel_pgt_map(struct keel_pgt *pgt, const struct keel_pgt_map *map)
{
	struct visit v = { .level = pgt->geo.start };
	u64 *table = pgt->root;
	int ret;

	if (!keel_pgt_has_leaf(&pgt->geo, map->level) || map->ipa >> pgt->geo.ipa_bits)
		return -EINVAL;
	if (!pa_fits(&pgt->geo, map->pa))
		return -EFAULT;
	for (;; v.level++, table = table_of(pgt, v.old)) {
		v.ipa = map->ipa & ~(level_size(&pgt->geo, v.level) - 1);
		v.entry = table + entry_index(&pgt->geo, map->ipa, v.level);
		v.old = READ_ONCE(*v.entry);
		if (is_table(v.old, v.level) && v.level != map->level)
			continue;
		ret = map_entry(pgt, &v, map);
		if (ret || v.level == map->level)
			return min(ret, 0);
		/* a table is there now; the address dependency orders its contents */
		v.old = READ_ONCE(*v.entry);
		if (!is_table(v.old, v.level))
			return 0;
	}
}

int keel_pgt_split(struct keel_pgt *pgt, u64 ipa, void *cache)
{
	struct visit v = keel_pgt_descend(pgt, ipa);

	if (v.old & KEEL_PTE_LOCKED)
		return -EAGAIN;
	return v.old && v.level < 3 ? put_table(pgt, &v, true, cache) : 0;
}

/* ---- one leaf ---- */

int keel_pgt_make_young(struct keel_pgt *pgt, u64 ipa)
{
	struct visit v = keel_pgt_descend(pgt, ipa);

	if (!v.old)
		return -ENOENT;
	/* an entry without the access flag is in no TLB (Arm ARM D8.5.1): no flush */
	return is_leaf(v.old, v.level) && change_entry(&v, v.old | KEEL_PTE_AF) ? 0 : -EAGAIN;
}

/* As in relax(): the flush is due even when another vCPU was first. */
bool keel_pgt_grant_write(struct keel_pgt *pgt, u64 ipa, u64 *pa)
{
	struct visit v = keel_pgt_descend(pgt, ipa);

	if (v.level != 3 ||
	    (v.old & (KEEL_PTE_VALID | KEEL_PTE_MAY_W)) != (KEEL_PTE_VALID | KEEL_PTE_MAY_W) ||
	    !change_entry(&v, v.old | KEEL_PTE_W | KEEL_PTE_AF))
		return false;
	pgt->ops->flush_leaf(pgt->arg, v.ipa, 3);
	*pa = decode_pa(&pgt->geo, v.old);
	return true;
}

u64 keel_pgt_lookup(struct keel_pgt *pgt, u64 ipa, int *level)
{
	struct visit v = keel_pgt_descend(pgt, ipa);

	*level = v.level;
	return is_leaf(v.old, v.level) ? v.old : 0;
}
