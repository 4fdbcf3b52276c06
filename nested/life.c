// SPDX-License-Identifier: GPL-2.0-only
/* Virtual EL2 of a host, a VM and a vCPU: whether there is one, its memory, its reset. */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/kasan.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>
#include "../arch/idfields.h"
#include "../arch/sysreg.h"
#include "../arch/traps.h"
#include "../core/log.h"
#include "../hyp/mode.h"
#include "../mmu/shadow.h"
#include "../timer/timer.h"
#include "../vgic/vgic.h"
#include "nested.h"
#include "nv.h"
#include "table.h"

#define SCTLR_EL1_RESET	0x00c50078	/* as in arch/sysreg.c */

static bool offered;

static bool nested;
module_param(nested, bool, 0444);
MODULE_PARM_DESC(nested, "guests may have EL2 (needs VHE, FEAT_NV2, FEAT_ECV, FEAT_S2FWB and a GICv3): 0 or 1, default 0");

/*
 * FEAT_S2FWB is older: with it nobody has to clean what the guests of guests have written.
 * FEAT_ECV: what is below does not find the virtual timer that is virtual EL2's.
 */
static bool __init host_can(void)
{
	u64 mmfr0 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1);
	u64 mmfr2 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR2_EL1);

	return !static_branch_unlikely(&keel_mode_nvhe) && keel_vgic_has_sysregs() &&
	       KEEL_IDFIELD_OF(mmfr2, AA64MMFR2, NV) >= 2 &&
	       KEEL_IDFIELD_OF(mmfr2, AA64MMFR2, FWB) && KEEL_IDFIELD_OF(mmfr0, AA64MMFR0, ECV);
}

static bool __init table_is_valid(void)
{
	unsigned int nr;
	const struct keel_sysreg *table = keel_nested_table(&nr);

	return keel_sysreg_table_valid(table, nr, KEEL_PAGE_SIZE);
}

void __init keel_nested_module_init(void)
{
	if (!nested)
		return;
	if (!table_is_valid())
		keel_err("no EL2 for guests: the table of its registers is not in order");
	else if (!host_can())
		keel_info(
			"no EL2 for guests: it takes VHE, CPUs with FEAT_NV2, FEAT_ECV and FEAT_S2FWB, and a GICv3");
	else
		offered = true;
	if (offered)
		static_branch_enable(&keel_nested_on);
}

bool keel_nested_offered(void)
{
	return offered;
}

static bool wanted(const struct keel_vcpu *vcpu)
{
	return vcpu->arch.features & BIT(KVM_ARM_VCPU_HAS_EL2);
}

int keel_nested_vcpu_init(struct keel_vcpu *vcpu)
{
	struct keel_nv *nv;

	if (vcpu->nv || !wanted(vcpu))
		return 0;
	nv = kzalloc(sizeof(*nv), GFP_KERNEL_ACCOUNT);
	if (!nv)
		return -ENOMEM;
	/* the CPU's own accesses to it know no tags */
	nv->page = kasan_reset_tag((u64 *)get_zeroed_page(GFP_KERNEL_ACCOUNT));
	if (!nv->page || keel_shadow_add(vcpu->vm)) {
		free_page((unsigned long)nv->page);
		kfree(nv);
		return -ENOMEM;
	}
	nv->vmid = -1;
	vcpu->nv = nv;
	return 0;
}

void keel_nested_vcpu_destroy(struct keel_vcpu *vcpu)
{
	if (!vcpu->nv)
		return;
	free_page((unsigned long)vcpu->nv->page);
	kfree(vcpu->nv);
}

void keel_nested_reset(struct keel_vcpu *vcpu)
{
	struct keel_nv *nv = keel_nv(vcpu);

	if (!nv)
		return;
	memset(nv->page, 0, KEEL_PAGE_SIZE);
	memset(nv->own, 0, sizeof(nv->own));
	nv->el1 = nv->live = false;
	keel_traps_change_context(vcpu);
	keel_nested_reset_table(vcpu);
	keel_nv_write(nv, KEEL_PAGE_SCTLR_EL1, SCTLR_EL1_RESET);
	keel_nv_write(nv, KEEL_PAGE_VPIDR_EL2, vcpu->vm->arch.midr);
	keel_nv_write(nv, KEEL_PAGE_VMPIDR_EL2, vcpu->ctx.sys[KEEL_MPIDR_EL1]);
	nv->mdcr_written = false;
	keel_vgic_reset_timer(vcpu, vcpu->vm->timer.page_ppi[KEEL_TIMER_VIRT]);
	keel_vgic_reset_timer(vcpu, vcpu->vm->timer.page_ppi[KEEL_TIMER_PHYS]);
	keel_vgic_reset_timer(vcpu, vcpu->vm->gic.maint_ppi);
}

void keel_nested_claim(struct keel_vm *vm)
{
	keel_timer_claim_el2(vm);
}

/*
 * Every one of them is a line of keel's own, and drives one interrupt, none of which is the PMU's.
 */
static int own_lines(struct keel_vcpu *vcpu, const u8 *ppi, unsigned int n)
{
	unsigned int i, j;
	int err = 0;

	for (i = 0; i < n; i++) {
		if (ppi[i] == vcpu->arch.pmu.irq)
			return -EINVAL;
		for (j = 0; j < i; j++)
			if (ppi[i] == ppi[j])
				return -EINVAL;
	}
	for (i = 0; i < n && !err; i++)
		err = keel_vgic_own(vcpu->vm, vcpu, ppi[i]);
	return err;
}

int keel_nested_first_run(struct keel_vcpu *vcpu)
{
	const struct keel_vm *vm = vcpu->vm;
	const struct keel_timer_vm *t = &vm->timer;
	u8 ppi[] = { vm->gic.maint_ppi, t->page_ppi[KEEL_TIMER_VIRT], t->page_ppi[KEEL_TIMER_PHYS],
		     t->ppi[KEEL_TIMER_VIRT], t->ppi[KEEL_TIMER_PHYS] };

	if (!keel_nv(vcpu))
		return 0;
	if (!vcpu->ctx.gic.in_cpu)
		return -EINVAL;
	return own_lines(vcpu, ppi, ARRAY_SIZE(ppi));
}
