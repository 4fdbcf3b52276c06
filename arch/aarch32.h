/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * vCPUs whose EL1 is AArch32 (KVM_ARM_VCPU_EL1_32BIT). Their registers are in
 * the AArch64 ones that the architecture maps them to (Arm ARM D1.8). vCPU
 * mutex held.
 */
#ifndef KEEL_ARCH_AARCH32_H
#define KEEL_ARCH_AARCH32_H

#include <linux/types.h>
#include <linux/kvm.h>
#include "../core/objects.h"

/* Fixed by the first KVM_ARM_VCPU_INIT. */
static inline bool keel_aarch32_el1(const struct keel_vcpu *vcpu)
{
	return vcpu->arch.features & BIT(KVM_ARM_VCPU_EL1_32BIT);
}

/* Exceptions, in effect when these return. IRQs on, sleepable. */
void keel_aarch32_undef(struct keel_vcpu *vcpu);
void keel_aarch32_abort(struct keel_vcpu *vcpu, bool exec, bool size_fault, u32 far);

/* PSTATE at reset. */
void keel_aarch32_reset(struct keel_ctx *ctx);
/* What PSCI's caller left for a vCPU that starts: entry point, bit 0 of it, byte order. */
void keel_aarch32_cpu_on(struct keel_ctx *ctx, const struct keel_reset_state *on);

/* A call by SMCCC uses halves of x0..x7 only; what a CPU leaves in the others is its choice. */
void keel_aarch32_cut_args(struct keel_ctx *ctx);

#endif
