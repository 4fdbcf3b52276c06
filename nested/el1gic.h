/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The GIC's CPU interface of what is below virtual EL2, where that takes the interrupts itself
 * (HCR_EL2.IMO): the guest hypervisor's list registers are in the CPU's place while it runs. For
 * vCPUs that are live below and have it so (keel_below_routes_interrupts()), unless said otherwise.
 */
#ifndef KEEL_NESTED_EL1GIC_H
#define KEEL_NESTED_EL1GIC_H

#include <linux/types.h>

struct keel_vcpu;

/*
 * Between virtual EL2's own interface and that of what is below; called for either direction. Not
 * resident.
 */
void keel_el1gic_exchange(struct keel_vcpu *vcpu, bool below);
/* In the place of keel_vgic_flush() and keel_vgic_sync(). IRQs off. */
void keel_el1gic_flush(struct keel_vcpu *vcpu);
void keel_el1gic_sync(struct keel_vcpu *vcpu);
/*
 * Interrupts of the hypervisor's own that its guest has ended in the last run are over. Any vCPU
 * below; preemptible.
 */
void keel_el1gic_end(struct keel_vcpu *vcpu);
/* Is there one for what is below? Not in the guest. Any vCPU below. */
bool keel_el1gic_pending(const struct keel_vcpu *vcpu);

#endif
