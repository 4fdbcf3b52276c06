/* SPDX-License-Identifier: GPL-2.0-only */
/* Samples of the host's perf that fall into a guest. Nothing where the kernel does not ask. */
#ifndef KEEL_ARCH_PMU_SAMPLE_H
#define KEEL_ARCH_PMU_SAMPLE_H

#include <linux/types.h>
#include "../core/compat.h"

struct keel_ctx;

#ifdef KEEL_COMPAT_GUEST_SAMPLES
/*
 * Around an entry while the CPU's PMU counts anything, with all of DAIF masked if there are
 * pseudo-NMIs, IRQs off. leave: after everything else of the PMU's is the host's again; the NMI of
 * an overflow in the guest is taken in it. hosts: counters that do not count guests.
 */
void keel_pmu_sample_enter(void);
void keel_pmu_sample_leave(const struct keel_ctx *ctx, u64 hosts);

/* perf asks keel from now on, and has stopped to when it returns. Sleepable. */
void keel_pmu_sample_register(void);
void keel_pmu_sample_unregister(void);
#else
static inline void keel_pmu_sample_enter(void)
{
}

static inline void keel_pmu_sample_leave(const struct keel_ctx *ctx, u64 hosts)
{
}

static inline void keel_pmu_sample_register(void)
{
}

static inline void keel_pmu_sample_unregister(void)
{
}
#endif

#endif
