// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GICv3 virtual CPU interface around a guest, at EL2. Its traps
 * (ICH_HCR_EL2.T*, ICC_SRE_EL2.Enable = 0) would meet the host at EL1 too, so
 * both are the host's again whenever it runs.
 */
#include <linux/irqchip/arm-gic-v3.h>
#include <asm/sysreg.h>
#include "../../hyp/features.h"
#include "../../hyp/gicv3.h"
#include "image.h"
#include "vgic.h"

void keel_el2_gic_enter(struct keel_el2_world *w, const struct keel_ctx *ctx)
{
	if (!keel_hyp_features.gicv3)
		return;
	write_sysreg_s(w->host.sre & ~(u64)ICC_SRE_EL2_ENABLE, SYS_ICC_SRE_EL2);
	if (ctx->gic.in_cpu)
		keel_gicv3_load(ctx);
	keel_gicv3_enter(ctx, &w->gic);
}

void keel_el2_gic_leave(struct keel_el2_world *w, struct keel_ctx *ctx)
{
	if (!keel_hyp_features.gicv3)
		return;
	keel_gicv3_leave(ctx, &w->gic);
	if (ctx->gic.in_cpu)
		keel_gicv3_save(ctx);
	if (w->gic.hcr) {
		write_sysreg_s(0, SYS_ICH_HCR_EL2);
		w->gic.hcr = 0;
	}
	write_sysreg_s(w->host.sre, SYS_ICC_SRE_EL2);
}

/* The guest's interface off, and the host's traps, whatever was loaded. */
void keel_el2_gic_recover(struct keel_el2_world *w)
{
	if (!keel_hyp_features.gicv3)
		return;
	write_sysreg_s(0, SYS_ICH_HCR_EL2);
	write_sysreg_s(w->host.sre, SYS_ICC_SRE_EL2);
	keel_gicv3_forget(&w->gic);
}

long keel_el2_gic_probe(u64 *vtr)
{
	if (!keel_image_cpu()->features.gicv3)
		return -ENODEV;
	*vtr = read_sysreg_s(SYS_ICH_VTR_EL2);
	return 0;
}
