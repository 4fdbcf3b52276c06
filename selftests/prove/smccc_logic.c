// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: arch/smccc_logic.c
 * unwind: 4
 *
 * All 2^32 function ids: nothing of an owner that is not keel's is let through, a service that user
 * space has taken away is gone; of random numbers no bit more is given than was asked for.
 */
#include <linux/arm-smccc.h>
#include "arch/smccc_logic.h"
#include "prove.h"

int main(void)
{
	struct keel_smccc_bmaps none = { 0 }, all = { ~0ull, ~0ull, ~0ull };
	u32 fn = any_u32(), owner = fn >> 24 & 63;
	const u64 rnd[3] = { any_u64(), any_u64(), any_u64() };
	unsigned int bits = any_u32();
	bool wide = any_bool(), psci = keel_smccc_logic_is_psci(fn);
	u64 x[3];

	implies(keel_smccc_logic_allowed(fn, none), keel_smccc_logic_allowed(fn, all));
	/*
	 * fast calls of the architecture, the standard services and the hypervisors; PSCI 0.1's are
	 * at no owner
	 */
	implies(keel_smccc_logic_allowed(fn, all) && !(psci && fn >> 16 == 0x95c1),
		(fn >> 31) && (owner == 0 || owner == 4 || owner == 5 || owner == 6) &&
			!(fn >> 16 & 0xff));
	implies(keel_smccc_logic_allowed(fn, none) && !psci, owner == 0);
	implies(psci && owner == 4, (fn & 0xffff) <= 0x1f);
	implies(keel_smccc_logic_trng_implemented(fn),
		owner == 4 && !keel_smccc_logic_allowed(fn, none));
	given(keel_smccc_logic_trng_bits_valid(bits, wide));
	holds(bits >= 1 && bits <= (wide ? 192 : 96));
	keel_smccc_logic_trng_pack(rnd, bits, wide, x);
	for (unsigned int i = 0; i < 3; i++) {
		unsigned int width = wide ? 64 : 32, below = i * width, n = bits > below ? bits - below : 0;

		n = n > width ? width : n;
		holds(x[2 - i] == (n == 64 ? rnd[i] : rnd[i] & ((1ull << n) - 1)));
	}
	reached(wide && bits == 192);
	reached(!wide && bits == 33 && x[1] == 1);
	reached(psci && owner == 4);
	reached(keel_smccc_logic_allowed(fn, all) && owner == 6);
	return 0;
}

/* mutant: arch/smccc_logic.c: s/PSCI_LAST	0x8400001fU/PSCI_LAST	0x8400003fU/ */
/* mutant: arch/smccc_logic.c: s/bmaps.std_hyp \& BIT_ULL(KEEL_STD_HYP_PV_TIME)/true/ */
/* mutant: arch/smccc_logic.c: s/GENMASK_ULL(keep - 1, 0)/GENMASK_ULL(keep, 0)/ */
/* mutant: arch/smccc_logic.c: s/bits -= keep;/bits -= width;/ */
/* mutant: arch/smccc_logic.c: s/return bmaps.std \& BIT_ULL(KEEL_STD_TRNG);/return true;/ */
