/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pieces of the world switch that are the same in both modes. At EL2, IRQs
 * off, around keel_guest_enter(). What an exit tells is collected in collect.h.
 */
#ifndef KEEL_HYP_WORLD_H
#define KEEL_HYP_WORLD_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <asm/barrier.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>
#include "context.h"
#include "entry.h"
#include "features.h"
#include "guarded.h"
#include "hpfar.h"

#ifdef __KEEL_NVHE__
#define KEEL_WORLD_NVHE	true
#else
#define KEEL_WORLD_NVHE	false
#endif

/* CPTR_EL2 in the E2H layout (Arm ARM D24.2.33). */
#define CPTR_FPEN	GENMASK(21, 20)
#define CPTR_TTA	BIT(28)
#define CPTR_TAM	BIT(30)

/* ISR_EL1.A: a physical SError is pending, for EL2 that reads it. */
#define KEEL_ISR_A	BIT(8)

/*
 * CPTR_EL2 of every guest, by the mode's layout: FP/SIMD, SVE and SME, trace and activity
 * monitors trap; FP/SIMD and SVE only until it uses them (hyp/fp.h).
 */
static inline u64 keel_world_cptr(void)
{
	if (KEEL_WORLD_NVHE)
		return CPTR_NVHE_EL2_RES1 | CPTR_EL2_TZ | CPTR_EL2_TSM | CPTR_EL2_TFP |
		       CPTR_EL2_TTA | CPTR_EL2_TAM;
	return CPTR_TTA | CPTR_TAM;
}

/* Let the guest use FP/SIMD from now on. Guest's registers in the CPU. */
static inline void keel_world_fp_enable(void)
{
	if (KEEL_WORLD_NVHE)
		write_sysreg(read_sysreg(cptr_el2) & ~(u64)CPTR_EL2_TFP, cptr_el2);
	else
		sysreg_clear_set(cpacr_el1, 0, CPTR_FPEN);
	isb();	/* Arm ARM B2.7: the new CPTR_EL2 before the FP instructions that follow */
}

static inline u64 keel_world_hcr(const struct keel_ctx *ctx)
{
	unsigned long lines = READ_ONCE(ctx->lines);
	u64 hcr = ctx->hcr;

	if (lines & BIT(KEEL_LINE_IRQ))
		hcr |= HCR_VI;
	if (lines & BIT(KEEL_LINE_FIQ))
		hcr |= HCR_VF;
	if (lines & BIT(KEEL_LINE_SERROR))
		hcr |= HCR_VSE;
	return hcr;
}

/*
 * An SError that the host's own accesses caused and that waits behind the mask would
 * come at the guest's first instruction and pass for the guest's. True: leave it
 * pending, and do not enter. Before the first entry of a run alone: what EL2 and the
 * host do between entries of one is little.
 */
static inline bool keel_world_host_serror(void)
{
	if (!keel_hyp_features.ras)
		return false;
	dsb(nshst);
	isb();	/* what the DSB brought to light shows in ISR_EL1 */
	return read_sysreg(isr_el1) & KEEL_ISR_A;
}

/*
 * Cortex-A77 1508412: the guest may have been interrupted between the DMB in front of
 * a PAR_EL1 read and the read, and the host has met device memory since. Fast exits
 * (fast.c) do not and go back without.
 */
static __always_inline int keel_world_enter(struct keel_ctx *ctx)
{
	if (keel_hyp_features.par_erratum)
		dmb(sy);
	return keel_guest_enter(ctx);
}

#endif
