/* SPDX-License-Identifier: GPL-2.0-only */
/* The GIC's state for user space: the register groups of the device's attributes. */
#ifndef KEEL_VGIC_UACCESS_H
#define KEEL_VGIC_UACCESS_H

#include <linux/kvm.h>
#include <linux/types.h>

struct keel_vm;

/*
 * KVM_DEV_ARM_VGIC_GRP_{DIST_REGS,REDIST_REGS,CPU_SYSREGS,LEVEL_INFO,CPU_REGS}. Takes
 * vm->lock, every vCPU's mutex and config_lock. -EBUSY: a vCPU runs, or the
 * GIC is not initialised; -EINVAL: no such vCPU; -ENOENT: no such ICC_*.
 */
int keel_uaccess(struct keel_vm *vm, const struct kvm_device_attr *attr, bool write);
int keel_uaccess_has(struct keel_vm *vm, const struct kvm_device_attr *attr);

#endif
