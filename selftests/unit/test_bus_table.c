// SPDX-License-Identifier: GPL-2.0-only
/* pure: core/bus_table.c */
/*
 * Order and completeness of bus lookups: overlapping devices, wildcards,
 * removed entries, the ends of the address space, and a comparison with a
 * search of everything.
 */
#include <stdlib.h>
#include "core/bus_dev.h"
#include "core/bus_table.h"
#include "ktap.h"

static struct keel_bus_table *add(struct keel_bus_table *old, struct keel_bus_dev *dev)
{
	unsigned int nr = keel_bus_table_live(old) + 1;
	struct keel_bus_table *t = malloc(sizeof(*t) + nr * sizeof(t->entry[0]));

	keel_bus_table_build(t, old, dev);
	CHECK_EQ(t->nr, nr);
	free(old);
	return t;
}

/* Devices that an access meets, in order; returns how many. */
static unsigned int lookup(const struct keel_bus_table *t, u64 addr, int len,
			   struct keel_bus_dev **out)
{
	unsigned int i, n = 0;

	for (i = keel_bus_table_first(t, ipa(addr)); i < t->nr && t->entry[i].base <= addr; i++)
		if (t->entry[i].dev && keel_bus_table_hit(&t->entry[i], ipa(addr), len))
			out[n++] = t->entry[i].dev;
	return n;
}

static void empty_table(void)
{
	CHECK_EQ(keel_bus_table_live(NULL), 0);
	CHECK(!keel_bus_table_find(NULL, NULL));
}

static void same_base_in_order_of_registration(void)
{
	struct keel_bus_dev a = { .base = ipa(0x1000), .len = 4 };
	struct keel_bus_dev b = { .base = ipa(0x1000), .len = 4 };
	struct keel_bus_dev low = { .base = ipa(0x800), .len = 8 };
	struct keel_bus_dev *hit[3];
	struct keel_bus_table *t = add(add(add(NULL, &a), &b), &low);

	CHECK_EQ(lookup(t, 0x1000, 4, hit), 2);
	CHECK(hit[0] == &a && hit[1] == &b);
	CHECK_EQ(lookup(t, 0x1000, 8, hit), 0);
	CHECK_EQ(lookup(t, 0x1002, 2, hit), 2);
	CHECK_EQ(lookup(t, 0x1002, 4, hit), 0);
	CHECK_EQ(lookup(t, 0x0fff, 1, hit), 0);
	free(t);
}

static void long_device_below_short_ones(void)
{
	struct keel_bus_dev big = { .base = ipa(0), .len = 0x10000 };
	struct keel_bus_dev small = { .base = ipa(0x100), .len = 4 };
	struct keel_bus_dev other = { .base = ipa(0x200), .len = 4 };
	struct keel_bus_dev *hit[3];
	struct keel_bus_table *t = add(add(add(NULL, &other), &small), &big);

	CHECK_EQ(lookup(t, 0x8000, 8, hit), 1);
	CHECK(hit[0] == &big);
	CHECK_EQ(lookup(t, 0x100, 4, hit), 2);
	CHECK(hit[0] == &big && hit[1] == &small);
	CHECK_EQ(lookup(t, 0xfff8, 8, hit), 1);
	CHECK_EQ(lookup(t, 0xfffc, 8, hit), 0);
	free(t);
}

static void wildcard_takes_any_length_at_its_base(void)
{
	struct keel_bus_dev w = { .base = ipa(0x40), .len = 0 };
	struct keel_bus_dev *hit[1];
	struct keel_bus_table *t = add(NULL, &w);

	CHECK_EQ(lookup(t, 0x40, 1, hit), 1);
	CHECK_EQ(lookup(t, 0x40, 8, hit), 1);
	CHECK_EQ(lookup(t, 0x41, 1, hit), 0);
	free(t);
}

static void removed_entries_go_with_the_next_table(void)
{
	struct keel_bus_dev a = { .base = ipa(0x10), .len = 4 };
	struct keel_bus_dev b = { .base = ipa(0x20), .len = 4 };
	struct keel_bus_dev c = { .base = ipa(0x18), .len = 4 };
	struct keel_bus_dev *hit[3];
	struct keel_bus_table *t = add(add(NULL, &a), &b);

	keel_bus_table_find(t, &a)->dev = NULL;
	CHECK_EQ(keel_bus_table_live(t), 1);
	CHECK_EQ(lookup(t, 0x10, 4, hit), 0);
	CHECK_EQ(lookup(t, 0x20, 4, hit), 1);
	t = add(t, &c);
	CHECK(t->entry[0].dev == &c && t->entry[1].dev == &b);
	CHECK(!keel_bus_table_find(t, &a));
	free(t);
}

static void ends_of_the_address_space(void)
{
	struct keel_bus_dev top = { .base = ipa(~0ULL), .len = 0 };
	struct keel_bus_dev wrap = { .base = ipa(~0ULL - 0xf), .len = 0x100 };
	struct keel_bus_dev *hit[2];
	struct keel_bus_table *t = add(add(NULL, &top), &wrap);

	CHECK_EQ(lookup(t, ~0ULL - 0xf, 8, hit), 1);
	CHECK_EQ(lookup(t, 0, 8, hit), 0);
	free(t);
}

static void agrees_with_a_search_of_everything(void)
{
	static struct keel_bus_dev dev[64];
	struct keel_bus_dev *hit[64];
	struct keel_bus_table *t = NULL;
	unsigned int i, n, want;
	u64 addr;
	int len;

	srand(1);
	for (i = 0; i < 64; i++) {
		dev[i].base = ipa(rand() % 256);
		dev[i].len = rand() % 4 ? rand() % 16 : rand() % 200;
		t = add(t, &dev[i]);
		if (i % 5 == 4)
			keel_bus_table_find(t, &dev[i - rand() % 4])->dev = NULL;
	}
	for (addr = 0; addr < 512; addr++) {
		for (len = 1; len <= 8; len *= 2) {
			n = lookup(t, addr, len, hit);
			for (i = want = 0; i < t->nr; i++)
				if (t->entry[i].dev &&
				    keel_bus_table_hit(&t->entry[i], ipa(addr), len))
					CHECK(hit[want++] == t->entry[i].dev);
			CHECK_EQ(n, want);
		}
	}
	free(t);
}

static void gaps_are_where_no_device_is(void)
{
	static struct keel_bus_dev dev[16];
	struct keel_bus_table *t = NULL;
	u64 start, last, b;
	unsigned int i;
	bool gap;

	srand(2);
	for (i = 0; i < 16; i++) {
		dev[i].base = ipa(rand() % 512);
		dev[i].len = rand() % 8 ? rand() % 8 : 60;
		t = add(t, &dev[i]);
	}
	for (start = 0; start < 600; start++) {
		for (last = start; last < start + 40; last += 13) {
			gap = true;
			for (i = 0; i < 16; i++)
				for (b = start; b <= last; b++)
					if (b >= dev[i].base.v &&
					    b - dev[i].base.v < (dev[i].len ? dev[i].len : 1))
						gap = false;
			CHECK_EQ(keel_bus_table_gap(t, start, last), gap);
		}
	}
	free(t);
}

int main(void)
{
	RUN(empty_table);
	RUN(same_base_in_order_of_registration);
	RUN(long_device_below_short_ones);
	RUN(wildcard_takes_any_length_at_its_base);
	RUN(removed_entries_go_with_the_next_table);
	RUN(ends_of_the_address_space);
	RUN(agrees_with_a_search_of_everything);
	RUN(gaps_are_where_no_device_is);
	return ktap_done();
}
