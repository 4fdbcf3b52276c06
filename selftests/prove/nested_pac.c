// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: nested/pac.c
 *
 * Every address, TCR_EL1 and code: what is found valid is an address that translates, with the bits
 * of the address as they were; what is not is one that faults; what was signed by the same key is
 * valid. Of codes of which the generic instruction shows the upper half, that half decides.
 */
#include "nested/pac.h"
#include "prove.h"

static u64 code;

static u64 compute(void *ctx, u64 address, u64 modifier)
{
	return code;
}

int main(void)
{
	struct keel_pac p =
		{ .tcr = any_u64(), .key_b = any_bool(), .is_xor = any_bool(), .compute = compute };
	u64 address = any_u64(), got, ext, want, mask;
	unsigned int tsz, size;
	bool high = address >> 55 & 1, tbi, valid;

	code = any_u64() & GENMASK_ULL(63, 32);
	tsz = high ? p.tcr >> 16 & 63 : p.tcr & 63;
	tbi = (p.tcr >> (high ? 38 : 37) & 1) && !(p.tcr >> (high ? 52 : 51) & 1);
	/* more than that leaves bits of the code that the instruction does not show */
	given(tsz <= 32);
	size = 64 - (tsz < (p.tcr >> 59 & 1 ? 12 : 16) ? (p.tcr >> 59 & 1 ? 12 : 16) : tsz);
	/* bits of the code: from there to 54, and without tags to 63 but for 55 */
	mask = ((1ull << 55) - (1ull << size)) | (tbi ? 0 : 0xffull << 56);
	ext = high ? ~0ull : 0;

	got = keel_pac_auth(&p, address, any_u64(), &valid);
	holds(!((got ^ address) & ~mask));
	implies(valid, !((got ^ ext) & mask));
	implies(!valid, (got ^ ext) & mask);
	/* as the CPU signs: its code in the place of the copies, or added to them */
	want = p.is_xor ? (address & ~mask) | ((ext ^ code) & mask) : (address & ~mask) |
		(code & mask);
	implies(address == want, valid);
	implies(address != want, !valid);
	reached(valid && tbi && high && size == 52);
	reached(!valid && p.is_xor && (mask & 0xff00000000000000ull));
	reached(!valid && !p.is_xor && p.key_b);
	return 0;
}

/* mutant: nested/pac.c: s/ignores_top(p->tcr, high) ? 53 : 61/61/ */
/* mutant: nested/pac.c: s/GENMASK_ULL(54, size)/GENMASK_ULL(55, size)/ */
/* mutant: nested/pac.c: s/high ? address | mask : address \& ~mask/address \& ~mask/ */
/* mutant: nested/pac.c: s/return txsz < least ? least : txsz;/return txsz;/ */
/* mutant: nested/pac.c: s/p->key_b ? 2ULL : 1ULL/p->key_b ? 3ULL : 1ULL/ */
