// SPDX-License-Identifier: GPL-2.0-only
/* Host side: how a CPU must be protected against a guest's branch history. */
#include <linux/arm-smccc.h>
#include <linux/kernel.h>
#include <asm/cputype.h>
#include <asm/sysreg.h>
#include "bhb.h"
#include "context_bits.h"

static unsigned int field(u64 reg, unsigned int shift)
{
	return (reg >> shift) & 0xf;
}

/* Branch-history loop lengths that Arm gives for the cores that need one (Spectre-BHB white paper). */
static unsigned int loop_length(void)
{
	static const struct { u32 part; u8 loops; } cores[] = {
		{ ARM_CPU_PART_CORTEX_A78, 32 }, { ARM_CPU_PART_CORTEX_A78C, 32 },
		{ ARM_CPU_PART_CORTEX_X1, 32 }, { ARM_CPU_PART_CORTEX_A710, 32 },
		{ ARM_CPU_PART_CORTEX_X2, 32 }, { ARM_CPU_PART_NEOVERSE_N2, 32 },
		{ ARM_CPU_PART_NEOVERSE_V1, 32 }, { ARM_CPU_PART_CORTEX_A76, 24 },
		{ ARM_CPU_PART_CORTEX_A77, 24 }, { ARM_CPU_PART_NEOVERSE_N1, 24 },
	};
	unsigned int i;

	if (read_cpuid_implementor() != ARM_CPU_IMP_ARM)
		return 0;
	for (i = 0; i < ARRAY_SIZE(cores); i++)
		if (read_cpuid_part_number() == cores[i].part)
			return cores[i].loops;
	return 0;
}

/* Does the firmware say that this CPU needs and has this call? */
static bool firmware_has(u32 workaround)
{
	struct arm_smccc_res res;

	arm_smccc_1_1_smc(ARM_SMCCC_ARCH_FEATURES_FUNC_ID, workaround, &res);
	return (int)res.a0 == SMCCC_RET_SUCCESS;
}

/* WORKAROUND_3 does what WORKAROUND_1 does, and more. The latter is of use on CPUs without CSV2 (Spectre v2). */
static unsigned int choose_firmware(bool csv2)
{
	if (arm_smccc_1_1_get_conduit() != SMCCC_CONDUIT_SMC)
		return KEEL_BHB_NONE;
	if (firmware_has(ARM_SMCCC_ARCH_WORKAROUND_3))
		return KEEL_BHB_FIRMWARE;
	return !csv2 && firmware_has(ARM_SMCCC_ARCH_WORKAROUND_1) ? KEEL_BHB_FIRMWARE_1 : KEEL_BHB_NONE;
}

unsigned int keel_bhb_choose(unsigned int *loops)
{
	u64 pfr0 = read_sysreg_s(SYS_ID_AA64PFR0_EL1);
	u64 mmfr1 = read_sysreg_s(SYS_ID_AA64MMFR1_EL1);
	u64 isar2 = read_sysreg_s(SYS_ID_AA64ISAR2_EL1);

	*loops = 0;
	if (field(pfr0, 56) >= 3 || field(mmfr1, 60))	/* CSV2_3, ECBHB: the hardware does it */
		return KEEL_BHB_NONE;
	if (field(isar2, 28))				/* CLRBHB */
		return KEEL_BHB_CLEAR;
	*loops = loop_length();
	if (*loops)
		return KEEL_BHB_LOOP;
	return choose_firmware(field(pfr0, 56));
}
