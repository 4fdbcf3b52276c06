// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: arch/filter_map.c
 * unwind: 6
 *
 * Up to three ranges, of which two find room, put in one after the other: those that were taken,
 * and only they, answer for the ids that they have; a range that meets one that is there, or finds
 * no room, changes nothing.
 */
#include <linux/errno.h>
#include "arch/filter_map.h"
#include "prove.h"

#define N	3

/* Of whole ranges: CBMC's own moves bytes, and loses track of what they were. */
void *memmove(void *to, const void *from, size_t size)
{
	struct keel_filter_range *t = to, old[N];
	const struct keel_filter_range *f = from;

	for (unsigned int i = 0; i < size / sizeof(*t); i++)
		old[i] = f[i];
	for (unsigned int i = 0; i < size / sizeof(*t); i++)
		t[i] = old[i];
	return to;
}

int main(void)
{
	struct keel_filter_range room[N - 1], in[N];
	struct keel_filter_map map = { .r = room, .cap = N - 1 };
	bool taken[N] = { 0 };
	u32 id = any_u32();
	u8 want = 0xff;

	for (unsigned int i = 0; i < N; i++) {
		bool meets = false;
		int ret;

		in[i] = (struct keel_filter_range){ any_u32(), any_u32(), any_u8() };
		given(in[i].first <= in[i].last);
		for (unsigned int j = 0; j < i; j++)
			meets |= taken[j] && in[j].first <= in[i].last && in[i].first <= in[j].last;
		ret = keel_filter_map_insert(&map, in[i]);
		holds((ret == -EEXIST) == meets);
		holds(ret == 0 || ret == -EEXIST || ret == -ENOSPC);
		taken[i] = !ret;
		if (taken[i] && in[i].first <= id && id <= in[i].last)
			want = in[i].action;
	}
	holds(keel_filter_map_lookup(&map, id, 0xff) == want);
	reached(taken[0] && taken[1] && in[1].last < in[0].first);
	reached(taken[0] && !taken[1] && taken[2] && want == 7);
	reached(map.nr == N - 1 && !taken[N - 1]);
	return 0;
}

/* mutant: arch/filter_map.c: s/map->r\[mid\].last < id/map->r[mid].last <= id/ */
/* mutant: arch/filter_map.c: s/map->r\[i\].first <= range.last/map->r[i].first < range.last/ */
/* mutant: arch/filter_map.c: s/map->nr == map->cap/map->nr > map->cap/ */
/* mutant: arch/filter_map.c: s/map->r\[i\].first <= id/1/ */
/* mutant: arch/filter_map.c: s/(map->nr - i) \* sizeof/(map->nr - i - 1) * sizeof/ */
