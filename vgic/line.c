// SPDX-License-Identifier: GPL-2.0-only
/* The inputs of the interrupt controller: lines that devices and timers drive. */
#include <linux/errno.h>
#include "../core/objects.h"
#include "../core/trace.h"
#include "vgic.h"

int keel_vgic_set_line(struct keel_vm *vm, struct keel_vcpu *vcpu, u32 intid, bool level)
{
	struct keel_irq *irq = keel_vgic_irq(vm, vcpu, intid);
	unsigned long flags;

	if (!irq)
		return -EINVAL;
	/* nothing new; two that drive one line at the same time are in no order anyway */
	if (READ_ONCE(irq->s.line) == level && (!level || READ_ONCE(irq->s.level)))
		return 0;
	if (keel_traced(KEEL_EVENT_PENDING))
		keel_trace_pending(vcpu ? (long)vcpu->id : -1, intid, level);
	raw_spin_lock_irqsave(&irq->lock, flags);
	keel_irq_set_line(&irq->s, level);
	keel_vgic_queue_unlock(vm, irq, flags);
	return 0;
}

void keel_vgic_pulse(struct keel_vm *vm, u32 intid)
{
	struct keel_irq *irq = keel_vgic_irq(vm, NULL, intid);
	unsigned long flags;

	if (!irq)
		return;
	raw_spin_lock_irqsave(&irq->lock, flags);
	irq->s.latch = true;
	keel_vgic_queue_unlock(vm, irq, flags);
}

int keel_vgic_own(struct keel_vm *vm, struct keel_vcpu *vcpu, u32 intid)
{
	struct keel_irq *irq = keel_vgic_irq(vm, vcpu, intid);
	unsigned long flags;

	if (!irq)
		return -EINVAL;
	raw_spin_lock_irqsave(&irq->lock, flags);
	WRITE_ONCE(irq->owned, true);
	raw_spin_unlock_irqrestore(&irq->lock, flags);
	return 0;
}

bool keel_vgic_is_owned(struct keel_vm *vm, struct keel_vcpu *vcpu, u32 intid)
{
	const struct keel_irq *irq = keel_vgic_irq(vm, vcpu, intid);

	return irq && READ_ONCE(irq->owned);
}

int keel_vgic_user_line(struct keel_vm *vm, struct keel_vcpu *vcpu, u32 intid, bool level)
{
	return keel_vgic_is_owned(vm, vcpu, intid) ? 0 : keel_vgic_set_line(vm, vcpu, intid, level);
}

int keel_vgic_map_hw(struct keel_vcpu *vcpu, u32 intid, u32 host_intid,
		     bool (*get_line)(struct keel_vcpu *))
{
	struct keel_irq *irq = keel_vgic_irq(vcpu->vm, vcpu, intid);
	unsigned long flags;

	if (!irq || intid >= KEEL_NR_PRIVATE)
		return -EINVAL;
	raw_spin_lock_irqsave(&irq->lock, flags);
	irq->s.hw = true;
	irq->s.hwintid = host_intid;
	irq->get_line = get_line;
	WRITE_ONCE(irq->owned, true);
	raw_spin_unlock_irqrestore(&irq->lock, flags);
	return 0;
}

void keel_vgic_reset_timer(struct keel_vcpu *vcpu, u32 intid)
{
	struct keel_irq *irq = keel_vgic_irq(vcpu->vm, vcpu, intid);
	unsigned long flags;

	/* before it ran the state is what user space set */
	if (!irq || !vcpu->has_run)
		return;
	raw_spin_lock_irqsave(&irq->lock, flags);
	irq->s.active = irq->s.latch = irq->s.line = false;
	keel_vgic_queue_unlock(vcpu->vm, irq, flags);
}
