// SPDX-License-Identifier: GPL-2.0-only
/*
 * long:
 * proves: mmu/pgtable_range.c mmu/pgtable.c mmu/pgtable_format.c
 * unwind: 5
 *
 * Ranges of up to two pages in tables of two levels: what is unmapped is gone and was flushed
 * from the TLB, what is write-protected is still there and cannot be written, what is outside of
 * the range stays as it was; that a page was written is told when its entry goes.
 */
#include "mmu/pgtable_walk.h"
#include "prove.h"

#define ENTRIES	8		/* no more of a table is looked at here */
#define BASE	(1ull << 21)

static u64 root[ENTRIES], below[ENTRIES];
static u64 flushed_from = ~0ull, flushed_to, told;
static struct keel_pgt pgt;

static void *alloc(void *cache)
{
	return NULL;
}

static void free_table(void *arg, void *table)
{
	holds(0);	/* there is always another page in it here */
}

static u64 to_phys(const void *table)
{
	return 0x10000;
}

static void *to_virt(u64 phys)
{
	return below;
}

static void flush_leaf(void *arg, u64 ipa, int level)
{
}

static void flush_range(void *arg, u64 ipa, u64 size)
{
	flushed_from = ipa;
	flushed_to = ipa + size;
}

static void written(struct keel_pgt *p, u64 ipa)
{
	told |= 1ull << (ipa - BASE) / 4096;
}

static const struct keel_pgt_ops ops =
	{ alloc, free_table, to_phys, to_virt, flush_leaf, flush_range };

static u64 any_page(void)
{
	u64 leaf =
		make_leaf(&pgt.geo, any_u64() & GENMASK_ULL(47, 12), 3,
			  (any_u64() & KEEL_PTE_PERMS) | 0x3c);

	return any_bool() ? 0 : leaf;
}

static bool is_written(u64 entry)
{
	return (entry & KEEL_PTE_WRITTEN) == KEEL_PTE_WRITTEN && (entry & KEEL_PTE_VALID);
}

static void change(u64 first, u64 n, bool protect)
{
	u64 old[4], start, end;
	bool changed = false;

	pgt = (struct keel_pgt){ .geo = { 12, 23, 2, 1, false }, .ops = &ops, .root = root };
	if (any_bool())
		pgt.written = written;
	root[1] = 0x10000 | 3;
	for (unsigned int i = 0; i < 4; i++)
		old[i] = below[i] = any_page();
	below[4] = make_leaf(&pgt.geo, 0x1000, 3, 0x3c);
	start = BASE + first * 4096;
	end = start + n * 4096;
	if (protect)
		changed = keel_pgt_wrprotect(&pgt, start, end);
	else
		keel_pgt_unmap(&pgt, start, end);
	for (unsigned int i = 0; i < 4; i++) {
		bool in = i >= first && i < first + n;

		implies(!in, below[i] == old[i]);
		if (!in || !old[i])
			continue;
		if (protect) {
			holds(!(below[i] & KEEL_PTE_W));
			holds(((below[i] ^ old[i]) & ~(KEEL_PTE_W | KEEL_PTE_DBM)) == 0);
			implies(old[i] & KEEL_PTE_W, changed);
			/* the hardware may set W only where that is told */
			implies(below[i] & ~old[i] & KEEL_PTE_DBM, pgt.written &&
				(old[i] & KEEL_PTE_MAY_W));
		} else {
			holds(!below[i]);
			holds(flushed_from <= BASE + i * 4096 &&
			      flushed_to >= BASE + (i + 1) * 4096);
			implies(pgt.written, (told >> i & 1) == is_written(old[i]));
		}
	}
	holds(below[4] && root[1] && !root[0] && !root[2]);
	reached(!protect && told);
	reached(protect && changed && (below[1] & KEEL_PTE_DBM));
	reached(!protect && n == 2 && old[1] && old[2]);
}

/* One after the other, so that CBMC knows the places. */
int main(void)
{
	bool protect = any_bool();

	for (u64 first = 0; first < 3; first++)
		for (u64 n = 1; n <= 2; n++)
			if (any_bool()) {
				if (protect)
					change(first, n, true);
				else
					change(first, n, false);
				return 0;
			}
	return 0;
}

/*
 * mutant: mmu/pgtable_range.c: s/u->hi = max(u->hi, v->ipa + level_size(\&pgt->geo,
 * v->level));/u->hi = max(u->hi, v->ipa);/
 */
/* mutant: mmu/pgtable_range.c: s/WRITE_ONCE(\*v->entry, 0);/;/ */
/*
 * mutant: mmu/pgtable_range.c: s/update_leaf(v, KEEL_PTE_W, watch_bits(pgt, v));/update_leaf(v, 0,
 * watch_bits(pgt, v));/
 */
/* mutant: mmu/pgtable_range.c: s/v->level == 3 \&\& (v->old \& KEEL_PTE_MAY_W)/v->level == 3/ */
/* mutant: mmu/pgtable_range.c: s/note_written(pgt, v);/;/ */
