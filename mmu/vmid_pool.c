// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* The allocation of VMIDs. Owns who has which number; knows no VM and no TLB. */
#include <linux/atomic.h>
#include <linux/bitmap.h>
#include <linux/compiler.h>
#include "vmid_pool.h"

unsigned int keel_vmid_pool_min_bits(unsigned int nr_cpus)
{
	unsigned int bits = 2;

	while ((1U << bits) - 1 < nr_cpus)
		bits++;
	return bits;
}

void keel_vmid_pool_init(struct keel_vmid_pool *pool, unsigned int bits, unsigned int nr_cpus,
			 unsigned long *used, u64 *active, u64 *reserved)
{
	*pool = (struct keel_vmid_pool){
		.bits = bits, .nr_cpus = nr_cpus, .generation = 1ULL << bits, .hint = 1,
		.used = used, .active = active, .reserved = reserved,
	};
	__set_bit(0, used);	/* VMID 0 means "none" */
}

static bool is_current(const struct keel_vmid_pool *pool, u64 id)
{
	return id >> pool->bits == READ_ONCE(pool->generation) >> pool->bits;
}

/*
 * A rollover zeroes active[]. If that comes first the exchange below fails; if
 * it comes after, it finds id there and reserves it. Only this CPU makes the
 * word non-zero, so an unchanged word means that no rollover came between. A
 * word that is id already needs no exchange: a rollover will find it there.
 */
bool keel_vmid_pool_try(struct keel_vmid_pool *pool, unsigned int cpu, u64 id)
{
	u64 old = READ_ONCE(pool->active[cpu]);

	if (!old || !is_current(pool, id))
		return false;
	return old == id || cmpxchg(&pool->active[cpu], old, id) == old;
}

/*
 * A CPU that has not entered since the last rollover may still be in the guest with what it had
 * then.
 */
static void start_generation(struct keel_vmid_pool *pool, unsigned int self)
{
	unsigned int cpu;
	u64 id;

	WRITE_ONCE(pool->generation, pool->generation + (1ULL << pool->bits));
	bitmap_zero(pool->used, 1U << pool->bits);
	__set_bit(0, pool->used);
	for (cpu = 0; cpu < pool->nr_cpus; cpu++) {
		id = xchg(&pool->active[cpu], 0);
		if (id)
			pool->reserved[cpu] = id;
		if (cpu == self)
			pool->reserved[cpu] = 0;	/* it is here and not in a guest */
		__set_bit(keel_vmid_pool_number(pool, pool->reserved[cpu]), pool->used);
	}
	pool->hint = 1;
}

/* Every CPU that holds the old id must hold the new one, or a second rollover would lose it. */
static bool renew_reserved(struct keel_vmid_pool *pool, u64 old, u64 new)
{
	unsigned int cpu;
	bool found = false;

	for (cpu = 0; cpu < pool->nr_cpus; cpu++) {
		if (pool->reserved[cpu] != old)
			continue;
		pool->reserved[cpu] = new;
		found = true;
	}
	return found;
}

/* An old id that a CPU may be running with: the user must not have two numbers at a time. */
static bool keep_reserved(struct keel_vmid_pool *pool, u64 *id)
{
	u64 new = pool->generation | keel_vmid_pool_number(pool, *id);

	if (!*id || !renew_reserved(pool, *id, new))
		return false;
	*id = new;
	return true;
}

static bool take_free(struct keel_vmid_pool *pool, u64 *id)
{
	unsigned int number = find_next_zero_bit(pool->used, 1UL << pool->bits, pool->hint);

	if (number >= 1U << pool->bits)
		return false;
	__set_bit(number, pool->used);
	pool->hint = number;
	*id = pool->generation | number;
	return true;
}

bool keel_vmid_pool_renew(struct keel_vmid_pool *pool, unsigned int cpu, u64 *id)
{
	bool rolled = false;

	if (!is_current(pool, *id) && !keep_reserved(pool, id) && !take_free(pool, id)) {
		start_generation(pool, cpu);
		rolled = true;
		/*
		 * it may have reserved this very id; else a number is free, as at most nr_cpus - 1
		 * are reserved
		 */
		if (!keep_reserved(pool, id))
			take_free(pool, id);
	}
	/* a reservation of the past has served when its CPU enters anew */
	pool->reserved[cpu] = 0;
	WRITE_ONCE(pool->active[cpu], *id);
	return rolled;
}
