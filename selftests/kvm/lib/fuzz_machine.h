/* SPDX-License-Identifier: GPL-2.0-only */
/* What the machines of random programs have in common. */
#ifndef FUZZ_MACHINE_H
#define FUZZ_MACHINE_H

#include "fuzz.h"

/* Features for the vCPUs of a round, which are printed, of what the host has. */
u32 fuzz_features(struct rng *r, u64 seed, bool may_be_aarch32);
/* The PMU of a vCPU, whose interrupt is refused where there is no GIC. */
void fuzz_init_pmu(struct vcpu *v);

/* The guest's: an interrupt or an SError is not taken again and again. */
void fuzz_mask(struct guest_regs *regs);

#endif
