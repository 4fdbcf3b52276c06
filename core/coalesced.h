/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM_(UN)REGISTER_COALESCED_MMIO: writes that wait in a ring for user space. */
#ifndef KEEL_CORE_COALESCED_H
#define KEEL_CORE_COALESCED_H

struct keel_vm;
struct kvm_coalesced_mmio_zone;
struct page;

int keel_coalesced_vm_init(struct keel_vm *vm);		/* -ENOMEM */
/* No reader of the bus is left. Before keel_bus_destroy(). */
void keel_coalesced_vm_destroy(struct keel_vm *vm);

/* Sleepable. -EINVAL: pio neither 0 nor 1; -ENOSPC beyond the bus's limit; -ENOMEM. */
int keel_coalesced_register(struct keel_vm *vm, const struct kvm_coalesced_mmio_zone *zone);
/* Every zone that contains this one; 0 even if there is none. */
int keel_coalesced_unregister(struct keel_vm *vm, const struct kvm_coalesced_mmio_zone *zone);

/* What every vCPU fd maps at page KVM_COALESCED_MMIO_PAGE_OFFSET. [I] */
struct page *keel_coalesced_page(struct keel_vm *vm);

#endif
