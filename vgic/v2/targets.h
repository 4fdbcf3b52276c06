/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom a GICv2's interrupts go to: vCPUs as bits, by their ids, which are the numbers of their CPU
 * interfaces.
 */
#ifndef KEEL_VGIC_V2_TARGETS_H
#define KEEL_VGIC_V2_TARGETS_H

#include <linux/types.h>

struct keel_irq;
struct keel_vcpu;
struct keel_vm;

/* The bit that stands for the vCPU in GICD_ITARGETSR and its kin; 0: none does. */
u8 keel_v2_targets_bit(const struct keel_vcpu *vcpu);
/* ITARGETSR has changed. irq->lock. */
void keel_v2_targets_changed(struct keel_vm *vm, struct keel_irq *irq);

#endif
