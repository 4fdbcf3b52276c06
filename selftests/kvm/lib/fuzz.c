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
 * limit, which is what fails then: how long either takes is the host's affair.
 */
static void await_end(pid_t pid, u64 seed, unsigned int seconds, int before, int *status)
{
	if (!ends_within(pid, seconds, status)) {
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
}

/* How it ends is its own affair, as a child of its own may have it killed: but it ends. */
static void one_round(u64 seed, unsigned int seconds, void (*round)(struct rng *r, u64 seed))
{
	int status, before = vms_left();
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
	await_end(pid, seed, seconds, before, &status);
	CHECK(!(WIFEXITED(status) && WEXITSTATUS(status) == 1), "seed %#lx", seed);
}

void fuzz_rounds(unsigned int rounds, unsigned int seconds, void (*round)(struct rng *r, u64 seed))
{
	u64 seed = number("KEEL_SEED", 1), limit = number("KEEL_FUZZ_TIME", 0);
	u64 n = number("KEEL_ROUNDS", rounds), i;
	time_t end = time(NULL) + limit;

	counter = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	REQUIRE(counter != MAP_FAILED);
	for (i = 0; limit ? time(NULL) < end : i < n; i++)
		one_round(seed + i, seconds, round);
	ktap_note("%lu rounds from seed %#lx on, %lu commands", i, seed, *counter);
}
