// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/speculation.c */
/*
 * What is done at exits and what guests are told: every CPU of Linux 7.3's lists
 * as it is there, CPUs that say themselves what they resist, firmware of all
 * kinds, and a CPU that nobody knows.
 */
#include <linux/arm-smccc.h>
#include <string.h>
#include "arch/speculation.h"
#include "core/cpu_models.h"
#include "hyp/context_bits.h"
#include "ktap.h"

#define CSV2(n)		((u64)(n) << 56)
#define ECBHB		(1ULL << 60)
#define CLRBHB		(1ULL << 28)
#define NOBODY		KEEL_MODEL(0x41, 0xfff)

static const struct fact {
	const char *list;
	u32 model;
} facts[] = {
#define S(list_, cpu)	{ #list_, KEEL_CPU_##cpu },
#include "errata.def"
};

#define NR(a)	(sizeof(a) / sizeof((a)[0]))

static bool is_in(const char *list, u32 model)
{
	for (unsigned int i = 0; i < NR(facts); i++)
		if (facts[i].model == model && !strcmp(facts[i].list, list))
			return true;
	return false;
}

/* The number in the list's name. */
static unsigned int loops_of(u32 model)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < NR(facts); i++)
		if (facts[i].model == model)
			sscanf(facts[i].list, "spectre_bhb_k%u_list", &n);
	return n;
}

/* A CPU of before CSV2, without firmware. */
static struct keel_spec_cpu cpu(u32 model)
{
	return (struct keel_spec_cpu) {
		.midr = model | 0x00100002,
		.firmware = { SMCCC_RET_NOT_SUPPORTED, SMCCC_RET_NOT_SUPPORTED, SMCCC_RET_NOT_SUPPORTED },
	};
}

static struct keel_spec_cpu with(struct keel_spec_cpu c, s32 bp, s32 ssb, s32 bhb)
{
	c.smc = true;
	c.firmware[KEEL_MITIGATION_BP] = bp;
	c.firmware[KEEL_MITIGATION_SSB] = ssb;
	c.firmware[KEEL_MITIGATION_BHB] = bhb;
	return c;
}

static unsigned int kind(struct keel_spec_cpu c)
{
	return keel_speculation_exit(&c).kind;
}

static enum keel_mitigation_level level(struct keel_spec_cpu c, enum keel_mitigation_id id)
{
	return keel_speculation_level(&c, id);
}

#define YES	SMCCC_RET_SUCCESS
#define NO	SMCCC_RET_NOT_SUPPORTED
#define FREE	SMCCC_ARCH_WORKAROUND_RET_UNAFFECTED

static void lists_at_exits(void)
{
	for (unsigned int i = 0; i < NR(facts); i++) {
		struct keel_spec_cpu c = cpu(facts[i].model);
		bool safe = is_in("spectre_bhb_safe_list", facts[i].model);
		unsigned int n = loops_of(facts[i].model);

		CHECK(safe != (n != 0));
		CHECK_EQ(kind(c), safe ? KEEL_BHB_NONE : KEEL_BHB_LOOP);
		CHECK_EQ(keel_speculation_exit(&c).loops, n);
	}
}

static void lists_for_guests(void)
{
	for (unsigned int i = 0; i < NR(facts); i++) {
		struct keel_spec_cpu c = cpu(facts[i].model);
		u32 m = facts[i].model;

		CHECK_EQ(level(c, KEEL_MITIGATION_BP), is_in("spectre_v2_safe_list", m) ?
			 KEEL_MITIGATION_UNAFFECTED : KEEL_MITIGATION_NONE);
		CHECK_EQ(level(c, KEEL_MITIGATION_SSB), is_in("spectre_v4_safe_list", m) ?
			 KEEL_MITIGATION_UNAFFECTED : KEEL_MITIGATION_NONE);
		CHECK_EQ(level(c, KEEL_MITIGATION_BHB), is_in("spectre_bhb_safe_list", m) ?
			 KEEL_MITIGATION_UNAFFECTED : is_in("spectre_v2_safe_list", m) ?
			 KEEL_MITIGATION_CALL : KEEL_MITIGATION_NONE);
		c = with(c, YES, NO, NO);
		CHECK_EQ(level(c, KEEL_MITIGATION_BHB), is_in("spectre_bhb_safe_list", m) ?
			 KEEL_MITIGATION_UNAFFECTED : KEEL_MITIGATION_CALL);
	}
}

