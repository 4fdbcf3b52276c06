// SPDX-License-Identifier: GPL-2.0-only
/* pure: nested/walk2.c */
/*
 * The walk of a guest hypervisor's stage 2. Proves:
 *  - what a builder of tables has put at an address, by its own arithmetic, the walk finds,
 *    for each granule, size of the address space, first level, leaf level and endianness
 *  - each kind of fault comes with its level, in the architecture's order
 *  - permissions, with FEAT_XNX and without, and the access flag
 *  - whatever is in registers and memory: at most four reads, inside of what can be
 *    addressed, and an end that the architecture has
 */
#include <linux/bits.h>
#include <linux/types.h>
#include <stdlib.h>
#include <string.h>
#include "ktap.h"
#include "nested/walk2.h"

#define PAGES	64
#define PAGE	65536ULL

/* The hypervisor's memory: some pages of 64 KiB, found by their address. */
static struct { u64 at; u64 word[PAGE / 8]; } page[PAGES];
static unsigned int nr_pages, nr_reads;
static u64 aborts_at;
static bool anything;	/* every read finds something */

static u64 *word_at(u64 pa, bool make)
{
	unsigned int i;

	for (i = 0; i < nr_pages; i++)
		if (page[i].at == pa / PAGE * PAGE)
			return &page[i].word[pa % PAGE / 8];
	if (!make || nr_pages == PAGES)
		return NULL;
	memset(&page[nr_pages], 0, sizeof(page[0]));
	page[nr_pages].at = pa / PAGE * PAGE;
	return &page[nr_pages++].word[pa % PAGE / 8];
}

static u64 random64(void)
{
	return (u64)random() << 42 ^ (u64)random() << 21 ^ (u64)random();
}

static int read_memory(void *ctx, u64 pa, void *data, unsigned int len)
{
	u64 *word = word_at(pa, false), v = anything ? random64() : word ? *word : 0;

	nr_reads++;
	CHECK_EQ(len, 8);
	CHECK_EQ(pa % 8, 0);
	CHECK(pa < 1ULL << 48);
	if (pa == aborts_at)
		return -1;
	memcpy(data, &v, 8);
	return 0;
}

/* ---- the builder ---- */

static struct {
	unsigned int page_bits, in, first;
	u64 base, next;		/* of tables */
	bool swap;
} b;

static u64 span(unsigned int level)
{
	u64 bytes = 1ULL << b.page_bits;

	for (; level < 3; level++)
		bytes *= (1ULL << b.page_bits) / 8;
	return bytes;
}

static void put(u64 at, u64 desc)
{
	*word_at(at, true) = b.swap ? __builtin_bswap64(desc) : desc;
}

static u64 get(u64 at)
{
	u64 v = *word_at(at, true);

	return b.swap ? __builtin_bswap64(v) : v;
}

/* Where the descriptor of this level for the address is; tables on the way are made. */
static u64 slot(u64 ipa, unsigned int level)
{
	u64 table = b.base, at;
	unsigned int l;

	for (l = b.first;; l++) {
		at = table +
		     (l == b.first ? ipa / span(l) : ipa / span(l) % ((1ULL << b.page_bits) / 8)) *
			     8;
		if (l == level)
			return at;
		if (!get(at)) {
			put(at, b.next | 3);
			b.next += PAGE;
		}
		table = get(at) & ~3ULL;
	}
}

static struct keel_walk2 regs(unsigned int page_bits, unsigned int in, unsigned int first,
			      bool swap)
{
	unsigned int tg0 = page_bits == 12 ? 0 : page_bits == 14 ? 2 : 1;
	unsigned int sl0 = (page_bits == 12 ? 2 : 3) - first;

	nr_pages = nr_reads = 0;
	aborts_at = ~0ULL;
	anything = false;
	b.page_bits = page_bits;
	b.in = in;
	b.first = first;
	b.base = 0x40000000;
	b.next = 0x50000000;
	b.swap = swap;
	return (struct keel_walk2){
		.vtcr = (64 - in) | sl0 << 6 | tg0 << 14 | 5 << 16, .vttbr = b.base | 7ULL << 48 | 1,
		.big_endian = swap, .granules = 7, .pa_bits = 48, .ha = true, .read = read_memory,
	};
}

/* Does the architecture have this combination? By how many tables lie side by side. */
static bool possible(unsigned int page_bits, unsigned int in, unsigned int first)
{
	u64 top;

	b.page_bits = page_bits;
	top = span(first);
	return 1ULL << in > top && (1ULL << in) / top <= (1ULL << page_bits) / 8 * 16;
}

