// SPDX-License-Identifier: GPL-2.0-only
/* Dispatch of an exit by its exception class, in the host. */
#include <linux/kvm.h>
#include <linux/panic.h>
#include <linux/sched.h>
#include <asm/debug-monitors.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/ptrace.h>
#include "../core/block.h"
#include "../core/trace.h"
#include "../core/vcpus.h"
#include "../hyp/features.h"
#include "../mmu/mmu.h"
#include "../nested/below.h"
#include "../nested/fault2.h"
#include "../nested/nested.h"
#include "../nested/nv.h"
#include "../nested/route.h"
#include "../timer/timer.h"
#include "aarch32.h"
#include "aarch32_insn.h"
#include "arch.h"
#include "cp15.h"
#include "entry_state32.h"
#include "exit.h"
#include "mops.h"
#include "serror.h"
#include "sve.h"

typedef int (*exit_fn)(struct keel_vcpu *vcpu, const struct keel_exit *exit);

static int unknown(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	keel_inject_undef(vcpu);
	return KEEL_RESUME;
}

/*
 * WFIT: at most until that count, or not at all if it is not known which (FEAT_WFxT before its
 * second version).
 */
static void wait_limited(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	u64 until = exit->wfx.rn_valid && exit->wfx.rn < 31 ? vcpu->ctx.x[exit->wfx.rn] : 0;

	if (!keel_timer_limit_wait(vcpu, until))
		return;
	keel_vcpu_block(vcpu);
	keel_timer_unlimit_wait(vcpu);
}

static int wfx(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	if (keel_traced(KEEL_EVENT_WFX))
		keel_trace_wfx(vcpu->ctx.pc, exit->wfx.wfe);
	keel_exit_skip(&vcpu->ctx);
	if (exit->wfx.wfe) {
		vcpu->stat.wfe++;
		yield();
		keel_traps_choose_wfe(vcpu);
		return KEEL_RESUME;
	}
	vcpu->stat.wfi++;
	if (keel_vcpu_find_event(vcpu))
		return KEEL_RESUME;
	if (exit->wfx.timeout)
		wait_limited(vcpu, exit);
	else
		keel_vcpu_block(vcpu);
	return KEEL_RESUME;
}

/* EL2 could not load the guest's registers: a host task's were still in the CPU. */
static int fp(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	vcpu->fp_wanted = true;
	return KEEL_RESUME;
}

/* An SVE instruction, or ZCR_EL1. */
static int sve(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	return keel_sve_has(vcpu) ? fp(vcpu, exit) : unknown(vcpu, exit);
}

/* HVC and SMC of AArch32. The immediate of SMC is not in the syndrome. */
static int call32(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	int verdict;

	keel_aarch32_cut_args(&vcpu->ctx);
	verdict = exit->ec == ESR_ELx_EC_HVC32 ? keel_smccc_hvc(vcpu, exit)
					       : keel_smccc_smc(vcpu, exit);
	keel_aarch32_cut_args(&vcpu->ctx);
	return verdict;
}

static int act(struct keel_vcpu *vcpu, const struct keel_exit *exit, enum keel_fault_verdict fault)
{
	switch (fault) {
	case KEEL_FAULT_NO_MEMORY:
		return keel_mmio_abort(vcpu, exit);
	case KEEL_FAULT_ABORT:
		keel_inject_abort(vcpu, exit);
		break;
	case KEEL_FAULT_SIZE:
		keel_inject_size_fault(vcpu, exit->abort.exec, exit->far);
		break;
	case KEEL_FAULT_EXTERNAL:
		/*
		 * no proof that the page is bad, which a guest must not be able to feign:
		 * hardware.rst
		 */
		keel_inject_serror(vcpu, BIT(24));	/* ISS.IDS */
		break;
	case KEEL_FAULT_NO_READ:
		return keel_exit_refuse(vcpu, exit->ipa, KEEL_MEMORY_NO_READ);
	case KEEL_FAULT_NO_WRITE:
		return keel_exit_refuse(vcpu, exit->ipa, KEEL_MEMORY_NO_WRITE);
	case KEEL_FAULT_NO_EXEC:
		return keel_exit_refuse(vcpu, exit->ipa, KEEL_MEMORY_NO_EXEC);
	case KEEL_FAULT_DONE:
	case KEEL_FAULT_WAIT:
		break;
	}
	return KEEL_RESUME;
}

/* Virtual EL2 has its own, and calls keel by SMC. */
static int hvc(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	return keel_nv(vcpu) ? keel_nested_hvc(vcpu, exit) : keel_smccc_hvc(vcpu, exit);
}

/* What came of it: a verdict of mmu/'s, or -errno. */
static int end_access(struct keel_vcpu *vcpu, const struct keel_exit *exit, int ret)
{
	/* the next entry's preparation looks what came: a signal, or work for this thread alone */
	if (ret == -EINTR)
		return KEEL_RESUME;
	return ret < 0 ? ret : act(vcpu, exit, ret);
}

/* With a stage 2 of the guest's own: from here on by the guest hypervisor's addresses. */
static int access_below(struct keel_vcpu *vcpu, struct keel_exit exit)
{
	int ret = keel_fault2_handle(vcpu, &exit);

	return end_access(vcpu, &exit, ret);
}

static int access(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	vcpu->stat.abort++;
	if (keel_below_has_stage2(vcpu))
		return access_below(vcpu, *exit);
	return end_access(vcpu, exit, keel_mmu_fault(vcpu, exit));
}

