// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits that need the host's code but nothing that waits or sleeps, by their column
 * of hyp/exits.def: accesses to the redistributor and to doorbells, SGIs to whom must be told,
 * values of PMU counters, memory that only the guest's tables lack, the virtual timer's interrupt;
 * of virtual EL2's the registers that are memory, ERET, its TLB, ICC_DIR_EL1; of what is below it
 * its timers (nested/inplace.c). They are answered on the spot, with the guest's EL1 state, list
 * registers and control registers in the CPU, and the guest goes on. A VHE host only, whose EL2 is
 * the kernel.
 *
 * IRQs off. As for the fast exits of hyp/fast.c, a kick, a request or a signal
 * of another CPU needs no check here: it comes with a physical interrupt, which
 * ends the guest's run at once. What this thread brings about itself does not.
 */
#include <linux/bitfield.h>
#include <linux/sched.h>
#include <linux/srcu.h>
#include <asm/barrier.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>
#include "../arch/exit.h"
#include "../arch/pmu.h"
#include "../core/bus.h"
#include "../core/host.h"
#include "../core/objects.h"
#include "../hyp/entry.h"
#include "../hyp/gicc_fast.h"
#include "../hyp/syndrome.h"
#include "../mmu/mmu.h"
#include "../nested/below.h"
#include "../nested/inplace.h"
#include "../timer/timer.h"
#include "../vgic/cpuif.h"
#include "inplace.h"
#include "vgic.h"

/* Whatever has to be told waits until the guest was left. */
static enum keel_inplace done(struct keel_vcpu *vcpu)
{
	keel_hyp_skip(&vcpu->ctx);
	return vcpu->kick_owed ? KEEL_INPLACE_LEAVE : KEEL_INPLACE_DONE;
}

/*
 * Somebody was signalled, who may have given this thread or this vCPU
 * something to do: another thread to run, an interrupt by an irqfd. Nobody
 * sends an IPI to his own CPU. Or somebody has yet to be told what the guest
 * completed, and that lowers a line.
 */
static enum keel_inplace signalled(struct keel_vcpu *vcpu)
{
	/* TIF_NEED_RESCHED_LAZY of PREEMPT_RT before 6.12 is no work of a guest's entry */
	if (IS_ENABLED(CONFIG_PREEMPT_RT) && need_resched())
		return KEEL_INPLACE_LEAVE;
	if (vcpu->kick_owed || vcpu->gic.completed || keel_host_work_pending() ||
	    READ_ONCE(vcpu->requests))
		return KEEL_INPLACE_LEAVE;
	return KEEL_INPLACE_DONE;
}

/*
 * Back to the guest with what is pending now in its list registers, what the vCPU owes itself as
 * well. One that is left all the same has not run, and they are read back. A function of its own,
 * so that the objects show that none gets by the ISB (tools/build/unseen-instructions).
 */
static noinline enum keel_inplace relist(struct keel_vcpu *vcpu)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	enum keel_inplace verdict;

	keel_vgic_flush(vcpu);
	if (vcpu->kick_owed == vcpu)
		vcpu->kick_owed = NULL;
	keel_vhe_vgic_enter(ctx);
	if (ctx->gic.soft)
		keel_gicc_fast_drive(ctx);
	verdict = signalled(vcpu);
	if (verdict == KEEL_INPLACE_LEAVE)
		isb();	/* Arm ARM D24.1.2.2: what was written is in ICH_ELRSR_EL2 */
	return verdict;
}

/*
 * ICC_DIR_EL1 of a guest hypervisor, which ends each of its interrupts by it: a private one. Timers
 * have gone on meanwhile, and what the host's GIC has for them follows.
 */
static enum keel_inplace deactivate(struct keel_vcpu *vcpu)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	unsigned int rt = FIELD_GET(KEEL_ESR_SYS_RT, ctx->esr);
	u32 intid = rt == KEEL_XZR ? 0 : ctx->x[rt] & GENMASK(23, 0);

	if (intid >= KEEL_NR_PRIVATE || !keel_host_has_rcu())
		return KEEL_INPLACE_NO;
	keel_vhe_vgic_leave(ctx);
	keel_vgic_sync(vcpu);
	keel_timer_follow(vcpu);
	/* its list registers are in memory: this cannot be one that another has */
	keel_cpuif_deactivate(vcpu, intid);
	keel_timer_hold(vcpu);
	keel_hyp_skip(ctx);
	return relist(vcpu);
}

/* A value of its PMU's, unless the CPU's counters have an overflow for it that nobody took yet. */
static noinline enum keel_inplace counter(struct keel_vcpu *vcpu, unsigned int rt)
{
	u64 val;

	u64 counters = vcpu->ctx.pmcnten;

	if (!keel_host_is_watching() || (counters && read_sysreg(pmovsclr_el0) & counters) ||
	    !keel_pmu_try_read(vcpu, vcpu->ctx.esr, &val))
		return KEEL_INPLACE_NO;
	if (rt != KEEL_XZR)
		vcpu->ctx.x[rt] = val;
	return done(vcpu);
}

