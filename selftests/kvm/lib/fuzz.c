// SPDX-License-Identifier: GPL-2.0-only
/* Rounds of random programs: seeds, processes, and what has to be so after each. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "fuzz.h"

static u64 *counter;

void fuzz_count(u64 done)
{
	__atomic_fetch_add(counter, done, __ATOMIC_RELAXED);
}

static u64 number(const char *name, u64 otherwise)
{
	const char *s = getenv(name);

	return s ? strtoull(s, NULL, 0) : otherwise;
}

/* VMs that there are, or -1 where nobody says. */
static int vms_left(void)
{
	FILE *f = fopen("/sys/module/keel/refcnt", "r");
	int n = -1;

	if (f && fscanf(f, "%d", &n) != 1)
		n = -1;
	if (f)
		fclose(f);
	return n;
}

/* Whoever reads a report in the kernel's log finds there which round it was. */
static void log_seed(u64 seed)
{
	FILE *f = fopen("/dev/kmsg", "w");

	if (!f)
		return;
	fprintf(f, "%s: round with seed %#lx\n", program_invocation_short_name, seed);
	fclose(f);
}

static bool ends_within(pid_t pid, unsigned int seconds, int *status)
{
	time_t end = time(NULL) + seconds;

	while (waitpid(pid, status, WNOHANG) != pid) {
		if (time(NULL) > end)
			return false;
		usleep(2000);
	}
	return true;
}

/*
 * A process that cannot be killed, or a VM that stays, is waited for until the case is at its
 * limit, which is what fails then: how long either takes is the host's affair. False: it had to be
 * killed.
 */
static bool await_end(pid_t pid, u64 seed, unsigned int seconds, int before, int *status)
{
	bool ended = ends_within(pid, seconds, status);

	if (!ended) {
		kill(pid, SIGKILL);
		if (!ends_within(pid, 10, status)) {
			ktap_note("seed %#lx: was killed, and is still there", seed);
			waitpid(pid, status, 0);
		}
	}
	for (unsigned int i = 0; vms_left() > before; i++) {
		if (i == 5000)
			ktap_note("seed %#lx: %d VMs are left", seed, vms_left() - before);
		usleep(2000);
	}
	return ended;
}

/*
 * It does not crash: what calls and guests are given is no memory of the round's own but what is
 * made for them. False: it was not done in time, which is no failure.
 */
static bool one_round(u64 seed, unsigned int seconds, void (*round)(struct rng *r, u64 seed))
{
	int status, before = vms_left();
	bool ended;
	pid_t pid;

	log_seed(seed);
	pid = fork();
	REQUIRE(pid >= 0, "seed %#lx: no process: %d", seed, errno);
	if (pid == 0) {
		struct rng r = { seed };

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		round(&r, seed);
		ktap_end();
	}
	ended = await_end(pid, seed, seconds, before, &status);
	CHECK(!(WIFEXITED(status) && WEXITSTATUS(status) == 1), "seed %#lx", seed);
	CHECK(!ended || !WIFSIGNALED(status), "seed %#lx: signal %d", seed, WTERMSIG(status));
	return ended;
}

void fuzz_rounds(unsigned int rounds, unsigned int seconds, unsigned int commands,
		 void (*round)(struct rng *r, u64 seed))
{
	u64 seed = number("KEEL_SEED", 1), limit = number("KEEL_FUZZ_TIME", 0);
	u64 n = number("KEEL_ROUNDS", rounds), ended = 0, done = 0, i;
	time_t end = time(NULL) + limit;

	counter = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	REQUIRE(counter != MAP_FAILED);
	for (i = 0; limit ? time(NULL) < end : i < n; i++) {
		u64 before = *counter;

		if (!one_round(seed + i, seconds, round))
			continue;
		done += *counter - before;
		ended++;
	}
	ktap_note("%lu rounds from seed %#lx on, %lu commands", i, seed, *counter);
	if (ended != i)
		ktap_note("%lu of them were ended at their limit", i - ended);
	CHECK(done >= ended * commands / 4, "%lu of %lu commands", done, ended * commands);
	if (ended * 2 <= i) {
		ktap_note("not done within %u s", seconds);
		CHECK(ended * 2 > i, "%lu of %lu rounds came to their end", ended, i);
	}
}
