// SPDX-License-Identifier: GPL-2.0-only
/*
 * Restartable sequences. Proves that a thread which was moved to another CPU in KVM_RUN finds that
 * CPU in its rseq area when KVM_RUN ends, where per-CPU allocators and sched_getcpu() look.
 */
#include <pthread.h>
#include <sched.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lib/vm.h"

#define MOVES	200

static u64 wanted;	/* of the guest's messages, so many */
static u64 seen;

static void guest_when_told(u64 arg)
{
	for (u64 i = 1; i <= MOVES; i++) {
		while (READ_ONCE(wanted) < i)
			;
		GUEST_SYNC(i, 0);
	}
}

static unsigned int cpu_by_area(void)
{
	struct rseq *area = (void *)((char *)__builtin_thread_pointer() + __rseq_offset);

	return READ_ONCE(area->cpu_id);
}

static unsigned int cpu_by_kernel(void)
{
	unsigned int cpu = ~0u;

	syscall(SYS_getcpu, &cpu, NULL, NULL);
	return cpu;
}

/* A vCPU, told from outside where to run. */
static void *run(void *vcpu)
{
	for (u64 i = 1; i <= MOVES; i++) {
		unsigned int area;

		vcpu_sync(vcpu, i);
		area = cpu_by_area();
		CHECK_EQ(area, cpu_by_kernel());
		__atomic_store_n(&seen, i, __ATOMIC_RELEASE);
	}
	return NULL;
}

static void moved(void)
{
	struct vm *vm = vm_new(1, guest_when_told, 0);
	u64 *told = vm_shared(vm, wanted);
	pthread_t thread;
	cpu_set_t cpu;

	if (!__rseq_size)
		ktap_skip("no rseq");
	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		ktap_skip("one CPU");
	REQUIRE_EQ(pthread_create(&thread, NULL, run, &vm->vcpu[0]), 0);
	for (u64 i = 1; i <= MOVES; i++) {
		CPU_ZERO(&cpu);
		CPU_SET(i % 2, &cpu);
		REQUIRE_EQ(pthread_setaffinity_np(thread, sizeof(cpu), &cpu), 0);
		WRITE_ONCE(*told, i);
		while (__atomic_load_n(&seen, __ATOMIC_ACQUIRE) < i)
			sched_yield();
	}
	pthread_join(thread, NULL);
}

static const struct ktap_case cases[] = {
	{ "moved in KVM_RUN", moved, 60 },
};
KTAP_MAIN(cases)
