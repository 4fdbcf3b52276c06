// SPDX-License-Identifier: GPL-2.0-only
/* pure: core/coalesced_ring.c */
/*
 * The ring within its page, whatever user space writes into the indices; and the extent of zones.
 */
#include <stdlib.h>
#include <string.h>
#include <asm/page.h>
#include "core/coalesced_ring.h"
#include "ktap.h"

#define MAX	((unsigned int)KVM_COALESCED_MMIO_MAX)

/* A page of its own on the heap: the sanitizer sees any overrun. */
static struct kvm_coalesced_mmio_ring *ring_new(u32 first, u32 last)
{
	struct kvm_coalesced_mmio_ring *r = calloc(1, PAGE_SIZE);

	r->first = first;
	r->last = last;
	return r;
}

static void fills_and_drains(void)
{
	struct kvm_coalesced_mmio_ring *r = ring_new(0, 0);
	u64 v = 0x0102030405060708ULL;
	unsigned int i;

	for (i = 0; i < MAX - 1; i++, v++)
		CHECK(keel_coalesced_ring_push(r, 0x1000 + i, 8, &v));
	CHECK(!keel_coalesced_ring_push(r, 0, 8, &v));
	CHECK_EQ(r->last, MAX - 1);
	CHECK_EQ(r->coalesced_mmio[3].phys_addr, 0x1003);
	CHECK_EQ(r->coalesced_mmio[3].len, 8);
	CHECK_EQ(r->coalesced_mmio[3].pio, 0);
	CHECK_EQ(r->coalesced_mmio[3].data[0], 0x0b);
	r->first = 1;
	CHECK(keel_coalesced_ring_push(r, 0x2000, 4, &v));
	CHECK_EQ(r->last, 0);
	CHECK(!keel_coalesced_ring_push(r, 0x2000, 4, &v));
	free(r);
}

static void wraps_everywhere(void)
{
	unsigned int start;
	u64 v = 0;

	for (start = 0; start < MAX; start++) {
		struct kvm_coalesced_mmio_ring *r = ring_new(start, start);
		unsigned int n = 0;

		while (keel_coalesced_ring_push(r, n, 1, &v))
			n++;
		CHECK_EQ(n, MAX - 1);
		free(r);
	}
}

static void hostile_indices(void)
{
	static const u32 bad[] = { 0, 1, MAX - 1, MAX, MAX + 1, 0x7fffffff, 0x80000000, ~0u - 1, ~0u };
	u64 v = ~0ULL;
	unsigned int i, j;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		for (j = 0; j < sizeof(bad) / sizeof(bad[0]); j++) {
			struct kvm_coalesced_mmio_ring *r = ring_new(bad[i], bad[j]);
			bool ok = keel_coalesced_ring_push(r, 0, 8, &v);

			if (bad[j] >= MAX)
				CHECK(!ok);
			CHECK(ok ? r->last < MAX : r->last == bad[j]);
			free(r);
		}
	}
}

static void long_values_are_refused(void)
{
	struct kvm_coalesced_mmio_ring *r = ring_new(0, 0);
	u8 v[16] = { 0 };

	CHECK(!keel_coalesced_ring_push(r, 0, 9, v));
	CHECK_EQ(r->last, 0);
	free(r);
}

static void zone_extent(void)
{
	CHECK(keel_coalesced_ring_covers(0x100, 8, 0x100, 8));
	CHECK(keel_coalesced_ring_covers(0x100, 8, 0x104, 4));
	CHECK(!keel_coalesced_ring_covers(0x100, 8, 0x104, 8));
	CHECK(!keel_coalesced_ring_covers(0x100, 8, 0xff, 1));
	CHECK(!keel_coalesced_ring_covers(0x100, 8, ~0ULL, 8));
	CHECK(!keel_coalesced_ring_covers(0x100, 0, 0x100, 1));
	CHECK(keel_coalesced_ring_covers(0x100, 0, 0x100, 0));
	CHECK(!keel_coalesced_ring_covers(~0ULL - 3, 8, 0, 1));
}

int main(void)
{
	RUN(fills_and_drains);
	RUN(wraps_everywhere);
	RUN(hostile_indices);
	RUN(long_values_are_refused);
	RUN(zone_extent);
	return ktap_done();
}
