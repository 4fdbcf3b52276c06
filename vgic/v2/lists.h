/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A GICv2's part of an entry and an exit: its list registers are the host's GICH, or a list for
 * software. A GICv3's are the world switch's matter. In line, not by way of struct
 * keel_vgic_model: lists.c calls it in each.
 */
#ifndef KEEL_VGIC_V2_LISTS_H
#define KEEL_VGIC_V2_LISTS_H

#include "../../core/objects.h"
#include "gich.h"
#include "soft.h"

static __always_inline void keel_v2_lists_load(struct keel_vcpu *vcpu)
{
	if (vcpu->ctx.gic.soft)
		keel_soft2_load(vcpu);
	else
		keel_gich_load(vcpu);
}

static __always_inline void keel_v2_lists_save(struct keel_vcpu *vcpu)
{
	if (vcpu->ctx.gic.soft)
		keel_soft2_save(vcpu);
	else
		keel_gich_save(vcpu);
}

#endif
