// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/psci_logic.c */
/*
 * Proves: each PSCI version has exactly its functions, PSCI_FEATURES agrees
 * with what a call does, 32-bit calls see 32-bit arguments, affinity masks and
 * reset types are checked.
 */
#include <linux/types.h>
#include <uapi/linux/psci.h>
#include "arch/psci_logic.h"
#include "ktap.h"

static const u32 versions[] = { KEEL_PSCI_0_2, KEEL_PSCI_1_0, KEEL_PSCI_1_1, KEEL_PSCI_1_2, KEEL_PSCI_1_3 };
#define NR_VERSIONS	(sizeof(versions) / sizeof(versions[0]))

static struct keel_psci_plan plan(u32 version, bool suspend, u64 fn, u64 a1)
{
	u64 x[4] = { fn, a1, 0x2222222222222222, 0x3333333333333333 };

	return keel_psci_logic_plan(version, suspend, x);
}

static bool unsupported(struct keel_psci_plan p)
{
	return p.op == KEEL_PSCI_RETURN && p.ret == PSCI_RET_NOT_SUPPORTED;
}

/* Implemented functions by version, written down independently: bit n = function n. */
static bool expected(u32 version, bool suspend, u32 n, bool wide)
{
	u32 narrow_02 = 0x35f, wide_02 = 0x1a & ~0u;	/* 0-4, 6, 8, 9; 1, 3, 4 */
	u32 narrow = narrow_02, w = wide_02;

	if (version >= KEEL_PSCI_1_0)
		narrow |= 1u << 10;
	if (version >= KEEL_PSCI_1_0 && suspend) {
		narrow |= 1u << 14;
		w |= 1u << 14;
	}
	if (version >= KEEL_PSCI_1_1) {
		narrow |= 1u << 18;
		w |= 1u << 18;
	}
	if (version >= KEEL_PSCI_1_3) {
		narrow |= 1u << 21;
		w |= 1u << 21;
	}
	return (wide ? w : narrow) >> n & 1;
}

static void test_functions_by_version(void)
{
	unsigned int v, n, bits;

	for (v = 0; v < NR_VERSIONS; v++) {
		for (n = 0; n < 32; n++) {
			for (bits = 0; bits < 4; bits++) {
				bool wide = bits & 1, suspend = bits & 2;
				u32 fn = 0x84000000 + n + (wide ? 0x40000000 : 0);
				bool want = expected(versions[v], suspend, n, wide);

				CHECK_EQ(unsupported(plan(versions[v], suspend, fn, 0)), !want ||
					 /* PSCI_FEATURES(0) is a question about an unknown id */
					 n == 10);
			}
		}
	}
}

static void test_features_agrees(void)
{
	unsigned int v, n, bits;

	for (v = 1; v < NR_VERSIONS; v++) {
		for (n = 0; n < 32; n++) {
			for (bits = 0; bits < 4; bits++) {
				bool wide = bits & 1, suspend = bits & 2;
				u32 fn = 0x84000000 + n + (wide ? 0x40000000 : 0);
				struct keel_psci_plan p =
					plan(versions[v], suspend, 0x8400000a, fn);

				CHECK_EQ(p.op, KEEL_PSCI_RETURN);
				CHECK_EQ(p.ret, !expected(versions[v], suspend, n, wide) ? -1LL :
					 /* SYSTEM_OFF2's types */
					 n == 21);
			}
		}
	}
	CHECK_EQ(plan(KEEL_PSCI_1_0, false, 0x8400000a, 0x80000000).ret, 0);
	CHECK(unsupported(plan(KEEL_PSCI_0_2, false, 0x8400000a, 0x84000000)));
}

static void test_answers(void)
{
	CHECK_EQ(plan(KEEL_PSCI_0_2, false, PSCI_0_2_FN_PSCI_VERSION, 0).ret, 2);
	CHECK_EQ(plan(KEEL_PSCI_1_1, false, PSCI_0_2_FN_PSCI_VERSION, 0).ret, 0x10001);
	CHECK_EQ(plan(KEEL_PSCI_1_1, false, PSCI_0_2_FN_MIGRATE_INFO_TYPE, 0).ret, 2);
	CHECK(unsupported(plan(KEEL_PSCI_1_1, true, PSCI_0_2_FN_MIGRATE, 0)));
	CHECK_EQ(plan(KEEL_PSCI_1_1, true, PSCI_0_2_FN_CPU_OFF, 0).op, KEEL_PSCI_CPU_OFF);
	CHECK_EQ(plan(KEEL_PSCI_1_1, true, PSCI_0_2_FN64_CPU_ON, 0).op, KEEL_PSCI_CPU_ON);
	CHECK_EQ(plan(KEEL_PSCI_1_1, true, PSCI_1_0_FN64_SYSTEM_SUSPEND, 0).op,
		 KEEL_PSCI_SYSTEM_SUSPEND);
	/* the id is the lower half of x0 */
	CHECK_EQ(plan(KEEL_PSCI_1_1, true, 0xffffffff84000008, 0).op, KEEL_PSCI_SYSTEM_OFF);
}

static void test_argument_width(void)
{
	struct keel_psci_plan p =
		plan(KEEL_PSCI_1_1, false, PSCI_0_2_FN_CPU_ON, 0x1111111111111111);

	CHECK_EQ(p.arg[0], 0x11111111);
	CHECK_EQ(p.arg[1], 0x22222222);
	CHECK_EQ(p.arg[2], 0x33333333);
	p = plan(KEEL_PSCI_1_1, false, PSCI_0_2_FN64_CPU_ON, 0x1111111111111111);
	CHECK_EQ(p.arg[0], 0x1111111111111111);
	CHECK_EQ(p.arg[2], 0x3333333333333333);
}

