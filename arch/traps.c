// SPDX-License-Identifier: GPL-2.0-only
/*
 * The composer of EL2's controls for a vCPU. Three things go into them: what every guest
 * has, with this host's CPUs and their errata; what follows from the guest's features and
 * ID registers, by the table of idfields.def: whatever it is not offered traps, and sysreg.c
 * makes an UNDEFINED exception of it; and what changes from entry to entry (struct
 * keel_traps).
 *
 * The world switch adds what is not the vCPU's: interrupt lines to HCR_EL2, the host's HPMN
 * to MDCR_EL2. CPTR_EL2 is the same for all guests and is hyp/world.h's.
 */
#include <linux/bits.h>
#include <linux/mutex.h>
#include <linux/sched/stat.h>
#include <asm/kvm_arm.h>
#include "../core/errata.h"
#include "../core/kick.h"
#include "../core/objects.h"
#include "../hyp/features.h"
#include "../hyp/gicc_fast.h"
#include "../nested/below.h"
#include "../nested/context.h"
#include "../nested/forward.h"
#include "../nested/merge.h"
#include "aarch32.h"
#include "cache.h"
#include "idlimits.h"
#include "idreg.h"
#include "idtraps.h"
#include "sve.h"
#include "traps.h"

/* HCR_EL2, not in 6.1's header. */
#define HCR_TID4_BIT	BIT_ULL(49)
/*
 * HCR_EL2.BSU: barriers reach the inner shareable domain. HCR_BSU_IS of kernels from 6.16 on is the
 * field's value, not in its place.
 */
#define HCR_BSU_INNER	BIT_ULL(10)

/*
 * HCR_EL2 for every guest. EnSCXT=0, ATA=0, FIEN=0, API=APK=0 unless added:
 * these are enables, so SCXTNUM, MTE, fault injection and PAC trap. PTW: a guest's
 * stage-1 walk, also one made ahead, must not read a device (side effects, aborts).
 */
#define HCR_BASE \
	(HCR_VM | HCR_SWIO | HCR_FMO | HCR_IMO | HCR_AMO | HCR_FB | HCR_BSU_INNER | HCR_TWI | \
	 HCR_PTW | HCR_TSC | HCR_TID1 | HCR_TID3 | HCR_TIDCP | HCR_TACR | HCR_TSW | HCR_RW)

/* HFGWTR_EL2.TCR_EL1 */
#define HFGW_TCR	BIT_ULL(32)
#define HFG_CPACR	BIT_ULL(12)	/* HFGRTR_EL2, HFGWTR_EL2 */
#define CPTR_TCPAC	BIT_ULL(31)
#define ZCR_LEN		GENMASK_ULL(3, 0)

static bool has_pauth(const struct keel_vcpu *vcpu)
{
	return vcpu->arch.features & BIT(KVM_ARM_VCPU_PTRAUTH_ADDRESS);
}

/* config_lock */
static u64 fixed_hcr(const struct keel_vcpu *vcpu)
{
	u64 hcr = HCR_BASE;

	if (keel_idreg_host_ras())
		hcr |= HCR_TEA | HCR_TERR;
	if (keel_idreg_host_fwb())
		hcr |= HCR_FWB;
	/* CTR_EL0 needs no trap when the guest's is the CPU's own */
	if (keel_idreg_host_evt() && keel_cache_ctr_is_hardware(vcpu->vm))
		hcr |= HCR_TID4_BIT;
	else
		hcr |= HCR_TID2;
	if (has_pauth(vcpu))
		hcr |= HCR_API | HCR_APK;
	if (keel_errata_has(TVM))
		hcr |= HCR_TVM;
	if (keel_aarch32_el1(vcpu))
		hcr &= ~HCR_RW;
	if (keel_nv(vcpu))
		hcr |= KEEL_HCR_VEL2;
	return hcr;
}

