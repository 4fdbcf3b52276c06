// SPDX-License-Identifier: GPL-2.0-only
/*
 * The world switch on a VHE host: from the host's control of EL2 to the
 * guest's and back, around the assembly of hyp/entry.S.
 *
 * IRQs off, preemption off, the vCPU resident (vhe/resident.c).
 */
#include <linux/panic.h>
#include <linux/printk.h>
#include <asm/barrier.h>
#include <asm/daifflags.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>
#include "../arch/pmu.h"
#include "../core/objects.h"
#include "../hyp/aarch32.h"
#include "../hyp/collect.h"
#include "../hyp/debug.h"
#include "../hyp/entry.h"
#include "../hyp/exit_times.h"
#include "../hyp/fp.h"
#include "../hyp/guarded.h"
#include "../hyp/hyp.h"
#include "../hyp/mpam.h"
#include "../hyp/world.h"
#include "inplace.h"
#include "pcpu.h"
#include "vgic.h"

/* What of the host's EL2 state the guest displaces. */
struct host_world {
	u64 hcr, cptr, mdcr, hcrx, vbar, mdscr;
	u64 tpidr_el0, tpidrro_el0;
	struct keel_mpam mpam;
};

static DEFINE_PER_CPU(struct keel_debug_regs, host_debug);

/* The registers of regs.def that are switched at every entry. */
static __always_inline void load_run_regs(const struct keel_ctx *ctx, struct host_world *h)
{
	h->tpidr_el0 = read_sysreg(tpidr_el0);
	h->tpidrro_el0 = read_sysreg(tpidrro_el0);
	h->mdscr = read_sysreg(mdscr_el1);
	write_sysreg(ctx->sys[KEEL_TPIDR_EL0], tpidr_el0);
	write_sysreg(ctx->sys[KEEL_TPIDRRO_EL0], tpidrro_el0);
	write_sysreg(ctx->sys[KEEL_MDSCR_EL1], mdscr_el1);
	write_sysreg(ctx->sys[KEEL_PAR_EL1], par_el1);
}

static __always_inline void unload_run_regs(struct keel_ctx *ctx, const struct host_world *h)
{
	ctx->sys[KEEL_TPIDR_EL0] = read_sysreg(tpidr_el0);
	ctx->sys[KEEL_TPIDRRO_EL0] = read_sysreg(tpidrro_el0);
	ctx->sys[KEEL_MDSCR_EL1] = read_sysreg(mdscr_el1);
	ctx->sys[KEEL_PAR_EL1] = keel_guarded_read_par();
	write_sysreg(h->tpidr_el0, tpidr_el0);
	write_sysreg(h->tpidrro_el0, tpidrro_el0);
	write_sysreg(h->mdscr, mdscr_el1);
}

/* The thread's labels change with its group, also while a vCPU stays resident. */
static __always_inline void enter_mpam(struct keel_mpam *host)
{
	u64 *loaded = &this_cpu_ptr(&keel_pcpu)->mpam1;
	u64 mpam1 = keel_mpam1_guest(read_sysreg_s(KEEL_SYS_MPAM0_EL1));

	if (*loaded != mpam1)
		write_sysreg_s(mpam1, KEEL_SYS_MPAM1_EL12);
	*loaded = mpam1;
	/*
	 * the kernel reaches MPAM2_EL2 by its name at EL1 whenever labels change: so it is read
	 * each time
	 */
	keel_mpam_read(host);
	keel_mpam_enter(host);
}

static __always_inline void enter_world(struct keel_ctx *ctx, struct host_world *h)
{
	h->hcr = read_sysreg(hcr_el2);
	h->cptr = read_sysreg(cpacr_el1);
	h->mdcr = read_sysreg(mdcr_el2);
	h->vbar = read_sysreg(vbar_el1);
	load_run_regs(ctx, h);
	if (ctx->flags & KEEL_CTX_DEBUG_GUEST)
		keel_debug_enter(ctx, this_cpu_ptr(&host_debug));
	keel_vhe_vgic_enter(ctx);

	if (keel_hyp_aarch32(ctx))
		keel_hyp_aarch32_fp_trap();
	write_sysreg(keel_world_cptr(), cpacr_el1);
	write_sysreg(ctx->mdcr | (h->mdcr & MDCR_EL2_HPMN_MASK), mdcr_el2);
	if (keel_hyp_features.hcx) {
		h->hcrx = read_sysreg_s(SYS_HCRX_EL2);
		write_sysreg_s(ctx->hcrx, SYS_HCRX_EL2);
	}
	if (keel_hyp_features.mpam)
		enter_mpam(&h->mpam);
	if (keel_hyp_features.ras)
		write_sysreg_s(ctx->vsesr, SYS_VSESR_EL2);
	write_sysreg(this_cpu_ptr(&keel_pcpu)->vectors, vbar_el1);
	keel_guarded_write_hcr(keel_world_hcr(ctx) | HCR_E2H);
	/* the ERET synchronises all of it (Arm ARM D24.1.2.2) */
}

static __always_inline void sync_serror(struct keel_ctx *ctx)
{
	if (keel_collect_vse_taken(ctx))
		clear_bit(KEEL_LINE_SERROR, &ctx->lines);
}

