// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exception returns of virtual EL2, which trap.
 */
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <asm/debug-monitors.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/ptrace.h>
#include "../arch/arch.h"
#include "../arch/idfields.h"
#include "../arch/mdscr.h"
#include "../hyp/hyp.h"
#include "../vhe/nested.h"
#include "below.h"
#include "context.h"
#include "el1timer.h"
#include "nested.h"
#include "nv.h"
#include "pac.h"
#include "pstate.h"
#include "route.h"

#define ISS_ERETA	BIT(1)		/* with authentication of the address ... */
#define ISS_KEY_B	BIT(0)		/* ... by key B */
#define SCTLR_ENIA	BIT_ULL(31)
#define SCTLR_ENIB	BIT_ULL(30)
#define PAUTH2		3
#define FPACCOMBINE	5
#define FPAC_KEY_B	BIT(0)		/* the syndrome: an instruction's key, B */

void keel_nested_show(struct keel_vcpu *vcpu)
{
	if (keel_context_is_below(vcpu))
		keel_below_show(vcpu);
}

void keel_nested_settle(struct keel_vcpu *vcpu)
{
	if (!keel_nv(vcpu))
		return;
	keel_el1timer_settle(vcpu);
	if (keel_context_is_below(vcpu))
		keel_route_below(vcpu);
}

void keel_nested_park(struct keel_vcpu *vcpu)
{
	keel_below_leave(vcpu);
}

/* A VMM that steps the guest has PSTATE.SS; the guest's own waits elsewhere. */
static u64 take_step(struct keel_vcpu *vcpu, u64 pstate)
{
	if (!vcpu->arch.ss_armed)
		return pstate;
	vcpu->arch.ss_guest_pstate = pstate & DBG_SPSR_SS;
	return pstate & ~(u64)DBG_SPSR_SS;
}

static void go_below(struct keel_vcpu *vcpu, u64 pstate)
{
	keel_context_set_pstate(vcpu, take_step(vcpu, lower_32_bits(pstate)));
	keel_route_below(vcpu);
}

/* The most of the three ways to tell of it: 0, and the guest has none. */
static unsigned int pauth_level(const struct keel_vcpu *vcpu)
{
	const u64 *id = vcpu->ctx.idregs;
	unsigned int apa = KEEL_IDFIELD(id, AA64ISAR1, APA), api = KEEL_IDFIELD(id, AA64ISAR1, API);
	unsigned int apa3 = KEEL_IDFIELD(id, AA64ISAR2, APA3);

	return max3(apa, api, apa3);
}

/* The guest's key is in memory: with it the CPU's generic code is that of an address. */
static u64 compute(const void *key, u64 address, u64 modifier)
{
	return keel_vhe_pacga(key, address, modifier);
}

/* The stack pointer that virtual EL2 uses. */
static u64 stack(struct keel_vcpu *vcpu)
{
	return keel_sr_read(vcpu, vcpu->ctx.pstate & 1 ? KEEL_SP_EL1 : KEEL_SP_EL0);
}

/* False: the guest has an exception in its place. */
static bool authenticate(struct keel_vcpu *vcpu, const struct keel_exit *exit, u64 *address)
{
	bool key_b = exit->iss & ISS_KEY_B, valid;
	unsigned int level = pauth_level(vcpu);
	struct keel_pac p = {
		.tcr = keel_sr_read(vcpu, KEEL_TCR_EL1), .key_b = key_b, .is_xor = level >= PAUTH2,
		.compute = compute, .ctx = &vcpu->ctx.sys[key_b ? KEEL_APIBKEYLO_EL1 : KEEL_APIAKEYLO_EL1],
	};

	if (!level) {
		keel_inject_undef(vcpu);
		return false;
	}
	if (!(keel_sr_read(vcpu, KEEL_SCTLR_EL1) & (key_b ? SCTLR_ENIB : SCTLR_ENIA)))
		return true;
	*address = keel_pac_auth(&p, *address, stack(vcpu), &valid);
	if (valid || level < FPACCOMBINE)
		return true;
	keel_inject_sync(vcpu, (u64)ESR_ELx_EC_FPAC << ESR_ELx_EC_SHIFT | ESR_ELx_IL |
				       (key_b ? FPAC_KEY_B : 0));
	return false;
}

/* Does virtual EL2 have debug exceptions now? Of its own level those that are routed to it. */
static bool is_debugged(const struct keel_vcpu *vcpu)
{
	const struct keel_nv *nv = vcpu->nv;
	const struct keel_ctx *ctx = &vcpu->ctx;

	return ctx->sys[KEEL_MDSCR_EL1] & KEEL_MDSCR_KDE && !(ctx->pstate & PSR_D_BIT) &&
	       keel_nv_takes_debug(nv);
}

int keel_nested_eret(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	const struct keel_nv *nv = keel_nv(vcpu);
	struct keel_ctx *ctx = &vcpu->ctx;
	u64 spsr = keel_sr_read(vcpu, KEEL_SPSR_EL1), pc = keel_sr_read(vcpu, KEEL_ELR_EL1);
	enum keel_eret_to to;

	if (!nv) {
		keel_inject_undef(vcpu);
		return KEEL_RESUME;
	}
	if ((exit->iss & ISS_ERETA) && !authenticate(vcpu, exit, &pc))
		return KEEL_RESUME;
	spsr = keel_pstate_returned(spsr, is_debugged(vcpu));
	to = keel_pstate_eret(spsr, keel_nv_hcr(nv) & KEEL_HCR_TGE);
	ctx->pc = pc;
	if (to == KEEL_ERET_BELOW)
		go_below(vcpu, spsr);
	else
		ctx->pstate = take_step(vcpu, keel_pstate_after_eret(ctx->pstate, spsr, to));
	return KEEL_RESUME;
}
