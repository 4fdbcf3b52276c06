// SPDX-License-Identifier: GPL-2.0-only
/*
 * Makes allocations and user copies fail, one after the other, by the module selftests/run/failing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "failing.h"

#define MOST	4000	/* failures of one call */

#define MODULE	"/sys/module/failing/parameters/"

static int own = -1, any = -1, own_every = -1, any_every = -1, so_far = -1, a_copy = -1;

void failing_setup(void)
{
	if (own > 0)
		return;
	own = open(MODULE "nth", O_RDWR | O_CLOEXEC);
	if (own < 0)
		ktap_skip("without the module failing");
	any = open(MODULE "any_nth", O_RDWR | O_CLOEXEC);
	own_every = open(MODULE "every", O_RDWR | O_CLOEXEC);
	any_every = open(MODULE "any_every", O_RDWR | O_CLOEXEC);
	so_far = open(MODULE "struck", O_RDONLY | O_CLOEXEC);
	a_copy = open(MODULE "a_copy", O_RDONLY | O_CLOEXEC);
	REQUIRE(any >= 0 && a_copy >= 0 && own_every >= 0 && any_every >= 0 && so_far >= 0);
}

static void arm(int fd, unsigned int n)
{
	char buf[16];
	int len = snprintf(buf, sizeof(buf), "%u", n);

	REQUIRE(pwrite(fd, buf, len, 0) == len, "%d", errno);
}

/* Did it come to the n-th? */
static bool disarm(int fd)
{
	char buf[16] = "";
	int len = pread(fd, buf, sizeof(buf) - 1, 0);

	arm(fd, 0);
	REQUIRE(len > 0, "%d", errno);
	return atoi(buf) == 0;
}

void failing_arm(unsigned int n)
{
	arm(own, n);
}

bool failing_disarm(void)
{
	return disarm(own);
}

void failing_arm_all(unsigned int n)
{
	arm(any, n);
}

bool failing_disarm_all(void)
{
	return disarm(any);
}

void failing_arm_every(unsigned int n)
{
	arm(own_every, n);
}

void failing_arm_all_every(unsigned int n)
{
	arm(any_every, n);
}

unsigned int failing_struck(void)
{
	char buf[16] = "";

	REQUIRE(pread(so_far, buf, sizeof(buf) - 1, 0) > 0, "%d", errno);
	return atoi(buf);
}

/* What the caller has to hear of what failed last: only a copy is the fault of an address. */
static int cause(void)
{
	char c = 0;

	REQUIRE(pread(a_copy, &c, 1, 0) == 1, "%d", errno);
	return c == 'Y' ? -EFAULT : -ENOMEM;
}

/* True: the n-th failed. */
static bool try(const struct failing_trial *t, unsigned int n)
{
	bool struck;
	int ret;

	if (t->begin)
		t->begin();
	failing_arm(n);
	ret = t->act();
	struck = failing_disarm();
	CHECK(ret >= 0 || (struck && !t->recovers && ret == cause()), "%s, failure %u: %d", t->name,
	      n, ret);
	if (ret < 0) {
		ret = t->act();
		CHECK(ret >= 0, "%s, again after failure %u: %d", t->name, n, ret);
	}
	if (t->end)
		t->end();
	return struck;
}

unsigned int failing_each(const struct failing_trial *t)
{
	unsigned int n = 1, failures = 0, all = ktap_times_least(64, 2);

	/* of hundreds that are alike, as copies of lists are, ever fewer */
	for (; n < MOST && try(t, n); failures++)
		n += n < all ? 1 : 1 + n / (all / 2);
	CHECK(n < MOST, "%s fails for ever", t->name);
	return failures;
}

void failing_all(const struct failing_trial *t, unsigned int n)
{
	failing_setup();
	for (unsigned int i = 0; i < n; i++)
		ktap_note("%s: %u failures", t[i].name, failing_each(&t[i]));
}
