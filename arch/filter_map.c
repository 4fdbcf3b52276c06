// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * A sorted array of disjoint ranges, for the SMCCC filter. Memory for it and
 * locking are the owner's.
 */
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/types.h>
#include "filter_map.h"

/* Index of the first range that does not end before id; nr if there is none. */
static unsigned int lower_bound(const struct keel_filter_map *map, u32 id)
{
	unsigned int lo = 0, hi = map->nr;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (map->r[mid].last < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

int keel_filter_map_insert(struct keel_filter_map *map, struct keel_filter_range range)
{
	unsigned int i = lower_bound(map, range.first);

	if (i < map->nr && map->r[i].first <= range.last)
		return -EEXIST;
	if (map->nr == map->cap)
		return -ENOSPC;
	memmove(&map->r[i + 1], &map->r[i], (map->nr - i) * sizeof(*map->r));
	map->r[i] = range;
	map->nr++;
	return 0;
}

u8 keel_filter_map_lookup(const struct keel_filter_map *map, u32 id, u8 otherwise)
{
	unsigned int i = lower_bound(map, id);

	if (i < map->nr && map->r[i].first <= id)
		return map->r[i].action;
	return otherwise;
}
