// SPDX-License-Identifier: GPL-2.0-only
/* pure: mmu/pgtable.c mmu/pgtable_range.c mmu/pgtable_format.c */
/*
 * The stage-2 walker, cases that were chosen (test_pgtable has random ones):
 * - geometry: start level, concatenation, which levels have leaves; the format of one;
 * - blocks of a gigabyte, no memory, the edges of the address space, memory beyond them;
 * - entries that others lock, or change between a look and a change;
 * - tables beyond counting, and walks over what has none.
 */
#include "pgtable_tables.h"

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

/* ID_AA64MMFR0_EL1.PARange, Arm ARM D24.2.64: 7 are 56 bits, of which these tables have 52. */
static void address_range(void)
{
	static const unsigned int bits[16] = { 32, 36, 40, 42, 44, 48, 52, 52, 52, 52, 52, 52, 52, 52, 52, 52 };
	unsigned int i;

	for (i = 0; i < 16; i++)
		CHECK_EQ(keel_pgt_pa_bits(i), bits[i]);
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
			pa = (rnd() & ((1ULL << (wide ? 52 : 48)) - 1)) >>
			     geo.page_shift << geo.page_shift;
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

/*
 * Memory that a descriptor cannot name is mapped nowhere, and not at what is left of its address.
 */
static void too_far(unsigned int shift, bool w, int level)
{
	const u64 far = 1ULL << (w ? 52 : 48);
	int at;

	open_tables(shift, 40, w);
	CHECK_EQ(map_one(GIB, far, level, RW, false), -EFAULT);
	CHECK_EQ(map_one(GIB, 1ULL << 55 | GIB, level, RW, false), -EFAULT);
	CHECK_EQ(keel_pgt_lookup(&pgt, GIB, &at), 0);
	CHECK_EQ(map_one(GIB, far - GIB, level, RW, false), 0);
	CHECK_EQ(keel_pgt_leaf_pa(&pgt.geo, keel_pgt_lookup(&pgt, GIB, &at), at), far - GIB);
	close_tables();
}

static void far_memory(void)
{
	too_far(12, false, 3);
	too_far(12, false, 1);
	too_far(12, true, 3);
	too_far(14, false, 3);
	too_far(14, true, 2);
	too_far(16, false, 3);
	too_far(16, true, 3);
}

int main(void)
{
	RUN(geometry);
	RUN(address_range);
	RUN(far_memory);
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
	return ktap_done();
}
