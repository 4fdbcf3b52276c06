// SPDX-License-Identifier: GPL-2.0-only
/* Software-generated interrupts: from ICC_SGI1R_EL1 and its kin to the vCPUs that they name. */
#include <linux/bitfield.h>
#include <asm/sysreg.h>
#include "../../core/vcpus.h"
#include "../../hyp/affinity.h"
#include "../vgic.h"

/*
 * ICC_SGI0R and ICC_ASGI1R reach only what is in Group 0 (IHI 0069, table 4-4, one security state).
 */
static void make_sgi(struct keel_vcpu *to, u32 intid, bool group1)
{
	struct keel_irq *irq = &to->gic.irq[intid];
	unsigned long flags;

	raw_spin_lock_irqsave(&irq->lock, flags);
	if (irq->s.group1 && !group1) {
		raw_spin_unlock_irqrestore(&irq->lock, flags);
		return;
	}
	irq->s.latch = true;
	keel_vgic_queue_unlock(to->vm, irq, flags);
}

static u64 affinity(const struct keel_vcpu *vcpu)
{
	return READ_ONCE(vcpu->ctx.sys[KEEL_MPIDR_EL1]) & MPIDR_HWID_BITMASK;
}

static struct keel_vcpu *find_target(struct keel_vm *vm, u64 aff)
{
	struct keel_vcpu *vcpu = keel_vm_vcpu_by_id(vm, keel_affinity_to_id(aff));

	if (vcpu && affinity(vcpu) == aff)
		return vcpu;
	return keel_vm_vcpu_by_mpidr(vm, aff);
}

static void sgi_to_others(struct keel_vcpu *from, u32 intid, bool group1)
{
	struct keel_vcpu *vcpu;
	unsigned int i;

	keel_for_each_vcpu(i, vcpu, from->vm)
		if (vcpu != from)
			make_sgi(vcpu, intid, group1);
}

void keel_vgic_send_sgi(struct keel_vcpu *vcpu, u64 val, bool group1)
{
	u32 intid = FIELD_GET(KEEL_SGI_INTID, val);
	unsigned long targets = FIELD_GET(KEEL_SGI_TARGETS, val);
	struct keel_vcpu *to;
	unsigned int bit;

	if (!keel_vgic_irq(vcpu->vm, vcpu, intid))
		return;
	if (val & KEEL_SGI_IRM) {
		sgi_to_others(vcpu, intid, group1);
		return;
	}
	for_each_set_bit(bit, &targets, 16) {
		to = find_target(vcpu->vm, keel_sgi_cluster(val) | bit);
		if (to)
			make_sgi(to, intid, group1);
	}
}

/* To one vCPU and not the sender, whose own list registers would have to change. */
bool keel_vgic_try_sgi(struct keel_vcpu *vcpu, u64 val, bool group1)
{
	struct keel_vcpu *to;
	u64 affinity;
	bool tell;

	if (!keel_sgi_is_single(val, &affinity))
		return false;
	to = find_target(vcpu->vm, affinity);
	if (!to || to == vcpu || !smp_load_acquire(&vcpu->vm->gic.initialised))
		return false;
	if (!keel_vgic_try_latch(&to->gic.irq[FIELD_GET(KEEL_SGI_INTID, val)], group1, &tell))
		return false;
	/* pairs with the barriers before a sleeping or entering vCPU looks at its list */
	smp_mb();
	if (tell && (READ_ONCE(to->ctx.mode) == KEEL_IN_GUEST || rcuwait_active(&to->wait)))
		vcpu->kick_owed = to;
	return true;
}
