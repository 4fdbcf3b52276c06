/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files that answer SMCCC calls. vCPU mutex held. */
#ifndef KEEL_ARCH_SMCCC_H
#define KEEL_ARCH_SMCCC_H

#include <linux/types.h>
#include "../core/objects.h"

static inline void keel_smccc_return(struct keel_vcpu *vcpu, u64 x0, u64 x1, u64 x2, u64 x3)
{
	u64 *x = vcpu->ctx.x;

	x[0] = x0;
	x[1] = x1;
	x[2] = x2;
	x[3] = x3;
}

/* The version that this vCPU sees: 0.1 without the vCPU feature PSCI_0_2. */
u32 keel_psci_version(struct keel_vcpu *vcpu);

#endif
