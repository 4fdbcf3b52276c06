// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/walk.c */
/*
 * Proves: a guest's address comes out where its tables put it, for each granule, size of
 * address space, half, level of the leaf and byte order in the long format, 52-bit
 * addresses, and AArch32's two formats; and that what the tables do not have, or what
 * cannot be read of them, is refused.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "arch/walk.h"
#include "ktap.h"

/*
 * Descriptors by address; all else reads as zero. Where tables are said not to be memory, reads
 * fail.
 */
static struct { u64 ipa, desc; } mem[8];
static unsigned int nr_mem, reads;
static u64 hole;
static bool big;

static int read_mem(void *ctx, u64 ipa, void *data, size_t len)
{
	u64 v = 0;

	reads++;
	if (hole && ipa >= hole && ipa < hole + 8)
		return -EFAULT;
	for (unsigned int i = 0; i < nr_mem; i++)
		if (mem[i].ipa == ipa)
			v = mem[i].desc;
	for (size_t i = 0; i < len; i++)
		((u8 *)data)[i] = v >> 8 * (big ? len - 1 - i : i);
	return 0;
}

static void put(u64 ipa, u64 desc)
{
	mem[nr_mem].ipa = ipa;
	mem[nr_mem++].desc = desc;
}

static struct keel_walk regime(u64 tcr)
{
	nr_mem = reads = 0;
	hole = 0;
	return (struct keel_walk) {
		.sctlr = 1 | (big ? 1 << 25 : 0), .tcr = tcr, .read = read_mem,
	};
}

/* ---- AArch64 ---- */

/*
 * Bits resolved by each level, by hand from the manual's figures; the first entry is that of the
 * first level.
 */
static const struct layout {
	u64 tg0, tg1;
	unsigned int tsz, first, bits[5], shift[5], levels;
} layouts[] = {
	{ 0, 2, 16, 0, { 9, 9, 9, 9 }, { 39, 30, 21, 12 }, 4 },
	{ 0, 2, 24, 0, { 1, 9, 9, 9 }, { 39, 30, 21, 12 }, 4 },
	{ 0, 2, 25, 1, { 9, 9, 9 }, { 30, 21, 12 }, 3 },
	{ 0, 2, 32, 1, { 2, 9, 9 }, { 30, 21, 12 }, 3 },
	{ 0, 2, 34, 2, { 9, 9 }, { 21, 12 }, 2 },
	{ 0, 2, 39, 2, { 4, 9 }, { 21, 12 }, 2 },
	{ 2, 1, 16, 0, { 1, 11, 11, 11 }, { 47, 36, 25, 14 }, 4 },
	{ 2, 1, 17, 1, { 11, 11, 11 }, { 36, 25, 14 }, 3 },
	{ 2, 1, 28, 2, { 11, 11 }, { 25, 14 }, 2 },
	{ 2, 1, 39, 3, { 11 }, { 14 }, 1 },
	{ 1, 3, 16, 1, { 6, 13, 13 }, { 42, 29, 16 }, 3 },
	{ 1, 3, 22, 2, { 13, 13 }, { 29, 16 }, 2 },
	{ 1, 3, 36, 3, { 12 }, { 16 }, 1 },
};

static u64 state = 88172645463325252ull;

