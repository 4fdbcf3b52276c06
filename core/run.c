// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_RUN: complete what user space answered, then enter the guest until a
 * verdict sends the vCPU back to user space. Documentation/exit-flow.rst has
 * the path of one exit.
 */
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/signal.h>
#include <asm/neon.h>
#include "../arch/arch.h"
#include "../arch/pmu.h"
#include "../arch/pvtime.h"
#include "../hyp/hyp.h"
#include "../mmu/mmu.h"
#include "../nested/below.h"
#include "../nested/el1gic.h"
#include "../nested/nested.h"
#include "../nested/route.h"
#include "../timer/timer.h"
#include "../vgic/its/its.h"
#include "block.h"
#include "compat.h"
#include "cpu.h"
#include "exit_stat.h"
#include "host.h"
#include "kick.h"
#include "trace.h"
#include "vcpu.h"

static int leave_for_signal(struct keel_vcpu *vcpu)
{
	vcpu->run->exit_reason = KVM_EXIT_INTR;
	vcpu->stat.signal++;
	return -EINTR;
}

static int report_wakeup(struct keel_vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;

	memset(&run->system_event, 0, sizeof(run->system_event));
	run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
	run->system_event.type = KVM_SYSTEM_EVENT_WAKEUP;
	return KEEL_USER;
}

static int report_full_ring(struct keel_vcpu *vcpu)
{
	vcpu->run->exit_reason = KVM_EXIT_DIRTY_RING_FULL;
	return KEEL_USER;
}

static int serve_its(struct keel_vcpu *vcpu)
{
	int err = keel_its_finish(vcpu);

	return err == -EINTR ? leave_for_signal(vcpu) : err ?: KEEL_RESUME;
}

/*
 * Pairs with the handler of an overflow (arch/pmu_event.c): what it noted before the request is
 * seen after.
 */
static void serve_pmu(struct keel_vcpu *vcpu)
{
	if (READ_ONCE(vcpu->requests) & BIT(KEEL_REQ_PMU) &&
	    test_and_clear_bit(KEEL_REQ_PMU, &vcpu->requests))
		keel_pmu_serve(vcpu);
}

/*
 * Requests that are served by what comes before an entry all the same, the look at mp_state and
 * keel_timer_flush(): one made after it stays, and forbids the entry. Pairs with keel_request().
 */
static void clear_looks(struct keel_vcpu *vcpu)
{
	clear_bit(KEEL_REQ_SLEEP, &vcpu->requests);
	clear_bit(KEEL_REQ_TIMER, &vcpu->requests);
	smp_mb__after_atomic();
}

/*
 * A stopped vCPU waits for CPU_ON or a signal. A suspended one waits as in WFI
 * and tells user space when something would wake it; user space makes it
 * runnable. Whatever request keel_vcpu_block() does not sleep with is served
 * here.
 */
static int wait_until_runnable(struct keel_vcpu *vcpu)
{
	int verdict;
	u32 state;

	while ((state = READ_ONCE(vcpu->mp_state)) != KVM_MP_STATE_RUNNABLE) {
		if (keel_host_work())
			return leave_for_signal(vcpu);
		if (state == KVM_MP_STATE_SUSPENDED && keel_vcpu_find_event(vcpu))
			return report_wakeup(vcpu);
		clear_looks(vcpu);
		verdict = serve_its(vcpu);
		if (verdict != KEEL_RESUME)
			return verdict;
		serve_pmu(vcpu);
		keel_vcpu_block(vcpu);
	}
	return KEEL_RESUME;
}

static void serve_reset(struct keel_vcpu *vcpu)
{
	if (READ_ONCE(vcpu->requests) && test_and_clear_bit(KEEL_REQ_RESET, &vcpu->requests))
		keel_reset_vcpu(vcpu);
}

/* Everything that must be done before an entry and may sleep. Verdict. */
static int prepare(struct keel_vcpu *vcpu)
{
	int verdict;

	if (keel_cpu_stopping())
		return -EIO;
	if (keel_host_work())
		return leave_for_signal(vcpu);
	if (READ_ONCE(vcpu->requests) & (BIT(KEEL_REQ_ITS) | BIT(KEEL_REQ_ITS_TRY))) {
		verdict = serve_its(vcpu);
		if (verdict != KEEL_RESUME)
			return verdict;
	}
	if (READ_ONCE(vcpu->requests)) {
		clear_looks(vcpu);
		if (keel_ring_must_leave(vcpu))
			return report_full_ring(vcpu);
	}
	if (READ_ONCE(vcpu->mp_state) != KVM_MP_STATE_RUNNABLE) {
		verdict = wait_until_runnable(vcpu);
		if (verdict != KEEL_RESUME)
			return verdict;
	}
	serve_reset(vcpu);
	serve_pmu(vcpu);
	if (keel_below_is_live(vcpu))
		keel_route_interrupt(vcpu);
	if (vcpu->arch.steal.placed)
		keel_pvtime_update(vcpu);
	return KEEL_RESUME;
}

