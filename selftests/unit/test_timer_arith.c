// SPDX-License-Identifier: GPL-2.0-only
/* pure: timer/arith.c */
/*
 * Proves: line level, ISTATUS and TVAL by definition; deadlines with wrapping
 * offsets and unreachable compare values; nanoseconds never too few, never
 * overflowing, against 128-bit arithmetic.
 */
#include <stdlib.h>
#include "timer/arith.h"
#include "ktap.h"

static void test_line(void)
{
	unsigned int ctl;

	for (ctl = 0; ctl < 8; ctl++) {
		bool on = (ctl & 3) == 1;

		CHECK_EQ(keel_arith_line(ctl, 100, 99), false);
		CHECK_EQ(keel_arith_line(ctl, 100, 100), on);
		CHECK_EQ(keel_arith_line(ctl, 100, ~0ULL), on);
		CHECK_EQ(keel_arith_armed(ctl, 100, 99), on);
		CHECK_EQ(keel_arith_armed(ctl, 100, 100), false);
	}
	CHECK(keel_arith_line(1, 0, 0));
	CHECK(!keel_arith_line(1, ~0ULL, ~0ULL - 1));
}

static void test_ctl_read(void)
{
	CHECK_EQ(keel_arith_read_ctl(0, 0, 10), 0);
	CHECK_EQ(keel_arith_read_ctl(1, 11, 10), 1);
	CHECK_EQ(keel_arith_read_ctl(1, 10, 10), 5);
	CHECK_EQ(keel_arith_read_ctl(3, 10, 10), 7);	/* IMASK does not hide the condition */
	CHECK_EQ(keel_arith_read_ctl(~0ULL, 10, 9), 3);
}

static void test_tval(void)
{
	CHECK_EQ(keel_arith_read_tval(100, 40), 60);
	CHECK_EQ(keel_arith_read_tval(40, 100), 0xffffffc4);
	CHECK_EQ(keel_arith_read_tval(1ULL << 40, 1), 0xffffffff);
	CHECK_EQ(keel_arith_tval_to_cval(60, 40), 100);
	CHECK_EQ(keel_arith_tval_to_cval(0xffffffff, 40), 39);
	CHECK_EQ(keel_arith_tval_to_cval(0x1234567800000001, 40), 41);
	CHECK_EQ(keel_arith_tval_to_cval(0x80000000, 0), 0xffffffff80000000);
}

static void test_deadline(void)
{
	/* host 1000, guest 100 */
	CHECK_EQ(keel_arith_deadline(1, 150, 900, 1000), 1050);
	CHECK_EQ(keel_arith_deadline(1, 100, 900, 1000), KEEL_TIMER_NEVER);
	CHECK_EQ(keel_arith_deadline(1, 50, 900, 1000), KEEL_TIMER_NEVER);
	CHECK_EQ(keel_arith_deadline(0, 150, 900, 1000), KEEL_TIMER_NEVER);
	CHECK_EQ(keel_arith_deadline(3, 150, 900, 1000), KEEL_TIMER_NEVER);
	/* further away than the host's counter goes */
	CHECK_EQ(keel_arith_deadline(1, ~0ULL, 900, 1000), KEEL_TIMER_NEVER);
	CHECK_EQ(keel_arith_deadline(1, ~0ULL, 0, 1000), ~0ULL);
	/* a guest ahead of the host: the offset wraps */
	CHECK_EQ(keel_arith_deadline(1, 5010, -4000ULL, 1000), 1010);
	CHECK_EQ(keel_arith_deadline(1, ~0ULL, 1001, 1000), KEEL_TIMER_NEVER);
}

/* At the deadline, and not one cycle before, the line is high. */
static void test_deadline_random(void)
{
	unsigned int i;

	srand(2);
	for (i = 0; i < 100000; i++) {
		u64 host = (u64)rand() << 20, offset = (u64)rand() << 33 ^ rand();
		u64 cval = host - offset + rand(), d = keel_arith_deadline(1, cval, offset, host);

		if (d == KEEL_TIMER_NEVER) {
			CHECK(keel_arith_line(1, cval, host - offset) || cval > ~host);
			continue;
		}
		CHECK(keel_arith_line(1, cval, d - offset));
		CHECK(!keel_arith_line(1, cval, d - 1 - offset));
	}
}

static void test_ns(void)
{
	static const u32 freqs[] = { 1, 3, 1000000, 19200000, 24000000, 62500000, 100000000,
				     1000000000, 0xffffffff };
	unsigned int f, i;

	srand(3);
	for (f = 0; f < 9; f++) {
		for (i = 0; i < 20000; i++) {
			u64 c = ((u64)rand() << 33 ^ (u64)rand() << 11 ^ rand()) >> (rand() % 64);
			__uint128_t exact = ((__uint128_t)c * 1000000000 + freqs[f] - 1) / freqs[f];
			u64 ns = keel_arith_cycles_to_ns(c, freqs[f]);

			if (exact < 9223372036ULL * 1000000000)
				CHECK_EQ(ns, (u64)exact);
			else
				CHECK_EQ(ns, 0x7fffffffffffffff);
		}
	}
	CHECK_EQ(keel_arith_cycles_to_ns(0, 62500000), 0);
	CHECK_EQ(keel_arith_cycles_to_ns(1, 62500000), 16);
	CHECK_EQ(keel_arith_cycles_to_ns(1, 19200000), 53);
	CHECK_EQ(keel_arith_cycles_to_ns(~0ULL, 1), 0x7fffffffffffffff);
}

int main(void)
{
	RUN(test_line);
	RUN(test_ctl_read);
	RUN(test_tval);
	RUN(test_deadline);
	RUN(test_deadline_random);
	RUN(test_ns);
	return ktap_done();
}
