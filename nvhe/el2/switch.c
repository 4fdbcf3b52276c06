// SPDX-License-Identifier: GPL-2.0-only
/*
 * The world switch at EL2 of an nVHE host: every register of EL1 and EL0 that
 * host and guest share, and EL2's controls, from the host's to the guest's and
 * back, around the assembly of hyp/entry.S. Fast exits (hyp/fast.c) touch none
 * of it.
 *
 * On the host's behalf, with all of PSTATE.DAIF masked.
 */
#include <asm/barrier.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>
#include "../../hyp/aarch32.h"
#include "../../hyp/collect.h"
#include "../../hyp/debug.h"
#include "../../hyp/entry.h"
#include "../../hyp/features.h"
#include "../../hyp/fp.h"
#include "../../hyp/guarded.h"
#include "../../hyp/world.h"
#include "debug.h"
#include "el1.h"
#include "image.h"
#include "vgic.h"

/* CNTHCTL_EL2 with E2H = 0 (Arm ARM D24.10.3). */
#define CNTHCTL_NVHE_PCTEN	BIT_ULL(0)	/* 0: CNTPCT_EL0 traps */
#define CNTHCTL_NVHE_PCEN	BIT_ULL(1)	/* 0: CNTP_* trap */

struct keel_hyp_features keel_hyp_features;
u64 keel_bhb_loops;

static void take_fgt(struct keel_host_el2 *h)
{
	if (!keel_hyp_features.fgt)
		return;
	h->hfgrtr = read_sysreg_s(SYS_HFGRTR_EL2);
	h->hfgwtr = read_sysreg_s(SYS_HFGWTR_EL2);
	h->hfgitr = read_sysreg_s(SYS_HFGITR_EL2);
	h->hdfgrtr = read_sysreg_s(SYS_HDFGRTR_EL2);
	h->hdfgwtr = read_sysreg_s(SYS_HDFGWTR_EL2);
}

void keel_switch_take(struct keel_el2_cpu *cpu)
{
	struct keel_host_el2 *h = &cpu->world.host;

	/* all CPUs bring the same: it does not matter who comes when */
	keel_hyp_features = cpu->features;
	if (cpu->bhb_loops > keel_bhb_loops)
		keel_bhb_loops = cpu->bhb_loops;
	h->hcr = read_sysreg(hcr_el2);
	h->cptr = read_sysreg(cptr_el2);
	h->hstr = read_sysreg(hstr_el2);
	h->mdcr = read_sysreg(mdcr_el2);
	h->cnthctl = read_sysreg(cnthctl_el2);
	h->vpidr = read_sysreg(vpidr_el2);
	h->vmpidr = read_sysreg(vmpidr_el2);
	if (keel_hyp_features.hcx)
		h->hcrx = read_sysreg_s(SYS_HCRX_EL2);
	if (keel_hyp_features.gicv3) {
		h->sre = read_sysreg_s(SYS_ICC_SRE_EL2);
		keel_gicv3_probe();
	}
	keel_mpam_read(&h->mpam);
	take_fgt(h);
	keel_el2_debug_take(&cpu->world);
	keel_gicv3_forget(&cpu->world.gic);
	cpu->world.guest = 0;
	cpu->world.pmstopped = 0;
}

/*
 * Counters of the host's events that count guests alone start, those of events that do not count
 * them stop.
 */
static void enter_counters(struct keel_el2_world *w, const struct keel_ctx *ctx)
{
	if (ctx->pmcnten)
		write_sysreg_s(ctx->pmcnten, SYS_PMCNTENSET_EL0);
	if (!ctx->pmcntclr)
		return;
	w->pmstopped = read_sysreg_s(SYS_PMCNTENSET_EL0) & ctx->pmcntclr;
	write_sysreg_s(w->pmstopped, SYS_PMCNTENCLR_EL0);
}

/* The first do not count EL2, so that it may be late; the host's EL1 comes after an ERET. */
static void leave_counters(struct keel_el2_world *w, const struct keel_ctx *ctx)
{
	if (ctx->pmcnten)
		write_sysreg_s(ctx->pmcnten, SYS_PMCNTENCLR_EL0);
	if (!w->pmstopped)
		return;
	write_sysreg_s(w->pmstopped, SYS_PMCNTENSET_EL0);
	w->pmstopped = 0;
}

