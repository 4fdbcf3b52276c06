// SPDX-License-Identifier: GPL-2.0-only
/* What takes a vCPU to what is below virtual EL2, and back. */
#include <linux/kernel.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include "../arch/arch.h"
#include "../arch/sve.h"
#include "../core/block.h"
#include "../hyp/hyp.h"
#include "../vgic/vgic.h"
#include "below.h"
#include "context.h"
#include "forward.h"
#include "route.h"

void keel_route_below(struct keel_vcpu *vcpu)
{
	if (!keel_below_resume(vcpu))
		keel_inject_iabt(vcpu, vcpu->ctx.pc);
}

static bool forwards(const struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t)
{
	u64 ctl[KEEL_NR_FORWARD];

	keel_context_controls(vcpu, ctl);
	return keel_forward_sysreg(ctl, sys_reg(t->op0, t->op1, t->crn, t->crm, t->op2), t->write);
}

static bool is_forwarded(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	u64 hcr = keel_nv_hcr(vcpu->nv);

	switch (exit->ec) {
	case ESR_ELx_EC_HVC64:
	/* these two trap by HFGITR_EL2 alone, of which keel's has none */
	case ESR_ELx_EC_SVC64:
	case ESR_ELx_EC_ERET:
		return true;
	case ESR_ELx_EC_SMC64:
		return hcr & HCR_TSC;
	case ESR_ELx_EC_PAC:
		return vcpu->arch.features & BIT(KVM_ARM_VCPU_PTRAUTH_ADDRESS) && !(hcr & HCR_API);
	case ESR_ELx_EC_WFx:
		return hcr & (exit->wfx.wfe ? HCR_TWE : HCR_TWI);
	case ESR_ELx_EC_SYS64:
		return forwards(vcpu, &exit->sysreg);
	case ESR_ELx_EC_FP_ASIMD:
		return vcpu->ctx.flags & KEEL_CTX_FP_BARRED;
	case ESR_ELx_EC_SVE:
		return keel_sve_has(vcpu) &&
		       vcpu->ctx.flags & (KEEL_CTX_SVE_BARRED | KEEL_CTX_FP_BARRED);
	case ESR_ELx_EC_SOFTSTP_LOW:
	case ESR_ELx_EC_WATCHPT_LOW:
	case ESR_ELx_EC_BREAKPT_LOW:
	case ESR_ELx_EC_BRK64:
		/* the VMM's debugger comes first */
		return !vcpu->arch.guest_debug && vcpu->nv->own[KEEL_OWN_MDCR_EL2] & MDCR_EL2_TDE;
	default:
		return false;
	}
}

/*
 * An SVE instruction that nothing bars but FP/SIMD being barred traps as one of those. It is
 * AArch64's: always executed.
 */
static u32 syndrome(const struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	if (exit->ec != ESR_ELx_EC_SVE || vcpu->ctx.flags & KEEL_CTX_SVE_BARRED)
		return lower_32_bits(exit->esr);
	return (u32)ESR_ELx_EC_FP_ASIMD << ESR_ELx_EC_SHIFT | ESR_ELx_IL | ESR_ELx_CV |
	       0xeU << ESR_ELx_COND_SHIFT;
}

bool keel_route_exit(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	u32 esr = syndrome(vcpu, exit);

	if (!is_forwarded(vcpu, exit))
		return false;
	keel_below_leave(vcpu);
	if (exit->ec == ESR_ELx_EC_WATCHPT_LOW)
		keel_sr_write(vcpu, KEEL_FAR_EL1, exit->far);
	keel_inject_sync(vcpu, esr);
	return true;
}

void keel_route_interrupt(struct keel_vcpu *vcpu)
{
	if (!keel_below_routes_interrupts(vcpu) || !keel_vcpu_find_event(vcpu) ||
	    !keel_vgic_pending(vcpu))
		return;
	keel_below_leave(vcpu);
	keel_inject_irq(vcpu);
}
