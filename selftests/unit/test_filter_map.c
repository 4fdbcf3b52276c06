// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/filter_map.c */
/*
 * Proves: ranges never overlap, lookups find exactly what was inserted, at the
 * ends of the 32-bit space too; a random sequence agrees with a plain array.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "arch/filter_map.h"
#include "ktap.h"

static struct keel_filter_range room[64];

static struct keel_filter_map empty(unsigned int cap)
{
	return (struct keel_filter_map) { .r = room, .cap = cap };
}

static int insert(struct keel_filter_map *m, u32 first, u32 last, u8 action)
{
	return keel_filter_map_insert(m, (struct keel_filter_range) { first, last, action });
}

static void test_lookup(void)
{
	struct keel_filter_map m = empty(8);

	CHECK_EQ(keel_filter_map_lookup(&m, 0, 7), 7);
	CHECK(!insert(&m, 100, 199, 1));
	CHECK(!insert(&m, 200, 200, 2));
	CHECK(!insert(&m, 0, 0, 3));
	CHECK(!insert(&m, ~0u, ~0u, 4));
	CHECK_EQ(keel_filter_map_lookup(&m, 99, 7), 7);
	CHECK_EQ(keel_filter_map_lookup(&m, 100, 7), 1);
	CHECK_EQ(keel_filter_map_lookup(&m, 199, 7), 1);
	CHECK_EQ(keel_filter_map_lookup(&m, 200, 7), 2);
	CHECK_EQ(keel_filter_map_lookup(&m, 201, 7), 7);
	CHECK_EQ(keel_filter_map_lookup(&m, 0, 7), 3);
	CHECK_EQ(keel_filter_map_lookup(&m, 1, 7), 7);
	CHECK_EQ(keel_filter_map_lookup(&m, ~0u, 7), 4);
	CHECK_EQ(keel_filter_map_lookup(&m, ~0u - 1, 7), 7);
}

static void test_overlap(void)
{
	struct keel_filter_map m = empty(8);

	CHECK(!insert(&m, 100, 199, 1));
	CHECK_EQ(insert(&m, 100, 199, 1), -EEXIST);
	CHECK_EQ(insert(&m, 0, 100, 1), -EEXIST);
	CHECK_EQ(insert(&m, 199, 300, 1), -EEXIST);
	CHECK_EQ(insert(&m, 120, 130, 1), -EEXIST);
	CHECK_EQ(insert(&m, 0, ~0u, 1), -EEXIST);
	CHECK_EQ(m.nr, 1);
	CHECK(!insert(&m, 0, 99, 1));
	CHECK(!insert(&m, 200, ~0u, 1));
	CHECK_EQ(insert(&m, 5, 5, 1), -EEXIST);
}

/* Existing ids are reported before lack of room: growing would not help. */
static void test_full(void)
{
	struct keel_filter_map m = empty(2);

	CHECK(!insert(&m, 10, 10, 1));
	CHECK(!insert(&m, 20, 20, 1));
	CHECK_EQ(insert(&m, 30, 30, 1), -ENOSPC);
	CHECK_EQ(insert(&m, 10, 10, 1), -EEXIST);
	CHECK_EQ(m.nr, 2);
}

static void test_random(void)
{
	static u8 model[1024];
	unsigned int round, i, id;

	srand(1);
	for (round = 0; round < 200; round++) {
		struct keel_filter_map m = empty(64);

		memset(model, 0, sizeof(model));
		for (i = 0; i < 60; i++) {
			u32 first = rand() % 1024, last = first + rand() % 40;
			u8 action = 1 + rand() % 3;
			bool taken = false;

			if (last > 1023)
				last = 1023;
			for (id = first; id <= last; id++)
				taken |= model[id];
			CHECK_EQ(insert(&m, first, last, action), taken ? -EEXIST : 0);
			if (!taken)
				memset(&model[first], action, last - first + 1);
		}
		for (id = 0; id < 1024; id++)
			CHECK_EQ(keel_filter_map_lookup(&m, id, 0), model[id]);
	}
}

int main(void)
{
	RUN(test_lookup);
	RUN(test_overlap);
	RUN(test_full);
	RUN(test_random);
	return ktap_done();
}
