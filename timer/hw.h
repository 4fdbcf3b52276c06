/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's timers as hardware, through the mode's twins. On the CPU
 * concerned, preemption off.
 */
#ifndef KEEL_TIMER_HW_H
#define KEEL_TIMER_HW_H

#include <asm/virt.h>
#include "../hyp/mode.h"
#include "../nvhe/timer.h"
#include "../vhe/timer.h"

static inline void keel_hw_stop(void)
{
	keel_mode_call(timer_stop);
}

/* The CPU becomes keel's; returns what give() is to put back. */
static inline u64 keel_hw_take(void)
{
	return keel_mode_call(timer_take);
}

static inline void keel_hw_give(u64 taken)
{
	keel_mode_call(timer_give, taken);
}

/* Before an entry: ctx->cntvoff and the virtual timer's registers. line: its level, masked or not. */
static inline void keel_hw_load(struct keel_ctx *ctx, bool line)
{
	keel_mode_call(timer_load, ctx, line);
}

/* After it, or instead: CTL with ISTATUS and CVAL to the context, the timer stopped. */
static inline void keel_hw_save(struct keel_ctx *ctx)
{
	keel_mode_call(timer_save, ctx);
}

/* At the next entry CNTP_* trap, and with counter CNTPCT_EL0 too. */
static inline void keel_hw_trap_phys(struct keel_ctx *ctx, bool counter)
{
	keel_mode_call(timer_trap_phys, ctx, counter);
}

/* The EL1 physical timer is no timer of the host's. What follows is for such hosts, which are in VHE, alone. */
static inline bool keel_hw_owns_phys(void)
{
	return is_kernel_in_hyp_mode();
}

static inline void keel_hw_stop_phys(void)
{
	keel_vhe_timer_stop_phys();
}

static inline void keel_hw_load_phys(u64 ctl, u64 cval)
{
	keel_vhe_timer_load_phys(ctl, cval);
}

static inline void keel_hw_save_phys(u64 *ctl, u64 *cval)
{
	keel_vhe_timer_save_phys(ctl, cval);
}

static inline void keel_hw_set_phys_offset(u64 offset)
{
	keel_vhe_timer_set_phys_offset(offset);
}

static inline void keel_hw_open_phys(bool with_offset)
{
	keel_vhe_timer_open_phys(with_offset);
}

static inline bool keel_hw_cntpoff_works(void)
{
	return keel_vhe_timer_cntpoff_works();
}

#endif
