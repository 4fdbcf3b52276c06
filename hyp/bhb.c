// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host side: what a CPU says of speculation, itself and by its firmware. What
 * follows from it is decided in arch/speculation.c.
 */
#include <linux/arm-smccc.h>
#include <linux/cpu.h>
#include <linux/percpu.h>
#include <asm/cpufeature.h>
#include <asm/cputype.h>
#include <asm/sysreg.h>
#include "../arch/speculation.h"
#include "bhb.h"
#include "context_bits.h"
#include "entry.h"

/* A CPU is asked once: it comes back from deep idle as it was. [o] */
static DEFINE_PER_CPU(struct keel_spec_exit, chosen);
static DEFINE_PER_CPU(bool, asked);

/* The longest loop that a CPU taken so far needs: hyp/vectors.S under VHE. */
u64 keel_bhb_loops;

const u32 keel_bhb_calls[KEEL_NR_MITIGATIONS] = {
	[KEEL_MITIGATION_BP] = ARM_SMCCC_ARCH_WORKAROUND_1,
	[KEEL_MITIGATION_SSB] = ARM_SMCCC_ARCH_WORKAROUND_2,
	[KEEL_MITIGATION_BHB] = ARM_SMCCC_ARCH_WORKAROUND_3,
};

/* Arm DEN 0028: 0 = this CPU needs the call, 1 = the call exists, but is not needed here. */
static s32 ask_firmware(u32 call)
{
	struct arm_smccc_res res;

	arm_smccc_1_1_invoke(ARM_SMCCC_ARCH_FEATURES_FUNC_ID, call, &res);
	return res.a0;
}

void keel_bhb_read_cpu(struct keel_spec_cpu *cpu)
{
	unsigned int i;

	*cpu = (struct keel_spec_cpu) {
		.midr = read_cpuid_id(),
		.pfr0 = read_sysreg_s(SYS_ID_AA64PFR0_EL1),
		.mmfr1 = read_sysreg_s(SYS_ID_AA64MMFR1_EL1),
		.isar2 = read_sysreg_s(SYS_ID_AA64ISAR2_EL1),
		.smc = arm_smccc_1_1_get_conduit() == SMCCC_CONDUIT_SMC,
		.ssbs = cpus_have_cap(ARM64_SSBS),
		.off = cpu_mitigations_off(),
	};
	for (i = 0; i < KEEL_NR_MITIGATIONS; i++)
		cpu->firmware[i] = ask_firmware(keel_bhb_calls[i]);
}

unsigned int keel_bhb_choose(unsigned int *loops)
{
	struct keel_spec_exit *c = this_cpu_ptr(&chosen);
	struct keel_spec_cpu cpu;

	if (!__this_cpu_read(asked)) {
		keel_bhb_read_cpu(&cpu);
		*c = keel_speculation_exit(&cpu);
		__this_cpu_write(asked, true);
	}
	*loops = c->loops;
	return c->kind;
}
