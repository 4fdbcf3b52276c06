// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits that are answered at EL2 with the guest's registers live: FP/SIMD
 * loading, hypercalls that need no host, ID register reads, WFI with an
 * interrupt pending, and what gic_fast.c does. A kick needs no check here: it
 * comes as a physical interrupt, which ends the next entry at once.
 *
 * No kernel service is used; SP_EL0 and the PAuth keys are the guest's.
 */
#include <linux/bits.h>
#include <uapi/linux/psci.h>
#include <asm/debug-monitors.h>
#include <asm/esr.h>
#include <asm/sysreg.h>
#include "context.h"
#include "entry.h"
#include "fp.h"
#include "gic_fast.h"
#include "smccc.h"
#include "world.h"

static __always_inline bool hypercall(struct keel_ctx *ctx)
{
	if (!(ctx->flags & KEEL_CTX_FAST_SMCCC))
		return false;
	if ((u32)ctx->x[0] == PSCI_0_2_FN_PSCI_VERSION)
		ctx->x[0] = ctx->psci_version;
	else if (!keel_smccc_answer(ctx, &ctx->x[0]))
		return false;
	/* as the host's answer: x1..x3 are results too (SMCCC 1.1, 2.6) */
	ctx->x[1] = ctx->x[2] = ctx->x[3] = 0;
	return true;
}

/*
 * op0=3, op1=0, CRn=0, CRm=1..7, at EL0 the host's to inject; and CTR_EL0, which
 * kernels read for each instruction that they change. If EL0 may not read that,
 * the trap is EL1's.
 */
static __always_inline bool read_idreg(struct keel_ctx *ctx)
{
	u32 iss = ctx->esr & ESR_ELx_ISS_MASK, sys = iss & ESR_ELx_SYS64_ISS_SYS_MASK;
	u32 where = ESR_ELx_SYS64_ISS_CRM_MASK | ESR_ELx_SYS64_ISS_OP2_MASK;
	unsigned int rt = (iss & ESR_ELx_SYS64_ISS_RT_MASK) >> ESR_ELx_SYS64_ISS_RT_SHIFT;
	unsigned int crm = (iss & ESR_ELx_SYS64_ISS_CRM_MASK) >> ESR_ELx_SYS64_ISS_CRM_SHIFT;
	unsigned int op2 = (iss & ESR_ELx_SYS64_ISS_OP2_MASK) >> ESR_ELx_SYS64_ISS_OP2_SHIFT;
	u64 val = ctx->ctr;

	if (!(iss & ESR_ELx_SYS64_ISS_DIR_READ))
		return false;
	if ((sys & ~where) == ESR_ELx_SYS64_ISS_SYS_VAL(3, 0, 0, 0, 0)) {
		if (crm < 1 || crm > 7 || !(ctx->pstate & PSR_MODE_MASK))
			return false;
		val = ctx->idregs[keel_idreg_index(crm, op2)];
	} else if (sys != ESR_ELx_SYS64_ISS_SYS_VAL(3, 3, 1, 0, 0)) {
		return false;
	}
	if (rt != 31)
		ctx->x[rt] = val;
	keel_hyp_skip(ctx);
	return true;
}

/* A line went up while the guest runs: does it see that? If not, the host enters it anew, with the line. */
static __always_inline bool line_is_seen(const struct keel_ctx *ctx)
{
	return READ_ONCE(ctx->lines) && (read_sysreg(hcr_el2) & (HCR_VI | HCR_VF | HCR_VSE));
}

static __always_inline bool wfx(struct keel_ctx *ctx)
{
	/* AArch32: the instruction may be conditional, and short */
	if ((ctx->esr & ESR_ELx_WFx_ISS_TI) || (ctx->pstate & PSR_MODE32_BIT) || !line_is_seen(ctx))
		return false;
	keel_hyp_skip(ctx);
	return true;
}

static noinline bool load_fp(struct keel_ctx *ctx)
{
	return keel_fp_load(ctx);
}

/* In one piece, as often as it is needed: a call more is what an exit costs. */
static __always_inline bool serve(struct keel_ctx *ctx)
{
	switch (ESR_ELx_EC(ctx->esr)) {
	case ESR_ELx_EC_FP_ASIMD:
		return load_fp(ctx);
	case ESR_ELx_EC_HVC64:
		return hypercall(ctx);
	case ESR_ELx_EC_SYS64:
		return read_idreg(ctx) || keel_gic_fast_sgi(ctx);
	case ESR_ELx_EC_WFx:
		return wfx(ctx);
	case ESR_ELx_EC_DABT_LOW:
		return keel_gic_fast_is_dist(ctx) && keel_gic_fast_mmio(ctx);
	}
	return false;
}

/* Apart from the above, so that a guest that is not stepped and has no SVE pays nothing for it. */
static noinline bool serve_more(struct keel_ctx *ctx)
{
	if (ESR_ELx_EC(ctx->esr) == ESR_ELx_EC_SVE)
		return ctx->sve_vq && load_fp(ctx);
	if (ctx->flags & KEEL_CTX_NO_FAST)
		return ESR_ELx_EC(ctx->esr) == ESR_ELx_EC_FP_ASIMD && load_fp(ctx);
	return serve(ctx);
}

bool keel_fast_exit(struct keel_ctx *ctx, int code)
{
	if (code != KEEL_EXIT_SYNC)
		return false;
	ctx->esr = read_sysreg(esr_el2);
	return ctx->flags & KEEL_CTX_FAST_MORE ? serve_more(ctx) : serve(ctx);
}
