/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EL1 below virtual EL2, and EL0 under it: what the guest hypervisor itself runs there, or with a
 * stage 2 of its own (HCR_EL2.VM), a guest of its. Its registers are in the CPU's while it runs,
 * within KVM_RUN alone, and virtual EL2's in the page. vCPU mutex; sleepable unless said otherwise.
 */
#ifndef KEEL_NESTED_BELOW_H
#define KEEL_NESTED_BELOW_H

#include <linux/types.h>
#include "nv.h"

static inline bool keel_below_is_live(const struct keel_vcpu *vcpu)
{
	const struct keel_nv *nv = keel_nv(vcpu);

	return nv && nv->live;
}

/* ... with a stage 2 of the guest's own: faults are nested/fault2.h's. */
static inline bool keel_below_has_stage2(const struct keel_vcpu *vcpu)
{
	return keel_below_is_live(vcpu) && vcpu->nv->shadow;
}

/* ... and virtual EL2 takes the interrupts: what is below has those of nested/el1gic.h. */
static inline bool keel_below_routes_interrupts(const struct keel_vcpu *vcpu)
{
	return keel_below_is_live(vcpu) && vcpu->nv->gic.on;
}

/*
 * PSTATE is of what is below: its registers are in the CPU's place, for what is left of an
 * instruction.
 */
void keel_below_show(struct keel_vcpu *vcpu);
/* The same for it to run. False: it cannot. */
bool keel_below_resume(struct keel_vcpu *vcpu);
/* The CPU's registers are virtual EL2's again; PSTATE stays. Any vCPU. */
void keel_below_leave(struct keel_vcpu *vcpu);
/* Is there an interrupt for it? It is live; not in the guest. */
bool keel_below_has_interrupt(const struct keel_vcpu *vcpu);
/* Virtual EL2 takes aborts that keel brings about there. Any vCPU. */
bool keel_below_routes_aborts(const struct keel_vcpu *vcpu);

#endif
