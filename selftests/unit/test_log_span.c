// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages of a dirty log: those that a stretch of memory touches and no others,
 * compared with a look at each byte; and never one beyond the slot, so that the
 * log of a slot cannot protect a page of its neighbour's, whose log would not
 * know and whose addresses nobody would flush.
 */
#include "mmu/log_span.h"
#include "ktap.h"

#define PAGES	3

static void compare(unsigned int shift, u64 offset, u64 len)
{
	u64 size = (u64)PAGES << shift, first, nr = keel_log_span(offset, len, size, shift, &first);
	bool touched[PAGES + 1] = {};

	for (u64 page = 0; page < PAGES; page++) {
		u64 lo = page << shift, hi = lo + (1ULL << shift);

		touched[page] = offset < hi && offset + len > lo;
	}
	for (u64 page = 0; page <= PAGES; page++)
		CHECK_EQ(page >= first && page < first + nr, touched[page]);
}

static void each_granule(void)
{
	static const u64 lens[] = { 1, 2, 8, 4095, 4096, 4097, 1 << 14, 1 << 16, 1 << 18 };

	for (unsigned int shift = 12; shift <= 16; shift += 2)
		for (u64 page = 0; page <= PAGES; page++)
			for (unsigned int i = 0; i < sizeof(lens) / sizeof(lens[0]); i++)
				for (int off = -9; off <= 9; off++)
					if (page || off >= 0)
						compare(shift, (page << shift) + off, lens[i]);
}

/* What a fault asks for, should it ever forget to leave the offset in the page away. */
static void whole_page_from_its_middle(void)
{
	u64 first;

	CHECK_EQ(keel_log_span(0x2008, 0x1000, 0x3000, 12, &first), 1);
	CHECK_EQ(first, 2);
	/* an address below the slot is one far beyond it */
	CHECK_EQ(keel_log_span(-8, 16, 0x3000, 12, &first), 0);
	CHECK_EQ(keel_log_span(0x3000, 0x1000, 0x3000, 12, &first), 0);
}

static void bits_of_a_word(void)
{
	for (u64 pages = 0; pages < 200; pages++) {
		for (u64 word = 0; word < 5; word++) {
			u64 mask = keel_log_word_mask(pages, word);

			for (u64 bit = 0; bit < 64; bit++)
				CHECK_EQ(mask >> bit & 1, word * 64 + bit < pages);
		}
	}
	CHECK_EQ(keel_log_word_mask(1ULL << 31, 1ULL << 25), 0);
	CHECK_EQ(keel_log_word_mask(1ULL << 31, (1ULL << 25) - 1), ~0ULL);
}

static void clearable(void)
{
	CHECK(keel_log_is_clearable(100, 0, 100));
	CHECK(keel_log_is_clearable(100, 0, 64));
	CHECK(!keel_log_is_clearable(100, 0, 63));
	CHECK(!keel_log_is_clearable(100, 0, 101));
	CHECK(!keel_log_is_clearable(100, 0, 128));
	CHECK(keel_log_is_clearable(100, 64, 36));
	CHECK(!keel_log_is_clearable(100, 64, 35));
	CHECK(!keel_log_is_clearable(100, 64, 64));
	CHECK(keel_log_is_clearable(100, 64, 0));
	CHECK(!keel_log_is_clearable(100, 128, 0));
	CHECK(keel_log_is_clearable(128, 128, 0));
	CHECK(!keel_log_is_clearable(128, 192, ~0u));
	CHECK(!keel_log_is_clearable(128, -64ull, 64));
	CHECK(!keel_log_is_clearable(128, -64ull, 192));
}

int main(void)
{
	RUN(each_granule);
	RUN(whole_page_from_its_middle);
	RUN(bits_of_a_word);
	RUN(clearable);
	return ktap_done();
}
