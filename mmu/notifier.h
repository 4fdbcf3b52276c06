/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The MMU notifier of a VM, and how whoever maps a page finds out that the VMM's address
 * space changed meanwhile. Invalidations in progress are counted in inval.h.
 */
#ifndef KEEL_MMU_NOTIFIER_H
#define KEEL_MMU_NOTIFIER_H

#include "mmu.h"

/*
 * Follow vm->mm, which is current->mm: from here on guest mappings go when the VMM's do. Sleepable.
 */
int keel_notifier_start(struct keel_mmu *mmu, struct mm_struct *mm);
/* No callback runs any more on return. Sleepable. */
void keel_notifier_stop(struct keel_mmu *mmu, struct mm_struct *mm);

/*
 * Before anything of the VMM's address space or the slots is looked at; and,
 * mmu->lock held, may what was found out since then be used for all of the block of that
 * size around hva? Of a block that single entries make any part may be on its way out.
 */
unsigned long keel_notifier_begin(const struct keel_mmu *mmu);
bool keel_notifier_retry(const struct keel_mmu *mmu, unsigned long seq, unsigned long hva,
			 u64 size);
/*
 * While any part of that block is on its way out another try is in vain, and takes the CPU from
 * whoever does it: sleep until an invalidation is over, or a signal comes. Nothing is held that one
 * could wait for.
 */
void keel_notifier_wait(struct keel_mmu *mmu, unsigned long hva, u64 size);

#endif
