// SPDX-License-Identifier: GPL-2.0-only
/* pure: mmu/pgtable.c mmu/pgtable_range.c mmu/pgtable_format.c */
/*
 * The stage-2 walker, at every granule and start level:
 * - geometry: start level, concatenation, which levels have leaves;
 * - random map, split, collapse, unmap, protect, grant and age against a model that
 *   knows pages only, with allocations that fail; what a block mapped is mapped by
 *   its parts when it is split;
 * - what the architecture's own walk (written again here) finds in the tables;
 * - a TLB that keeps whatever was not flushed: no stale entry, and no freed
 *   table in reach of a cached walk; a wrong level hint flushes nothing;
 * - entries are never changed from valid to a different valid without a flush;
 * - every table is freed; threads that map in parallel with one that unmaps.
 * Not shown here: whether barriers are missing; the build machine has a
 * stronger memory order, and its "TLB" is coherent.
 */
#include <errno.h>
#include <pthread.h>
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

static void (*in_alloc)(void);	/* what another CPU does between our look at an entry and our change */

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

static void test_free(void *table)
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
			f.pa = output(desc, pshift, shift) + (ipa & ((1ULL << shift) - 1) & ~(u64)(page_size - 1));
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
static unsigned int nr_pages, block;	/* pages in the window, in a level 2 block */
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
	pgt.root = aligned_alloc((size_t)page_size * pgt.geo.nr_root, (size_t)page_size * pgt.geo.nr_root);
	memset(pgt.root, 0, (size_t)page_size * pgt.geo.nr_root);
	tables = 0;
	fail_after = -1;
}

static void open_window(void)
{
	unsigned int i;

	block = page_size / 8;
	nr_pages = 4 * block;
	/* two blocks on either side of the middle: other tables at every level, another root table if there is one */
	base = (1ULL << (pgt.geo.ipa_bits - 1)) - (u64)2 * block * page_size;
	cells = calloc(nr_pages, sizeof(*cells));
	has_table = calloc(4, sizeof(*has_table));
	tlb = calloc(nr_pages, sizeof(*tlb));
	for (i = 0; i < nr_pages; i++)
		tlb[i].level = -1;
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

/* Tables, model and TLB agree on this page. */
static bool agrees(unsigned int i)
{
	struct found f = hw_walk(&pgt, page_ipa(i));
	const struct cell *c = &cells[i];
	int level;

	if (c->mapped != (f.level >= 0))
		return false;
	if (c->mapped && (f.level != c->level || f.pa != c->pa || f.attr != (c->perms | MEMATTR)))
		return false;
	if (!!keel_pgt_lookup(&pgt, page_ipa(i), &level) != c->mapped || (c->mapped && level != c->level))
		return false;
	if (tlb[i].level < 0)
		return true;
	return f.level == tlb[i].level && f.pa == tlb[i].pa && !((f.attr ^ tlb[i].attr) & ~KEEL_PTE_AF);
}

static void check_all(void)
{
	unsigned int i;

	for (i = 0; i < nr_pages; i++)
		if (!agrees(i)) {
			printf("# page %u: model %d level %d pa %#llx perms %#llx\n", i, cells[i].mapped,
			       cells[i].level, cells[i].pa, cells[i].perms);
			CHECK(!"tables and model differ");
			return;
		}
}

/* ---- operations on both ---- */

/* A CPU uses the page: its translation stays until it is flushed. */
static void use(unsigned int page)
{
	struct found f = hw_walk(&pgt, page_ipa(page));

	if (f.level >= 0 && (f.attr & KEEL_PTE_AF))
		tlb[page] = f;
}

static u64 random_perms(void)
{
	u64 perms = KEEL_PTE_R | KEEL_PTE_AF;

	if (rnd() & 1)
		perms |= KEEL_PTE_W;
	if (rnd() & 1)
		perms |= KEEL_PTE_XN;
	if (rnd() & 1)
		perms |= KEEL_PTE_MAY_W;
	return perms;
}

static u64 join(u64 a, u64 b)
{
	return ((a | b) & ~KEEL_PTE_XN) | (a & b & KEEL_PTE_XN);
}

static void set_cells(unsigned int first, unsigned int n, int level, u64 pa, u64 perms, bool mapped)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		cells[first + i] = (struct cell){ mapped, level, mapped ? pa + (u64)i * page_size : 0, perms };
}