#define RWX_AF	(BIT_ULL(6) | BIT_ULL(7) | BIT_ULL(10))

static void one_leaf(struct keel_walk2 *w, unsigned int level)
{
	u64 ipa = random64() % (1ULL << b.in), pa = random64() % (1ULL << 48);
	u64 leaf = pa / span(level) * span(level), at = slot(ipa, level);
	struct keel_walk2_result r;

	put(at, leaf | RWX_AF | (level == 3 ? 3 : 1));
	nr_reads = 0;
	r = keel_walk2(w, ipa);
	CHECK_EQ(r.end, KEEL_WALK2_OK);
	CHECK_EQ(r.level, level);
	CHECK_EQ(r.pa, leaf + ipa % span(level));
	CHECK_EQ(1ULL << r.shift, span(level));
	CHECK_EQ(r.desc_at, at);
	CHECK(r.r && r.w && r.x0 && r.x1 && !r.old);
	CHECK_EQ(nr_reads, level - b.first + 1);
	/* one address further than there is */
	if (b.in < 64)
		CHECK_EQ(keel_walk2(w, 1ULL << b.in | ipa).end, KEEL_WALK2_TRANSLATION);
	put(at, 0);
	r = keel_walk2(w, ipa);
	CHECK_EQ(r.end, KEEL_WALK2_TRANSLATION);
	CHECK_EQ(r.level, level);
}

static void finds(void)
{
	static const u8 sizes[] = { 12, 14, 16 };
	unsigned int g, in, first, level, tried = 0;
	struct keel_walk2 w;

	for (g = 0; g < 3; g++)
		for (in = 25; in <= 48; in++)
			for (first = sizes[g] == 12 ? 0 : 1; first < (sizes[g] == 12 ? 3 : 4); first++) {
				bool ok = possible(sizes[g], in, first);

				w = regs(sizes[g], in, first, in % 2);
				if (!ok) {
					CHECK_EQ(keel_walk2(&w, 0).end, KEEL_WALK2_TRANSLATION);
					CHECK_EQ(keel_walk2(&w, 0).level, 0);
					CHECK_EQ(nr_reads, 0);
					continue;
				}
				for (level = first; level <= 3; level++)
					if (level >= (sizes[g] == 12 ? 1 : 2)) {
						w = regs(sizes[g], in, first, in % 2);
						one_leaf(&w, level);
						tried++;
					}
			}
	CHECK(tried > 100);
}

/* A block where the granule has none. */
static void no_block(void)
{
	struct keel_walk2 w = regs(14, 48, 1, false);

	put(slot(0, 1), 0x80000000 | RWX_AF | 1);
	CHECK_EQ(keel_walk2(&w, 0).end, KEEL_WALK2_TRANSLATION);
	CHECK_EQ(keel_walk2(&w, 0).level, 1);
	w = regs(12, 48, 0, false);
	put(slot(0, 0), 0x80000000 | RWX_AF | 1);
	CHECK_EQ(keel_walk2(&w, 0).level, 0);
	CHECK_EQ(keel_walk2(&w, 0).end, KEEL_WALK2_TRANSLATION);
	/* and a reserved one at the end */
	w = regs(12, 40, 1, false);
	put(slot(0, 3), 0x80000000 | RWX_AF | 1);
	CHECK_EQ(keel_walk2(&w, 0).end, KEEL_WALK2_TRANSLATION);
	CHECK_EQ(keel_walk2(&w, 0).level, 3);
}

static void aborts(void)
{
	unsigned int level;

	for (level = 1; level <= 3; level++) {
		struct keel_walk2 w = regs(12, 39, 1, false);

		put(slot(0x12345678, 3), 0x80000000 | RWX_AF | 3);
		aborts_at = slot(0x12345678, level);
		CHECK_EQ(keel_walk2(&w, 0x12345678).end, KEEL_WALK2_ABORT);
		CHECK_EQ(keel_walk2(&w, 0x12345678).level, level);
	}
}

