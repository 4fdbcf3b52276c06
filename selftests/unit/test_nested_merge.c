// SPDX-License-Identifier: GPL-2.0-only
/* pure: nested/merge.c */
/*
 * EL2's controls for a guest of a guest hypervisor. Proves, for every bit of every register,
 * by a table of its own:
 *  - what traps for keel or for the hypervisor traps, what only both let through is let
 *    through, what is the hypervisor's is its value, and what is keel's is keel's
 *  - no value of the hypervisor's takes a trap of keel's away
 *  - HCR_EL2.VI and VF have an effect where IRQs and FIQs come to the hypervisor
 */
#include <linux/bits.h>
#include <linux/types.h>
#include <stdlib.h>
#include <string.h>
#include "ktap.h"
#include "nested/merge.h"

/*
 * From bit 0 on: T traps, E lets through, G is the guest's, K keel's; as those not listed. By the
 * Arm ARM's order.
 */
#define HCR	"KKTKKKKKKKKKTTTTTTTTTTTTTTTKTKTKKKKTTTKKEEKKTKKEKTTKTETTEKT"
#define HCRX	"EEEGGETGGGKEKKEEKEGKKKEEEKE"
#define MDCR	"KKKKKTTKTTTTKKTKKKKTKKKKKKKT"

/* FGT: all trap, but from bit 50 on those that let through. */
#define T50	"TTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTTT"
static const char *const fgt[KEEL_NR_FGT] = {
	[KEEL_FGT_HFGRTR] = T50 "ETEEEEEEEEEEEE",
	[KEEL_FGT_HFGWTR] = T50 "ETEEEEEEEEEEEE",
	[KEEL_FGT_HFGITR] = T50 "TTTTTEEEEETTTT",
	[KEEL_FGT_HDFGRTR] = T50 "TTTTTTTTTEEEET",
	[KEEL_FGT_HDFGWTR] = T50 "TTTTTTTTTTEEET",
	[KEEL_FGT_HAFGRTR] = T50 "TTTTTTTTTTTTTT",
};

static u64 random64(void)
{
	return (u64)random() << 42 ^ (u64)random() << 21 ^ (u64)random();
}

static bool bit_of(char kind, bool own, bool guest)
{
	switch (kind) {
	case 'T':
		return own || guest;
	case 'E':
		return own && guest;
	case 'G':
		return guest;
	}
	return own;
}

static u64 expected(const char *kinds, u64 own, u64 guest)
{
	u64 val = 0;
	unsigned int i;

	for (i = 0; i < 64; i++)
		if (bit_of(i < strlen(kinds) ? kinds[i] : 'K', own >> i & 1, guest >> i & 1))
			val |= 1ULL << i;
	return val;
}

/* Each bit alone on either side, both, none, and much else. */
static void compare(const char *kinds, u64 (*merge)(u64, u64), u64 mask)
{
	unsigned int i;

	for (i = 0; i < 64; i++) {
		u64 bit = 1ULL << i;

		CHECK_EQ(merge(bit, 0) & mask, expected(kinds, bit, 0) & mask);
		CHECK_EQ(merge(0, bit) & mask, expected(kinds, 0, bit) & mask);
		CHECK_EQ(merge(bit, bit) & mask, expected(kinds, bit, bit) & mask);
		CHECK_EQ(merge(~bit, ~0ULL) & mask, expected(kinds, ~bit, ~0ULL) & mask);
		CHECK_EQ(merge(~0ULL, ~bit) & mask, expected(kinds, ~0ULL, ~bit) & mask);
	}
	for (i = 0; i < 10000; i++) {
		u64 own = random64(), guest = random64();

		CHECK_EQ(merge(own, guest) & mask, expected(kinds, own, guest) & mask);
	}
}

/* But for the delay of WFE's trap. */
static void hcr(void)
{
	compare(HCR, keel_merge_hcr, ~(31ULL << 59));
}

static void hcr_delay(void)
{
	u64 twe = 1 << 14, delay = 1ULL << 59 | 5ULL << 60, other = 1ULL << 59 | 9ULL << 60,
	    field = 31ULL << 59;

	CHECK_EQ(keel_merge_hcr(0, twe | delay) & field, delay);
	CHECK_EQ(keel_merge_hcr(twe, twe | delay) & field, 0);
	CHECK_EQ(keel_merge_hcr(twe | other, twe | delay) & field, other);
	CHECK_EQ(keel_merge_hcr(0, delay) & field, 0);
}

/* VI and VF, each with IMO, FMO alone. */
static void lines(void)
{
	unsigned int i;

	for (i = 0; i < 256; i++) {
		u64 vi = i & 1 << 4 ? i & 1 << 7 : 0, vf = i & 1 << 3 ? i & 1 << 6 : 0;

		CHECK_EQ(keel_merge_lines(i), vi | vf);
		CHECK_EQ(keel_merge_lines(~0xffULL | i), vi | vf);
	}
}

static void hcrx(void)
{
	compare(HCRX, keel_merge_hcrx, ~0ULL);
}

static void mdcr(void)
{
	compare(MDCR, keel_merge_mdcr, ~0ULL);
}

static enum keel_fgt reg;

static u64 merge_fgt(u64 own, u64 guest)
{
	return keel_merge_fgt(reg, own, guest);
}

static void fine(void)
{
	for (reg = 0; reg < KEEL_NR_FGT; reg++) {
		CHECK_EQ(strlen(fgt[reg]), 64);
		compare(fgt[reg], merge_fgt, ~0ULL);
	}
}

/* Fields of two bits: 1 and 3 let EL1 and EL0 through, 0 and 2 do not. */
static void cptr_fields(void)
{
	static const u8 shifts[] = { 16, 20, 24 };
	unsigned int i, own, guest;

	for (i = 0; i < 3; i++)
		for (own = 0; own < 4; own++)
			for (guest = 0; guest < 4; guest++)
				CHECK_EQ(keel_merge_cptr((u64)own << shifts[i], (u64)guest << shifts[i]),
					 (own & 1) && (guest & 1) ? 3ULL << shifts[i] : 0);
}

static void cptr_bits(void)
{
	unsigned int i;

	for (i = 28; i < 32; i++) {
		u64 bit = 1ULL << i;

		CHECK_EQ(keel_merge_cptr(bit, bit), bit);
		CHECK_EQ(keel_merge_cptr(0, bit), i == 29 ? 0 : bit);
		CHECK_EQ(keel_merge_cptr(bit, 0), i == 29 ? 0 : bit);
	}
	CHECK_EQ(keel_merge_cptr(0, 0xf), 0);
}

int main(void)
{
	srandom(4711);
	RUN(hcr);
	RUN(hcr_delay);
	RUN(lines);
	RUN(hcrx);
	RUN(mdcr);
	RUN(fine);
	RUN(cptr_fields);
	RUN(cptr_bits);
	return ktap_done();
}
