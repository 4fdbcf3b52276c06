/* SPDX-License-Identifier: GPL-2.0-only */
/* PSCI as a table: what a call of a given version asks for. */
#ifndef KEEL_ARCH_PSCI_LOGIC_H
#define KEEL_ARCH_PSCI_LOGIC_H

#include <linux/types.h>

#define KEEL_PSCI_0_1	0x00001
#define KEEL_PSCI_0_2	0x00002
#define KEEL_PSCI_1_0	0x10000
#define KEEL_PSCI_1_1	0x10001
#define KEEL_PSCI_1_2	0x10002
#define KEEL_PSCI_1_3	0x10003

enum keel_psci_op {
	KEEL_PSCI_RETURN,		/* nothing to do but return ret */
	KEEL_PSCI_FEATURES,
	KEEL_PSCI_CPU_SUSPEND,
	KEEL_PSCI_CPU_OFF,
	KEEL_PSCI_CPU_ON,
	KEEL_PSCI_AFFINITY_INFO,
	KEEL_PSCI_SYSTEM_OFF,
	KEEL_PSCI_SYSTEM_OFF2,
	KEEL_PSCI_SYSTEM_RESET,
	KEEL_PSCI_SYSTEM_RESET2,
	KEEL_PSCI_SYSTEM_SUSPEND,
};

struct keel_psci_plan {
	enum keel_psci_op op;
	s64 ret;		/* of KEEL_PSCI_RETURN */
	u64 arg[3];		/* x1..x3, cut to 32 bits for a 32-bit function */
};

/*
 * Pure. version is one of the above; suspend: user space takes SYSTEM_SUSPEND.
 * x is the caller's x0..x3. Argument errors that need no vCPU are decided here.
 */
struct keel_psci_plan keel_psci_logic_plan(u32 version, bool suspend, const u64 x[4]);

/* Pure. The MPIDR has nothing but affinity fields. */
bool keel_psci_logic_mpidr_valid(u64 mpidr);
/* Pure. Mask of the affinity fields at and above this level; 0 if there is no such level. */
u64 keel_psci_logic_affinity_mask(u64 level);
/* Pure. A version that KVM_REG_ARM_PSCI_VERSION accepts, given the vCPU feature PSCI_0_2. */
bool keel_psci_logic_version_valid(u64 version, bool psci_0_2);

#endif
