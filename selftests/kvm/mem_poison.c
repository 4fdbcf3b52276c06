// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that the host's RAS code has taken out of use. Proves:
 *  - a guest's access to it is SIGBUS for the VMM, with the address and with
 *    how much is lost, and the guest goes on where it was once there is other
 *    memory in its place
 *  - what is next to it stays usable
 *  - KVM_PRE_FAULT_MEMORY of it is EHWPOISON, and no signal
 */
#include <signal.h>
#include <stdio.h>
#include <sys/mman.h>
#include "lib/procfs.h"
#include "lib/vm.h"

#ifndef MADV_HWPOISON
#define MADV_HWPOISON	100
#endif

static void guest_touch(u64 size)
{
	volatile u64 *first = (u64 *)DATA_BASE, *last = (u64 *)(DATA_BASE + size - 8);

	*first = 1;
	*last = 2;
	GUEST_SYNC(0, 0);
	GUEST_EQ(*last, 2);
	GUEST_EQ(*first, 0);
}

static volatile sig_atomic_t signals;
static siginfo_t got;

static void on_bus(int sig, siginfo_t *info, void *context)
{
	got = *info;
	signals++;
}

static void touch_poison(char *mem, u64 size, u64 lost, int flags)
{
	struct sigaction act = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO };
	struct vm *vm = vm_new(1, guest_touch, size);
	struct vcpu *vcpu = &vm->vcpu[0];

	sigaction(SIGBUS, &act, NULL);
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, size, mem), 0);
	vcpu_sync(vcpu, 0);
	if (madvise(mem, lost, MADV_HWPOISON))
		ktap_skip("no MADV_HWPOISON");
	signals = 0;	/* that may have told this thread as well */
	for (unsigned int i = 1; i <= 2; i++) {
		CHECK_EQ(vcpu_run(vcpu), -EINTR);
		CHECK_EQ(signals, i);
		CHECK_EQ(got.si_code, BUS_MCEERR_AR);
		CHECK(got.si_addr >= (void *)mem && got.si_addr < (void *)(mem + lost), "%p", got.si_addr);
		CHECK_EQ(1ul << got.si_addr_lsb, lost);
	}
	REQUIRE(mmap(mem, lost, PROT_READ | PROT_WRITE, flags | MAP_FIXED, -1, 0) == mem);
	vcpu_finish(vcpu);
	CHECK_EQ(signals, 2);
}

static void single_page(void)
{
	touch_poison(vm_alloc(2 * PAGE, PAGE), 2 * PAGE, PAGE, MAP_PRIVATE | MAP_ANONYMOUS);
}

static int bring(struct vcpu *vcpu, struct kvm_pre_fault_memory *range, u64 gpa, u64 size)
{
	*range = (struct kvm_pre_fault_memory){ .gpa = gpa, .size = size };
	return kvm(vcpu->fd, KVM_PRE_FAULT_MEMORY, range);
}

static void nothing(u64 arg)
{
}

static void prefaulted(void)
{
	struct vcpu *vcpu = &vm_new(1, nothing, 0)->vcpu[0];
	struct sigaction act = { .sa_sigaction = on_bus, .sa_flags = SA_SIGINFO };
	char *mem = vm_alloc(3 * PAGE, PAGE);
	struct kvm_pre_fault_memory range;

	if (kvm_cap(KVM_CAP_PRE_FAULT_MEMORY) != 1)
		ktap_skip("no KVM_CAP_PRE_FAULT_MEMORY");
	sigaction(SIGBUS, &act, NULL);
	for (unsigned int i = 0; i < 3; i++)
		mem[i * PAGE] = 1;
	REQUIRE_EQ(vm_slot(vcpu->vm->fd, 1, 0, DATA_BASE, 3 * PAGE, mem), 0);
	if (madvise(mem + PAGE, PAGE, MADV_HWPOISON))
		ktap_skip("no MADV_HWPOISON");
	signals = 0;	/* that may have told this thread as well */
	/* as far as there is memory */
	CHECK_EQ(bring(vcpu, &range, DATA_BASE, 3 * PAGE), 0);
	CHECK_EQ(range.gpa, DATA_BASE + PAGE);
	CHECK_EQ(bring(vcpu, &range, range.gpa, range.size), -EHWPOISON);
	CHECK_EQ(range.gpa, DATA_BASE + PAGE);
	CHECK_EQ(range.size, 2 * PAGE);
	CHECK_EQ(bring(vcpu, &range, DATA_BASE + 2 * PAGE, PAGE), 0);
	CHECK_EQ(signals, 0);
}

static void write_number(const char *path, unsigned int n)
{
	FILE *f = fopen(path, "w");

	if (f) {
		fprintf(f, "%u\n", n);
		fclose(f);
	}
}

static void huge_page(void)
{
	int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB;
	u64 size = proc_number("/proc/meminfo", "Hugepagesize") * 1024;
	char *mem;

	write_number("/proc/sys/vm/nr_hugepages", 3);
	mem = size ? mmap(NULL, 2 * size, PROT_READ | PROT_WRITE, flags, -1, 0) : MAP_FAILED;
	if (mem == MAP_FAILED)
		ktap_skip("no huge pages");
	touch_poison(mem, 2 * size, size, flags);
	munmap(mem, 2 * size);
	write_number("/proc/sys/vm/nr_hugepages", 0);
}

static const struct ktap_case cases[] = {
	{ "a page", single_page },
	{ "a huge page", huge_page },
	{ "before it is touched", prefaulted },
};
KTAP_MAIN(cases)
