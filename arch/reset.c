// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_ARM_VCPU_INIT, and architectural reset of a vCPU. What survives a reset:
 * the VM's ID registers, MPIDR_EL1, CCSIDR values and the VMM's debug settings.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <asm/cputype.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>
#include "../core/cpu_models.h"
#include "../core/objects.h"
#include "../hyp/hyp.h"
#include "../mmu/mmu.h"
#include "../nested/below.h"
#include "../nested/nested.h"
#include "../timer/timer.h"
#include "../vgic/vgic.h"
#include "aarch32.h"
#include "arch.h"
#include "idreg.h"
#include "pmu.h"
#include "sve.h"

#define PSTATE_RESET	(PSR_MODE_EL1h | PSR_D_BIT | PSR_A_BIT | PSR_I_BIT | PSR_F_BIT)

#define PTRAUTH		(BIT(KVM_ARM_VCPU_PTRAUTH_ADDRESS) | BIT(KVM_ARM_VCPU_PTRAUTH_GENERIC))

/* The CPUs that had a target number before the generic one came. */
static u32 preferred_target(void)
{
	switch (keel_midr_model(read_cpuid_id())) {
	case KEEL_CPU_AEM_V8:
		return KVM_ARM_TARGET_AEM_V8;
	case KEEL_CPU_FOUNDATION_V8:
		return KVM_ARM_TARGET_FOUNDATION_V8;
	case KEEL_CPU_CORTEX_A53:
		return KVM_ARM_TARGET_CORTEX_A53;
	case KEEL_CPU_CORTEX_A57:
		return KVM_ARM_TARGET_CORTEX_A57;
	case KEEL_CPU_XGENE:
		return KVM_ARM_TARGET_XGENE_POTENZA;
	default:
		return KVM_ARM_TARGET_GENERIC_V8;
	}
}

void keel_reset_target(struct kvm_vcpu_init *init)
{
	memset(init, 0, sizeof(*init));
	init->target = preferred_target();
}

unsigned long keel_reset_supported_features(void)
{
	unsigned long features = BIT(KVM_ARM_VCPU_POWER_OFF) | BIT(KVM_ARM_VCPU_PSCI_0_2);

	if (keel_idreg_host_pauth())
		features |= PTRAUTH;
	if (keel_sve_offer())
		features |= BIT(KVM_ARM_VCPU_SVE);
	if (keel_idreg_host_aa32_el1())
		features |= BIT(KVM_ARM_VCPU_EL1_32BIT);
	if (keel_pmu_supported())
		features |= BIT(KVM_ARM_VCPU_PMU_V3) | BIT(KVM_ARM_VCPU_PMU_V3_STRICT);
	if (keel_nested_offered())
		features |= BIT(KVM_ARM_VCPU_HAS_EL2);
	return features;
}

/* KVM_ARM_VCPU_* bits that have a meaning, whether offered or not. */
static unsigned long known_features(const struct keel_vm *vm)
{
	return GENMASK(vm->arch.abi >= KEEL_ABI_7_3 ? KVM_ARM_VCPU_PMU_V3_STRICT
						    : KVM_ARM_VCPU_PTRAUTH_GENERIC,
		       0);
}

static int check_features(const struct keel_vm *vm, const struct kvm_vcpu_init *init)
{
	unsigned long features = init->features[0];

	if (memchr_inv(&init->features[1], 0, sizeof(init->features) - sizeof(init->features[0])))
		return -ENOENT;
	if (features & ~known_features(vm))
		return -ENOENT;
	if (features & ~keel_reset_supported_features())
		return -EINVAL;
	if ((features & BIT(KVM_ARM_VCPU_PMU_V3_STRICT)) && !(features & BIT(KVM_ARM_VCPU_PMU_V3)))
		return -EINVAL;
	if ((features & BIT(KVM_ARM_VCPU_HAS_EL2)) && (features & BIT(KVM_ARM_VCPU_EL1_32BIT)))
		return -EINVAL;
	return (features & PTRAUTH) && (features & PTRAUTH) != PTRAUTH ? -EINVAL : 0;
}

/* What a VM with these features needs. config_lock held. */
static int prepare_features(struct keel_vm *vm, unsigned long features)
{
	bool pmu = features & BIT(KVM_ARM_VCPU_PMU_V3);

	/* strict: user space chooses it */
	return pmu && !(features & BIT(KVM_ARM_VCPU_PMU_V3_STRICT)) ? keel_pmu_choose(vm) : 0;
}

static void claim_el2(struct keel_vm *vm)
{
	keel_nested_claim(vm);
	keel_idreg_claim_el2(vm);
}

/* Take the features as the VM's, or agree with what its other vCPUs took. */
static int claim_features(struct keel_vcpu *vcpu, unsigned long features)
{
	struct keel_arch_vm *arch = &vcpu->vm->arch;
	int err = 0;

	mutex_lock(&vcpu->vm->config_lock);
	if (!arch->features_set) {
		err = prepare_features(vcpu->vm, features);
		arch->features = err ? 0 : features;
		arch->features_set = !err;
		if (arch->features & BIT(KVM_ARM_VCPU_HAS_EL2))
			claim_el2(vcpu->vm);
	} else if (arch->features != features) {
		err = -EINVAL;
	}
	mutex_unlock(&vcpu->vm->config_lock);
	return err;
}

