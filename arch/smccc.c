// SPDX-License-Identifier: GPL-2.0-only
/*
 * SMCCC: the calls that a guest makes by HVC or SMC, and who answers each. By which
 * registers user space chooses the services on offer is fwreg.c's, the filter
 * smccc_filter.c's, and what needs no host is answered at EL2 already (hyp/smccc.h).
 *
 * A call passes the VMM's filter first, then the feature bitmaps; what neither
 * knows answers NOT_SUPPORTED. Whatever takes a vCPU: its mutex held, IRQs on,
 * sleepable. The immediate of HVC is ignored, as it always was in this ABI.
 */
#include <linux/arm-smccc.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include "../core/compat.h"
#include "../core/objects.h"
#include "../core/trace.h"
#include "../hyp/smccc.h"
#include "../nested/nv.h"
#include "abi.h"
#include "arch.h"
#include "mitigation.h"
#include "psci_logic.h"
#include "ptp.h"
#include "pvtime.h"
#include "smccc.h"
#include "smccc_filter.h"
#include "smccc_logic.h"
#include "trng.h"

static_assert(KEEL_STD_MASK == BIT(KVM_REG_ARM_STD_BIT_TRNG_V1_0));
static_assert(KEEL_STD_HYP_MASK == BIT(KVM_REG_ARM_STD_HYP_BIT_PV_TIME));
static_assert(KEEL_VENDOR_HYP_MASK == (BIT(KVM_REG_ARM_VENDOR_HYP_BIT_FUNC_FEAT) |
				  BIT(KVM_REG_ARM_VENDOR_HYP_BIT_PTP)));
static_assert(KEEL_VENDOR_HYP_2_MASK == (BIT(KVM_REG_ARM_VENDOR_HYP_BIT_DISCOVER_IMPL_VER) |
				    BIT(KVM_REG_ARM_VENDOR_HYP_BIT_DISCOVER_IMPL_CPUS)));

void keel_smccc_vm_init(struct keel_vm *vm)
{
	vm->arch.fw_std = KEEL_STD_MASK;
	vm->arch.fw_std_hyp = KEEL_STD_HYP_MASK;
	vm->arch.fw_vendor_hyp = KEEL_VENDOR_HYP_MASK;
	vm->arch.psci_version = vm->arch.abi >= KEEL_ABI_7_3 ? KEEL_PSCI_1_3 : KEEL_PSCI_1_1;
}

void keel_smccc_vm_destroy(struct keel_vm *vm)
{
	keel_smccc_filter_destroy(vm);
}

static struct keel_smccc_bmaps bmaps(const struct keel_vm *vm)
{
	return (struct keel_smccc_bmaps) {
		.std = vm->arch.fw_std,
		.std_hyp = vm->arch.fw_std_hyp,
		.vendor_hyp = vm->arch.fw_vendor_hyp,
	};
}

static s64 workaround_feature(enum keel_mitigation_id id)
{
	switch (keel_mitigation_level(id)) {
	case KEEL_MITIGATION_CALL:
		return SMCCC_RET_SUCCESS;
	case KEEL_MITIGATION_UNAFFECTED:
		return id == KEEL_MITIGATION_SSB ? SMCCC_RET_NOT_REQUIRED :
						   SMCCC_ARCH_WORKAROUND_RET_UNAFFECTED;
	default:
		return SMCCC_RET_NOT_SUPPORTED;
	}
}

static s64 pvtime_feature(const struct keel_vm *vm)
{
	return keel_smccc_logic_allowed(ARM_SMCCC_HV_PV_TIME_FEATURES, bmaps(vm))
		       ? SMCCC_RET_SUCCESS
		       : SMCCC_RET_NOT_SUPPORTED;
}

/* What the answers depend on does not change once a vCPU has run. */
static void tell_features(struct keel_vcpu *vcpu)
{
	s8 *feature = vcpu->ctx.smccc_feature;

	feature[KEEL_FEATURE_WORKAROUND_1] = workaround_feature(KEEL_MITIGATION_BP);
	feature[KEEL_FEATURE_WORKAROUND_2] = workaround_feature(KEEL_MITIGATION_SSB);
	feature[KEEL_FEATURE_WORKAROUND_3] = workaround_feature(KEEL_MITIGATION_BHB);
	feature[KEEL_FEATURE_PV_TIME] = pvtime_feature(vcpu->vm);
}

void keel_smccc_first_run(struct keel_vcpu *vcpu)
{
	u32 version;

	/* the version may be set at any time, for all vCPUs: not between these two */
	mutex_lock(&vcpu->vm->config_lock);
	version = keel_psci_version(vcpu);
	WRITE_ONCE(vcpu->ctx.psci_version, version);
	mutex_unlock(&vcpu->vm->config_lock);
	tell_features(vcpu);
	/* EL2 knows neither filters nor the ids of PSCI 0.1, nor whose a HVC of virtual EL2 is */
	if (vcpu->vm->arch.filter || version == KEEL_PSCI_0_1 || keel_nv(vcpu))
		vcpu->ctx.flags &= ~KEEL_CTX_FAST_SMCCC;
	else
		vcpu->ctx.flags |= KEEL_CTX_FAST_SMCCC;
}

