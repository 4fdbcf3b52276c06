// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Authentication of an instruction's address (Arm ARM, shared pseudocode Auth(),
 * CalculateBottomPACBit()).
 */
#include <linux/bits.h>
#include <linux/types.h>
#include "pac.h"

#define HALF		BIT_ULL(55)	/* chooses TTBR0 or TTBR1, and is no part of the code */
#define TCR_TBI0	BIT_ULL(37)
#define TCR_TBI1	BIT_ULL(38)
#define TCR_DS		BIT_ULL(59)	/* addresses of 52 bits with pages of 4 or 16 KiB */
#define TCR_TBID0	BIT_ULL(51)	/* the top byte is ignored for data alone */
#define TCR_TBID1	BIT_ULL(52)

/* A generic code has these bits alone. */
#define GENERIC		GENMASK_ULL(63, 32)

static bool ignores_top(u64 tcr, bool high)
{
	return (tcr & (high ? TCR_TBI1 : TCR_TBI0)) && !(tcr & (high ? TCR_TBID1 : TCR_TBID0));
}

/* TxSZ as it has effect: less than there can be is what there can be. */
static unsigned int unused(u64 tcr, bool high)
{
	unsigned int txsz = high ? tcr >> 16 & 0x3f : tcr & 0x3f, least = tcr & TCR_DS ? 12 : 16;

	return txsz < least ? least : txsz;
}

/* The bits that have the code: from where the address ends. */
static u64 code_bits(u64 tcr, bool high)
{
	unsigned int size = 64 - unused(tcr, high);
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

	/* a code longer than the generic one is right if that part of it is */
	if (p->is_xor) {
		*valid = !(((address ^ code) ^ plain) & GENERIC);
		return *valid ? plain : address ^ code;
	}
	*valid = !((code ^ address) & mask & GENERIC);
	return *valid ? plain : error_code(p, plain, high);
}
