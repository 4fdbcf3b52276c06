// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds out which speculation attacks the host's CPUs resist by themselves and
 * which the firmware has calls against. The kernel's own findings are not
 * exported, so CPU ID registers and the firmware are asked again. Where that
 * tells nothing the answer is "none", and a guest decides by its MIDR.
 */
#include <linux/arm-smccc.h>
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/cache.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>
#include "mitigation.h"

#define PFR0_CSV2	GENMASK_ULL(59, 56)
#define MMFR1_ECBHB	GENMASK_ULL(63, 60)
#define CSV2_3		3	/* branch history is not shared between contexts */

static enum keel_mitigation_level levels[KEEL_NR_MITIGATIONS] __ro_after_init;

static const u32 calls[KEEL_NR_MITIGATIONS] = {
	[KEEL_MITIGATION_BP] = ARM_SMCCC_ARCH_WORKAROUND_1,
	[KEEL_MITIGATION_SSB] = ARM_SMCCC_ARCH_WORKAROUND_2,
	[KEEL_MITIGATION_BHB] = ARM_SMCCC_ARCH_WORKAROUND_3,
};

/*
 * Arm DEN 0028: 0 = this CPU needs the call, 1 = the call exists, but is not
 * needed here; SSB has a code of its own for "not needed".
 */
static enum keel_mitigation_level ask_firmware(enum keel_mitigation_id id)
{
	struct arm_smccc_res res;

	arm_smccc_1_1_invoke(ARM_SMCCC_ARCH_FEATURES_FUNC_ID, calls[id], &res);
	switch ((int)res.a0) {
	case SMCCC_RET_SUCCESS:
		/* Turning SSB protection on and off per guest is not offered. */
		return id == KEEL_MITIGATION_SSB ? KEEL_MITIGATION_NONE : KEEL_MITIGATION_CALL;
	case SMCCC_ARCH_WORKAROUND_RET_UNAFFECTED:
		return KEEL_MITIGATION_UNAFFECTED;
	case SMCCC_RET_NOT_REQUIRED:
		return id == KEEL_MITIGATION_SSB ? KEEL_MITIGATION_UNAFFECTED :
						   KEEL_MITIGATION_NONE;
	default:
		return KEEL_MITIGATION_NONE;
	}
}

/* Sanitised registers: what all CPUs have. */
static bool cpus_resist(enum keel_mitigation_id id)
{
	u64 csv2 = FIELD_GET(PFR0_CSV2, read_sanitised_ftr_reg(SYS_ID_AA64PFR0_EL1));

	switch (id) {
	case KEEL_MITIGATION_BP:
		return csv2;
	case KEEL_MITIGATION_BHB:
		return csv2 >= CSV2_3 ||
		       FIELD_GET(MMFR1_ECBHB, read_sanitised_ftr_reg(SYS_ID_AA64MMFR1_EL1));
	default:
		return false;
	}
}

struct survey {
	raw_spinlock_t lock;
	enum keel_mitigation_level worst[KEEL_NR_MITIGATIONS];
};

/* IPI, IRQs off */
static void survey_cpu(void *data)
{
	enum keel_mitigation_level here[KEEL_NR_MITIGATIONS];
	struct survey *s = data;
	unsigned int i;

	for (i = 0; i < KEEL_NR_MITIGATIONS; i++)
		here[i] = ask_firmware(i);
	raw_spin_lock(&s->lock);
	for (i = 0; i < KEEL_NR_MITIGATIONS; i++)
		s->worst[i] = min(s->worst[i], here[i]);
	raw_spin_unlock(&s->lock);
}

void __init keel_mitigation_module_init(void)
{
	struct survey s = {
		.worst = { KEEL_MITIGATION_UNAFFECTED, KEEL_MITIGATION_UNAFFECTED,
			   KEEL_MITIGATION_UNAFFECTED },
	};
	unsigned int i;

	raw_spin_lock_init(&s.lock);
	on_each_cpu(survey_cpu, &s, 1);
	for (i = 0; i < KEEL_NR_MITIGATIONS; i++)
		levels[i] = cpus_resist(i) ? KEEL_MITIGATION_UNAFFECTED : s.worst[i];
}

enum keel_mitigation_level keel_mitigation_level(enum keel_mitigation_id id)
{
	return levels[id];
}

void keel_mitigation_call(enum keel_mitigation_id id)
{
	arm_smccc_1_1_invoke(calls[id], NULL);
}
