/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fields of an exit's syndrome (Arm ARM D24.2, "ESR_EL2", "HPFAR_EL2"). Who answers
 * at EL2 or in place looks at single ones by these; for the host arch/decode.c makes a
 * struct keel_exit of them. What is only asked there (ISV, WnR, the fault) is in asm/esr.h.
 * Pure.
 */
#ifndef KEEL_HYP_SYNDROME_H
#define KEEL_HYP_SYNDROME_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/types.h>
#include <asm/esr.h>
#include <asm/ptrace.h>
#include "context.h"

#define KEEL_XZR	31	/* as a register's number in a syndrome */

/* ---- MSR, MRS or System instruction (EC 0x18) ---- */

#define KEEL_ESR_OP0	GENMASK(21, 20)
#define KEEL_ESR_OP2	GENMASK(19, 17)
#define KEEL_ESR_OP1	GENMASK(16, 14)
#define KEEL_ESR_CRN	GENMASK(13, 10)
#define KEEL_ESR_SYS_RT	GENMASK(9, 5)
#define KEEL_ESR_CRM	GENMASK(4, 1)
#define KEEL_ESR_READ	BIT(0)
#define KEEL_ESR_SYS	(KEEL_ESR_OP0 | KEEL_ESR_OP1 | KEEL_ESR_CRN | KEEL_ESR_CRM | KEEL_ESR_OP2)

/* Which register, as KEEL_ESR_SYS has it. */
#define KEEL_ESR_SYS_VAL(op0, op1, crn, crm, op2) \
	(FIELD_PREP(KEEL_ESR_OP0, op0) | FIELD_PREP(KEEL_ESR_OP1, op1) | FIELD_PREP(KEEL_ESR_CRN, crn) | \
	 FIELD_PREP(KEEL_ESR_CRM, crm) | FIELD_PREP(KEEL_ESR_OP2, op2))

/* A write of ICC_SGI1R_EL1, which EL0 cannot make. */
static inline bool keel_esr_is_sgi(const struct keel_ctx *ctx)
{
	return (ctx->esr & (KEEL_ESR_SYS | KEEL_ESR_READ)) == KEEL_ESR_SYS_VAL(3, 0, 12, 11, 5) &&
	       (ctx->pstate & PSR_MODE_MASK) != PSR_MODE_EL0t;
}

/* A write of ICC_DIR_EL1, the same. */
static inline bool keel_esr_is_dir(const struct keel_ctx *ctx)
{
	return (ctx->esr & (KEEL_ESR_SYS | KEEL_ESR_READ)) == KEEL_ESR_SYS_VAL(3, 0, 12, 11, 1) &&
	       (ctx->pstate & PSR_MODE_MASK) != PSR_MODE_EL0t;
}

/* ---- WFI, WFE, WFIT, WFET (EC 0x01) ---- */

#define KEEL_ESR_WFX_RN		GENMASK(9, 5)
#define KEEL_ESR_WFX_RV		BIT(2)
#define KEEL_ESR_WFX_TIMEOUT	BIT(1)
#define KEEL_ESR_WFX_WFE	BIT(0)

/* ---- aborts from the guest (EC 0x20, 0x24) ---- */

#define KEEL_HPFAR_FIPA	GENMASK_ULL(43, 4)	/* address bits 51:12; bit 63 is NS */

#define KEEL_SCTLR_BIG	(BIT_ULL(25) | BIT_ULL(24))	/* SCTLR_EL1.EE, E0E */

static inline u64 keel_hpfar_page(u64 hpfar)
{
	return (hpfar & KEEL_HPFAR_FIPA) << 8;
}

static inline unsigned int keel_esr_abort_bytes(u64 esr)
{
	return 1U << FIELD_GET(ESR_ELx_SAS, esr);
}

/* What a store stores. */
static inline u64 keel_esr_abort_stored(const struct keel_ctx *ctx)
{
	unsigned int rt = FIELD_GET(ESR_ELx_SRT_MASK, ctx->esr);

	return rt == KEEL_XZR ? 0 : ctx->x[rt];
}

/* val into a load's register: cut to the access's size, extended as it asks for. */
static inline void keel_esr_abort_load(struct keel_ctx *ctx, u64 val)
{
	unsigned int rt = FIELD_GET(ESR_ELx_SRT_MASK, ctx->esr);
	unsigned int unused = 64 - 8 * keel_esr_abort_bytes(ctx->esr);

	if (rt == KEEL_XZR)
		return;
	val = ctx->esr & ESR_ELx_SSE ? (u64)((s64)(val << unused) >> unused)
				     : val << unused >> unused;
	ctx->x[rt] = ctx->esr & ESR_ELx_SF ? val : (u32)val;
}

/*
 * A described access, by a translation fault of its own, in little-endian order.
 * sctlr: the guest's SCTLR_EL1.
 */
static inline bool keel_esr_abort_is_plain(const struct keel_ctx *ctx, u64 sctlr)
{
	u64 want = ESR_ELx_ISV | ESR_ELx_FSC_FAULT;
	u64 mask = ESR_ELx_ISV | ESR_ELx_S1PTW | ESR_ELx_CM | ESR_ELx_EA | ESR_ELx_FSC_TYPE;

	return (ctx->esr & mask) == want && !(ctx->pstate & PSR_MODE32_BIT) &&
	       !(sctlr & KEEL_SCTLR_BIG);
}

#endif
