// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rights of pages, by guest page frame, apart from the slots and from the tables: who
 * changes them takes the range out of the tables, and the guest's next access brings
 * back what it may have. A fault looks them up after it has noted keel_notifier_begin(),
 * and its mapping is dropped if they have changed since.
 *
 * What refused a CPU may have been other rights than those that its fault finds.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include "../core/objects.h"
#include "rights.h"
#include "shadow.h"
#include "stage2.h"

#define ATTR	(KEEL_MEMORY_NO_READ | KEEL_MEMORY_NO_WRITE | KEEL_MEMORY_NO_EXEC)
#define SHIFT	61

static_assert(KEEL_MEMORY_NO_READ >> SHIFT == KEEL_NO_R &&
	      KEEL_MEMORY_NO_WRITE >> SHIFT == KEEL_NO_W &&
	      KEEL_MEMORY_NO_EXEC >> SHIFT == KEEL_NO_X);

/* The most pages of a block that are looked at one by one. */
#define MOST_PAGES	512

void keel_rights_init(struct keel_mmu *mmu)
{
	xa_init_flags(&mmu->rights, XA_FLAGS_ACCOUNT);
}

static unsigned int rights_at(struct keel_mmu *mmu, unsigned long frame)
{
	void *entry = xa_load(&mmu->rights, frame);

	return entry ? xa_to_value(entry) : 0;
}

unsigned int keel_rights_look_up(struct keel_mmu *mmu, ipa_t page)
{
	return rights_at(mmu, page.v >> PAGE_SHIFT);
}

bool keel_rights_look_around(struct keel_mmu *mmu, ipa_t start, u64 size)
{
	unsigned long pos = start.v >> PAGE_SHIFT, end = pos + (size >> PAGE_SHIFT);
	unsigned int rights = rights_at(mmu, pos);

	if (!rights)
		return !xa_find(&mmu->rights, &pos, end - 1, XA_PRESENT);
	if (end - pos > MOST_PAGES)
		return false;
	while (++pos < end)
		if (rights_at(mmu, pos) != rights)
			return false;
	return true;
}

/* ---- change; slots_lock ---- */

/* Room for an entry for each page, so that storing cannot fail in the middle. */
static int reserve(struct keel_mmu *mmu, unsigned long first, unsigned long end)
{
	unsigned long pos;
	int err = 0;

	for (pos = first; pos < end && !err; pos++) {
		err = xa_reserve(&mmu->rights, pos, GFP_KERNEL_ACCOUNT);
		if (!err && fatal_signal_pending(current))
			err = -EINTR;
		cond_resched();
	}
	while (err && pos-- > first) {
		xa_release(&mmu->rights, pos);
		cond_resched();
	}
	return err;
}

static void give_back(struct keel_mmu *mmu, unsigned long pos, unsigned long end)
{
	for (; pos < end && xa_find(&mmu->rights, &pos, end - 1, XA_PRESENT); pos++) {
		xa_erase(&mmu->rights, pos);
		cond_resched();
	}
}

/* Entry by entry: xa_destroy() would keep IRQs off for all of them. Nobody else has the VM. */
void keel_rights_destroy(struct keel_mmu *mmu)
{
	give_back(mmu, 0, ULONG_MAX);
}

static int store(struct keel_mmu *mmu, unsigned long first, unsigned long end, unsigned int rights)
{
	int err;

	if (!rights) {
		give_back(mmu, first, end);
		return 0;
	}
	err = reserve(mmu, first, end);
	for (; !err && first < end; first++) {
		xa_store(&mmu->rights, first, xa_mk_value(rights), GFP_KERNEL_ACCOUNT);
		cond_resched();
	}
	return err;
}

/* Faults that looked before the change do not map any more; what was mapped goes. */
static void revoke(struct keel_mmu *mmu, u64 start, u64 end)
{
	write_lock(&mmu->lock);
	keel_inval_changed(&mmu->inval);
	keel_shadow_unmap_all(mmu, ipa(start), ipa(end), true);
	write_unlock(&mmu->lock);
}

bool keel_mmu_is_range(u64 start, u64 size)
{
	return size && start + size > start && PAGE_ALIGNED(start) && PAGE_ALIGNED(size);
}

/*
 * What a fault sees of it lies between: with new rights it sees that they change. Pairs with
 * keel_rights_changes().
 */
static void change_begins(struct keel_mmu *mmu)
{
	WRITE_ONCE(mmu->rights_changes, mmu->rights_changes + 1);
	smp_wmb();
}

static void change_ends(struct keel_mmu *mmu)
{
	smp_store_release(&mmu->rights_changes, mmu->rights_changes + 1);
}

int keel_rights_set(struct keel_vm *vm, const struct kvm_memory_attributes *attr)
{
	u64 start = attr->address, end = start + attr->size;
	struct keel_mmu *mmu = &vm->mmu;
	int err;

	if (attr->flags || attr->attributes & ~ATTR || !keel_mmu_is_range(start, attr->size) ||
	    end > keel_stage2_end(&mmu->s2).v)
		return -EINVAL;
	mutex_lock(&mmu->slots_lock);
	change_begins(mmu);
	err = store(mmu, start >> PAGE_SHIFT, end >> PAGE_SHIFT, attr->attributes >> SHIFT);
	if (!err)
		revoke(mmu, start, end);
	change_ends(mmu);
	mutex_unlock(&mmu->slots_lock);
	return err;
}