static u64 any(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static u64 low(u64 v, unsigned int bits)
{
	return v & ((1ull << bits) - 1);
}

/* Tables for va with a leaf after so many levels; where it leads. */
static u64 build(struct keel_walk *w, const struct layout *l, u64 va, bool high, unsigned int leaf)
{
	unsigned int granule = l->shift[l->levels - 1];
	u64 table = low(any(), 48) >> granule << granule, out = 0;

	*(high ? &w->ttbr1 : &w->ttbr0) = table | 0xabull << 48 | 1;	/* ASID, CnP */
	for (unsigned int i = 0; i <= leaf; i++) {
		u64 at = table + low(va >> l->shift[i], l->bits[i]) * 8;
		u64 next = low(any(), 48) >> (i == leaf ? l->shift[i] : granule);

		next <<= i == leaf ? l->shift[i] : granule;
		/* attributes and permissions do not matter, where they are no address */
		put(at, next | 0x00e0000000000fc0ull | (i < leaf || i == l->levels - 1 ? 3 : 1));
		table = out = next;
	}
	return out | low(va, l->shift[leaf]);
}

static void check_layout(const struct layout *l, bool high, unsigned int leaf)
{
	u64 tcr = l->tsz | (u64)l->tsz << 16 | l->tg0 << 14 | l->tg1 << 30 | 5ull << 32;
	struct keel_walk w = regime(tcr);
	u64 va = low(any(), 64 - l->tsz) | (high ? ~0ull << (64 - l->tsz) : 0), want, got = 0;
	int level = -2;

	want = build(&w, l, va, high, leaf);
	CHECK_EQ(keel_walk(&w, va, &got), 0);
	CHECK_EQ(got, want);
	CHECK_EQ(reads, leaf + 1);
	/* the other half, beyond the range, no walks, the wrong order of bytes */
	CHECK_EQ(keel_walk(&w, va ^ (1ull << (64 - l->tsz)), &got), -EAGAIN);
	w.tcr |= high ? 1 << 23 : 1 << 7;
	CHECK_EQ(keel_walk(&w, va, &got), -EAGAIN);
	w.tcr = tcr;
	hole = mem[leaf].ipa;
	w.level = &level;
	CHECK_EQ(keel_walk(&w, va, &got), -EFAULT);
	CHECK_EQ(level, (int)(l->first + leaf));
	w.level = NULL;
	hole = 0;
	mem[leaf].desc &= ~1ull;
	CHECK_EQ(keel_walk(&w, va, &got), -EAGAIN);
	w.sctlr &= ~1ull;
	CHECK_EQ(keel_walk(&w, va, &got), 0);
	CHECK_EQ(got, va);
}

static void test_long(void)
{
	for (unsigned int i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++)
		for (unsigned int leaf = 0; leaf < layouts[i].levels; leaf++)
			for (int n = 0; n < 40; n++) {
				big = n & 1;
				/* a block of the zeroth level is not there */
				if (layouts[i].first + leaf > 0)
					check_layout(&layouts[i], n & 2, leaf);
			}
	big = false;
}

static void test_reserved(void)
{
	struct keel_walk w = regime(25 | 25 << 16 | 2ull << 30);
	u64 got;

	w.ttbr0 = 0x1000;
	put(0x1000, 0x2003);
	put(0x2000, 0x3003);
	put(0x3000, 0x4001);	/* the last level has no blocks */
	CHECK_EQ(keel_walk(&w, 0, &got), -EAGAIN);
	mem[2].desc = 0x4003;
	CHECK_EQ(keel_walk(&w, 0x123, &got), 0);
	CHECK_EQ(got, 0x4123);
	w.tcr |= 3 << 14;	/* no such granule */
	CHECK_EQ(keel_walk(&w, 0x123, &got), -EAGAIN);
	w.tcr = 63;		/* nor such a size */
	CHECK_EQ(keel_walk(&w, 0, &got), -EAGAIN);
	/* a tag above bit 55 is not looked at */
	w.tcr = 25;
	CHECK_EQ(keel_walk(&w, 0xff00000000000123, &got), 0);
	CHECK_EQ(got, 0x4123);
}

static void test_52_bits(void)
{
	/* 64 KiB: bits 51:48 are in 15:12, and of the table in 5:2 */
	struct keel_walk w = regime(22 | 1 << 14 | 6ull << 32);
	int level;
	u64 got;

	w.ttbr0 = 0x123456780000 | 0xa << 2;
	put(0xa123456780000 + 1 * 8, 0xa98760000003 | 0xc << 12);
	put(0xca98760000000 + 2 * 8, 0x111122220003 | 0xf << 12);
	CHECK_EQ(keel_walk(&w, 1ull << 29 | 2ull << 16 | 0x4567, &got), 0);
	CHECK_EQ(got, 0xfull << 48 | 0x111122224567);
	/* bits that a table of that size has not are not looked at here either */
	w.ttbr0 |= 0xffc0;
	CHECK_EQ(keel_walk(&w, 1ull << 29 | 2ull << 16 | 0x4567, &got), 0);
	CHECK_EQ(got, 0xfull << 48 | 0x111122224567);
	/* 4 KiB with TCR.DS: bits 51:50 are in 9:8, and five levels */
	w = regime(12 | 6ull << 32 | 1ull << 59);
	w.ttbr0 = 0x123456789000 | 0x5 << 2;
	put(0x5123456789000 + 3 * 8, 0x0003000000001003 | 2 << 8);
	put(0xb000000001000 + 1 * 8, 0x2003);
	put(0x2000 + 2 * 8, 0x3003);
	put(0x3000 + 3 * 8, 0x4003);
	put(0x4000 + 4 * 8, 0x0001aaaabbbbc003 | 3 << 8);
	CHECK_EQ(keel_walk(&w, 3ull << 48 | 1ull << 39 | 2ull << 30 | 3 << 21 | 4 << 12 | 0xdef, &got), 0);
	CHECK_EQ(got, 3ull << 50 | 0x0001aaaabbbbcdef);
	w.level = &level;
	for (int i = 0; i < 2; i++) {
		hole = i ? 0xb000000001000 + 1 * 8 : 0x5123456789000 + 3 * 8;
		CHECK_EQ(keel_walk(&w, 3ull << 48 | 1ull << 39, &got), -EFAULT);
		CHECK_EQ(level, i - 1);
	}
	hole = 0;
}

/* ---- AArch32 ---- */

static void test_long_32(void)
{
	static const struct { u32 t0sz, t1sz, va; int half; unsigned int first; } cases[] = {
		{ 0, 0, 0x00000000, 0, 1 }, { 0, 0, 0xffffffff, 0, 1 },
		{ 1, 0, 0x7fffffff, 0, 1 }, { 1, 0, 0x80000000, 1, 1 }, { 1, 1, 0x80000000, 1, 1 },
		{ 2, 2, 0x3fffffff, 0, 2 }, { 2, 2, 0xc0000000, 1, 2 }, { 2, 2, 0x40000000, -1, 0 },
		{ 2, 2, 0xbfffffff, -1, 0 }, { 0, 2, 0xbfffffff, 0, 1 }, { 0, 2, 0xc0001000, 1, 2 },
		{ 3, 0, 0x20000000, 1, 1 }, { 7, 7, 0x01ffffff, 0, 2 }, { 7, 7, 0xfe000000, 1, 2 },
		{ 7, 7, 0x02000000, -1, 0 },
	};

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct keel_walk w = regime(1u << 31 | cases[i].t0sz | cases[i].t1sz << 16);
		u32 va = cases[i].va, sz = cases[i].half ? cases[i].t1sz : cases[i].t0sz;
		u64 table = 0x8a00000000, got;

		w.aarch32 = true;
		*(cases[i].half ? &w.ttbr1 : &w.ttbr0) = table | 0x12ull << 48;
		if (cases[i].first == 1) {
			put(table + (va & (~0u >> sz)) / (1u << 30) * 8, 0x7700001003);
			table = 0x7700001000;
		}
		put(table + (va & (~0u >> sz)) % (1u << 30) / (1u << 21) * 8, 0x6600002003);
		put(0x6600002000 + (va >> 12 & 511) * 8, 0x55abcde003);
		CHECK_EQ(keel_walk(&w, va, &got), cases[i].half < 0 ? -EAGAIN : 0);
		if (cases[i].half >= 0)
			CHECK_EQ(got, 0x55abcde000 | (va & 0xfff));
	}
}

