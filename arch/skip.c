// SPDX-License-Identifier: GPL-2.0-only
/* Stepping over a trapped instruction: whoever emulates one does it. */
#include <asm/debug-monitors.h>
#include <asm/esr.h>
#include <asm/ptrace.h>
#include "../hyp/context.h"
#include "aarch32_insn.h"
#include "exit.h"

static void skip32(struct keel_ctx *ctx, unsigned int bytes)
{
	ctx->pc = (u32)(ctx->pc + bytes);
	ctx->pstate = keel_aarch32_insn_advance(ctx->pstate);
}

static void skip64(struct keel_ctx *ctx)
{
	ctx->pc += 4;
	ctx->pstate &= ~(u64)PSR_BTYPE_MASK;
}

void keel_exit_skip(struct keel_ctx *ctx)
{
	ctx->pstate &= ~(u64)DBG_SPSR_SS;
	if (ctx->pstate & PSR_MODE32_BIT)
		skip32(ctx, ctx->esr & ESR_ELx_IL ? 4 : 2);
	else
		skip64(ctx);
}

void keel_exit_skip_bytes(struct keel_ctx *ctx, unsigned int bytes)
{
	ctx->pstate &= ~(u64)DBG_SPSR_SS;
	if (ctx->pstate & PSR_MODE32_BIT)
		skip32(ctx, bytes);
	else
		skip64(ctx);
}
