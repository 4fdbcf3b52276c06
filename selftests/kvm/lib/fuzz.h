/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random programs that can be had again: each round is a process of its own with a seed of its
 * own, which stands in the kernel's log where it begins and is printed when something is wrong with
 * it. $KEEL_SEED and $KEEL_ROUNDS choose them (the seed of a round with KEEL_ROUNDS=1 is that round
 * again), $KEEL_FUZZ_TIME is a time in seconds instead of a number of rounds.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "vm.h"

/* Each thread has its own. */
struct rng {
	u64 state;
};

static inline u64 fuzz_next(struct rng *r)
{
	/* splitmix64 */
	u64 z = r->state += 0x9e3779b97f4a7c15ul;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ul;
	z = (z ^ z >> 27) * 0x94d049bb133111ebul;
	return z ^ z >> 31;
}

static inline u64 fuzz_below(struct rng *r, u64 n)
{
	return fuzz_next(r) % n;
}

static inline bool fuzz_one_in(struct rng *r, u64 n)
{
	return !fuzz_below(r, n);
}

/* Small, near a border, or anything. For the guest's side as well. */
u64 fuzz_value(struct rng *r);

/*
 * So many rounds, each in a process that has "seconds" to come to its end. It is killed then, which
 * is no failure as it may have lost itself; but it ends, and no VM is left. A round has so many
 * commands: of those that came to their end by themselves a quarter has to be done.
 */
void fuzz_rounds(unsigned int rounds, unsigned int seconds, unsigned int commands,
		 void (*round)(struct rng *r, u64 seed));
/* For a round to say how much it has done; the sum is printed. */
void fuzz_count(u64 done);

#endif