static struct keel_walk short_regime(u32 ttbcr)
{
	struct keel_walk w = regime(ttbcr);

	w.aarch32 = true;
	w.ttbr0 = 0x12340000 | 0x6a;	/* attributes of the walk below */
	w.ttbr1 = 0x56780000 | 0x6a;
	return w;
}

static void test_short(void)
{
	struct keel_walk w = short_regime(0);
	u64 got;

	put(0x12340000 + 0xfff * 4, 0xabc00c02);	/* section */
	/* supersection: 39:36 = 7, 35:32 = 7 */
	put(0x12340000 + 0x800 * 4, 0xab740ce2 | 1 << 18);
	put(0x12340000 + 0x123 * 4, 0x9abcde01);	/* table, of 1 KiB */
	put(0x9abcdc00 + 0x45 * 4, 0x1112200e);		/* small page */
	put(0x9abcdc00 + 0x50 * 4, 0x33330001);		/* large page */
	CHECK_EQ(keel_walk(&w, 0xfff54321, &got), 0);
	CHECK_EQ(got, 0xabc54321);
	CHECK_EQ(keel_walk(&w, 0x80054321, &got), 0);
	CHECK_EQ(got, 0x77ab054321);
	CHECK_EQ(keel_walk(&w, 0x12345678, &got), 0);
	CHECK_EQ(got, 0x11122678);
	CHECK_EQ(keel_walk(&w, 0x12350abc, &got), 0);
	CHECK_EQ(got, 0x33330abc);
	CHECK_EQ(keel_walk(&w, 0x12346000, &got), -EAGAIN);
	CHECK_EQ(keel_walk(&w, 0x22222222, &got), -EAGAIN);
	hole = 0x9abcdc00 + 0x45 * 4;
	CHECK_EQ(keel_walk(&w, 0x12345678, &got), -EFAULT);
	hole = 0x12340000 + 0x123 * 4;
	CHECK_EQ(keel_walk(&w, 0x12345678, &got), -EFAULT);
	/* PXN */
	hole = 0;
	mem[0].desc |= 1;
	CHECK_EQ(keel_walk(&w, 0xfff54321, &got), 0);
	CHECK_EQ(got, 0xabc54321);
}