static void test_reset2(void)
{
	static const struct { u64 type; bool ok; } cases[] = {
		{ 0, true }, { 1, false }, { 0x7fffffff, false }, { 0x80000000, true },
		{ 0xffffffff, true },
	};
	unsigned int i;

	for (i = 0; i < 5; i++) {
		struct keel_psci_plan p = plan(KEEL_PSCI_1_1, false, PSCI_1_1_FN_SYSTEM_RESET2,
					       cases[i].type);

		CHECK_EQ(p.op, cases[i].ok ? KEEL_PSCI_SYSTEM_RESET2 : KEEL_PSCI_RETURN);
		if (!cases[i].ok)
			CHECK_EQ(p.ret, (u64)PSCI_RET_INVALID_PARAMS);
	}
	/* cut before it is judged */
	CHECK_EQ(plan(KEEL_PSCI_1_1, false, PSCI_1_1_FN_SYSTEM_RESET2, 1ULL << 32).op,
		 KEEL_PSCI_SYSTEM_RESET2);
}

static struct keel_psci_plan off2(u64 fn, u64 type, u64 cookie)
{
	u64 x[4] = { fn, type, cookie, 0 };

	return keel_psci_logic_plan(KEEL_PSCI_1_3, false, x);
}

static void test_off2(void)
{
	CHECK_EQ(off2(0x84000015, 0, 0).op, KEEL_PSCI_SYSTEM_OFF2);
	CHECK_EQ(off2(0xc4000015, 1, 0).op, KEEL_PSCI_SYSTEM_OFF2);
	CHECK_EQ(off2(0xc4000015, 2, 0).ret, (u64)PSCI_RET_INVALID_PARAMS);
	CHECK_EQ(off2(0xc4000015, 1, 1).ret, (u64)PSCI_RET_INVALID_PARAMS);
	CHECK_EQ(off2(0xc4000015, 1ULL << 32, 0).ret, (u64)PSCI_RET_INVALID_PARAMS);
	/* cut before it is judged */
	CHECK_EQ(off2(0x84000015, 1ULL << 32, 1ULL << 32).op, KEEL_PSCI_SYSTEM_OFF2);
	/* a flag for each type that there is */
	CHECK_EQ(plan(KEEL_PSCI_1_3, false, PSCI_1_0_FN_PSCI_FEATURES, 0x84000015).ret, 1);
	CHECK_EQ(plan(KEEL_PSCI_1_3, false, PSCI_1_0_FN_PSCI_FEATURES, 0xc4000015).ret, 1);
	CHECK(unsupported(plan(KEEL_PSCI_1_2, false, PSCI_1_0_FN_PSCI_FEATURES, 0x84000015)));
}

static void test_version_0_1(void)
{
	CHECK(unsupported(plan(KEEL_PSCI_0_1, true, 0x84000000, 0)));
	CHECK(unsupported(plan(KEEL_PSCI_0_1, true, 0x95c1ba5e, 0)));
	CHECK_EQ(plan(KEEL_PSCI_0_1, true, 0x95c1ba5f, 0).op, KEEL_PSCI_CPU_OFF);
	CHECK_EQ(plan(KEEL_PSCI_0_1, true, 0x95c1ba60, 5).op, KEEL_PSCI_CPU_ON);
	CHECK_EQ(plan(KEEL_PSCI_0_1, true, 0x95c1ba60, 1ULL << 40).arg[0], 1ULL << 40);
	CHECK(unsupported(plan(KEEL_PSCI_0_1, true, 0x95c1ba61, 0)));
	CHECK(unsupported(plan(KEEL_PSCI_0_2, true, 0x95c1ba5f, 0)));
}

static void test_affinity(void)
{
	CHECK_EQ(keel_psci_logic_affinity_mask(0), 0xff00ffffffULL);
	CHECK_EQ(keel_psci_logic_affinity_mask(1), 0xff00ffff00ULL);
	CHECK_EQ(keel_psci_logic_affinity_mask(2), 0xff00ff0000ULL);
	CHECK_EQ(keel_psci_logic_affinity_mask(3), 0xff00000000ULL);
	CHECK_EQ(keel_psci_logic_affinity_mask(4), 0);
	CHECK_EQ(keel_psci_logic_affinity_mask(~0ULL), 0);
	CHECK(keel_psci_logic_mpidr_valid(0xff00ffffffULL));
	CHECK(!keel_psci_logic_mpidr_valid(1ULL << 31));
	CHECK(!keel_psci_logic_mpidr_valid(1ULL << 24));
	CHECK(!keel_psci_logic_mpidr_valid(1ULL << 40));
}

static void test_version_register(void)
{
	unsigned int v;

	CHECK(keel_psci_logic_version_valid(KEEL_PSCI_0_1, false));
	CHECK(!keel_psci_logic_version_valid(KEEL_PSCI_0_1, true));
	for (v = 0; v < NR_VERSIONS; v++) {
		CHECK(keel_psci_logic_version_valid(versions[v], true));
		CHECK(!keel_psci_logic_version_valid(versions[v], false));
	}
	CHECK(!keel_psci_logic_version_valid(0, true));
	CHECK(!keel_psci_logic_version_valid(0x10004, true));
	CHECK(!keel_psci_logic_version_valid(1ULL << 32 | 2, true));
}

int main(void)
{
	RUN(test_functions_by_version);
	RUN(test_features_agrees);
	RUN(test_answers);
	RUN(test_argument_width);
	RUN(test_reset2);
	RUN(test_off2);
	RUN(test_version_0_1);
	RUN(test_affinity);
	RUN(test_version_register);
	return ktap_done();
}
