/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What user space withholds of a VM's pages from its vCPUs, whatever slots lie there:
 * reads, writes, instruction fetches.
 */
#ifndef KEEL_MMU_RIGHTS_H
#define KEEL_MMU_RIGHTS_H

#include <linux/xarray.h>
#include "mmu.h"

/* As they are kept: KEEL_MEMORY_NO_* shifted down. */
#define KEEL_NO_R	BIT(0)
#define KEEL_NO_W	BIT(1)
#define KEEL_NO_X	BIT(2)

void keel_rights_init(struct keel_mmu *mmu);
void keel_rights_destroy(struct keel_mmu *mmu);

/*
 * KEEL_NO_* of the page; the same for all pages of the block? As of what was set before
 * keel_notifier_begin(). Any context.
 */
unsigned int keel_rights_look_up(struct keel_mmu *mmu, ipa_t page);
bool keel_rights_look_around(struct keel_mmu *mmu, ipa_t start, u64 size);

/* Have they ever been any? Most VMs' have not. */
static inline bool keel_rights_used(const struct keel_mmu *mmu)
{
	return unlikely(READ_ONCE(mmu->rights_changes));
}

/* After a look: the same even number later, and they were and are those. */
static inline unsigned long keel_rights_changes(const struct keel_mmu *mmu)
{
	smp_rmb();	/* pairs with change_begins() of rights.c */
	return READ_ONCE(mmu->rights_changes);
}

static inline bool keel_rights_even(struct keel_mmu *mmu, ipa_t start, u64 size)
{
	return likely(xa_empty(&mmu->rights)) || keel_rights_look_around(mmu, start, size);
}

#endif