/* Each page of the block by itself, as it was. */
static void split_cells(unsigned int b)
{
	has_table[b] = true;
	for (unsigned int i = b * block; i < (b + 1) * block; i++)
		cells[i].level = 3;
}

/* What mapping does to the model; the result that map() must give. */
static int model_map(unsigned int first, int level, u64 pa, u64 perms, bool exclusive)
{
	unsigned int b = first / block, n = level == 3 ? 1 : block;
	struct cell *c = &cells[first];

	if (level == 2 && has_table[b] && !exclusive)
		return -EBUSY;
	if (c->mapped && c->level == level && c->pa == pa) {
		set_cells(first, n, level, pa, join(c->perms, perms), true);
		return 0;
	}
	if (level == 3 && c->mapped && c->level == 2) {
		if (c->pa == pa && join(c->perms, perms) == c->perms)
			return 0;
		if (c->pa != pa) {
			set_cells(b * block, block, 0, 0, 0, false);
		} else {
			split_cells(b);
			perms = join(c->perms, perms);
		}
	}
	has_table[b] = level == 3;
	set_cells(first, n, level, pa, perms, true);
	return 0;
}

static void do_map(void)
{
	int level = rnd() % 4 ? 3 : 2, expect, ret;
	unsigned int page = rnd() % nr_pages, first = level == 3 ? page : page / block * block;
	struct keel_pgt_map map = {
		.ipa = page_ipa(first), .level = level, .perm_fault = rnd() & 1, .exclusive = rnd() & 1,
	};
	u64 perms = random_perms();

	/* three places in memory, so that the same one comes again */
	map.pa = (wide ? HIGH_LEAF : 0) + (rnd() % 3 << 40) + (map.ipa & ((1ULL << 38) - 1));
	map.attr = perms | MEMATTR;
	fail_after = rnd() % 8 ? -1 : (long)(rnd() % 3);
	ret = keel_pgt_map(&pgt, &map);
	if (ret == -ENOMEM) {
		CHECK_EQ(fail_after, 0);
		fail_after = -1;
		return;
	}
	fail_after = -1;
	expect = model_map(first, level, map.pa, perms, map.exclusive);
	if (ret != expect)
		printf("# map page %u level %d: %d, not %d\n", first, level, ret, expect);
	CHECK(ret == expect);
	if (!ret && map.perm_fault)
		CHECK(tlb[first].level < 0);	/* the entry that refused is gone */
}

static void random_range(unsigned int *first, unsigned int *n)
{
	*first = rnd() % nr_pages;
	switch (rnd() % 3) {
	case 0:
		*n = 1;
		break;
	case 1:
		*n = rnd() % block + 1;
		break;
	default:
		*n = rnd() % nr_pages + 1;
	}
	if (*first + *n > nr_pages)
		*n = nr_pages - *first;
}

/* A block at an edge of the range is affected as a whole. */
static void widen(unsigned int *first, unsigned int *n)
{
	unsigned int last = *first + *n - 1;

	if (cells[last].mapped && cells[last].level == 2)
		last = last / block * block + block - 1;
	if (cells[*first].mapped && cells[*first].level == 2)
		*first = *first / block * block;
	*n = last - *first + 1;
}

static void forget_empty_tables(unsigned int first, unsigned int n)
{
	unsigned int b, i;

	for (b = first / block; b <= (first + n - 1) / block; b++) {
		for (i = 0; i < block && !cells[b * block + i].mapped; i++)
			;
		if (i == block)
			has_table[b] = false;
	}
}

static void do_unmap(void)
{
	unsigned int first, n;

	random_range(&first, &n);
	keel_pgt_unmap(&pgt, page_ipa(first), page_ipa(first + n));
	widen(&first, &n);
	set_cells(first, n, 0, 0, 0, false);
	forget_empty_tables(first, n);
}

static void do_protect(void)
{
	unsigned int first, n, i;
	bool changed = false;

	random_range(&first, &n);
	if (keel_pgt_wrprotect(&pgt, page_ipa(first), page_ipa(first + n)))
		changed = true;
	widen(&first, &n);
	for (i = first; i < first + n; i++) {
		if (!cells[i].mapped || !(cells[i].perms & KEEL_PTE_W))
			continue;
		CHECK(changed);
		cells[i].perms &= ~KEEL_PTE_W;
	}
	if (changed)
		drop(page_ipa(first), (u64)n * page_size, -1);
}

