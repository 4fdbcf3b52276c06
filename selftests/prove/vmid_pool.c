// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: mmu/vmid_pool.c
 * unwind: 9
 *
 * The invariant of a pool of 2-bit numbers and two CPUs is kept by each call, from any state that
 * has it: no CPU is active with a number that another's holder has, 0 is nobody's, what is active
 * or reserved is marked as used. So it holds after any sequence of calls.
 */
#include "mmu/vmid_pool.h"
#include "prove.h"

#define CPUS	2
#define BITS	2

static u64 active[CPUS], reserved[CPUS];
static unsigned long used[1];
static struct keel_vmid_pool pool;

static bool is_free(unsigned int number)
{
	return !(used[0] >> number & 1);
}

static bool is_now(u64 id)
{
	return id >> BITS == pool.generation >> BITS;
}

static bool is_good(void)
{
	for (unsigned int c = 0; c < CPUS; c++) {
		if (active[c] && (!is_now(active[c]) || !(active[c] & 3) || is_free(active[c] & 3)))
			return false;
		if (reserved[c] && (is_free(reserved[c] & 3) || !(reserved[c] & 3) || active[c]))
			return false;
	}
	/* the same number twice only for the same user */
	if (active[0] && reserved[1] && (active[0] & 3) == (reserved[1] & 3) &&
	    active[0] != reserved[1])
		return false;
	if (active[1] && reserved[0] && (active[1] & 3) == (reserved[0] & 3) &&
	    active[1] != reserved[0])
		return false;
	if (reserved[0] && reserved[1] && (reserved[0] & 3) == (reserved[1] & 3) &&
	    reserved[0] != reserved[1])
		return false;
	return !is_free(0) && !(pool.generation & 3) && pool.generation && pool.hint >= 1 &&
	       pool.hint <= 3;
}

static void any_pool(void)
{
	keel_vmid_pool_init(&pool, BITS, CPUS, used, active, reserved);
	holds(is_good());
	pool.generation = any_u64();
	pool.hint = any_u32();
	used[0] = any_u8() & 15;
	for (unsigned int c = 0; c < CPUS; c++) {
		active[c] = any_u64();
		reserved[c] = any_u64();
		/* of a generation that was */
		given(active[c] <= (pool.generation | 3) && reserved[c] <= (pool.generation | 3));
	}
	given(pool.generation < 1ull << 62);
	given(is_good());
}

/*
 * The other CPU may run with what it has; the number that this one gets is not that, but for the
 * same user.
 */
static void enter(void)
{
	unsigned int cpu = any_below(CPUS), other = !cpu;
	u64 id = any_u64(), before = id, held = active[other] ?: reserved[other];
	bool rolled = false;

	given(id <= (pool.generation | 3) && (!id || (id & 3)));
	/* a user of this generation has a number that is marked, and nobody else's */
	given(!id || !is_now(id) || !is_free(id & 3));
	given(!is_now(id) || !held || (held & 3) != (id & 3) || held == id);
	if (!keel_vmid_pool_try(&pool, cpu, id))
		rolled = keel_vmid_pool_renew(&pool, cpu, &id);
	holds(id & 3);
	holds(is_now(id));
	holds(active[cpu] == id);
	holds(!reserved[cpu]);
	implies(held && before != held, (id & 3) != (held & 3));
	/* who runs elsewhere keeps the number */
	implies(held && before == held, (id & 3) == (held & 3));
	holds(is_good());
	reached(rolled);
	reached(held && before == held && !is_now(before));
	reached(!rolled && before == id);
}

int main(void)
{
	any_pool();
	enter();
	return 0;
}

/* mutant: mmu/vmid_pool.c: s/pool->reserved\[cpu\] = new;/;/ */
/* mutant: mmu/vmid_pool.c: s/__set_bit(number, pool->used);/;/ */
/* mutant: mmu/vmid_pool.c: s/if (id)$/if (0)/ */
/* mutant: mmu/vmid_pool.c: s/if (!old || !is_current(pool, id))/if (!old)/ */
/* mutant: mmu/vmid_pool.c: s/pool->hint = 1;/;/ */
