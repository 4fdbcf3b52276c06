/* SPDX-License-Identifier: GPL-2.0-only */
/* The firmware's true random number generator as an SMCCC service. */
#ifndef KEEL_ARCH_TRNG_H
#define KEEL_ARCH_TRNG_H

struct keel_vcpu;

/* x0 is one of the ARM_SMCCC_TRNG_* ids; results into x0..x3. vCPU mutex held. */
void keel_trng_call(struct keel_vcpu *vcpu);

#endif
