// SPDX-License-Identifier: GPL-2.0-only
/* Device attributes of a vCPU fd, by group. vCPU mutex held. */
#include <linux/errno.h>
#include <linux/kvm.h>
#include "../timer/timer.h"
#include "vcpu.h"
#include "vcpu_attr.h"

int keel_vcpu_attr_has(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	return attr->group == KVM_ARM_VCPU_TIMER_CTRL ? keel_timer_has_attr(vcpu, attr) : -ENXIO;
}

int keel_vcpu_attr_get(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	return attr->group == KVM_ARM_VCPU_TIMER_CTRL ? keel_timer_get_attr(vcpu, attr) : -ENXIO;
}

int keel_vcpu_attr_set(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	return attr->group == KVM_ARM_VCPU_TIMER_CTRL ? keel_timer_set_attr(vcpu, attr) : -ENXIO;
}
