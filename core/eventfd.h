/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM_IOEVENTFD. */
#ifndef KEEL_CORE_EVENTFD_H
#define KEEL_CORE_EVENTFD_H

struct keel_vm;
struct kvm_ioeventfd;

int keel_ioeventfd_vm_init(struct keel_vm *vm);		/* -ENOMEM */
/* No reader of the bus is left. Before keel_bus_destroy(). */
void keel_ioeventfd_vm_destroy(struct keel_vm *vm);
/* Sleepable; takes the VM's eventfd lock. 0 or -errno. */
int keel_ioeventfd(struct keel_vm *vm, const struct kvm_ioeventfd *args);

#endif
