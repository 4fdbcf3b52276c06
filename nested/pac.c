// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* Authentication of an instruction's address (Arm ARM, shared pseudocode Auth(), CalculateBottomPACBit()). */
#include <linux/bits.h>
#include <linux/types.h>
#include "pac.h"

#define HALF		BIT_ULL(55)	/* chooses TTBR0 or TTBR1, and is no part of the code */
#define TCR_TBI0	BIT_ULL(37)
#define TCR_TBI1	BIT_ULL(38)
#define TCR_TBID0	BIT_ULL(51)	/* the top byte is ignored for data alone */
#define TCR_TBID1	BIT_ULL(52)

static bool ignores_top(u64 tcr, bool high)
{
	return (tcr & (high ? TCR_TBI1 : TCR_TBI0)) && !(tcr & (high ? TCR_TBID1 : TCR_TBID0));
}

/* The bits that have the code: from where the address ends. */
static u64 code_bits(u64 tcr, bool high)
{
	unsigned int size = 64 - (high ? tcr >> 16 & 0x3f : tcr & 0x3f);
	u64 mask = size < 55 ? GENMASK_ULL(54, size) : 0;

	return ignores_top(tcr, high) ? mask : mask | GENMASK_ULL(63, 56);
}

/* The topmost two of the code's bits say by which key. */
static u64 error_code(const struct keel_pac *p, u64 address, bool high)
{
	unsigned int shift = ignores_top(p->tcr, high) ? 53 : 61;

	return (address & ~(3ULL << shift)) | (p->key_b ? 2ULL : 1ULL) << shift;
}

u64 keel_pac_auth(const struct keel_pac *p, u64 address, u64 modifier, bool *valid)
{
	bool high = address & HALF;
	u64 mask = code_bits(p->tcr, high);
	u64 plain = high ? address | mask : address & ~mask;
	u64 code = p->compute(p->ctx, plain, modifier) & mask;

	if (p->is_xor) {
		*valid = (address ^ code) == plain;
		return address ^ code;
	}
	*valid = code == (address & mask);
	return *valid ? plain : error_code(p, plain, high);
}
