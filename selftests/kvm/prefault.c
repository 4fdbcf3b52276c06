// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory before it is touched (KVM_PRE_FAULT_MEMORY). Proves:
 *  - memory that was brought in before costs no exit, and is not dirty by that
 *  - what is left of a range is told; bad calls change nothing
 *  - it brings what may be had, with the rights that are not withheld
 *  - a signal ends it, and what is left is told
 */
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include "lib/rights.h"

static int bring(struct kvm_pre_fault_memory *range, u64 gpa, u64 size)
{
	*range = (struct kvm_pre_fault_memory){ .gpa = gpa, .size = size };
	return kvm(vcpu->fd, KVM_PRE_FAULT_MEMORY, range);
}

static void prefault_works(u64 flags)
{
	struct kvm_pre_fault_memory range;
	u64 before, touched = 0;

	setup_with(flags, guest_serve, 0);
	if (kvm_cap(KVM_CAP_PRE_FAULT_MEMORY) != 1)
		ktap_skip("no KVM_CAP_PRE_FAULT_MEMORY");
	/* nobody makes a block of it meanwhile */
	madvise(mem + 2 * MB, 2 * MB, MADV_NOHUGEPAGE);
	REQUIRE_EQ(madvise(mem + 2 * MB, MB, MADV_DONTNEED), 0);
	try_one(READ, 0, 0);
	CHECK_EQ(bring(&range, DATA_BASE, SIZE), 0);
	CHECK_EQ(range.gpa, DATA_BASE + SIZE);
	CHECK_EQ(range.size, 0);
	before = aborts();
	for (u64 i = 0; i < SIZE; i += i < MB ? PAGE : 64 * PAGE, touched++)
		try_one(READ, i, 0);
	CHECK_EQ(aborts() - before, touched);		/* the messages */
	if (flags)
		CHECK(!is_dirty(64));
}

static void prefault(void)
{
	prefault_works(0);
}

static void prefault_logged(void)
{
	prefault_works(KVM_MEM_LOG_DIRTY_PAGES);
}

static void prefault_errors(void)
{
	struct kvm_pre_fault_memory range;

	setup();
	CHECK_EQ(bring(&range, DATA_BASE + 1, PAGE), -EINVAL);
	CHECK_EQ(bring(&range, DATA_BASE, PAGE - 1), -EINVAL);
	CHECK_EQ(bring(&range, DATA_BASE, 0), -EINVAL);
	CHECK_EQ(bring(&range, DATA_BASE, -DATA_BASE), -EINVAL);
	range.flags = 1, range.size = PAGE;
	CHECK_EQ(kvm(vcpu->fd, KVM_PRE_FAULT_MEMORY, &range), -EINVAL);
	CHECK_EQ(bring(&range, DATA_BASE + SIZE, PAGE), -ENOENT);
	CHECK_EQ(bring(&range, 1ull << 50, PAGE), -ENOENT);
	/* as far as there is memory */
	CHECK_EQ(bring(&range, DATA_BASE + SIZE - MB, 2 * MB), 0);
	CHECK_EQ(range.gpa, DATA_BASE + SIZE);
	CHECK_EQ(range.size, MB);
	REQUIRE_EQ(munmap(mem + MB, PAGE), 0);
	CHECK_EQ(bring(&range, DATA_BASE, 2 * MB), 0);
	CHECK_EQ(range.gpa, DATA_BASE + MB);
	CHECK_EQ(bring(&range, DATA_BASE + MB, PAGE), -EFAULT);
	CHECK_EQ(range.size, PAGE);
	CHECK_EQ(kvm(vm->fd, KVM_PRE_FAULT_MEMORY, &range), -EINVAL);
}

static void nothing(int signal)
{
}

/*
 * A signal that is pending before anything was brought in, and one whose handler comes in the
 * middle.
 */
static void prefault_signals(void)
{
	struct itimerval soon = { .it_value.tv_usec = 200 };
	struct sigaction act = { .sa_handler = nothing };
	struct kvm_pre_fault_memory range;
	u64 left = SIZE;

	setup_with(0, guest_serve, 0);
	sigaction(SIGALRM, &act, NULL);
	memset(&range, 0, sizeof(range));
	range.gpa = DATA_BASE;
	range.size = SIZE;
	for (unsigned int i = 0; range.size && i < 100000; i++) {
		int ret;

		/* later and later, until one gets somewhere */
		soon.it_value.tv_usec = 200 + i;
		setitimer(ITIMER_REAL, &soon, NULL);
		ret = kvm(vcpu->fd, KVM_PRE_FAULT_MEMORY, &range);
		CHECK(ret == 0 || (ret == -EINTR && range.size == left), "%d, %#llx left", ret, range.size);
		CHECK(range.size <= left);
		CHECK_EQ(range.gpa, DATA_BASE + SIZE - range.size);
		left = range.size;
	}
	CHECK_EQ(range.size, 0);
	try_one(READ, SIZE - PAGE, 0);
}

/* It brings what may be had, with those rights. */
static void prefault_rights(void)
{
	struct kvm_pre_fault_memory range;

	setup();
	withhold(MB, MB, ALL);
	withhold(2 * MB, MB, KEEL_MEMORY_NO_WRITE);
	CHECK_EQ(bring(&range, DATA_BASE, SIZE), 0);
	CHECK_EQ(range.size, 0);
	try_one(READ, MB, ALL);
	try_one(WRITE, 2 * MB, KEEL_MEMORY_NO_WRITE);
	try_one(WRITE, 3 * MB, 0);
}

static const struct ktap_case cases[] = {
	{ "brought in, it costs no exit", prefault },
	{ "logged", prefault_logged },
	{ "errors", prefault_errors },
	{ "rights of pages", prefault_rights },
	{ "signals", prefault_signals },
};
KTAP_MAIN(cases)
