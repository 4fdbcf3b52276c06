// SPDX-License-Identifier: GPL-2.0-only
/*
 * Others than a guest's: the host's own events around an entry. One that is to count guests alone,
 * or everything but guests, does. The driver's filters tell guest from host by the exception level,
 * and EL0 is both's; under nVHE EL1 is as well, where the driver leaves events that exclude the
 * host disabled and EL2 starts and stops counters (ctx.pmcnten and pmcntclr, nvhe/el2/switch.c).
 *
 * Which event a counter has the driver notes in a structure of each CPU, which that
 * CPU alone changes, with IRQs off. A guest's events (pmu_world.c) look like the
 * host's here: started once more, and their filters are left alone.
 */
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/percpu.h>
#include <linux/perf/arm_pmu.h>
#include <linux/perf_event.h>
#include "../core/compat.h"
#include "pmu.h"
#include "pmu_host.h"
#include "pmu_logic.h"
#include "pmu_sample.h"

static_assert(BITS_TO_LONGS(ARMPMU_MAX_HWEVENTS) == 1);	/* keel_pmu_others_any() */

DEFINE_PER_CPU(const unsigned long *, keel_pmu_others_used);

void keel_pmu_others_know(struct arm_pmu *pmu, unsigned int cpu)
{
	WRITE_ONCE(per_cpu(keel_pmu_others_used, cpu), per_cpu_ptr(pmu->hw_events, cpu)->used_mask);
}

static const struct pmu_hw_events *events_here(void)
{
	return container_of(__this_cpu_read(keel_pmu_others_used), struct pmu_hw_events,
			    used_mask[0]);
}

/*
 * Two counters make one of 64 bits: the driver notes the event with the upper one, and the lower
 * one has its filter.
 */
static bool is_pair(const struct pmu_hw_events *e, unsigned int idx)
{
	return idx && test_bit(idx - 1, e->used_mask) && !e->events[idx - 1];
}

static bool tells_apart(const struct perf_event *event)
{
	return event && event->attr.exclude_guest != event->attr.exclude_host;
}

static u64 counter_bit(unsigned int idx)
{
	return BIT_ULL(keel_compat_pmu_index(idx));
}

/* Of the counter, or the pair. */
static u64 counter_bits(const struct pmu_hw_events *e, unsigned int idx)
{
	return counter_bit(idx) | (is_pair(e, idx) ? counter_bit(idx - 1) : 0);
}

static void set_filter(const struct pmu_hw_events *e, unsigned int idx, u64 val)
{
	keel_pmu_world_filter(keel_compat_pmu_index(idx - is_pair(e, idx)), val);
}

static void enter_event(const struct pmu_hw_events *e, unsigned int idx, struct keel_ctx *ctx)
{
	const struct perf_event *event = e->events[idx];
	u64 filter = event->hw.config_base;

	if (event->attr.exclude_guest)
		ctx->pmcntclr |= counter_bits(e, idx);
	else if (!(event->hw.state & PERF_HES_STOPPED))
		ctx->pmcnten |= counter_bits(e, idx);
	if (!event->attr.exclude_user)
		set_filter(e, idx,
			   event->attr.exclude_guest ? filter | KEEL_PMTYPER_U
						     : filter & ~(u64)KEEL_PMTYPER_U);
}

void keel_pmu_others_enter(struct keel_ctx *ctx)
{
	const struct pmu_hw_events *e = events_here();
	unsigned int idx;

	for_each_set_bit(idx, e->used_mask, ARMPMU_MAX_HWEVENTS)
		if (tells_apart(e->events[idx]))
			enter_event(e, idx, ctx);
	keel_pmu_sample_enter();
	/* the ERET synchronises all of it (Arm ARM D24.1.2.2) */
}

void keel_pmu_others_leave(struct keel_ctx *ctx)
{
	const struct pmu_hw_events *e = events_here();
	u64 hosts = ctx->pmcntclr;
	unsigned int idx;

	ctx->pmcnten = ctx->pmcntclr = 0;
	for_each_set_bit(idx, e->used_mask, ARMPMU_MAX_HWEVENTS)
		if (tells_apart(e->events[idx]) && !e->events[idx]->attr.exclude_user)
			set_filter(e, idx, e->events[idx]->hw.config_base);
	keel_pmu_sample_leave(ctx, hosts);
}
