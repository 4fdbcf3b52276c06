/* SPDX-License-Identifier: GPL-2.0-only */
/* Making a vCPU look: requests to it, and the kick out of the guest or out of its sleep. */
#ifndef KEEL_CORE_KICK_H
#define KEEL_CORE_KICK_H

#include "objects.h"

static inline void keel_request(struct keel_vcpu *vcpu, enum keel_request r)
{
	/* pairs with the smp_mb() between mode = IN_GUEST and the last check in the run loop */
	smp_wmb();
	set_bit(r, &vcpu->requests);
}

/* Make a running vCPU leave the guest, wake a blocked one. Any context, on PREEMPT_RT as well. */
void keel_vcpu_kick(struct keel_vcpu *vcpu);
/* keel_request() then kick. */
void keel_vcpu_request(struct keel_vcpu *vcpu, enum keel_request r);
/* The same to all of the VM's vCPUs but this one. */
void keel_vcpu_request_others(const struct keel_vcpu *vcpu, enum keel_request r);

#endif
