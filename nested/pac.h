/* SPDX-License-Identifier: GPL-2.0-only */
/* ERETAA and ERETAB: an instruction's address, authenticated in software. Pure. */
#ifndef KEEL_NESTED_PAC_H
#define KEEL_NESTED_PAC_H

#include <linux/types.h>

struct keel_pac {
	u64 tcr;		/* of virtual EL2, in the form of HCR_EL2.E2H=1 */
	bool key_b;
	/*
	 * FEAT_PAuth2: the code is added without carry, and taken away again; else it is the bits,
	 * or an error's
	 */
	bool is_xor;
	/*
	 * The code's bits, as the CPU computes them with that key, of an address without one and a
	 * modifier.
	 */
	u64 (*compute)(const void *ctx, u64 address, u64 modifier);
	const void *ctx;
};

/*
 * Where it goes to. *valid: the code was right; if not, the address is one that no translation has.
 */
u64 keel_pac_auth(const struct keel_pac *p, u64 address, u64 modifier, bool *valid);

#endif
