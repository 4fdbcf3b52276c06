// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log of dirty pages. A page of a slot that keeps one is mapped writable from
 * its first write on, which faults and is noted: in the slot's bitmap, or in the
 * ring of the vCPU (ring.c). When user space has been told the page is protected
 * again. Its next write faults, or, with a bitmap and CPUs that can (pgt.written), is
 * noted by the hardware in the page's entry, from where it comes to the bitmap when user
 * space asks or the entry goes (Documentation/locking.rst).
 *
 * Who takes pages out of the log has slots_lock, so that a slot and its bitmap
 * stay. Pages are protected under mmu->lock, which is dropped and retaken in
 * between; the TLB is flushed after that and before user space goes on: it reads
 * the pages later than all that was written to them without a fault.
 */
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "../core/objects.h"
#include "log.h"
#include "log_span.h"
#include "memslot.h"
#include "shadow.h"
#include "stage2.h"

static size_t bitmap_words(const struct keel_slot *slot)
{
	return BITS_TO_LONGS(slot->size >> PAGE_SHIFT);
}

static unsigned long *scratch(const struct keel_slot *slot)
{
	return slot->dirty + bitmap_words(slot);
}

/* ---- beginning and end ---- */

static bool has_bitmaps(const struct keel_mmu *mmu)
{
	return !mmu->log.ring_bytes || mmu->log.ring_bitmap;
}

static unsigned long *alloc_bitmap(const struct keel_mmu *mmu, const struct keel_slot *slot)
{
	unsigned long *dirty = kvcalloc(2 * bitmap_words(slot), sizeof(long), GFP_KERNEL_ACCOUNT);
	u64 page, pages = slot->size >> PAGE_SHIFT;

	lockdep_assert_held(&mmu->slots_lock);
	if (!dirty || !mmu->log.initially_set)
		return dirty;
	memset(dirty, 0xff, pages / 8);
	for (page = round_down(pages, 8); page < pages; page++)
		__set_bit_le(page, dirty);
	return dirty;
}

int keel_log_alloc(struct keel_mmu *mmu, struct keel_slot *slot)
{
	if (!(slot->flags & KVM_MEM_LOG_DIRTY_PAGES) || !has_bitmaps(mmu))
		return 0;
	slot->dirty = alloc_bitmap(mmu, slot);
	return slot->dirty ? 0 : -ENOMEM;
}

/* Before the first write to a page of a block does it in passing. */
static void split(struct keel_mmu *mmu, u64 start, u64 end)
{
	if (mmu->log.split_chunk)
		keel_stage2_split(&mmu->s2, ipa(start), ipa(end), mmu->log.split_chunk);
}

/*
 * Every page must fault before its next write, but those that are dirty from the
 * beginning. vCPUs that run see no gap: flags and bitmap are there before the
 * first page is protected, and a fault that read the old flags fails on
 * inval.seq. The kernel's own writes that found no log are in memory before
 * the VMM reads it.
 */
int keel_log_start(struct keel_vm *vm, struct keel_slot *slot, u32 flags)
{
	struct keel_mmu *mmu = &vm->mmu;
	unsigned long *dirty = NULL;
	bool protect = !has_bitmaps(mmu) || !mmu->log.initially_set;

	if (has_bitmaps(mmu)) {
		dirty = alloc_bitmap(mmu, slot);
		if (!dirty)
			return -ENOMEM;
	}
	write_lock(&mmu->lock);
	/* filled; pairs with the dependent read of keel_log_mark() */
	smp_store_release(&slot->dirty, dirty);
	WRITE_ONCE(slot->flags, flags);
	keel_inval_changed(&mmu->inval);
	if (protect) {
		keel_stage2_wrprotect(&mmu->s2, ipa(slot->base), ipa(slot->base + slot->size));
		keel_shadow_wrprotect_memory(mmu, ipa(slot->base), ipa(slot->base + slot->size));
	}
	write_unlock(&mmu->lock);
	synchronize_srcu_expedited(&vm->srcu);
	if (protect)
		split(mmu, slot->base, slot->base + slot->size);
	return 0;
}

void keel_log_stop(struct keel_vm *vm, struct keel_slot *slot, u32 flags)
{
	struct keel_mmu *mmu = &vm->mmu;
	unsigned long *dirty = slot->dirty;

	write_lock(&mmu->lock);
	WRITE_ONCE(slot->dirty, NULL);
	WRITE_ONCE(slot->flags, flags);
	keel_inval_changed(&mmu->inval);
	write_unlock(&mmu->lock);
	synchronize_srcu_expedited(&vm->srcu);
	kvfree(dirty);
}

int keel_log_set_manual(struct keel_vm *vm, u64 mode)
{
	struct keel_log_mode *log = &vm->mmu.log;

	if (mode > (KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE | KVM_DIRTY_LOG_INITIALLY_SET) ||
	    mode == KVM_DIRTY_LOG_INITIALLY_SET)
		return -EINVAL;
	mutex_lock(&vm->mmu.slots_lock);
	log->manual = mode & KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE;
	log->initially_set = mode & KVM_DIRTY_LOG_INITIALLY_SET;
	mutex_unlock(&vm->mmu.slots_lock);
	return 0;
}

