// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest hypervisor's way from one run of its guest to the next is a dozen traps: registers of
 * virtual EL2 that are memory, returns from its interrupts, invalidations of its own TLB; and its
 * guest's tick is as many, of timers that have no hardware. None of them needs the host's world.
 */
#include <asm/ptrace.h>
#include <asm/sysreg.h>
#include "../arch/exit.h"
#include "../arch/idfields.h"
#include "../arch/mdscr.h"
#include "../arch/sysreg.h"
#include "../core/compat.h"
#include "../hyp/entry.h"
#include "../hyp/hyp.h"
#include "../timer/timer.h"
#include "../vhe/tlb.h"
#include "el1timer.h"
#include "forward.h"
#include "inplace.h"
#include "nv.h"
#include "pstate.h"
#include "table.h"

#define ISS_ERETA	BIT(1)		/* with authentication of the address */

static u64 operand(const struct keel_ctx *ctx, const struct keel_sysreg_trap *t)
{
	return t->write && t->rt < 31 ? ctx->x[t->rt] : 0;
}

static void answer(struct keel_ctx *ctx, const struct keel_sysreg_trap *t, u64 val)
{
	if (!t->write && t->rt < 31)
		ctx->x[t->rt] = val;
	keel_hyp_skip(ctx);
}

/* EL0's counts and timers, of EL1 or of virtual EL2. */
static bool is_timer(const struct keel_sysreg_trap *t)
{
	if (t->op0 != 3 || t->op1 != 3 || t->crn != 14)
		return false;
	if (!t->crm)	/* CNTPCT, CNTVCT, and in order */
		return (t->op2 & 3) == 1 || (t->op2 & 3) == 2;
	return (t->crm == 2 || t->crm == 3) && t->op2 < 3;
}

/*
 * Registers of what is in no CPU, and MDSCR_EL1, which is in this one; of timers and counts, which
 * trap where they have an offset, what is read.
 */
static bool access(struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t, u64 *val)
{
	u32 enc = sys_reg(t->op0, t->op1, t->crn, t->crm, t->op2);
	const struct keel_sysreg *r;

	if (enc == SYS_MDSCR_EL1)
		return keel_sysreg_debug_try_mdscr(vcpu, t->write, val);
	if (is_timer(t))
		return !t->write && keel_timer_sysreg(vcpu, enc, false, val);
	/*
	 * whether what is enabled comes at virtual EL2 is looked at before an entry (arch/debug.c)
	 */
	if (enc == SYS_MDCR_EL2 && t->write && vcpu->arch.guest_mdscr & KEEL_MDSCR_KDE)
		return false;
	r = keel_nested_find(enc);
	return r && (r->modes & (t->write ? KEEL_SYSREG_W : KEEL_SYSREG_R)) &&
	       keel_nested_is_memory(r) && r->access(vcpu, r, t->write, val);
}

enum keel_tlbi keel_nested_tlbi(const struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t)
{
	unsigned int tlb = KEEL_IDFIELD(vcpu->ctx.idregs, AA64ISAR0, TLB);
	bool xs = KEEL_IDFIELD(vcpu->ctx.idregs, AA64ISAR1, XS);

	if ((t->op1 && t->op1 != 4) || !t->write)
		return KEEL_TLBI_NONE;
	return t->op1 ? keel_tlbi_decode(t->crn, t->crm, t->op2, tlb, xs) :
			keel_tlbi_decode_el1(t->crn, t->crm, t->op2, tlb, xs);
}

/* Its own, under the VMID that is in the CPU. */
static bool invalidate(struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t, u64 val)
{
	enum keel_tlbi what = keel_nested_tlbi(vcpu, t);

	switch (what) {
	case KEEL_TLBI_EL2_ALL:
		what = KEEL_TLBI_VMALL;
		break;
	case KEEL_TLBI_EL2_VA:
		what = KEEL_TLBI_VA;
		break;
	case KEEL_TLBI_VMALL:
	case KEEL_TLBI_VA:
	case KEEL_TLBI_VAA:
	case KEEL_TLBI_ASID:
		if (!(keel_nv_hcr(vcpu->nv) & KEEL_HCR_TGE))
			return false;
		break;
	default:
		return false;
	}
	keel_vhe_tlb_flush_here(what, val);
	return true;
}

enum keel_inplace keel_nested_inplace_sysreg(struct keel_vcpu *vcpu)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	const struct keel_exit exit = keel_exit_decode(ctx->esr, 0, 0);
	const struct keel_sysreg_trap *t = &exit.sysreg;
	u64 val = operand(ctx, t);

	if ((ctx->pstate & PSR_MODE_MASK) == PSR_MODE_EL0t)
		return KEEL_INPLACE_NO;
	keel_nv_set_e2h(vcpu->nv);
	if (!(t->op0 == 1 ? invalidate(vcpu, t, val) : access(vcpu, t, &val)))
		return KEEL_INPLACE_NO;
	answer(ctx, t, val);
	return KEEL_INPLACE_DONE;
}

/*
 * Nobody steps it: PSTATE.SS is the guest's. Nor does it debug its own level: SS is what it returns
 * with, and MDSCR_EL1 in the CPU is right for where it goes (arch/debug.c).
 */
enum keel_inplace keel_nested_inplace_eret(struct keel_vcpu *vcpu)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	enum keel_eret_to to;
	u64 spsr;

	keel_nv_set_e2h(vcpu->nv);
	if (ctx->esr & ISS_ERETA || vcpu->arch.guest_debug ||
	    vcpu->arch.guest_mdscr & KEEL_MDSCR_KDE)
		return KEEL_INPLACE_NO;
	spsr = keel_sr_read(vcpu, KEEL_SPSR_EL1);
	to = keel_pstate_eret(spsr, keel_nv_hcr(vcpu->nv) & KEEL_HCR_TGE);
	if (to == KEEL_ERET_BELOW)
		return KEEL_INPLACE_NO;
	ctx->pc = keel_sr_read(vcpu, KEEL_ELR_EL1);
	ctx->pstate = keel_pstate_after_eret(ctx->pstate, spsr, to);
	return KEEL_INPLACE_DONE;
}

static bool forwards_timer(const struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t)
{
	return keel_forward_timer(vcpu->nv->own[KEEL_OWN_CNTHCTL_EL2] ^ KEEL_FORWARD_CNTHCTL_TURNED,
				  t->crm, t->op2);
}

/*
 * The line, and the host's timer that stands for the guest's, follow at the next entry. Where that
 * has to be now, the guest is left.
 */
enum keel_inplace keel_nested_inplace_below(struct keel_vcpu *vcpu)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	const struct keel_exit exit = keel_exit_decode(ctx->esr, 0, 0);
	const struct keel_sysreg_trap *t = &exit.sysreg;
	u64 val = operand(ctx, t);

	if (!is_timer(t) || forwards_timer(vcpu, t) ||
	    !keel_el1timer_trap(vcpu, sys_reg(3, 3, 14, t->crm, t->op2), t->write, &val))
		return KEEL_INPLACE_NO;
	answer(ctx, t, val);
	return t->write && keel_el1timer_is_due(vcpu) ? KEEL_INPLACE_LEAVE : KEEL_INPLACE_DONE;
}
