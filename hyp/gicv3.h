/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The GICv3 virtual CPU interface to and from the CPU; EL2, IRQs off. Not to
 * be called on hosts without GICv3.
 */
#ifndef KEEL_HYP_GICV3_H
#define KEEL_HYP_GICV3_H

#include <linux/types.h>

struct keel_ctx;

/* What the CPU's interface holds, to write only what changes. */
struct keel_gicv3_live {
	u32 hcr;	/* last written ICH_HCR_EL2 */
	/* list registers from here on are empty and ask for no maintenance interrupt */
	u8 lrs;
};

/* How many list and active-priority registers there are: into keel_hyp_features. */
void keel_gicv3_probe(void);
/* A CPU that was powered down, or that somebody else used. */
void keel_gicv3_forget(struct keel_gicv3_live *live);
/* What stays in the CPU between entries. */
void keel_gicv3_load(const struct keel_ctx *ctx);
void keel_gicv3_save(struct keel_ctx *ctx);
/* Around the guest. */
void keel_gicv3_enter(const struct keel_ctx *ctx, struct keel_gicv3_live *live);
void keel_gicv3_leave(struct keel_ctx *ctx, struct keel_gicv3_live *live);

#endif
