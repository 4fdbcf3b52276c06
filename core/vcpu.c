// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vCPU object: creation, kicking, requests, blocking. KVM_RUN is in
 * core/run.c, the other ioctls in core/vcpu_ioctl.c.
 */
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "../arch/arch.h"
#include "vcpu.h"
#include "vcpu_ioctl.h"

/* Before sleeping in WFI a vCPU polls for an event, at most this long. */
static unsigned int halt_poll_ns = 500000;
module_param(halt_poll_ns, uint, 0644);
MODULE_PARM_DESC(halt_poll_ns, "longest poll of a vCPU in WFI before it sleeps, ns (0: none)");

#define HALT_POLL_START_NS	10000

static struct keel_vcpu *alloc(struct keel_vm *vm, unsigned int id)
{
	/* in the linear map: EL2 under nVHE goes by physical addresses */
	struct keel_vcpu *vcpu = alloc_pages_exact(sizeof(*vcpu), GFP_KERNEL_ACCOUNT | __GFP_ZERO);

	if (!vcpu)
		return NULL;
	vcpu->run = (struct kvm_run *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!vcpu->run)
		goto err_free;
	vcpu->ctx.self = keel_hyp_share(&vcpu->ctx, PAGE_ALIGN(sizeof(vcpu->ctx)));
	if (!vcpu->ctx.self)
		goto err_run;
	vcpu->vm = vm;
	vcpu->id = id;
	vcpu->idx = vm->nr_vcpus;
	vcpu->resident_cpu = -1;
	vcpu->last_cpu = -1;
	vcpu->mp_state = KVM_MP_STATE_RUNNABLE;
	mutex_init(&vcpu->mutex);
	spin_lock_init(&vcpu->power_lock);
	rcuwait_init(&vcpu->wait);
	keel_timer_vcpu_init(vcpu);
	keel_vgic_vcpu_init(vcpu);
	/* what user space restored when there was no vCPU is for the first to come */
	keel_request(vcpu, KEEL_REQ_ITS);
	return vcpu;

err_run:
	free_page((unsigned long)vcpu->run);
err_free:
	free_pages_exact(vcpu, sizeof(*vcpu));
	return NULL;
}

void keel_vcpu_evict(struct keel_vcpu *vcpu)
{
	keel_hyp_put(vcpu);
}

void keel_vcpu_destroy(struct keel_vcpu *vcpu)
{
	keel_timer_vcpu_destroy(vcpu);
	keel_mmu_vcpu_destroy(vcpu);
	put_pid(vcpu->pid);
	free_page((unsigned long)vcpu->run);
	keel_hyp_unshare(&vcpu->ctx, PAGE_ALIGN(sizeof(vcpu->ctx)));
	free_pages_exact(vcpu, sizeof(*vcpu));
}

static int check_create(struct keel_vm *vm, unsigned long id)
{
	int err;

	if (id >= keel_vgic_max_vcpus() || vm->nr_vcpus >= keel_vgic_max_vcpus())
		return -EINVAL;
	mutex_lock(&vm->config_lock);
	err = keel_place_check_create(vm);
	mutex_unlock(&vm->config_lock);
	if (err)
		return err;
	return vm->vcpu_by_id[id] ? -EEXIST : 0;
}

/* Asked again under the lock: a GICv2 may have initialised itself meanwhile, for the vCPUs that were there. */
static int open_placed(struct keel_vcpu *vcpu)
{
	struct keel_vm *vm = vcpu->vm;
	int ret;

	mutex_lock(&vm->config_lock);
	ret = keel_place_check_create(vm) ?: keel_vcpu_open_fd(vcpu);
	if (ret >= 0) {
		keel_vm_publish_vcpu(vm, vcpu);
		keel_place_assign(vm);
	}
	mutex_unlock(&vm->config_lock);
	return ret;
}

/*
 * From the moment that the fd is there another thread may use it. Its ioctls wait
 * for the mutex until the VM knows the vCPU.
 */
