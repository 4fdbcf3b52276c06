/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers 1..2^bits-1 for more users than there are numbers. A user holds an
 * id: generation | number, 0 when it never had one. When the numbers run out
 * a new generation begins, and only ids in use by a CPU stay.
 */
#ifndef KEEL_MMU_VMID_POOL_H
#define KEEL_MMU_VMID_POOL_H

#include <linux/types.h>

struct keel_vmid_pool {
	unsigned int bits, nr_cpus;	/* [I] 2^bits - 1 >= nr_cpus */
	/* multiple of 2^bits, never 0; changed under the lock, read by anyone */
	u64 generation;
	unsigned int hint;		/* where to search; under the lock */
	unsigned long *used;		/* numbers of this generation; under the lock */
	/* per CPU: id it last entered with, 0 after a rollover; atomic */
	u64 *active;
	/* per CPU: id it was active with at a rollover; under the lock */
	u64 *reserved;
};

/* Arrays: 2^bits bits, nr_cpus entries each, zeroed. */
void keel_vmid_pool_init(struct keel_vmid_pool *pool, unsigned int bits, unsigned int nr_cpus,
			 unsigned long *used, u64 *active, u64 *reserved);

/*
 * On the CPU itself, IRQs off, no lock: is id good for an entry now? Marks it
 * active, so that no rollover gives its number away.
 */
bool keel_vmid_pool_try(struct keel_vmid_pool *pool, unsigned int cpu, u64 id);

/*
 * Under the lock, when try() failed: make *id good and active. True: a new
 * generation began, and the TLBs must be flushed before the lock is released.
 */
bool keel_vmid_pool_renew(struct keel_vmid_pool *pool, unsigned int cpu, u64 *id);

static inline unsigned int keel_vmid_pool_number(const struct keel_vmid_pool *pool, u64 id)
{
	return id & ((1ULL << pool->bits) - 1);
}

/* The smallest width that gives every CPU a number. */
unsigned int keel_vmid_pool_min_bits(unsigned int nr_cpus);

#endif
