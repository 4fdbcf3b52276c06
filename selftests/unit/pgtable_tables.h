/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage-2 tables on the build machine: memory for them, the architecture's own walk, a
 * window of pages as a model knows them, and a TLB that keeps whatever was not flushed.
 */
#ifndef PGTABLE_TABLES_H
#define PGTABLE_TABLES_H

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "mmu/pgtable.h"
#include "ktap.h"

#define HIGH_TABLE	(0x5ULL << 48)	/* where tables are, with 52-bit addresses */
#define HIGH_LEAF	(0xaULL << 48)
#define MEMATTR		(0xfULL << 2)

/* ---- tables, with counting and failures ---- */

static unsigned int page_size;
static bool wide;
static long tables, fail_after = -1;

/* what another CPU does between our look at an entry and our change */
static void (*in_alloc)(void);

static void on_free(const void *table);

static void *test_alloc(void *cache)
{
	void *t;

	(void)cache;
	if (!fail_after)
		return NULL;
	if (fail_after > 0)
		fail_after--;
	if (in_alloc) {
		void (*other)(void) = in_alloc;

		in_alloc = NULL;
		other();
	}
	t = aligned_alloc(page_size, page_size);
	memset(t, 0, page_size);
	__atomic_add_fetch(&tables, 1, __ATOMIC_RELAXED);
	return t;
}

static void test_free(void *arg, void *table)
{
	on_free(table);
	__atomic_sub_fetch(&tables, 1, __ATOMIC_RELAXED);
	free(table);
}

static u64 test_phys(const void *table)
{
	return (u64)(uintptr_t)table | (wide ? HIGH_TABLE : 0);
}

static void *test_virt(u64 phys)
{
	CHECK_EQ(phys >> 48, wide ? 0x5 : 0);
	return (void *)(uintptr_t)(phys & ((1ULL << 48) - 1));
}

/* ---- the architecture's walk, from Arm ARM D8.2 and D8.3, not from the code under test ---- */

struct found {
	u64 pa, attr;	/* attr: every bit that is not address or type */
	int level;	/* -1: no translation */
	void *path[4];
};

static u64 output(u64 desc, unsigned int pshift, unsigned int shift)
{
	u64 pa = desc & ((1ULL << 48) - 1);

	if (wide && pshift == 16)
		pa |= (desc >> 12 & 0xf) << 48;
	else if (wide)
		pa |= (desc >> 48 & 3) << 48 | (desc >> 8 & 3) << 50;
	return pa >> shift << shift;
}

static u64 other_bits(u64 desc, unsigned int pshift)
{
	u64 attr = desc & (0xfffULL | ~((1ULL << 48) - 1)) & ~3ULL;

	if (wide && pshift != 16)
		attr &= ~(3ULL << 48 | 3ULL << 8);
	return attr;
}

static struct found hw_walk(const struct keel_pgt *pgt, u64 ipa)
{
	unsigned int pshift = pgt->geo.page_shift, bits = pshift - 3, shift;
	struct found f = { .level = -1 };
	u64 *table = pgt->root, desc, index;
	int level;

	for (level = pgt->geo.start; level <= 3; level++) {
		shift = pshift + (3 - level) * bits;
		index = ipa >> shift;
		if (level != pgt->geo.start)
			index %= 1ULL << bits;
		desc = table[index];
		f.path[level] = table;
		if (!(desc & 1))
			return f;
		if (level == 3 || !(desc & 2)) {
			CHECK(level < 3 || (desc & 2));
			f.pa = output(desc, pshift, shift) +
			       (ipa & ((1ULL << shift) - 1) & ~(u64)(page_size - 1));
			f.attr = other_bits(desc, pshift);
			f.level = level;
			return f;
		}
		table = test_virt(output(desc, pshift, pshift));
	}
	return f;
}

/* ---- model: the window's pages, and a TLB that forgets nothing by itself ---- */

