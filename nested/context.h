/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which context of a vCPU with virtual EL2 its PSTATE belongs to, and where the
 * registers of the one below are. Each is for any vCPU, and changes nothing for one without.
 */
#ifndef KEEL_NESTED_CONTEXT_H
#define KEEL_NESTED_CONTEXT_H

#include <linux/types.h>

struct keel_vcpu;

/*
 * PSTATE is of EL1, or of EL0 under it, and their registers are not in the CPU's place. vCPU mutex,
 * as all here.
 */
bool keel_context_is_below(const struct keel_vcpu *vcpu);
/*
 * PSTATE where an exception comes from, for its vector and syndrome: what is below is a lower
 * level, as EL0 is.
 */
u64 keel_context_origin(const struct keel_vcpu *vcpu);
/* What that exception finds of this PSTATE, which is the vCPU's but for its debugger, in SPSR. */
u64 keel_context_spsr(const struct keel_vcpu *vcpu, u64 pstate);
/* It was taken, to virtual EL2. */
void keel_context_entered(struct keel_vcpu *vcpu);

/* Virtual EL2's SCTLR_EL2 and CPTR_EL2, whichever runs. Of a vCPU with it. */
u64 keel_context_sctlr(struct keel_vcpu *vcpu);
u64 keel_context_cptr(const struct keel_vcpu *vcpu);
/*
 * Virtual EL2's controls as they have effect on what is below, which is live: enum
 * keel_forward_reg.
 */
void keel_context_controls(const struct keel_vcpu *vcpu, u64 ctl[]);

/* User space's PSTATE: EL2 is EL2. keel_context_spsr() is the other way. */
void keel_context_set_pstate(struct keel_vcpu *vcpu, u64 pstate);

/* User space's registers of EL1 by their sys_reg(). False: the CPU's, or ctx.sys, has it. */
bool keel_context_el1_read(const struct keel_vcpu *vcpu, u32 sysreg, u64 *val);
bool keel_context_el1_write(struct keel_vcpu *vcpu, u32 sysreg, u64 val);

#endif
