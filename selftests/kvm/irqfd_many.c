// SPDX-License-Identifier: GPL-2.0-only
/*
 * Thousands of irqfds in one VM, several on a line. Proves that the VM's end ends each of
 * them: what is signalled until then is taken, what is signalled after it stays. What an
 * end costs is counted by the benchmark (irqfds-end), which also sees if it grows with
 * the number of the others.
 */
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>
#include "lib/gic.h"

#define MANY	4000
#define LINES	900

static int fds[2 * MANY];

static void make_eventfds(void)
{
	struct rlimit limit = { 2 * MANY + 100, 2 * MANY + 100 };

	REQUIRE_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (unsigned int i = 0; i < 2 * MANY; i++) {
		fds[i] = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
		REQUIRE(fds[i] >= 0);
	}
}

static int vm_with_irqfds(void)
{
	int vm = vm_fd(0), gic = gic_create(vm);
	u64 redist = GICR_BASE;

	close(vcpu_fd(vm, 0));
	gic_attr(gic, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, &redist);
	gic_init(gic, 1024);
	close(gic);
	for (unsigned int i = 0; i < MANY; i++) {
		struct kvm_irqfd a = { .fd = fds[2 * i], .gsi = i % LINES, .flags = KVM_IRQFD_FLAG_RESAMPLE,
				       .resamplefd = fds[2 * i + 1] };

		REQUIRE_EQ(kvm(vm, KVM_IRQFD, &a), 0);
	}
	return vm;
}

/* How many of them keep what is signalled. */
static unsigned int kept(void)
{
	unsigned int n = 0;
	u64 one = 1;

	for (unsigned int i = 0; i < MANY; i++) {
		REQUIRE_EQ(write(fds[2 * i], &one, 8), 8);
		n += read(fds[2 * i], &one, 8) == 8;
	}
	return n;
}

static void end_of_each(void)
{
	int vm;

	make_eventfds();
	vm = vm_with_irqfds();
	CHECK_EQ(kept(), 0);
	close(vm);
	CHECK_EQ(kept(), MANY);
}

static const struct ktap_case cases[] = {
	{ "the VM's end is the end of each", end_of_each, 120 },
};
KTAP_MAIN(cases)
