// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * What is done with all leaves of a range: unmapped, looked for, protected, aged, told
 * of. Locks are as pgtable.h says of each.
 */
#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/minmax.h>
#include "pgtable_walk.h"

/* How many freed tables wait for one flush. */
#define BATCH	32

/* ---- unmap ---- */

struct unmap {
	u64 lo, hi;		/* extent that is out of the tables but not out of the TLB */
	unsigned int nr;
	void *tables[BATCH];	/* unlinked, still in the reach of hardware walks */
};

static void unmap_flush(struct keel_pgt *pgt, struct unmap *u)
{
	if (u->lo < u->hi)
		pgt->ops->flush_range(pgt->arg, u->lo, u->hi - u->lo);
	while (u->nr)
		pgt->ops->free(pgt->arg, u->tables[--u->nr]);
	u->lo = ~0ULL;
	u->hi = 0;
}

/*
 * Under the exclusive lock only the hardware races. Its access flag a plain store beats;
 * that a page was written may not be lost: after the exchange no CPU sets W any more,
 * whatever its TLB has, since it would have to find the entry as it was.
 */
static void unmap_note(struct keel_pgt *pgt, struct unmap *u, struct visit *v)
{
	if (v->old & KEEL_PTE_DBM)
		v->old = xchg(v->entry, 0);
	else
		WRITE_ONCE(*v->entry, 0);
	note_written(pgt, v);
	u->lo = min(u->lo, v->ipa);
	u->hi = max(u->hi, v->ipa + level_size(&pgt->geo, v->level));
}

static int unmap_entry(struct keel_pgt *pgt, struct visit *v, void *arg)
{
	unmap_note(pgt, arg, v);
	return 0;
}

static int unmap_table(struct keel_pgt *pgt, struct visit *v, void *arg)
{
	u64 *table = table_of(pgt, v->old);
	struct unmap *u = arg;
	unsigned int i;

	for (i = 0; i < 1u << stride(&pgt->geo); i++)
		if (table[i])
			return 0;
	unmap_note(pgt, u, v);
	u->tables[u->nr++] = table;
	if (u->nr == BATCH)
		unmap_flush(pgt, u);
	return 0;
}

void keel_pgt_unmap(struct keel_pgt *pgt, u64 start, u64 end)
{
	static const struct visitor visitor = { .entry = unmap_entry, .table = unmap_table };
	struct unmap u = { .lo = ~0ULL };

	keel_pgt_walk(pgt, start, end, &visitor, &u);
	unmap_flush(pgt, &u);
}

/* ---- skip ---- */

static int found_entry(struct keel_pgt *pgt, struct visit *v, void *arg)
{
	u64 *found = arg;

	*found = v->ipa;
	return 1;
}

/* A table with nothing in the range may be empty altogether: unmap() wants to see it. */
static int found_table(struct keel_pgt *pgt, struct visit *v, void *arg)
{
	u64 *found = arg;

	*found = v->ipa;
	return 1;
}

u64 keel_pgt_next(struct keel_pgt *pgt, u64 start, u64 end)
{
	static const struct visitor visitor = { .entry = found_entry, .table = found_table };
	u64 found = end;

	keel_pgt_walk(pgt, start, end, &visitor, &found);
	return max(found, start);
}

static int found_block(struct keel_pgt *pgt, struct visit *v, void *arg)
{
	return v->level < 3 ? found_entry(pgt, v, arg) : 0;
}

u64 keel_pgt_next_block(struct keel_pgt *pgt, u64 start, u64 end)
{
	static const struct visitor visitor = { .entry = found_block };
	u64 found = end;

	keel_pgt_walk(pgt, start, end, &visitor, &found);
	return max(found, start);
}

/* ---- protect, age, look ---- */

/*
 * Change bits of a leaf whatever the hardware does to its flags meanwhile. Inline, as what calls it
 * for each page of a log: the visit stays in registers.
 */
static __always_inline void update_leaf(struct visit *v, u64 clear, u64 set)
{
	u64 seen;

	while (is_leaf(v->old, v->level)) {
		seen = cmpxchg(v->entry, v->old, (v->old & ~clear) | set);
		if (seen == v->old)
			return;
		v->old = seen;
	}
}

/*
 * What is reached by one way down from the root: pages side by side in a table, or a block, or a
 * hole.
 */
struct stretch {
	u64 start, end;
	struct visit v;		/* of the first entry */
};

static bool find_stretch(struct keel_pgt *pgt, u64 start, u64 end, struct stretch *s)
{
	s->v = keel_pgt_descend(pgt, start);
	s->start = s->v.ipa;
	s->end = min(end, (start | (level_size(&pgt->geo, min(s->v.level, 2)) - 1)) + 1);
	return s->v.entry;
}

/*
 * What makes a protected page's next write the hardware's affair: a page that the VMM may write,
 * and that was written.
 */
static u64 watch_bits(const struct keel_pgt *pgt, const struct visit *v)
{
	return pgt->written && v->level == 3 && (v->old & KEEL_PTE_MAY_W) ? KEEL_PTE_DBM : 0;
}

static __always_inline bool protect_entry(const struct keel_pgt *pgt, struct visit *v)
{
	if (!is_leaf(v->old, v->level) || !(v->old & KEEL_PTE_W))
		return false;
	update_leaf(v, KEEL_PTE_W, watch_bits(pgt, v));
	return true;
}