/*
 * Make the CPU's FP/SIMD registers nobody's, so that EL2 may load the guest's.
 * kernel_neon_begin() saves the current task's state and marks the CPU's
 * registers as owned by no task. That holds until this thread is switched out
 * or returns to user space. Preemption off.
 *
 * A guest that has not asked for them leaves them alone, unless they are in streaming mode: there
 * its SVE instructions would be SME's, which trap to its own EL1.
 */
static void free_fp(struct keel_vcpu *vcpu)
{
	unsigned long switches = current->nvcsw + current->nivcsw;

	if (!vcpu->fp_wanted && !keel_host_streams())
		return;
	if ((vcpu->ctx.flags & KEEL_CTX_FP_FREE) && vcpu->fp_free_at == switches)
		return;
	keel_compat_fpsimd_begin();
	keel_compat_fpsimd_end();
	vcpu->fp_free_at = switches;
	vcpu->ctx.flags |= KEEL_CTX_FP_FREE;
}

/*
 * Decide anew whether WFE traps, after this thread was switched out: only then can others have come
 * to want the CPU. Preemption off.
 */
static void choose_wfe_trap(struct keel_vcpu *vcpu)
{
	unsigned long switches = current->nvcsw + current->nivcsw;

	if (vcpu->switches == switches)
		return;
	vcpu->switches = switches;
	keel_traps_choose_wfe(vcpu);
}

/*
 * What became pending after keel_route_interrupt() looked is virtual EL2's, but what is about to
 * run is below it with list registers of its own: nobody would hear of it. IRQs off.
 */
static __always_inline bool owes_interrupt(struct keel_vcpu *vcpu)
{
	return keel_below_is_live(vcpu) && keel_below_routes_interrupts(vcpu) &&
	       (READ_ONCE(vcpu->ctx.posted) || keel_vgic_pending(vcpu));
}

/* More was stolen since keel_pvtime_update(). Preemption off, or the answer is soon an old one. */
static __always_inline bool owes_stolen(const struct keel_vcpu *vcpu)
{
	return vcpu->arch.steal.placed && current->sched_info.run_delay != vcpu->arch.steal.seen;
}

/* The last check, with mode IN_GUEST and IRQs off: whoever kicks from here on sends an IPI. */
static __always_inline bool must_not_enter(struct keel_vcpu *vcpu)
{
	unsigned long ignore = BIT(KEEL_REQ_RELOAD);

	return (READ_ONCE(vcpu->requests) & ~ignore) || keel_host_work_pending() ||
	       (!vcpu->ctx.gic.present && keel_timer_user_notify(vcpu)) ||
	       READ_ONCE(vcpu->vm->gic.halted) || owes_stolen(vcpu) || owes_interrupt(vcpu);
}

/* Of whom the interrupts are that the guest takes by itself. */
static void flush_gic(struct keel_vcpu *vcpu)
{
	if (keel_below_routes_interrupts(vcpu))
		keel_el1gic_flush(vcpu);
	else
		keel_vgic_flush(vcpu);
}

static void sync_gic(struct keel_vcpu *vcpu)
{
	if (keel_below_routes_interrupts(vcpu))
		keel_el1gic_sync(vcpu);
	else
		keel_vgic_sync(vcpu);
}

/* The guest's run. All of its state that is not resident is in memory afterwards. IRQs off. */
static __always_inline int run_guest(struct keel_vcpu *vcpu)
{
	int code;

	flush_gic(vcpu);
	if (keel_traced(KEEL_EVENT_ENTRY))
		keel_trace_entry(vcpu->ctx.pc);
	keel_exit_stat_enter(vcpu);
	keel_host_guest_enter();
	code = keel_hyp_run(vcpu);
	keel_host_guest_exit();
	sync_gic(vcpu);
	keel_timer_sync(vcpu);
	/*
	 * pairs with the acquire of wait_outside() in vgic/state.c: what list registers and timers
	 * held is in memory
	 */
	smp_store_release(&vcpu->ctx.mode, KEEL_OUTSIDE);
	keel_exit_stat_left(vcpu, code);
	if (!vcpu->arch.debug_quiet)
		keel_debug_sync(vcpu);
	return code;
}

/*
 * The host takes the interrupt that ended the guest's run, as a part of the guest's time. IRQs off.
 */
static void take_interrupts(void)
{
	local_irq_enable();
	isb();	/* Arm ARM D1.13.4: what is pending must be taken after this, not before */
	local_irq_disable();
	keel_host_guest_account();
}

/*
 * An exit for an interrupt that was for nothing else, nor for a timer, of a vCPU that needs nothing
 * more at every exit or entry.
 */
