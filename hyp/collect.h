/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What EL2 tells of an exit: esr, far, hpfar and disr of struct keel_ctx, and
 * KEEL_CTX_SERROR. The class is read first, since most fast exits need no more. With
 * the guest's control registers in the CPU.
 */
#ifndef KEEL_HYP_COLLECT_H
#define KEEL_HYP_COLLECT_H

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
#include "world.h"

/* DISR_EL1.A: an SError was deferred. */
#define KEEL_DISR_A	BIT(31)

/* Such a CPU has no VHE. */
static inline bool keel_collect_hpfar_erratum(void)
{
	return KEEL_WORLD_NVHE && keel_hyp_features.hpfar_erratum;
}

/*
 * Ask the guest's own stage 1; false: its tables changed meanwhile, or another
 * vCPU has put memory that aborts in their place, of which the guest is to hear
 * by itself. PAR_EL1 is the guest's.
 */
static inline bool keel_collect_translate(u64 far, u64 *hpfar)
{
	u64 saved = keel_guarded_read_par(), par = 0;
	bool answered = keel_at_guest(far);

	if (answered)
		par = keel_guarded_read_par();
	write_sysreg(saved, par_el1);
	if (!answered || (par & SYS_PAR_EL1_F))
		return false;
	*hpfar = FIELD_GET(GENMASK_ULL(51, 12), par) << 4;
	return true;
}

/* Where HPFAR_EL2 alone is not to be believed: does the guest's address lead there? */
static inline bool keel_collect_is_confirmed(u64 esr)
{
	u64 hpfar;

	return !keel_hpfar_is_doubtful(esr, keel_collect_hpfar_erratum()) ||
	       (keel_collect_translate(read_sysreg(far_el2), &hpfar) &&
		hpfar == read_sysreg(hpfar_el2));
}

/* The class, before anybody looks at the exit. */
static __always_inline void keel_collect_class(struct keel_ctx *ctx)
{
	ctx->esr = read_sysreg(esr_el2);
}

/*
 * The rest, of an exit that leaves keel_guest_enter(). True: the fault is stale, the guest
 * is to be entered again.
 */
static inline bool keel_collect_stale(struct keel_ctx *ctx, int code)
{
	if (code == KEEL_EXIT_SERROR)
		keel_collect_class(ctx);
	if (code != KEEL_EXIT_SYNC)
		return false;
	ctx->far = read_sysreg(far_el2);
	if (ESR_ELx_EC(ctx->esr) != ESR_ELx_EC_DABT_LOW &&
	    ESR_ELx_EC(ctx->esr) != ESR_ELx_EC_IABT_LOW)
		return false;
	if (!keel_hpfar_is_valid(ctx->esr, keel_collect_hpfar_erratum()))
		return !keel_collect_translate(ctx->far, &ctx->hpfar);
	ctx->hpfar = read_sysreg(hpfar_el2);
	return false;
}

/* The CPU clears HCR_EL2.VSE when the guest has taken the virtual SError. */
static inline bool keel_collect_vse_taken(const struct keel_ctx *ctx)
{
	return (READ_ONCE(ctx->lines) & BIT(KEEL_LINE_SERROR)) && !(read_sysreg(hcr_el2) & HCR_VSE);
}

/* An SError that the guest caused but that did not interrupt it. */
static inline void keel_collect_serror(struct keel_ctx *ctx)
{
	u64 disr;

	if (!keel_hyp_features.ras) {
		if (keel_serror_window())
			ctx->flags |= KEEL_CTX_SERROR;
		return;
	}
	asm volatile("hint #16" ::: "memory");	/* ESB */
	disr = read_sysreg_s(SYS_DISR_EL1);
	if (!(disr & KEEL_DISR_A))
		return;
	write_sysreg_s(0, SYS_DISR_EL1);
	ctx->disr = disr;
	ctx->flags |= KEEL_CTX_SERROR;
}

#endif
