/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * Which of the VMM's addresses are on their way out of the guest's tables, and whether
 * what a fault found out about some of them may still be used.
 */
#ifndef KEEL_MMU_INVAL_H
#define KEEL_MMU_INVAL_H

#include <linux/minmax.h>
#include <linux/types.h>
#include <asm/barrier.h>

/* Changes with mmu->lock held for writing. */
struct keel_inval {
	/* of what is over; read with acquire before a fault looks at anything */
	unsigned long seq;
	long count;			/* in progress */
	/* one range for all these: too wide is only a retry too many */
	unsigned long start, end;
};

static inline void keel_inval_begin(struct keel_inval *v, unsigned long start, unsigned long end)
{
	v->start = v->count ? min(v->start, start) : start;
	v->end = v->count ? max(v->end, end) : end;
	v->count++;
}

/* What a fault found out before this may be of no use. Pairs with keel_inval_seq(). */
static inline void keel_inval_changed(struct keel_inval *v)
{
	/*
	 * release: whoever reads the new number reads page tables and slots as they are after the
	 * change
	 */
	smp_store_release(&v->seq, v->seq + 1);
}

static inline void keel_inval_end(struct keel_inval *v)
{
	keel_inval_changed(v);
	v->count--;
}

static inline unsigned long keel_inval_seq(const struct keel_inval *v)
{
	return smp_load_acquire(&v->seq);
}

/*
 * Is any part of the block of that size, a power of two, around the address on its way out?
 * mmu->lock.
 */
static inline bool keel_inval_meets(const struct keel_inval *v, unsigned long addr, u64 size)
{
	unsigned long start = addr & ~(size - 1);

	return v->count && start < v->end && start + size > v->start;
}

/*
 * Of that block: seq is from before it was looked at. Of a block that single entries make any part
 * may be on its way out. mmu->lock.
 */
static inline bool keel_inval_retry(const struct keel_inval *v, unsigned long seq,
				    unsigned long addr, u64 size)
{
	return keel_inval_meets(v, addr, size) || v->seq != seq;
}

#endif
