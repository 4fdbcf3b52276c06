// SPDX-License-Identifier: GPL-2.0-only
/*
 * RCU Tasks, for which those wait who take a tracer or a probe away. Proves that a vCPU whose guest
 * is always at work does not hold it up. The module rcu_tasks (../run/rcu) waits for it when it is
 * loaded.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lib/vm.h"

static u64 turns, stop_guest;

static void guest_spin(u64 arg)
{
	while (!READ_ONCE(stop_guest))
		WRITE_ONCE(turns, turns + 1);
}

/* Alone on its CPU: nobody else makes it go elsewhere. */
static void *run(void *vcpu)
{
	cpu_set_t cpu;

	CPU_ZERO(&cpu);
	CPU_SET(1, &cpu);
	sched_setaffinity(0, sizeof(cpu), &cpu);
	vcpu_finish(vcpu);
	return NULL;
}

static void seen_while_running(void)
{
	int module = open("/t/rcu_tasks.ko", O_RDONLY);
	pthread_t thread;
	struct vm *vm;
	u64 *now;

	if (module < 0)
		ktap_skip("without the module rcu_tasks");
	vm = vm_new(1, guest_spin, 0);
	now = vm_shared(vm, turns);
	REQUIRE_EQ(pthread_create(&thread, NULL, run, &vm->vcpu[0]), 0);
	while (READ_ONCE(*now) < 1000)
		usleep(1000);
	CHECK_EQ(syscall(SYS_finit_module, module, "", 0), 0);
	CHECK_EQ(syscall(SYS_delete_module, "rcu_tasks", 0), 0);
	WRITE_ONCE(*vm_shared(vm, stop_guest), 1);
	pthread_join(thread, NULL);
}

static const struct ktap_case cases[] = {
	{ "a busy vCPU is seen", seen_while_running, 300 },
};
KTAP_MAIN(cases)
