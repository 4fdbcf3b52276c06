/* SPDX-License-Identifier: GPL-2.0-only */
/* Just enough KTAP for unit tests: one CHECK per fact, ktap_done() last. */
#ifndef KEEL_UNIT_KTAP_H
#define KEEL_UNIT_KTAP_H

#include <stdio.h>

static int ktap_tests, ktap_failures, ktap_case_failed;

/* A fact within a test case. The case fails when one of its facts does. */
#define CHECK(cond) \
	do { \
		if (!(cond)) { \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
			ktap_case_failed = 1; \
		} \
	} while (0)

/* As CHECK(), and show both numbers. */
#define CHECK_EQ(a, b) \
	do { \
		unsigned long long ktap_a = (a), ktap_b = (b); \
		if (ktap_a != ktap_b) { \
			printf("# %s:%d: %s is %#llx, not %#llx\n", __FILE__, \
			       __LINE__, #a, ktap_a, ktap_b); \
			ktap_case_failed = 1; \
		} \
	} while (0)

/* Run one test case: a function without arguments. */
#define RUN(fn) \
	do { \
		ktap_case_failed = 0; \
		fn(); \
		ktap_tests++; \
		ktap_failures += ktap_case_failed; \
		printf("%sok %d - %s\n", ktap_case_failed ? "not " : "", \
		       ktap_tests, #fn); \
		fflush(stdout); \
	} while (0)

/* The plan comes last, so that a test that dies early is missed. */
static inline int ktap_done(void)
{
	printf("1..%d\n", ktap_tests);
	return ktap_failures != 0;
}

#endif
