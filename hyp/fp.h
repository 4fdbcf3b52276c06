/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The FP/SIMD registers of a guest, into the CPU at its first use of them in a stay and
 * to memory at the end of the stay. With the guest's control registers in the CPU.
 */
#ifndef KEEL_HYP_FP_H
#define KEEL_HYP_FP_H

#include <linux/types.h>
#include "context.h"
#include "entry.h"
#include "world.h"

/* Of a vCPU with KEEL_CTX_FP_MORE: SVE, or AArch32 at EL1. fp.c */
bool keel_fp_load_more(struct keel_ctx *ctx);
void keel_fp_save_more(struct keel_ctx *ctx);
/* The host's ZCR_ELx, for a guest whose registers are abandoned; then no save follows. */
void keel_fp_abandon(struct keel_ctx *ctx);

/* FP access has trapped. False: the registers are not free, or not this vCPU's to have. */
static inline bool keel_fp_load(struct keel_ctx *ctx)
{
	if (!(ctx->flags & KEEL_CTX_FP_FREE))
		return false;
	if (ctx->flags & KEEL_CTX_FP_MORE)
		return keel_fp_load_more(ctx);
	keel_world_fp_enable();
	keel_fpsimd_load(&ctx->fp);
	ctx->flags |= KEEL_CTX_FP_GUEST;
	return true;
}

static inline void keel_fp_save(struct keel_ctx *ctx)
{
	if (!(ctx->flags & KEEL_CTX_FP_GUEST))
		return;
	if (ctx->flags & KEEL_CTX_FP_MORE)
		keel_fp_save_more(ctx);
	else
		keel_fpsimd_save(&ctx->fp);
	ctx->flags &= ~KEEL_CTX_FP_GUEST;
}

#endif
