// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/smccc_logic.c */
/*
 * Proves: exactly the known function ids are allowed, each gated by its own
 * bitmap bit; random bits are cut and placed as Arm DEN 0098 lays them out; what EL2
 * answers by itself is nothing that the host would have answered otherwise.
 */
#include <string.h>
#include <linux/arm-smccc.h>
#include <linux/bits.h>
#include "arch/smccc_logic.h"
#include "hyp/smccc.h"
#include "ktap.h"

static const struct keel_smccc_bmaps all = {
	KEEL_STD_MASK, KEEL_STD_HYP_MASK, KEEL_VENDOR_HYP_MASK
};
static const struct keel_smccc_bmaps none;

/* Ids that are neither gated nor PSCI's. */
static const u32 always[] = { 0x80000000, 0x80000001, 0x80008000, 0x80003fff };

static bool in(u32 fn, const u32 *list, unsigned int n)
{
	while (n--)
		if (list[n] == fn)
			return true;
	return false;
}

static bool is_psci(u32 fn)
{
	return ((fn & ~0x40000000u) >= 0x84000000 && (fn & ~0x40000000u) <= 0x8400001f) ||
	       (fn >= 0x95c1ba5e && fn <= 0x95c1ba61);
}

/* 2^26 ids: all owners, calling conventions and functions; bits 23:16 are sampled. */
static void test_whole_id_space(void)
{
	static const u32 gated[] = {
		0x84000050, 0x84000051, 0x84000052, 0x84000053, 0xc4000053, 0xc5000020,
		0xc5000021, 0x8600ff01, 0x86000000, 0x86000001,
	};
	unsigned int top, fn, middle;

	for (top = 0; top < 256; top++) {
		for (middle = 0; middle < 256; middle += 0xc1) {
			for (fn = 0; fn < 0x10000; fn++) {
				u32 id = top << 24 | middle << 16 | fn;
				bool free = in(id, always, 4) || is_psci(id);

				if (keel_smccc_logic_allowed(id, none) != free ||
				    keel_smccc_logic_allowed(id, all) !=
					    (free || in(id, gated, 10)) ||
				    keel_smccc_logic_is_psci(id) != is_psci(id)) {
					CHECK_EQ(id, 0);
					return;
				}
			}
		}
	}
}

static void test_each_bit(void)
{
	struct keel_smccc_bmaps b = { .std = 1 };

	CHECK(keel_smccc_logic_allowed(ARM_SMCCC_TRNG_RND64, b));
	CHECK(!keel_smccc_logic_allowed(ARM_SMCCC_HV_PV_TIME_ST, b));
	b = (struct keel_smccc_bmaps) { .std_hyp = 1 };
	CHECK(keel_smccc_logic_allowed(ARM_SMCCC_HV_PV_TIME_ST, b));
	CHECK(!keel_smccc_logic_allowed(ARM_SMCCC_VENDOR_HYP_CALL_UID_FUNC_ID, b));
	b = (struct keel_smccc_bmaps) { .vendor_hyp = 1 };
	CHECK(keel_smccc_logic_allowed(ARM_SMCCC_VENDOR_HYP_CALL_UID_FUNC_ID, b));
	CHECK(!keel_smccc_logic_allowed(ARM_SMCCC_VENDOR_HYP_KVM_PTP_FUNC_ID, b));
	b = (struct keel_smccc_bmaps) { .vendor_hyp = 2 };
	CHECK(!keel_smccc_logic_allowed(ARM_SMCCC_VENDOR_HYP_CALL_UID_FUNC_ID, b));
	CHECK(keel_smccc_logic_allowed(ARM_SMCCC_VENDOR_HYP_KVM_PTP_FUNC_ID, b));
}

