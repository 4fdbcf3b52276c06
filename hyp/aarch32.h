/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Registers at EL2 that exist for AArch32 at EL1 only. To be touched for a
 * vCPU of that kind: on a CPU without AArch32 at EL1 they are UNDEFINED.
 */
#ifndef KEEL_HYP_AARCH32_H
#define KEEL_HYP_AARCH32_H

#include <linux/bits.h>
#include <linux/kvm.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>
#include "context.h"

#define KEEL_FPEXC_EN		BIT(30)

/*
 * HSTR_EL2.T15: IMPLEMENTATION DEFINED registers, by CRn or CRm 15. AArch32 EL0 of a
 * guest whose EL1 is AArch64 reaches them as well, where EL1's own traps let it.
 * The register is there on every CPU, and a host under TGE does not feel it
 * (Arm ARM, HSTR_EL2).
 */
#define KEEL_HSTR_GUEST		BIT(15)

static inline bool keel_hyp_aarch32(const struct keel_ctx *ctx)
{
	return !(ctx->hcr & HCR_RW);
}

/* With residency. The host under TGE feels none of them (Arm ARM D1.3, G2.4). */
static inline void keel_hyp_aarch32_load(const struct keel_ctx *ctx)
{
	write_sysreg(ctx->spsr32[KVM_SPSR_ABT], spsr_abt);
	write_sysreg(ctx->spsr32[KVM_SPSR_UND], spsr_und);
	write_sysreg(ctx->spsr32[KVM_SPSR_IRQ], spsr_irq);
	write_sysreg(ctx->spsr32[KVM_SPSR_FIQ], spsr_fiq);
	write_sysreg(ctx->sys[KEEL_DACR32_EL2], dacr32_el2);
	write_sysreg(ctx->sys[KEEL_IFSR32_EL2], ifsr32_el2);
	write_sysreg(ctx->sys[KEEL_DBGVCR32_EL2], dbgvcr32_el2);
}

static inline void keel_hyp_aarch32_save(struct keel_ctx *ctx)
{
	ctx->spsr32[KVM_SPSR_ABT] = read_sysreg(spsr_abt);
	ctx->spsr32[KVM_SPSR_UND] = read_sysreg(spsr_und);
	ctx->spsr32[KVM_SPSR_IRQ] = read_sysreg(spsr_irq);
	ctx->spsr32[KVM_SPSR_FIQ] = read_sysreg(spsr_fiq);
	ctx->sys[KEEL_DACR32_EL2] = read_sysreg(dacr32_el2);
	ctx->sys[KEEL_IFSR32_EL2] = read_sysreg(ifsr32_el2);
	ctx->sys[KEEL_DBGVCR32_EL2] = read_sysreg(dbgvcr32_el2);
}

/*
 * While FP is trapped to EL2, FPEXC.EN must be 1: an exception that EL1 would
 * take because of EN = 0 has priority over the trap (Arm ARM G1.17), and the
 * guest's own EN is not in the CPU. The access needs EL2's own FP enabled.
 */
static inline void keel_hyp_aarch32_fp_trap(void)
{
	write_sysreg(KEEL_FPEXC_EN, fpexc32_el2);
}

static inline void keel_hyp_aarch32_fp_load(const struct keel_ctx *ctx)
{
	write_sysreg(ctx->sys[KEEL_FPEXC32_EL2], fpexc32_el2);
}

static inline void keel_hyp_aarch32_fp_save(struct keel_ctx *ctx)
{
	ctx->sys[KEEL_FPEXC32_EL2] = read_sysreg(fpexc32_el2);
}

#endif
