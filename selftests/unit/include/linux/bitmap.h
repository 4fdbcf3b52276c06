/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KEEL_UNIT_LINUX_BITMAP_H
#define KEEL_UNIT_LINUX_BITMAP_H

#include <string.h>

static inline void __set_bit(unsigned long n, unsigned long *map)
{
	map[n / 64] |= 1UL << (n % 64);
}

static inline int test_bit(unsigned long n, const unsigned long *map)
{
	return map[n / 64] >> (n % 64) & 1;
}

static inline void bitmap_zero(unsigned long *map, unsigned int bits)
{
	memset(map, 0, (bits + 63) / 64 * sizeof(long));
}

static inline unsigned long find_next_zero_bit(const unsigned long *map, unsigned long size,
					       unsigned long from)
{
	while (from < size && test_bit(from, map))
		from++;
	return from < size ? from : size;
}

#endif
