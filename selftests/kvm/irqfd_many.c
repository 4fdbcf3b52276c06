// SPDX-License-Identifier: GPL-2.0-only
/*
 * Thousands of irqfds in one VM. Proves that ending them takes time for each, not for
 * each pair of them: what is walked then is walked with interrupts off. By the thread's
 * own time, so that other work of the machine does not count.
 */
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include "lib/gic.h"

#define FEW	500
#define MANY	4000
#define LINES	900
#define TRIES	2

static int fds[2 * MANY];

static u64 own_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

/* n irqfds that may hold up so many lines, most of them several together. */
static int vm_with(unsigned int n)
{
	int vm = vm_fd(0), gic = gic_create(vm);
	u64 redist = GICR_BASE;

	close(vcpu_fd(vm, 0));
	gic_attr(gic, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, &redist);
	gic_init(gic, 1024);
	close(gic);
	for (unsigned int i = 0; i < n; i++) {
		struct kvm_irqfd a = { .fd = fds[2 * i], .gsi = i % LINES, .flags = KVM_IRQFD_FLAG_RESAMPLE,
				       .resamplefd = fds[2 * i + 1] };

		REQUIRE_EQ(kvm(vm, KVM_IRQFD, &a), 0);
	}
	return vm;
}

/* The least time that one of some ends took. */
static u64 time_end(unsigned int n)
{
	u64 least = ~0ull;

	for (unsigned int i = 0; i < TRIES; i++) {
		int vm = vm_with(n);
		u64 begin = own_ns(), took;

		close(vm);
		took = own_ns() - begin;
		if (took < least)
			least = took;
	}
	return least;
}

static void ends_in_linear_time(void)
{
	struct rlimit limit = { 2 * MANY + 100, 2 * MANY + 100 };
	u64 few, many;

	REQUIRE_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (unsigned int i = 0; i < 2 * MANY; i++) {
		fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		REQUIRE(fds[i] >= 0);
	}
	few = time_end(FEW);
	many = time_end(MANY);
	ktap_note("%u: %lu us, %u: %lu us", FEW, few / 1000, MANY, many / 1000);
	/* eight times as many; by pairs it is 27 times */
	CHECK(many < 14 * few, "%lu times as long", many / few);
}

static const struct ktap_case cases[] = {
	{ "their end takes time for each alone", ends_in_linear_time, 120 },
};
KTAP_MAIN(cases)
