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

/*
 * As after reset; what is IMPLEMENTATION DEFINED is as in KVM: Group 1, SGIs on, PPIs
 * level-sensitive.
 */
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
	return vcpu->ctx.gic.in_cpu ? keel_hyp_gic_vmcr(vcpu) : vcpu->ctx.gic.vmcr;
}

/*
 * mode leaves IN_GUEST, with release, after the list registers were read back: soon, since from one
 * to the other that vCPU's thread is in a CPU, with preemption off. A vCPU that is about to enter
 * has set it and sees halted, or is seen here.
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
