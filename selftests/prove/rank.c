// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: vgic/rank.c
 * unwind: 3
 *
 * Every set of ranks: the one that is next is among them, nothing that a CPU would take first is
 * left behind, and it is taken out alone; a signal is there exactly if something is more urgent
 * than the mask.
 */
#include "vgic/rank.h"
#include "prove.h"

/* An order by what a CPU takes first: less is sooner. */
static unsigned int order(unsigned int rank, u32 open)
{
	unsigned int row = rank / KEEL_NR_PRIORITIES, priority = rank % KEEL_NR_PRIORITIES;

	if (row == KEEL_ROW_ACTIVE)
		return 1000 + priority;
	return (open >> row & 1 ? 0 : 2000) + priority * 2 + row;
}

int main(void)
{
	struct keel_ranks r = { { any_u64(), any_u32() } }, old = r;
	u32 open = any_below(4), groups = any_below(4), mask = any_u8();
	int rank = keel_rank_next(&r, open), other = any_below(KEEL_NR_RANKS);
	bool used = old.used[other / 64] >> (other % 64) & 1;

	implies(rank < 0, !old.used[0] && !old.used[1]);
	if (rank >= 0) {
		holds(rank < KEEL_NR_RANKS && (old.used[rank / 64] >> (rank % 64) & 1));
		implies(used && other != rank, order(rank, open) < order(other, open));
		implies(other != rank, (r.used[other / 64] >> (other % 64) & 1) == used);
		holds(!(r.used[rank / 64] >> (rank % 64) & 1));
	}
	if (keel_rank_signals(&old, groups, mask)) {
		holds(groups && mask && old.used[0]);
	} else {
		implies(used && other < 64 && (groups >> other / 32 & 1), other % 32 * 8 >= mask);
	}
	reached(rank >= 64);
	reached(rank >= 32 && rank < 64 && (open & 2) && (old.used[0] & 0xffffffff));
	reached(keel_rank_signals(&old, groups, mask) && mask == 0xf8);
	return 0;
}

/* mutant: vgic/rank.c: s/(mask + 7) \/ 8/mask \/ 8/ */
/* mutant: vgic/rank.c: s/keel_rank_drop(r, rank);/;/ */
/* mutant: vgic/rank.c: s/if (used0 \& (used0 | used1)/if (used1 \& (used0 | used1)/ */
/* mutant: vgic/rank.c: s/return first_pending(r, KEEL_ROWS_PENDING);/return -1;/ */
/* mutant: vgic/rank.c: s/if (r->used\[KEEL_WORD_ACTIVE\])/if (0)/ */