/* In whatever table it is, and whatever the firmware has. */
static void cpus_that_say_so(void)
{
	for (unsigned int i = 0; i <= NR(facts); i++) {
		struct keel_spec_cpu c =
			with(cpu(i < NR(facts) ? facts[i].model : NOBODY), YES, NO, YES);
		bool safe = is_in("spectre_bhb_safe_list", keel_midr_model(c.midr));

		c.pfr0 = CSV2(3);
		CHECK_EQ(kind(c), KEEL_BHB_NONE);
		CHECK_EQ(level(c, KEEL_MITIGATION_BHB), KEEL_MITIGATION_UNAFFECTED);
		CHECK_EQ(level(c, KEEL_MITIGATION_BP), KEEL_MITIGATION_UNAFFECTED);
		c.pfr0 = CSV2(1);
		c.mmfr1 = ECBHB;
		CHECK_EQ(kind(c), KEEL_BHB_NONE);
		c.mmfr1 = 0;
		c.isar2 = CLRBHB;
		CHECK_EQ(kind(c), safe ? KEEL_BHB_NONE : KEEL_BHB_CLEAR);
	}
}

static void nobody_knows_it(void)
{
	struct keel_spec_cpu c = cpu(NOBODY);

	CHECK_EQ(kind(c), KEEL_BHB_LOOP);
	CHECK_EQ(keel_speculation_exit(&c).loops, 132);
	/* the loop is a guess, so guests are not told of it */
	CHECK_EQ(level(c, KEEL_MITIGATION_BHB), KEEL_MITIGATION_NONE);
	c.pfr0 = CSV2(2);
	CHECK_EQ(kind(c), KEEL_BHB_LOOP);
	CHECK_EQ(level(c, KEEL_MITIGATION_BP), KEEL_MITIGATION_UNAFFECTED);
	c = with(c, NO, NO, FREE);
	CHECK_EQ(kind(c), KEEL_BHB_NONE);
	CHECK_EQ(level(c, KEEL_MITIGATION_BHB), KEEL_MITIGATION_UNAFFECTED);
	/* the same number of another vendor is another CPU */
	c = cpu(KEEL_MODEL(0x42, 0xd0b));
	CHECK_EQ(keel_speculation_exit(&c).loops, 132);
}

static void firmware(void)
{
	struct keel_spec_cpu a57 = cpu(KEEL_CPU_CORTEX_A57), a73 = cpu(KEEL_CPU_CORTEX_A73);
	struct keel_spec_cpu n1 = cpu(KEEL_CPU_NEOVERSE_N1);

	n1.pfr0 = CSV2(1);
	CHECK_EQ(kind(with(a57, YES, NO, YES)), KEEL_BHB_FIRMWARE);
	CHECK_EQ(kind(with(a57, YES, NO, NO)), KEEL_BHB_LOOP_FIRMWARE_1);
	CHECK_EQ(kind(with(a57, FREE, NO, NO)), KEEL_BHB_LOOP);
	CHECK_EQ(kind(with(a73, YES, NO, YES)), KEEL_BHB_FIRMWARE);
	CHECK_EQ(kind(with(a73, YES, NO, NO)), KEEL_BHB_LOOP_FIRMWARE_1);
	CHECK_EQ(kind(with(n1, YES, NO, YES)), KEEL_BHB_LOOP);
	CHECK_EQ(kind(with(n1, YES, NO, NO)), KEEL_BHB_LOOP);

	/* a call by HVC is not made from the vectors */
	a57 = with(a57, YES, NO, YES);
	a57.smc = false;
	CHECK_EQ(kind(a57), KEEL_BHB_LOOP);
	CHECK_EQ(level(a57, KEEL_MITIGATION_BP), KEEL_MITIGATION_CALL);

	CHECK_EQ(level(with(a73, YES, NO, NO), KEEL_MITIGATION_BP), KEEL_MITIGATION_CALL);
	CHECK_EQ(level(with(a73, FREE, NO, NO), KEEL_MITIGATION_BP), KEEL_MITIGATION_UNAFFECTED);
	CHECK_EQ(level(with(a73, YES, NO, YES), KEEL_MITIGATION_BHB), KEEL_MITIGATION_CALL);
	CHECK_EQ(level(with(a73, YES, NO, NO), KEEL_MITIGATION_BHB), KEEL_MITIGATION_NONE);
	/* a CPU that is known to be safe from v2 alone */
	CHECK_EQ(kind(with(cpu(KEEL_CPU_CORTEX_A53), YES, NO, YES)), KEEL_BHB_NONE);
	CHECK_EQ(kind(with(cpu(KEEL_CPU_CORTEX_A510), YES, NO, YES)), KEEL_BHB_FIRMWARE_1);
}

