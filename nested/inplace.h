/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What traps most of virtual EL2 and of what is below, answered with the guest's world in the CPU
 * (vhe/inplace.c). A vCPU with virtual EL2 that nobody steps; IRQs off. Whatever these pass on
 * takes the long way, and comes to the same there.
 */
#ifndef KEEL_NESTED_INPLACE_H
#define KEEL_NESTED_INPLACE_H

#include "../vhe/inplace.h"
#include "tlbi.h"

struct keel_sysreg_trap;

/* Which invalidation a trapped SYS of virtual EL2 is. Any context. */
enum keel_tlbi keel_nested_tlbi(const struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t);
/* An MSR, MRS or SYS of virtual EL2, but for SGIs. */
enum keel_inplace keel_nested_inplace_sysreg(struct keel_vcpu *vcpu);
/* Its exception return. */
enum keel_inplace keel_nested_inplace_eret(struct keel_vcpu *vcpu);
/* An MSR or MRS of what is below. */
enum keel_inplace keel_nested_inplace_below(struct keel_vcpu *vcpu);

#endif
