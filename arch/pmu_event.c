// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's events behind a guest's counters. Making one allocates and may wait
 * for RCU: that is done before an entry, by the thread that runs the vCPU, which
 * the event counts for. Whoever writes a register only notes what has changed.
 */
#include <linux/bitops.h>
#include <linux/err.h>
#include <linux/irq_work.h>
#include <linux/perf_event.h>
#include <linux/preempt.h>
#include <linux/smp.h>
#include "../core/kick.h"
#include "pmu.h"
#include "pmu_host.h"

#define LONG_COUNTER	BIT_ULL(0)	/* perf_event_attr.config1 of the driver */

/* What the event has counted since it was made. */
static u64 counted(const struct keel_pmu_slot *s)
{
	u64 enabled, running;

	return s->event ? perf_event_read_value(s->event, &enabled, &running) : 0;
}

u64 keel_pmu_event_value(struct keel_vcpu *vcpu, unsigned int i)
{
	struct keel_pmu_vcpu *pmu = &vcpu->arch.pmu;

	return keel_pmu_value(&pmu->regs, i, pmu->regs.cntr[i] + counted(&pmu->slot[i]));
}

u64 keel_pmu_event_value_inplace(struct keel_vcpu *vcpu, unsigned int i)
{
	struct keel_pmu_vcpu *pmu = &vcpu->arch.pmu;
	struct perf_event *event = pmu->slot[i].event;
	u64 n = 0;

	if (event) {
		/* it counts for this thread: here, or nowhere */
		if (READ_ONCE(event->oncpu) == smp_processor_id())
			event->pmu->read(event);
		n = local64_read(&event->count);
	}
	return keel_pmu_value(&pmu->regs, i, pmu->regs.cntr[i] + n);
}

void keel_pmu_event_set(struct keel_vcpu *vcpu, unsigned int i, u64 val)
{
	struct keel_pmu_vcpu *pmu = &vcpu->arch.pmu;

	pmu->regs.cntr[i] = val - counted(&pmu->slot[i]);
	pmu->rearm |= BIT(i);
	keel_request(vcpu, KEEL_REQ_PMU);
}

void keel_pmu_event_renew(struct keel_vcpu *vcpu, u32 counters)
{
	vcpu->arch.pmu.renew |= counters;
	keel_request(vcpu, KEEL_REQ_PMU);
}

/*
 * A counter went past its end. An interrupt or NMI of the host's, which ended the
 * guest's run, on the vCPU's own thread; or a little later. perf has begun the next
 * round already. The request is seen before the next entry; after an NMI that came
 * later than that, the work's interrupt ends the run at once.
 */
static void overflowed(struct perf_event *event, struct perf_sample_data *data,
		       struct pt_regs *regs)
{
	struct keel_pmu_slot *s = event->overflow_handler_context;
	struct keel_vcpu *vcpu = s->vcpu;

	set_bit(s - vcpu->arch.pmu.slot, &vcpu->arch.pmu.raised);
	/*
	 * raised before the request: pairs with keel_pmu_serve(), called when the request was
	 * cleared
	 */
	smp_mb__after_atomic();
	set_bit(KEEL_REQ_PMU, &vcpu->requests);
	if (in_nmi())
		irq_work_queue(&vcpu->arch.pmu.work);
	else
		keel_vcpu_kick(vcpu);
}

void keel_pmu_event_work(struct irq_work *work)
{
	keel_vcpu_kick(container_of(work, struct keel_vcpu, arch.pmu.work));
}

static void pause(struct keel_pmu_vcpu *pmu, unsigned int i)
{
	if (!(pmu->running & BIT(i)))
		return;
	perf_event_disable(pmu->slot[i].event);
	pmu->running &= ~BIT(i);
}

static void release(struct keel_pmu_vcpu *pmu, unsigned int i)
{
	struct keel_pmu_slot *s = &pmu->slot[i];

	if (!s->event)
		return;
	pause(pmu, i);
	pmu->regs.cntr[i] += counted(s);
	perf_event_release_kernel(s->event);
	s->event = NULL;
}