static void do_age(void)
{
	unsigned int first, n, i;
	bool clear = rnd() & 1, young, expect = false;

	random_range(&first, &n);
	young = keel_pgt_age(&pgt, page_ipa(first), page_ipa(first + n), clear);
	widen(&first, &n);
	for (i = first; i < first + n; i++) {
		if (!cells[i].mapped || !(cells[i].perms & KEEL_PTE_AF))
			continue;
		expect = true;
		if (clear)
			cells[i].perms &= ~KEEL_PTE_AF;
	}
	CHECK_EQ(young, expect);
}

static void do_young(void)
{
	unsigned int page = rnd() % nr_pages, first = page, n = 1, i;

	CHECK(keel_pgt_make_young(&pgt, page_ipa(page)) == (cells[page].mapped ? 0 : -ENOENT));
	widen(&first, &n);
	for (i = first; i < first + n; i++)
		if (cells[i].mapped)
			cells[i].perms |= KEEL_PTE_AF;
}

static void do_grant(void)
{
	unsigned int page = rnd() % nr_pages;
	struct cell *c = &cells[page];
	bool may = c->mapped && c->level == 3 && (c->perms & KEEL_PTE_MAY_W);
	u64 pa;

	CHECK_EQ(keel_pgt_grant_write(&pgt, page_ipa(page), &pa), may);
	if (!may)
		return;
	c->perms |= KEEL_PTE_W | KEEL_PTE_AF;
	CHECK_EQ(pa, c->pa);
	CHECK(tlb[page].level < 0);	/* the entry that refused is gone */
}

/* Blocks from some page on, one after the other: what is mapped stays so, and is found by pages. */
static void do_split(void)
{
	u64 end = page_ipa(nr_pages), pos = page_ipa(rnd() % nr_pages);
	unsigned int page;

	while ((pos = keel_pgt_next_block(&pgt, pos, end)) < end) {
		page = (pos - base) / page_size;
		CHECK(cells[page].mapped && cells[page].level == 2);
		fail_after = rnd() % 4 ? -1 : 0;
		if (keel_pgt_split(&pgt, pos, NULL) == -ENOMEM)
			CHECK_EQ(fail_after, 0);
		else
			split_cells(page / block);
		fail_after = -1;
		pos += page_size;
	}
}

static void random_op(void)
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		use(rnd() % nr_pages);
	switch (rnd() % 16) {
	case 0:
		do_unmap();
		break;
	case 1:
		do_protect();
		break;
	case 2:
		do_age();
		break;
	case 3:
	case 4:
		do_young();
		break;
	case 5:
	case 6:
		do_grant();
		break;
	case 7:
		do_split();
		break;
	default:
		do_map();
	}
}

static void random_ops(unsigned int shift, unsigned int ipa_bits, bool w)
{
	unsigned int i, ops = shift == 16 ? 1500 : 6000;

	open_tables(shift, ipa_bits, w);
	open_window();
	for (i = 0; i < ops && !ktap_case_failed; i++) {
		random_op();
		if (i % 16 == 0)
			check_all();
	}
	check_all();
	close_tables();
	if (ktap_case_failed)
		printf("# granule %u, %u bits, wide %d, operation %u\n", 1U << shift, ipa_bits, w, i);
}

static void operations_4k(void)
{
	random_ops(12, 32, false);	/* level 2, concatenated */
	random_ops(12, 34, false);	/* level 2, 16 tables */
	random_ops(12, 35, false);	/* level 1, one table */
	random_ops(12, 40, false);
	random_ops(12, 43, false);	/* level 1, 16 tables */
	random_ops(12, 44, false);	/* level 0 */
	random_ops(12, 48, false);
}

static void operations_16k(void)
{
	random_ops(14, 32, false);
	random_ops(14, 40, false);
	random_ops(14, 48, false);
}

static void operations_64k(void)
{
	random_ops(16, 32, false);
	random_ops(16, 42, false);
	random_ops(16, 48, false);
}

static void operations_52_bits(void)
{
	random_ops(12, 52, true);
	random_ops(12, 40, true);
	random_ops(14, 52, true);
	random_ops(16, 52, true);
}

