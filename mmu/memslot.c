// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory slots: which guest physical range is backed by which part of the
 * VMM's address space. The log of dirty pages is log.c's.
 *
 * A slot is in three structures: a tree by guest address (slot_tree.c), read without
 * a lock under vm->srcu; an interval tree by host address (hva_tree.c), for the
 * MMU notifier, under mmu->lock; an array by number, under slots_lock. All change
 * under slots_lock, the trees under mmu->lock for writing too, with
 * inval.seq counted up: a fault that read the old state notices before it
 * maps. As long as anything of a slot is mapped it is in the notifier's tree.
 * A removed slot is freed after an SRCU grace period.
 *
 * Locks, outermost first: vcpu->mutex, slots_lock, vm->srcu (read), mmap_lock, mmu->lock.
 */
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "../core/compat.h"
#include "../core/objects.h"
#include "fault.h"
#include "log.h"
#include "memslot.h"
#include "shadow.h"
#include "stage2.h"

#define SLOT_FLAGS	(KVM_MEM_LOG_DIRTY_PAGES | KVM_MEM_READONLY)
#define MAX_PAGES	((1UL << 31) - 1)

/* ---- the trees ---- */

struct keel_slot *keel_memslot_find(struct keel_mmu *mmu, ipa_t ipa)
{
	return keel_slot_tree_find(&mmu->slots.by_ipa, ipa.v, ipa.v + 1);
}

/* slots_lock and mmu->lock for writing, for both. */
static void link_slot(struct keel_mmu *mmu, struct keel_slot *slot)
{
	lockdep_assert_held_write(&mmu->lock);
	keel_slot_tree_insert(&mmu->slots.by_ipa, slot);
	mmu->slots.bytes += slot->size;
	keel_hva_tree_insert(&mmu->slots.by_hva, &slot->hva_node);
	/* pairs with the acquire of keel_notifier_begin() */
	keel_inval_changed(&mmu->inval);
}

/* No fault finds it any more. What it has mapped stays, and the notifier has to find that. */
static void unlink_ipa(struct keel_mmu *mmu, struct keel_slot *slot)
{
	lockdep_assert_held_write(&mmu->lock);
	keel_slot_tree_remove(&mmu->slots.by_ipa, slot);
	mmu->slots.bytes -= slot->size;
	/* pairs with the acquire of keel_notifier_begin() */
	keel_inval_changed(&mmu->inval);
}

/* Only once nothing of it is mapped. */
static void unlink_hva(struct keel_mmu *mmu, struct keel_slot *slot)
{
	lockdep_assert_held_write(&mmu->lock);
	keel_hva_tree_remove(&mmu->slots.by_hva, &slot->hva_node);
}

/* ---- one slot ---- */

static struct keel_slot *alloc_slot(const struct kvm_userspace_memory_region2 *mem)
{
	struct keel_slot *slot = kzalloc(sizeof(*slot), GFP_KERNEL_ACCOUNT);

	if (!slot)
		return NULL;
	slot->base = mem->guest_phys_addr;
	slot->size = mem->memory_size;
	slot->hva = mem->userspace_addr;
	slot->id = mem->slot;
	slot->flags = mem->flags;
	slot->hva_node.start = slot->hva;
	slot->hva_node.last = slot->hva + slot->size - 1;
	return slot;
}

static void free_slot(struct keel_slot *slot)
{
	kvfree(slot->dirty);
	kfree(slot);
}

void keel_memslot_init(struct keel_mmu *mmu)
{
	mmu->slots.by_ipa = (struct keel_slot_tree){};
	keel_hva_tree_init(&mmu->slots.by_hva);
	xa_init_flags(&mmu->slots.by_id, XA_FLAGS_ACCOUNT);
	mutex_init(&mmu->slots_lock);
}

void keel_memslot_destroy(struct keel_mmu *mmu)
{
	struct keel_slot *slot;
	unsigned long id;

	xa_for_each(&mmu->slots.by_id, id, slot)
		free_slot(slot);
	xa_destroy(&mmu->slots.by_id);
}

/* ---- KVM_SET_USER_MEMORY_REGION: checks ---- */

enum change { CHANGE_NONE, CHANGE_CREATE, CHANGE_DELETE, CHANGE_MOVE, CHANGE_FLAGS };

