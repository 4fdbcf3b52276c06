// SPDX-License-Identifier: GPL-2.0-only
/* pure: mmu/dirty_ring.c */
/*
 * The ring of dirty pages within its entries, and no page lost or told twice, at
 * every place of the wrapping indices and whatever user space writes into it.
 */
#include <errno.h>
#include <stdlib.h>
#include <asm/barrier.h>
#include "mmu/dirty_ring.h"
#include "ktap.h"

#define SIZE	128u
#define LIMIT	(SIZE - KEEL_RING_RESERVED)

/* On the heap: the sanitizer sees any overrun. */
static struct keel_ring ring_new(u32 at)
{
	return (struct keel_ring){ calloc(SIZE, sizeof(struct kvm_dirty_gfn)), SIZE, at, at };
}

static struct kvm_dirty_gfn *entry(struct keel_ring *r, u32 index)
{
	return &r->entries[index % SIZE];
}

static void harvest(struct keel_ring *r, u32 index, u32 slot, u64 offset)
{
	struct kvm_dirty_gfn *e = entry(r, index);

	CHECK_EQ(e->flags, KVM_DIRTY_GFN_F_DIRTY);
	CHECK_EQ(e->slot, slot);
	CHECK_EQ(e->offset, offset);
	e->flags = KVM_DIRTY_GFN_F_RESET;
}

static void sizes(void)
{
	CHECK_EQ(keel_ring_check_size(0, 4096), -EINVAL);
	CHECK_EQ(keel_ring_check_size(4097, 4096), -EINVAL);
	CHECK_EQ(keel_ring_check_size(512, 256), -EINVAL);
	CHECK_EQ(keel_ring_check_size(1024, 256), 0);
	CHECK_EQ(keel_ring_check_size(4096, 4096), 0);
	CHECK_EQ(keel_ring_check_size(4096, 65536), -EINVAL);
	CHECK_EQ(keel_ring_check_size(1 << 20, 65536), 0);
	CHECK_EQ(keel_ring_check_size(1 << 21, 4096), -E2BIG);
	CHECK_EQ(keel_ring_check_size(3 << 20, 4096), -EINVAL);
	CHECK_EQ(keel_ring_check_size(1ULL << 32, 4096), -EINVAL);
	CHECK_EQ(keel_ring_check_size(1ULL << 63, 4096), -EINVAL);
}

static void round_trip_at(u32 at)
{
	struct keel_ring r = ring_new(at);
	u32 slot;
	u64 offset;

	for (u32 i = 0; i < SIZE; i++) {
		CHECK_EQ(keel_ring_is_full(&r, 0), i >= LIMIT);
		CHECK_EQ(keel_ring_is_full(&r, 1), i + 1 >= LIMIT);
		CHECK(keel_ring_push(&r, i, i * 3));
	}
	CHECK(!keel_ring_push(&r, 1, 1));
	CHECK(!keel_ring_take(&r, &slot, &offset));
	for (u32 i = 0; i < SIZE; i++)
		harvest(&r, at + i, i, i * 3);
	CHECK(!keel_ring_push(&r, 1, 1));
	for (u32 i = 0; i < SIZE; i++) {
		CHECK(keel_ring_take(&r, &slot, &offset));
		CHECK_EQ(slot, i);
		CHECK_EQ(offset, i * 3);
		CHECK_EQ(entry(&r, at + i)->flags, 0);
		CHECK(keel_ring_push(&r, 7, i));
	}
	CHECK(!keel_ring_take(&r, &slot, &offset));
	free(r.entries);
}

static void round_trip(void)
{
	for (u32 at = 0; at <= SIZE; at++)
		round_trip_at(at);
	for (u32 at = -SIZE - 1; at; at++)
		round_trip_at(at);
}

static void in_sequence(void)
{
	struct keel_ring r = ring_new(0);
	u32 slot;
	u64 offset;

	for (u32 i = 0; i < 3; i++)
		keel_ring_push(&r, 0, i);
	harvest(&r, 1, 0, 1);
	CHECK(!keel_ring_take(&r, &slot, &offset));
	harvest(&r, 0, 0, 0);
	CHECK(keel_ring_take(&r, &slot, &offset));
	CHECK(keel_ring_take(&r, &slot, &offset));
	CHECK_EQ(offset, 1);
	CHECK(!keel_ring_take(&r, &slot, &offset));
	free(r.entries);
}

/* What was never pushed cannot be taken, and the room stays what it is. */
static void all_claimed(void)
{
	struct keel_ring r = ring_new(5);
	u32 slot, n = 0;
	u64 offset;

	keel_ring_push(&r, 0, 0);
	for (u32 i = 0; i < SIZE; i++)
		r.entries[i] = (struct kvm_dirty_gfn){ ~0u, ~0u, ~0ull };
	while (keel_ring_take(&r, &slot, &offset))
		n++;
	CHECK_EQ(n, 1);
	CHECK_EQ(slot, ~0u);
	for (n = 0; keel_ring_push(&r, 0, n); n++)
		;
	CHECK_EQ(n, SIZE);
	free(r.entries);
}

static void batches(void)
{
	struct keel_ring_batch b = { 0 };

	CHECK(keel_ring_batch_add(&b, 3, 64));
	CHECK(keel_ring_batch_add(&b, 3, 127));
	CHECK(keel_ring_batch_add(&b, 3, 66));
	CHECK_EQ(b.slot, 3);
	CHECK_EQ(b.word, 1);
	CHECK_EQ(b.bits, 1ull << 63 | 5);
	CHECK(!keel_ring_batch_add(&b, 3, 128));
	CHECK(!keel_ring_batch_add(&b, 3, 63));
	CHECK(!keel_ring_batch_add(&b, 4, 64));
	CHECK_EQ(b.bits, 1ull << 63 | 5);
	b.bits = 0;
	CHECK(keel_ring_batch_add(&b, ~0u, ~0ull));
	CHECK_EQ(b.word, ~0ull / 64);
	CHECK_EQ(b.bits, 1ull << 63);
}

int main(void)
{
	RUN(sizes);
	RUN(round_trip);
	RUN(in_sequence);
	RUN(all_claimed);
	RUN(batches);
	return ktap_done();
}
