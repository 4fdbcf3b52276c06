/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's timers under VHE: the host's own accesses to CNTV_* and CNTP_*
 * reach its EL2 timers, the guest's are behind the _EL02 names.
 */
#ifndef KEEL_VHE_TIMER_H
#define KEEL_VHE_TIMER_H

#include <linux/bits.h>
#include <linux/types.h>
#include <asm/sysreg.h>
#include "../hyp/context.h"

/*
 * CNTHCTL_EL2 with HCR_EL2.E2H = 1 (Arm ARM D24.10.3). These bits concern
 * EL1 and, with TGE = 0, EL0; the host under TGE = 1 does not feel them. The
 * host's own access bits and event stream share the register.
 */
#define KEEL_CNTHCTL_EL1PCTEN	BIT_ULL(10)	/* 0: CNTPCT_EL0 traps */
#define KEEL_CNTHCTL_EL1PTEN	BIT_ULL(11)	/* 0: CNTP_* trap */
/* 0: CNTPOFF_EL2 is not subtracted; RES0 without FEAT_ECV_POFF */
#define KEEL_CNTHCTL_ECV	BIT_ULL(12)
#define KEEL_CNTHCTL_EL1TVT	BIT_ULL(13)	/* 1: CNTV_* trap; RES0 without FEAT_ECV */
#define KEEL_CNTHCTL_EL1TVCT	BIT_ULL(14)	/* 1: CNTVCT_EL0 traps; RES0 without FEAT_ECV */

static inline void keel_vhe_timer_stop(void)
{
	write_sysreg_s(0, SYS_CNTV_CTL_EL02);
}

/* Returns the former value of the bits. */
static inline u64 keel_vhe_timer_set_traps(u64 bits)
{
	u64 mask = KEEL_CNTHCTL_EL1PCTEN | KEEL_CNTHCTL_EL1PTEN | KEEL_CNTHCTL_ECV |
		   KEEL_CNTHCTL_EL1TVT | KEEL_CNTHCTL_EL1TVCT;
	u64 old = read_sysreg(cnthctl_el2);

	if ((old & mask) != bits)
		write_sysreg((old & ~mask) | bits, cnthctl_el2);
	return old & mask;
}

/*
 * The entry's ERET synchronises. The comparison may be made with a stale half in between, at worst
 * one exit too many.
 */
static inline void keel_vhe_timer_load(struct keel_ctx *ctx, bool line)
{
	write_sysreg(ctx->cntvoff, cntvoff_el2);
	write_sysreg_s(ctx->sys[KEEL_CNTV_CVAL_EL0], SYS_CNTV_CVAL_EL02);
	write_sysreg_s(ctx->sys[KEEL_CNTV_CTL_EL0], SYS_CNTV_CTL_EL02);
}

/*
 * What was 0 is 0 yet. Of what was off, the host's handler of an interrupt that came late may have
 * cleared IMASK.
 */
static inline void keel_vhe_timer_go_on(const struct keel_ctx *ctx)
{
	if (ctx->sys[KEEL_CNTV_CTL_EL0])
		write_sysreg_s(ctx->sys[KEEL_CNTV_CTL_EL0], SYS_CNTV_CTL_EL02);
}

static inline void keel_vhe_timer_save(struct keel_ctx *ctx)
{
	u64 ctl = read_sysreg_s(SYS_CNTV_CTL_EL02);

	ctx->sys[KEEL_CNTV_CTL_EL0] = ctl;
	ctx->sys[KEEL_CNTV_CVAL_EL0] = read_sysreg_s(SYS_CNTV_CVAL_EL02);
	if (ctl & 1)	/* ENABLE */
		keel_vhe_timer_stop();
}

#endif
