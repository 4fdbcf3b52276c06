// SPDX-License-Identifier: GPL-2.0-only
/* Two contexts in one vCPU: virtual EL2 with EL0 under it, and what is below them. */
#include <asm/kvm_arm.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>
#include "../arch/idfields.h"
#include "../hyp/hyp.h"
#include "context.h"
#include "forward.h"
#include "nv.h"
#include "pstate.h"

static bool has_fgt(const struct keel_vcpu *vcpu)
{
	return KEEL_IDFIELD(vcpu->ctx.idregs, AA64MMFR0, FGT);
}

static bool is_el0(u64 pstate)
{
	return (pstate & PSR_MODE_MASK) == PSR_MODE_EL0t;
}

bool keel_context_is_below(const struct keel_vcpu *vcpu)
{
	const struct keel_nv *nv = keel_nv(vcpu);

	return nv && !nv->live &&
	       (nv->el1 || (is_el0(vcpu->ctx.pstate) && !(keel_nv_hcr(nv) & KEEL_HCR_TGE)));
}

u64 keel_context_origin(const struct keel_vcpu *vcpu)
{
	u64 pstate = vcpu->ctx.pstate;

	return keel_context_is_below(vcpu) ? (pstate & ~(u64)PSR_MODE_MASK) | PSR_MODE_EL0t
					   : pstate;
}

u64 keel_context_spsr(const struct keel_vcpu *vcpu, u64 pstate)
{
	const struct keel_nv *nv = keel_nv(vcpu);

	return nv && !nv->el1 ? keel_pstate_from_cpu(pstate) : pstate;
}

void keel_context_entered(struct keel_vcpu *vcpu)
{
	struct keel_nv *nv = keel_nv(vcpu);

	if (nv && !nv->live)
		nv->el1 = false;
}

u64 keel_context_sctlr(struct keel_vcpu *vcpu)
{
	const struct keel_nv *nv = vcpu->nv;

	return nv->live ? keel_nv_read(nv, KEEL_PAGE_SCTLR_EL1)
			: keel_sr_read(vcpu, KEEL_SCTLR_EL1);
}

/* While what is below runs it is split between memory and the page. */
u64 keel_context_cptr(const struct keel_vcpu *vcpu)
{
	const struct keel_nv *nv = vcpu->nv;
	u64 in_cpu =
		nv->live ? keel_nv_read(nv, KEEL_PAGE_CPACR_EL1) : vcpu->ctx.sys[KEEL_CPACR_EL1];

	return (nv->own[KEEL_OWN_CPTR_EL2] & ~KEEL_CPTR_IN_CPU) | (in_cpu & KEEL_CPTR_IN_CPU);
}

/* Without pointer authentication there is no APK, nor the keys. */
static u64 turned_hcr(const struct keel_vcpu *vcpu)
{
	u64 val = keel_nv_hcr(vcpu->nv) ^ KEEL_FORWARD_HCR_TURNED;

	return vcpu->arch.features & BIT(KVM_ARM_VCPU_PTRAUTH_ADDRESS)
		       ? val
		       : val & ~KEEL_FORWARD_HCR_TURNED;
}

void keel_context_controls(const struct keel_vcpu *vcpu, u64 ctl[])
{
	static const unsigned int fgt[KEEL_NR_FGT] = {
		KEEL_PAGE_HFGRTR_EL2,  KEEL_PAGE_HFGWTR_EL2,  KEEL_PAGE_HFGITR_EL2,
		KEEL_PAGE_HDFGRTR_EL2, KEEL_PAGE_HDFGWTR_EL2, KEEL_PAGE_HAFGRTR_EL2,
	};
	const struct keel_nv *nv = vcpu->nv;
	unsigned int i;

	ctl[KEEL_FORWARD_HCR] = turned_hcr(vcpu);
	ctl[KEEL_FORWARD_HCRX] = keel_nv_read(nv, KEEL_PAGE_HCRX_EL2);
	ctl[KEEL_FORWARD_MDCR] = nv->own[KEEL_OWN_MDCR_EL2];
	/* counts as the traps of the registers, too */
	if (ctl[KEEL_FORWARD_MDCR] & MDCR_EL2_TDE)
		ctl[KEEL_FORWARD_MDCR] |= MDCR_EL2_TDA | MDCR_EL2_TDRA | MDCR_EL2_TDOSA;
	ctl[KEEL_FORWARD_CPTR] = keel_context_cptr(vcpu);
	ctl[KEEL_FORWARD_CNTHCTL] = nv->own[KEEL_OWN_CNTHCTL_EL2] ^ KEEL_FORWARD_CNTHCTL_TURNED;
	ctl[KEEL_FORWARD_ICH] = keel_nv_read(nv, KEEL_PAGE_ICH_HCR_EL2);
	for (i = 0; i < KEEL_NR_FGT; i++)
		ctl[KEEL_FORWARD_FGT + i] = has_fgt(vcpu) ? keel_nv_read(nv, fgt[i]) : 0;
}

void keel_context_set_pstate(struct keel_vcpu *vcpu, u64 pstate)
{
	struct keel_nv *nv = keel_nv(vcpu);

	if (nv) {
		nv->el1 = keel_pstate_is_el1(pstate);
		pstate = keel_pstate_to_cpu(pstate);
	}
	vcpu->ctx.pstate = pstate;
}

bool keel_context_el1_read(const struct keel_vcpu *vcpu, u32 sysreg, u64 *val)
{
	const struct keel_nv *nv = keel_nv(vcpu);
	unsigned int offset = nv ? keel_page_el1(sysreg) : 0;

	if (offset)
		*val = keel_nv_read(nv, offset);
	else if (nv && sysreg == SYS_CNTKCTL_EL1)
		*val = nv->own[KEEL_OWN_CNTKCTL_EL12];
	else
		return false;
	return true;
}

bool keel_context_el1_write(struct keel_vcpu *vcpu, u32 sysreg, u64 val)
{
	struct keel_nv *nv = keel_nv(vcpu);
	unsigned int offset = nv ? keel_page_el1(sysreg) : 0;

	if (offset)
		keel_nv_write(nv, offset, val);
	else if (nv && sysreg == SYS_CNTKCTL_EL1)
		nv->own[KEEL_OWN_CNTKCTL_EL12] = val;
	else
		return false;
	return true;
}
