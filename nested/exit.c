// SPDX-License-Identifier: GPL-2.0-only
/* What virtual EL2 does that traps, but for exception returns: calls, registers, maintenance of its TLB. */
#include <linux/bitfield.h>
#include <asm/ptrace.h>
#include "../arch/arch.h"
#include "../arch/idlimits.h"
#include "../arch/sysreg.h"
#include "../hyp/hyp.h"
#include "../vhe/tlb.h"
#include "at.h"
#include "below.h"
#include "nested.h"
#include "nv.h"
#include "table.h"
#include "tlbi.h"

#define ISAR0_TLB	GENMASK_ULL(59, 56)
#define ISAR1_XS	GENMASK_ULL(59, 56)

static u64 idreg(const struct keel_vcpu *vcpu, unsigned int crm, unsigned int op2)
{
	return vcpu->ctx.idregs[KEEL_IDLIMITS_IDX(crm, op2)];
}

/* PC is behind it already. */
int keel_nested_hvc(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	vcpu->stat.hvc++;
	keel_inject_sync(vcpu, lower_32_bits(exit->esr));
	return KEEL_RESUME;
}

static bool tlbi(struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t, u64 operand)
{
	unsigned int tlb = FIELD_GET(ISAR0_TLB, idreg(vcpu, 6, 0));
	bool xs = FIELD_GET(ISAR1_XS, idreg(vcpu, 6, 1));

	switch (keel_tlbi_decode(t->crn, t->crm, t->op2, tlb, xs)) {
	case KEEL_TLBI_NONE:
		return false;
	case KEEL_TLBI_EL2_ALL:
	case KEEL_TLBI_BELOW:	/* under the same VMID; there is no stage 2 but keel's */
		keel_vhe_tlb_flush_stage1(&vcpu->s2->hw);
		break;
	case KEEL_TLBI_EL2_VA:
		keel_vhe_tlb_flush_va(&vcpu->s2->hw, operand);
		break;
	}
	return true;
}

static enum keel_sysreg_answer instruction(struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t, u64 *val)
{
	if (t->op1 != 4 || !t->write)
		return KEEL_SYSREG_UNDEFINED;
	if (t->crn == 7)
		return keel_nested_at(vcpu, t->crm, t->op2, val);
	return tlbi(vcpu, t, *val) ? KEEL_SYSREG_DONE : KEEL_SYSREG_UNDEFINED;
}

static enum keel_sysreg_answer access(struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t, u64 *val)
{
	const struct keel_sysreg *r = keel_nested_find(sys_reg(t->op0, t->op1, t->crn, t->crm, t->op2));

	if (!r || !(r->modes & (t->write ? KEEL_SYSREG_W : KEEL_SYSREG_R)))
		return KEEL_SYSREG_UNDEFINED;
	return r->access(vcpu, r, t->write, val) ? KEEL_SYSREG_DONE : KEEL_SYSREG_UNDEFINED;
}

enum keel_sysreg_answer keel_nested_trap(struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t, u64 *val)
{
	if (!keel_nv(vcpu) || keel_below_is_live(vcpu) || (vcpu->ctx.pstate & PSR_MODE_MASK) == PSR_MODE_EL0t)
		return KEEL_SYSREG_UNDEFINED;
	return t->op0 == 1 ? instruction(vcpu, t, val) : access(vcpu, t, val);
}
