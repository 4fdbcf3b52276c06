// SPDX-License-Identifier: GPL-2.0-only
/*
 * Debug of the guest: by itself (self-hosted) and by the VMM
 * (KVM_SET_GUEST_DEBUG). Accesses to the registers are in sysreg_debug.c,
 * switching them is the world switch's.
 *
 * Self-hosted: the guest's breakpoint registers are in the CPU only while they
 * can matter: from an access, which traps, until an exit with MDSCR_EL1.MDE and
 * KDE clear. While the guest holds the OS lock, MDSCR_EL1 without its enables
 * is loaded and the guest's own value waits in arch.guest_mdscr. So it does, without KDE, beside
 * virtual EL2 that has no debug exceptions (nested/nv.h), where the CPU is at EL1 and would.
 *
 * VMM: MDCR_EL2.TDE routes every debug exception to EL2 and traps every access
 * to debug registers. A step is one instruction with MDSCR_EL1.SS and
 * PSTATE.SS; PSTATE.SS is 0 when it is over, whoever executed or emulated the
 * instruction (Arm ARM D2.11).
 */
#include <linux/errno.h>
#include <linux/kvm.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/debug-monitors.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>
#include "../core/errata.h"
#include "../core/objects.h"
#include "../nested/below.h"
#include "arch.h"
#include "mdscr.h"
#include "sysreg.h"

#define KNOWN_FLAGS \
	(KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP | KVM_GUESTDBG_USE_SW_BP | KVM_GUESTDBG_USE_HW)

#define MDSCR_ENABLES	(KEEL_MDSCR_KDE | KEEL_MDSCR_MDE)
#define PSTATE_SS	((u64)DBG_SPSR_SS)

/* Arm ARM D1.3.1.5: 16 vectors of 32 instructions. */
#define VECTOR_SIZE	0x80
#define VECTORS_SIZE	(16 * VECTOR_SIZE)

/*
 * DBGBCR.{SSC,HMC} and DBGWCR.{SSC,HMC}: could select EL2. Without them PMC or PAC selects EL1 and
 * EL0.
 */
#define BCR_EL2		GENMASK_ULL(15, 13)

u64 keel_debug_guest_pstate(const struct keel_vcpu *vcpu)
{
	u64 pstate = vcpu->ctx.pstate;

	if (!vcpu->arch.ss_armed)
		return pstate;
	return (pstate & ~PSTATE_SS) | (vcpu->arch.ss_guest_pstate ? PSTATE_SS : 0);
}

u64 keel_debug_take_pstate(struct keel_vcpu *vcpu, u64 pstate)
{
	if (!vcpu->arch.ss_armed)
		return pstate;
	vcpu->arch.ss_guest_pstate = pstate & PSTATE_SS;
	return (pstate & ~PSTATE_SS) | (vcpu->ctx.pstate & PSTATE_SS);
}

/* The VMM's step is over or given up: PSTATE.SS is the guest's again. */
static void end_step(struct keel_vcpu *vcpu)
{
	vcpu->ctx.pstate = keel_debug_guest_pstate(vcpu);
	vcpu->arch.ss_armed = false;
}

static void begin_step(struct keel_vcpu *vcpu)
{
	if (vcpu->arch.ss_armed)
		return;
	vcpu->arch.ss_armed = true;
	vcpu->arch.ss_guest_pstate = vcpu->ctx.pstate & PSTATE_SS;
	vcpu->ctx.pstate |= PSTATE_SS;
}

static void take_registers(struct keel_debug_regs *d, const struct kvm_guest_debug_arch *arch)
{
	unsigned int i;

	for (i = 0; i < KVM_ARM_MAX_DBG_REGS; i++) {
		d->bcr[i] = arch->dbg_bcr[i] & GENMASK_ULL(31, 0) & ~BCR_EL2;
		d->bvr[i] = arch->dbg_bvr[i];
		d->wcr[i] = arch->dbg_wcr[i] & GENMASK_ULL(31, 0) & ~BCR_EL2;
		d->wvr[i] = arch->dbg_wvr[i];
	}
}

int keel_debug_set(struct keel_vcpu *vcpu, const struct kvm_guest_debug *dbg)
{
	if (dbg->control & ~KNOWN_FLAGS)
		return -EINVAL;
	vcpu->arch.guest_debug = dbg->control & KVM_GUESTDBG_ENABLE ? dbg->control : 0;
	if (vcpu->arch.guest_debug & KVM_GUESTDBG_USE_HW)
		take_registers(&vcpu->ctx.dbg_vmm, &dbg->arch);
	if (!(vcpu->arch.guest_debug & KVM_GUESTDBG_SINGLESTEP))
		end_step(vcpu);
	return 0;
}

