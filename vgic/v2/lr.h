/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * List registers of a GICv2, GICH_LR<n> (IHI 0048B, 5.3.8). All of vgic/ knows
 * them in the form of ICH_LR<n>_EL2 (irq.h); only the hardware sees this one.
 */
#ifndef KEEL_VGIC_V2_LR_H
#define KEEL_VGIC_V2_LR_H

#include "../irq.h"

/* GICH_LR<n> that says what this ICH_LR<n>_EL2 says. */
u32 keel_lr2_encode(u64 lr);
/* lr with the state that the hardware made of it. */
u64 keel_lr2_update(u64 lr, u32 lr2);

#endif