/*
 * E2PB and E2TB are 0: the guest may touch neither buffer. What traps by TDA and is not
 * switched traps by TDCC, which comes with FEAT_FGT, and by fine-grained traps as well,
 * where the CPU has them: the communications channel, claim tags, OSECCR_EL1.
 *
 * PMUSERENR_EL0 and PMSELR_EL0 are out of the guest's reach by TPM. What they hold
 * decides whether EL0's access goes to the guest's EL1 at once or by way of EL2, and
 * whether PMXEV* of a counter that is not there are UNDEFINED before they trap. For a
 * guest without a PMU that is an exception at its EL1 each time, and they stay the
 * host's; for one that has it pmu_world.c sees to it.
 */
static u64 fixed_mdcr(void)
{
	return keel_hyp_features.fgt ? MDCR_EL2_TDCC : 0;
}

static void put_hcr(struct keel_vcpu *vcpu)
{
	const struct keel_traps *t = &vcpu->arch.traps;

	u64 hcr = t->hcr | (t->wfe ? HCR_TWE : 0) | (t->vm ? HCR_TVM : 0);

	if (keel_below_is_live(vcpu)) {
		u64 guest = keel_nv_hcr(vcpu->nv);

		hcr = keel_merge_hcr(hcr & ~KEEL_HCR_VEL2, guest) | keel_merge_lines(guest);
	}
	/*
	 * VI and VF may be a GICv2's in software, while the guest runs; virtual EL2 has none such
	 */
	vcpu->ctx.hcr = (keel_nv(vcpu) ? 0 : vcpu->ctx.hcr & KEEL_HCR_LINES) | hcr;
}

static void put_mdcr(struct keel_vcpu *vcpu)
{
	static const u64 debug[] = {
		[KEEL_TRAP_DEBUG_NONE] = 0,
		[KEEL_TRAP_DEBUG_ACCESS] = MDCR_EL2_TDA,
		[KEEL_TRAP_DEBUG_ALL] = MDCR_EL2_TDA | MDCR_EL2_TDE,
	};
	const struct keel_traps *t = &vcpu->arch.traps;

	vcpu->ctx.mdcr = t->mdcr | debug[t->debug];
	if (keel_below_is_live(vcpu))
		vcpu->ctx.mdcr = keel_merge_mdcr(vcpu->ctx.mdcr, vcpu->nv->own[KEEL_OWN_MDCR_EL2]);
}

/*
 * All "n" bits stay 0, which traps too: TPIDR2, SMPRI, GCS, PIR, POR, RCWMASK, ACCDATA, AMAIR2,
 * BRBE.
 */
static void put_fine(struct keel_ctx *ctx, const u64 set[KEEL_NR_TRAP_REGS])
{
	ctx->hcrx = set[KEEL_TRAP_HCRX];
	ctx->hfgrtr = set[KEEL_TRAP_HFGRTR];
	ctx->hfgwtr = set[KEEL_TRAP_HFGWTR] | (keel_errata_has(TCR) ? HFGW_TCR : 0);
	ctx->hfgitr = set[KEEL_TRAP_HFGITR];
	ctx->hdfgrtr = set[KEEL_TRAP_HDFGRTR];
	ctx->hdfgwtr = set[KEEL_TRAP_HDFGWTR];
}