int keel_log_set_split(struct keel_vm *vm, u64 chunk)
{
	struct keel_mmu *mmu = &vm->mmu;
	int ret = -EINVAL;

	if (chunk & (chunk - 1) || (chunk && !(chunk & keel_mmu_block_sizes())))
		return -EINVAL;
	mutex_lock(&mmu->slots_lock);
	if (xa_empty(&mmu->slots.by_id)) {
		mmu->log.split_chunk = chunk;
		ret = 0;
	}
	mutex_unlock(&mmu->slots_lock);
	return ret;
}

/* ---- noting ---- */

void keel_log_mark(struct keel_vcpu *by, struct keel_slot *slot, ipa_t ipa, u64 len)
{
	bool ring = by && by->ring.entries;
	unsigned long *dirty;
	u64 page, nr;

	if (!(READ_ONCE(slot->flags) & KVM_MEM_LOG_DIRTY_PAGES))
		return;
	dirty = READ_ONCE(slot->dirty);
	nr = keel_log_span(ipa.v - slot->base, len, slot->size, PAGE_SHIFT, &page);
	for (; nr; nr--, page++)
		if (!(ring && keel_ring_note(by, slot->id, page)) && dirty)
			set_bit_le(page, dirty);
}

/* ---- what the hardware has noted ---- */

/* Of a page that leaves the tables. Its slot may have left the tree before it. */
static void written(struct keel_pgt *pgt, u64 addr)
{
	struct keel_mmu *mmu = container_of(pgt, struct keel_mmu, s2.pgt);
	struct keel_slot *slot;

	lockdep_assert_held(&mmu->lock);
	slot = keel_memslot_find(mmu, ipa(addr)) ?: mmu->withdrawn;
	if (slot)
		keel_log_mark(NULL, slot, ipa(addr), PAGE_SIZE);
}

void keel_log_init(struct keel_mmu *mmu)
{
	if (keel_stage2_caps.dirty)
		mmu->s2.pgt.written = written;
}

static void collect_page(void *arg, u64 addr)
{
	struct keel_slot *slot = arg;
	u64 page = (addr - slot->base) >> PAGE_SHIFT;

	if (!test_bit_le(page, slot->dirty))
		set_bit_le(page, slot->dirty);
}

/* Into the bitmap. The entries stay as they are: what is taken out of the bitmap is protected. */
static void collect(struct keel_mmu *mmu, struct keel_slot *slot)
{
	u64 pos, next, end = slot->base + slot->size;

	for (pos = mmu->s2.pgt.written ? slot->base : end; pos < end; pos = next) {
		next = min(end, pos + KEEL_STAGE2_PART);
		read_lock(&mmu->lock);
		keel_pgt_for_each_written(&mmu->s2.pgt, pos, next, collect_page, slot);
		read_unlock(&mmu->lock);
		cond_resched();
	}
}

/* ---- protecting ---- */

static void note_flush(struct keel_log_flush *flush, u64 start, u64 end)
{
	flush->start = flush->end ? min(flush->start, start) : start;
	flush->end = max(flush->end, end);
}

void keel_log_protect(struct keel_mmu *mmu, const struct keel_slot *slot, u64 word, u64 bits,
		      struct keel_log_flush *flush)
{
	u64 base = slot->base + (word * 64 << PAGE_SHIFT), start, stop;
	unsigned long run = bits & keel_log_word_mask(slot->size >> PAGE_SHIFT, word), first,
		      end = 0;

	lockdep_assert_held_write(&mmu->lock);
	while ((first = find_next_bit(&run, 64, end)) < 64) {
		end = find_next_zero_bit(&run, 64, first);
		start = base + ((u64)first << PAGE_SHIFT);
		stop = base + ((u64)end << PAGE_SHIFT);
		if (keel_pgt_wrprotect(&mmu->s2.pgt, start, stop))
			note_flush(flush, start, stop);
		if (mmu->shadows)
			flush->below |= keel_shadow_has_memory(mmu, ipa(start), ipa(stop));
	}
}

/* All of them, once for all that was taken out of the log. */
static void protect_shadows(struct keel_mmu *mmu)
{
	write_lock(&mmu->lock);
	keel_shadow_wrprotect_memory(mmu, ipa(0), keel_stage2_end(&mmu->s2));
	write_unlock(&mmu->lock);
}

/* What was protected by a log that began without is still in blocks. */
void keel_log_flush(struct keel_mmu *mmu, const struct keel_log_flush *flush)
{
	if (flush->below)
		protect_shadows(mmu);
	if (!flush->end)
		return;
	keel_tlb_flush_range(&mmu->s2.hw, ipa(flush->start), flush->end - flush->start);
	if (mmu->log.initially_set)
		split(mmu, flush->start, flush->end);
}

