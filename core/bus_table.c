// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Building and searching the bus's table. Owns the order in which overlapping
 * devices see an access: by base, then by registration. Locking is bus.c's.
 */
#include "bus_dev.h"
#include "bus_table.h"

unsigned int keel_bus_table_live(const struct keel_bus_table *t)
{
	unsigned int i, live = 0;

	for (i = 0; t && i < t->nr; i++)
		live += t->entry[i].dev != NULL;
	return live;
}

struct keel_bus_entry *keel_bus_table_find(struct keel_bus_table *t, const struct keel_bus_dev *dev)
{
	unsigned int i;

	for (i = 0; t && i < t->nr; i++)
		if (t->entry[i].dev == dev)
			return &t->entry[i];
	return NULL;
}

/* First byte behind the device. A range that wraps ends with the address space. */
static u64 range_end(u64 base, u64 len)
{
	u64 span = len ? len : 1;

	return base > ~0ULL - span ? ~0ULL : base + span;
}

static void append(struct keel_bus_table *t, struct keel_bus_dev *dev)
{
	u64 reach = t->nr ? t->entry[t->nr - 1].reach : 0;
	u64 end = range_end(dev->base.v, dev->len);

	t->entry[t->nr++] = (struct keel_bus_entry){
		.dev = dev,
		.base = dev->base.v,
		.len = dev->len,
		.reach = end > reach ? end : reach,
	};
}

void keel_bus_table_build(struct keel_bus_table *t, const struct keel_bus_table *old,
			  struct keel_bus_dev *dev)
{
	unsigned int i;

	t->nr = 0;
	for (i = 0; old && i < old->nr; i++) {
		if (!old->entry[i].dev)
			continue;
		if (dev && old->entry[i].base > dev->base.v) {
			append(t, dev);
			dev = NULL;
		}
		append(t, old->entry[i].dev);
	}
	if (dev)
		append(t, dev);
}

/* reach never falls, so the entries that end above addr are a tail of the table. */
unsigned int keel_bus_table_first(const struct keel_bus_table *t, ipa_t addr)
{
	unsigned int lo = 0, hi = t->nr;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (t->entry[mid].reach > addr.v)
			hi = mid;
		else
			lo = mid + 1;
	}
	return lo;
}

bool keel_bus_table_gap(const struct keel_bus_table *t, u64 start, u64 last)
{
	unsigned int i;

	for (i = keel_bus_table_first(t, ipa(start)); i < t->nr && t->entry[i].base <= last; i++)
		if (range_end(t->entry[i].base, t->entry[i].len) > start)
			return false;
	return true;
}

bool keel_bus_table_hit(const struct keel_bus_entry *e, ipa_t addr, int len)
{
	if (!e->len)
		return addr.v == e->base;
	return addr.v >= e->base && (u64)len <= e->len && addr.v - e->base <= e->len - len;
}
