// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: mmu/dirty_ring.c
 * unwind: 4
 *
 * A ring of four entries, of which user space has made anything: nothing outside of it is touched,
 * no entry is pushed over one that was not taken, none is taken that was not pushed; sizes that
 * are taken are those for which that is so.
 */
#include <linux/errno.h>
#include <linux/kvm.h>
#include "mmu/dirty_ring.h"
#include "prove.h"

#define SIZE	4

static struct kvm_dirty_gfn entries[SIZE];

int main(void)
{
	struct keel_ring ring =
		{ .entries = entries, .size = SIZE, .pushed = any_u32(), .taken = any_u32() }, old;
	u32 slot = any_u32(), at = any_below(SIZE), got;
	u64 offset = any_u64(), bytes = any_u64(), where;
	bool ok;

	given(ring.pushed - ring.taken <= SIZE);
	entries[at].flags = any_u32();
	entries[at].slot = any_u32();
	old = ring;
	if (any_bool()) {
		ok = keel_ring_push(&ring, slot, offset);
		holds(ok == (old.pushed - old.taken < SIZE));
		holds(ring.pushed == old.pushed + ok && ring.taken == old.taken);
		implies(ok, entries[old.pushed % SIZE].slot == slot &&
			entries[old.pushed % SIZE].offset == offset &&
			entries[old.pushed % SIZE].flags == KVM_DIRTY_GFN_F_DIRTY);
		reached(ok && old.pushed == ~0u);
		reached(!ok);
	} else {
		ok = keel_ring_take(&ring, &got, &where);
		implies(ok, old.pushed != old.taken && ring.taken == old.taken + 1 &&
			!entries[old.taken % SIZE].flags);
		implies(!ok, ring.taken == old.taken);
		holds(ring.pushed == old.pushed);
		reached(ok);
		reached(!ok && (entries[old.taken % SIZE].flags & KVM_DIRTY_GFN_F_RESET));
	}
	holds(ring.pushed - ring.taken <= SIZE);
	if (!keel_ring_check_size(bytes, 4096))
		holds(bytes >= 4096 && bytes <= KEEL_RING_MAX_BYTES && !(bytes & (bytes - 1)) &&
		      bytes / sizeof(struct kvm_dirty_gfn) > KEEL_RING_RESERVED);
	return 0;
}

/*
 * mutant: mmu/dirty_ring.c: s/ring->pushed - smp_load_acquire(\&ring->taken) >=
 * ring->size/ring->pushed - smp_load_acquire(\&ring->taken) > ring->size/
 */
/* mutant: mmu/dirty_ring.c: s/ring->taken == READ_ONCE(ring->pushed)/0/ */
/* mutant: mmu/dirty_ring.c: s/index \& (ring->size - 1)/index \& ring->size/ */
/* mutant: mmu/dirty_ring.c: s/return bytes > KEEL_RING_MAX_BYTES ? -E2BIG : 0;/return 0;/ */
/* mutant: mmu/dirty_ring.c: s/WRITE_ONCE(e->flags, 0);/;/ */