/* ---- KVM_GET_DIRTY_LOG, KVM_CLEAR_DIRTY_LOG ---- */

/* A word of a bitmap as numbers of pages count its bits. */
static u64 bits_of(unsigned long word)
{
	return (__force u64)cpu_to_le64(word);
}

/* Take the log into its second half. */
static void take_log(struct keel_mmu *mmu, struct keel_slot *slot, unsigned long *out)
{
	unsigned long word, nr = bitmap_words(slot);
	struct keel_log_flush flush = {};

	write_lock(&mmu->lock);
	for (word = 0; word < nr; word++) {
		out[word] = READ_ONCE(slot->dirty[word]) ? xchg(&slot->dirty[word], 0) : 0;
		if (out[word])
			keel_log_protect(mmu, slot, word, bits_of(out[word]), &flush);
		/* clean words too: a large slot has millions of them */
		cond_resched_rwlock_write(&mmu->lock);
	}
	write_unlock(&mmu->lock);
	keel_log_flush(mmu, &flush);
}

/*
 * What was taken and could not be handed over is told of another time: its pages are protected, and
 * dirty.
 */
static void give_back(struct keel_slot *slot, const unsigned long *taken)
{
	unsigned long word, nr = bitmap_words(slot);

	for (word = 0; word < nr; word++) {
		if (taken[word])
			atomic_long_or(taken[word], (atomic_long_t *)&slot->dirty[word]);
		cond_resched();
	}
}

static int check_id(const struct keel_mmu *mmu, u32 id)
{
	if (!has_bitmaps(mmu))
		return -ENXIO;
	return id < KEEL_NR_MEMSLOTS ? 0 : -EINVAL;
}

/* The slot if it has a bitmap, or NULL. */
static struct keel_slot *find(struct keel_mmu *mmu, u32 id)
{
	struct keel_slot *slot = xa_load(&mmu->slots.by_id, id);

	return slot && slot->dirty ? slot : NULL;
}

static int get_locked(struct keel_mmu *mmu, const struct kvm_dirty_log *log)
{
	int ret = check_id(mmu, log->slot);
	struct keel_slot *slot;
	unsigned long *out;

	if (ret)
		return ret;
	slot = find(mmu, log->slot);
	if (!slot)
		return -ENOENT;
	collect(mmu, slot);
	out = mmu->log.manual ? slot->dirty : scratch(slot);
	if (!mmu->log.manual)
		take_log(mmu, slot, out);
	if (!copy_to_user(log->dirty_bitmap, out, bitmap_words(slot) * sizeof(long)))
		return 0;
	if (!mmu->log.manual)
		give_back(slot, out);
	return -EFAULT;
}

int keel_log_get(struct keel_vm *vm, const struct kvm_dirty_log *log)
{
	int ret;

	mutex_lock(&vm->mmu.slots_lock);
	ret = get_locked(&vm->mmu, log);
	mutex_unlock(&vm->mmu.slots_lock);
	return ret;
}

/* Clear what want says, and protect what was set of it. */
static u64 clear_word(unsigned long *dirty, unsigned long want)
{
	return want ? bits_of(want & atomic_long_fetch_andnot(want, (atomic_long_t *)dirty)) : 0;
}

static void clear_log(struct keel_mmu *mmu, struct keel_slot *slot, u64 first, u64 nr)
{
	struct keel_log_flush flush = {};
	u64 i, bits;

	write_lock(&mmu->lock);
	for (i = 0; i < nr; i++) {
		bits = clear_word(&slot->dirty[first + i], scratch(slot)[i]);
		if (bits)
			keel_log_protect(mmu, slot, first + i, bits, &flush);
		cond_resched_rwlock_write(&mmu->lock);
	}
	write_unlock(&mmu->lock);
	keel_log_flush(mmu, &flush);
}

static int clear_locked(struct keel_mmu *mmu, const struct kvm_clear_dirty_log *log)
{
	int ret = check_id(mmu, log->slot);
	u64 nr = DIV_ROUND_UP(log->num_pages, 64), first;
	struct keel_slot *slot;

	if (!ret && log->first_page % 64)
		ret = -EINVAL;
	if (ret)
		return ret;
	slot = find(mmu, log->slot);
	if (!slot)
		return -ENOENT;
	if (!keel_log_is_clearable(slot->size >> PAGE_SHIFT, log->first_page, log->num_pages))
		return -EINVAL;
	first = array_index_nospec(log->first_page / 64, bitmap_words(slot) + 1);
	if (copy_from_user(scratch(slot), log->dirty_bitmap, nr * 8))
		return -EFAULT;
	clear_log(mmu, slot, first, nr);
	return 0;
}

int keel_log_clear(struct keel_vm *vm, const struct kvm_clear_dirty_log *log)
{
	int ret;

	mutex_lock(&vm->mmu.slots_lock);
	ret = clear_locked(&vm->mmu, log);
	mutex_unlock(&vm->mmu.slots_lock);
	return ret;
}