/* ---- geometry ---- */

static void check_geo(unsigned int shift, unsigned int bits, bool w, int start, unsigned int nr)
{
	struct keel_pgt_geo geo;

	CHECK_EQ(keel_pgt_geo_init(&geo, shift, bits, w), 0);
	CHECK_EQ(geo.start, start);
	CHECK_EQ(geo.nr_root, nr);
}

/* Start levels and concatenation by Arm ARM D8.2.8, worked out by hand. */
static void geometry(void)
{
	struct keel_pgt_geo geo;

	check_geo(12, 32, false, 2, 4);
	check_geo(12, 34, false, 2, 16);
	check_geo(12, 35, false, 1, 1);
	check_geo(12, 39, false, 1, 1);
	check_geo(12, 40, false, 1, 2);
	check_geo(12, 43, false, 1, 16);
	check_geo(12, 44, false, 0, 1);
	check_geo(12, 48, false, 0, 1);
	check_geo(12, 52, true, 0, 16);
	check_geo(14, 32, false, 2, 1);
	check_geo(14, 40, false, 2, 16);
	check_geo(14, 41, false, 1, 1);
	check_geo(14, 48, false, 1, 2);
	check_geo(14, 52, true, 0, 1);
	check_geo(16, 32, false, 2, 1);
	check_geo(16, 42, false, 2, 1);
	check_geo(16, 46, false, 2, 16);
	check_geo(16, 47, false, 1, 1);
	check_geo(16, 52, true, 1, 1);
	CHECK(keel_pgt_geo_init(&geo, 12, 31, false) == -EINVAL);
	CHECK(keel_pgt_geo_init(&geo, 12, 49, false) == -EINVAL);
	CHECK(keel_pgt_geo_init(&geo, 12, 53, true) == -EINVAL);
	CHECK(keel_pgt_geo_init(&geo, 13, 40, false) == -EINVAL);
}

static void leaf_levels(void)
{
	struct keel_pgt_geo geo;

	keel_pgt_geo_init(&geo, 12, 48, false);
	CHECK(!keel_pgt_has_leaf(&geo, 0) && keel_pgt_has_leaf(&geo, 1));
	CHECK_EQ(keel_pgt_level_size(&geo, 1), 1ULL << 30);
	CHECK_EQ(keel_pgt_level_size(&geo, 2), 1ULL << 21);
	keel_pgt_geo_init(&geo, 12, 32, false);
	CHECK(!keel_pgt_has_leaf(&geo, 1) && keel_pgt_has_leaf(&geo, 2));
	keel_pgt_geo_init(&geo, 14, 48, false);
	CHECK(!keel_pgt_has_leaf(&geo, 1) && keel_pgt_has_leaf(&geo, 2));
	keel_pgt_geo_init(&geo, 16, 52, true);
	CHECK(keel_pgt_has_leaf(&geo, 1));
	keel_pgt_geo_init(&geo, 12, 52, true);
	CHECK(keel_pgt_has_leaf(&geo, 0));
}

static void leaf_format(void)
{
	static const struct { unsigned int shift; bool w; } formats[] = {
		{ 12, false }, { 12, true }, { 14, false }, { 14, true }, { 16, false }, { 16, true },
	};
	struct keel_pgt_geo geo;
	unsigned int i, n;
	u64 pa, leaf;

	for (i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		keel_pgt_geo_init(&geo, formats[i].shift, 48, formats[i].w);
		wide = formats[i].w;
		for (n = 0; n < 1000; n++) {
			pa = (rnd() & ((1ULL << (wide ? 52 : 48)) - 1)) >> geo.page_shift << geo.page_shift;
			leaf = keel_pgt_leaf(&geo, pa, 3, KEEL_PTE_PERMS | MEMATTR);
			CHECK_EQ(output(leaf, geo.page_shift, geo.page_shift), pa);
			CHECK_EQ(other_bits(leaf, geo.page_shift), KEEL_PTE_PERMS | MEMATTR);
			CHECK_EQ(leaf & 3, 3);
			CHECK_EQ(keel_pgt_leaf_pa(&geo, leaf, 3), pa);
			CHECK_EQ(keel_pgt_leaf(&geo, pa, 2, 0) & 3, 1);
		}
	}
}

/* ---- chosen cases ---- */