static s64 run_workaround(enum keel_mitigation_id id)
{
	if (keel_mitigation_level(id) == KEEL_MITIGATION_NONE)
		return SMCCC_RET_NOT_SUPPORTED;
	if (keel_mitigation_level(id) == KEEL_MITIGATION_CALL)
		keel_mitigation_call(id);
	return SMCCC_RET_SUCCESS;
}

/* Services with results in more than x0; false: not one of them. */
static bool serve_wide(struct keel_vcpu *vcpu, u32 fn)
{
	switch (fn) {
	case ARM_SMCCC_VENDOR_HYP_CALL_UID_FUNC_ID:
		/* 28b46fb6-2ec5-11e9-a9ca-4b564d003a74, KVM's, in the order of SMCCC 5.2 */
		keel_smccc_return(vcpu, 0xb66fb428, 0xe911c52e, 0x564bcaa9, 0x743a004d);
		return true;
	case ARM_SMCCC_VENDOR_HYP_KVM_FEATURES_FUNC_ID:
		/* x1 would be function numbers 32 to 63, and x2 goes on from there */
		keel_smccc_return(vcpu, vcpu->vm->arch.fw_vendor_hyp, 0,
				  vcpu->vm->arch.fw_vendor_hyp_2, 0);
		return true;
	case ARM_SMCCC_VENDOR_HYP_KVM_PTP_FUNC_ID:
		keel_ptp_call(vcpu);
		return true;
	case ARM_SMCCC_TRNG_VERSION:
	case ARM_SMCCC_TRNG_FEATURES:
	case ARM_SMCCC_TRNG_GET_UUID:
	case ARM_SMCCC_TRNG_RND32:
	case ARM_SMCCC_TRNG_RND64:
		keel_trng_call(vcpu);
		return true;
	}
	return false;
}

static s64 serve_narrow(struct keel_vcpu *vcpu, u32 fn)
{
	u64 x0;

	if (keel_smccc_answer(&vcpu->ctx, &x0))
		return x0;
	switch (fn) {
	case ARM_SMCCC_ARCH_WORKAROUND_1:
		return run_workaround(KEEL_MITIGATION_BP);
	case ARM_SMCCC_ARCH_WORKAROUND_3:
		return run_workaround(KEEL_MITIGATION_BHB);
	case ARM_SMCCC_HV_PV_TIME_FEATURES:
		return keel_pvtime_feature(vcpu, vcpu->ctx.x[1]);
	case ARM_SMCCC_HV_PV_TIME_ST:
		return keel_pvtime_start(vcpu);
	}
	return SMCCC_RET_NOT_SUPPORTED;
}

/* The instruction is over already: PC points behind it. */
static int forward(struct keel_vcpu *vcpu, const struct keel_exit *exit, bool smc)
{
	struct kvm_run *run = vcpu->run;
	u64 flags = smc ? KVM_HYPERCALL_EXIT_SMC : 0;

	if (!exit->il)
		flags |= KVM_HYPERCALL_EXIT_16BIT;
	memset(&run->hypercall, 0, sizeof(run->hypercall));
	run->hypercall.nr = (u32)vcpu->ctx.x[0];
	keel_compat_hypercall_flags(run, flags);
	run->exit_reason = KVM_EXIT_HYPERCALL;
	return KEEL_USER;
}

static int call(struct keel_vcpu *vcpu, const struct keel_exit *exit, bool smc)
{
	u32 fn = vcpu->ctx.x[0];

	switch (keel_smccc_filter_action(vcpu->vm, fn)) {
	case KVM_SMCCC_FILTER_FWD_TO_USER:
		return forward(vcpu, exit, smc);
	case KVM_SMCCC_FILTER_DENY:
		keel_smccc_return(vcpu, SMCCC_RET_NOT_SUPPORTED, 0, 0, 0);
		return KEEL_RESUME;
	}
	if (!keel_smccc_logic_allowed(fn, bmaps(vcpu->vm)))
		keel_smccc_return(vcpu, SMCCC_RET_NOT_SUPPORTED, 0, 0, 0);
	else if (keel_smccc_logic_is_psci(fn))
		return keel_psci_call(vcpu);
	else if (!serve_wide(vcpu, fn))
		keel_smccc_return(vcpu, serve_narrow(vcpu, fn), 0, 0, 0);
	return KEEL_RESUME;
}

int keel_smccc_hvc(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	vcpu->stat.hvc++;
	if (keel_traced(KEEL_EVENT_HVC))
		keel_trace_hvc(vcpu->ctx.pc, vcpu->ctx.x[0], exit->imm);
	return call(vcpu, exit, false);
}

/* A trapped SMC has not executed (Arm ARM D1.3.5), so PC still points to it. */
int keel_smccc_smc(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	keel_exit_skip(&vcpu->ctx);
	if (exit->imm) {
		vcpu->ctx.x[0] = SMCCC_RET_NOT_SUPPORTED;
		return KEEL_RESUME;
	}
	return call(vcpu, exit, true);
}
