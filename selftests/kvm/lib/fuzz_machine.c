// SPDX-License-Identifier: GPL-2.0-only
/* Kinds of machines for random programs: see fuzz_machine.h. */
#include "fuzz_machine.h"
#include "nested.h"
#include "pmu.h"
#include "sve.h"

#define AARCH32		(1u << KVM_ARM_VCPU_EL1_32BIT)
#define PAUTH		(1u << KVM_ARM_VCPU_PTRAUTH_ADDRESS | 1u << KVM_ARM_VCPU_PTRAUTH_GENERIC)

/*
 * Three rounds from seed 1 on have one with EL2, one in AArch32 and one of neither. Of the seeds
 * that are equal modulo a power of two some have EL2 and some have not.
 */
static u32 level(u64 seed, bool may_be_aarch32)
{
	static const u32 levels[] = { HAS_EL2, HAS_EL2, AARCH32, 0, HAS_EL2, 0 };
	u32 some = levels[seed % ARRAY_SIZE(levels)];

	if (some == HAS_EL2 && kvm_cap(KVM_CAP_ARM_EL2) != 1)
		return 0;
	if (some == AARCH32 && (!may_be_aarch32 || kvm_cap(KVM_CAP_ARM_EL1_32BIT) != 1))
		return 0;
	return some;
}

u32 fuzz_features(struct rng *r, u64 seed, bool may_be_aarch32)
{
	u32 some = level(seed, may_be_aarch32);

	/* each of these for half of the rounds */
	if (kvm_cap(KVM_CAP_ARM_PMU_V3) == 1 && fuzz_one_in(r, 2))
		some |= PMU;
	if (kvm_cap(KVM_CAP_ARM_SVE) == 1 && fuzz_one_in(r, 2) && !(some & AARCH32))
		some |= SVE;
	if (kvm_cap(KVM_CAP_ARM_PTRAUTH_ADDRESS) == 1 && fuzz_one_in(r, 2) && !(some & AARCH32))
		some |= PAUTH;
	ktap_note("seed %#lx: a guest with%s%s%s%s%s", seed, some & HAS_EL2 ? " EL2" : " EL1",
		  some & AARCH32 ? " in AArch32" : "", some & PMU ? ", a PMU" : "",
		  some & SVE ? ", SVE" : "", some & PAUTH ? ", pointer authentication" : "");
	return some;
}

void fuzz_init_pmu(struct vcpu *v)
{
	pmu_set_int(v, KVM_ARM_VCPU_PMU_V3_IRQ, PMU_PPI);
	pmu_set(v, KVM_ARM_VCPU_PMU_V3_INIT, NULL);
}

void fuzz_mask(struct guest_regs *regs)
{
	regs->pstate |= 0x3c0;
}