/* The guest holds the OS lock. */
static bool is_locked(const struct keel_ctx *ctx)
{
	return ctx->sys[KEEL_OSLSR_EL1] & KEEL_OSLSR_OSLK;
}

/* DEBUG_GUEST of ctx->flags is the guest's for this entry, not yet the VMM's. */
static enum keel_trap_debug choose_trap(const struct keel_vcpu *vcpu)
{
	const struct keel_ctx *ctx = &vcpu->ctx;

	if (vcpu->arch.guest_debug)
		return KEEL_TRAP_DEBUG_ALL;
	/* the page at VNCR_EL2 has a place for MDSCR_EL1, where it would have no effect */
	if (is_locked(ctx) || !(ctx->flags & KEEL_CTX_DEBUG_GUEST) || keel_nv(vcpu))
		return KEEL_TRAP_DEBUG_ACCESS;
	return KEEL_TRAP_DEBUG_NONE;
}

static void bar_fast(struct keel_ctx *ctx)
{
	ctx->flags |= KEEL_CTX_NO_FAST | KEEL_CTX_APART | KEEL_CTX_FAST_MORE;
}

static void allow_fast(struct keel_ctx *ctx)
{
	ctx->flags &= ~KEEL_CTX_NO_FAST;
	if (!(ctx->flags & KEEL_CTX_TIMED))
		ctx->flags &= ~KEEL_CTX_APART;
}

/* MDSCR_EL1 for a run under the VMM's debugger, from the guest's. */
static u64 flush_vmm(struct keel_vcpu *vcpu, u64 mdscr)
{
	bool step = vcpu->arch.guest_debug & KVM_GUESTDBG_SINGLESTEP;
	bool hw = vcpu->arch.guest_debug & KVM_GUESTDBG_USE_HW;
	struct keel_ctx *ctx = &vcpu->ctx;

	if (step) {
		begin_step(vcpu);
		/* over, but an interrupt of the host's came first: the step did not begin here */
		if (ctx->pstate & PSTATE_SS)
			vcpu->arch.ss_pc = ctx->pc;
		vcpu->arch.step_pstate = ctx->pstate;
		bar_fast(ctx);
	}
	if (hw)
		ctx->flags |= KEEL_CTX_DEBUG_GUEST | KEEL_CTX_DEBUG_VMM;
	return keel_mdscr_vmm(mdscr, step, hw);
}

/*
 * Is it at virtual EL2, which has none of its own? EL0 under it has them by the same routes. As of
 * this entry: HCR_EL2.TGE is written without a trap.
 */
static bool is_undebugged(const struct keel_vcpu *vcpu)
{
	const struct keel_nv *nv = keel_nv(vcpu);

	return nv && !nv->live && !keel_nv_takes_debug(nv);
}

/* Nobody debugs, and the control bits are as the last entry, or flush(), left them for that. */
static bool is_quiet(const struct keel_vcpu *vcpu)
{
	const struct keel_ctx *ctx = &vcpu->ctx;

	return !vcpu->arch.guest_debug && !keel_below_is_live(vcpu) &&
	       !(ctx->sys[KEEL_MDSCR_EL1] & MDSCR_ENABLES) &&
	       !(ctx->flags & (KEEL_CTX_DEBUG_GUEST | KEEL_CTX_DEBUG_VMM | KEEL_CTX_NO_FAST)) &&
	       !is_locked(ctx) && vcpu->arch.traps.debug == KEEL_TRAP_DEBUG_ACCESS;
}

/* Apart from keel_debug_flush(), which is to need no frame. */
static noinline void flush(struct keel_vcpu *vcpu)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	u64 mdscr = vcpu->arch.guest_mdscr;

	ctx->flags &= ~KEEL_CTX_DEBUG_VMM;
	allow_fast(ctx);
	/* virtual EL2 may want to hear of it */
	if (keel_below_is_live(vcpu))
		bar_fast(ctx);
	if (mdscr & MDSCR_ENABLES)
		ctx->flags |= KEEL_CTX_DEBUG_GUEST;
	keel_traps_set_debug(vcpu, choose_trap(vcpu));
	if (is_locked(ctx))
		mdscr &= ~(MDSCR_ENABLES | KEEL_MDSCR_SS);
	if (is_undebugged(vcpu))
		mdscr &= ~(u64)KEEL_MDSCR_KDE;
	if (vcpu->arch.guest_debug)
		mdscr = flush_vmm(vcpu, mdscr);
	ctx->sys[KEEL_MDSCR_EL1] = mdscr;
	/* just what nobody's debugging has: this entry is quiet already */
	vcpu->arch.debug_quiet = is_quiet(vcpu);
}