/* What virtual EL2 wants to trap of what is below traps as well. */
static void merge_fine(struct keel_vcpu *vcpu)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	u64 ctl[KEEL_NR_FORWARD], *fgt = ctl + KEEL_FORWARD_FGT;

	keel_context_controls(vcpu, ctl);
	ctx->hcrx = keel_merge_hcrx(ctx->hcrx, ctl[KEEL_FORWARD_HCRX]);
	ctx->hfgrtr = keel_merge_fgt(KEEL_FGT_HFGRTR, ctx->hfgrtr, fgt[KEEL_FGT_HFGRTR]);
	ctx->hfgwtr = keel_merge_fgt(KEEL_FGT_HFGWTR, ctx->hfgwtr, fgt[KEEL_FGT_HFGWTR]);
	ctx->hfgitr = keel_merge_fgt(KEEL_FGT_HFGITR, ctx->hfgitr, fgt[KEEL_FGT_HFGITR]);
	ctx->hdfgrtr = keel_merge_fgt(KEEL_FGT_HDFGRTR, ctx->hdfgrtr, fgt[KEEL_FGT_HDFGRTR]);
	ctx->hdfgwtr = keel_merge_fgt(KEEL_FGT_HDFGWTR, ctx->hdfgwtr, fgt[KEEL_FGT_HDFGWTR]);
	/* CPTR_EL2 is the same for all guests: what TCPAC is about traps as well by this */
	if (ctl[KEEL_FORWARD_CPTR] & CPTR_TCPAC) {
		ctx->hfgrtr |= HFG_CPACR;
		ctx->hfgwtr |= HFG_CPACR;
	}
}

static void set_flag(struct keel_ctx *ctx, u32 flag, bool set)
{
	ctx->flags = set ? ctx->flags | flag : ctx->flags & ~flag;
}

/* What of FP/SIMD and SVE traps for virtual EL2 is not loaded where it first traps. */
static void bar_fp(struct keel_vcpu *vcpu)
{
	bool below = keel_below_is_live(vcpu);
	u64 cptr = below ? keel_context_cptr(vcpu) : 0;

	set_flag(&vcpu->ctx, KEEL_CTX_FP_BARRED, below && !(cptr & KEEL_CPTR_FPEN));
	set_flag(&vcpu->ctx, KEEL_CTX_SVE_BARRED,
		 below && keel_sve_has(vcpu) && !(cptr & KEEL_CPTR_ZEN));
	/* while below is live virtual EL2's ZCR_EL2 is in the page, and bounds it */
	vcpu->ctx.sve_bound = below ? (keel_nv_read(vcpu->nv, KEEL_PAGE_ZCR_EL1) & ZCR_LEN) + 1 : 0;
}

void keel_traps_change_context(struct keel_vcpu *vcpu)
{
	u64 set[KEEL_NR_TRAP_REGS];

	keel_idtraps_compute(vcpu->ctx.idregs, set);
	put_hcr(vcpu);
	put_mdcr(vcpu);
	put_fine(&vcpu->ctx, set);
	if (keel_below_is_live(vcpu))
		merge_fine(vcpu);
	bar_fp(vcpu);
	keel_request(vcpu, KEEL_REQ_RELOAD);
}

void keel_traps_compose(struct keel_vcpu *vcpu)
{
	struct keel_traps *t = &vcpu->arch.traps;
	struct keel_ctx *ctx = &vcpu->ctx;
	u64 set[KEEL_NR_TRAP_REGS];

	keel_idtraps_compute(ctx->idregs, set);
	mutex_lock(&vcpu->vm->config_lock);
	t->hcr = fixed_hcr(vcpu) | set[KEEL_TRAP_HCR];
	mutex_unlock(&vcpu->vm->config_lock);
	t->mdcr = fixed_mdcr() | set[KEEL_TRAP_MDCR];
	put_hcr(vcpu);
	put_mdcr(vcpu);
	put_fine(ctx, set);
	set_flag(ctx, KEEL_CTX_PAUTH, has_pauth(vcpu));
	set_flag(ctx, KEEL_CTX_FP_MORE, ctx->sve_vq || keel_aarch32_el1(vcpu));
	keel_request(vcpu, KEEL_REQ_RELOAD);
}

void keel_traps_set_vm(struct keel_vcpu *vcpu, bool vm)
{
	vcpu->arch.traps.vm = vm;
	put_hcr(vcpu);
}

void keel_traps_set_debug(struct keel_vcpu *vcpu, enum keel_trap_debug debug)
{
	vcpu->arch.traps.debug = debug;
	put_mdcr(vcpu);
}

void keel_traps_choose_wfe(struct keel_vcpu *vcpu)
{
	vcpu->arch.traps.wfe = !single_task_running();
	put_hcr(vcpu);
}
