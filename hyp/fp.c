// SPDX-License-Identifier: GPL-2.0-only
/*
 * The FP registers of vCPUs that have more than V0 to V31. At EL2 with the guest's
 * registers in the CPU, without the kernel's help.
 *
 * The host's ZCR_EL1 is ZCR_EL2 under VHE. Its kernel sets it with each task's state that
 * it loads, but not for a task that has no SVE state yet: it has to be found as it was left.
 * ZCR_EL1 does not act at EL2, so that what the guest made of its own shortens nothing here.
 */
#include <asm/barrier.h>
#include <asm/sysreg.h>
#include "aarch32.h"
#include "fp.h"
#include "sve.h"

/* CPTR_EL2 in the E2H layout (Arm ARM D24.2.33). */
#define CPTR_ZEN	GENMASK(17, 16)

static void sve_enable(void)
{
	if (KEEL_WORLD_NVHE)
		write_sysreg(read_sysreg(cptr_el2) & ~(u64)(CPTR_EL2_TFP | CPTR_EL2_TZ), cptr_el2);
	else
		sysreg_clear_set(cpacr_el1, 0, CPTR_FPEN | CPTR_ZEN);
	isb();	/* Arm ARM B2.7: the new CPTR_EL2 before what follows, which it would trap */
}

/* FP/SIMD alone is the guest's, on a VHE host. Until the entry's ERET it does not matter. */
static void sve_bar(void)
{
	if (!KEEL_WORLD_NVHE)
		sysreg_clear_set(cpacr_el1, CPTR_ZEN, 0);
}

static void write_guest_zcr(u64 zcr)
{
	if (KEEL_WORLD_NVHE)
		write_sysreg_s(zcr, SYS_ZCR_EL1);
	else
		write_sysreg_s(zcr, SYS_ZCR_EL12);
}

static u64 read_guest_zcr(void)
{
	return KEEL_WORLD_NVHE ? read_sysreg_s(SYS_ZCR_EL1) : read_sysreg_s(SYS_ZCR_EL12);
}

static void take_host_zcr(struct keel_ctx *ctx)
{
	ctx->host_zcr_el2 = read_sysreg_s(SYS_ZCR_EL2);
	if (KEEL_WORLD_NVHE)
		ctx->host_zcr_el1 = read_sysreg_s(SYS_ZCR_EL1);
}

/*
 * The host's next context synchronisation, at the latest when it leaves EL2, is before its next
 * use.
 */
static void give_host_zcr(const struct keel_ctx *ctx)
{
	write_sysreg_s(ctx->host_zcr_el2, SYS_ZCR_EL2);
	if (KEEL_WORLD_NVHE)
		write_sysreg_s(ctx->host_zcr_el1, SYS_ZCR_EL1);
}

static void load_sve(struct keel_ctx *ctx)
{
	sve_enable();
	take_host_zcr(ctx);
	ctx->flags |= KEEL_CTX_FP_GUEST;	/* from here on there is something to give back */
	write_sysreg_s(ctx->sve_vq - 1, SYS_ZCR_EL2);
	isb();	/* Arm ARM B2.7: the length before the loads */
	keel_sve_load((void *)ctx->sve_state, &ctx->fp);
	write_guest_zcr(ctx->sys[KEEL_ZCR_EL1]);
	if (ctx->sve_bound && ctx->sve_bound < ctx->sve_vq)
		write_sysreg_s(ctx->sve_bound - 1, SYS_ZCR_EL2);
	if (ctx->flags & KEEL_CTX_SVE_BARRED)
		sve_bar();
}

bool keel_fp_load_more(struct keel_ctx *ctx)
{
	if (!ctx->sve_vq) {
		keel_world_fp_enable();
		keel_fpsimd_load(&ctx->fp);
	} else if (keel_world_has(ctx->sve_state, keel_sve_size(ctx->sve_vq))) {
		load_sve(ctx);
	} else {
		return false;
	}
	if (keel_hyp_aarch32(ctx))
		keel_hyp_aarch32_fp_load(ctx);
	ctx->flags |= KEEL_CTX_FP_GUEST;
	return true;
}

void keel_fp_save_more(struct keel_ctx *ctx)
{
	if (keel_hyp_aarch32(ctx))
		keel_hyp_aarch32_fp_save(ctx);
	if (!ctx->sve_vq) {
		keel_fpsimd_save(&ctx->fp);
		return;
	}
	if (ctx->flags & KEEL_CTX_SVE_BARRED)
		sve_enable();
	if (ctx->sve_bound && ctx->sve_bound < ctx->sve_vq) {
		write_sysreg_s(ctx->sve_vq - 1, SYS_ZCR_EL2);
		isb();	/* Arm ARM B2.7: the length before the stores */
	}
	keel_sve_save((void *)ctx->sve_state, &ctx->fp);
	ctx->sys[KEEL_ZCR_EL1] = read_guest_zcr();
	give_host_zcr(ctx);
}

void keel_fp_abandon(struct keel_ctx *ctx)
{
	if ((ctx->flags & KEEL_CTX_FP_GUEST) && ctx->sve_vq)
		give_host_zcr(ctx);
	ctx->flags &= ~KEEL_CTX_FP_GUEST;
}
