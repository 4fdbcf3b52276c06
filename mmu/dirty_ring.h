/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Arithmetic of a vCPU's ring of dirty pages. Its entries are shared with user
 * space, which may write anything into them at any time; the indices are not.
 * They count up for ever and wrap.
 *
 * Whoever has the vCPU's mutex pushes, whoever has slots_lock takes; user space
 * turns DIRTY into RESET in between.
 */
#ifndef KEEL_MMU_DIRTY_RING_H
#define KEEL_MMU_DIRTY_RING_H

#include <linux/kvm.h>
#include <linux/types.h>

#define KEEL_RING_MAX_BYTES	(65536U * sizeof(struct kvm_dirty_gfn))
/*
 * Entries between the limit at which the vCPU goes to user space and the end: what one exit may
 * write.
 */
#define KEEL_RING_RESERVED	64

/* [v] vcpu->mutex */
struct keel_ring {
	struct kvm_dirty_gfn *entries;	/* [I] NULL: there is none */
	u32 size;			/* [I] entries, a power of two */
	u32 pushed;			/* [v], and read by who takes */
	u32 taken;			/* under slots_lock, and read by who pushes */
};

/* Pages of one word of a slot's log. */
struct keel_ring_batch {
	u32 slot;
	u64 word;
	u64 bits;	/* 0: nothing yet */
};

/* May a ring be this large? -EINVAL: no power of two, too small; -E2BIG. */
int keel_ring_check_size(u64 bytes, unsigned long page_size);
/* False: no room, which user space has prevented for long; nothing is written then. Any context. */
bool keel_ring_push(struct keel_ring *ring, u32 slot, u64 offset);
/* The next entry that user space has done with; what it says is not to be trusted. */
bool keel_ring_take(struct keel_ring *ring, u32 *slot, u64 *offset);
/* The limit is reached with more entries than there are. */
bool keel_ring_is_full(const struct keel_ring *ring, u32 more);
/* False: it belongs to another word than what is there. */
bool keel_ring_batch_add(struct keel_ring_batch *batch, u32 slot, u64 offset);

#endif