static void test_short_halves(void)
{
	for (u32 n = 1; n < 8; n++) {
		u32 first_high = 1u << (32 - n);
		struct keel_walk w = short_regime(n);
		u64 got;

		/* TTBR0's table is smaller */
		w.ttbr0 = 0x12340000 | 1u << (14 - n);
		put((0x12340000 | 1u << (14 - n)) + ((first_high - 1) >> 20) * 4, 0x11100002);
		put(0x56780000 + (first_high >> 20) * 4, 0x22200002);
		CHECK_EQ(keel_walk(&w, first_high - 1, &got), 0);
		CHECK_EQ(got, 0x111fffff);
		CHECK_EQ(keel_walk(&w, first_high, &got), 0);
		CHECK_EQ(got, 0x22200000);
		w.tcr |= 1 << 4;
		CHECK_EQ(keel_walk(&w, first_high - 1, &got), -EAGAIN);
		CHECK_EQ(keel_walk(&w, first_high, &got), 0);
		w.tcr ^= 3 << 4;
		CHECK_EQ(keel_walk(&w, first_high - 1, &got), 0);
		CHECK_EQ(keel_walk(&w, first_high, &got), -EAGAIN);
	}
}

/* Any registers, any memory: no more than the levels there are, and no undefined shift. */
static int read_any(void *ctx, u64 ipa, void *data, size_t len)
{
	u64 v = any();

	reads++;
	memcpy(data, &v, len);
	return v % 16 ? 0 : -EFAULT;
}

static void test_any(void)
{
	for (int i = 0; i < 2000000; i++) {
		struct keel_walk w = {
			.sctlr = any() | 1, .tcr = any(), .ttbr0 = any(), .ttbr1 = any(), .aarch32 = i & 1,
			.read = read_any,
		};
		u64 va = i & 1 ? (u32)any() : i & 2 ? any() : any() >> 16 & 0xffffffffffff, got;
		int ret;

		reads = 0;
		ret = keel_walk(&w, va, &got);
		CHECK(reads <= 5 && (!ret || ret == -EAGAIN || ret == -EFAULT));
		if (!ret)
			CHECK(got < 1ull << 52 && (got & 0xfff) == (va & 0xfff));
	}
}

int main(void)
{
	RUN(test_long);
	RUN(test_reserved);
	RUN(test_52_bits);
	RUN(test_long_32);
	RUN(test_short);
	RUN(test_short_halves);
	RUN(test_any);
	return ktap_done();
}
