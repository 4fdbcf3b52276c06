// SPDX-License-Identifier: GPL-2.0-only
/*
 * Breakpoint and watchpoint registers, which have their number in their name; and
 * the debug communications channel's interrupt enables.
 *
 * While a guest has its breakpoint registers in the CPU its accesses to other debug
 * registers do not trap either (MDCR_EL2.TDA is 0). With FEAT_FGT those that are not
 * switched have traps of their own (arch/idfields.def), at AArch64. Without, MDCCINT_EL1 is
 * switched; claim tags and what waits in the channel stay for the next.
 */
#include <asm/sysreg.h>
#include "context.h"
#include "debug.h"
#include "features.h"

#define SIXTEEN(op, n) \
	do { \
		switch ((n) - 1) { \
		case 15: op(15); fallthrough; \
		case 14: op(14); fallthrough; \
		case 13: op(13); fallthrough; \
		case 12: op(12); fallthrough; \
		case 11: op(11); fallthrough; \
		case 10: op(10); fallthrough; \
		case 9: op(9); fallthrough; \
		case 8: op(8); fallthrough; \
		case 7: op(7); fallthrough; \
		case 6: op(6); fallthrough; \
		case 5: op(5); fallthrough; \
		case 4: op(4); fallthrough; \
		case 3: op(3); fallthrough; \
		case 2: op(2); fallthrough; \
		case 1: op(1); fallthrough; \
		case 0: op(0); \
		} \
	} while (0)

#define SAVE_BP(i) do { d->bcr[i] = read_sysreg(dbgbcr##i##_el1); d->bvr[i] = read_sysreg(dbgbvr##i##_el1); } while (0)
#define SAVE_WP(i) do { d->wcr[i] = read_sysreg(dbgwcr##i##_el1); d->wvr[i] = read_sysreg(dbgwvr##i##_el1); } while (0)
#define LOAD_BP(i) do { write_sysreg(d->bcr[i], dbgbcr##i##_el1); write_sysreg(d->bvr[i], dbgbvr##i##_el1); } while (0)
#define LOAD_WP(i) do { write_sysreg(d->wcr[i], dbgwcr##i##_el1); write_sysreg(d->wvr[i], dbgwvr##i##_el1); } while (0)

/* All implemented pairs. */
static void save(struct keel_debug_regs *d)
{
	SIXTEEN(SAVE_BP, keel_hyp_features.brps);
	SIXTEEN(SAVE_WP, keel_hyp_features.wrps);
}

static void load(const struct keel_debug_regs *d)
{
	SIXTEEN(LOAD_BP, keel_hyp_features.brps);
	SIXTEEN(LOAD_WP, keel_hyp_features.wrps);
}

/* val: what an emulator without the channel is to leave. */
static u64 read_mdccint(u64 val)
{
	asm volatile("mrs %0, mdccint_el1" : "+r" (val));
	return val;
}

void keel_debug_enter(const struct keel_ctx *ctx, struct keel_debug_regs *host)
{
	save(host);
	load(ctx->flags & KEEL_CTX_DEBUG_VMM ? &ctx->dbg_vmm : &ctx->dbg);
	if (keel_hyp_features.fgt)
		return;
	host->mdccint = read_mdccint(0);
	write_sysreg(ctx->sys[KEEL_MDCCINT_EL1], mdccint_el1);
}

void keel_debug_leave(struct keel_ctx *ctx, const struct keel_debug_regs *host)
{
	if (!(ctx->flags & KEEL_CTX_DEBUG_VMM))
		save(&ctx->dbg);
	if (!keel_hyp_features.fgt)
		ctx->sys[KEEL_MDCCINT_EL1] = read_mdccint(ctx->sys[KEEL_MDCCINT_EL1]);
	keel_debug_recover(host);
}

void keel_debug_recover(const struct keel_debug_regs *host)
{
	load(host);
	if (!keel_hyp_features.fgt)
		write_sysreg(host->mdccint, mdccint_el1);
}
