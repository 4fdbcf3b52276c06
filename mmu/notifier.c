// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MMU notifier: when the VMM's address space changes (munmap, mprotect,
 * swap, migration, KSM, huge pages made or split), the guest's mappings of it
 * go away first and fault in again (those of shadow.h always, whatever changes); and the access
 * flag is read for reclaim.
 *
 * mmu->lock is taken inside mmap_lock and page table locks, and nothing is
 * taken inside it.
 */
#include <linux/mm.h>
#include <linux/mmu_notifier.h>
#include <linux/wait.h>
#include "../core/compat.h"
#include "../core/objects.h"
#include "memslot.h"
#include "notifier.h"
#include "shadow.h"
#include "stage2.h"

static struct keel_mmu *mmu_of(struct mmu_notifier *mn)
{
	return container_of(mn, struct keel_mmu, notifier);
}

/* The part of slot that [start, end) of the VMM's addresses backs. They overlap. */
static ipa_t part_start(const struct keel_slot *slot, unsigned long start)
{
	return ipa(slot->base + (max(start, slot->hva) - slot->hva));
}

static ipa_t part_end(const struct keel_slot *slot, unsigned long end)
{
	return ipa(slot->base + (min(end, slot->hva + slot->size) - slot->hva));
}

static struct keel_slot *slot_of(struct interval_tree_node *node)
{
	return container_of(node, struct keel_slot, hva_node);
}

/* ---- invalidation ---- */

/*
 * mmu->lock for writing, which may be dropped and retaken at each slot. A slot
 * that comes meanwhile has nothing mapped in the range: mmu->inval sees to
 * that.
 */
static void each_part(struct keel_mmu *mmu, const struct mmu_notifier_range *range,
		      void (*fn)(struct keel_stage2 *s2, ipa_t start, ipa_t end, bool may_yield))
{
	ipa_t start, end;
	bool may_yield = mmu_notifier_range_blockable(range);
	struct interval_tree_node *node;
	struct keel_hva_walk walk;

	keel_hva_walk_begin(&mmu->slots.by_hva, &walk, range->start, range->end - 1);
	while ((node = keel_hva_walk_next(&walk))) {
		/* the slot may be gone after the first */
		start = part_start(slot_of(node), range->start);
		end = part_end(slot_of(node), range->end);
		keel_shadow_unmap_memory(mmu, start, end, may_yield);
		fn(&mmu->s2, start, end, may_yield);
	}
	keel_hva_walk_end(&walk);
}

/*
 * Pages that stay where they are and lose only the right to be written: by fork(), whose child
 * shares them, and by whoever cleans pages of a file. The guest goes on reading them, without a
 * fault.
 */
static bool keeps_pages(const struct mmu_notifier_range *range)
{
	return range->event == MMU_NOTIFY_PROTECTION_PAGE;
}

static int invalidate_start(struct mmu_notifier *mn, const struct mmu_notifier_range *range)
{
	struct keel_mmu *mmu = mmu_of(mn);

	write_lock(&mmu->lock);
	keel_inval_begin(&mmu->inval, range->start, range->end);
	each_part(mmu, range, keeps_pages(range) ? keel_stage2_withdraw_write : keel_stage2_unmap);
	write_unlock(&mmu->lock);
	return 0;
}

static void invalidate_end(struct mmu_notifier *mn, const struct mmu_notifier_range *range)
{
	struct keel_mmu *mmu = mmu_of(mn);

	write_lock(&mmu->lock);
	keel_inval_end(&mmu->inval);
	write_unlock(&mmu->lock);
	/*
	 * its barrier pairs with that of wait_event(): who sleeps is seen, or sees the new number
	 */
	if (wq_has_sleeper(&mmu->inval_end))
		wake_up_all(&mmu->inval_end);
}

unsigned long keel_notifier_begin(const struct keel_mmu *mmu)
{
	return keel_inval_seq(&mmu->inval);
}

bool keel_notifier_retry(const struct keel_mmu *mmu, unsigned long seq, unsigned long hva, u64 size)
{
	lockdep_assert_held(&mmu->lock);
	return keel_inval_retry(&mmu->inval, seq, hva, size);
}

/* seq: as of that look. */
static bool is_going(struct keel_mmu *mmu, unsigned long hva, u64 size, unsigned long *seq)
{
	bool meets;

	read_lock(&mmu->lock);
	meets = keel_inval_meets(&mmu->inval, hva, size);
	*seq = keel_inval_seq(&mmu->inval);
	read_unlock(&mmu->lock);
	return meets;
}

void keel_notifier_wait(struct keel_mmu *mmu, unsigned long hva, u64 size)
{
	unsigned long seq;

	/* one that ends may be another; a signal is for whoever comes next */
	while (is_going(mmu, hva, size, &seq))
		if (wait_event_interruptible(mmu->inval_end, keel_inval_seq(&mmu->inval) != seq))
			return;
}

/* ---- age ---- */

/*
 * Reading lock: the access flag changes by compare-and-exchange. TLBs are not flushed: a hint. What
 * a guest hypervisor's guests have accessed is in the shadows, which are not asked.
 */
static bool age_hva(struct keel_mmu *mmu, unsigned long start, unsigned long end, bool clear)
{
	struct interval_tree_node *node;
	bool young = false;

	read_lock(&mmu->lock);
	keel_hva_tree_for_each(node, &mmu->slots.by_hva, start, end - 1)
		young |= keel_pgt_age(&mmu->s2.pgt, part_start(slot_of(node), start).v,
				      part_end(slot_of(node), end).v, clear);
	read_unlock(&mmu->lock);
	return young;
}

static keel_compat_young_t clear_flush_young(struct mmu_notifier *mn, struct mm_struct *mm,
					     unsigned long start, unsigned long end)
{
	return age_hva(mmu_of(mn), start, end, true);
}

static keel_compat_young_t clear_young(struct mmu_notifier *mn, struct mm_struct *mm,
				       unsigned long start, unsigned long end)
{
	return age_hva(mmu_of(mn), start, end, true);
}

static keel_compat_young_t test_young(struct mmu_notifier *mn, struct mm_struct *mm,
				      unsigned long addr)
{
	return age_hva(mmu_of(mn), addr, addr + PAGE_SIZE, false);
}

/*
 * The VMM's address space ends, the VM may live on by its fds: no vCPU can run, no fault can find
 * memory.
 */
static void release(struct mmu_notifier *mn, struct mm_struct *mm)
{
	struct keel_mmu *mmu = mmu_of(mn);

	write_lock(&mmu->lock);
	/* never to be taken back: no mapping from here on */
	keel_inval_begin(&mmu->inval, 0, ULONG_MAX);
	keel_shadow_unmap_all(mmu, ipa(0), keel_stage2_end(&mmu->s2), true);
	write_unlock(&mmu->lock);
}

static const struct mmu_notifier_ops notifier_ops = {
	.invalidate_range_start = invalidate_start,
	.invalidate_range_end = invalidate_end,
	.clear_flush_young = clear_flush_young,
	.clear_young = clear_young,
	.test_young = test_young,
	.release = release,
};

int keel_notifier_start(struct keel_mmu *mmu, struct mm_struct *mm)
{
	init_waitqueue_head(&mmu->inval_end);
	mmu->notifier.ops = &notifier_ops;
	return mmu_notifier_register(&mmu->notifier, mm);
}

void keel_notifier_stop(struct keel_mmu *mmu, struct mm_struct *mm)
{
	mmu_notifier_unregister(&mmu->notifier, mm);
}