static void test_trng_bits(void)
{
	CHECK(!keel_smccc_logic_trng_bits_valid(0, false));
	CHECK(keel_smccc_logic_trng_bits_valid(1, false));
	CHECK(keel_smccc_logic_trng_bits_valid(96, false));
	CHECK(!keel_smccc_logic_trng_bits_valid(97, false));
	CHECK(keel_smccc_logic_trng_bits_valid(192, true));
	CHECK(!keel_smccc_logic_trng_bits_valid(193, true));
	CHECK(!keel_smccc_logic_trng_bits_valid(1ULL << 32 | 1, true));
	CHECK(keel_smccc_logic_trng_implemented(ARM_SMCCC_TRNG_RND64));
	CHECK(!keel_smccc_logic_trng_implemented(ARM_SMCCC_VENDOR_HYP_KVM_PTP_FUNC_ID));
}

/* Count the bits given, and where the highest of them is. */
static void test_trng_pack(void)
{
	static const u64 ones[3] = { ~0ULL, ~0ULL, ~0ULL };
	unsigned int bits, wide;
	u64 x[3];

	for (wide = 0; wide < 2; wide++) {
		unsigned int width = wide ? 64 : 32;

		for (bits = 1; bits <= 3 * width; bits++) {
			unsigned int top = (bits - 1) / width, in_top = bits - top * width, i;
			u64 full = wide ? ~0ULL : 0xffffffff;

			keel_smccc_logic_trng_pack(ones, bits, wide, x);
			for (i = 0; i < 3; i++)
				CHECK_EQ(x[2 - i], i < top ? full : i > top ? 0 :
					 ~0ULL >> (64 - in_top));
		}
	}
}

/*
 * With all services on, of which only the PSCI 0.1 ids are left out: where these are on
 * offer EL2 answers nothing.
 */
static void test_answers(void)
{
	static struct keel_ctx ctx;

	for (unsigned int i = 0; i < 1 << 24; i++) {
		/* all owners and kinds, and 1 << 16 functions */
		u32 id = (i >> 16) << 24 | (i & 0xffff);
		bool own = id == ARM_SMCCC_VERSION_FUNC_ID || id == ARM_SMCCC_ARCH_FEATURES_FUNC_ID;
		u64 x0 = 0;

		ctx.x[0] = id;
		if (!keel_smccc_answer(&ctx, &x0) || own)
			continue;
		if (x0 != (u64)SMCCC_RET_NOT_SUPPORTED || keel_smccc_logic_allowed(id, all)) {
			CHECK_EQ(id, 0);
			return;
		}
	}
}

static void test_features(void)
{
	static struct keel_ctx ctx = { .smccc_feature = { 1, -2, 0, -1 } };

	CHECK_EQ(keel_smccc_feature(&ctx, ARM_SMCCC_VERSION_FUNC_ID), SMCCC_RET_SUCCESS);
	CHECK_EQ(keel_smccc_feature(&ctx, ARM_SMCCC_ARCH_FEATURES_FUNC_ID), SMCCC_RET_SUCCESS);
	CHECK_EQ(keel_smccc_feature(&ctx, ARM_SMCCC_ARCH_WORKAROUND_1), 1);
	CHECK_EQ(keel_smccc_feature(&ctx, ARM_SMCCC_ARCH_WORKAROUND_2), -2);
	CHECK_EQ(keel_smccc_feature(&ctx, ARM_SMCCC_ARCH_WORKAROUND_3), 0);
	CHECK_EQ(keel_smccc_feature(&ctx, ARM_SMCCC_HV_PV_TIME_FEATURES), SMCCC_RET_NOT_SUPPORTED);
	CHECK_EQ(keel_smccc_feature(&ctx, ARM_SMCCC_TRNG_VERSION), SMCCC_RET_NOT_SUPPORTED);
}

int main(void)
{
	RUN(test_whole_id_space);
	RUN(test_answers);
	RUN(test_features);
	RUN(test_each_bit);
	RUN(test_trng_bits);
	RUN(test_trng_pack);
	return ktap_done();
}
