// SPDX-License-Identifier: GPL-2.0-only
/* Values for random programs. No libc in here: guests have them as well. */
#include "fuzz.h"

u64 fuzz_value(struct rng *r)
{
	u64 v = fuzz_next(r);

	switch (v >> 60) {
	case 0:
	case 1:
		return 0;
	case 2:
	case 3:
	case 4:
		return v % 8;
	case 5:
	case 6:
		return v % 4096;
	case 7:
	case 8:
	case 9:
		return (1ul << v % 64) - (v >> 32) % 3 + 1;
	case 10:
	case 11:
		return -(v % 4096);
	case 12:
		return (u32)v;
	default:
		return fuzz_next(r);
	}
}