static bool protect_pages(const struct keel_pgt *pgt, const struct stretch *s)
{
	u64 pos, *entry = s->v.entry, size = level_size(&pgt->geo, 3);
	bool changed = false;

	for (pos = s->start; pos < s->end; pos += size, entry++) {
		struct visit v = { .ipa = pos, .entry = entry, .old = READ_ONCE(*entry), .level = 3 };

		changed |= protect_entry(pgt, &v);
	}
	return changed;
}

bool keel_pgt_wrprotect(struct keel_pgt *pgt, u64 start, u64 end)
{
	bool changed = false;
	struct stretch s;

	for (; start < end && find_stretch(pgt, start, end, &s); start = s.end)
		changed |= s.v.level == 3 ? protect_pages(pgt, &s) : protect_entry(pgt, &s.v);
	return changed;
}

/*
 * A write from here on asks the VMM's page tables: also one that the log alone kept from being
 * made, or that the hardware was to note. What it has noted is told now. Where the log has taken
 * the leave to write, its flush may be owed yet, and nothing says so of a frame without a page: so
 * there is one to make wherever anything is mapped.
 */
static __always_inline bool withdraw_entry(struct keel_pgt *pgt, struct visit *v)
{
	u64 bits = KEEL_PTE_W | KEEL_PTE_DBM | KEEL_PTE_MAY_W;

	if (!is_leaf(v->old, v->level))
		return false;
	if (v->old & bits)
		update_leaf(v, bits, 0);
	if (pgt->written && (v->old & KEEL_PTE_WRITTEN) == KEEL_PTE_WRITTEN)
		pgt->written(pgt, v->ipa);
	return true;
}

static bool withdraw_pages(struct keel_pgt *pgt, const struct stretch *s)
{
	u64 pos, *entry = s->v.entry, size = level_size(&pgt->geo, 3);
	bool changed = false;

	for (pos = s->start; pos < s->end; pos += size, entry++) {
		struct visit v = { .ipa = pos, .entry = entry, .old = READ_ONCE(*entry), .level = 3 };

		changed |= withdraw_entry(pgt, &v);
	}
	return changed;
}

bool keel_pgt_withdraw_write(struct keel_pgt *pgt, u64 start, u64 end)
{
	bool changed = false;
	struct stretch s;

	for (; start < end && find_stretch(pgt, start, end, &s); start = s.end)
		changed |= s.v.level == 3 ? withdraw_pages(pgt, &s) : withdraw_entry(pgt, &s.v);
	return changed;
}

static void each_written(struct keel_pgt *pgt, const struct stretch *s,
			 void (*fn)(void *arg, u64 ipa), void *arg)
{
	u64 pos, *entry = s->v.entry, size = level_size(&pgt->geo, 3);

	for (pos = s->start; pos < s->end; pos += size, entry++)
		if ((READ_ONCE(*entry) & KEEL_PTE_WRITTEN) == KEEL_PTE_WRITTEN)
			fn(arg, pos);
}

void keel_pgt_for_each_written(struct keel_pgt *pgt, u64 start, u64 end,
			       void (*fn)(void *arg, u64 ipa), void *arg)
{
	struct stretch s;

	for (; start < end && find_stretch(pgt, start, end, &s); start = s.end)
		if (s.v.level == 3)
			each_written(pgt, &s, fn, arg);
}

struct age {
	bool young, clear;
};

static int age_entry(struct keel_pgt *pgt, struct visit *v, void *arg)
{
	struct age *age = arg;

	if (!is_leaf(v->old, v->level) || !(v->old & KEEL_PTE_AF))
		return 0;
	age->young = true;
	if (!age->clear)
		return 1;
	update_leaf(v, KEEL_PTE_AF, 0);
	return 0;
}

bool keel_pgt_age(struct keel_pgt *pgt, u64 start, u64 end, bool clear)
{
	static const struct visitor visitor = { .entry = age_entry };
	struct age age = { .clear = clear };

	keel_pgt_walk(pgt, start, end, &visitor, &age);
	return age.young;
}

/* ---- all of them ---- */

struct each {
	u64 start, end;
	void (*fn)(void *arg, const struct keel_pgt_span *span);
	void *arg;
};

static int each_entry(struct keel_pgt *pgt, struct visit *v, void *arg)
{
	struct each *each = arg;
	u64 lo = max(v->ipa, each->start);
	struct keel_pgt_span span = {
		.ipa = lo, .pa = leaf_pa(&pgt->geo, v->old, v->level) + (lo - v->ipa),
		.size = min(v->ipa + level_size(&pgt->geo, v->level), each->end) - lo,
		.attr = leaf_attr(&pgt->geo, v->old), .level = v->level,
	};

	if (is_leaf(v->old, v->level))
		each->fn(each->arg, &span);
	return 0;
}

void keel_pgt_for_each_leaf(struct keel_pgt *pgt, u64 start, u64 end,
			    void (*fn)(void *arg, const struct keel_pgt_span *span), void *arg)
{
	static const struct visitor visitor = { .entry = each_entry };
	struct each each = { .start = start, .end = end, .fn = fn, .arg = arg };

	keel_pgt_walk(pgt, start, end, &visitor, &each);
}
