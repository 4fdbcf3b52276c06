// SPDX-License-Identifier: GPL-2.0-only
/* Whom a GICv2's interrupts go to. */
#include "../../core/vcpus.h"
#include "../hw.h"
#include "../vgic.h"
#include "targets.h"

u8 keel_v2_targets_bit(const struct keel_vcpu *vcpu)
{
	return vcpu->id < KEEL_GIC2_VCPUS ? BIT(vcpu->id) : 0;
}

/* Those that have a vCPU. */
static u8 that_exist(struct keel_vm *vm, u8 targets)
{
	unsigned int id;

	for (id = 0; id < KEEL_GIC2_VCPUS; id++)
		if (!keel_vm_vcpu_by_id(vm, id))
			targets &= ~BIT(id);
	return targets;
}

/*
 * To several at once the first of them gets it (IHI 0048B, 3.2.3 lets that be chosen); to none, the
 * first vCPU.
 */
void keel_v2_targets_changed(struct keel_vm *vm, struct keel_irq *irq)
{
	lockdep_assert_held(&irq->lock);
	irq->s.targets = that_exist(vm, irq->s.targets);
	irq->target = irq->s.targets ? keel_vm_vcpu_by_id(vm, __ffs(irq->s.targets))
				     : keel_vm_vcpu(vm, 0);
}
