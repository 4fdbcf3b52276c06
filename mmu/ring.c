// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rings of dirty pages: their memory, which user space maps by the vCPU's fd, and
 * KVM_RESET_DIRTY_RINGS. The ring lives as long as its vCPU, which is as long as
 * the VM; pages that are mapped stay with their mapping.
 *
 * vcpu->mutex, or slots_lock; dirty_ring.h says who does what to a ring.
 */
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/vmalloc.h>
#include "../core/objects.h"
#include "../core/vcpus.h"
#include "log.h"
#include "memslot.h"

/* ---- memory ---- */

int keel_ring_alloc(struct keel_ring *ring, u32 bytes)
{
	if (!bytes)
		return 0;
	ring->entries = __vmalloc(bytes, GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!ring->entries)
		return -ENOMEM;
	ring->size = bytes / sizeof(struct kvm_dirty_gfn);
	return 0;
}

void keel_ring_free(struct keel_ring *ring)
{
	vfree(ring->entries);
}

static unsigned long nr_pages(const struct keel_vcpu *vcpu)
{
	return vcpu->ring.size * sizeof(struct kvm_dirty_gfn) >> PAGE_SHIFT;
}

struct page *keel_ring_page(const struct keel_vcpu *vcpu, unsigned long pgoff)
{
	unsigned long page = pgoff - KEEL_RING_PAGE_OFFSET;

	if (page >= nr_pages(vcpu))
		return NULL;
	return vmalloc_to_page((void *)vcpu->ring.entries + (page << PAGE_SHIFT));
}

bool keel_ring_meets(const struct keel_vcpu *vcpu, unsigned long pgoff, unsigned long nr)
{
	unsigned long start = KEEL_RING_PAGE_OFFSET, end = start + nr_pages(vcpu);

	return max(pgoff, start) < min(pgoff + nr, end);
}

/* ---- enabling ---- */

int keel_ring_enable(struct keel_vm *vm, u64 bytes)
{
	int ret = keel_ring_check_size(bytes, PAGE_SIZE);

	lockdep_assert_held(&vm->lock);
	if (ret)
		return ret;
	if (vm->mmu.log.ring_bytes || vm->nr_vcpus)
		return -EINVAL;
	mutex_lock(&vm->mmu.slots_lock);
	vm->mmu.log.ring_bytes = bytes;
	vm->mmu.s2.pgt.written = NULL;	/* an entry of a ring is made when a page is written */
	mutex_unlock(&vm->mmu.slots_lock);
	return 0;
}

int keel_ring_enable_bitmap(struct keel_vm *vm)
{
	struct keel_mmu *mmu = &vm->mmu;
	int ret = -EINVAL;

	mutex_lock(&mmu->slots_lock);
	if (mmu->log.ring_bytes && xa_empty(&mmu->slots.by_id)) {
		mmu->log.ring_bitmap = true;
		ret = 0;
	}
	mutex_unlock(&mmu->slots_lock);
	return ret;
}

/* ---- the vCPU's side ---- */

bool keel_ring_note(struct keel_vcpu *vcpu, u32 slot, u64 page)
{
	if (!keel_ring_push(&vcpu->ring, slot, page))
		return false;
	if (keel_ring_is_full(&vcpu->ring, 0))
		set_bit(KEEL_REQ_RING, &vcpu->requests);
	return true;
}

bool keel_ring_must_leave(struct keel_vcpu *vcpu)
{
	if (!test_bit(KEEL_REQ_RING, &vcpu->requests))
		return false;
	if (keel_ring_is_full(&vcpu->ring, 0))
		return true;
	clear_bit(KEEL_REQ_RING, &vcpu->requests);
	return false;
}

/* ---- KVM_RESET_DIRTY_RINGS ---- */

struct reset {
	struct keel_mmu *mmu;
	struct keel_ring_batch batch;
	struct keel_log_flush flush;
	int nr;
};

/*
 * Slots that are gone, and pages beyond them, are what user space made of an entry, or of the slot
 * since.
 */
static void protect_batch(struct reset *r)
{
	struct keel_slot *slot = NULL;
	u64 words;

	if (r->batch.bits && r->batch.slot < KEEL_NR_MEMSLOTS)
		slot = xa_load(&r->mmu->slots.by_id, r->batch.slot);
	if (!slot || !(slot->flags & KVM_MEM_LOG_DIRTY_PAGES))
		return;
	words = BITS_TO_LONGS(slot->size >> PAGE_SHIFT);
	if (r->batch.word >= words)
		return;
	write_lock(&r->mmu->lock);
	keel_log_protect(r->mmu, slot, array_index_nospec(r->batch.word, words), r->batch.bits,
			 &r->flush);
	write_unlock(&r->mmu->lock);
}

static void add(struct reset *r, u32 slot, u64 page)
{
	r->nr++;
	if (keel_ring_batch_add(&r->batch, slot, page))
		return;
	protect_batch(r);
	r->batch.bits = 0;
	keel_ring_batch_add(&r->batch, slot, page);
}

/* Once round at most: the vCPU and another thread may go on filling and harvesting it. */
static void reset_ring(struct reset *r, struct keel_ring *ring)
{
	u32 slot, i;
	u64 page;

	for (i = 0; i < ring->size && keel_ring_take(ring, &slot, &page); i++) {
		add(r, slot, page);
		cond_resched();
	}
}

int keel_ring_reset(struct keel_vm *vm)
{
	struct reset r = { .mmu = &vm->mmu };
	struct keel_vcpu *vcpu;
	unsigned int i;

	mutex_lock(&vm->mmu.slots_lock);
	keel_for_each_vcpu(i, vcpu, vm) {
		if (fatal_signal_pending(current))
			break;
		reset_ring(&r, &vcpu->ring);
	}
	protect_batch(&r);
	keel_log_flush(&vm->mmu, &r.flush);
	mutex_unlock(&vm->mmu.slots_lock);
	return vm->mmu.log.ring_bytes ? r.nr : -EINVAL;
}
