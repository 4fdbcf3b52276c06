// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own access to guest memory, through the slots and the pages
 * behind them. The caller is a task of vm->mm.
 */
#include <linux/mm.h>
#include "../core/objects.h"
#include "log.h"
#include "memslot.h"
#include "stage2.h"

/* How much of [ipa, ipa + len) lies in one page, and so in one slot or none. */
static size_t span(ipa_t ipa, size_t len)
{
	return min_t(size_t, len, PAGE_SIZE - offset_in_page(ipa.v));
}

static void *in_page(struct page *page, ipa_t ipa)
{
	return page_address(page) + offset_in_page(ipa.v);
}

/*
 * What has no page to get (VM_PFNMAP, VM_IO) is or may be a device: its reads do something, and an
 * abort that it answers a load or a store of the kernel's with is the host's end. -EFAULT: there is
 * none; -ENOMEM: not now, for want of memory, or because the VMM is being killed.
 */
static int no_page(int ret)
{
	return ret == -ENOMEM || ret == -EINTR ? -ENOMEM : -EFAULT;
}

static int get(const struct keel_slot *slot, ipa_t ipa, struct page **page)
{
	int ret = get_user_pages_fast(keel_memslot_hva(slot, ipa) & PAGE_MASK, 1, 0, page);

	return ret == 1 ? 0 : no_page(ret);
}

static int pin(const struct keel_slot *slot, ipa_t ipa, struct page **page)
{
	int ret;

	if (slot->flags & KVM_MEM_READONLY)
		return -EFAULT;
	ret = pin_user_pages_fast(keel_memslot_hva(slot, ipa) & PAGE_MASK, 1, FOLL_WRITE, page);
	return ret == 1 ? 0 : no_page(ret);
}

static int read_slot(struct keel_slot *slot, ipa_t ipa, void *data, size_t len)
{
	struct page *page;
	int err = get(slot, ipa, &page);

	if (err)
		return err;
	memcpy(data, in_page(page, ipa), len);
	put_page(page);
	return 0;
}

/* What a guest reads while it is written, and is one register's worth, is written at once. */
static void store(void *to, const void *data, size_t len)
{
	u64 val;

	if (len == sizeof(val) && IS_ALIGNED((unsigned long)to, sizeof(val))) {
		memcpy(&val, data, sizeof(val));
		WRITE_ONCE(*(u64 *)to, val);
	} else {
		memcpy(to, data, len);
	}
}

/* The log is written after the data: a report that misses this write finds the bit next time. */
static int write_slot(struct keel_vcpu *by, struct keel_slot *slot, ipa_t ipa, const void *data,
		      size_t len)
{
	struct page *page;
	int err = pin(slot, ipa, &page);

	if (err)
		return err;
	store(in_page(page, ipa), data, len);
	unpin_user_pages_dirty_lock(&page, 1, true);
	keel_log_mark(by, slot, ipa, len);
	return 0;
}

int keel_guest_read(struct keel_vm *vm, ipa_t ipa, void *data, size_t len)
{
	struct keel_slot *slot;
	int idx, ret = 0;
	size_t n;

	idx = srcu_read_lock(&vm->srcu);
	for (; len && !ret; len -= n, data += n, ipa = ipa_add(ipa, n)) {
		slot = keel_memslot_find(&vm->mmu, ipa);
		n = span(ipa, len);
		ret = slot ? read_slot(slot, ipa, data, n) : -EFAULT;
	}
	srcu_read_unlock(&vm->srcu, idx);
	return ret;
}

/* by: the vCPU whose ring tells, or NULL */
static int guest_write(struct keel_vm *vm, struct keel_vcpu *by, ipa_t ipa, const void *data,
		       size_t len)
{
	struct keel_slot *slot;
	int idx, ret = 0;
	size_t n;

	idx = srcu_read_lock(&vm->srcu);
	for (; len && !ret; len -= n, data += n, ipa = ipa_add(ipa, n)) {
		slot = keel_memslot_find(&vm->mmu, ipa);
		n = span(ipa, len);
		ret = slot ? write_slot(by, slot, ipa, data, n) : -EFAULT;
	}
	srcu_read_unlock(&vm->srcu, idx);
	return ret;
}

int keel_guest_write(struct keel_vm *vm, ipa_t ipa, const void *data, size_t len)
{
	return guest_write(vm, NULL, ipa, data, len);
}

