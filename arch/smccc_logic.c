// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Which SMCCC calls exist for a guest, and the layout of random numbers. The
 * calls themselves are made in smccc.c, psci.c and trng.c.
 */
#include <linux/arm-smccc.h>
#include <linux/bits.h>
#include <linux/types.h>
#include "smccc_logic.h"

/* The standard service's functions 0 to 0x1f are PSCI's, in both widths (Arm DEN 0022). */
#define PSCI_FIRST	0x84000000U
#define PSCI_LAST	0x8400001fU
#define SMCCC_64BIT	BIT(30)

bool keel_smccc_logic_is_psci(u32 fn)
{
	if (fn >= KEEL_PSCI_0_1_FN(0) && fn <= KEEL_PSCI_0_1_FN(3))
		return true;
	fn &= ~SMCCC_64BIT;
	return fn >= PSCI_FIRST && fn <= PSCI_LAST;
}

bool keel_smccc_logic_allowed(u32 fn, struct keel_smccc_bmaps bmaps)
{
	switch (fn) {
	case ARM_SMCCC_VERSION_FUNC_ID:
	case ARM_SMCCC_ARCH_FEATURES_FUNC_ID:
	case ARM_SMCCC_ARCH_WORKAROUND_1:
	case ARM_SMCCC_ARCH_WORKAROUND_3:
		return true;
	case ARM_SMCCC_TRNG_VERSION:
	case ARM_SMCCC_TRNG_FEATURES:
	case ARM_SMCCC_TRNG_GET_UUID:
	case ARM_SMCCC_TRNG_RND32:
	case ARM_SMCCC_TRNG_RND64:
		return bmaps.std & BIT_ULL(KEEL_STD_TRNG);
	case ARM_SMCCC_HV_PV_TIME_FEATURES:
	case ARM_SMCCC_HV_PV_TIME_ST:
		return bmaps.std_hyp & BIT_ULL(KEEL_STD_HYP_PV_TIME);
	case ARM_SMCCC_VENDOR_HYP_CALL_UID_FUNC_ID:
	case ARM_SMCCC_VENDOR_HYP_KVM_FEATURES_FUNC_ID:
		return bmaps.vendor_hyp & BIT_ULL(KEEL_VENDOR_HYP_FEAT);
	case ARM_SMCCC_VENDOR_HYP_KVM_PTP_FUNC_ID:
		return bmaps.vendor_hyp & BIT_ULL(KEEL_VENDOR_HYP_PTP);
	default:
		return keel_smccc_logic_is_psci(fn);
	}
}

bool keel_smccc_logic_trng_implemented(u32 fn)
{
	switch (fn) {
	case ARM_SMCCC_TRNG_VERSION:
	case ARM_SMCCC_TRNG_FEATURES:
	case ARM_SMCCC_TRNG_GET_UUID:
	case ARM_SMCCC_TRNG_RND32:
	case ARM_SMCCC_TRNG_RND64:
		return true;
	}
	return false;
}

bool keel_smccc_logic_trng_bits_valid(u64 bits, bool wide)
{
	return bits && bits <= 3 * (wide ? 64 : 32);
}

void keel_smccc_logic_trng_pack(const u64 rnd[3], unsigned int bits, bool wide, u64 x1_to_x3[3])
{
	unsigned int width = wide ? 64 : 32, i;

	for (i = 0; i < 3; i++) {
		unsigned int keep = bits < width ? bits : width;

		x1_to_x3[2 - i] = keep ? rnd[i] & GENMASK_ULL(keep - 1, 0) : 0;
		bits -= keep;
	}
}