static bool may_stay(const struct keel_vcpu *vcpu)
{
	return !keel_timer_pending(&vcpu->timer) && vcpu->ctx.gic.present &&
	       vcpu->arch.debug_quiet && !keel_nv(vcpu) && !vcpu->kick_owed &&
	       !vcpu->gic.completed && keel_exit_is_interrupt(vcpu);
}

/*
 * Nobody wants the CPU or took it away, or the vCPU's registers out of it, or changed what traps.
 * IRQs off. Kernels with PREEMPT_RT before 6.12 have a second flag for who wants it, which the last
 * look (XFER_TO_GUEST_MODE_WORK) leaves to preempt_enable().
 */
static bool is_undisturbed(const struct keel_vcpu *vcpu)
{
	return !need_resched() && keel_cpu_taken() && keel_hyp_is_loaded(vcpu) &&
	       !READ_ONCE(vcpu->requests);
}

/*
 * An interrupt of the host's has ended the guest's run, and the host has taken it. Can the guest
 * go on, with what is in the CPU? Documentation/exit-flow.rst, "Staying", says why nothing else of
 * what comes before an entry needs to be done. IRQs off since, preemption off all the time. Out of
 * line: other exits do not pay for it.
 */
static noinline bool stay(struct keel_vcpu *vcpu)
{
	if (!may_stay(vcpu))
		return false;
	WRITE_ONCE(vcpu->ctx.mode, KEEL_IN_GUEST);
	/* pairs with the barriers of keel_request() and keel_vcpu_kick() */
	smp_mb();
	if (!is_undisturbed(vcpu) || must_not_enter(vcpu) || !keel_timer_go_on(vcpu)) {
		WRITE_ONCE(vcpu->ctx.mode, KEEL_OUTSIDE);
		return false;
	}
	if (keel_traced(KEEL_EVENT_EXIT))
		keel_trace_exit(KEEL_EXIT_IRQ, vcpu->ctx.esr, vcpu->ctx.pc);
	return true;
}

/*
 * IRQs off around the guest, and on long enough after it that the host takes the interrupt that
 * ended it.
 */
static int enter(struct keel_vcpu *vcpu)
{
	int code;

	do {
		code = run_guest(vcpu);
		take_interrupts();
	} while (code == KEEL_EXIT_IRQ && stay(vcpu));
	local_irq_enable();
	return code;
}

/*
 * Give up the entry that must_not_enter() forbade. As run_once() found it: preemption and IRQs off.
 * Verdict.
 */
static int back_out(struct keel_vcpu *vcpu)
{
	WRITE_ONCE(vcpu->ctx.mode, KEEL_OUTSIDE);
	keel_timer_sync(vcpu);
	keel_debug_sync(vcpu);
	local_irq_enable();
	preempt_enable();
	if (keel_timer_user_notify(vcpu))
		return leave_for_signal(vcpu);
	keel_vgic_wait_resumed(vcpu->vm);
	return KEEL_RESUME;
}

/*
 * Kick the target of an SGI that was queued in place: inside the guest's world it could not be.
 * What it owes itself, the next entry looks for. IRQs may be on: vCPUs live as long as their VM.
 */
static void pay_kick(struct keel_vcpu *vcpu)
{
	struct keel_vcpu *owed = vcpu->kick_owed;

	vcpu->kick_owed = NULL;
	if (owed != vcpu)
		keel_vcpu_kick(owed);
}

/* Not on this CPU. As back_out(). */
static int refuse_cpu(struct keel_vcpu *vcpu)
{
	unsigned int cpu = smp_processor_id();

	local_irq_enable();
	preempt_enable();
	return keel_pmu_refuse(vcpu, cpu);
}

/* One entry and its exit. Verdict. */
static int run_once(struct keel_vcpu *vcpu)
{
	int code, cpu;

	preempt_disable();
	/*
	 * acquire: pairs with the release of -1 in evict() of vhe/resident.c, after the registers
	 */
	cpu = smp_load_acquire(&vcpu->resident_cpu);
	if (cpu >= 0 && cpu != smp_processor_id())
		keel_hyp_put(vcpu);
	free_fp(vcpu);
	choose_wfe_trap(vcpu);

	local_irq_disable();
	if (!keel_cpu_taken() && !keel_cpu_try_wake()) {
		/* the scheduler or the machine's end will move this thread */
		local_irq_enable();
		preempt_enable();
		return KEEL_RESUME;
	}
	if (keel_pmu_on(vcpu) && !keel_pmu_fits(vcpu))
		return refuse_cpu(vcpu);
	keel_mmu_vmid_update(vcpu->s2);
	keel_hyp_load(vcpu);
	keel_timer_flush(vcpu);
	keel_debug_flush(vcpu);
	WRITE_ONCE(vcpu->ctx.mode, KEEL_IN_GUEST);
	/* pairs with the barriers of keel_request() and keel_vcpu_kick() */
	smp_mb();
	if (must_not_enter(vcpu))
		return back_out(vcpu);
	vcpu->last_cpu = smp_processor_id();
	code = enter(vcpu);
	if (keel_traced(KEEL_EVENT_EXIT))
		keel_trace_exit(code, vcpu->ctx.esr, vcpu->ctx.pc);
	if (vcpu->kick_owed)
		pay_kick(vcpu);
	preempt_enable();
	if (keel_below_routes_interrupts(vcpu))
		keel_el1gic_end(vcpu);
	if (vcpu->gic.completed)
		keel_vgic_tell_completed(vcpu);
	return keel_exit_handle(vcpu, code);
}

