// SPDX-License-Identifier: GPL-2.0-only
/* A vCPU that waits: it polls for an event, then sleeps until one comes. */
#include <linux/ktime.h>
#include <linux/moduleparam.h>
#include <linux/sched/signal.h>
#include "../arch/arch.h"
#include "../nested/below.h"
#include "../timer/arith.h"
#include "block.h"
#include "exit_stat.h"
#include "host.h"
#include "trace.h"

/* Before sleeping in WFI a vCPU polls for an event, at most this long. */
static unsigned int halt_poll_ns = 500000;
module_param(halt_poll_ns, uint, 0644);
MODULE_PARM_DESC(halt_poll_ns, "longest poll of a vCPU in WFI before it sleeps, ns (0: none)");

#define HALT_POLL_START_NS	10000

bool keel_vcpu_find_event(struct keel_vcpu *vcpu)
{
	keel_timer_refresh(vcpu);
	if (READ_ONCE(vcpu->ctx.posted))
		keel_vgic_collect(vcpu);
	if (READ_ONCE(vcpu->ctx.lines) || (keel_below_is_live(vcpu) && keel_below_has_interrupt(vcpu)))
		return true;
	return vcpu->ctx.gic.present ? keel_vgic_pending(vcpu) : keel_timer_pending(&vcpu->timer);
}

/* What the guest waits for is over (WFIT). */
static bool is_late(const struct keel_vcpu *vcpu)
{
	return vcpu->timer.wait_end != KEEL_TIMER_NEVER && keel_timer_wait_over(vcpu);
}

/*
 * Nothing to sleep for: an event, a request (a stopped vCPU waits for nothing
 * else), a signal. A reset is for a vCPU that may run: one that was turned off
 * again before it got there sleeps until it is turned on.
 */
static bool must_wake(struct keel_vcpu *vcpu)
{
	u32 state = READ_ONCE(vcpu->mp_state);
	unsigned long ignore = BIT(KEEL_REQ_RELOAD);

	if (state != KVM_MP_STATE_RUNNABLE)
		ignore |= BIT(KEEL_REQ_RESET);
	if (signal_pending(current) || READ_ONCE(vcpu->requests) & ~ignore)
		return true;
	return state != KVM_MP_STATE_STOPPED && (keel_vcpu_find_event(vcpu) || is_late(vcpu));
}

static bool poll(struct keel_vcpu *vcpu, u64 window)
{
	u64 end = ktime_get_ns() + window;

	vcpu->stat.halt_attempted_poll++;
	do {
		if (must_wake(vcpu))
			return true;
		cpu_relax();
	} while (!keel_host_work_pending() && ktime_get_ns() < end);
	return false;
}

static void sleep(struct keel_vcpu *vcpu)
{
	vcpu->stat.blocking = 1;
	keel_timer_block(vcpu);
	/*
	 * before must_wake() looks for SGIs that were posted, with set_current_state()'s barrier in
	 * between
	 */
	WRITE_ONCE(vcpu->ctx.mode, KEEL_ASLEEP);
	/* only the thread that has vcpu->mutex sleeps here */
	prepare_to_rcuwait(&vcpu->wait);
	for (;;) {
		/* its barrier pairs with those of rcuwait_wake_up() and keel_vgic_try_sgi() */
		set_current_state(TASK_INTERRUPTIBLE);
		if (must_wake(vcpu))
			break;
		schedule();
	}
	finish_rcuwait(&vcpu->wait);
	WRITE_ONCE(vcpu->ctx.mode, KEEL_OUTSIDE);
	keel_timer_unblock(vcpu);
	vcpu->stat.blocking = 0;
}

static u64 max_window(const struct keel_vcpu *vcpu)
{
	s64 own = READ_ONCE(vcpu->vm->halt_poll_ns);

	return own < 0 ? READ_ONCE(halt_poll_ns) : own;
}

/*
 * The window grows when an event came soon after polling gave up, and shrinks
 * when the sleep was longer than any window would have been.
 */
static void adapt_window(struct keel_vcpu *vcpu, u64 slept)
{
	u64 limit = max_window(vcpu);

	if (slept <= limit)
		vcpu->halt_poll_ns =
			min(max_t(u64, vcpu->halt_poll_ns * 2, HALT_POLL_START_NS), limit);
	else
		vcpu->halt_poll_ns = 0;
}

static void wakeup(u64 since, bool slept)
{
	if (keel_traced(KEEL_EVENT_WAKEUP))
		keel_trace_wakeup(ktime_get_ns() - since, slept);
}

static void count_time(u64 *sum, u64 *hist, u64 ns)
{
	*sum += ns;
	hist[keel_exit_stat_bucket(ns)]++;
}

/* True: an event came. Then that is counted. */
static bool poll_first(struct keel_vcpu *vcpu, u64 window)
{
	struct keel_vcpu_stat *stat = &vcpu->stat;
	u64 start = ktime_get_ns();

	if (!poll(vcpu, window)) {
		count_time(&stat->halt_poll_fail_ns, stat->halt_poll_fail_hist,
			   ktime_get_ns() - start);
		return false;
	}
	stat->halt_successful_poll++;
	count_time(&stat->halt_poll_success_ns, stat->halt_poll_success_hist,
		   ktime_get_ns() - start);
	wakeup(start, false);
	return true;
}

void keel_vcpu_block(struct keel_vcpu *vcpu)
{
	u64 start = ktime_get_ns(), window = min(vcpu->halt_poll_ns, max_window(vcpu)), mid = start;

	/* a stopped vCPU may sleep for hours */
	if (window && READ_ONCE(vcpu->mp_state) != KVM_MP_STATE_STOPPED) {
		if (poll_first(vcpu, window))
			return;
		mid = ktime_get_ns();
	}
	if (!must_wake(vcpu))
		sleep(vcpu);
	count_time(&vcpu->stat.halt_wait_ns, vcpu->stat.halt_wait_hist, ktime_get_ns() - mid);
	vcpu->stat.halt_wakeup++;
	wakeup(start, true);
	adapt_window(vcpu, ktime_get_ns() - start);
}
