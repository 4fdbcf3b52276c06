// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of one VM as a whole: its beginning and end, and what a guest
 * that begins anew or turns its caches on needs of all of it.
 */
#include <linux/mm.h>
#include "../core/objects.h"
#include "log.h"
#include "memslot.h"
#include "notifier.h"
#include "rights.h"
#include "shadow.h"
#include "stage2.h"

int keel_mmu_init(struct keel_vm *vm, unsigned int ipa_bits)
{
	struct keel_mmu *mmu = &vm->mmu;
	int ret;

	rwlock_init(&mmu->lock);
	keel_memslot_init(mmu);
	keel_rights_init(mmu);
	ret = keel_stage2_init(&mmu->s2, mmu, ipa_bits);
	if (ret)
		return ret;
	keel_log_init(mmu);
	ret = keel_notifier_start(mmu, vm->mm);
	if (ret)
		keel_stage2_destroy(&mmu->s2);
	return ret;
}

void keel_mmu_destroy(struct keel_vm *vm)
{
	keel_notifier_stop(&vm->mmu, vm->mm);
	keel_shadow_destroy(&vm->mmu);
	keel_stage2_destroy(&vm->mmu.s2);
	keel_memslot_destroy(&vm->mmu);
	keel_rights_destroy(&vm->mmu);
}

int keel_mmu_vcpu_init(struct keel_vcpu *vcpu)
{
	lockdep_assert_held(&vcpu->vm->lock);
	vcpu->s2 = &vcpu->vm->mmu.s2;
	return keel_ring_alloc(&vcpu->ring, vcpu->vm->mmu.log.ring_bytes);
}

void keel_mmu_vcpu_destroy(struct keel_vcpu *vcpu)
{
	keel_stage2_drop(&vcpu->table_cache);
	keel_ring_free(&vcpu->ring);
}

/* Slots are enumerated under slots_lock; the vCPUs may run. */
void keel_mmu_flush_vm(struct keel_vm *vm)
{
	struct keel_mmu *mmu = &vm->mmu;
	struct keel_slot *slot;
	unsigned long id;

	if (keel_stage2_caps.fwb)
		return;
	mutex_lock(&mmu->slots_lock);
	xa_for_each(&mmu->slots.by_id, id, slot)
		keel_stage2_clean_range(&mmu->s2, ipa(slot->base), ipa(slot->base + slot->size));
	mutex_unlock(&mmu->slots_lock);
}

void keel_mmu_reset_vm(struct keel_vm *vm)
{
	struct keel_mmu *mmu = &vm->mmu;

	keel_shadow_forget(mmu);
	if (keel_stage2_caps.fwb) {
		keel_stage2_flush_icache();
		return;
	}
	/* mapping anew cleans the data caches, and executing anew the instruction caches */
	write_lock(&mmu->lock);
	keel_stage2_unmap(&mmu->s2, ipa(0), keel_stage2_end(&mmu->s2), true);
	write_unlock(&mmu->lock);
}