/* Of 36 bits: the table, a table further on, the leaf. */
static void too_far(void)
{
	struct keel_walk2 w = regs(12, 36, 1, false);

	w.vtcr = (w.vtcr & ~(7ULL << 16)) | 1 << 16;
	put(slot(0, 3), 1ULL << 36 | RWX_AF | 3);
	CHECK_EQ(keel_walk2(&w, 0).end, KEEL_WALK2_ADDRESS_SIZE);
	CHECK_EQ(keel_walk2(&w, 0).level, 3);
	put(slot(0, 3), ((1ULL << 36) - 4096) | RWX_AF | 3);
	CHECK_EQ(keel_walk2(&w, 0).end, KEEL_WALK2_OK);
	/* the size comes before the access flag */
	put(slot(0, 3), 1ULL << 36 | 3);
	CHECK_EQ(keel_walk2(&w, 0).end, KEEL_WALK2_ADDRESS_SIZE);
	put(slot(0, 1), 1ULL << 36 | 3);
	CHECK_EQ(keel_walk2(&w, 0).end, KEEL_WALK2_ADDRESS_SIZE);
	CHECK_EQ(keel_walk2(&w, 0).level, 1);
	w.vttbr = 1ULL << 36;
	nr_reads = 0;
	CHECK_EQ(keel_walk2(&w, 0).end, KEEL_WALK2_ADDRESS_SIZE);
	CHECK_EQ(keel_walk2(&w, 0).level, 0);
	CHECK_EQ(nr_reads, 0);
	/* more than the CPU has is what the CPU has */
	w = regs(12, 36, 1, false);
	w.pa_bits = 36;
	put(slot(0, 3), 1ULL << 36 | RWX_AF | 3);
	CHECK_EQ(keel_walk2(&w, 0).end, KEEL_WALK2_ADDRESS_SIZE);
}

static void permissions(void)
{
	unsigned int xn, xnx, ap;

	for (xnx = 0; xnx < 2; xnx++)
		for (xn = 0; xn < 4; xn++)
			for (ap = 0; ap < 4; ap++) {
				struct keel_walk2 w = regs(12, 40, 1, false);
				struct keel_walk2_result r;
				/* by the table of the Arm ARM: execution at EL1 and at EL0 */
				static const u8 x1[2][4] = { { 1, 1, 0, 0 }, { 1, 0, 0, 1 } };
				static const u8 x0[2][4] = { { 1, 1, 0, 0 }, { 1, 1, 0, 0 } };

				w.xnx = xnx;
				put(slot(0, 2), 0x80000000 | (u64)xn << 53 | ap << 6 | 1 << 10 | 1);
				r = keel_walk2(&w, 0);
				CHECK_EQ(r.end, KEEL_WALK2_OK);
				CHECK_EQ(r.r, ap & 1);
				CHECK_EQ(r.w, ap >> 1);
				CHECK_EQ(r.x1, x1[xnx][xn]);
				CHECK_EQ(r.x0, x0[xnx][xn]);
			}
}

static void access_flag(void)
{
	struct keel_walk2 w = regs(12, 40, 1, true);
	struct keel_walk2_result r;

	put(slot(0, 3), 0x80000000 | 0xc0 | 3);
	CHECK_EQ(keel_walk2(&w, 0).end, KEEL_WALK2_ACCESS_FLAG);
	CHECK_EQ(keel_walk2(&w, 0).level, 3);
	w.vtcr |= BIT_ULL(21);
	r = keel_walk2(&w, 0);
	CHECK_EQ(r.end, KEEL_WALK2_OK);
	CHECK(r.old);
	CHECK_EQ(r.desc, 0x80000000 | 0xc0 | 3);
	CHECK_EQ(r.desc_at, slot(0, 3));
	/* VTCR_EL2.HA is nothing to a CPU without */
	w.ha = false;
	CHECK_EQ(keel_walk2(&w, 0).end, KEEL_WALK2_ACCESS_FLAG);
}

/* SL0 = 2 where physical addresses are too short for it. */
static void short_addresses(void)
{
	static const struct { unsigned int granule, in, first, least; } rows[] = {
		{ 12, 40, 0, 44 }, { 14, 40, 1, 42 }, { 16, 44, 1, 44 },
	};
	unsigned int i, bits;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct keel_walk2 w = regs(rows[i].granule, rows[i].in, rows[i].first, false);

		put(slot(0, 3), 0x80000000 | RWX_AF | 3);
		for (bits = 40; bits <= 48; bits += 2) {
			w.pa_bits = bits;
			CHECK_EQ(keel_walk2(&w, 0).end, bits >= rows[i].least && bits >= rows[i].in ?
				 KEEL_WALK2_OK : KEEL_WALK2_TRANSLATION);
		}
	}
}

/* A granule that is not there is one that is; with none there is no stage 2. */
static void granules(void)
{
	struct keel_walk2 w = regs(12, 40, 1, false);

	put(slot(0, 3), 0x80000000 | RWX_AF | 3);
	w.vtcr |= 3 << 14;
	CHECK_EQ(keel_walk2(&w, 0).end, KEEL_WALK2_OK);
	w.vtcr = (w.vtcr & ~(3ULL << 14)) | 1 << 14;
	w.granules = 1;
	CHECK_EQ(keel_walk2(&w, 0).end, KEEL_WALK2_OK);
	/* invalidations go by the same */
	CHECK_EQ(keel_walk2_granule(&w), 12);
	w.granules = 0;
	CHECK_EQ(keel_walk2(&w, 0).end, KEEL_WALK2_TRANSLATION);
}