/* What is wrong with the request in itself. */
static int check_request(const struct kvm_userspace_memory_region2 *mem)
{
	if (mem->flags & ~SLOT_FLAGS)
		return -EINVAL;
	if ((mem->memory_size | mem->guest_phys_addr | mem->userspace_addr) & ~PAGE_MASK)
		return -EINVAL;
	if (mem->userspace_addr != untagged_addr(mem->userspace_addr) ||
	    !access_ok((void __user *)(unsigned long)mem->userspace_addr, mem->memory_size))
		return -EINVAL;
	/* the upper half is the address space: there is one */
	if (mem->slot >= KEEL_NR_MEMSLOTS)
		return -EINVAL;
	if (mem->guest_phys_addr + mem->memory_size < mem->guest_phys_addr)
		return -EINVAL;
	if (mem->memory_size >> PAGE_SHIFT > MAX_PAGES)
		return -EINVAL;
	return 0;
}

/*
 * What it asks for, given the slot that there is. An existing slot may only move or change its log.
 */
static int classify(const struct kvm_userspace_memory_region2 *mem, const struct keel_slot *old,
		    enum change *change)
{
	*change = CHANGE_NONE;
	if (!mem->memory_size) {
		*change = CHANGE_DELETE;
		return old ? 0 : -EINVAL;
	}
	if (!old) {
		*change = CHANGE_CREATE;
		return 0;
	}
	if (mem->userspace_addr != old->hva || mem->memory_size != old->size ||
	    ((mem->flags ^ old->flags) & KVM_MEM_READONLY))
		return -EINVAL;
	if (mem->guest_phys_addr != old->base)
		*change = CHANGE_MOVE;
	else if (mem->flags != old->flags)
		*change = CHANGE_FLAGS;
	return 0;
}

/* Does the new place overlap a slot other than old? What old covers is free of others. */
static bool overlaps(const struct keel_slot_tree *tree,
		     const struct kvm_userspace_memory_region2 *mem, const struct keel_slot *old)
{
	u64 start = mem->guest_phys_addr, end = start + mem->memory_size;

	if (!old)
		return keel_slot_tree_find(tree, start, end);
	return keel_slot_tree_find(tree, start, min(end, old->base)) ||
	       keel_slot_tree_find(tree, max(start, old->base + old->size), end);
}

/*
 * Frames that the host maps without struct pages cannot be logged. Nor is memory of devices
 * everywhere cacheable: since 6.17 in-tree KVM refuses all that is so mapped. RAM among it, as the
 * host's vvar page is, can be a guest's.
 */
static bool cannot_be(const struct keel_vm *vm, struct vm_area_struct *vma, unsigned long hva,
		      bool logged)
{
	if (!(vma->vm_flags & VM_PFNMAP))
		return false;
	return logged || (vm->arch.abi >= KEEL_ABI_7_3 && keel_pin_refuses(vma, hva));
}

static int check_mappings(const struct keel_vm *vm, unsigned long start, unsigned long end,
			  bool logged)
{
	struct mm_struct *mm = vm->mm;
	struct vm_area_struct *vma;
	int ret = 0;

	if (!logged && (vm->arch.abi < KEEL_ABI_7_3 || keel_mmu_caches_frames()))
		return 0;
	mmap_read_lock(mm);
	while (!ret && start < end) {
		vma = find_vma_intersection(mm, start, end);
		if (!vma)
			break;
		ret = cannot_be(vm, vma, max(start, vma->vm_start), logged) ? -EINVAL : 0;
		start = vma->vm_end;
	}
	mmap_read_unlock(mm);
	return ret;
}

static int check_place(struct keel_vm *vm, const struct kvm_userspace_memory_region2 *mem,
		       const struct keel_slot *old, enum change change)
{
	if (change == CHANGE_NONE || change == CHANGE_DELETE)
		return 0;
	if (change != CHANGE_FLAGS && overlaps(&vm->mmu.slots.by_ipa, mem, old))
		return -EEXIST;
	if (mem->guest_phys_addr + mem->memory_size > 1ULL << vm->mmu.ipa_bits)
		return -EFAULT;
	return check_mappings(vm, mem->userspace_addr, mem->userspace_addr + mem->memory_size,
			      mem->flags & KVM_MEM_LOG_DIRTY_PAGES);
}

/* ---- KVM_SET_USER_MEMORY_REGION: acts. slots_lock held; only memory can be lacking ---- */