static int open_and_publish(struct keel_vcpu *vcpu)
{
	int fd;

	mutex_lock(&vcpu->mutex);
	fd = open_placed(vcpu);
	mutex_unlock(&vcpu->mutex);
	return fd;
}

int keel_vcpu_create(struct keel_vm *vm, unsigned long id)
{
	struct keel_vcpu *vcpu;
	int err;

	mutex_lock(&vm->lock);
	err = check_create(vm, id);
	if (err)
		goto out;
	err = -ENOMEM;
	vcpu = alloc(vm, id);
	if (!vcpu)
		goto out;
	/* The MPIDR stands before the first lookup by affinity. */
	keel_sysreg_reset(vcpu);

	keel_vm_get(vm);
	err = open_and_publish(vcpu);
	if (err < 0) {
		keel_vcpu_destroy(vcpu);
		mutex_unlock(&vm->lock);
		keel_vm_put(vm);
		return err;
	}
out:
	mutex_unlock(&vm->lock);
	return err;
}

void keel_vcpu_kick(struct keel_vcpu *vcpu)
{
	struct task_struct *task;

	rcuwait_wake_up(&vcpu->wait);
	/* pairs with the smp_mb() between mode := IN_GUEST and the last check in core/run.c */
	smp_mb();
	/* acquire: pairs with set_owner() in core/run.c, whose task this mode belongs to */
	if (smp_load_acquire(&vcpu->ctx.mode) != KEEL_IN_GUEST)
		return;
	rcu_read_lock();
	task = READ_ONCE(vcpu->task);
	/* a reschedule IPI to the CPU that the thread runs on: the guest leaves */
	if (task)
		kick_process(task);
	rcu_read_unlock();
}

void keel_vcpu_request(struct keel_vcpu *vcpu, enum keel_request r)
{
	keel_request(vcpu, r);
	keel_vcpu_kick(vcpu);
}

bool keel_vcpu_has_event(struct keel_vcpu *vcpu)
{
	bool timer = keel_timer_pending(vcpu);

	if (vcpu->ctx.gic.present)
		timer = keel_vgic_pending(vcpu);
	return timer || READ_ONCE(vcpu->ctx.lines);
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
	return state != KVM_MP_STATE_STOPPED && keel_vcpu_has_event(vcpu);
}

static bool poll(struct keel_vcpu *vcpu, u64 window)
{
	u64 end = ktime_get_ns() + window;

	vcpu->stat.halt_attempted_poll++;
	do {
		if (must_wake(vcpu))
			return true;
		cpu_relax();
	} while (!need_resched() && ktime_get_ns() < end);
	return false;
}

static void sleep(struct keel_vcpu *vcpu)
{
	vcpu->stat.blocking = 1;
	keel_timer_block(vcpu);
	/* before must_wake() looks for SGIs that were posted, with set_current_state()'s barrier in between */
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
		vcpu->halt_poll_ns = min(max_t(u64, vcpu->halt_poll_ns * 2, HALT_POLL_START_NS), limit);
	else
		vcpu->halt_poll_ns = 0;
}

void keel_vcpu_block(struct keel_vcpu *vcpu)
{
	u64 start = ktime_get_ns(), window = min(vcpu->halt_poll_ns, max_window(vcpu)), mid;

	/* a stopped vCPU may sleep for hours */
	if (READ_ONCE(vcpu->mp_state) == KVM_MP_STATE_STOPPED)
		window = 0;
	if (window && poll(vcpu, window)) {
		vcpu->stat.halt_successful_poll++;
		vcpu->stat.halt_poll_success_ns += ktime_get_ns() - start;
		return;
	}
	mid = ktime_get_ns();
	vcpu->stat.halt_poll_fail_ns += mid - start;
	if (!must_wake(vcpu))
		sleep(vcpu);
	vcpu->stat.halt_wait_ns += ktime_get_ns() - mid;
	vcpu->stat.halt_wakeup++;
	adapt_window(vcpu, ktime_get_ns() - start);
}
