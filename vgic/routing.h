/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which interrupt a GSI of user space is: the table that KVM_SET_GSI_ROUTING
 * replaces as a whole. Read under vm->irq_srcu.
 */
#ifndef KEEL_VGIC_ROUTING_H
#define KEEL_VGIC_ROUTING_H

#include <linux/mutex.h>
#include <linux/types.h>

struct keel_vm;
struct keel_routing_table;
struct kvm_irq_routing;
struct kvm_msi;

#define KEEL_MAX_ROUTES	4096

struct keel_routing {
	/* irq_srcu to read, lock to replace; NULL: nothing is routed */
	struct keel_routing_table __rcu *table;
	/* to replace it; innermost but for the allocator's */
	struct mutex lock;
};

void keel_routing_vm_init(struct keel_vm *vm);
void keel_routing_vm_destroy(struct keel_vm *vm);
/* KVM_SET_GSI_ROUTING; entries follow *args in user space. -EINVAL, -EFAULT, -ENOMEM. */
int keel_routing_set(struct keel_vm *vm, const struct kvm_irq_routing *args,
		     const void __user *entries);
/* GSI n is SPI n, for n below nr. -ENOMEM. */
int keel_routing_set_default(struct keel_vm *vm, u32 nr);
/* The INTID of the SPI that gsi is, or -ENOENT. Any context. */
int keel_routing_intid(struct keel_vm *vm, u32 gsi);
/* The table, or NULL. Under vm->irq_srcu. */
const struct keel_routing_table *keel_routing_get(struct keel_vm *vm);
/*
 * If gsi is a message, send it and return true. The guest may not want it, or
 * it may have no ITS: then nothing comes of it. Any context.
 */
bool keel_routing_send(struct keel_vm *vm, u32 gsi);
/* KVM_SIGNAL_MSI: as keel_its_msi(), and -EINVAL for what is no message. */
int keel_routing_signal_msi(struct keel_vm *vm, const struct kvm_msi *msi);

#endif
