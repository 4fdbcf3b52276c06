/* SPDX-License-Identifier: GPL-2.0-only */
/* Disjoint ranges of 32-bit function ids, each with an action. */
#ifndef KEEL_ARCH_FILTER_MAP_H
#define KEEL_ARCH_FILTER_MAP_H

#include <linux/types.h>

struct keel_filter_range {
	u32 first, last;	/* inclusive */
	u8 action;
};

struct keel_filter_map {
	struct keel_filter_range *r;	/* sorted; room for cap */
	unsigned int nr, cap;
};

/*
 * Pure. 0, -EEXIST if any id of the range is taken, -ENOSPC if there is no room. Needs first <=
 * last.
 */
int keel_filter_map_insert(struct keel_filter_map *map, struct keel_filter_range range);
/* Pure. The action of this id, or otherwise. */
u8 keel_filter_map_lookup(const struct keel_filter_map *map, u32 id, u8 otherwise);

#endif
