// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reset, start and exceptions of a vCPU whose EL1 is AArch32. The banked
 * registers of its modes are x13 to x30: LR_abt is x20, LR_und x22 (Arm ARM
 * D1.8.1).
 */
#include <asm/ptrace.h>
#include "../hyp/hyp.h"
#include "aarch32.h"
#include "entry_state32.h"
#include "idfields.h"

#define X_LR_ABT	20
#define X_LR_UND	22

#define PSTATE_RESET	(PSR_AA32_MODE_SVC | PSR_AA32_A_BIT | PSR_AA32_I_BIT | PSR_AA32_F_BIT)

/* PAN, SSBS: what holds in AArch64 holds in AArch32. */
static struct keel_entry32_ctl entry_ctl(struct keel_vcpu *vcpu)
{
	const u64 *id = vcpu->ctx.idregs;

	return (struct keel_entry32_ctl) {
		.sctlr = keel_sr_read(vcpu, KEEL_SCTLR_EL1),
		.vbar = keel_sr_read(vcpu, KEEL_VBAR_EL1),
		.pan = KEEL_IDFIELD(id, AA64MMFR1, PAN),
		.ssbs = KEEL_IDFIELD(id, AA64PFR1, SSBS),
	};
}

static void enter_mode(struct keel_vcpu *vcpu, enum keel_entry32_kind kind)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	bool undef = kind == KEEL_ENTRY32_UNDEF;
	struct keel_entry32 e =
		keel_entry_state32_compute(ctx->pstate, ctx->pc, kind, entry_ctl(vcpu));

	/* the SPSRs stay in the CPU with a resident vCPU */
	keel_hyp_put(vcpu);
	ctx->spsr32[undef ? KVM_SPSR_UND : KVM_SPSR_ABT] = e.spsr;
	ctx->x[undef ? X_LR_UND : X_LR_ABT] = e.lr;
	ctx->pc = e.pc;
	ctx->pstate = e.pstate;
}

void keel_aarch32_undef(struct keel_vcpu *vcpu)
{
	enter_mode(vcpu, KEEL_ENTRY32_UNDEF);
}

/* FAR_EL1 is DFAR and, above it, IFAR; ESR_EL1 is DFSR (Arm ARM G8.2). */
void keel_aarch32_abort(struct keel_vcpu *vcpu, bool exec, bool size_fault, u32 far)
{
	u32 fsr = keel_entry_state32_fsr(keel_sr_read(vcpu, KEEL_TCR_EL1), size_fault);
	u64 old = keel_sr_read(vcpu, KEEL_FAR_EL1);

	if (exec) {
		keel_sr_write(vcpu, KEEL_FAR_EL1, (u64)far << 32 | lower_32_bits(old));
		keel_sr_write(vcpu, KEEL_IFSR32_EL2, fsr);
		enter_mode(vcpu, KEEL_ENTRY32_PABT);
	} else {
		keel_sr_write(vcpu, KEEL_FAR_EL1, (u64)upper_32_bits(old) << 32 | far);
		keel_sr_write(vcpu, KEEL_ESR_EL1, fsr);
		enter_mode(vcpu, KEEL_ENTRY32_DABT);
	}
}

void keel_aarch32_reset(struct keel_ctx *ctx)
{
	ctx->pstate = PSTATE_RESET;
}

/* Bit 0 of the entry point selects T32 (Arm DEN 0022, 6.4). */
void keel_aarch32_cpu_on(struct keel_ctx *ctx, const struct keel_reset_state *on)
{
	ctx->pc = (u32)on->pc & ~1U;
	if (on->pc & 1)
		ctx->pstate |= PSR_AA32_T_BIT;
	if (on->big_endian)
		ctx->pstate |= PSR_AA32_E_BIT;
	ctx->x[0] = (u32)on->context;
}

void keel_aarch32_cut_args(struct keel_ctx *ctx)
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		ctx->x[i] = (u32)ctx->x[i];
}
