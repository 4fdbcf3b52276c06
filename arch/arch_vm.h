/* SPDX-License-Identifier: GPL-2.0-only */
/* The VM-wide part of the guest CPU as software. */
#ifndef KEEL_ARCH_ARCH_VM_H
#define KEEL_ARCH_ARCH_VM_H

#include <linux/types.h>
#include "../hyp/context.h"
#include "abi.h"
#include "pmu_state.h"

struct keel_smccc_filter;

/*
 * Are loads and stores without a syndrome decoded? By default: unless they are to go to user space.
 */
enum keel_decode { KEEL_DECODE_OFF, KEEL_DECODE_DEFAULT, KEEL_DECODE_ON };

struct keel_arch_vm {
	enum keel_abi abi;		/* [I] */

	/*
	 * vCPU features all vCPUs must share; bit -1 state "not chosen" = !features_set.
	 * [config_lock]
	 */
	bool features_set;
	unsigned long features;		/* KVM_ARM_VCPU_* bits without POWER_OFF */

	/*
	 * ID registers as the guest sees them; writable through ONE_REG until the first run.
	 * [config_lock]
	 */
	u64 idregs[KEEL_NR_IDREGS];
	u64 clidr, ctr, midr, revidr, aidr;	/* beyond the CRm 1..7 space */
	/* [V] before the first vCPU: KVM_CAP_ARM_WRITABLE_IMP_ID_REGS enabled */
	bool imp_id_writable;

	/*
	 * Firmware pseudo-registers (KVM_REG_ARM_STD_BMAP and kin). [config_lock, fixed after the
	 * first run]
	 */
	u64 fw_std, fw_std_hyp, fw_vendor_hyp, fw_vendor_hyp_2;
	u32 psci_version;		/* [config_lock] e.g. 0x10001 */

	bool nisv_to_user;		/* [V] KVM_CAP_ARM_NISV_TO_USER enabled */
	enum keel_decode decode;	/* [V] arch/undescribed.c, read racily */
	bool system_suspend;		/* [V] KVM_CAP_ARM_SYSTEM_SUSPEND enabled */
	struct keel_pmu_vm pmu;

	struct keel_smccc_filter *filter;	/* [config_lock, fixed after first run] */
};

#endif
