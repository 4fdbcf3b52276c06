// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vCPU's PMU: its life, its overflow interrupt, and what is done before an
 * entry. Registers are in pmu_trap.c and pmu_user.c, events in pmu_event.c, the
 * rules in pmu_logic.c.
 */
#include <linux/bitmap.h>
#include <linux/bitops.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../core/compat.h"
#include "../core/kick.h"
#include "../nested/nv.h"
#include "../vgic/vgic.h"
#include "idfields.h"
#include "idreg.h"
#include "pmu.h"
#include "pmu_host.h"

bool keel_pmu_supported(void)
{
	return keel_pmu_host_any();
}

void keel_pmu_vm_destroy(struct keel_vm *vm)
{
	bitmap_free(vm->arch.pmu.filter);
}

void keel_pmu_vcpu_init(struct keel_vcpu *vcpu)
{
	struct keel_pmu_vcpu *pmu = &vcpu->arch.pmu;
	unsigned int i;

	for (i = 0; i < KEEL_PMU_NR; i++)
		pmu->slot[i].vcpu = vcpu;
	init_irq_work(&pmu->work, keel_pmu_event_work);
}

void keel_pmu_vcpu_destroy(struct keel_vcpu *vcpu)
{
	if (!vcpu->arch.pmu.on)
		return;
	keel_pmu_event_release_all(vcpu);
	irq_work_sync(&vcpu->arch.pmu.work);
	static_branch_dec(&keel_pmu_used);
}

int keel_pmu_choose(struct keel_vm *vm)
{
	const struct keel_pmu_host *host;

	lockdep_assert_held(&vm->config_lock);
	if (vm->arch.pmu.host)
		return 0;
	host = keel_pmu_host_of_cpu(raw_smp_processor_id());
	if (!host)
		return -ENODEV;
	vm->arch.pmu.host = host;
	WRITE_ONCE(vm->arch.pmu.n, host->n);
	return 0;
}

void keel_pmu_turn_on(struct keel_vcpu *vcpu)
{
	if (vcpu->arch.pmu.on)
		return;
	static_branch_inc(&keel_pmu_used);
	vcpu->arch.pmu.on = true;
}

/* The VM's identity of the registers follows when they are used. */
void keel_pmu_reset(struct keel_vcpu *vcpu)
{
	struct keel_pmu_vcpu *pmu = &vcpu->arch.pmu;

	if (!pmu->on)
		return;
	keel_pmu_event_release_all(vcpu);
	memset(&pmu->regs, 0, sizeof(pmu->regs));
	pmu->regs.pmcr = keel_pmu_pmcr_kept(0, !keel_idreg_host_aa32());
	WRITE_ONCE(pmu->raised, 0);
	keel_request(vcpu, KEEL_REQ_PMU);
}

/* With a GIC in the kernel an interrupt of it, without one none. */
static bool irq_suits(const struct keel_vm *vm, u32 irq)
{
	if (!vm->gic.present)
		return !irq;
	if (irq < KEEL_NR_SGIS || irq == vm->timer.ppi[KEEL_TIMER_VIRT] ||
	    irq == vm->timer.ppi[KEEL_TIMER_PHYS])
		return false;
	return irq < KEEL_NR_PRIVATE + vm->gic.nr_spis;
}

int keel_pmu_first_run(struct keel_vcpu *vcpu)
{
	const struct keel_pmu_vcpu *pmu = &vcpu->arch.pmu;

	lockdep_assert_held(&vcpu->vm->config_lock);
	if (!pmu->on)
		return 0;
	return pmu->created && irq_suits(vcpu->vm, pmu->irq) ? 0 : -EINVAL;
}

static void note_overflows(struct keel_pmu_vcpu *pmu)
{
	unsigned long raised = READ_ONCE(pmu->raised) ? xchg(&pmu->raised, 0) : 0;
	unsigned int i;

	for_each_set_bit(i, &raised, KEEL_PMU_NR)
		keel_pmu_overflow(&pmu->regs, i);
}

struct keel_pmu_regs *keel_pmu_regs(struct keel_vcpu *vcpu)
{
	struct keel_pmu_vcpu *pmu = &vcpu->arch.pmu;
	u64 pfr0 = READ_ONCE(vcpu->vm->arch.idregs[KEEL_IDX_AA64PFR0]);
	u64 dfr0 = READ_ONCE(vcpu->vm->arch.idregs[KEEL_IDX_AA64DFR0]);

	pmu->regs.n = READ_ONCE(vcpu->vm->arch.pmu.n);
	pmu->regs.at_el2 = keel_nv(vcpu);
	pmu->regs.version = KEEL_IDFIELD_OF(dfr0, AA64DFR0, PMUVer);
	pmu->regs.el2 = KEEL_IDFIELD_OF(pfr0, AA64PFR0, EL2);
	pmu->regs.el3 = KEEL_IDFIELD_OF(pfr0, AA64PFR0, EL3);
	note_overflows(pmu);
	return &pmu->regs;
}

static void set_line(struct keel_vcpu *vcpu, bool level)
{
	u32 irq = vcpu->arch.pmu.irq;

	vcpu->arch.pmu.line = level;
	if (vcpu->ctx.gic.present)
		keel_vgic_set_line(vcpu->vm, irq < KEEL_NR_PRIVATE ? vcpu : NULL, irq, level);
}

void keel_pmu_serve(struct keel_vcpu *vcpu)
{
	struct keel_pmu_regs *r = keel_pmu_regs(vcpu);

	keel_pmu_event_apply(vcpu);
	set_line(vcpu, keel_pmu_level(r));
}

bool keel_pmu_fits(const struct keel_vcpu *vcpu)
{
	const struct keel_pmu_vm *pmu = &vcpu->vm->arch.pmu;

	return !pmu->pinned || cpumask_test_cpu(smp_processor_id(), pmu->host->cpus);
}

int keel_pmu_refuse(struct keel_vcpu *vcpu, unsigned int cpu)
{
	struct kvm_run *run = vcpu->run;

	run->exit_reason = KVM_EXIT_FAIL_ENTRY;
	run->fail_entry.hardware_entry_failure_reason = KVM_EXIT_FAIL_ENTRY_CPU_UNSUPPORTED;
	run->fail_entry.cpu = cpu;
	return KEEL_USER;
}