int keel_guest_write_by(struct keel_vcpu *vcpu, ipa_t ipa, const void *data, size_t len)
{
	lockdep_assert_held(&vcpu->mutex);
	return guest_write(vcpu->vm, vcpu, ipa, data, len);
}

/* An aligned word: in one page. */
static int exchange_slot(struct keel_vcpu *by, struct keel_slot *slot, ipa_t ipa, u64 old, u64 new)
{
	struct page *page;
	int err = pin(slot, ipa, &page);
	bool done;

	if (err)
		return err;
	done = cmpxchg((u64 *)in_page(page, ipa), old, new) == old;
	unpin_user_pages_dirty_lock(&page, 1, done);
	if (done)
		keel_log_mark(by, slot, ipa, sizeof(new));
	return done ? 0 : -EAGAIN;
}

int keel_guest_exchange_by(struct keel_vcpu *vcpu, ipa_t ipa, u64 old, u64 new)
{
	int idx = srcu_read_lock(&vcpu->vm->srcu), ret = -EFAULT;
	struct keel_slot *slot = keel_memslot_find(&vcpu->vm->mmu, ipa);

	if (slot && IS_ALIGNED(ipa.v, sizeof(new)))
		ret = exchange_slot(vcpu, slot, ipa, old, new);
	srcu_read_unlock(&vcpu->vm->srcu, idx);
	return ret;
}

static int fetch_slot(struct keel_slot *slot, ipa_t ipa, void *data, size_t len)
{
	struct page *page;
	int err = get(slot, ipa, &page);

	if (err)
		return err;
	/*
	 * written past the caches, by a guest that has its own off: what a cache has of it may be
	 * older
	 */
	keel_stage2_make_coherent(hpa(page_to_phys(page) + offset_in_page(ipa.v)), len, false);
	memcpy(data, in_page(page, ipa), len);
	put_page(page);
	return 0;
}

int keel_guest_fetch(struct keel_vm *vm, ipa_t ipa, void *data, size_t len)
{
	int idx = srcu_read_lock(&vm->srcu), ret = -EFAULT;
	struct keel_slot *slot = keel_memslot_find(&vm->mmu, ipa);

	if (slot && offset_in_page(ipa.v) + len <= PAGE_SIZE)
		ret = fetch_slot(slot, ipa, data, len);
	srcu_read_unlock(&vm->srcu, idx);
	return ret;
}

bool keel_guest_has_memory(struct keel_vm *vm, ipa_t start, u64 size)
{
	int idx = srcu_read_lock(&vm->srcu);
	bool found = keel_slot_tree_find(&vm->mmu.slots.by_ipa, start.v, start.v + size);

	srcu_read_unlock(&vm->srcu, idx);
	return found;
}

bool keel_guest_is_memory(struct keel_vm *vm, ipa_t ipa)
{
	return keel_guest_has_memory(vm, ipa, 1);
}

/* What is mapped there has no pages. What is not mapped may be memory all the same. */
static bool is_device(struct mm_struct *mm, unsigned long hva)
{
	struct vm_area_struct *vma;
	bool device;

	mmap_read_lock(mm);
	vma = find_vma_intersection(mm, hva, hva + 1);
	device = vma && (vma->vm_flags & (VM_PFNMAP | VM_IO));
	mmap_read_unlock(mm);
	return device;
}

bool keel_guest_may_write(struct keel_vm *vm, ipa_t ipa)
{
	int idx = srcu_read_lock(&vm->srcu);
	struct keel_slot *slot = keel_memslot_find(&vm->mmu, ipa);
	bool may = slot && !(slot->flags & KVM_MEM_READONLY) &&
		   !is_device(vm->mm, keel_memslot_hva(slot, ipa));

	srcu_read_unlock(&vm->srcu, idx);
	return may;
}

bool keel_mmu_is_bare(const struct keel_vcpu *vcpu, ipa_t page)
{
	return vcpu->bare_page.slots == keel_mmu_slots(&vcpu->vm->mmu) &&
	       vcpu->bare_page.page == (page.v & PAGE_MASK);
}

void keel_mmu_note_bare(struct keel_vcpu *vcpu, ipa_t page, unsigned int slots)
{
	vcpu->bare_page.page = page.v;
	vcpu->bare_page.slots = slots;
}