static void store_bypass(void)
{
	struct keel_spec_cpu c = cpu(KEEL_CPU_CORTEX_A72);

	CHECK_EQ(level(with(c, NO, YES, NO), KEEL_MITIGATION_SSB), KEEL_MITIGATION_UNAFFECTED);
	CHECK_EQ(level(with(c, NO, FREE, NO), KEEL_MITIGATION_SSB), KEEL_MITIGATION_UNAFFECTED);
	CHECK_EQ(level(with(c, NO, SMCCC_RET_NOT_REQUIRED, NO), KEEL_MITIGATION_SSB), KEEL_MITIGATION_UNAFFECTED);
	CHECK_EQ(level(with(c, NO, NO, NO), KEEL_MITIGATION_SSB), KEEL_MITIGATION_NONE);
	c.off = true;
	CHECK_EQ(level(with(c, NO, YES, NO), KEEL_MITIGATION_SSB), KEEL_MITIGATION_NONE);
	CHECK_EQ(level(with(c, NO, FREE, NO), KEEL_MITIGATION_SSB), KEEL_MITIGATION_UNAFFECTED);
	c.off = false;
	c.ssbs = true;
	CHECK_EQ(level(with(c, NO, YES, NO), KEEL_MITIGATION_SSB), KEEL_MITIGATION_NONE);
	c = cpu(KEEL_CPU_CORTEX_A53);
	c.ssbs = true;
	CHECK_EQ(level(c, KEEL_MITIGATION_SSB), KEEL_MITIGATION_UNAFFECTED);
}

/* By its word, or by what is known of it. */
static void meltdown(void)
{
	static const u32 safe[] = {
		KEEL_CPU_CORTEX_A35,	       KEEL_CPU_CORTEX_A53,
		KEEL_CPU_CORTEX_A55,	       KEEL_CPU_CORTEX_A57,
		KEEL_CPU_CORTEX_A72,	       KEEL_CPU_CORTEX_A73,
		KEEL_CPU_CAVIUM_THUNDERX2,     KEEL_CPU_BRCM_VULCAN,
		KEEL_CPU_BRAHMA_B53,	       KEEL_CPU_HISI_TSV110,
		KEEL_CPU_NVIDIA_CARMEL,	       KEEL_CPU_QCOM_FALKOR_V1,
		KEEL_CPU_QCOM_KRYO_2XX_SILVER, KEEL_CPU_QCOM_KRYO_3XX_SILVER,
		KEEL_CPU_QCOM_KRYO_4XX_SILVER,
	};
	static const u32 unsafe[] = { KEEL_CPU_CORTEX_A75, KEEL_CPU_NEOVERSE_N1, KEEL_CPU_CORTEX_A510, NOBODY };
	struct keel_spec_cpu c;

	for (unsigned int i = 0; i < NR(safe); i++) {
		c = cpu(safe[i]);
		CHECK(keel_speculation_no_meltdown(&c));
	}
	for (unsigned int i = 0; i < NR(unsafe); i++) {
		c = cpu(unsafe[i]);
		CHECK(!keel_speculation_no_meltdown(&c));
		c.pfr0 = 1ULL << 60;
		CHECK(keel_speculation_no_meltdown(&c));
	}
}

int main(void)
{
	RUN(lists_at_exits);
	RUN(lists_for_guests);
	RUN(cpus_that_say_so);
	RUN(nobody_knows_it);
	RUN(firmware);
	RUN(store_bypass);
	RUN(meltdown);
	return ktap_done();
}
