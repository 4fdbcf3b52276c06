// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operands of stage-2 TLB invalidations: every page of a range is covered,
 * none outside it, for lengths from 2 pages on; fields as Arm ARM C5.5 has
 * them, decoded here anew.
 */
#include "hyp/tlb_range.h"
#include "ktap.h"

static void decode(u64 op, unsigned int page_shift, u64 *start, u64 *pages)
{
	u64 num = op >> 39 & 0x1f, scale = op >> 44 & 3, tg = op >> 46 & 3;

	CHECK_EQ(tg, page_shift == 12 ? 1 : page_shift == 14 ? 2 : 3);
	CHECK_EQ(op >> 37 & 3, 0);
	CHECK_EQ(op >> 48, 0);
	*start = (op & ((1ULL << 37) - 1)) << page_shift;
	*pages = (num + 1) << (5 * scale + 1);
}

static void cover(u64 start, u64 pages, unsigned int page_shift)
{
	u64 op, at, len, n, pos = start, left = pages;
	int steps = 0;

	while (left > 1) {
		n = keel_tlb_range_operand(pos, left, page_shift, &op);
		decode(op, page_shift, &at, &len);
		CHECK_EQ(at, pos);
		CHECK_EQ(len, n);
		CHECK(n >= 2 && n <= left);
		if (n > left)
			return;
		pos += n << page_shift;
		left -= n;
		steps++;
	}
	CHECK_EQ(pos + (left << page_shift), start + (pages << page_shift));
	CHECK(pages > 1 << 21 || steps <= 8);
}

static void ranges(void)
{
	u64 pages;

	for (pages = 2; pages < 5000; pages++)
		cover(0x40000000, pages, 12);
	for (pages = 2; pages <= 1 << 20; pages = pages * 3 / 2 + 1) {
		cover(0x123450000ULL, pages, 12);
		cover(0x123450000ULL, pages, 14);
		cover(0x123450000ULL, pages, 16);
	}
	cover(0, 1 << 21, 12);
	cover(0, (1 << 26) + 1, 12);
}

static void addresses(void)
{
	CHECK_EQ(keel_tlb_ipa_operand(0x40001000, 12, 0), 0x40001);
	CHECK_EQ(keel_tlb_ipa_operand(0x40001000, 12, 3), 0x40001 | 0x7ULL << 44);
	CHECK_EQ(keel_tlb_ipa_operand(0x40000000, 12, 2), 0x40000 | 0x6ULL << 44);
	CHECK_EQ(keel_tlb_ipa_operand(0x40000000, 14, 3), 0x40000 | 0xbULL << 44);
	CHECK_EQ(keel_tlb_ipa_operand(0x40000000, 16, 1), 0x40000 | 0xdULL << 44);
	CHECK_EQ(keel_tlb_ipa_operand(0xfffffffffffff000ULL, 12, 0), (1ULL << 40) - 1);
}

int main(void)
{
	RUN(ranges);
	RUN(addresses);
	return ktap_done();
}
