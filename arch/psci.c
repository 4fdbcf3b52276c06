// SPDX-License-Identifier: GPL-2.0-only
/*
 * PSCI carried out: power of the vCPUs and of the VM. Context of everything
 * here: the calling vCPU's thread, its mutex held, IRQs on. Another vCPU is
 * only touched through its power_lock, a leaf lock, never its mutex.
 */
#include <linux/build_bug.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <uapi/linux/psci.h>
#include "../core/block.h"
#include "../core/compat.h"
#include "../core/kick.h"
#include "../core/vcpus.h"
#include "../core/trace.h"
#include "aarch32.h"
#include "arch.h"
#include "psci_logic.h"
#include "smccc.h"
#include "smccc_logic.h"

static_assert(KEEL_PSCI_0_1_FN(0) == KVM_PSCI_FN_CPU_SUSPEND);
static_assert(KEEL_PSCI_0_1_FN(2) == KVM_PSCI_FN_CPU_ON);
static_assert(KEEL_PSCI_1_3 == PSCI_VERSION(1, 3) && KEEL_PSCI_0_2 == PSCI_VERSION(0, 2));

#define SCTLR_EE	BIT_ULL(25)

u32 keel_psci_version(struct keel_vcpu *vcpu)
{
	return test_bit(KVM_ARM_VCPU_PSCI_0_2, &vcpu->arch.features) ?
	       READ_ONCE(vcpu->vm->arch.psci_version) : KEEL_PSCI_0_1;
}

/*
 * x1 to x3 are results too, as in KVM. Not for a call that ends in an exit: user space reads its
 * arguments there.
 */
static int finish_call(struct keel_vcpu *vcpu, s64 ret)
{
	vcpu->ctx.x[0] = ret;
	memset(&vcpu->ctx.x[1], 0, 3 * sizeof(vcpu->ctx.x[1]));
	return KEEL_RESUME;
}

static void stop(struct keel_vcpu *vcpu)
{
	spin_lock(&vcpu->power_lock);
	WRITE_ONCE(vcpu->mp_state, KVM_MP_STATE_STOPPED);
	spin_unlock(&vcpu->power_lock);
	keel_vcpu_request(vcpu, KEEL_REQ_SLEEP);
}

/*
 * The check and the change are one step under the target's lock, so that of
 * callers that race exactly one wins. A target that sees that it is runnable
 * sees the request for its reset before it enters the guest: the release pairs
 * with the smp_mb() between its mode = IN_GUEST and its last look at requests
 * in core/run.c. The barrier in keel_request() does not do it, it comes before
 * the request.
 */
static s64 power_on(struct keel_vcpu *target, struct keel_reset_state state)
{
	bool was_off;

	spin_lock(&target->power_lock);
	was_off = target->mp_state == KVM_MP_STATE_STOPPED;
	if (was_off) {
		target->reset = state;
		keel_request(target, KEEL_REQ_RESET);
		smp_store_release(&target->mp_state, KVM_MP_STATE_RUNNABLE);
	}
	spin_unlock(&target->power_lock);
	if (!was_off)
		return PSCI_RET_ALREADY_ON;
	keel_vcpu_kick(target);
	return PSCI_RET_SUCCESS;
}

static bool is_big_endian(struct keel_vcpu *vcpu)
{
	if (keel_aarch32_el1(vcpu))
		return vcpu->ctx.pstate & PSR_AA32_E_BIT;
	return keel_sr_read(vcpu, KEEL_SCTLR_EL1) & SCTLR_EE;
}

static s64 cpu_on(struct keel_vcpu *vcpu, const u64 arg[3])
{
	struct keel_reset_state state = {
		.pc = arg[1],
		.context = arg[2],
		.big_endian = is_big_endian(vcpu),
		.pending = true,
	};
	struct keel_vcpu *target = NULL;
	s64 ret;

	if (keel_psci_logic_mpidr_valid(arg[0]))
		target = keel_vm_vcpu_by_mpidr(vcpu->vm, arg[0]);
	if (!target)
		return PSCI_RET_INVALID_PARAMS;
	ret = power_on(target, state);
	/* 0.1 does not know the other answer */
	if (ret == PSCI_RET_ALREADY_ON && keel_psci_version(vcpu) == KEEL_PSCI_0_1)
		return PSCI_RET_INVALID_PARAMS;
	return ret;
}

static s64 affinity_info(struct keel_vcpu *vcpu, u64 mpidr, u64 level)
{
	u64 mask = keel_psci_logic_affinity_mask(level);
	s64 ret = PSCI_RET_INVALID_PARAMS;
	struct keel_vcpu *v;
	unsigned int i;

	if (!mask || !keel_psci_logic_mpidr_valid(mpidr))
		return PSCI_RET_INVALID_PARAMS;
	keel_for_each_vcpu(i, v, vcpu->vm) {
		if ((READ_ONCE(v->ctx.sys[KEEL_MPIDR_EL1]) ^ mpidr) & mask)
			continue;
		if (READ_ONCE(v->mp_state) != KVM_MP_STATE_STOPPED)
			return PSCI_0_2_AFFINITY_LEVEL_ON;
		ret = PSCI_0_2_AFFINITY_LEVEL_OFF;
	}
	return ret;
}