static int map_one(u64 ipa, u64 pa, int level, u64 perms, bool exclusive)
{
	struct keel_pgt_map map = {
		.ipa = ipa, .pa = pa, .level = level, .attr = perms | MEMATTR, .exclusive = exclusive,
	};

	return keel_pgt_map(&pgt, &map);
}

#define RW	(KEEL_PTE_R | KEEL_PTE_W | KEEL_PTE_AF | KEEL_PTE_XN)
#define GIB	(1ULL << 30)

/* A 1 GiB block goes by way of 2 MiB to a page and back, in one step. */
static void gigabyte_blocks(void)
{
	int level;

	open_tables(12, 40, false);
	CHECK_EQ(map_one(GIB, 4 * GIB, 1, RW, false), 0);
	CHECK_EQ(tables, 0);
	CHECK_EQ(hw_walk(&pgt, GIB + 0x12345000).pa, 4 * GIB + 0x12345000);
	/* the block gives this already */
	CHECK_EQ(map_one(GIB + 0x1000, 4 * GIB + 0x1000, 3, RW, false), 0);
	CHECK_EQ(tables, 0);
	/* it does not give that: both levels appear, and the rest stays what it was */
	CHECK_EQ(map_one(GIB + 0x1000, 4 * GIB + 0x1000, 3, RW & ~KEEL_PTE_XN, false), 0);
	CHECK_EQ(tables, 2);
	CHECK_EQ(hw_walk(&pgt, GIB + 0x1000).level, 3);
	CHECK(!(hw_walk(&pgt, GIB + 0x1000).attr & KEEL_PTE_XN));
	CHECK_EQ(hw_walk(&pgt, GIB + 0x2000).pa, 4 * GIB + 0x2000);
	CHECK_EQ(hw_walk(&pgt, GIB + 0x2000).attr, RW | MEMATTR);
	CHECK_EQ(hw_walk(&pgt, 2 * GIB - 0x1000).level, 2);
	CHECK_EQ(hw_walk(&pgt, 2 * GIB - 0x1000).pa, 5 * GIB - 0x1000);
	/* another page's memory is no part of it */
	CHECK_EQ(map_one(GIB + 0x201000, 8 * GIB, 3, RW, false), 0);
	CHECK_EQ(hw_walk(&pgt, GIB + 0x201000).pa, 8 * GIB);
	CHECK(hw_walk(&pgt, GIB + 0x202000).level < 0);
	CHECK_EQ(tables, 3);
	CHECK(map_one(GIB, 4 * GIB, 1, RW, false) == -EBUSY);
	CHECK_EQ(tables, 3);
	CHECK_EQ(map_one(GIB, 4 * GIB, 1, RW, true), 0);
	CHECK_EQ(tables, 0);
	CHECK(keel_pgt_lookup(&pgt, GIB + 0x1000, &level));
	CHECK_EQ(level, 1);
	close_tables();
}

/* Nothing is mapped, and no table lost, when there is no memory at any of the steps. */
static void no_memory(void)
{
	long n;

	open_tables(12, 48, false);
	/* as far as it comes, the tables serve the next attempt */
	for (n = 0; n < 3; n++) {
		fail_after = n != 0;
		CHECK(map_one(0x1000, 0x1000, 3, RW, false) == -ENOMEM);
		fail_after = -1;
		CHECK(hw_walk(&pgt, 0x1000).level < 0);
		CHECK_EQ(tables, n);
	}
	fail_after = 1;
	CHECK_EQ(map_one(0x1000, 0x1000, 3, RW, false), 0);
	CHECK_EQ(tables, 3);
	close_tables();

	/* a block that cannot be split stays */
	open_tables(12, 40, false);
	CHECK_EQ(map_one(0, 0, 2, RW, false), 0);
	fail_after = 0;
	CHECK(map_one(0x1000, 0x9000, 3, RW, false) == -ENOMEM);
	CHECK_EQ(hw_walk(&pgt, 0x1000).level, 2);
	close_tables();
}