static enum keel_inplace sysreg(struct keel_vcpu *vcpu)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	unsigned int rt = FIELD_GET(KEEL_ESR_SYS_RT, ctx->esr);

	if (keel_nv(vcpu) && !keel_esr_is_sgi(ctx))
		return keel_esr_is_dir(ctx) && ctx->gic.in_cpu ? deactivate(vcpu)
							       : keel_nested_inplace_sysreg(vcpu);
	if (!keel_esr_is_sgi(ctx) || !ctx->gic.in_cpu)
		return keel_pmu_on(vcpu) ? counter(vcpu, rt) : KEEL_INPLACE_NO;
	if (!keel_vgic_try_sgi(vcpu, rt == KEEL_XZR ? 0 : ctx->x[rt], true))
		return KEEL_INPLACE_NO;
	return done(vcpu);
}

static enum keel_inplace eret(struct keel_vcpu *vcpu)
{
	return keel_nv(vcpu) ? keel_nested_inplace_eret(vcpu) : KEEL_INPLACE_NO;
}

static ipa_t accessed(const struct keel_ctx *ctx, ipa_t page)
{
	return ipa(page.v | (ctx->far & GENMASK(11, 0)));
}

static enum keel_inplace redist(struct keel_vcpu *vcpu, ipa_t page)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	bool write = ctx->esr & ESR_ELx_WNR;
	u64 val = keel_esr_abort_stored(ctx);

	if (!keel_esr_abort_is_plain(ctx, keel_world_sctlr()) ||
	    !keel_vgic_try_redist(vcpu, accessed(ctx, page), keel_esr_abort_bytes(ctx->esr), write,
				  &val))
		return KEEL_INPLACE_NO;
	if (!write)
		keel_esr_abort_load(ctx, val);
	vcpu->stat.mmio_kernel++;
	return done(vcpu);
}

static enum keel_inplace doorbell(struct keel_vcpu *vcpu, ipa_t page)
{
	const struct keel_ctx *ctx = &vcpu->ctx;
	u64 val = keel_esr_abort_stored(ctx);
	bool rung;
	int idx;

	if (!(ctx->esr & ESR_ELx_WNR) || !keel_esr_abort_is_plain(ctx, keel_world_sctlr()))
		return KEEL_INPLACE_NO;
	idx = srcu_read_lock(&vcpu->vm->srcu);
	rung = keel_bus_try_write(vcpu, accessed(ctx, page), keel_esr_abort_bytes(ctx->esr), &val);
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
		return keel_mmu_is_bare(vcpu, page) && !keel_bus_is_gap(vcpu, page)
			       ? doorbell(vcpu, page)
			       : KEEL_INPLACE_NO;
	}
	return KEEL_INPLACE_NO;
}

static enum keel_inplace access(struct keel_vcpu *vcpu)
{
	ipa_t page = ipa(keel_hpfar_page(vcpu->ctx.hpfar));

	if (keel_vgic_has_redist(vcpu, page))
		return redist(vcpu, page);
	if (!keel_host_is_watching())
		return KEEL_INPLACE_NO;
	if (!keel_mmu_is_bare(vcpu, page))
		return memory(vcpu, page);
	return keel_bus_is_gap(vcpu, page) ? KEEL_INPLACE_NO : doorbell(vcpu, page);
}

static enum keel_inplace none(struct keel_vcpu *vcpu)
{
	return KEEL_INPLACE_NO;
}

static enum keel_inplace synchronous(struct keel_vcpu *vcpu)
{
	switch (ESR_ELx_EC(vcpu->ctx.esr)) {
#define EXIT(ec, class, el2, inplace, host)	case ec: return inplace(vcpu);
#include "../hyp/exits.def"
	}
	return KEEL_INPLACE_NO;
}

/*
 * The host's PPI of the virtual timer is answered here: it is marked active, and the
 * guest's EOI deactivates it (ICH_LR<n>_EL2.HW). If another interrupt of the host is
 * pending as well, the guest's run ends at once. Here and in deactivate() all locks are raw.
 */
static enum keel_inplace interrupt(struct keel_vcpu *vcpu)
{
	if (!keel_host_has_rcu())
		return KEEL_INPLACE_NO;
	keel_vhe_vgic_leave(&vcpu->ctx);
	keel_vgic_sync(vcpu);
	if (!keel_timer_try_raise(vcpu))
		return KEEL_INPLACE_NO;
	return relist(vcpu);
}

enum keel_inplace keel_inplace_exit(struct keel_vcpu *vcpu, int code)
{
	/* virtual EL2 may want to hear of it: no more than the first look has let through */
	if (keel_below_is_live(vcpu))
		return keel_nested_inplace_below(vcpu);
	return code == KEEL_EXIT_IRQ ? interrupt(vcpu) : synchronous(vcpu);
}
