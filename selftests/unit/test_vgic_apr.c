// SPDX-License-Identifier: GPL-2.0-only
/*
 * Active priorities as the registers of CPU interfaces have them that differ in levels of
 * preemption.
 */
#include "ktap.h"
#include "vgic/v3/apr.h"

static const unsigned int regs[] = { 1, 2, 4 };

/* With n registers: priority's bit alone is set in group g. */
static unsigned int running_with(unsigned int n, unsigned int g, unsigned int priority)
{
	u32 ap[2][KEEL_APR_MAX] = {};
	unsigned int bit = priority * n / 8;

	ap[g][bit / 32] = 1U << bit % 32;
	return keel_apr_running(ap[0], ap[1], n);
}

static void numbers(void)
{
	static const unsigned int of_bits[] = { [5] = 1, [6] = 2, [7] = 4, [8] = 4 };

	for (unsigned int b = 5; b <= 8; b++)
		CHECK_EQ(keel_apr_regs(b), of_bits[b]);
}

static void one_active(void)
{
	for (unsigned int i = 0; i < 3; i++)
		for (unsigned int p = 0; p < 256; p += 8 / regs[i])
			for (unsigned int g = 0; g < 2; g++)
				CHECK_EQ(running_with(regs[i], g, p), p);
}

static void highest(void)
{
	u32 ap0r[KEEL_APR_MAX] = { 0, 1 << 4 }, ap1r[KEEL_APR_MAX] = { 0, 1 << 3 | 1 << 9 }, none[KEEL_APR_MAX] = {};

	CHECK_EQ(keel_apr_running(ap0r, ap1r, 4), 35 * 2);
	CHECK_EQ(keel_apr_running(ap0r, none, 4), 36 * 2);
	CHECK_EQ(keel_apr_running(ap0r, ap1r, 2), 35 * 4);
	CHECK_EQ(keel_apr_running(none, none, 4), KEEL_APR_IDLE);
	/* what a CPU has not is not looked at */
	CHECK_EQ(keel_apr_running(ap0r, ap1r, 1), KEEL_APR_IDLE);
}

/*
 * Every pair of priorities between every two kinds of CPU interface: both there and the same, or
 * refused.
 */
static void converted(void)
{
	for (unsigned int f = 0; f < 3; f++)
		for (unsigned int t = 0; t < 3; t++)
			for (unsigned int p = 0; p < 256; p += 8 / regs[f]) {
				u32 from[KEEL_APR_MAX] = {}, to[KEEL_APR_MAX] = { 1, 2, 3, 4 }, back[KEEL_APR_MAX], none[KEEL_APR_MAX] = {};
				unsigned int bit = p * regs[f] / 8, last = 32 * regs[f] - regs[f];

				from[bit / 32] |= 1U << bit % 32;
				from[last / 32] |= 1U << last % 32;
				if (p % (8 / regs[t])) {
					CHECK(!keel_apr_convert(to, regs[t], from, regs[f]));
					CHECK_EQ(to[2], 3);
					continue;
				}
				CHECK(keel_apr_convert(to, regs[t], from, regs[f]));
				CHECK_EQ(keel_apr_running(to, none, regs[t]), p < 248 ? p : 248);
				CHECK(keel_apr_convert(back, regs[f], to, regs[t]));
				for (unsigned int i = 0; i < KEEL_APR_MAX; i++)
					CHECK_EQ(back[i], from[i]);
				/* in its own place */
				CHECK(keel_apr_convert(from, regs[t], from, regs[f]));
				for (unsigned int i = 0; i < KEEL_APR_MAX; i++)
					CHECK_EQ(from[i], to[i]);
			}
}

/* A priority for which there is no level is the next more urgent one that is there. */
static void fitted(void)
{
	for (unsigned int f = 0; f < 3; f++)
		for (unsigned int t = 0; t < 3; t++)
			for (unsigned int p = 0; p < 256; p += 8 / regs[f]) {
				u32 ap[KEEL_APR_MAX] = {}, none[KEEL_APR_MAX] = {};
				unsigned int bit = p * regs[f] / 8, step = 8 / regs[t];

				ap[bit / 32] = 1U << bit % 32;
				CHECK_EQ(keel_apr_fit(ap, regs[t], ap, regs[f]), p % step == 0);
				CHECK_EQ(keel_apr_running(ap, none, regs[t]), p - p % step);
			}
}

int main(void)
{
	RUN(numbers);
	RUN(one_active);
	RUN(highest);
	RUN(converted);
	RUN(fitted);
	return ktap_done();
}
