/* SPDX-License-Identifier: GPL-2.0-only */
/* The device nodes /dev/keel and /dev/kvm. */
#ifndef KEEL_CORE_DEVICE_H
#define KEEL_CORE_DEVICE_H

#include <linux/types.h>

struct keel_vm;

/* Refuse (-EBUSY and a message) while in-tree KVM serves /dev/kvm. */
int keel_device_check(void);
int keel_device_init(void);
void keel_device_exit(void);

/* KVM_CHECK_EXTENSION; vm NULL on the system fd. Unknown is 0, never an error. */
int keel_caps_check(struct keel_vm *vm, unsigned long cap);
/* KVM_ENABLE_CAP of the VM fd. */
struct kvm_enable_cap;
int keel_caps_enable(struct keel_vm *vm, const struct kvm_enable_cap *cap);

/* Bytes of a vCPU's mmap: KVM_GET_VCPU_MMAP_SIZE. */
#define KEEL_VCPU_MMAP_SIZE	(2 * PAGE_SIZE)

#endif
