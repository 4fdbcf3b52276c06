/* SPDX-License-Identifier: GPL-2.0-only */
/* The stage 1 that a vCPU is in, for a walk. */
#ifndef KEEL_ARCH_WALK_REGIME_H
#define KEEL_ARCH_WALK_REGIME_H

#include "aarch32.h"
#include "arch.h"
#include "walk.h"

/* Without a way to the tables. vCPU mutex held, outside the guest. */
static inline struct keel_walk keel_walk_regime(struct keel_vcpu *vcpu)
{
	return (struct keel_walk) {
		.sctlr = keel_sr_read(vcpu, KEEL_SCTLR_EL1),
		.tcr = keel_sr_read(vcpu, KEEL_TCR_EL1),
		.ttbr0 = keel_sr_read(vcpu, KEEL_TTBR0_EL1),
		.ttbr1 = keel_sr_read(vcpu, KEEL_TTBR1_EL1),
		.aarch32 = keel_aarch32_el1(vcpu),
	};
}

#endif
