/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KEEL_UNIT_LINUX_BITOPS_H
#define KEEL_UNIT_LINUX_BITOPS_H

#include <linux/bits.h>

static inline int fls(unsigned int x)
{
	return x ? 32 - __builtin_clz(x) : 0;
}

static inline long long sign_extend64(unsigned long long value, int index)
{
	return (long long)(value << (63 - index)) >> (63 - index);
}

#endif