/*
 * The host uses the physical timer and counts without offset; the virtual timer is off while it
 * runs.
 */
static void load_timer(const struct keel_el2_world *w, const struct keel_ctx *ctx)
{
	u64 traps = w->host.cnthctl & ~(CNTHCTL_NVHE_PCTEN | CNTHCTL_NVHE_PCEN);

	write_sysreg(ctx->pct_traps ? traps : traps | CNTHCTL_NVHE_PCTEN, cnthctl_el2);
	write_sysreg(ctx->cntvoff, cntvoff_el2);
	write_sysreg(ctx->sys[KEEL_CNTV_CVAL_EL0], cntv_cval_el0);
	write_sysreg(ctx->sys[KEEL_CNTV_CTL_EL0], cntv_ctl_el0);
}

static void unload_timer(const struct keel_el2_world *w, struct keel_ctx *ctx)
{
	ctx->sys[KEEL_CNTV_CTL_EL0] = read_sysreg(cntv_ctl_el0);
	ctx->sys[KEEL_CNTV_CVAL_EL0] = read_sysreg(cntv_cval_el0);
	write_sysreg(0, cntv_ctl_el0);
	write_sysreg(0, cntvoff_el2);
	write_sysreg(w->host.cnthctl, cnthctl_el2);
}

static void load_fgt(u64 hfgrtr, u64 hfgwtr, u64 hfgitr, u64 hdfgrtr, u64 hdfgwtr)
{
	if (!keel_hyp_features.fgt)
		return;
	write_sysreg_s(hfgrtr, SYS_HFGRTR_EL2);
	write_sysreg_s(hfgwtr, SYS_HFGWTR_EL2);
	write_sysreg_s(hfgitr, SYS_HFGITR_EL2);
	write_sysreg_s(hdfgrtr, SYS_HDFGRTR_EL2);
	write_sysreg_s(hdfgwtr, SYS_HDFGWTR_EL2);
}

/* EL2's controls, for the guest. HCR_EL2.VM comes last of what concerns translation. */
static void activate(const struct keel_el2_cpu *cpu, const struct keel_ctx *ctx)
{
	if (keel_hyp_aarch32(ctx))
		keel_hyp_aarch32_fp_trap();
	write_sysreg(ctx->vpidr, vpidr_el2);
	write_sysreg(ctx->sys[KEEL_MPIDR_EL1], vmpidr_el2);
	load_fgt(ctx->hfgrtr, ctx->hfgwtr, ctx->hfgitr, ctx->hdfgrtr, ctx->hdfgwtr);
	write_sysreg(keel_world_cptr(), cptr_el2);
	write_sysreg(KEEL_HSTR_GUEST, hstr_el2);
	write_sysreg(ctx->mdcr | (cpu->world.host.mdcr & MDCR_EL2_HPMN_MASK), mdcr_el2);
	if (keel_hyp_features.hcx)
		write_sysreg_s(ctx->hcrx, SYS_HCRX_EL2);
	/* EL1 and EL0 go on with the host's labels: MPAM1_EL1 and MPAM0_EL1 are not switched */
	keel_mpam_enter(&cpu->world.host.mpam);
	if (keel_hyp_features.ras) {
		write_sysreg_s(ctx->vsesr, SYS_VSESR_EL2);
		write_sysreg_s(ctx->sys[KEEL_DISR_EL1], SYS_VDISR_EL2);
	}
	write_sysreg(cpu->guest_vectors, vbar_el2);
	write_sysreg(ctx->vtcr, vtcr_el2);
	write_sysreg(ctx->vttbr, vttbr_el2);
	keel_guarded_write_hcr(keel_world_hcr(ctx));
}

/*
 * Inline: the caller's DSB goes before. VMID 0 is the host's: without stage 2 its TLB entries still
 * carry VTTBR_EL2.VMID (Arm ARM D8.14).
 */
