// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* What of a vCPU's interrupts comes first. */
#include <linux/types.h>
#include "rank.h"

/* The most urgent of these groups; between equal ones Group 0. */
static int first_pending(const struct keel_ranks *r, u32 groups)
{
	struct keel_ranks of = *r;
	u32 used0, used1;

	keel_rank_keep(&of, groups);
	used0 = of.used[KEEL_WORD_PENDING];
	used1 = of.used[KEEL_WORD_PENDING] >> KEEL_NR_PRIORITIES;
	if (!(used0 | used1))
		return -1;
	/* the lowest bit of both */
	if (used0 & (used0 | used1) & -(used0 | used1))
		return __builtin_ctz(used0);
	return KEEL_NR_PRIORITIES + __builtin_ctz(used1);
}

static int first(const struct keel_ranks *r, u32 open)
{
	int rank = first_pending(r, open);

	if (rank >= 0)
		return rank;
	if (r->used[KEEL_WORD_ACTIVE])
		return keel_rank_first(KEEL_WORD_ACTIVE, r->used[KEEL_WORD_ACTIVE]);
	return first_pending(r, KEEL_ROWS_PENDING);
}

int keel_rank_next(struct keel_ranks *r, u32 open)
{
	int rank = first(r, open);

	if (rank >= 0)
		keel_rank_drop(r, rank);
	return rank;
}

bool keel_rank_signals(const struct keel_ranks *r, u32 groups, u32 mask)
{
	/* the priorities below the mask, of which each bit stands for eight */
	u64 urgent = (1ULL << (mask + 7) / 8) - 1;
	struct keel_ranks of = *r;

	keel_rank_keep(&of, groups);
	return of.used[KEEL_WORD_PENDING] & (urgent | urgent << KEEL_NR_PRIORITIES);
}
