/* SPDX-License-Identifier: GPL-2.0-only */
/* A VM's GIC comes into being: what GICv2 and GICv3 have in common, for the device's files. */
#ifndef KEEL_VGIC_SETUP_H
#define KEEL_VGIC_SETUP_H

#include <linux/types.h>

struct keel_vm;
struct keel_device;
struct keel_vgic_model;
struct kvm_device_attr;

/*
 * keel_device_ops; vm->lock held. -EEXIST: there is one; -EBUSY: a vCPU runs or has run; -E2BIG:
 * one's id is too high.
 */
int keel_setup_create(struct keel_device *dev, const struct keel_vgic_model *model);
void keel_setup_destroy(struct keel_device *dev);
bool keel_setup_release(struct keel_device *dev);

/*
 * KVM_DEV_ARM_VGIC_CTRL_INIT: spi[] and the default routes. Idempotent; -ENOMEM. Takes vm->lock and
 * config_lock.
 */
int keel_setup_init(struct keel_vm *vm);

/* KVM_DEV_ARM_VGIC_GRP_NR_IRQS. */
int keel_setup_set_nr_irqs(struct keel_vm *vm, const struct kvm_device_attr *attr);
int keel_setup_get_nr_irqs(struct keel_vm *vm, const struct kvm_device_attr *attr);

#endif
