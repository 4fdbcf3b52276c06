// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits that are answered at EL2 with the guest's registers live, by their column in
 * exits.def: FP/SIMD loading, hypercalls that need no host, ID register reads, WFI with
 * an interrupt pending, and what gic_fast.c does. A kick needs no check here: it
 * comes as a physical interrupt, which ends the next entry at once.
 *
 * No kernel service is used; SP_EL0 and the PAuth keys are the guest's.
 */
#include <linux/bits.h>
#include <uapi/linux/psci.h>
#include <asm/debug-monitors.h>
#include <asm/esr.h>
#include <asm/sysreg.h>
#include "collect.h"
#include "context.h"
#include "entry.h"
#include "exit_times.h"
#include "fp.h"
#include "gic_fast.h"
#include "smccc.h"
#include "syndrome.h"
#include "world.h"

static __always_inline bool call(struct keel_ctx *ctx)
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
	u32 esr = ctx->esr, sys = esr & KEEL_ESR_SYS;
	unsigned int rt = FIELD_GET(KEEL_ESR_SYS_RT, esr);
	unsigned int crm = FIELD_GET(KEEL_ESR_CRM, esr);
	unsigned int op2 = FIELD_GET(KEEL_ESR_OP2, esr);
	u64 val = ctx->ctr;

	if (!(esr & KEEL_ESR_READ))
		return false;
	if ((sys & ~(KEEL_ESR_CRM | KEEL_ESR_OP2)) == KEEL_ESR_SYS_VAL(3, 0, 0, 0, 0)) {
		if (crm < 1 || crm > 7 || !(ctx->pstate & PSR_MODE_MASK))
			return false;
		val = ctx->idregs[keel_idreg_index(crm, op2)];
	} else if (sys != KEEL_ESR_SYS_VAL(3, 3, 0, 0, 1)) {
		return false;
	}
	if (rt != KEEL_XZR)
		ctx->x[rt] = val;
	keel_hyp_skip(ctx);
	return true;
}

/*
 * A line went up while the guest runs: does it see that? If not, the host enters it anew, with the
 * line.
 */
static __always_inline bool line_is_seen(const struct keel_ctx *ctx)
{
	return READ_ONCE(ctx->lines) && (read_sysreg(hcr_el2) & (HCR_VI | HCR_VF | HCR_VSE));
}

static __always_inline bool wfx(struct keel_ctx *ctx)
{
	/* AArch32: the instruction may be conditional, and short */
	if ((ctx->esr & (KEEL_ESR_WFX_TIMEOUT | KEEL_ESR_WFX_WFE)) ||
	    (ctx->pstate & PSR_MODE32_BIT) || !line_is_seen(ctx))
		return false;
	keel_hyp_skip(ctx);
	return true;
}

static noinline bool fp(struct keel_ctx *ctx)
{
	return keel_fp_load(ctx);
}

/* By way of serve_more(), as all that a guest with SVE does. */
static __always_inline bool sysreg(struct keel_ctx *ctx)
{
	return read_idreg(ctx) || keel_gic_fast_sgi(ctx);
}

static __always_inline bool access(struct keel_ctx *ctx)
{
	return keel_gic_fast_is_dist(ctx) && keel_gic_fast_mmio(ctx);
}

static __always_inline bool none(struct keel_ctx *ctx)
{
	return false;
}

/* In one piece, as often as it is needed: a call more is what an exit costs. */
static __always_inline bool serve(struct keel_ctx *ctx)
{
	switch (ESR_ELx_EC(ctx->esr)) {
#define EXIT(ec, class, el2, inplace, host)	case ec: return el2(ctx);
#include "exits.def"
	}
	return false;
}

static __always_inline bool sve(struct keel_ctx *ctx)
{
	return ctx->sve_vq && !(ctx->flags & (KEEL_CTX_FP_BARRED | KEEL_CTX_SVE_BARRED)) && fp(ctx);
}

/* FP/SIMD and SVE alone. */
static __always_inline bool serve_fp(struct keel_ctx *ctx)
{
	if (ESR_ELx_EC(ctx->esr) == ESR_ELx_EC_SVE)
		return sve(ctx);
	return ESR_ELx_EC(ctx->esr) == ESR_ELx_EC_FP_ASIMD && !(ctx->flags & KEEL_CTX_FP_BARRED) &&
	       fp(ctx);
}

/* Of a vCPU whose exits are timed, whatever else is special about it. */
static noinline bool serve_timed(struct keel_ctx *ctx)
{
	u64 *row = keel_exit_times(ctx)->el2[keel_exit_class(ctx, KEEL_EXIT_SYNC)];
	u64 begin = keel_exit_times_now(), end;
	bool done;

	if (ctx->flags & KEEL_CTX_NO_FAST)
		done = serve_fp(ctx);
	else
		done = ESR_ELx_EC(ctx->esr) == ESR_ELx_EC_SVE ? sve(ctx) : serve(ctx);
	end = keel_exit_times_now();
	if (done && keel_world_has((u64)row, sizeof(keel_exit_row)))
		keel_exit_times_add(row, begin, end);
	return done;
}

/*
 * Apart from the above, so that a guest that is neither stepped nor timed and has no SVE pays
 * nothing for it.
 */
static noinline bool serve_more(struct keel_ctx *ctx)
{
	if (ctx->flags & KEEL_CTX_APART)
		return ctx->flags & KEEL_CTX_TIMED ? serve_timed(ctx) : serve_fp(ctx);
	return ESR_ELx_EC(ctx->esr) == ESR_ELx_EC_SVE ? sve(ctx) : serve(ctx);
}

bool keel_fast_exit(struct keel_ctx *ctx, int code)
{
	if (code != KEEL_EXIT_SYNC)
		return false;
	keel_collect_class(ctx);
	return ctx->flags & KEEL_CTX_FAST_MORE ? serve_more(ctx) : serve(ctx);
}
