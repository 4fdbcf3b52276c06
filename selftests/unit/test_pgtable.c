// SPDX-License-Identifier: GPL-2.0-only
/* pure: mmu/pgtable.c mmu/pgtable_range.c mmu/pgtable_format.c */
/*
 * The stage-2 walker, at every granule and start level:
 * - random map, split, collapse, unmap, protect, grant and age against a model that
 *   knows pages only, with allocations that fail; what a block mapped is mapped by
 *   its parts when it is split;
 * - what the architecture's own walk (written again in pgtable_tables.h) finds in
 *   the tables;
 * - a TLB that keeps whatever was not flushed: no stale entry, and no freed
 *   table in reach of a cached walk; a wrong level hint flushes nothing;
 * - entries are never changed from valid to a different valid without a flush;
 * - every table is freed; threads that map in parallel with one that unmaps.
 * Not shown here: whether barriers are missing; the build machine has a
 * stronger memory order, and its "TLB" is coherent.
 */
#include <pthread.h>
#include "pgtable_tables.h"

static unsigned int block;	/* pages in one of level 2 */

static void open_window(void)
{
	unsigned int i;

	block = page_size / 8;
	nr_pages = 4 * block;
	/*
	 * two blocks on either side of the middle: other tables at every level, another root table
	 * if there is one
	 */
	base = (1ULL << (pgt.geo.ipa_bits - 1)) - (u64)2 * block * page_size;
	cells = calloc(nr_pages, sizeof(*cells));
	has_table = calloc(4, sizeof(*has_table));
	tlb = calloc(nr_pages, sizeof(*tlb));
	for (i = 0; i < nr_pages; i++)
		tlb[i].level = -1;
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
	if (!!keel_pgt_lookup(&pgt, page_ipa(i), &level) != c->mapped ||
	    (c->mapped && level != c->level))
		return false;
	if (tlb[i].level < 0)
		return true;
	return f.level == tlb[i].level && f.pa == tlb[i].pa &&
	       !((f.attr ^ tlb[i].attr) & ~KEEL_PTE_AF);
}

static void check_all(void)
{
	unsigned int i;

	for (i = 0; i < nr_pages; i++)
		if (!agrees(i)) {
			printf("# page %u: model %d level %d pa %#llx perms %#llx\n", i,
			       cells[i].mapped, cells[i].level, cells[i].pa, cells[i].perms);
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
		printf("# granule %u, %u bits, wide %d, operation %u\n", 1U << shift, ipa_bits, w,
		       i);
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
		ret = map_one(ipa, GIB + ipa, level, next(&seed) & 1 ? RW : RW & ~KEEL_PTE_XN,
			      false);
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
	RUN(operations_4k);
	RUN(operations_16k);
	RUN(operations_64k);
	RUN(operations_52_bits);
	RUN(parallel);
	return ktap_done();
}
