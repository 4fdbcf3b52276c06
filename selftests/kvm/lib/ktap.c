// SPDX-License-Identifier: GPL-2.0-only
/* Runs the cases of a program and reports them as KTAP. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "ktap.h"

enum { PASS = 0, FAIL = 1, USAGE = 2, SKIP = 4 };

static int failed;
/* Why the case was skipped: the process that runs it tells the one that reports. */
static char *reason;
#define REASON_SIZE	128

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
	const char *part = getenv("KEEL_BRIEF");
	unsigned int n = part ? (unsigned int)atoi(part) : 1;

	return n > 1 && full > n ? full / n : n > 1 ? 1 : full;
}

unsigned int ktap_times_least(unsigned int full, unsigned int least)
{
	unsigned int n = ktap_times(full);

	return n > least ? n : least;
}

void ktap_skip(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(reason, REASON_SIZE, fmt, ap);
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
			for (int i = 0; i < 12000; i++, nanosleep(&nap, NULL))
				if (waitpid(pid, &status, WNOHANG) != 0)
					return -1;
			printf("# the process cannot be killed\n");
			return -1;
		}
		nanosleep(&nap, NULL);
	}
	return status;
}

#define PATIENT		600	/* seconds; who hangs is not waited for much longer */

/* An emulated host is slower at times, by what others do to the machine. */
static unsigned int limit_of(const struct ktap_case *c)
{
	const char *patience = getenv("KEEL_PATIENCE");
	unsigned int limit = c->seconds ? c->seconds : 30, longer = limit * (patience ? atoi(patience) : 1);

	if (longer > PATIENT)
		longer = PATIENT;
	return longer > limit ? longer : limit;
}

static int run_case(const struct ktap_case *c)
{
	unsigned int limit = limit_of(c);
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		/* who ends the program ends this as well */
		prctl(PR_SET_PDEATHSIG, SIGKILL);
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

static void report(unsigned int nr, const char *name, int status)
{
	const char *not = status == PASS || status == SKIP ? "" : "not ";

	if (status == SKIP)
		printf("%sok %u %s # SKIP %s\n", not, nr, name, reason);
	else
		printf("%sok %u %s\n", not, nr, name);
}

static char *share(u64 size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p != MAP_FAILED)
		return p;
	perror("mmap");
	exit(FAIL);
}

int ktap_run(const struct ktap_case *cases, unsigned int n)
{
	unsigned int bad = 0, skipped = 0;

	if (!reason)
		reason = share(REASON_SIZE);
	printf("KTAP version 1\n1..%u\n", n);
	for (unsigned int i = 0; i < n; i++) {
		time_t start = time(NULL);
		int status = run_case(&cases[i]);

		if (time(NULL) - start > 2)
			printf("# %ld s\n", (long)(time(NULL) - start));
		bad += status != PASS && status != SKIP;
		skipped += status == SKIP;
		report(i + 1, cases[i].name, status);
	}
	fflush(stdout);
	if (bad)
		return FAIL;
	return skipped == n ? SKIP : PASS;
}

static const struct ktap_case *find(const struct ktap_case *cases, unsigned int n, const char *name)
{
	for (unsigned int i = 0; i < n; i++)
		if (!strcmp(cases[i].name, name))
			return &cases[i];
	return NULL;
}

static int list(const struct ktap_case *cases, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		puts(cases[i].name);
	return PASS;
}

static int usage(const char *program)
{
	fprintf(stderr, "usage: %s [-l | -t CASE]\n"
		"without an option all cases are run\n"
		"  -l       list their names\n"
		"  -t CASE  run the one of this name\n", program);
	return USAGE;
}

int ktap_main(int argc, char **argv, const struct ktap_case *cases, unsigned int n)
{
	const struct ktap_case *one = cases;

	if (argc == 2 && !strcmp(argv[1], "-l"))
		return list(cases, n);
	if (argc == 3 && !strcmp(argv[1], "-t")) {
		one = find(cases, n, argv[2]);
		n = 1;
	} else if (argc != 1) {
		return usage(argv[0]);
	}
	if (!one) {
		fprintf(stderr, "%s: no case \"%s\" (-l lists them)\n", argv[0], argv[2]);
		return USAGE;
	}
	return ktap_run(one, n);
}
