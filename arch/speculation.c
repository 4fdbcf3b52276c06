// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Which CPUs are known to resist, and how long a loop it takes to push a guest's
 * branches out of the history of the others. Facts as in Linux 7.3. A CPU
 * that nobody knows is taken for one that needs the longest loop.
 *
 * A later CPU says itself what it resists: CSV2, CSV2_3 and ECBHB, CLRBHB, SSBS.
 */
#include <linux/arm-smccc.h>
#include <linux/types.h>
#include "../core/cpu_models.h"
#include "../hyp/context_bits.h"
#include "speculation.h"

#define SAFE_BP		(1U << KEEL_MITIGATION_BP)
#define SAFE_SSB	(1U << KEEL_MITIGATION_SSB)
#define SAFE_BHB	(1U << KEEL_MITIGATION_BHB)
#define SAFE_V3		(1U << KEEL_NR_MITIGATIONS)	/* Meltdown */
#define SAFE		(SAFE_BP | SAFE_SSB | SAFE_BHB)

#define LONGEST		132

#define ROW(cpu, safe_, loops_)	{ .model = KEEL_CPU_##cpu, .safe = (safe_), .loops = (loops_) }

static const struct row {
	u32 model;
	u8 safe;		/* by construction, whatever the ID registers say */
	u8 loops;
} table[] = {
	ROW(CORTEX_A35, SAFE | SAFE_V3, 0),
	ROW(CORTEX_A53, SAFE | SAFE_V3, 0),
	ROW(CORTEX_A55, SAFE | SAFE_V3, 0),
	ROW(CORTEX_A510, SAFE_BHB, 0),
	ROW(CORTEX_A520, SAFE_BHB, 0),
	ROW(BRAHMA_B53, SAFE | SAFE_V3, 0),
	ROW(QCOM_KRYO_2XX_SILVER, SAFE_BP | SAFE_BHB | SAFE_V3, 0),
	ROW(QCOM_KRYO_3XX_SILVER, SAFE | SAFE_V3, 0),
	ROW(QCOM_KRYO_4XX_SILVER, SAFE | SAFE_V3, 0),
	ROW(HISI_TSV110, SAFE_BP | SAFE_V3, 32),
	ROW(CORTEX_A57, SAFE_V3, 8),
	ROW(CORTEX_A72, SAFE_V3, 8),
	ROW(CORTEX_A73, SAFE_V3, 0),
	ROW(CAVIUM_THUNDERX2, SAFE_V3, 0),
	ROW(BRCM_VULCAN, SAFE_V3, 0),
	ROW(NVIDIA_CARMEL, SAFE_V3, 0),
	ROW(QCOM_FALKOR_V1, SAFE_V3, 0),
	ROW(AMPERE1, 0, 11),
	ROW(CORTEX_A76, 0, 24),
	ROW(CORTEX_A76AE, 0, 24),
	ROW(CORTEX_A77, 0, 24),
	ROW(NEOVERSE_N1, 0, 24),
	ROW(QCOM_KRYO_4XX_GOLD, 0, 24),
	ROW(HISI_HIP09, 0, 24),
	ROW(CORTEX_A78, 0, 32),
	ROW(CORTEX_A78AE, 0, 32),
	ROW(CORTEX_A78C, 0, 32),
	ROW(CORTEX_X1, 0, 32),
	ROW(CORTEX_X1C, 0, 32),
	ROW(CORTEX_A710, 0, 32),
	ROW(CORTEX_X2, 0, 32),
	ROW(NEOVERSE_N2, 0, 32),
	ROW(MICROSOFT_AZURE_COBALT_100, 0, 32),	/* a Neoverse N2, which Linux lists only as such */
	ROW(NEOVERSE_V1, 0, 32),
	ROW(CORTEX_A715, 0, 38),
	ROW(CORTEX_A720, 0, 38),
	ROW(CORTEX_A720AE, 0, 38),
	ROW(CORTEX_X3, 0, LONGEST),
	ROW(NEOVERSE_V2, 0, LONGEST),
};

static const struct row *find(u32 midr)
{
	static const struct row nobody;
	const struct row *r;

	for (r = table; r < table + sizeof(table) / sizeof(table[0]); r++)
		if (r->model == keel_midr_model(midr))
			return r;
	return &nobody;
}

static unsigned int field(u64 reg, unsigned int shift)
{
	return (reg >> shift) & 0xf;
}

static unsigned int csv2(const struct keel_spec_cpu *cpu)
{
	return field(cpu->pfr0, 56);
}

static bool has_clrbhb(const struct keel_spec_cpu *cpu)
{
	return field(cpu->isar2, 28);
}

static bool has_call(const struct keel_spec_cpu *cpu, enum keel_mitigation_id id)
{
	return cpu->firmware[id] == SMCCC_RET_SUCCESS;
}

static bool says_unaffected(const struct keel_spec_cpu *cpu, enum keel_mitigation_id id)
{
	return cpu->firmware[id] == SMCCC_ARCH_WORKAROUND_RET_UNAFFECTED;
}