static int create(struct keel_vm *vm, const struct kvm_userspace_memory_region2 *mem)
{
	struct keel_mmu *mmu = &vm->mmu;
	struct keel_slot *slot = alloc_slot(mem);
	int ret;

	if (!slot)
		return -ENOMEM;
	ret = keel_log_alloc(mmu, slot);
	if (ret)
		goto err_slot;
	ret = xa_err(xa_store(&mmu->slots.by_id, slot->id, slot, GFP_KERNEL_ACCOUNT));
	if (ret)
		goto err_slot;
	write_lock(&mmu->lock);
	link_slot(mmu, slot);
	write_unlock(&mmu->lock);
	return 0;

err_slot:
	free_slot(slot);
	return ret;
}

/*
 * No new mapping from here on, and the old ones go; mmu->lock for writing,
 * dropped and retaken. Meanwhile the VMM may take away the memory of what is
 * still mapped, so the slot leaves the notifier's tree last, and in one hold
 * of the lock with whatever the caller puts in its place.
 */
static void withdraw(struct keel_mmu *mmu, struct keel_slot *slot)
{
	unlink_ipa(mmu, slot);
	mmu->withdrawn = slot;
	keel_shadow_unmap_all(mmu, ipa(slot->base), ipa(slot->base + slot->size), true);
	mmu->withdrawn = NULL;
	unlink_hva(mmu, slot);
}

static void delete(struct keel_vm *vm, struct keel_slot *slot)
{
	struct keel_mmu *mmu = &vm->mmu;

	write_lock(&mmu->lock);
	withdraw(mmu, slot);
	write_unlock(&mmu->lock);
	xa_erase(&mmu->slots.by_id, slot->id);
	/* accesses through the slot end before the caller may unmap its memory */
	synchronize_srcu_expedited(&vm->srcu);
	free_slot(slot);
}

/* The log moves along, or starts, or stops. */
static int move(struct keel_vm *vm, const struct kvm_userspace_memory_region2 *mem,
		struct keel_slot *old)
{
	struct keel_mmu *mmu = &vm->mmu;
	struct keel_slot *slot = alloc_slot(mem);
	bool log = mem->flags & KVM_MEM_LOG_DIRTY_PAGES;

	if (!slot)
		return -ENOMEM;
	if (!old->dirty && keel_log_alloc(mmu, slot)) {
		free_slot(slot);
		return -ENOMEM;
	}
	write_lock(&mmu->lock);
	withdraw(mmu, old);
	if (log && old->dirty)
		slot->dirty = old->dirty;
	link_slot(mmu, slot);
	write_unlock(&mmu->lock);
	/* replaces an entry: needs no memory */
	xa_store(&mmu->slots.by_id, slot->id, slot, GFP_KERNEL_ACCOUNT);
	synchronize_srcu_expedited(&vm->srcu);
	if (slot->dirty == old->dirty)
		old->dirty = NULL;
	free_slot(old);
	return 0;
}

static int change_flags(struct keel_vm *vm, struct keel_slot *slot, u32 flags)
{
	/* the log is the only flag that can change */
	if (flags & KVM_MEM_LOG_DIRTY_PAGES)
		return keel_log_start(vm, slot, flags);
	keel_log_stop(vm, slot, flags);
	return 0;
}

static int set_locked(struct keel_vm *vm, const struct kvm_userspace_memory_region2 *mem)
{
	struct keel_slot *old = xa_load(&vm->mmu.slots.by_id, mem->slot);
	enum change change;
	int ret;

	lockdep_assert_held(&vm->mmu.slots_lock);
	ret = classify(mem, old, &change);
	if (!ret)
		ret = check_place(vm, mem, old, change);
	if (ret)
		return ret;
	switch (change) {
	case CHANGE_CREATE:
		return create(vm, mem);
	case CHANGE_DELETE:
		delete(vm, old);
		return 0;
	case CHANGE_MOVE:
		return move(vm, mem, old);
	case CHANGE_FLAGS:
		return change_flags(vm, old, mem->flags);
	default:
		return 0;
	}
}

int keel_memslot_set(struct keel_vm *vm, const struct kvm_userspace_memory_region2 *mem)
{
	int ret = check_request(mem);

	if (ret)
		return ret;
	mutex_lock(&vm->mmu.slots_lock);
	ret = set_locked(vm, mem);
	mutex_unlock(&vm->mmu.slots_lock);
	return ret;
}
