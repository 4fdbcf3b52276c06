// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUs of the host go and come while vCPUs run. Proves that the guests go on,
 * with their memory, timers and registers, and that a VM can be made and run
 * after. Skipped where CPUs cannot be taken off.
 */
#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include "lib/vm.h"

#define PAGES	512	/* for each vCPU */

static u64 stop_guests, progress[2];

static void guest_busy(u64 seed)
{
	unsigned int cpu = guest_cpu();
	u64 last = 0;

	msr(tpidr_el1, seed);
	msr(tpidr_el0, ~seed);
	for (u64 i = 0; !load_acquire(&stop_guests); i++) {
		u64 t = mrs(cntvct_el0);
		volatile u64 *p = (u64 *)(DATA_BASE + (cpu * PAGES + i % PAGES) * PAGE);

		GUEST_ASSERT(t >= last);
		last = t;
		GUEST_EQ(mrs(tpidr_el1), seed);
		GUEST_EQ(mrs(tpidr_el0), ~seed);
		if (i >= PAGES)
			GUEST_EQ(*p, seed + i - PAGES);
		*p = seed + i;
		WRITE_ONCE(progress[cpu], i + 1);
		if (i % 64 == 0)
			GUEST_SYNC(i, 0);
	}
}

static void *run_thread(void *arg)
{
	vcpu_finish(arg);
	return NULL;
}

/* Do both vCPUs go on from here? */
static bool make_progress(volatile u64 *count)
{
	unsigned int naps = 120 * 500;

	for (int i = 0; i < 2; i++)
		for (u64 before = count[i]; count[i] < before + 200; usleep(2000))
			if (!naps--)
				return false;
	return true;
}

static void offline_online(void)
{
	pthread_t threads[2];
	struct vm *vm;
	volatile u64 *count;

	if (nr_cpus() < 2 || !set_cpu_online(1, false))
		ktap_skip("CPU 1 cannot be taken off");
	REQUIRE(set_cpu_online(1, true));
	vm = vm_new(2, guest_busy, 1ul << 40);
	count = *vm_shared(vm, progress);
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, 2 * PAGES * PAGE, vm_alloc(2 * PAGES * PAGE, PAGE)), 0);
	vcpu_start(&vm->vcpu[1], guest_busy, 2ul << 40);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, run_thread, &vm->vcpu[i]);
	for (unsigned int i = 0; i < ktap_times(8); i++) {
		bool goes_on;

		REQUIRE(set_cpu_online(1, false));
		goes_on = make_progress(count);
		REQUIRE(set_cpu_online(1, true));
		REQUIRE(goes_on);
		REQUIRE(make_progress(count));
	}
	store_release(vm_shared(vm, stop_guests), 1);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
}

static void guest_once(u64 arg)
{
	GUEST_EQ(arg, 7);
}

/* On a CPU that came back; and VMs that are made with it gone. */
static void made_after(void)
{
	if (nr_cpus() < 2 || !set_cpu_online(1, false))
		ktap_skip("CPU 1 cannot be taken off");
	for (int i = 0; i < 3; i++) {
		struct vm *vm = vm_new(1, guest_once, 7);

		REQUIRE(set_cpu_online(1, true));
		REQUIRE(pin_to(1));
		vcpu_finish(&vm->vcpu[0]);
		vm_free(vm);
		REQUIRE(pin_to(0));
		REQUIRE(set_cpu_online(1, false));
	}
	REQUIRE(set_cpu_online(1, true));
}

static const struct ktap_case cases[] = {
	{ "CPU off and on under vCPUs", offline_online, 60 },
	{ "VMs on a CPU that came back", made_after, 60 },
};
KTAP_MAIN(cases)
