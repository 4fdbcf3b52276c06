// SPDX-License-Identifier: GPL-2.0-only
/* The part of the benchmark about VMs with many irqfds. */
#include <fcntl.h>
#include <linux/kvm.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>
#include "bench.h"

static void make_eventfds(int (*fds)[2], unsigned int n)
{
	struct rlimit limit = { 2 * n + 100, 2 * n + 100 };

	REQUIRE_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (unsigned int i = 0; i < n; i++) {
		fds[i][0] = eventfd(0, EFD_NONBLOCK);
		fds[i][1] = eventfd(0, EFD_NONBLOCK);
		REQUIRE(fds[i][0] >= 0 && fds[i][1] >= 0);
	}
}

static void set_irqfd(int vm, const int *fds, unsigned int gsi, unsigned int flags)
{
	struct kvm_irqfd a = { .fd = fds[0], .gsi = gsi, .resamplefd = fds[1], .flags = flags };

	REQUIRE_EQ(kvm(vm, KVM_IRQFD, &a), 0);
}

static int vm_with_lines(void)
{
	int vm = vm_fd(0);

	close(vcpu_fd(vm, 0));
	close(bench_add_gic(vm, 992));
	return vm;
}

/*
 * The end of a VM with many irqfds that may hold up as many lines: for each. What
 * looks through all of them for each one shows here, since they are a thousand.
 */
void bench_irqfds_end(void)
{
	static int fds[N_IRQFDS_END][2];
	int vm;

	make_eventfds(fds, N_IRQFDS_END);
	for (unsigned int batch = 0; batch < BATCHES; batch++) {
		vm = vm_with_lines();
		for (unsigned int i = 0; i < N_IRQFDS_END; i++)
			set_irqfd(vm, fds[i], i % (992 - 32), KVM_IRQFD_FLAG_RESAMPLE);
		BEGIN(IRQFDS_END);
		close(vm);
		END(IRQFDS_END);
		usleep(30000);
	}
}

/*
 * A single irqfd with a line of its own is deassigned while four thousand others hold up
 * other lines. What looks through all of them for each one shows here.
 */
#define OTHERS		4000
#define OWN_GSI		900

void bench_irqfd_deassign(void)
{
	static int fds[OTHERS + N_IRQFD_DEASSIGN][2];
	int (*own)[2] = fds + OTHERS, vm = vm_with_lines();

	make_eventfds(fds, OTHERS + N_IRQFD_DEASSIGN);
	for (unsigned int i = 0; i < OTHERS; i++)
		set_irqfd(vm, fds[i], i % OWN_GSI, KVM_IRQFD_FLAG_RESAMPLE);
	for (unsigned int batch = 0; batch < BATCHES; batch++) {
		for (unsigned int i = 0; i < N_IRQFD_DEASSIGN; i++)
			set_irqfd(vm, own[i], OWN_GSI + i, KVM_IRQFD_FLAG_RESAMPLE);
		BEGIN(IRQFD_DEASSIGN);
		for (unsigned int i = 0; i < N_IRQFD_DEASSIGN; i++)
			set_irqfd(vm, own[i], OWN_GSI + i, KVM_IRQFD_FLAG_DEASSIGN);
		END(IRQFD_DEASSIGN);
	}
	close(vm);
}