/*
 * A deep sleep that keeps all state is allowed to be WFI. Waking without an
 * event is allowed too, so blocking once is enough.
 */
static int cpu_suspend(struct keel_vcpu *vcpu)
{
	finish_call(vcpu, PSCI_RET_SUCCESS);
	keel_vcpu_block(vcpu);
	return KEEL_RESUME;
}

static void report_event(struct keel_vcpu *vcpu, u32 type, u32 ndata, u64 flags)
{
	struct kvm_run *run = vcpu->run;

	memset(&run->system_event, 0, sizeof(run->system_event));
	run->system_event.type = type;
	run->system_event.ndata = ndata;
	run->system_event.data[0] = flags;
	run->exit_reason = KVM_EXIT_SYSTEM_EVENT;
}

/*
 * Every vCPU stops, the caller too, until user space resets it. Should it run
 * them on instead, the call has failed as far as the guest can tell. The other
 * registers stay: user space finds SYSTEM_RESET2's type and cookie in them.
 */
static int system_down(struct keel_vcpu *vcpu, u32 type, u64 flags)
{
	struct keel_vcpu *v;
	unsigned int i;

	vcpu->ctx.x[0] = PSCI_RET_INTERNAL_FAILURE;
	keel_for_each_vcpu(i, v, vcpu->vm)
		stop(v);
	report_event(vcpu, type, 1, flags);
	return KEEL_USER;
}

/* User space reads the arguments: those of a 32-bit call have 32 bits (Arm DEN 0028, 2.6). */
static void cut_arguments(struct keel_vcpu *vcpu)
{
	u64 *x = vcpu->ctx.x;
	unsigned int i;

	for (i = 1; i <= 3 && !(x[0] & PSCI_0_2_64BIT); i++)
		x[i] = lower_32_bits(x[i]);
}

/* Registers stay as they are: user space reads the arguments and decides. */
static int system_suspend(struct keel_vcpu *vcpu)
{
	cut_arguments(vcpu);
	report_event(vcpu, KVM_SYSTEM_EVENT_SUSPEND, 0, 0);
	return KEEL_USER;
}

/* AArch32 has no 64-bit calls, and is not told of them (Arm DEN 0028, 2.7). */
static bool is_too_wide(const struct keel_vcpu *vcpu)
{
	const u64 *x = vcpu->ctx.x;
	u64 fn = (u32)x[0] == PSCI_1_0_FN_PSCI_FEATURES ? x[0] | x[1] : x[0];

	return keel_aarch32_el1(vcpu) && (fn & PSCI_0_2_64BIT);
}

int keel_psci_call(struct keel_vcpu *vcpu)
{
	bool suspend = READ_ONCE(vcpu->vm->arch.system_suspend);
	struct keel_psci_plan plan = keel_psci_logic_plan(keel_psci_version(vcpu), suspend,
							  vcpu->ctx.x);

	if (keel_traced(KEEL_EVENT_PSCI))
		keel_trace_psci(vcpu->id, vcpu->ctx.x);
	if (is_too_wide(vcpu))
		return finish_call(vcpu, PSCI_RET_NOT_SUPPORTED);
	switch (plan.op) {
	case KEEL_PSCI_CPU_SUSPEND:
		return cpu_suspend(vcpu);
	case KEEL_PSCI_CPU_OFF:
		stop(vcpu);
		return finish_call(vcpu, PSCI_RET_SUCCESS);
	case KEEL_PSCI_CPU_ON:
		return finish_call(vcpu, cpu_on(vcpu, plan.arg));
	case KEEL_PSCI_AFFINITY_INFO:
		return finish_call(vcpu, affinity_info(vcpu, plan.arg[0], plan.arg[1]));
	case KEEL_PSCI_SYSTEM_OFF:
		return system_down(vcpu, KVM_SYSTEM_EVENT_SHUTDOWN, 0);
	case KEEL_PSCI_SYSTEM_OFF2:
		cut_arguments(vcpu);
		return system_down(vcpu, KVM_SYSTEM_EVENT_SHUTDOWN,
				   KVM_SYSTEM_EVENT_SHUTDOWN_FLAG_PSCI_OFF2);
	case KEEL_PSCI_SYSTEM_RESET:
		return system_down(vcpu, KVM_SYSTEM_EVENT_RESET, 0);
	case KEEL_PSCI_SYSTEM_RESET2:
		cut_arguments(vcpu);
		return system_down(vcpu, KVM_SYSTEM_EVENT_RESET,
				   KVM_SYSTEM_EVENT_RESET_FLAG_PSCI_RESET2);
	case KEEL_PSCI_SYSTEM_SUSPEND:
		return system_suspend(vcpu);
	default:
		return finish_call(vcpu, plan.ret);
	}
}
