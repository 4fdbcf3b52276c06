// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits that need the host's code but nothing that waits or sleeps: accesses
 * to the redistributor and to doorbells, SGIs to whom must be told, memory that
 * only the guest's tables lack, the virtual timer's interrupt. They are answered
 * on the spot, with the guest's EL1 state, list registers and control registers
 * in the CPU, and the guest goes on. A VHE host only, whose EL2 is the kernel.
 *
 * IRQs off. As for the fast exits of hyp/fast.c, a kick, a request or a signal
 * of another CPU needs no check here: it comes with a physical interrupt, which
 * ends the guest's run at once. What this thread brings about itself does not.
 */
#include <linux/bitfield.h>
#include <linux/srcu.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>
#include "../arch/exit.h"
#include "../core/bus.h"
#include "../core/host.h"
#include "../core/objects.h"
#include "../hyp/abort.h"
#include "../hyp/entry.h"
#include "../hyp/gicc_fast.h"
#include "../mmu/mmu.h"
#include "inplace.h"
#include "vgic.h"

#define XZR		31

/* HPFAR_EL2.FIPA (Arm ARM D24.2.58) as an address. */
static u64 fault_page(const struct keel_ctx *ctx)
{
	return (ctx->hpfar & GENMASK_ULL(43, 4)) << 8;
}

/* Whatever has to be told waits until the guest was left. */
static enum keel_inplace done(struct keel_vcpu *vcpu)
{
	keel_hyp_skip(&vcpu->ctx);
	return vcpu->kick_owed ? KEEL_INPLACE_LEAVE : KEEL_INPLACE_DONE;
}

static enum keel_inplace sysreg(struct keel_vcpu *vcpu)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	u32 iss = ctx->esr & ESR_ELx_ISS_MASK;
	unsigned int rt = FIELD_GET(ESR_ELx_SYS64_ISS_RT_MASK, iss);
	u32 sgi1r = ESR_ELx_SYS64_ISS_SYS_VAL(3, 0, 5, 12, 11);

	if ((iss & (ESR_ELx_SYS64_ISS_SYS_MASK | ESR_ELx_SYS64_ISS_DIR_MASK)) != sgi1r ||
	    !ctx->gic.in_cpu || (ctx->pstate & PSR_MODE_MASK) == PSR_MODE_EL0t)
		return KEEL_INPLACE_NO;
	if (!keel_vgic_try_sgi(vcpu, rt == XZR ? 0 : ctx->x[rt], true))
		return KEEL_INPLACE_NO;
	return done(vcpu);
}

/*
 * Somebody was signalled, who may have given this thread or this vCPU
 * something to do: another thread to run, an interrupt by an irqfd. Nobody
 * sends an IPI to his own CPU. Or somebody has yet to be told what the guest
 * completed, and that lowers a line.
 */
static enum keel_inplace signalled(struct keel_vcpu *vcpu)
{
	return vcpu->kick_owed || vcpu->gic.completed || keel_host_work_pending() || READ_ONCE(vcpu->requests) ?
	       KEEL_INPLACE_LEAVE : KEEL_INPLACE_DONE;
}

static enum keel_inplace redist(struct keel_vcpu *vcpu)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	unsigned int rt = FIELD_GET(ESR_ELx_SRT_MASK, ctx->esr);
	ipa_t addr = ipa(fault_page(ctx) | (ctx->far & 0xfff));
	bool write = ctx->esr & ESR_ELx_WNR;
	u64 val = rt == XZR ? 0 : ctx->x[rt];

	if (!keel_hyp_is_plain(ctx, keel_world_sctlr()) ||
	    !keel_vgic_try_redist(vcpu, addr, 1 << FIELD_GET(ESR_ELx_SAS, ctx->esr), write, &val))
		return KEEL_INPLACE_NO;
	if (!write && rt != XZR)
		ctx->x[rt] = keel_hyp_loaded(ctx->esr, val);
	vcpu->stat.mmio_kernel++;
	return done(vcpu);
}