/* The last page of the guest's memory, and requests beyond it. */
static void edges(void)
{
	u64 end = 1ULL << 40;

	open_tables(12, 40, false);
	CHECK_EQ(map_one(end - 0x1000, 0x1000, 3, RW, false), 0);
	CHECK_EQ(hw_walk(&pgt, end - 0x1000).level, 3);
	CHECK(map_one(end, 0x1000, 3, RW, false) == -EINVAL);
	CHECK(map_one(0, 0, 0, RW, false) == -EINVAL);
	keel_pgt_unmap(&pgt, end - 0x1000, end + (1ULL << 41));
	CHECK_EQ(tables, 0);
	keel_pgt_unmap(&pgt, end, end + 0x1000);
	CHECK(!keel_pgt_age(&pgt, 0, end, false));
	close_tables();
}

/* A locked entry is nobody else's: every mapper backs off, and nothing is written. */
static void locked_entries(void)
{
	struct keel_pgt_map map = { .ipa = 0, .pa = 0x5000, .level = 3, .attr = RW | MEMATTR };
	u64 *table, pa;
	int level;

	open_tables(12, 40, false);
	CHECK_EQ(map_one(0, 0x4000, 3, RW, false), 0);
	table = hw_walk(&pgt, 0).path[3];
	table[0] = KEEL_PTE_LOCKED;
	CHECK(keel_pgt_map(&pgt, &map) == -EAGAIN);
	CHECK(keel_pgt_make_young(&pgt, 0) == -EAGAIN);
	CHECK(!keel_pgt_grant_write(&pgt, 0, &pa));
	CHECK(!keel_pgt_age(&pgt, 0, 0x1000, true));
	CHECK(!keel_pgt_wrprotect(&pgt, 0, 0x1000));
	CHECK_EQ(keel_pgt_lookup(&pgt, 0, &level), 0);
	CHECK_EQ(table[0], KEEL_PTE_LOCKED);
	close_tables();
}

static void other_maps(void)
{
	CHECK_EQ(map_one(0x1000, 0x7000, 3, RW, false), 0);
}

static void other_ages(void)
{
	CHECK(keel_pgt_age(&pgt, 0, 0x200000, true));
}

static void other_locks(void)
{
	pgt.root[0] = KEEL_PTE_LOCKED;
}

/* Somebody else is first: his table serves both, his block stays, and our table goes. */
static void lost_races(void)
{
	open_tables(12, 40, false);
	in_alloc = other_maps;
	CHECK_EQ(map_one(0, 0x4000, 3, RW, false), 0);
	CHECK_EQ(tables, 2);
	CHECK_EQ(hw_walk(&pgt, 0x1000).pa, 0x7000);
	CHECK_EQ(hw_walk(&pgt, 0).pa, 0x4000);
	close_tables();

	open_tables(12, 40, false);
	CHECK_EQ(map_one(0, 0, 2, RW, false), 0);
	in_alloc = other_ages;
	CHECK(map_one(0x1000, 0x9000, 3, RW, false) == -EAGAIN);
	CHECK_EQ(hw_walk(&pgt, 0x1000).level, 2);
	CHECK_EQ(tables, 1);
	close_tables();

	open_tables(12, 40, false);
	in_alloc = other_locks;
	CHECK(map_one(0, 0, 3, RW, false) == -EAGAIN);
	CHECK_EQ(tables, 0);
	close_tables();
}

/* More freed tables than wait for one flush. */
static void many_tables(void)
{
	u64 i;

	open_tables(12, 40, false);
	for (i = 0; i < 200; i++)
		CHECK_EQ(map_one(i << 21, i << 21, 3, RW, false), 0);
	CHECK_EQ(tables, 201);
	keel_pgt_unmap(&pgt, 0, 199ULL << 21);
	CHECK_EQ(tables, 2);
	close_tables();
}

static u64 seen_bytes, seen_leaves;

static void count_leaf(void *arg, const struct keel_pgt_span *leaf)
{
	CHECK(arg == &seen_bytes);
	CHECK(leaf->attr & KEEL_PTE_W);
	CHECK_EQ(leaf->pa & 0xfff, 0);
	/* mapped to the same addresses: the end of a block, then a page */
	CHECK_EQ(leaf->ipa, leaf->pa);
	CHECK_EQ(leaf->level, seen_leaves ? 3 : 2);
	seen_bytes += leaf->size;
	seen_leaves++;
}

