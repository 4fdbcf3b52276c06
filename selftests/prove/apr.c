// SPDX-License-Identifier: GPL-2.0-only
/*
 * long:
 * proves: vgic/v3/apr.h
 * unwind: 129
 *
 * Every set of active priorities, of a CPU interface with 1, 2 or 4 registers for one with 1, 2 or
 * 4: each of the 256 priorities is active afterwards if it was before, or nothing was written; and
 * that is so only where the other has no level for one of them. Made to fit, that one is the next
 * more urgent there is. The running priority is the first.
 */
#include "vgic/v3/apr.h"
#include "prove.h"

static bool is_active(const u32 *apr, unsigned int n, unsigned int priority)
{
	unsigned int step = 8 / n;

	return priority % step == 0 && (apr[priority / step / 32] >> (priority / step % 32) & 1);
}

static void convert(unsigned int n, unsigned int m)
{
	unsigned int priority = any_below(256), run;
	u32 from[KEEL_APR_MAX] = { 0 }, old[KEEL_APR_MAX], to[KEEL_APR_MAX],
		fit[KEEL_APR_MAX], other[KEEL_APR_MAX] = { 0 };
	bool in_place = any_bool(), done;

	for (unsigned int i = 0; i < n; i++) {
		from[i] = any_u32();
		other[i] = any_u32();
	}
	for (unsigned int i = 0; i < KEEL_APR_MAX; i++) {
		old[i] = from[i];
		to[i] = 0x55;
	}
	run = keel_apr_running(from, other, n);
	implies(is_active(from, n, priority) || is_active(other, n, priority), run <= priority);
	implies(run != KEEL_APR_IDLE, is_active(from, n, run) || is_active(other, n, run));

	done = keel_apr_convert(in_place ? from : to, m, from, n);
	if (done) {
		holds(is_active(in_place ? from : to, m, priority) == is_active(old, n, priority));
	} else {
		holds(m < n && (old[0] | old[1] | old[2] | old[3]));
		for (unsigned int i = 0; i < KEEL_APR_MAX; i++)
			holds(from[i] == old[i] && to[i] == 0x55);
	}
	implies(is_active(old, n, priority) && priority % (8 / m), !done);
	holds(keel_apr_fit(fit, m, old, n) == done);
	implies(is_active(old, n, priority), is_active(fit, m, priority - priority % (8 / m)));
	reached(done && m < n && old[3]);
	reached(!done && m == 1);
	reached(run == 0xfe);
}

/* One after the other, so that CBMC knows the numbers. */
int main(void)
{
	holds(keel_apr_regs(5) == 1 && keel_apr_regs(6) == 2);
	holds(keel_apr_regs(7) == 4 && keel_apr_regs(8) == 4);
	for (unsigned int n = 1; n <= 4; n *= 2)
		for (unsigned int m = 1; m <= 4; m *= 2)
			if (any_bool()) {
				convert(n, m);
				return 0;
			}
	return 0;
}

/* mutant: vgic/v3/apr.h: s/same &= priority % (8 \/ m) == 0;/;/ */
/* mutant: vgic/v3/apr.h: s/priority = i \* (8 \/ n);/priority = i * (8 \/ m);/ */
/* mutant: vgic/v3/apr.h: s/to\[i\] = converted\[i\];/to[i] |= converted[i];/ */
/* mutant: vgic/v3/apr.h: s/bits = ap0r\[i\] | ap1r\[i\];/bits = ap0r[i];/ */
/* mutant: vgic/v3/apr.h: s/bits >= 7 ? 4/bits > 7 ? 4/ */
