/* SPDX-License-Identifier: GPL-2.0-only */
/* GIC accesses and SGIs as fast exits. At EL2, with the guest's EL1 in the CPU. */
#ifndef KEEL_HYP_GIC_FAST_H
#define KEEL_HYP_GIC_FAST_H

#include <linux/sizes.h>
#include <linux/types.h>
#include <asm/sysreg.h>
#include "context.h"

#define KEEL_GIC_FAST_DIST	SZ_64K	/* the distributor's frame */

/* Any data abort: does HPFAR_EL2.FIPA (Arm ARM D24.2.58), valid or not, name the distributor? */
static inline bool keel_gic_fast_is_dist(const struct keel_ctx *ctx)
{
	return (read_sysreg(hpfar_el2) << 8) - ctx->gic_dist < KEEL_GIC_FAST_DIST;
}

/*
 * True: done, with the instruction stepped over; false: nothing was done. mmio:
 * keel_gic_fast_is_dist().
 */
bool keel_gic_fast_mmio(struct keel_ctx *ctx);
bool keel_gic_fast_sgi(struct keel_ctx *ctx);

#endif
