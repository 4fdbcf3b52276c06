// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VM's interrupts as data: what they are after reset, which one a number
 * means, whose they are, and how all vCPUs are kept outside the guest while
 * somebody looks at them or changes them.
 */
#include <linux/nospec.h>
#include <linux/sched.h>
#include "../core/kick.h"
#include "../core/vcpus.h"
#include "../nested/below.h"
#include "hw.h"
#include "vgic.h"

/* As after reset; what is IMPLEMENTATION DEFINED is as in KVM: Group 1, SGIs on, PPIs level-sensitive. */
void keel_vgic_irq_init(struct keel_irq *irq, struct keel_vcpu *vcpu, u32 intid)
{
	*irq = (struct keel_irq) {
		.s = {
			.intid = intid,
			.group1 = true,
			.enabled = intid < KEEL_NR_SGIS,
			.level = intid >= KEEL_NR_SGIS && intid < KEEL_NR_PRIVATE,
		},
		.target = vcpu,
	};
	raw_spin_lock_init(&irq->lock);
	INIT_LIST_HEAD(&irq->entry);
}

u8 keel_vgic_bit2(const struct keel_vcpu *vcpu)
{
	return vcpu->id < KEEL_GIC2_VCPUS ? BIT(vcpu->id) : 0;
}

void keel_vgic_vcpu_init_model(struct keel_vcpu *vcpu)
{
	bool v2 = vcpu->vm->gic.v2;
	unsigned int i;

	vcpu->gic.lrs = vcpu->vm->gic.soft ? KEEL_NR_LRS : keel_gic_hw.lrs;
	for (i = 0; i < KEEL_NR_PRIVATE; i++) {
		struct keel_irq_state *s = &vcpu->gic.irq[i].s;

		s->group1 = !v2;
		s->by_sender = v2 && i < KEEL_NR_SGIS;
		s->targets = v2 ? keel_vgic_bit2(vcpu) : 0;
	}
}

struct keel_irq *keel_vgic_irq(struct keel_vm *vm, struct keel_vcpu *vcpu, u32 intid)
{
	/* pairs with the release when spi[] stands */
	if (!smp_load_acquire(&vm->gic.initialised))
		return NULL;
	if (intid < KEEL_NR_PRIVATE)
		return vcpu ? &vcpu->gic.irq[array_index_nospec(intid, KEEL_NR_PRIVATE)] : NULL;
	intid -= KEEL_NR_PRIVATE;
	if (intid >= vm->gic.nr_spis)
		return NULL;
	return &vm->gic.spi[array_index_nospec(intid, vm->gic.nr_spis)];
}

u32 keel_vgic_vmcr(struct keel_vcpu *vcpu)
{
	/* what is below virtual EL2 may have the CPU's interface */
	if (keel_below_routes_interrupts(vcpu))
		return vcpu->nv->gic.vmcr;
	return vcpu->vm->gic.v2 ? vcpu->ctx.gic.vmcr : keel_hyp_gic_vmcr(vcpu);
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

/* To several at once the first of them gets it (IHI 0048B, 3.2.3 lets that be chosen); to none, the first vCPU. */
void keel_vgic_retarget2(struct keel_vm *vm, struct keel_irq *irq)
{
	lockdep_assert_held(&irq->lock);
	irq->s.targets = that_exist(vm, irq->s.targets);
	irq->target = irq->s.targets ? keel_vm_vcpu_by_id(vm, __ffs(irq->s.targets)) : keel_vm_vcpu(vm, 0);
}

/*
 * mode leaves IN_GUEST, with release, after the list registers were read back: soon, since from one to the
 * other that vCPU's thread is in a CPU, with preemption off.
 * A vCPU that is about to enter has set it and sees halted, or is seen here.
 */
static void wait_outside(struct keel_vcpu *vcpu)
{
	if (READ_ONCE(vcpu->ctx.mode) != KEEL_IN_GUEST)
		return;
	keel_vcpu_kick(vcpu);
	while (smp_load_acquire(&vcpu->ctx.mode) == KEEL_IN_GUEST)
		cond_resched();
}

/* Sleepable; the caller's own vCPU, if any, is outside. */
void keel_vgic_halt_guest(struct keel_vm *vm)
{
	struct keel_vcpu *vcpu;
	unsigned int i;

	mutex_lock(&vm->gic.halt_lock);
	WRITE_ONCE(vm->gic.halted, true);
	/* pairs with the one between mode := IN_GUEST and the last check in core/run.c */
	smp_mb();
	keel_for_each_vcpu(i, vcpu, vm)
		wait_outside(vcpu);
}

void keel_vgic_resume_guest(struct keel_vm *vm)
{
	smp_store_release(&vm->gic.halted, false);
	wake_up_all(&vm->gic.halt_wq);
	mutex_unlock(&vm->gic.halt_lock);
}

void keel_vgic_wait_resumed(struct keel_vm *vm)
{
	wait_event(vm->gic.halt_wq, !smp_load_acquire(&vm->gic.halted));
}