struct cell {
	bool mapped;
	int level;
	u64 pa, perms;
};

static struct keel_pgt pgt;
static u64 base;			/* of the window */
static unsigned int nr_pages;	/* in the window */
static struct cell *cells;
static bool *has_table;			/* per level 2 block */
static struct found *tlb;		/* per page; level -1: none */

static u64 page_ipa(unsigned int page)
{
	return base + (u64)page * page_size;
}

static void drop(u64 ipa, u64 size, int level)
{
	unsigned int i, first, last;

	if (!tlb || ipa >= page_ipa(nr_pages) || ipa + size <= base)
		return;
	first = ipa <= base ? 0 : (ipa - base) / page_size;
	last = ipa + size >= page_ipa(nr_pages) ? nr_pages : (ipa + size - base) / page_size;
	for (i = first; i < last; i++)
		if (level < 0 || tlb[i].level == level)
			tlb[i].level = -1;
}

static void test_flush_leaf(void *arg, u64 ipa, int level)
{
	CHECK(arg == &pgt);
	CHECK(!(ipa & (keel_pgt_level_size(&pgt.geo, level) - 1)));
	drop(ipa, keel_pgt_level_size(&pgt.geo, level), level);
}

static void test_flush_range(void *arg, u64 ipa, u64 size)
{
	CHECK(arg == &pgt);
	drop(ipa, size, -1);
}

static void on_free(const void *table)
{
	unsigned int i, l;

	for (i = 0; tlb && i < nr_pages; i++)
		for (l = 0; tlb[i].level >= 0 && l <= (unsigned int)tlb[i].level; l++)
			if (tlb[i].path[l] == table) {
				CHECK(!"freed table in reach of a cached walk");
				return;
			}
}

static const struct keel_pgt_ops test_ops = {
	.alloc = test_alloc, .free = test_free, .to_phys = test_phys, .to_virt = test_virt,
	.flush_leaf = test_flush_leaf, .flush_range = test_flush_range,
};

static u64 rnd(void)
{
	static u64 s = 88172645463325252ULL;

	s ^= s << 13;
	s ^= s >> 7;
	s ^= s << 17;
	return s;
}

static void open_tables(unsigned int shift, unsigned int ipa_bits, bool w)
{
	wide = w;
	page_size = 1U << shift;
	memset(&pgt, 0, sizeof(pgt));
	CHECK_EQ(keel_pgt_geo_init(&pgt.geo, shift, ipa_bits, w), 0);
	pgt.ops = &test_ops;
	pgt.arg = &pgt;
	pgt.root = aligned_alloc((size_t)page_size * pgt.geo.nr_root,
				 (size_t)page_size * pgt.geo.nr_root);
	memset(pgt.root, 0, (size_t)page_size * pgt.geo.nr_root);
	tables = 0;
	fail_after = -1;
}

static void close_tables(void)
{
	unsigned int i;

	fail_after = -1;
	keel_pgt_unmap(&pgt, 0, 1ULL << pgt.geo.ipa_bits);
	CHECK_EQ(tables, 0);
	for (i = 0; i < page_size * pgt.geo.nr_root / 8; i++)
		if (pgt.root[i])
			break;
	CHECK_EQ(i, page_size * pgt.geo.nr_root / 8);
	free(pgt.root);
	free(cells);
	free(has_table);
	free(tlb);
	cells = NULL;
	has_table = NULL;
	tlb = NULL;
}

static int map_one(u64 ipa, u64 pa, int level, u64 perms, bool exclusive)
{
	struct keel_pgt_map map = {
		.ipa = ipa, .pa = pa, .level = level, .attr = perms | MEMATTR, .exclusive = exclusive,
	};

	return keel_pgt_map(&pgt, &map);
}

#define RW	(KEEL_PTE_R | KEEL_PTE_W | KEEL_PTE_AF | KEEL_PTE_XN)
#define GIB	(1ULL << 30)

#endif