void keel_debug_flush(struct keel_vcpu *vcpu)
{
	vcpu->arch.guest_mdscr = vcpu->ctx.sys[KEEL_MDSCR_EL1];
	vcpu->arch.debug_quiet = is_quiet(vcpu);
	if (!vcpu->arch.debug_quiet)
		flush(vcpu);
}

void keel_debug_sync(struct keel_vcpu *vcpu)
{
	struct keel_ctx *ctx = &vcpu->ctx;

	/*
	 * where accesses trap the guest could not change its MDSCR_EL1, and what was loaded is not
	 * all its own
	 */
	if (vcpu->arch.traps.debug != KEEL_TRAP_DEBUG_NONE)
		ctx->sys[KEEL_MDSCR_EL1] = vcpu->arch.guest_mdscr;
	if (!(ctx->sys[KEEL_MDSCR_EL1] & MDSCR_ENABLES))
		ctx->flags &= ~KEEL_CTX_DEBUG_GUEST;
	ctx->flags &= ~KEEL_CTX_DEBUG_VMM;
}

static void report(struct keel_vcpu *vcpu, u64 esr, u64 far)
{
	struct kvm_run *run = vcpu->run;

	end_step(vcpu);
	memset(&run->debug, 0, sizeof(run->debug));
	run->exit_reason = KVM_EXIT_DEBUG;
	run->flags = KVM_DEBUG_ARCH_HSR_HIGH_VALID;
	run->debug.arch.hsr = lower_32_bits(esr);
	run->debug.arch.hsr_high = upper_32_bits(esr);
	run->debug.arch.far = far;
}

/*
 * The step went to a vector: the guest took an interrupt or a fault in place of
 * the instruction, and the CPU saved PSTATE with the VMM's SS. AArch64 only; an
 * AArch32 guest's SPSRs keep the bit, which means nothing to it.
 */
static void clean_spsr(struct keel_vcpu *vcpu)
{
	u64 offset = vcpu->ctx.pc - keel_sr_read(vcpu, KEEL_VBAR_EL1);
	u64 spsr = keel_sr_read(vcpu, KEEL_SPSR_EL1);

	if (!vcpu->arch.ss_armed || vcpu->arch.ss_guest_pstate ||
	    (vcpu->ctx.pstate & PSR_MODE32_BIT))
		return;
	if (offset >= VECTORS_SIZE || offset % VECTOR_SIZE ||
	    keel_sr_read(vcpu, KEEL_ELR_EL1) != vcpu->arch.ss_pc)
		return;
	keel_sr_write(vcpu, KEEL_SPSR_EL1, spsr & ~PSTATE_SS);
}

int keel_debug_exit(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	/* only MDCR_EL2.TDE brings debug exceptions here */
	if (!vcpu->arch.guest_debug) {
		keel_inject_undef(vcpu);
		return KEEL_RESUME;
	}
	clean_spsr(vcpu);
	report(vcpu, exit->esr, exit->ec == ESR_ELx_EC_WATCHPT_LOW ? exit->far : 0);
	return KEEL_USER;
}

void keel_debug_step_begin(struct keel_vcpu *vcpu)
{
	if (vcpu->arch.guest_debug & KVM_GUESTDBG_SINGLESTEP)
		begin_step(vcpu);
}

bool keel_debug_step_done(struct keel_vcpu *vcpu)
{
	u64 esr = (u64)ESR_ELx_EC_SOFTSTP_LOW << ESR_ELx_EC_SHIFT | ESR_ELx_IL;

	if (!(vcpu->arch.guest_debug & KVM_GUESTDBG_SINGLESTEP))
		return false;
	if (!vcpu->arch.ss_armed || (vcpu->ctx.pstate & PSTATE_SS))
		return false;
	report(vcpu, esr, 0);
	return true;
}

void keel_debug_mend_pstate(struct keel_vcpu *vcpu)
{
	vcpu->ctx.pstate = keel_mdscr_pstate(vcpu->ctx.pstate, vcpu->arch.step_pstate,
					     vcpu->arch.guest_debug & KVM_GUESTDBG_SINGLESTEP,
					     keel_errata_has(STEP));
}

/* The VMM's own settings stay. */
void keel_debug_reset(struct keel_vcpu *vcpu)
{
	vcpu->arch.ss_armed = false;
	vcpu->arch.dbgclaim = 0;
	memset(&vcpu->ctx.dbg, 0, sizeof(vcpu->ctx.dbg));
	vcpu->ctx.flags &= ~(KEEL_CTX_DEBUG_GUEST | KEEL_CTX_DEBUG_VMM);
	allow_fast(&vcpu->ctx);
}
