/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bus's table: devices sorted by base, with what a lookup needs to find
 * every device that an address may hit, overlapping ones included.
 */
#ifndef KEEL_CORE_BUS_TABLE_H
#define KEEL_CORE_BUS_TABLE_H

#include <linux/types.h>
#include "types.h"

struct keel_bus_dev;

struct keel_bus_entry {
	struct keel_bus_dev *dev;	/* NULL: unregistered since the table was made */
	u64 base, len;			/* dev's, so that a search stays within the table */
	/* first byte behind every device up to and including this */
	u64 reach;
};

struct keel_bus_table {
	struct rcu_head rcu;		/* bus.c's, to free it when no reader is left */
	unsigned int nr;
	struct keel_bus_entry entry[];
};

/* Devices still registered. t may be NULL. */
unsigned int keel_bus_table_live(const struct keel_bus_table *t);
/* Entry of dev, or NULL. t may be NULL. */
struct keel_bus_entry *keel_bus_table_find(struct keel_bus_table *t,
					   const struct keel_bus_dev *dev);
/*
 * Fill t, which has room for live(old) + 1 entries: old's live ones, and dev behind all of the same
 * base.
 */
void keel_bus_table_build(struct keel_bus_table *t, const struct keel_bus_table *old,
			  struct keel_bus_dev *dev);
/* Where a search for addr starts; it ends at the first entry whose base is above addr. */
unsigned int keel_bus_table_first(const struct keel_bus_table *t, ipa_t addr);
/* No device, registered or once registered, has a byte of [start, last]. */
bool keel_bus_table_gap(const struct keel_bus_table *t, u64 start, u64 last);
/* The access lies within the entry's range. */
bool keel_bus_table_hit(const struct keel_bus_entry *e, ipa_t addr, int len);

#endif
