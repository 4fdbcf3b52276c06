/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/* The walker of mmu/pgtable.c, for the files that share it. */
#ifndef KEEL_MMU_PGTABLE_WALK_H
#define KEEL_MMU_PGTABLE_WALK_H

#include "pgtable_format.h"

struct visit {
	u64 ipa;	/* where the entry's extent begins */
	u64 *entry;
	u64 old;
	int level;
};

/*
 * What the walker does on its way. It passes over entries that are 0; a
 * non-zero answer ends the walk and is its result.
 */
struct visitor {
	int (*entry)(struct keel_pgt *pgt, struct visit *v, void *arg);	/* leaf, or locked */
	/* after its entries; may be NULL */
	int (*table)(struct keel_pgt *pgt, struct visit *v, void *arg);
};

/* The walker's way to a single address: the entry that ends it; .entry NULL: beyond the tables. */
struct visit keel_pgt_descend(struct keel_pgt *pgt, u64 ipa);
/* An entry is out of the tables; v->old is what was in it at last. */
static inline void note_written(struct keel_pgt *pgt, const struct visit *v)
{
	if ((v->old & KEEL_PTE_WRITTEN) == KEEL_PTE_WRITTEN && is_leaf(v->old, v->level) &&
	    pgt->written)
		pgt->written(pgt, v->ipa);
}

/* [start, end), cut to the width of the tables. */
int keel_pgt_walk(struct keel_pgt *pgt, u64 start, u64 end, const struct visitor *visitor,
		  void *arg);

static inline u64 *table_of(struct keel_pgt *pgt, u64 entry)
{
	return pgt->ops->to_virt(decode_pa(&pgt->geo, entry));
}

#endif
