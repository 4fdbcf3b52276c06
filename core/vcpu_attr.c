// SPDX-License-Identifier: GPL-2.0-only
/* Device attributes of a vCPU fd, by group. vCPU mutex held. */
#include <linux/errno.h>
#include <linux/kvm.h>
#include "../arch/pmu.h"
#include "../arch/pvtime.h"
#include "../timer/timer.h"
#include "objects.h"
#include "vcpu_attr.h"

typedef int (*attr_fn)(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr);

static int by_group(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr,
		    attr_fn pmu, attr_fn timer, attr_fn pvtime)
{
	switch (attr->group) {
	case KVM_ARM_VCPU_PMU_V3_CTRL:
		return pmu(vcpu, attr);
	case KVM_ARM_VCPU_TIMER_CTRL:
		return timer(vcpu, attr);
	case KVM_ARM_VCPU_PVTIME_CTRL:
		return pvtime(vcpu, attr);
	default:
		return -ENXIO;
	}
}

int keel_vcpu_attr_has(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	return by_group(vcpu, attr, keel_pmu_has_attr, keel_timer_has_attr, keel_pvtime_has_attr);
}

int keel_vcpu_attr_get(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	return by_group(vcpu, attr, keel_pmu_get_attr, keel_timer_get_attr, keel_pvtime_get_attr);
}

int keel_vcpu_attr_set(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	return by_group(vcpu, attr, keel_pmu_set_attr, keel_timer_set_attr, keel_pvtime_set_attr);
}
