/* SPDX-License-Identifier: GPL-2.0-only */
/* The CPU interface of a GICv2 in software (hyp/gicc.h), as the host handles it. */
#ifndef KEEL_VGIC_V2_SOFT_H
#define KEEL_VGIC_V2_SOFT_H

struct keel_vcpu;

/*
 * What is in ctx.gic's list registers becomes its list, and drives the guest's lines; and the other
 * way. IRQs off.
 */
void keel_soft2_load(struct keel_vcpu *vcpu);
void keel_soft2_save(struct keel_vcpu *vcpu);

#endif
