// SPDX-License-Identifier: GPL-2.0-only
/*
 * Software-generated interrupts: from ICC_SGI1R_EL1 and its kin or GICD_SGIR
 * to the vCPUs that they name.
 */
#include <linux/bitfield.h>
#include <linux/log2.h>
#include <linux/nospec.h>
#include <asm/sysreg.h>
#include "../core/vcpus.h"
#include "vgic.h"

/* ICC_SGI1R_EL1 and its kin (IHI 0069, 12.2.21) */
#define SGI_TARGETS	GENMASK_ULL(15, 0)
#define SGI_AFF1	GENMASK_ULL(23, 16)
#define SGI_INTID	GENMASK_ULL(27, 24)
#define SGI_AFF2	GENMASK_ULL(39, 32)
#define SGI_IRM		BIT_ULL(40)
#define SGI_RS		GENMASK_ULL(47, 44)
#define SGI_AFF3	GENMASK_ULL(55, 48)

/* ICC_SGI0R and ICC_ASGI1R reach only what is in Group 0 (IHI 0069, table 4-4, one security state). */
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

void keel_vgic_send_sgi2(struct keel_vcpu *from, struct keel_vcpu *to, u32 intid)
{
	struct keel_irq *irq = &to->gic.irq[array_index_nospec(intid, KEEL_NR_SGIS)];
	unsigned long flags;

	raw_spin_lock_irqsave(&irq->lock, flags);
	keel_irq_add_senders(&irq->s, BIT(from->idx));
	keel_vgic_queue_unlock(to->vm, irq, flags);
}

static u64 affinity(const struct keel_vcpu *vcpu)
{
	return READ_ONCE(vcpu->ctx.sys[KEEL_MPIDR_EL1]) & MPIDR_HWID_BITMASK;
}

/* Unless user space gave out other affinities, they tell the vCPU's id (arch/sysreg.c). */
static struct keel_vcpu *find_target(struct keel_vm *vm, u64 aff)
{
	unsigned int id = (aff & 0xf) | (aff >> 8 & 0xff) << 4 | (aff >> 16 & 0xff) << 12;
	struct keel_vcpu *vcpu = keel_vm_vcpu_by_id(vm, id);

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
	u32 intid = FIELD_GET(SGI_INTID, val);
	unsigned long targets = FIELD_GET(SGI_TARGETS, val);
	u64 cluster = FIELD_GET(SGI_AFF3, val) << 32 | FIELD_GET(SGI_AFF2, val) << 16 |
		      FIELD_GET(SGI_AFF1, val) << 8 | FIELD_GET(SGI_RS, val) << 4;
	struct keel_vcpu *to;
	unsigned int bit;

	if (!keel_vgic_irq(vcpu->vm, vcpu, intid))
		return;
	if (val & SGI_IRM) {
		sgi_to_others(vcpu, intid, group1);
		return;
	}
	for_each_set_bit(bit, &targets, 16) {
		to = find_target(vcpu->vm, cluster | bit);
		if (to)
			make_sgi(to, intid, group1);
	}
}

/* To one vCPU and not the sender, whose own list registers would have to change. */
bool keel_vgic_try_sgi(struct keel_vcpu *vcpu, u64 val, bool group1)
{
	unsigned long targets = FIELD_GET(SGI_TARGETS, val);
	u64 cluster = FIELD_GET(SGI_AFF3, val) << 32 | FIELD_GET(SGI_AFF2, val) << 16 |
		      FIELD_GET(SGI_AFF1, val) << 8 | FIELD_GET(SGI_RS, val) << 4;
	struct keel_vcpu *to;
	bool tell;

	if ((val & SGI_IRM) || !is_power_of_2(targets))
		return false;
	to = find_target(vcpu->vm, cluster | __ffs(targets));
	if (!to || to == vcpu || !smp_load_acquire(&vcpu->vm->gic.initialised))
		return false;
	if (!keel_vgic_try_latch(&to->gic.irq[FIELD_GET(SGI_INTID, val)], group1, &tell))
		return false;
	/* pairs with the barriers before a sleeping or entering vCPU looks at its list */
	smp_mb();
	if (tell && (READ_ONCE(to->ctx.mode) == KEEL_IN_GUEST || rcuwait_active(&to->wait)))
		vcpu->kick_owed = to;
	return true;
}
