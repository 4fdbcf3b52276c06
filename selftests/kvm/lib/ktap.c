// SPDX-License-Identifier: GPL-2.0-only
/* Runs the cases of a program and reports them as KTAP. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "ktap.h"

enum { PASS = 0, FAIL = 1, SKIP = 4 };

static int failed;

static void say(const char *prefix, const char *fmt, va_list ap)
{
	char line[512];

	vsnprintf(line, sizeof(line), fmt, ap);
	printf("# %s%s\n", prefix, line);
	fflush(stdout);
}

void ktap_note(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("", fmt, ap);
	va_end(ap);
}

unsigned int ktap_times(unsigned int full)
{
	return getenv("KEEL_BRIEF") ? full / 4 : full;
}

void ktap_skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	say("skip: ", fmt, ap);
	va_end(ap);
	_exit(failed ? FAIL : SKIP);
}

void ktap_end(void)
{
	fflush(stdout);
	_exit(failed ? FAIL : PASS);
}

void ktap_fail(const char *file, int line, const char *fmt, ...)
{
	char where[64];
	va_list ap;

	/* A broken loop must not drown the report. */
	if (__atomic_add_fetch(&failed, 1, __ATOMIC_RELAXED) > 20)
		return;
	snprintf(where, sizeof(where), "%s:%d: ", file, line);
	va_start(ap, fmt);
	say(where, fmt, ap);
	va_end(ap);
}

/* The status of a case, or -1 when it had to be killed. */
static int wait_for(pid_t pid, unsigned int seconds)
{
	struct timespec nap = { .tv_nsec = 5000000 };
	time_t end = time(NULL) + seconds;
	int status;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (time(NULL) > end) {
			kill(pid, SIGKILL);
			for (int i = 0; i < 1000; i++, nanosleep(&nap, NULL))
				if (waitpid(pid, &status, WNOHANG) != 0)
					return -1;
			printf("# the process cannot be killed\n");
			return -1;
		}
		nanosleep(&nap, NULL);
	}
	return status;
}

static int run_case(const struct ktap_case *c)
{
	unsigned int limit = c->seconds ? c->seconds : 30;
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		c->run();
		ktap_end();
	}
	status = wait_for(pid, limit);
	if (status == -1)
		printf("# not done within %u s\n", limit);
	else if (WIFSIGNALED(status))
		printf("# died of signal %d\n", WTERMSIG(status));
	else
		return WEXITSTATUS(status);
	return FAIL;
}

int ktap_run(const struct ktap_case *cases, unsigned int n)
{
	unsigned int bad = 0, skipped = 0;

	printf("KTAP version 1\n1..%u\n", n);
	for (unsigned int i = 0; i < n; i++) {
		time_t start = time(NULL);
		int status = run_case(&cases[i]);

		if (time(NULL) - start > 2)
			printf("# %ld s\n", (long)(time(NULL) - start));
		bad += status != PASS && status != SKIP;
		skipped += status == SKIP;
		printf("%sok %u %s%s\n", status == PASS || status == SKIP ? "" : "not ",
		       i + 1, cases[i].name, status == SKIP ? " # SKIP" : "");
	}
	fflush(stdout);
	if (bad)
		return FAIL;
	return skipped == n ? SKIP : PASS;
}
