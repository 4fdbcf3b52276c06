/* SPDX-License-Identifier: GPL-2.0-only */
/* Slots as the other files of mmu/ see them; mmu/memslot.c owns them. */
#ifndef KEEL_MMU_MEMSLOT_H
#define KEEL_MMU_MEMSLOT_H

#include <linux/interval_tree.h>
#include "mmu.h"

struct keel_slot {
	struct rb_node ipa_node[2];		/* mmu/slot_tree.c */
	struct interval_tree_node hva_node;	/* [hva, hva + size - 1] */
	u64 base, size;				/* [I] guest physical, bytes */
	unsigned long hva;			/* [I] */
	u32 id;					/* [I] */
	u32 flags;				/* KVM_MEM_* [m]; READONLY never changes */
	/* bitmap of pages, and as much again as scratch; NULL: no such log [m] */
	unsigned long *dirty;
};

void keel_memslot_init(struct keel_mmu *mmu);
/* No vCPU and no notifier any more. */
void keel_memslot_destroy(struct keel_mmu *mmu);

/* The slot that holds ipa, or NULL. Under vm->srcu, slots_lock or mmu->lock, and usable as long. */
struct keel_slot *keel_memslot_find(struct keel_mmu *mmu, ipa_t ipa);

static inline unsigned long keel_memslot_hva(const struct keel_slot *slot, ipa_t ipa)
{
	return slot->hva + (ipa.v - slot->base);
}

#endif
