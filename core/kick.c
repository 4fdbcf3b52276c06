// SPDX-License-Identifier: GPL-2.0-only
/* Making a vCPU look: any context may. Its own side is in core/run.c and core/block.c. */
#include <linux/sched/signal.h>
#include "kick.h"
#include "vcpus.h"

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

void keel_vcpu_request_others(const struct keel_vcpu *vcpu, enum keel_request r)
{
	struct keel_vcpu *other;
	unsigned int i;

	keel_for_each_vcpu(i, other, vcpu->vm)
		if (other != vcpu)
			keel_vcpu_request(other, r);
}
