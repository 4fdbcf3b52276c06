/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose CPU interface the next GICv2 of a guest has, if it can have any. */
#ifndef KEEL_VGIC_V2_KIND_H
#define KEEL_VGIC_V2_KIND_H

#include <linux/types.h>

enum keel_v2_kind {
	KEEL_V2_NONE,	/* no GICv2 for guests */
	KEEL_V2_HW,	/* the host's GICV */
	KEEL_V2_SOFT,	/* software's: hyp/gicc.c */
};


/* By the parameter gicv2 and what the host has. Another one may come at any time. */
enum keel_v2_kind keel_v2_kind(void);
/* struct keel_device_ops.offered */
bool keel_v2_offered(void);

#endif
