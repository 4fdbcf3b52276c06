// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * The ring's order of accesses, with three that take part: the vCPU pushes, user
 * space reads and turns DIRTY into RESET, a reset takes. selftests/litmus has it.
 */
#include <linux/compiler.h>
#include <linux/errno.h>
#include <asm/barrier.h>
#include "dirty_ring.h"

int keel_ring_check_size(u64 bytes, unsigned long page_size)
{
	if (bytes & (bytes - 1) || bytes >> 32)
		return -EINVAL;
	if (bytes < KEEL_RING_RESERVED * sizeof(struct kvm_dirty_gfn) || bytes < page_size)
		return -EINVAL;
	return bytes > KEEL_RING_MAX_BYTES ? -E2BIG : 0;
}

static struct kvm_dirty_gfn *entry_at(const struct keel_ring *ring, u32 index)
{
	return &ring->entries[index & (ring->size - 1)];
}

bool keel_ring_push(struct keel_ring *ring, u32 slot, u64 offset)
{
	struct kvm_dirty_gfn *e = entry_at(ring, ring->pushed);

	/* pairs with keel_ring_take(): what was in the entry has been read, by user space too */
	if (ring->pushed - smp_load_acquire(&ring->taken) >= ring->size)
		return false;
	WRITE_ONCE(e->slot, slot);
	WRITE_ONCE(e->offset, offset);
	/* before the flag: whoever takes what user space has seen finds it counted */
	WRITE_ONCE(ring->pushed, ring->pushed + 1);
	/* pairs with the acquire of user space */
	smp_store_release(&e->flags, KVM_DIRTY_GFN_F_DIRTY);
	return true;
}

bool keel_ring_take(struct keel_ring *ring, u32 *slot, u64 *offset)
{
	struct kvm_dirty_gfn *e = entry_at(ring, ring->taken);

	/* pairs with the release of user space, which has read the entry */
	if (!(smp_load_acquire(&e->flags) & KVM_DIRTY_GFN_F_RESET) ||
	    ring->taken == READ_ONCE(ring->pushed))
		return false;
	*slot = READ_ONCE(e->slot);
	*offset = READ_ONCE(e->offset);
	WRITE_ONCE(e->flags, 0);
	/* pairs with keel_ring_push() */
	smp_store_release(&ring->taken, ring->taken + 1);
	return true;
}

bool keel_ring_is_full(const struct keel_ring *ring, u32 more)
{
	return READ_ONCE(ring->pushed) - READ_ONCE(ring->taken) + more >=
	       ring->size - KEEL_RING_RESERVED;
}

bool keel_ring_batch_add(struct keel_ring_batch *batch, u32 slot, u64 offset)
{
	u64 word = offset / 64;

	if (batch->bits && (batch->slot != slot || batch->word != word))
		return false;
	batch->slot = slot;
	batch->word = word;
	batch->bits |= 1ULL << (offset % 64);
	return true;
}