/* Stretches are cut to the range. */
static void each_leaf(void)
{
	open_tables(12, 40, false);
	CHECK_EQ(map_one(0, 0, 2, RW, false), 0);
	CHECK_EQ(map_one(0x200000, 0x200000, 3, RW, false), 0);
	keel_pgt_for_each_leaf(&pgt, 0x1ff000, 0x300000, count_leaf, &seen_bytes);
	CHECK_EQ(seen_bytes, 0x2000);
	CHECK_EQ(seen_leaves, 2);
	close_tables();
}

/* What is empty is passed over in one step; a table is not, even if nothing is left in it. */
static void skips(void)
{
	const u64 end = 1ULL << 52, far = 3ULL << 50;

	open_tables(12, 52, true);
	CHECK_EQ(keel_pgt_next(&pgt, 0, end), end);
	CHECK_EQ(map_one(GIB, GIB, 3, RW, false), 0);
	CHECK_EQ(map_one(far, GIB, 1, RW, false), 0);
	CHECK_EQ(keel_pgt_next(&pgt, 0, end), GIB);
	CHECK_EQ(keel_pgt_next(&pgt, 0, GIB), 0);	/* in its table, though not there */
	CHECK_EQ(keel_pgt_next(&pgt, GIB, end), GIB);
	CHECK_EQ(keel_pgt_next(&pgt, 512 * GIB, end), far);
	CHECK_EQ(keel_pgt_next(&pgt, 512 * GIB, far), far);
	CHECK_EQ(keel_pgt_next(&pgt, far + GIB / 2, end), far + GIB / 2);
	close_tables();
}

/* ---- threads ---- */

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static long mapped, raced;

static u64 next(u64 *seed)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return *seed >> 33;
}

static void *mapper(void *arg)
{
	u64 seed = (u64)(uintptr_t)arg, ipa;
	int i, ret, level;

	for (i = 0; i < 40000; i++) {
		level = next(&seed) % 8 ? 3 : 2;
		ipa = next(&seed) % 2048 << 12;
		if (level == 2)
			ipa &= ~0x1fffffULL;
		pthread_rwlock_rdlock(&lock);
		ret = map_one(ipa, GIB + ipa, level, next(&seed) & 1 ? RW : RW & ~KEEL_PTE_XN, false);
		keel_pgt_make_young(&pgt, ipa);
		keel_pgt_age(&pgt, ipa, ipa + 0x10000, true);
		pthread_rwlock_unlock(&lock);
		if (!ret)
			__atomic_add_fetch(&mapped, 1, __ATOMIC_RELAXED);
		else if (ret == -EAGAIN)
			__atomic_add_fetch(&raced, 1, __ATOMIC_RELAXED);
		else
			CHECK(ret == -EBUSY);
	}
	return NULL;
}

static void *unmapper(void *arg)
{
	u64 seed = 99, ipa;
	int i;

	(void)arg;
	for (i = 0; i < 4000; i++) {
		ipa = next(&seed) % 2048 << 12;
		pthread_rwlock_wrlock(&lock);
		if (i % 4)
			keel_pgt_unmap(&pgt, ipa, ipa + (next(&seed) % 512 + 1) * 4096);
		else
			map_one(ipa & ~0x1fffffULL, GIB + (ipa & ~0x1fffffULL), 2, RW, true);
		pthread_rwlock_unlock(&lock);
	}
	return NULL;
}

static void parallel(void)
{
	pthread_t t[4];
	unsigned int i;

	open_tables(12, 40, false);
	for (i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, mapper, (void *)(uintptr_t)(i + 1));
	pthread_create(&t[3], NULL, unmapper, NULL);
	for (i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	for (i = 0; i < 2048; i++) {
		struct found f = hw_walk(&pgt, (u64)i << 12);

		CHECK(f.level < 0 || f.pa == GIB + ((u64)i << 12));
	}
	CHECK(mapped > 1000);
	printf("# mapped %ld times, lost %ld races\n", mapped, raced);
	close_tables();
}

int main(void)
{
	RUN(geometry);
	RUN(leaf_levels);
	RUN(leaf_format);
	RUN(gigabyte_blocks);
	RUN(no_memory);
	RUN(edges);
	RUN(locked_entries);
	RUN(each_leaf);
	RUN(skips);
	RUN(lost_races);
	RUN(many_tables);
	RUN(operations_4k);
	RUN(operations_16k);
	RUN(operations_64k);
	RUN(operations_52_bits);
	RUN(parallel);
	return ktap_done();
}
