// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest acknowledges and ends interrupts of a GICv2 whose CPU interface is in
 * software, as fast exits. The list of what there is to take is in the context
 * alone, so that nothing of the host's is touched; what needs the host is done
 * first, where it can be, and reported by KEEL_EC_REFILL.
 */
#include <linux/bitfield.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <asm/esr.h>
#include <asm/sysreg.h>
#include "../vgic/irq.h"
#include "collect.h"
#include "entry.h"
#include "features.h"
#include "gicc_fast.h"
#include "guarded.h"
#include "syndrome.h"
#include "world.h"

#define WORD	4	/* bytes */

void keel_gicc_fast_drive(const struct keel_ctx *ctx)
{
	/* the ERET to the guest synchronises */
	keel_guarded_write_hcr((read_sysreg(hcr_el2) & ~KEEL_HCR_LINES) |
			       (ctx->hcr & KEEL_HCR_LINES));
}

/*
 * The guest ended an interrupt that is one of the host's: so does the host's GIC, whose
 * driver drops priorities and deactivates apart. A GICv2 the host's kernel alone can reach.
 */
static void end_host_interrupt(struct keel_ctx_gic *g)
{
	u64 *lr = &g->lr[(g->ended - 1) % KEEL_NR_LRS];

	g->ended = 0;
	if (keel_hyp_features.gicv3) {
		write_sysreg_s(*lr >> KEEL_LR_PINTID_SHIFT & KEEL_LR_PINTID, SYS_ICC_DIR_EL1);
		return;
	}
	*lr &= ~KEEL_LR_HW;
	g->refill = true;
}

static bool gicc_access(struct keel_ctx *ctx, u32 offset)
{
	if (ctx->esr & ESR_ELx_WNR)
		return keel_gicc_write(&ctx->gic, offset, keel_esr_abort_stored(ctx));
	keel_esr_abort_load(ctx, keel_gicc_read(&ctx->gic, offset));
	return true;
}

/* A word of it, and the syndrome tells all. */
static bool is_ours(const struct keel_ctx *ctx, u32 offset)
{
	return ctx->gic.soft && offset < KEEL_GICC_SIZE && !(offset & 3) &&
	       keel_esr_abort_bytes(ctx->esr) == WORD &&
	       keel_esr_abort_is_plain(ctx, keel_world_sctlr()) &&
	       keel_collect_is_confirmed(ctx->esr);
}

bool keel_gicc_fast_mmio(struct keel_ctx *ctx)
{
	u32 offset = (read_sysreg(hpfar_el2) << 8) - ctx->gic_dist +
		     (read_sysreg(far_el2) & GENMASK(11, 0));

	if (!is_ours(ctx, offset) || !gicc_access(ctx, offset))
		return false;
	if (unlikely(ctx->gic.ended))
		end_host_interrupt(&ctx->gic);
	if (keel_gicc_update_lines(ctx))
		keel_gicc_fast_drive(ctx);
	keel_hyp_skip(ctx);
	if (likely(!ctx->gic.refill))
		return true;
	ctx->esr = (u64)KEEL_EC_REFILL << ESR_ELx_EC_SHIFT;
	return false;
}
