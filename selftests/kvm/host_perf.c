// SPDX-License-Identifier: GPL-2.0-only
/*
 * Events of the host's perf in a thread that runs a vCPU (the guest has no PMU).
 * Proves, for cycles at EL0 and for cycles anywhere:
 *  - with exclude_guest none of the guest's are counted, with exclude_host no
 *    others, with neither all
 *  - after the guest the events of both kinds go on as before
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lib/vm.h"

#define CPU_CYCLES	0x11

enum { ALL, HOST, GUEST, NR_KINDS };

static int open_event(int kind, bool el0)
{
	struct perf_event_attr a = {
		.type = PERF_TYPE_RAW, .size = sizeof(a), .config = CPU_CYCLES, .exclude_kernel = el0,
		.exclude_guest = kind == HOST, .exclude_host = kind == GUEST,
	};
	int fd = syscall(SYS_perf_event_open, &a, 0, -1, -1, 0);

	if (fd < 0)
		ktap_skip("perf_event_open: %s", strerror(errno));
	return fd;
}

static u64 count(int fd)
{
	u64 val = 0;

	REQUIRE_EQ(read(fd, &val, sizeof(val)), sizeof(val));
	return val;
}

static void count_all(const int *fd, u64 *n)
{
	for (int i = 0; i < NR_KINDS; i++)
		n[i] = count(fd[i]);
}

static void guest_spin(u64 arg)
{
	for (;;) {
		for (int i = 0; i < 50000; i++)
			isb();
		GUEST_SYNC(1, 0);
	}
}

/* The same at EL0, with the MMU off; SVC brings it to a vector that tells the host. */
asm(".pushsection .text\n"
    "	.balign 2048\nel0_vectors:\n	.skip 0x400\n"
    "	mov x3, #0x80000000\n	str x2, [x3]\n	eret\n"
    "	.balign 2048\nel0_spin:\n	mov x1, #0xc000\n1:	isb\n	subs x1, x1, #1\n	b.ne 1b\n"
    "	svc #0\n	b el0_spin\n	.popsection");
extern char el0_vectors[], el0_spin[];

static struct vcpu *new_vcpu(bool el0)
{
	struct vcpu *vcpu = &vm_new(1, guest_spin, 0)->vcpu[0];

	if (el0) {
		reg_write(vcpu, REG_SYS(3, 0, 12, 0, 0), (u64)el0_vectors);
		reg_write(vcpu, REG_PSTATE, 0x3c0);
		reg_write(vcpu, REG_PC, (u64)el0_spin);
	}
	return vcpu;
}

/* What was counted is this much more than that, or so: more than half of it. */
static bool more_by(u64 n, u64 than, u64 by)
{
	return n > than + by / 2;
}

/* Each is a part of the sum. */
static bool add_up(const u64 *n)
{
	return n[HOST] && n[GUEST] && more_by(n[ALL], n[HOST], n[GUEST]) &&
	       more_by(n[ALL], n[GUEST], n[HOST]);
}

/*
 * The counters of an emulated CPU start and stop one after the other, and it may be
 * interrupted between: so for as long as it takes until that is little beside the rest.
 */
static void in_guest(bool el0)
{
	struct vcpu *vcpu = new_vcpu(el0);
	int fd[NR_KINDS];
	u64 n[NR_KINDS] = { 0 };

	for (int i = 0; i < NR_KINDS; i++)
		fd[i] = open_event(i, el0);
	for (int i = 0; i < 1000 && !(i > 10 && add_up(n)); i++) {
		REQUIRE_EQ(vcpu_run(vcpu), 0);
		REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
		count_all(fd, n);
	}
	ktap_note("all %lu, host %lu, guest %lu", n[ALL], n[HOST], n[GUEST]);
	CHECK(add_up(n));
	for (int i = 0; i < NR_KINDS; i++)
		close(fd[i]);
}

static void at_el0(void)
{
	in_guest(true);
}

static void anywhere(void)
{
	in_guest(false);
}

static u64 host_cycles(int fd)
{
	u64 from = count(fd);

	for (volatile int i = 0; i < 200000; i++)
		;
	return count(fd) - from;
}

static void afterwards(void)
{
	struct vcpu *vcpu = new_vcpu(true);
	int fd[NR_KINDS];

	for (int i = 0; i < NR_KINDS; i++)
		fd[i] = open_event(i, true);
	for (int round = 0; round < 20; round++) {
		CHECK(host_cycles(fd[ALL]) > 1000);
		CHECK(host_cycles(fd[HOST]) > 1000);
		CHECK_EQ(host_cycles(fd[GUEST]), 0);
		REQUIRE_EQ(vcpu_run(vcpu), 0);
	}
	for (int i = 0; i < NR_KINDS; i++)
		close(fd[i]);
}

static const struct ktap_case cases[] = {
	{ "cycles at EL0", at_el0, 120 },
	{ "cycles anywhere", anywhere, 120 },
	{ "after the guest", afterwards, 60 },
};

KTAP_MAIN(cases)
