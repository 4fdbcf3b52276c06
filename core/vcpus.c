// SPDX-License-Identifier: GPL-2.0-only
/* The vCPUs of a VM: finding one, locking all. */
#include <linux/nospec.h>
#include "vcpus.h"

struct keel_vcpu *keel_vm_vcpu(struct keel_vm *vm, unsigned int idx)
{
	/* pairs with the release in keel_vm_publish_vcpu() */
	if (idx >= smp_load_acquire(&vm->nr_vcpus))
		return NULL;
	return vm->vcpus[array_index_nospec(idx, KEEL_MAX_VCPUS)];
}

struct keel_vcpu *keel_vm_vcpu_by_id(struct keel_vm *vm, unsigned int id)
{
	if (id >= KEEL_MAX_VCPUS)
		return NULL;
	return smp_load_acquire(&vm->vcpu_by_id[array_index_nospec(id, KEEL_MAX_VCPUS)]);
}

struct keel_vcpu *keel_vm_vcpu_by_mpidr(struct keel_vm *vm, u64 mpidr)
{
	struct keel_vcpu *vcpu;
	unsigned int i;

	keel_for_each_vcpu(i, vcpu, vm)
		if (((vcpu->ctx.sys[KEEL_MPIDR_EL1] ^ mpidr) & MPIDR_HWID_BITMASK) == 0)
			return vcpu;
	return NULL;
}

void keel_vm_publish_vcpu(struct keel_vm *vm, struct keel_vcpu *vcpu)
{
	lockdep_assert_held(&vm->lock);
	vm->vcpus[vcpu->idx] = vcpu;
	smp_store_release(&vm->vcpu_by_id[vcpu->id], vcpu);
	smp_store_release(&vm->nr_vcpus, vcpu->idx + 1);
}

/*
 * There may be more vCPUs than the 48 locks of one task that lockdep follows. It
 * need not follow them: they are of one class, and vm->lock, which every taker of more than two
 * has, orders them. So it is told of each as nested in that, and keeps one
 * entry that counts them. Since 6.16 the kernel has mutex_trylock_nest_lock().
 */
static bool trylock_nested(struct mutex *lock, struct mutex *outer)
{
	int taken;

	lockdep_off();
	taken = mutex_trylock(lock);
	lockdep_on();
	if (taken)
		lock_acquire_exclusive(&lock->dep_map, 0, 1, &outer->dep_map, _RET_IP_);
	return taken;
}

static void unlock_nested(struct mutex *lock)
{
	lock_release(&lock->dep_map, _RET_IP_);
	lockdep_off();
	mutex_unlock(lock);
	lockdep_on();
}

static void unlock_first(struct keel_vm *vm, unsigned int n)
{
	while (n--)
		unlock_nested(&vm->vcpus[n]->mutex);
}

int keel_vm_lock_all_vcpus(struct keel_vm *vm)
{
	unsigned int i;

	lockdep_assert_held(&vm->lock);
	for (i = 0; i < vm->nr_vcpus; i++) {
		if (!trylock_nested(&vm->vcpus[i]->mutex, &vm->lock)) {
			unlock_first(vm, i);
			return -EBUSY;
		}
	}
	return 0;
}

void keel_vm_unlock_all_vcpus(struct keel_vm *vm)
{
	unlock_first(vm, vm->nr_vcpus);
}