static __always_inline void deactivate(const struct keel_el2_cpu *cpu)
{
	const struct keel_host_el2 *h = &cpu->world.host;

	keel_guarded_write_hcr(h->hcr);
	write_sysreg(0, vttbr_el2);
	write_sysreg(cpu->vectors, vbar_el2);
	keel_mpam_leave(&h->mpam);
	if (keel_hyp_features.hcx)
		write_sysreg_s(h->hcrx, SYS_HCRX_EL2);
	write_sysreg(h->mdcr, mdcr_el2);
	write_sysreg(h->cptr, cptr_el2);
	write_sysreg(h->hstr, hstr_el2);
	load_fgt(h->hfgrtr, h->hfgwtr, h->hfgitr, h->hdfgrtr, h->hdfgwtr);
	write_sysreg(h->vpidr, vpidr_el2);
	write_sysreg(h->vmpidr, vmpidr_el2);
}

static void enter_world(struct keel_el2_cpu *cpu, struct keel_ctx *ctx)
{
	struct keel_el2_world *w = &cpu->world;

	keel_el2_debug_quiet(w);
	keel_el1_save_host(w->el1);
	w->guest = (u64)ctx;
	keel_el1_block();
	if (ctx->flags & KEEL_CTX_DEBUG_GUEST)
		keel_debug_enter(ctx, &w->debug);
	keel_el2_gic_enter(w, ctx);
	load_timer(w, ctx);
	if (keel_hyp_aarch32(ctx))
		keel_hyp_aarch32_load(ctx);
	activate(cpu, ctx);
	keel_el1_load(ctx->sys);
	keel_el1_open(ctx->sys);
	enter_counters(w, ctx);
	/* the ERET synchronises all of it (Arm ARM D24.1.2.2) */
}

/* The guest's registers to memory, with its controls still loaded. */
static void save_guest(struct keel_el2_world *w, struct keel_ctx *ctx)
{
	leave_counters(w, ctx);
	keel_fp_save(ctx);
	keel_el2_gic_leave(w, ctx);
	if (keel_collect_vse_taken(ctx))
		ctx->flags |= KEEL_CTX_VSE_TAKEN;
	keel_collect_serror(ctx);
	keel_el1_save(ctx->sys);
	if (keel_hyp_features.ras)
		ctx->sys[KEEL_DISR_EL1] = read_sysreg_s(SYS_VDISR_EL2);
	if (keel_hyp_aarch32(ctx))
		keel_hyp_aarch32_save(ctx);
	unload_timer(w, ctx);
	if (ctx->flags & KEEL_CTX_DEBUG_GUEST)
		keel_debug_leave(ctx, &w->debug);
}

static void load_host(struct keel_el2_cpu *cpu)
{
	keel_el1_block();
	deactivate(cpu);
	keel_el1_load_host(cpu->world.el1);
	keel_el1_open(cpu->world.el1);
	keel_el2_debug_resume(&cpu->world);
	isb();	/* vectors and traps are the host's before anything more happens at EL2 */
	cpu->world.guest = 0;
}

long keel_switch_run(struct keel_ctx *ctx)
{
	struct keel_el2_cpu *cpu = keel_image_cpu();
	int code;

	if (keel_world_host_serror())
		return KEEL_EXIT_IRQ;
	enter_world(cpu, ctx);
	/* what the compiler keeps of the stack ends where the frame of keel_guest_enter() begins */
	asm volatile("mov %0, sp" : "=r" (cpu->world.frame));
	do {
		code = keel_world_enter(ctx);
	} while (keel_collect_stale(ctx, code));
	cpu->world.frame = 0;
	save_guest(&cpu->world, ctx);
	load_host(cpu);
	return code;
}

/* Nothing of the guest is saved: its state is lost, the host's is not. */
void keel_switch_recover(struct keel_el2_cpu *cpu)
{
	struct keel_el2_world *w = &cpu->world;
	struct keel_ctx *ctx = (struct keel_ctx *)w->guest;

	if (!ctx)
		return;
	write_sysreg(0, cntv_ctl_el0);
	write_sysreg(0, cntvoff_el2);
	write_sysreg(w->host.cnthctl, cnthctl_el2);
	keel_el2_gic_recover(w);
	leave_counters(w, ctx);
	if (ctx->flags & KEEL_CTX_DEBUG_GUEST)
		keel_debug_recover(&w->debug);
	keel_fp_abandon(ctx);
	if (w->frame)
		keel_host_frame_load(w->frame, ctx->flags & KEEL_CTX_PAUTH);
	w->frame = 0;
	load_host(cpu);
}

bool keel_switch_is_context(const struct keel_ctx *ctx)
{
	return keel_hyp_is_context(ctx);
}
