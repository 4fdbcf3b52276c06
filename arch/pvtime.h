/* SPDX-License-Identifier: GPL-2.0-only */
/* Paravirtualised time (Arm DEN 0057): stolen time in guest memory. */
#ifndef KEEL_ARCH_PVTIME_H
#define KEEL_ARCH_PVTIME_H

#include <linux/types.h>

struct keel_vcpu;
struct kvm_device_attr;

/* All: vCPU mutex held, sleepable, in the thread that runs the vCPU. */

/* This host keeps the numbers: KVM_CAP_STEAL_TIME. */
bool keel_pvtime_supported(void);
/* SMCCC result of PV_TIME_FEATURES for this function. */
s64 keel_pvtime_feature(struct keel_vcpu *vcpu, u32 fn);
/* PV_TIME_ST: begin accounting; IPA of the structure, or NOT_SUPPORTED. */
s64 keel_pvtime_start(struct keel_vcpu *vcpu);
/*
 * Before entering the guest, outside the IRQs-off part: add what was stolen since. Cheap when
 * nothing was.
 */
void keel_pvtime_update(struct keel_vcpu *vcpu);

/* KVM_ARM_VCPU_PVTIME_CTRL attributes. */
int keel_pvtime_has_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr);
int keel_pvtime_get_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr);
int keel_pvtime_set_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr);

#endif