static int loop(struct keel_vcpu *vcpu)
{
	int verdict = KEEL_RESUME;

	while (verdict == KEEL_RESUME) {
		verdict = prepare(vcpu);
		if (verdict == KEEL_RESUME)
			verdict = run_once(vcpu);
	}
	return verdict;
}

static void set_owner(struct keel_vcpu *vcpu)
{
	struct pid *pid = task_pid(current);

	WRITE_ONCE(vcpu->task, current);
	/* before any mode := IN_GUEST of this thread; pairs with the acquire of keel_vcpu_kick() */
	smp_wmb();
	if (vcpu->pid == pid)
		return;
	put_pid(vcpu->pid);
	vcpu->pid = get_pid(pid);
	if (keel_pmu_on(vcpu))
		keel_pmu_event_renew(vcpu, ~0U);
	WRITE_ONCE(vcpu->tid, task_pid_nr(current));
}

/*
 * The thread's own mask waits in real_blocked, as in sigtimedwait(): a signal in
 * it, which only KVM_SET_SIGNAL_MASK opens, ends KVM_RUN and stays pending. By
 * the look of ->blocked alone the kernel would kill the process at once, or drop
 * the signal where that is its default. Only the thread itself writes the field.
 */
static void open_signals(struct keel_vcpu *vcpu)
{
	if (vcpu->sigset_active)
		sigprocmask(SIG_SETMASK, &vcpu->sigset, &current->real_blocked);
}

static void close_signals(struct keel_vcpu *vcpu)
{
	if (!vcpu->sigset_active)
		return;
	sigprocmask(SIG_SETMASK, &current->real_blocked, NULL);
	sigemptyset(&current->real_blocked);
}

static int run_with_signals(struct keel_vcpu *vcpu)
{
	int ret;

	open_signals(vcpu);
	vcpu->run->exit_reason = KVM_EXIT_UNKNOWN;
	vcpu->run->flags = 0;
	ret = loop(vcpu);
	close_signals(vcpu);
	return ret;
}

/* What user space answered, by the registers of what asked. Verdict. */
static int finish_access(struct keel_vcpu *vcpu)
{
	bool more;

	if (keel_nv(vcpu))
		keel_nested_show(vcpu);
	keel_debug_step_begin(vcpu);
	more = keel_mmio_complete(vcpu) == KEEL_USER || keel_debug_step_done(vcpu);
	if (keel_below_is_live(vcpu))
		keel_nested_park(vcpu);
	return more ? KEEL_USER : KEEL_RESUME;
}

/* With the registers of what runs in their places. */
static int run_settled(struct keel_vcpu *vcpu)
{
	int ret;

	if (keel_immediate_exit(vcpu->run))
		return -EINTR;

	set_owner(vcpu);
	vcpu->fp_wanted = false;
	vcpu->ctx.flags &= ~KEEL_CTX_FP_FREE;
	ret = run_with_signals(vcpu);
	keel_timer_user_update(vcpu);
	WRITE_ONCE(vcpu->task, NULL);
	keel_host_back();
	if (keel_traced(KEEL_EVENT_USER))
		keel_trace_user(READ_ONCE(vcpu->run->exit_reason), ret);
	return ret;
}

int keel_vcpu_run(struct keel_vcpu *vcpu)
{
	int ret;

	if (!vcpu->initialised)
		return -ENOEXEC;
	if (!vcpu->has_run) {
		ret = keel_reset_first_run(vcpu);
		if (ret)
			return ret;
	}
	/* a CPU that was turned off and on again does not go on with what it was at */
	if (vcpu->mmio_pending)
		serve_reset(vcpu);
	/* an instruction ends before anything else is taken */
	if (vcpu->mmio_pending && finish_access(vcpu) == KEEL_USER)
		return KEEL_USER;
	keel_nested_settle(vcpu);
	ret = run_settled(vcpu);
	if (keel_below_is_live(vcpu))
		keel_nested_park(vcpu);
	return ret;
}
