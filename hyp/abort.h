/* SPDX-License-Identifier: GPL-2.0-only */
/* Accesses of a guest that are emulated: which can be, and what a load puts into its register. */
#ifndef KEEL_HYP_ABORT_H
#define KEEL_HYP_ABORT_H

#include <linux/bitfield.h>
#include <linux/types.h>
#include <asm/esr.h>
#include <asm/ptrace.h>
#include "context.h"

#define KEEL_SCTLR_BIG	(BIT_ULL(25) | BIT_ULL(24))	/* SCTLR_EL1.EE, E0E */

/*
 * A described access, by a translation fault of its own, in little-endian order.
 * sctlr: the guest's SCTLR_EL1.
 */
static inline bool keel_hyp_is_plain(const struct keel_ctx *ctx, u64 sctlr)
{
	u64 want = ESR_ELx_ISV | ESR_ELx_FSC_FAULT;
	u64 mask = ESR_ELx_ISV | ESR_ELx_S1PTW | ESR_ELx_CM | ESR_ELx_EA | ESR_ELx_FSC_TYPE;

	return (ctx->esr & mask) == want && !(ctx->pstate & PSR_MODE32_BIT) && !(sctlr & KEEL_SCTLR_BIG);
}

/* By ESR_EL2 of an abort with a valid syndrome: cut to the access's size, extended as it asks for. */
static inline u64 keel_hyp_loaded(u64 esr, u64 val)
{
	unsigned int unused = 64 - (8 << FIELD_GET(ESR_ELx_SAS, esr));

	val = esr & ESR_ELx_SSE ? (u64)((s64)(val << unused) >> unused) : val << unused >> unused;
	return esr & ESR_ELx_SF ? val : (u32)val;
}

#endif
