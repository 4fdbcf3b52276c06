/* SPDX-License-Identifier: GPL-2.0-only */
/* Decisions about SMCCC calls that need no vCPU. */
#ifndef KEEL_ARCH_SMCCC_LOGIC_H
#define KEEL_ARCH_SMCCC_LOGIC_H

#include <linux/bits.h>
#include <linux/types.h>

/* Firmware feature bitmaps: KVM_REG_ARM_{STD,STD_HYP,VENDOR_HYP}_BMAP. */
struct keel_smccc_bmaps {
	u64 std, std_hyp, vendor_hyp;
};

#define KEEL_STD_TRNG		0	/* KVM_REG_ARM_STD_BIT_TRNG_V1_0 */
#define KEEL_STD_HYP_PV_TIME	0	/* KVM_REG_ARM_STD_HYP_BIT_PV_TIME */
#define KEEL_VENDOR_HYP_FEAT	0	/* KVM_REG_ARM_VENDOR_HYP_BIT_FUNC_FEAT */
#define KEEL_VENDOR_HYP_PTP	1	/* KVM_REG_ARM_VENDOR_HYP_BIT_PTP */

/* Everything that can be offered. */
#define KEEL_STD_MASK		BIT_ULL(KEEL_STD_TRNG)
#define KEEL_STD_HYP_MASK	BIT_ULL(KEEL_STD_HYP_PV_TIME)
/* KVM_REG_ARM_VENDOR_HYP_BMAP_2: DISCOVER_IMPL_VER and _CPUS, which user space serves */
#define KEEL_VENDOR_HYP_2_MASK	(BIT_ULL(0) | BIT_ULL(1))
#define KEEL_VENDOR_HYP_MASK	(BIT_ULL(KEEL_VENDOR_HYP_FEAT) | BIT_ULL(KEEL_VENDOR_HYP_PTP))

/* PSCI 0.1 has no function ids of its own; these are KVM's. */
#define KEEL_PSCI_0_1_FN(n)	(0x95c1ba5eU + (n))

/* Pure. The guest may make this call as far as the bitmaps decide. */
bool keel_smccc_logic_allowed(u32 fn, struct keel_smccc_bmaps bmaps);
/* Pure. One of PSCI's function ids, of any version. */
bool keel_smccc_logic_is_psci(u32 fn);

/* Pure. A call of the true random number generator (Arm DEN 0098) that makes no bits. */
bool keel_smccc_logic_trng_implemented(u32 fn);
/* Pure. 1..96 bits for TRNG_RND32, 1..192 for TRNG_RND64. */
bool keel_smccc_logic_trng_bits_valid(u64 bits, bool wide);
/*
 * Pure. Keep only the lowest bits of random words (word 0 lowest) and put them in x1..x3's order.
 */
void keel_smccc_logic_trng_pack(const u64 rnd[3], unsigned int bits, bool wide, u64 x1_to_x3[3]);

#endif
