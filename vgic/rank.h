/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * A vCPU's interrupts in order: by what they are waiting for, then by
 * priority. A guest may have tens of thousands pending at once, so the order
 * is kept, not made: there is a list for each row and priority, and of each a
 * bit here. Whatever is asked of it takes as long as there are bits.
 */
#ifndef KEEL_VGIC_RANK_H
#define KEEL_VGIC_RANK_H

#include <linux/bits.h>
#include "irq.h"

enum { KEEL_ROW_GROUP0, KEEL_ROW_GROUP1, KEEL_ROW_ACTIVE, KEEL_NR_ROWS };
/* as groups in GICD_CTLR */
#define KEEL_ROWS_PENDING	(BIT(KEEL_ROW_GROUP0) | BIT(KEEL_ROW_GROUP1))

#define KEEL_NR_PRIORITIES	32	/* five bits: KEEL_FIELD_PRIORITY */
#define KEEL_NR_RANKS		(KEEL_NR_ROWS * KEEL_NR_PRIORITIES)

/* Two rows in a word: both groups of what is pending, and what is active. */
#define KEEL_RANKS_PER_WORD	(2 * KEEL_NR_PRIORITIES)
enum { KEEL_WORD_PENDING, KEEL_WORD_ACTIVE, KEEL_NR_WORDS };

struct keel_ranks {
	u64 used[KEEL_NR_WORDS];	/* a bit for each rank that has something */
};

/*
 * Where an interrupt that is wanted belongs. What is active has the priority that it was
 * acknowledged with.
 */
static inline unsigned int keel_rank(const struct keel_irq_state *s)
{
	if (!s->active)
		return s->group1 * KEEL_NR_PRIORITIES + (s->priority >> 3);
	return KEEL_ROW_ACTIVE * KEEL_NR_PRIORITIES +
	       ((s->shown ? s->shown_priority : s->priority) >> 3);
}

static inline unsigned int keel_rank_row(unsigned int rank)
{
	return rank / KEEL_NR_PRIORITIES;
}

/* A rank that is used, of one of the words; used is not 0. */
static inline unsigned int keel_rank_first(unsigned int word, u64 used)
{
	return word * KEEL_RANKS_PER_WORD + __builtin_ctzll(used);
}

static inline void keel_rank_use(struct keel_ranks *r, unsigned int rank)
{
	r->used[rank / KEEL_RANKS_PER_WORD] |= 1ULL << rank % KEEL_RANKS_PER_WORD;
}

static inline void keel_rank_drop(struct keel_ranks *r, unsigned int rank)
{
	r->used[rank / KEEL_RANKS_PER_WORD] &= ~(1ULL << rank % KEEL_RANKS_PER_WORD);
}

/* Only what is pending in these groups, and what is active, is left. */
static inline void keel_rank_keep(struct keel_ranks *r, u32 groups)
{
	r->used[KEEL_WORD_PENDING] &= (groups & BIT(KEEL_ROW_GROUP0) ? 0xffffffffULL : 0) |
				      (groups & BIT(KEEL_ROW_GROUP1) ? 0xffffffffULL << 32 : 0);
}

/*
 * The rank that comes first, and is taken out of r; -1: none is left. First
 * what the guest would take first, that is pending ones of the groups in open
 * by priority; then active ones, the most urgent first since it ends first; then
 * what waits for its group to be enabled.
 */
int keel_rank_next(struct keel_ranks *r, u32 open);

/* Is anything pending in these groups that is more urgent than the priority mask. */
bool keel_rank_signals(const struct keel_ranks *r, u32 groups, u32 mask);

#endif
