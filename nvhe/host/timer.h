/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's virtual timer under nVHE, the host's side. The host at EL1 has
 * the same virtual timer, and leaves it unused, but its counter must have no
 * offset: the timer is the guest's only within RUN (nvhe/el2/switch.c), which takes
 * it from the context and puts it back there. CNTHCTL_EL2 is RUN's too.
 */
#ifndef KEEL_NVHE_TIMER_H
#define KEEL_NVHE_TIMER_H

#include <linux/bits.h>
#include <asm/sysreg.h>
#include "../../hyp/context.h"

#define KEEL_NVHE_TIMER_ISTATUS	BIT_ULL(2)

static inline void keel_nvhe_timer_stop(void)
{
	write_sysreg(0, cntv_ctl_el0);
}

static inline u64 keel_nvhe_timer_set_traps(u64 bits)
{
	return 0;
}

/* ISTATUS is what save() finds if RUN does not come about; the hardware ignores it. */
static inline void keel_nvhe_timer_load(struct keel_ctx *ctx, bool line)
{
	if (line)
		ctx->sys[KEEL_CNTV_CTL_EL0] |= KEEL_NVHE_TIMER_ISTATUS;
}

static inline void keel_nvhe_timer_go_on(const struct keel_ctx *ctx)
{
}

static inline void keel_nvhe_timer_save(struct keel_ctx *ctx)
{
}

#endif