static __always_inline void leave_world(struct keel_ctx *ctx, const struct host_world *h)
{
	keel_fp_save(ctx);
	keel_vhe_vgic_leave(ctx);
	sync_serror(ctx);
	keel_collect_serror(ctx);
	if (ctx->flags & KEEL_CTX_DEBUG_GUEST)
		keel_debug_leave(ctx, this_cpu_ptr(&host_debug));
	unload_run_regs(ctx, h);

	keel_guarded_write_hcr(h->hcr);
	write_sysreg(h->cptr, cpacr_el1);
	write_sysreg(h->mdcr, mdcr_el2);
	write_sysreg(h->vbar, vbar_el1);
	keel_mpam_leave(&h->mpam);
	if (keel_hyp_features.hcx)
		write_sysreg_s(h->hcrx, SYS_HCRX_EL2);
	isb();	/* TGE, vectors and traps are the host's before its next access or interrupt */
}

/*
 * The host's code runs in the guest's world: should it meet an exception (a
 * probe, a warning), the host's vectors take it.
 */
static __always_inline enum keel_inplace serve_in_place(struct keel_vcpu *vcpu, u64 host_vbar,
							int code)
{
	enum keel_inplace verdict;

	write_sysreg(host_vbar, vbar_el1);
	isb();	/* Arm ARM B2.7: before any such exception */
	verdict = keel_inplace_exit(vcpu, code);
	/* the entry's ERET synchronises */
	write_sysreg(this_cpu_ptr(&keel_pcpu)->vectors, vbar_el1);
	return verdict;
}

/* True: enter the guest again. */
static __always_inline bool go_on(enum keel_inplace verdict, int *code)
{
	if (verdict == KEEL_INPLACE_LEAVE)
		*code = KEEL_EXIT_IRQ;
	return verdict == KEEL_INPLACE_DONE;
}

static __always_inline bool handle_in_place(struct keel_vcpu *vcpu, u64 host_vbar, int *code)
{
	return keel_inplace_candidate(vcpu, *code) &&
	       go_on(serve_in_place(vcpu, host_vbar, *code), code);
}

/* With KEEL_CTX_APART. */
static bool handle_apart(struct keel_vcpu *vcpu, u64 host_vbar, int *code)
{
	bool barred = vcpu->ctx.flags & KEEL_CTX_NO_FAST, timed = vcpu->ctx.flags & KEEL_CTX_TIMED;
	/* now: an answer may leave another syndrome */
	enum keel_exit_class class = timed ? keel_exit_class(&vcpu->ctx, *code) : KEEL_CLASS_OTHER;
	u64 begin = timed ? keel_exit_times_now() : 0;
	enum keel_inplace verdict;

	if (barred ? !keel_inplace_candidate_below(vcpu, *code)
		   : !keel_inplace_candidate(vcpu, *code))
		return false;
	verdict = serve_in_place(vcpu, host_vbar, *code);
	if (timed && verdict != KEEL_INPLACE_NO)
		keel_exit_times_add(keel_exit_times(&vcpu->ctx)->inplace[class], begin,
				    keel_exit_times_now());
	return go_on(verdict, code);
}

/* apart: it has KEEL_CTX_APART. A constant, so that others' exits need no look at that. */
static __always_inline int run(struct keel_vcpu *vcpu, bool apart)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	struct host_world host;
	bool others;
	int code;

	local_daif_mask();
	if (keel_world_host_serror()) {
		local_daif_restore(DAIF_PROCCTX_NOIRQ);
		return KEEL_EXIT_IRQ;
	}
	pmr_sync();	/* pseudo-NMI: the GIC knows that its mask is open before the guest runs */
	if (keel_pmu_on(vcpu))
		keel_pmu_enter(vcpu);
	others = keel_pmu_others_any();
	if (others)
		keel_pmu_others_enter(ctx);
	enter_world(ctx, &host);
	do {
		code = keel_world_enter(ctx);
	} while (keel_collect_stale(ctx, code) ||
		 (apart ? handle_apart(vcpu, host.vbar, &code)
			: handle_in_place(vcpu, host.vbar, &code)));
	leave_world(ctx, &host);
	if (keel_pmu_on(vcpu))
		keel_pmu_leave(vcpu);
	if (others)
		keel_pmu_others_leave(ctx);
	local_daif_restore(DAIF_PROCCTX_NOIRQ);
	return code;
}

static noinline int run_apart(struct keel_vcpu *vcpu)
{
	return run(vcpu, true);
}

int keel_vhe_run(struct keel_vcpu *vcpu)
{
	return unlikely(vcpu->ctx.flags & KEEL_CTX_APART) ? run_apart(vcpu) : run(vcpu, false);
}

/*
 * From the vectors: an exception at EL2 that keel's code must not cause. Give the host its vectors
 * and stop.
 */
asmlinkage void __noreturn keel_hyp_bug(u64 esr, u64 elr, u64 far, u64 spsr);
asmlinkage void __noreturn keel_hyp_bug(u64 esr, u64 elr, u64 far, u64 spsr)
{
	struct keel_pcpu *p = this_cpu_ptr(&keel_pcpu);

	write_sysreg(p->host_vectors, vbar_el1);
	keel_guarded_write_hcr(p->host_hcr);
	isb();
	panic("keel: unexpected exception at EL2: esr %#llx elr %#llx far %#llx spsr %#llx",
	      esr, elr, far, spsr);
}
