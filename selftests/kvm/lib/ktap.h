/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KTAP output. A program is a list of cases; each runs in a process of its
 * own under a time limit, so that one that hangs or dies does not take the
 * others along.
 */
#ifndef KTAP_H
#define KTAP_H

#include <stdbool.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int64_t s64;

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

struct ktap_case {
	const char *name;
	void (*run)(void);
	unsigned int seconds;	/* limit, 0: 30 */
};

/* Run these cases. The program's exit status: 0, 1 when one failed, 4 when all were skipped. */
int ktap_run(const struct ktap_case *cases, unsigned int n);
/* Run all of them, or with "-t NAME" that one; "-l" lists their names. 2: called otherwise. */
int ktap_main(int argc, char **argv, const struct ktap_case *cases, unsigned int n);

#define KTAP_MAIN(cases) \
	int main(int argc, char **argv) { return ktap_main(argc, argv, cases, ARRAY_SIZE(cases)); }

/*
 * How often to do what is done many times: full, or an n-th of it, at least once, on hosts where
 * KEEL_BRIEF=n is set.
 */
unsigned int ktap_times(unsigned int full);
/* The same, of what says nothing where it is done less often than this. */
unsigned int ktap_times_least(unsigned int full, unsigned int least);
/* End the case as skipped, for this reason. */
void ktap_skip(const char *fmt, ...)
	__attribute__((noreturn, format(printf, 1, 2)));
/* A diagnostic line. */
void ktap_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* End the case now; it failed if a check did. */
void ktap_end(void) __attribute__((noreturn));
/* Note that the case failed. */
void ktap_fail(const char *file, int line, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#define CHECK_FMT(cond, text, fmt, args...) ({ \
	bool ktap_ok = (cond); \
	if (!ktap_ok) \
		ktap_fail(__FILE__, __LINE__, "%s. " fmt, text, ##args); \
	ktap_ok; })

/* The condition, and a format and its arguments that say more. */
#define CHECK(cond, ...)	CHECK_FMT(cond, #cond, "" __VA_ARGS__)

#define CHECK_EQ(got, want) ({ \
	s64 ktap_got = (s64)(got), ktap_want = (s64)(want); \
	if (ktap_got != ktap_want) \
		ktap_fail(__FILE__, __LINE__, "%s is %lld (%#llx), want %lld (%#llx)", #got, \
			  (long long)ktap_got, (long long)ktap_got, \
			  (long long)ktap_want, (long long)ktap_want); \
	ktap_got == ktap_want; })

/* As above, and the case cannot go on without. */
#define REQUIRE(cond, ...)	do { if (!CHECK_FMT(cond, #cond, "" __VA_ARGS__)) ktap_end(); } while (0)
#define REQUIRE_EQ(got, want)	do { if (!CHECK_EQ(got, want)) ktap_end(); } while (0)

#endif