/* Begun on a CPU that does it the other way, it begins anew with what is left. */
static int mops(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	struct keel_ctx *ctx = &vcpu->ctx;

	keel_mops_restart(ctx->x, &ctx->pc, ctx->pstate, exit->iss);
	ctx->pstate &= ~(u64)DBG_SPSR_SS;
	return KEEL_RESUME;
}

/* EL2 has posted an SGI to a vCPU that may have looked already. */
static int posted(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	struct keel_vcpu *to = keel_vm_vcpu_by_id(vcpu->vm, exit->iss);

	if (to)
		keel_vgic_collect(to);
	return KEEL_RESUME;
}

/* EL2 has done it, and the host looks at the interrupts before each entry. */
static int refill(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	return KEEL_RESUME;
}

/* The hypervisor's own failure: no vCPU of any VM can go on. The report is in the host's log. */
static int failed(struct keel_vcpu *vcpu)
{
	vcpu->run->exit_reason = KVM_EXIT_INTERNAL_ERROR;
	vcpu->run->internal.suberror = KVM_INTERNAL_ERROR_UNEXPECTED_EXIT_REASON;
	vcpu->run->internal.ndata = 0;
	return KEEL_USER;
}

/* The page at VNCR_EL2, keel's own memory, did not answer: this vCPU cannot go on. */
static int page(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	return failed(vcpu);
}

/* The last column of hyp/exits.def. */
static const exit_fn table[ESR_ELx_EC_MAX + 1] = {
#define EXIT(ec, class, el2, inplace, host)	[ec] = host,
#include "../hyp/exits.def"
};

static int dispatch(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	exit_fn handle = table[exit->ec] ?: unknown;

	if (keel_aarch32_insn_fails(vcpu->ctx.pstate, exit->esr)) {
		keel_exit_skip(&vcpu->ctx);
		return KEEL_RESUME;
	}
	if (keel_below_is_live(vcpu) && keel_route_exit(vcpu, exit))
		return KEEL_RESUME;
	return handle(vcpu, exit);
}

static int synchronous(struct keel_vcpu *vcpu)
{
	const struct keel_ctx *ctx = &vcpu->ctx;
	struct keel_exit exit = keel_exit_decode(ctx->esr, ctx->far, ctx->hpfar);
	u64 pc = ctx->pc;
	int verdict;

	if (exit.ec == ESR_ELx_EC_PAC)
		keel_debug_mend_pstate(vcpu);
	verdict = dispatch(vcpu, &exit);
	/* an emulated instruction counts as a step for a VMM that steps the guest */
	if (verdict == KEEL_RESUME && ctx->pc != pc && keel_debug_step_done(vcpu))
		return KEEL_USER;
	return verdict;
}

/*
 * Where some CPUs only have AArch32 at EL0 guests are told that there is none. One
 * that goes there all the same, on a CPU that has it, cannot go on elsewhere, nor before
 * KVM_ARM_VCPU_INIT.
 */
static bool is_lost(const struct keel_ctx *ctx)
{
	return unlikely(ctx->pstate & PSR_MODE32_BIT) && !keel_hyp_features.aa32;
}

/* The state that user space gave the vCPU is one that this CPU cannot enter. -EINVAL, as KVM's. */
static int illegal(struct keel_vcpu *vcpu)
{
	vcpu->run->exit_reason = KVM_EXIT_FAIL_ENTRY;
	vcpu->run->fail_entry.hardware_entry_failure_reason = 0;
	vcpu->run->fail_entry.cpu = vcpu->last_cpu;
	return -EINVAL;
}

/*
 * A physical SError that came while the guest ran, or was pending at its exit.
 * What is the guest's has the RAS syndrome when the CPU gives one.
 */
static void serror(struct keel_vcpu *vcpu, u64 esr)
{
	enum keel_serror_verdict verdict = keel_serror_verdict(esr, keel_hyp_features.ras);

	if (verdict == KEEL_SERROR_FATAL)
		panic("keel: uncontained SError while a guest ran: syndrome %#llx", esr);
	if (verdict == KEEL_SERROR_IGNORE)
		return;
	keel_inject_serror(vcpu, keel_aarch32_el1(vcpu) ? keel_entry_state32_vsesr(esr) :
							  esr & ESR_ELx_ISS_MASK);
}

bool keel_exit_is_interrupt(const struct keel_vcpu *vcpu)
{
	return !(vcpu->ctx.flags & KEEL_CTX_SERROR) && !is_lost(&vcpu->ctx);
}

int keel_exit_handle(struct keel_vcpu *vcpu, int code)
{
	struct keel_ctx *ctx = &vcpu->ctx;

	if (ctx->flags & KEEL_CTX_SERROR) {
		ctx->flags &= ~KEEL_CTX_SERROR;
		serror(vcpu, ctx->disr);
	}
	if (is_lost(ctx) && code != KEEL_EXIT_FAILED) {
		vcpu->initialised = false;
		code = KEEL_EXIT_ILLEGAL;
	}
	switch (code) {
	case KEEL_EXIT_SYNC:
		return synchronous(vcpu);
	case KEEL_EXIT_SERROR:
		serror(vcpu, ctx->esr);
		return KEEL_RESUME;
	case KEEL_EXIT_ILLEGAL:
		return illegal(vcpu);
	case KEEL_EXIT_FAILED:
		return failed(vcpu);
	default:
		return KEEL_RESUME;
	}
}