bool keel_speculation_no_meltdown(const struct keel_spec_cpu *cpu)
{
	return field(cpu->pfr0, 60) || (find(cpu->midr)->safe & SAFE_V3);
}

/* Branch targets (Spectre v2). */
static bool resists_bp(const struct keel_spec_cpu *cpu)
{
	return csv2(cpu) || (find(cpu->midr)->safe & SAFE_BP) ||
	       says_unaffected(cpu, KEEL_MITIGATION_BP);
}

/* Branch history: CSV2_3, or exceptions to a higher level clear it (ECBHB). */
static bool resists_bhb(const struct keel_spec_cpu *cpu)
{
	return csv2(cpu) >= 3 || field(cpu->mmfr1, 60) || (find(cpu->midr)->safe & SAFE_BHB);
}

/* The firmware's word is taken only where there is no loop to be had by knowledge. */
static unsigned int loops(const struct keel_spec_cpu *cpu)
{
	unsigned int n = find(cpu->midr)->loops;

	return n || says_unaffected(cpu, KEEL_MITIGATION_BHB) ? n : LONGEST;
}

/*
 * WORKAROUND_3 does what WORKAROUND_1 does, and more: where both attacks are to
 * be met one call is enough, and where one call does not meet both a loop
 * stands beside it.
 */
struct keel_spec_exit keel_speculation_exit(const struct keel_spec_cpu *cpu)
{
	bool bp = !resists_bp(cpu) && cpu->smc && has_call(cpu, KEEL_MITIGATION_BP);
	bool both = cpu->smc && has_call(cpu, KEEL_MITIGATION_BHB);
	unsigned int n = loops(cpu);

	if (resists_bhb(cpu))
		return (struct keel_spec_exit) { bp ? KEEL_BHB_FIRMWARE_1 : KEEL_BHB_NONE, 0 };
	if (has_clrbhb(cpu))
		return (struct keel_spec_exit) { KEEL_BHB_CLEAR, 0 };
	if (both && (!resists_bp(cpu) || !find(cpu->midr)->loops))
		return (struct keel_spec_exit) { KEEL_BHB_FIRMWARE, 0 };
	if (!n)
		return (struct keel_spec_exit) { bp ? KEEL_BHB_FIRMWARE_1 : KEEL_BHB_NONE, 0 };
	return (struct keel_spec_exit) { bp ? KEEL_BHB_LOOP_FIRMWARE_1 : KEEL_BHB_LOOP, n };
}

static enum keel_mitigation_level by_call(const struct keel_spec_cpu *cpu,
					  enum keel_mitigation_id id)
{
	if (has_call(cpu, id))
		return KEEL_MITIGATION_CALL;
	return says_unaffected(cpu, id) ? KEEL_MITIGATION_UNAFFECTED : KEEL_MITIGATION_NONE;
}

/*
 * A host that has the firmware's call for store bypass makes it on each entry of
 * its kernel, so that guests run with bypassing off. With SSBS a guest does it
 * itself, and the firmware's call is not its business.
 */
static enum keel_mitigation_level store_bypass(const struct keel_spec_cpu *cpu)
{
	s32 answer = cpu->firmware[KEEL_MITIGATION_SSB];

	if (find(cpu->midr)->safe & SAFE_SSB)
		return KEEL_MITIGATION_UNAFFECTED;
	if (cpu->ssbs)
		return KEEL_MITIGATION_NONE;
	if (answer == SMCCC_RET_NOT_REQUIRED || answer == SMCCC_ARCH_WORKAROUND_RET_UNAFFECTED)
		return KEEL_MITIGATION_UNAFFECTED;
	return answer == SMCCC_RET_SUCCESS && !cpu->off ? KEEL_MITIGATION_UNAFFECTED
							: KEEL_MITIGATION_NONE;
}

static enum keel_mitigation_level branch_targets(const struct keel_spec_cpu *cpu)
{
	return resists_bp(cpu) ? KEEL_MITIGATION_UNAFFECTED : by_call(cpu, KEEL_MITIGATION_BP);
}

/* As in-tree nothing is said to help where branch targets are open anyway: a VM may go there. */
static enum keel_mitigation_level branch_history(const struct keel_spec_cpu *cpu)
{
	if (resists_bhb(cpu))
		return KEEL_MITIGATION_UNAFFECTED;
	if (branch_targets(cpu) == KEEL_MITIGATION_NONE)
		return KEEL_MITIGATION_NONE;
	/* a call is an exit, and on each of those keel does what is known to help */
	return has_clrbhb(cpu) || find(cpu->midr)->loops ? KEEL_MITIGATION_CALL
							 : by_call(cpu, KEEL_MITIGATION_BHB);
}

enum keel_mitigation_level keel_speculation_level(const struct keel_spec_cpu *cpu,
						  enum keel_mitigation_id id)
{
	switch (id) {
	case KEEL_MITIGATION_BP:
		return branch_targets(cpu);
	case KEEL_MITIGATION_BHB:
		return branch_history(cpu);
	case KEEL_MITIGATION_SSB:
		return store_bypass(cpu);
	default:
		return KEEL_MITIGATION_NONE;
	}
}
