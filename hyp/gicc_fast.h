/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest's accesses to a GICv2's CPU interface in software, as fast exits. */
#ifndef KEEL_HYP_GICC_FAST_H
#define KEEL_HYP_GICC_FAST_H

#include <linux/types.h>
#include <asm/kvm_arm.h>
#include "context.h"
#include "gicc.h"

/*
 * At EL2, with the guest's EL1 in the CPU, both. As keel_gic_fast_mmio(), of which this is a part:
 * HPFAR_EL2 may name that interface's pages.
 */
bool keel_gicc_fast_mmio(struct keel_ctx *ctx);
/* HCR_EL2 in the CPU gets the lines that ctx->hcr has now. */
void keel_gicc_fast_drive(const struct keel_ctx *ctx);

#define KEEL_HCR_LINES	(HCR_VI | HCR_VF)

/* The lines into ctx->hcr, by whoever has the context. True: they have changed. */
static inline bool keel_gicc_update_lines(struct keel_ctx *ctx)
{
	static const u64 bits[] = { [KEEL_GICC_IRQ] = HCR_VI, [KEEL_GICC_FIQ] = HCR_VF };
	u64 before = ctx->hcr;

	ctx->hcr = (before & ~KEEL_HCR_LINES) | bits[keel_gicc_signal(&ctx->gic)];
	return ctx->hcr != before;
}

#endif