static void reset_core(struct keel_ctx *ctx)
{
	memset(ctx->x, 0, sizeof(ctx->x));
	memset(ctx->spsr32, 0, sizeof(ctx->spsr32));
	memset(&ctx->fp, 0, sizeof(ctx->fp));
	ctx->pc = 0;
	ctx->pstate = PSTATE_RESET;
	ctx->vsesr = 0;
	clear_bit(KEEL_LINE_SERROR, &ctx->lines);
}

static void apply_cpu_on(struct keel_ctx *ctx, const struct keel_reset_state *on)
{
	ctx->pc = on->pc;
	ctx->x[0] = on->context;
	if (on->big_endian)
		ctx->sys[KEEL_SCTLR_EL1] |= SCTLR_ELx_EE;
}

static struct keel_reset_state take_reset_state(struct keel_vcpu *vcpu)
{
	struct keel_reset_state state;

	spin_lock(&vcpu->power_lock);
	state = vcpu->reset;
	vcpu->reset.pending = false;
	spin_unlock(&vcpu->power_lock);
	return state;
}

/* vCPU mutex held. IRQs on: the vCPU may be resident on another CPU. */
static void reset(struct keel_vcpu *vcpu, const struct keel_reset_state *on)
{
	/* the registers are in their places */
	keel_below_leave(vcpu);
	keel_hyp_put(vcpu);
	vcpu->mmio_pending = KEEL_MMIO_NONE;
	vcpu->arch.traps.vm = !keel_idreg_host_fwb();
	reset_core(&vcpu->ctx);
	keel_sve_reset(vcpu);
	if (keel_aarch32_el1(vcpu))
		keel_aarch32_reset(&vcpu->ctx);
	keel_sysreg_reset(vcpu);
	keel_nested_reset(vcpu);
	keel_debug_reset(vcpu);
	keel_pmu_reset(vcpu);
	keel_timer_vcpu_reset(vcpu);
	/*
	 * as in KVM, what user space loaded into the GIC's CPU interface outlives KVM_ARM_VCPU_INIT
	 */
	if (on)
		keel_vgic_vcpu_reset(vcpu);
	if (on && keel_aarch32_el1(vcpu))
		keel_aarch32_cpu_on(&vcpu->ctx, on);
	else if (on)
		apply_cpu_on(&vcpu->ctx, on);
	keel_idreg_apply(vcpu);
	keel_traps_compose(vcpu);
}

void keel_reset_vcpu(struct keel_vcpu *vcpu)
{
	struct keel_reset_state on = take_reset_state(vcpu);

	reset(vcpu, on.pending ? &on : NULL);
}

static int check_init(struct keel_vcpu *vcpu, const struct kvm_vcpu_init *init)
{
	unsigned long features = init->features[0] & ~BIT(KVM_ARM_VCPU_POWER_OFF);
	int err;

	if (init->target != KVM_ARM_TARGET_GENERIC_V8 && init->target != preferred_target())
		return -EINVAL;
	err = check_features(vcpu->vm, init);
	if (err)
		return err;
	if (vcpu->initialised)
		return vcpu->arch.features == features ? 0 : -EINVAL;
	return claim_features(vcpu, features);
}

/* A CPU_ON that was on its way is lost, as if it had come before. */
static void set_power(struct keel_vcpu *vcpu, bool off)
{
	spin_lock(&vcpu->power_lock);
	vcpu->reset.pending = false;
	clear_bit(KEEL_REQ_RESET, &vcpu->requests);
	WRITE_ONCE(vcpu->mp_state, off ? KVM_MP_STATE_STOPPED : KVM_MP_STATE_RUNNABLE);
	spin_unlock(&vcpu->power_lock);
}

int keel_reset_vcpu_init(struct keel_vcpu *vcpu, const struct kvm_vcpu_init *init)
{
	int err = check_init(vcpu, init);

	if (err)
		return err;
	vcpu->arch.features = init->features[0] & ~BIT(KVM_ARM_VCPU_POWER_OFF);
	err = keel_nested_vcpu_init(vcpu);
	if (err)
		return err;
	if (vcpu->arch.features & BIT(KVM_ARM_VCPU_PMU_V3))
		keel_pmu_turn_on(vcpu);
	/* user space may have loaded a new image past the guest's caches */
	if (vcpu->has_run)
		keel_mmu_reset_vm(vcpu->vm);
	set_power(vcpu, init->features[0] & BIT(KVM_ARM_VCPU_POWER_OFF));
	reset(vcpu, NULL);
	vcpu->initialised = true;
	return 0;
}

int keel_reset_first_run(struct keel_vcpu *vcpu)
{
	struct keel_vm *vm = vcpu->vm;
	int err;

	err = keel_sve_check_finalized(vcpu);
	if (err)
		return err;
	/* what is looked at here is fixed with it, as is the VM's whole configuration */
	mutex_lock(&vm->config_lock);
	/* the timers last: what was mapped to an interrupt of the host's is not taken back */
	err = keel_vgic_first_run(vcpu) ?: keel_pmu_first_run(vcpu) ?: keel_nested_first_run(vcpu) ?:
	      keel_timer_first_run(vcpu);
	if (!err)
		vm->has_run = true;
	mutex_unlock(&vm->config_lock);
	if (err)
		return err;
	keel_idreg_apply(vcpu);
	keel_traps_compose(vcpu);
	keel_smccc_first_run(vcpu);
	vcpu->has_run = true;
	return 0;
}
