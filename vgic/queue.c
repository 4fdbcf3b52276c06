// SPDX-License-Identifier: GPL-2.0-only
/*
 * Per-vCPU lists of pending and active interrupts: who is on which. A vCPU's list is
 * one for each rank (rank.h), so that with IRQs off nothing takes longer for
 * how many interrupts there are, which is up to the guest.
 *
 * While in_lr is set the vCPU's list register has the interrupt's true state
 * and the interrupt stays where it is. Everything else moves at once, also
 * away from a vCPU that does not run.
 */
#include <linux/preempt.h>
#include <linux/sched.h>
#include "../core/kick.h"
#include "cpuif.h"
#include "queue.h"

void (*keel_vgic_notify_eoi)(struct keel_vm *vm, u32 intid);

/* Whose list the interrupt belongs on. irq->lock. */
static struct keel_vcpu *owner(const struct keel_irq *irq)
{
	if (irq->s.active)
		return irq->vcpu ?: irq->target;
	return keel_irq_wanted(&irq->s) ? irq->target : NULL;
}

/* vcpu NULL: none. IRQs off. */
static void lock_list(struct keel_vcpu *vcpu, unsigned int nesting)
	__acquires(list)
{
	if (vcpu)
		raw_spin_lock_nested(&vcpu->gic.lock, nesting);
	else
		__acquire(list);
}

static void unlock_list(struct keel_vcpu *vcpu)
	__releases(list)
{
	if (vcpu)
		raw_spin_unlock(&vcpu->gic.lock);
	else
		__release(list);
}

/* On the right list of the right vCPU, or on none if to is NULL. irq->lock. */
static bool is_placed(const struct keel_irq *irq, const struct keel_vcpu *to)
{
	return irq->vcpu == to && (!to || irq->rank == keel_rank(&irq->s));
}

/*
 * irq->lock held, and dropped meanwhile; then the interrupt may have changed and false is returned.
 */
static bool try_move(struct keel_irq *irq, struct keel_vcpu *from, struct keel_vcpu *to)
{
	bool from_first = from && to && from->idx < to->idx, same;
	struct keel_vcpu *other = from == to ? NULL : from;	/* within one list: its lock once */

	raw_spin_unlock(&irq->lock);
	lock_list(from_first ? other : to, 0);
	lock_list(from_first ? to : other, SINGLE_DEPTH_NESTING);
	raw_spin_lock(&irq->lock);
	same = irq->vcpu == from && !irq->in_lr && owner(irq) == to;
	if (same)
		keel_queue_move(irq, to);
	unlock_list(to);
	unlock_list(other);
	return same;
}

/*
 * A vCPU's own thread looks at the list before its next entry, which has to
 * come first if it is serving an exit in place. An interrupt handler may have
 * found it asleep.
 */
static void kick(struct keel_vcpu *vcpu)
{
	if (!in_task() || READ_ONCE(vcpu->task) != current)
		keel_vcpu_kick(vcpu);
	/* an earlier owed kick stays: it makes the guest exit anyway */
	else if (vcpu->ctx.mode == KEEL_IN_GUEST && !vcpu->kick_owed)
		vcpu->kick_owed = vcpu;
}

void keel_vgic_queue_unlock(struct keel_vm *vm, struct keel_irq *irq, unsigned long flags)
	__releases(&irq->lock)
{
	struct keel_vcpu *to, *tell;

	do {
		to = owner(irq);
	} while (!irq->in_lr && !is_placed(irq, to) && !try_move(irq, irq->vcpu, to));

	tell = keel_irq_wanted(&irq->s) ? irq->vcpu : NULL;
	raw_spin_unlock_irqrestore(&irq->lock, flags);
	if (tell)
		kick(tell);
}

/*
 * trylock: any order will do. Private interrupts are on their own vCPU's list or
 * on none, and one that is listed stays where it is for being latched.
 */
static bool try_enlist(struct keel_irq *irq)
{
	struct keel_vcpu *to = owner(irq);

	if (irq->in_lr || irq->vcpu == to)
		return true;
	if (irq->vcpu || !raw_spin_trylock(&to->gic.lock))
		return false;
	keel_queue_move(irq, to);
	raw_spin_unlock(&to->gic.lock);
	return true;
}

bool keel_vgic_try_latch(struct keel_irq *irq, bool group1, bool *tell)
{
	bool latch, ok = true;

	*tell = false;
	if (!raw_spin_trylock(&irq->lock))
		return false;
	latch = irq->s.latch;
	if (group1 || !irq->s.group1) {
		irq->s.latch = true;
		ok = try_enlist(irq);
		*tell = ok && irq->vcpu && keel_irq_wanted(&irq->s);
	}
	if (!ok)
		irq->s.latch = latch;
	raw_spin_unlock(&irq->lock);
	return ok;
}

bool keel_queue_deactivate(struct keel_vm *vm, struct keel_irq *irq, bool *completed)
{
	unsigned long flags;

	*completed = false;
	raw_spin_lock_irqsave(&irq->lock, flags);
	if (irq->in_lr) {
		raw_spin_unlock_irqrestore(&irq->lock, flags);
		return false;
	}
	*completed = keel_irq_deactivate(&irq->s);
	keel_vgic_queue_unlock(vm, irq, flags);
	return true;
}

bool keel_vgic_deactivate(struct keel_vm *vm, struct keel_irq *irq)
{
	bool completed, done = keel_queue_deactivate(vm, irq, &completed);

	if (completed && keel_queue_awaited(vm, irq->s.intid))
		keel_vgic_notify_eoi(vm, irq->s.intid);
	return done;
}

static void collect_one(struct keel_vcpu *vcpu, unsigned int intid)
{
	struct keel_irq *irq = &vcpu->gic.irq[intid];
	unsigned long flags;

	raw_spin_lock_irqsave(&irq->lock, flags);
	/* under the lock: to whoever holds it, it is here or there */
	if (test_and_clear_bit(intid, &vcpu->ctx.posted))
		irq->s.latch = true;
	keel_vgic_queue_unlock(vcpu->vm, irq, flags);
}

void keel_vgic_collect(struct keel_vcpu *vcpu)
{
	unsigned long posted = READ_ONCE(vcpu->ctx.posted);
	unsigned int intid;

	for_each_set_bit(intid, &posted, KEEL_NR_SGIS)
		collect_one(vcpu, intid);
}

/*
 * Would the CPU interface signal any? The running priority is not asked, but of virtual EL2 for
 * what is below. The vCPU's own thread; it is not in the guest, and may be about to sleep.
 */
bool keel_vgic_pending(struct keel_vcpu *vcpu)
{
	struct keel_gic_cpu *g = &vcpu->gic;
	unsigned long flags;
	bool found;
	u32 vmcr;

	if (!READ_ONCE(g->nr_listed))
		return false;
	vmcr = keel_vgic_vmcr(vcpu);
	raw_spin_lock_irqsave(&g->lock, flags);
	found = keel_rank_signals(&g->ranks,
				  keel_cpuif_groups(vmcr) & READ_ONCE(vcpu->vm->gic.ctlr),
				  keel_cpuif_bound(vcpu, vmcr));
	raw_spin_unlock_irqrestore(&g->lock, flags);
	return found;
}
