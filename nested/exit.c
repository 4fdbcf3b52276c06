// SPDX-License-Identifier: GPL-2.0-only
/*
 * What virtual EL2 does that traps, but for exception returns: calls, registers, maintenance of its
 * TLB.
 */
#include <asm/ptrace.h>
#include "../arch/arch.h"
#include "../arch/idfields.h"
#include "../arch/sysreg.h"
#include "../hyp/hyp.h"
#include "../mmu/shadow.h"
#include "../vhe/tlb.h"
#include "at.h"
#include "below.h"
#include "inplace.h"
#include "nested.h"
#include "nv.h"
#include "table.h"
#include "tlbi.h"
#include "walk2.h"

#define MOST_BITS	48	/* of a guest's address */

/* PC is behind it already. */
int keel_nested_hvc(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	vcpu->stat.hvc++;
	keel_inject_sync(vcpu, lower_32_bits(exit->esr));
	return KEEL_RESUME;
}

/* What an invalidation of stage 1 is about. */
struct stage1 {
	enum keel_tlbi what;
	u64 operand;
};

static void flush_one(const struct keel_s2 *s2, void *arg)
{
	const struct stage1 *s = arg;

	keel_vhe_tlb_flush_el1(s2, s->what, s->operand);
}

/*
 * With HCR_EL2.TGE it is virtual EL2's own; without, that of the current VMID, whose guests are in
 * shadows or, without a stage 2, under the VMID of virtual EL2.
 */
static void flush_el1(struct keel_vcpu *vcpu, struct stage1 s)
{
	flush_one(&vcpu->s2->hw, &s);
	if (!(keel_nv_hcr(vcpu->nv) & KEEL_HCR_TGE))
		keel_shadow_for_each(vcpu->vm, keel_nv_vmid(vcpu->nv), flush_one, &s);
}

/*
 * Stage 2, with what the TLB has combined from it. Of stage 1 without it there is nothing to be
 * lost but by those about a whole VMID.
 */
static void unmap(struct keel_vcpu *vcpu, int vmid, struct keel_tlbi_span span)
{
	struct stage1 all = { KEEL_TLBI_VMALL, 0 };

	keel_shadow_unmap(vcpu->vm, vmid, span.first, span.last);
	if (span.last != ~0ULL)
		return;
	flush_one(&vcpu->s2->hw, &all);
	keel_shadow_for_each(vcpu->vm, vmid, flush_one, &all);
}

/* Of the tables, as a walk takes it. None: what a walk finds there is nothing. */
static unsigned int granule(const struct keel_vcpu *vcpu)
{
	struct keel_walk2 w = { .vtcr = keel_nv_read(vcpu->nv, KEEL_PAGE_VTCR_EL2) };

	keel_walk2_features(&w, vcpu->ctx.idregs[KEEL_IDX_AA64MMFR0],
			    vcpu->ctx.idregs[KEEL_IDX_AA64MMFR1]);
	return keel_walk2_granule(&w) ?: PAGE_SHIFT;
}

static bool tlbi(struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t, u64 operand)
{
	enum keel_tlbi what = keel_nested_tlbi(vcpu, t);

	switch (what) {
	case KEEL_TLBI_NONE:
		return false;
	case KEEL_TLBI_EL2_ALL:
		keel_vhe_tlb_flush_el1(&vcpu->s2->hw, KEEL_TLBI_VMALL, 0);
		break;
	case KEEL_TLBI_EL2_VA:
		keel_vhe_tlb_flush_el1(&vcpu->s2->hw, KEEL_TLBI_VA, operand);
		break;
	case KEEL_TLBI_ALLE1:
		unmap(vcpu, KEEL_SHADOW_ALL, (struct keel_tlbi_span){ .last = ~0ULL });
		break;
	case KEEL_TLBI_VMALLS12:
		unmap(vcpu, keel_nv_vmid(vcpu->nv), (struct keel_tlbi_span){ .last = ~0ULL });
		break;
	case KEEL_TLBI_IPA:
		unmap(vcpu, keel_nv_vmid(vcpu->nv),
		      keel_tlbi_ipa(operand, granule(vcpu), MOST_BITS,
				    KEEL_IDFIELD(vcpu->ctx.idregs, AA64MMFR2, TTL)));
		break;
	case KEEL_TLBI_IPA_RANGE:
		unmap(vcpu, keel_nv_vmid(vcpu->nv), keel_tlbi_ipa_range(operand, MOST_BITS));
		break;
	case KEEL_TLBI_VMALL:
	case KEEL_TLBI_VA:
	case KEEL_TLBI_VAA:
	case KEEL_TLBI_ASID:
		flush_el1(vcpu, (struct stage1){ what, operand });
	}
	return true;
}

static enum keel_sysreg_answer instruction(struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t,
					   u64 *val)
{
	if ((t->op1 && t->op1 != 4) || !t->write)
		return KEEL_SYSREG_UNDEFINED;
	if (t->crn == 7)
		return keel_nested_at(vcpu, t, val);
	return tlbi(vcpu, t, *val) ? KEEL_SYSREG_DONE : KEEL_SYSREG_UNDEFINED;
}

static enum keel_sysreg_answer access(struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t,
				      u64 *val)
{
	const struct keel_sysreg *r =
		keel_nested_find(sys_reg(t->op0, t->op1, t->crn, t->crm, t->op2));

	if (!r || !(r->modes & (t->write ? KEEL_SYSREG_W : KEEL_SYSREG_R)))
		return KEEL_SYSREG_UNDEFINED;
	return r->access(vcpu, r, t->write, val) ? KEEL_SYSREG_DONE : KEEL_SYSREG_UNDEFINED;
}

enum keel_sysreg_answer keel_nested_trap(struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t,
					 u64 *val)
{
	if (!keel_nv(vcpu) || keel_below_is_live(vcpu) ||
	    (vcpu->ctx.pstate & PSR_MODE_MASK) == PSR_MODE_EL0t)
		return KEEL_SYSREG_UNDEFINED;
	return t->op0 == 1 ? instruction(vcpu, t, val) : access(vcpu, t, val);
}
