// SPDX-License-Identifier: GPL-2.0-only
/* The registers of what runs below virtual EL2. */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <asm/kvm_arm.h>
#include <asm/pgtable-hwdef.h>
#include "../arch/traps.h"
#include "../core/errata.h"
#include "../hyp/hyp.h"
#include "../mmu/shadow.h"
#include "../vhe/tlb.h"
#include "below.h"
#include "el1gic.h"
#include "merge.h"
#include "tlbi.h"

#define HCR_TEA_BIT	BIT_ULL(37)

/* Where each of virtual EL2's registers is while it does not run, and EL1's while that does not. */
static const struct {
	s16 reg, at;
} switched[] = {
#define SWITCHED(name)	{ KEEL_##name, KEEL_PAGE_##name }
	SWITCHED(SCTLR_EL1), SWITCHED(CPACR_EL1), SWITCHED(TCR_EL1), SWITCHED(TTBR0_EL1), SWITCHED(TTBR1_EL1),
	SWITCHED(ESR_EL1), SWITCHED(AFSR0_EL1), SWITCHED(AFSR1_EL1), SWITCHED(FAR_EL1), SWITCHED(MAIR_EL1),
	SWITCHED(AMAIR_EL1), SWITCHED(VBAR_EL1), SWITCHED(CONTEXTIDR_EL1), SWITCHED(ELR_EL1), SWITCHED(SPSR_EL1),
	SWITCHED(SP_EL1), SWITCHED(ZCR_EL1),
};

/*
 * Without a stage 2 of the guest's EL1 is under the VMID of virtual EL2, whatever the guest's is:
 * what it left under another one, on any CPU, is not this one's.
 */
static void change_vmid(struct keel_vcpu *vcpu)
{
	struct keel_nv *nv = vcpu->nv;
	int vmid = keel_nv_vmid(nv);

	if (nv->vmid >= 0 && nv->vmid != vmid)
		keel_vhe_tlb_flush_el1(&vcpu->s2->hw, KEEL_TLBI_VMALL, 0);
	nv->vmid = vmid;
}

/* False: there are none. */
static bool take_tables(struct keel_vcpu *vcpu, u64 hcr)
{
	struct keel_nv *nv = vcpu->nv;

	if (!(hcr & (HCR_VM | HCR_DC))) {
		change_vmid(vcpu);
		return true;
	}
	nv->shadow =
		keel_shadow_get(vcpu->vm, keel_nv_vttbr(nv), keel_nv_read(nv, KEEL_PAGE_VTCR_EL2));
	return nv->shadow;
}

static void give_tables(struct keel_vcpu *vcpu)
{
	struct keel_nv *nv = vcpu->nv;

	if (nv->shadow)
		keel_shadow_put(vcpu->vm, nv->shadow);
	nv->shadow = NULL;
}

/* Not resident: the next entry loads all of it, and what traps. */
static void exchange(struct keel_vcpu *vcpu)
{
	struct keel_nv *nv = vcpu->nv;
	u64 *sys = vcpu->ctx.sys, val;
	unsigned int i;

	keel_hyp_put(vcpu);
	for (i = 0; i < ARRAY_SIZE(switched); i++) {
		val = keel_nv_read(nv, switched[i].at);
		keel_nv_write(nv, switched[i].at, sys[switched[i].reg]);
		sys[switched[i].reg] = val;
	}
	if (keel_errata_has(TCR))
		sys[KEEL_TCR_EL1] &= ~(u64)(TCR_HA | TCR_HD);	/* as keel_sysreg_vm() */
	swap(sys[KEEL_CNTKCTL_EL1], nv->own[KEEL_OWN_CNTKCTL_EL12]);
	if (nv->gic.on)
		keel_el1gic_exchange(vcpu, !nv->live);
	nv->live = !nv->live;
	vcpu->s2 = nv->live && nv->shadow ? nv->shadow : &vcpu->vm->mmu.s2;
	keel_traps_change_context(vcpu);
}

void keel_below_show(struct keel_vcpu *vcpu)
{
	struct keel_nv *nv = vcpu->nv;

	nv->el1 = true;
	nv->gic.on = false;	/* nothing runs */
	exchange(vcpu);
}

bool keel_below_resume(struct keel_vcpu *vcpu)
{
	struct keel_nv *nv = vcpu->nv;
	u64 hcr = keel_nv_hcr(nv);

	if (hcr & HCR_TGE || !take_tables(vcpu, hcr))
		return false;
	/* EL0 is of it, too */
	nv->el1 = true;
	nv->gic.on = hcr & HCR_IMO;
	exchange(vcpu);
	return true;
}

void keel_below_leave(struct keel_vcpu *vcpu)
{
	if (!keel_below_is_live(vcpu))
		return;
	exchange(vcpu);
	give_tables(vcpu);
}

bool keel_below_has_interrupt(const struct keel_vcpu *vcpu)
{
	return keel_merge_lines(keel_nv_hcr(vcpu->nv)) || keel_el1gic_pending(vcpu);
}

bool keel_below_routes_aborts(const struct keel_vcpu *vcpu)
{
	return keel_below_is_live(vcpu) && (keel_nv_hcr(vcpu->nv) & HCR_TEA_BIT);
}
