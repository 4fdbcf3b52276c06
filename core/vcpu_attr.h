/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM_{HAS,GET,SET}_DEVICE_ATTR of the vCPU fd. -ENXIO: no such group or attribute. */
#ifndef KEEL_CORE_VCPU_ATTR_H
#define KEEL_CORE_VCPU_ATTR_H

struct keel_vcpu;
struct kvm_device_attr;

int keel_vcpu_attr_has(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr);
int keel_vcpu_attr_get(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr);
int keel_vcpu_attr_set(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr);

#endif
