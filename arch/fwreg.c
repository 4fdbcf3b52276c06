// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firmware pseudo-registers (KVM_REG_ARM_FW, KVM_REG_ARM_FW_FEAT_BMAP): PSCI's
 * version, the levels of the speculation workarounds, the services on offer.
 * Errors: -ENOENT unknown register, -EINVAL a value that this host cannot give,
 * -EBUSY a change after some vCPU ran. vCPU mutex held; takes config_lock.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include "../core/compat.h"
#include "../core/vcpus.h"
#include "abi.h"
#include "arch.h"
#include "mitigation.h"
#include "psci_logic.h"
#include "smccc.h"
#include "smccc_logic.h"

#define LEVEL_MASK	0xfULL		/* of a workaround register */

static const u64 ids[] = {
	KVM_REG_ARM_PSCI_VERSION,
	KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1,
	KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2,
	KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_3,
	KVM_REG_ARM_STD_BMAP,
	KVM_REG_ARM_STD_HYP_BMAP,
	KVM_REG_ARM_VENDOR_HYP_BMAP,
	KVM_REG_ARM_VENDOR_HYP_BMAP_2,	/* the last: not at all levels */
};

static bool has_bmap_2(const struct keel_vm *vm)
{
	return vm->arch.abi >= KEEL_ABI_7_3;
}

unsigned int keel_smccc_nr_fwregs(const struct keel_vm *vm)
{
	return ARRAY_SIZE(ids) - !has_bmap_2(vm);
}

u64 keel_smccc_fwreg_id(unsigned int i)
{
	return ids[i];
}

/* The level of registers WORKAROUND_1 and _3; they count alike. */
static u64 branch_level(enum keel_mitigation_id id)
{
	static_assert(KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1_AVAIL ==
		      KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_3_AVAIL);
	static_assert(KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1_NOT_REQUIRED ==
		      KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_3_NOT_REQUIRED);
	switch (keel_mitigation_level(id)) {
	case KEEL_MITIGATION_CALL:
		return KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1_AVAIL;
	case KEEL_MITIGATION_UNAFFECTED:
		return KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1_NOT_REQUIRED;
	default:
		return KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1_NOT_AVAIL;
	}
}

static u64 ssb_level(void)
{
	return keel_mitigation_level(KEEL_MITIGATION_SSB) == KEEL_MITIGATION_UNAFFECTED ?
	       KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2_NOT_REQUIRED :
	       KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2_NOT_AVAIL;
}

int keel_smccc_get_fwreg(struct keel_vcpu *vcpu, u64 id, u64 *val)
{
	struct keel_arch_vm *arch = &vcpu->vm->arch;

	switch (id) {
	case KVM_REG_ARM_PSCI_VERSION:
		*val = keel_psci_version(vcpu);
		return 0;
	case KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1:
		*val = branch_level(KEEL_MITIGATION_BP);
		return 0;
	case KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2:
		*val = ssb_level();
		return 0;
	case KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_3:
		*val = branch_level(KEEL_MITIGATION_BHB);
		return 0;
	case KVM_REG_ARM_STD_BMAP:
		*val = READ_ONCE(arch->fw_std);
		return 0;
	case KVM_REG_ARM_STD_HYP_BMAP:
		*val = READ_ONCE(arch->fw_std_hyp);
		return 0;
	case KVM_REG_ARM_VENDOR_HYP_BMAP:
		*val = READ_ONCE(arch->fw_vendor_hyp);
		return 0;
	case KVM_REG_ARM_VENDOR_HYP_BMAP_2:
		*val = READ_ONCE(arch->fw_vendor_hyp_2);
		return has_bmap_2(vcpu->vm) ? 0 : -ENOENT;
	}
	return -ENOENT;
}

/* The one register that may change while guests run: migration writes it late. */
static int set_psci_version(struct keel_vcpu *vcpu, u64 val)
{
	struct keel_vcpu *v;
	unsigned int i;

	if (!keel_psci_logic_version_valid(val, test_bit(KVM_ARM_VCPU_PSCI_0_2,
							 &vcpu->arch.features)))
		return -EINVAL;
	mutex_lock(&vcpu->vm->config_lock);
	WRITE_ONCE(vcpu->vm->arch.psci_version, val);
	keel_for_each_vcpu(i, v, vcpu->vm)
		WRITE_ONCE(v->ctx.psci_version, val);
	mutex_unlock(&vcpu->vm->config_lock);
	return 0;
}

/* A guest may come from a host that is worse off, not from a better one. */
static int set_branch_level(enum keel_mitigation_id id, u64 val)
{
	return val & ~LEVEL_MASK || val > branch_level(id) ? -EINVAL : 0;
}

static int set_ssb_level(u64 val)
{
	u64 level = val & LEVEL_MASK;

	if (val & ~(LEVEL_MASK | KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2_ENABLED))
		return -EINVAL;
	if ((val & KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2_ENABLED) &&
	    level != KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2_AVAIL)
		return -EINVAL;
	switch (level) {
	case KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2_NOT_AVAIL:
	case KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2_UNKNOWN:
		return 0;
	case KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2_AVAIL:
	case KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2_NOT_REQUIRED:
		return ssb_level() == KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2_NOT_REQUIRED ?
		       0 : -EINVAL;
	}
	return -EINVAL;
}

static int set_bmap(struct keel_vm *vm, u64 *bmap, u64 val, u64 allowed)
{
	int ret = 0;

	if (val & ~allowed)
		return -EINVAL;
	mutex_lock(&vm->config_lock);
	if (vm->has_run && val != *bmap)
		ret = -EBUSY;
	else
		WRITE_ONCE(*bmap, val);
	mutex_unlock(&vm->config_lock);
	return ret;
}

int keel_smccc_set_fwreg(struct keel_vcpu *vcpu, u64 id, u64 val)
{
	struct keel_arch_vm *arch = &vcpu->vm->arch;

	switch (id) {
	case KVM_REG_ARM_PSCI_VERSION:
		return set_psci_version(vcpu, val);
	case KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_1:
		return set_branch_level(KEEL_MITIGATION_BP, val);
	case KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_2:
		return set_ssb_level(val);
	case KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_3:
		return set_branch_level(KEEL_MITIGATION_BHB, val);
	case KVM_REG_ARM_STD_BMAP:
		return set_bmap(vcpu->vm, &arch->fw_std, val, KEEL_STD_MASK);
	case KVM_REG_ARM_STD_HYP_BMAP:
		return set_bmap(vcpu->vm, &arch->fw_std_hyp, val, KEEL_STD_HYP_MASK);
	case KVM_REG_ARM_VENDOR_HYP_BMAP:
		return set_bmap(vcpu->vm, &arch->fw_vendor_hyp, val, KEEL_VENDOR_HYP_MASK);
	case KVM_REG_ARM_VENDOR_HYP_BMAP_2:
		if (!has_bmap_2(vcpu->vm))
			return -ENOENT;
		return set_bmap(vcpu->vm, &arch->fw_vendor_hyp_2, val, KEEL_VENDOR_HYP_2_MASK);
	}
	return -ENOENT;
}
