/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What one CPU needs against a guest's speculation, and what a guest may be told
 * of it: a function of what the CPU says and of what its firmware answers. Pure.
 */
#ifndef KEEL_ARCH_SPECULATION_H
#define KEEL_ARCH_SPECULATION_H

#include <linux/types.h>
#include "mitigation.h"

struct keel_spec_cpu {
	u32 midr;
	u64 pfr0, mmfr1, isar2;			/* ID_AA64{PFR0,MMFR1,ISAR2}_EL1 */
	/* SMCCC_ARCH_FEATURES of the mitigation's call; NOT_SUPPORTED without firmware */
	s32 firmware[KEEL_NR_MITIGATIONS];
	bool smc;		/* that firmware is called by SMC, as from the vectors */
	bool ssbs;		/* all CPUs have FEAT_SSBS, and guests see it */
	bool off;		/* the host's administrator wants no mitigations */
};

/*
 * On each exception from a guest: KEEL_BHB_* (hyp/context_bits.h), with the length of a loop, 0: no
 * loop.
 */
struct keel_spec_exit {
	u8 kind, loops;
};

struct keel_spec_exit keel_speculation_exit(const struct keel_spec_cpu *cpu);
/* EL0 cannot speculatively read what only EL1 may (Meltdown, or Spectre v3). */
bool keel_speculation_no_meltdown(const struct keel_spec_cpu *cpu);
enum keel_mitigation_level keel_speculation_level(const struct keel_spec_cpu *cpu,
						  enum keel_mitigation_id id);

#endif
