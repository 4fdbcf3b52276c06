/* SPDX-License-Identifier: GPL-2.0-only */
/* Arithmetic of the generic timer: all 64-bit counters wrap, all functions are pure. */
#ifndef KEEL_TIMER_ARITH_H
#define KEEL_TIMER_ARITH_H

#include <linux/types.h>

/* CNTx_CTL_EL0 */
#define KEEL_TIMER_ENABLE	(1U << 0)
#define KEEL_TIMER_IMASK	(1U << 1)
/* What of CTL a guest writes. */
#define KEEL_TIMER_WRITABLE (KEEL_TIMER_ENABLE | KEEL_TIMER_IMASK)
#define KEEL_TIMER_ISTATUS	(1U << 2)

/* No deadline: counters do not get there. */
#define KEEL_TIMER_NEVER	(~0ULL)

/* The timer's condition: count has reached cval. */
static inline bool keel_arith_expired(u64 cval, u64 count)
{
	return count >= cval;
}

/* Level of the interrupt line. */
static inline bool keel_arith_line(u64 ctl, u64 cval, u64 count)
{
	return (ctl & (KEEL_TIMER_ENABLE | KEEL_TIMER_IMASK)) == KEEL_TIMER_ENABLE &&
	       keel_arith_expired(cval, count);
}

/* The line is low and will rise by itself. */
static inline bool keel_arith_armed(u64 ctl, u64 cval, u64 count)
{
	return (ctl & (KEEL_TIMER_ENABLE | KEEL_TIMER_IMASK)) == KEEL_TIMER_ENABLE &&
	       !keel_arith_expired(cval, count);
}

/*
 * What the guest reads from CNTx_CTL_EL0: ISTATUS is 0 while the timer is off (UNKNOWN by the Arm
 * ARM).
 */
u64 keel_arith_read_ctl(u64 ctl, u64 cval, u64 count);
/* CNTx_TVAL_EL0: a signed 32-bit distance from count to cval. */
u64 keel_arith_read_tval(u64 cval, u64 count);
u64 keel_arith_tval_to_cval(u64 tval, u64 count);

/*
 * Host count at which a guest timer's line rises; NEVER if it will not by itself. host = the count
 * now.
 */
u64 keel_arith_deadline(u64 ctl, u64 cval, u64 offset, u64 host);
/* Nanoseconds of that many cycles, rounded up, at most S64_MAX. freq > 0. */
u64 keel_arith_cycles_to_ns(u64 cycles, u32 freq);

#endif
