// SPDX-License-Identifier: GPL-2.0-only
/*
 * The time from the start of this program to a text on the guest's console,
 * which the guest's init writes as the first thing it does: how long it took
 * to get to user space.
 */
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "vmm.h"

static struct timespec start;
static const char *text;
static size_t matched;
static bool forks;

/* forks: the machine is to be forked then. */
void mark_start(const char *wanted, bool and_fork)
{
	text = wanted;
	forks = and_fork;
	clock_gettime(CLOCK_MONOTONIC, &start);
}

/* Under the console's lock. */
void mark_output(char c)
{
	struct timespec now;

	if (!text)
		return;
	/* Enough for texts whose first character does not come again. */
	matched = c == text[matched] ? matched + 1 : c == text[0];
	if (text[matched])
		return;
	clock_gettime(CLOCK_MONOTONIC, &now);
	complain("\"%s\" after %.3f ms", text,
		 (now.tv_sec - start.tv_sec) * 1e3 + (now.tv_nsec - start.tv_nsec) / 1e6);
	text = NULL;
	if (forks)
		kill(getpid(), FORK_SIGNAL);
}
