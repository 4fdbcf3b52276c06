/* SPDX-License-Identifier: GPL-2.0-only */
/* The vCPUs of a VM: finding one, locking all. */
#ifndef KEEL_CORE_VCPUS_H
#define KEEL_CORE_VCPUS_H

#include "objects.h"

/* The vCPU with this id or creation index, or NULL. Any context, no lock. */
struct keel_vcpu *keel_vm_vcpu_by_id(struct keel_vm *vm, unsigned int id);
struct keel_vcpu *keel_vm_vcpu(struct keel_vm *vm, unsigned int idx);
/* The vCPU whose MPIDR affinity is this (MPIDR_EL1 affinity bits only), or NULL. */
struct keel_vcpu *keel_vm_vcpu_by_mpidr(struct keel_vm *vm, u64 mpidr);

#define keel_for_each_vcpu(i, v, vm) \
	for ((i) = 0; (i) < smp_load_acquire(&(vm)->nr_vcpus) && ((v) = (vm)->vcpus[(i)], true); (i)++)

/* Make a complete vCPU visible to the VM. vm->lock. */
void keel_vm_publish_vcpu(struct keel_vm *vm, struct keel_vcpu *vcpu);

/*
 * Lock every vCPU's mutex (trylock; -EBUSY if one is running). vm->lock held.
 * For configuration that must not race with a running vCPU.
 */
int keel_vm_lock_all_vcpus(struct keel_vm *vm);
void keel_vm_unlock_all_vcpus(struct keel_vm *vm);

#endif
