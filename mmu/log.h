/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log of dirty pages as the other files of mmu/ see it: mmu/log.c, and mmu/ring.c for the
 * rings.
 */
#ifndef KEEL_MMU_LOG_H
#define KEEL_MMU_LOG_H

#include "../core/objects.h"
#include "memslot.h"

/* Addresses that lost the right to write and are still in TLBs; end 0: none. */
struct keel_log_flush {
	u64 start, end;
	bool below;	/* some may be in the shadows (shadow.h), and has not lost it yet */
};

/* The VM's tables are there, and empty. */
void keel_log_init(struct keel_mmu *mmu);
/* The bitmap of a slot that nobody sees yet, if its flags ask for one. slots_lock. -ENOMEM. */
int keel_log_alloc(struct keel_mmu *mmu, struct keel_slot *slot);
/* An existing slot's log begins, -ENOMEM, or ends. slots_lock. */
int keel_log_start(struct keel_vm *vm, struct keel_slot *slot, u32 flags);
void keel_log_stop(struct keel_vm *vm, struct keel_slot *slot, u32 flags);

/*
 * Note the pages that [ipa, ipa + len) touches as written, if the slot keeps a
 * log. by: the vCPU that is the cause, with its mutex held, or NULL. Under
 * vm->srcu or mmu->lock; IRQs on or off.
 */
void keel_log_mark(struct keel_vcpu *by, struct keel_slot *slot, ipa_t ipa, u64 len);

/* May a write to the slot be noted without a look at the ring's limit thereafter? vCPU mutex. */
static inline bool keel_log_has_room(const struct keel_vcpu *vcpu, const struct keel_slot *slot)
{
	return !(slot->flags & KVM_MEM_LOG_DIRTY_PAGES) || !vcpu->ring.entries ||
	       !keel_ring_is_full(&vcpu->ring, 1);
}

/*
 * Pages of one word of a slot's log must fault before their next write, once flushed. mmu->lock for
 * writing.
 */
void keel_log_protect(struct keel_mmu *mmu, const struct keel_slot *slot, u64 word, u64 bits,
		      struct keel_log_flush *flush);
/* Then split, where user space wants that. slots_lock, sleepable. */
void keel_log_flush(struct keel_mmu *mmu, const struct keel_log_flush *flush);

/* bytes 0: no ring. -ENOMEM. */
int keel_ring_alloc(struct keel_ring *ring, u32 bytes);
void keel_ring_free(struct keel_ring *ring);
/* Into the vCPU's ring, which there is. False: no room in it. vCPU mutex, any context. */
bool keel_ring_note(struct keel_vcpu *vcpu, u32 slot, u64 page);

#endif