void keel_pmu_event_release_all(struct keel_vcpu *vcpu)
{
	unsigned int i;

	for (i = 0; i < KEEL_PMU_NR; i++)
		release(&vcpu->arch.pmu, i);
}

/*
 * The thread may run other vCPUs too, and the event must not count those: it
 * excludes all there is, and counts where pmu_world.c opens its filter.
 */
static struct perf_event_attr describe(const struct keel_vcpu *vcpu, unsigned int i)
{
	const struct keel_pmu_regs *r = &vcpu->arch.pmu.regs;

	return (struct perf_event_attr) {
		.type = vcpu->vm->arch.pmu.host->type,
		.size = sizeof(struct perf_event_attr),
		.config = keel_pmu_event(r, i),
		/* where no counter is long the driver would take two */
		.config1 = keel_pmu_host_version() >= KEEL_PMUVER_V3P5 ? LONG_COUNTER : 0,
		.sample_period = keel_pmu_period(r, i),
		.disabled = 1,
		.pinned = 1,
		.exclude_host = 1,
		.exclude_hv = 1,
		.exclude_user = 1,
		.exclude_kernel = 1,
	};
}

/* A counter whose event the host refuses stands still. */
static void create(struct keel_vcpu *vcpu, unsigned int i)
{
	struct keel_pmu_slot *s = &vcpu->arch.pmu.slot[i];
	struct perf_event_attr attr = describe(vcpu, i);
	struct perf_event *event =
		perf_event_create_kernel_counter(&attr, -1, current, overflowed, s);

	s->excluded = keel_pmu_excluded(&vcpu->arch.pmu.regs, i);
	s->event = IS_ERR(event) ? NULL : event;
}

/*
 * Nobody else has the event while it is disabled: the first overflow comes sooner than the others.
 */
static void start(struct keel_vcpu *vcpu, unsigned int i)
{
	struct keel_pmu_vcpu *pmu = &vcpu->arch.pmu;
	struct perf_event *event = pmu->slot[i].event;

	pause(pmu, i);
	local64_set(&event->hw.period_left,
		    keel_pmu_distance(&pmu->regs, i, keel_pmu_event_value(vcpu, i)));
	perf_event_enable(event);
	pmu->running |= BIT(i);
}

/* Software counts some, the filter forbids others, and some are to count nowhere. */
static bool has_event(const struct keel_vcpu *vcpu, unsigned int i)
{
	const struct keel_pmu_regs *r = &vcpu->arch.pmu.regs;
	const unsigned long *filter = vcpu->vm->arch.pmu.filter;
	u32 event = keel_pmu_event(r, i), nowhere = KEEL_PMTYPER_U | KEEL_PMTYPER_P;

	if (event == KEEL_PMU_SW_INCR || event == KEEL_PMU_CHAIN ||
	    keel_pmu_excluded(r, i) == nowhere)
		return false;
	return !filter || test_bit(event, filter);
}

static void apply(struct keel_vcpu *vcpu, unsigned int i)
{
	struct keel_pmu_vcpu *pmu = &vcpu->arch.pmu;

	if (pmu->renew & BIT(i))
		release(pmu, i);
	if (!keel_pmu_counts(&pmu->regs, i) || !has_event(vcpu, i)) {
		pause(pmu, i);
		return;
	}
	if (!pmu->slot[i].event)
		create(vcpu, i);
	if (pmu->slot[i].event && (~pmu->running | pmu->rearm) & BIT(i))
		start(vcpu, i);
}

void keel_pmu_event_apply(struct keel_vcpu *vcpu)
{
	unsigned int i;

	for (i = 0; i < KEEL_PMU_NR; i++)
		apply(vcpu, i);
	vcpu->arch.pmu.renew = vcpu->arch.pmu.rearm = 0;
}
