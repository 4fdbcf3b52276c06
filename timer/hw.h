/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's virtual timer as hardware, through the mode's twins. On the CPU
 * concerned, preemption off. The guest's registers are those in the context.
 */
#ifndef KEEL_TIMER_HW_H
#define KEEL_TIMER_HW_H

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

/* Before an entry: ctx->cntvoff, pct_traps and the timer's registers. line: its level, masked or not. */
static inline void keel_hw_load(struct keel_ctx *ctx, bool line)
{
	keel_mode_call(timer_load, ctx, line);
}

/* After it, or instead: CTL with ISTATUS and CVAL to the context, the timer stopped. */
static inline void keel_hw_save(struct keel_ctx *ctx)
{
	keel_mode_call(timer_save, ctx);
}

#endif
