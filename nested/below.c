// SPDX-License-Identifier: GPL-2.0-only
/* The registers of what runs below virtual EL2. */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <asm/kvm_arm.h>
#include <asm/pgtable-hwdef.h>
#include "../arch/traps.h"
#include "../core/errata.h"
#include "../hyp/hyp.h"
#include "../vgic/hw.h"
#include "below.h"

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
	nv->live = !nv->live;
	keel_traps_change_context(vcpu);
}

void keel_below_show(struct keel_vcpu *vcpu)
{
	vcpu->nv->el1 = true;
	exchange(vcpu);
}

bool keel_below_resume(struct keel_vcpu *vcpu)
{
	struct keel_nv *nv = vcpu->nv;

	if (keel_nv_hcr(nv) & (HCR_VM | HCR_TGE))
		return false;
	/* EL0 is of it, too */
	nv->el1 = true;
	exchange(vcpu);
	return true;
}

void keel_below_leave(struct keel_vcpu *vcpu)
{
	if (keel_below_is_live(vcpu))
		exchange(vcpu);
}

bool keel_below_routes_aborts(const struct keel_vcpu *vcpu)
{
	return keel_below_is_live(vcpu) && (keel_nv_hcr(vcpu->nv) & HCR_TEA_BIT);
}

bool keel_below_routes_interrupts(const struct keel_vcpu *vcpu)
{
	return keel_below_is_live(vcpu) && (keel_nv_hcr(vcpu->nv) & HCR_IMO);
}

void keel_below_mute(struct keel_vcpu *vcpu)
{
	if (keel_below_routes_interrupts(vcpu))
		vcpu->ctx.gic.hcr &= ~(u32)KEEL_ICH_EN;
}
