// SPDX-License-Identifier: GPL-2.0-only
/*
 * long:
 * proves: timer/arith.c
 * unwind: 1
 *
 * Every count, offset and compare value: an armed timer's deadline on the host is when the guest's
 * count comes to the value, and never in the past; the line, ISTATUS and the deadline agree; TVAL
 * comes back as it was written.
 */
#include "timer/arith.h"
#include "prove.h"

int main(void)
{
	u64 ctl = any_u64(), cval = any_u64(), offset = any_u64(), host = any_u64(),
		count = host - offset, tval = any_u32();
	u64 when = keel_arith_deadline(ctl, cval, offset, host),
		read = keel_arith_read_ctl(ctl, cval, count);

	holds(when > host || when == KEEL_TIMER_NEVER);
	implies(when != KEEL_TIMER_NEVER, keel_arith_armed(ctl, cval, count) &&
		when - host == cval - count);
	/* no earlier than that, and later only if the host's counter never gets there */
	implies(keel_arith_armed(ctl, cval, count) && cval - count < KEEL_TIMER_NEVER - host,
		when == host + (cval - count));
	implies(keel_arith_line(ctl, cval, count), when == KEEL_TIMER_NEVER &&
		(read & KEEL_TIMER_ISTATUS));
	holds((read & ~7ull) == 0 && (read & 3) == (ctl & 3));
	holds(!!(read & KEEL_TIMER_ISTATUS) == ((ctl & 1) && count >= cval));
	holds(keel_arith_read_tval(keel_arith_tval_to_cval(tval, count), count) == tval);
	holds(keel_arith_tval_to_cval(tval, count) - count ==
	      (tval >> 31 ? tval | 0xffffffff00000000ull : tval));
	reached(when != KEEL_TIMER_NEVER && offset > host);
	reached(keel_arith_armed(ctl, cval, count) && when == KEEL_TIMER_NEVER);
	reached(tval >> 31 && keel_arith_tval_to_cval(tval, count) > count);
	return 0;
}

/* mutant: timer/arith.c: s/distance > KEEL_TIMER_NEVER - host ?/0 ?/ */
/*
 * mutant: timer/arith.c: s/u64 count = host - offset, distance/u64 count = host + offset, distance/
 */
/* mutant: timer/arith.c: s/return (u32)(cval - count)/return cval - count/ */
/* mutant: timer/arith.c: s/ctl \&= KEEL_TIMER_ENABLE | KEEL_TIMER_IMASK;/;/ */
/* mutant: timer/arith.c: s/return count + (u64)(s64)(s32)tval;/return count + tval;/ */