/* A table that is its own entry ends where the levels end. */
static void loops(void)
{
	struct keel_walk2 w = regs(12, 48, 0, false);

	put(b.base, b.base | 3);
	nr_reads = 0;
	/* at the last level it is a page, without the access flag */
	CHECK_EQ(keel_walk2(&w, 0).end, KEEL_WALK2_ACCESS_FLAG);
	CHECK_EQ(nr_reads, 4);
}

static void rubbish(void)
{
	unsigned int i;

	for (i = 0; i < 300000; i++) {
		struct keel_walk2 w = {
			.vtcr = random64(), .vttbr = random64(), .big_endian = i & 1, .granules = i >> 1 & 7,
			.pa_bits = 32 + 4 * (i % 5), .xnx = i & 2, .ha = true, .read = read_memory,
		};
		struct keel_walk2_result r;

		anything = true;
		aborts_at = ~0ULL;
		nr_reads = 0;
		r = keel_walk2(&w, i % 3 ? random64() : random64() & GENMASK_ULL(39, 0));
		CHECK(nr_reads <= 4);
		CHECK(r.level <= 3);
		CHECK(r.end <= KEEL_WALK2_ABORT);
		if (r.end == KEEL_WALK2_OK)
			CHECK(r.pa < 1ULL << w.pa_bits && r.shift >= 12 && r.shift <= 30);
	}
}

/* What each access takes, and each end's code. */
static void check(void)
{
	unsigned int bits, want;

	for (bits = 0; bits < 256; bits++) {
		struct keel_walk2_result res = {
			.end = KEEL_WALK2_OK, .level = 3, .r = bits & 1, .w = bits & 2, .x0 = bits & 4, .x1 = bits & 8,
		};
		struct keel_walk2_access a = { .read = bits & 16, .write = bits & 32, .exec = bits & 64, .el0 = bits & 128 };

		want = (a.read && !res.r) || (a.write && !res.w) || (a.exec && a.el0 && !res.x0) ||
		       (a.exec && !a.el0 && !res.x1);
		keel_walk2_check(&res, a);
		CHECK_EQ(res.end, want ? KEEL_WALK2_PERMISSION : KEEL_WALK2_OK);
		if (want)
			CHECK_EQ(keel_walk2_status(&res), 0x0f);
	}
}

static void status(void)
{
	static const u8 kinds[] = {
		[KEEL_WALK2_ADDRESS_SIZE] = 0x00, [KEEL_WALK2_TRANSLATION] = 0x04, [KEEL_WALK2_ACCESS_FLAG] = 0x08,
		[KEEL_WALK2_PERMISSION] = 0x0c, [KEEL_WALK2_ABORT] = 0x14,
	};
	unsigned int end, level;

	for (end = KEEL_WALK2_ADDRESS_SIZE; end <= KEEL_WALK2_PERMISSION; end++)
		for (level = 0; level < 4; level++) {
			struct keel_walk2_result res = { .end = end, .level = level };

			CHECK_EQ(keel_walk2_status(&res), kinds[end] + level);
			/* what has ended does not end anew */
			keel_walk2_check(&res, (struct keel_walk2_access){ .read = true });
			CHECK_EQ(res.end, end);
		}
}

static void features(void)
{
	struct keel_walk2 w;

	keel_walk2_features(&w, 0x21100000005ULL, 0);
	CHECK_EQ(w.granules, 1);
	CHECK(!w.ha);
	CHECK_EQ(w.pa_bits, 48);
	keel_walk2_features(&w, 0x11200000002ULL, 1);
	CHECK_EQ(w.granules, 2);
	CHECK(w.ha);
	CHECK_EQ(w.pa_bits, 40);
	keel_walk2_features(&w, 0x12100000000ULL, 0);
	CHECK_EQ(w.granules, 4);
	CHECK_EQ(w.pa_bits, 32);
}

int main(void)
{
	srandom(4711);
	RUN(finds);
	RUN(no_block);
	RUN(aborts);
	RUN(too_far);
	RUN(permissions);
	RUN(access_flag);
	RUN(short_addresses);
	RUN(granules);
	RUN(loops);
	RUN(rubbish);
	RUN(check);
	RUN(status);
	RUN(features);
	return ktap_done();
}
