// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Timer arithmetic. A guest's count is the host's minus an offset, modulo 2^64;
 * a guest can set any compare value, also one behind its count or further away
 * than the counter will ever run.
 */
#include <linux/types.h>
#include "arith.h"

#define NS_PER_S	1000000000ULL
#define NS_MAX		0x7fffffffffffffffULL	/* KTIME_MAX */

u64 keel_arith_read_ctl(u64 ctl, u64 cval, u64 count)
{
	ctl &= KEEL_TIMER_ENABLE | KEEL_TIMER_IMASK;
	if ((ctl & KEEL_TIMER_ENABLE) && keel_arith_expired(cval, count))
		ctl |= KEEL_TIMER_ISTATUS;
	return ctl;
}

u64 keel_arith_read_tval(u64 cval, u64 count)
{
	return (u32)(cval - count);
}

u64 keel_arith_tval_to_cval(u64 tval, u64 count)
{
	return count + (u64)(s64)(s32)tval;
}

/* The distance is taken in the guest's time, where it cannot wrap, and added to the host's. */
u64 keel_arith_deadline(u64 ctl, u64 cval, u64 offset, u64 host)
{
	u64 count = host - offset, distance = cval - count;

	if (!keel_arith_armed(ctl, cval, count))
		return KEEL_TIMER_NEVER;
	return distance > KEEL_TIMER_NEVER - host ? KEEL_TIMER_NEVER : host + distance;
}

u64 keel_arith_cycles_to_ns(u64 cycles, u32 freq)
{
	u64 s = cycles / freq, rest = cycles % freq;

	/* rest < 2^32 and NS_PER_S < 2^30: the product fits */
	if (s >= NS_MAX / NS_PER_S)
		return NS_MAX;
	return s * NS_PER_S + (rest * NS_PER_S + freq - 1) / freq;
}