static enum keel_inplace doorbell(struct keel_vcpu *vcpu, ipa_t page)
{
	const struct keel_ctx *ctx = &vcpu->ctx;
	unsigned int rt = FIELD_GET(ESR_ELx_SRT_MASK, ctx->esr);
	u64 val = rt == XZR ? 0 : ctx->x[rt];
	ipa_t addr = ipa(page.v | (ctx->far & 0xfff));
	bool rung;
	int idx;

	if (!(ctx->esr & ESR_ELx_WNR) || !keel_hyp_is_plain(ctx, keel_world_sctlr()))
		return KEEL_INPLACE_NO;
	idx = srcu_read_lock(&vcpu->vm->srcu);
	rung = keel_bus_try_write(vcpu, addr, 1 << FIELD_GET(ESR_ELx_SAS, ctx->esr), &val);
	srcu_read_unlock(&vcpu->vm->srcu, idx);
	if (!rung)
		return KEEL_INPLACE_NO;
	keel_hyp_skip(&vcpu->ctx);
	return signalled(vcpu);
}

static noinline enum keel_inplace memory(struct keel_vcpu *vcpu, ipa_t page)
{
	struct keel_exit exit = keel_exit_decode(vcpu->ctx.esr, vcpu->ctx.far, vcpu->ctx.hpfar);

	switch (keel_mmu_try_fault(vcpu, &exit)) {
	case KEEL_FAULT_DONE:
		vcpu->stat.abort++;
		return KEEL_INPLACE_DONE;
	case KEEL_FAULT_NO_MEMORY:
		return keel_mmu_is_bare(vcpu, page) && !keel_bus_is_gap(vcpu, page) ? doorbell(vcpu, page) : KEEL_INPLACE_NO;
	}
	return KEEL_INPLACE_NO;
}

static enum keel_inplace abort_(struct keel_vcpu *vcpu)
{
	ipa_t page = ipa(fault_page(&vcpu->ctx));

	if (keel_vgic_has_redist(vcpu, page))
		return redist(vcpu);
	if (!keel_host_is_watching())
		return KEEL_INPLACE_NO;
	if (!keel_mmu_is_bare(vcpu, page))
		return memory(vcpu, page);
	return keel_bus_is_gap(vcpu, page) ? KEEL_INPLACE_NO : doorbell(vcpu, page);
}

static enum keel_inplace synchronous(struct keel_vcpu *vcpu)
{
	switch (ESR_ELx_EC(vcpu->ctx.esr)) {
	case ESR_ELx_EC_SYS64:
		return sysreg(vcpu);
	case ESR_ELx_EC_DABT_LOW:
	case ESR_ELx_EC_IABT_LOW:
		return abort_(vcpu);
	}
	return KEEL_INPLACE_NO;
}

/*
 * Of the host's interrupts the virtual timer's is the guest's own affair: made
 * active, it is the guest's to end, and pending it is no more. If another one
 * is pending as well, the guest's run ends at once.
 */
static enum keel_inplace interrupt(struct keel_vcpu *vcpu)
{
	if (!keel_host_is_watching())
		return KEEL_INPLACE_NO;
	keel_vhe_vgic_leave(&vcpu->ctx);
	keel_vgic_sync(vcpu);
	if (!keel_timer_try_raise(vcpu))
		return KEEL_INPLACE_NO;
	keel_vgic_flush(vcpu);
	/* what it owes itself for its timer is in the list registers */
	if (vcpu->kick_owed == vcpu)
		vcpu->kick_owed = NULL;
	keel_vhe_vgic_enter(&vcpu->ctx);
	if (vcpu->ctx.gic.soft)
		keel_gicc_fast_drive(&vcpu->ctx);
	return signalled(vcpu);
}

enum keel_inplace keel_inplace_exit(struct keel_vcpu *vcpu, int code)
{
	return code == KEEL_EXIT_IRQ ? interrupt(vcpu) : synchronous(vcpu);
}
