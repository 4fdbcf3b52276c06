/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's timers as hardware. The virtual one through the mode's twins; the
 * guest's registers are those in the context. The physical one is a guest's only
 * where the host leaves it alone, under VHE. On the CPU concerned, preemption off.
 */
#ifndef KEEL_TIMER_HW_H
#define KEEL_TIMER_HW_H

#include <asm/sysreg.h>
#include "../hyp/mode.h"
#include "../nvhe/host/timer.h"
#include "../vhe/timer.h"

/* The EL1 physical timer is no timer of the host's. */
static inline bool keel_hw_owns_phys(void)
{
	return !static_branch_unlikely(&keel_mode_nvhe);
}

static inline void keel_hw_stop_virt(void)
{
	keel_mode_call(timer_stop);
}

/* Before an entry: ctx->cntvoff, pct_traps and the timer's registers. line: its level. */
static inline void keel_hw_load_virt(struct keel_ctx *ctx, bool line)
{
	keel_mode_call(timer_load, ctx, line);
}

/* After it, or instead: CTL with ISTATUS and CVAL to the context, the timer stopped. */
static inline void keel_hw_save_virt(struct keel_ctx *ctx)
{
	keel_mode_call(timer_save, ctx);
}

/* What save() has stopped goes on: the rest of what load() loaded is in the CPU yet. */
static inline void keel_hw_go_on_virt(const struct keel_ctx *ctx)
{
	keel_mode_call(timer_go_on, ctx);
}

/* KEEL_CNTHCTL_* for the guest; returns the former value of the bits. */
static inline u64 keel_hw_set_traps(u64 bits)
{
	return keel_mode_call(timer_set_traps, bits);
}

/* The virtual timer counts as the host does: the guest's registers are not these, and trap. VHE. */
static inline void keel_hw_load_virt_trapped(u64 ctl, u64 cval)
{
	write_sysreg(0, cntvoff_el2);
	write_sysreg_s(cval, SYS_CNTV_CVAL_EL02);
	write_sysreg_s(ctl, SYS_CNTV_CTL_EL02);
}

static inline void keel_hw_stop_phys(void)
{
	write_sysreg_s(0, SYS_CNTP_CTL_EL02);
}

static inline void keel_hw_go_on_phys(u64 ctl)
{
	write_sysreg_s(ctl, SYS_CNTP_CTL_EL02);
}

static inline void keel_hw_load_phys(u64 ctl, u64 cval)
{
	write_sysreg_s(cval, SYS_CNTP_CVAL_EL02);
	write_sysreg_s(ctl, SYS_CNTP_CTL_EL02);
}

static inline void keel_hw_save_phys(u64 *ctl, u64 *cval)
{
	*ctl = read_sysreg_s(SYS_CNTP_CTL_EL02);
	*cval = read_sysreg_s(SYS_CNTP_CVAL_EL02);
}

#endif
