/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How long the exits take that do not leave the guest's world: those answered at EL2, and in place.
 * Only of vCPUs that have KEEL_CTX_TIMED (parameter exit_times). Other vCPUs' exits pay nothing for
 * it: both tiers look at KEEL_CTX_FAST_MORE or KEEL_CTX_APART, which they do anyway.
 */
#ifndef KEEL_HYP_EXIT_TIMES_H
#define KEEL_HYP_EXIT_TIMES_H

#include <asm/esr.h>
#include <asm/sysreg.h>
#include "context.h"

/* Exits whose time is told apart: the second column of exits.def, and interrupts. */
enum keel_exit_class {
	KEEL_CLASS_OTHER, KEEL_CLASS_INTERRUPT, KEEL_CLASS_WAIT, KEEL_CLASS_CALL, KEEL_CLASS_SYSREG,
	KEEL_CLASS_ABORT, KEEL_NR_CLASSES
};

/* Exits by the leading zeroes of the ticks that they took. */
typedef u64 keel_exit_row[64];

/* [v] In pages of its own, which EL2 can have. */
struct keel_exit_times {
	keel_exit_row el2[KEEL_NR_CLASSES], inplace[KEEL_NR_CLASSES];
};

static __always_inline enum keel_exit_class keel_exit_class(const struct keel_ctx *ctx, int code)
{
	if (code != KEEL_EXIT_SYNC)
		return KEEL_CLASS_INTERRUPT;
	switch (ESR_ELx_EC(ctx->esr)) {
#define EXIT(ec, class, el2, inplace, host)	case ec: return KEEL_CLASS_##class;
#include "exits.def"
	}
	return KEEL_CLASS_OTHER;
}

/* Of a vCPU that has them. */
static inline struct keel_exit_times *keel_exit_times(const struct keel_ctx *ctx)
{
	return (struct keel_exit_times *)ctx->exit_times;
}

/*
 * Without an ISB the counter may be read early, even the second time before the first: buckets
 * double.
 */
static inline u64 keel_exit_times_now(void)
{
	return read_sysreg(cntvct_el0);
}

static inline void keel_exit_times_add(keel_exit_row row, u64 begin, u64 end)
{
	s64 ticks = end - begin;

	row[__builtin_clzll((ticks < 0 ? 0 : ticks) | 1)]++;
}

#endif
