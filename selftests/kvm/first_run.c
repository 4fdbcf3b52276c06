// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vCPU's first run, and another thread that changes meanwhile what the first run looks
 * at. Proves that one comes before the other:
 *  - a PSCI version that is set then is the one that the guest is told, by EL2 too
 *  - timers that are both moved to one interrupt refuse the run, or cannot be moved
 * The threads meet at moments that differ from try to try.
 */
#include <pthread.h>
#include <sched.h>
#include <unistd.h>
#include "lib/gic.h"

#define FN_VERSION	0x84000000
#define PSCI_0_2	0x2
#define PSCI_1_0	0x10000
#define VCPUS		8		/* a GICv2 has no more */

static struct vm *vm;
static u64 go, done;		/* numbers of tries */
static unsigned int delay;	/* of the other thread, loops */

static void await(u64 *word, u64 n)
{
	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) < n)
		sched_yield();
}

static void publish(u64 *word, u64 n)
{
	__atomic_store_n(word, n, __ATOMIC_RELEASE);
}

static void spin(unsigned int loops)
{
	for (volatile unsigned int i = 0; i < loops; i++)
		;
}

/* From here on both are on their way: now the one comes first and now the other. */
static void start(u64 n, unsigned int try)
{
	delay = try * 37 % 4000;
	publish(&go, n);
	spin(try * 61 % 4000);
}

static void guest_version(u64 arg)
{
	GUEST_SYNC(guest_hvc(FN_VERSION, 0, 0, 0).a0, 0);
}

static void *set_versions(void *unused)
{
	for (u64 n = 1; n < VCPUS; n++) {
		u64 version = n & 1 ? PSCI_0_2 : PSCI_1_0;

		await(&go, n);
		spin(delay);
		CHECK_EQ(reg_set(vm->vcpu[0].fd, KVM_REG_ARM_PSCI_VERSION, &version), 0);
		publish(&done, n);
	}
	return NULL;
}

static void version(void)
{
	pthread_t other;

	for (unsigned int i = 0; i < ktap_times(80); i++) {
		vm = vm_new(VCPUS, guest_version, 0);
		go = done = 0;
		REQUIRE_EQ(pthread_create(&other, NULL, set_versions, NULL), 0);
		for (u64 n = 1; n < VCPUS; n++) {
			struct vcpu *vcpu = &vm->vcpu[n];

			vcpu_start(vcpu, guest_version, 0);
			vcpu->run->immediate_exit = 1;
			start(n, i * VCPUS + n);
			CHECK_EQ(vcpu_run(vcpu), -EINTR);
			await(&done, n);
			vcpu->run->immediate_exit = 0;
			vcpu_sync(vcpu, n & 1 ? PSCI_0_2 : PSCI_1_0);
		}
		pthread_join(other, NULL);
		vm_free(vm);
	}
}

static int move_timer(struct vcpu *vcpu, u64 timer, u32 ppi)
{
	return device_attr(vcpu->fd, KVM_SET_DEVICE_ATTR, KVM_ARM_VCPU_TIMER_CTRL, timer, &ppi);
}

static int moved;

static void *move_timers(void *unused)
{
	await(&go, 1);
	spin(delay);
	moved = move_timer(&vm->vcpu[1], KVM_ARM_VCPU_TIMER_IRQ_VTIMER, 30);
	return NULL;
}

static void timers(void)
{
	unsigned int runs = 0, moves = 0;
	pthread_t other;

	for (unsigned int i = 0; i < ktap_times(200); i++) {
		int ret;

		vm = vm_new(2, guest_version, 0);
		close(gic_new(vm, 64));
		go = 0;
		REQUIRE_EQ(move_timer(&vm->vcpu[1], KVM_ARM_VCPU_TIMER_IRQ_PTIMER, 30), 0);
		REQUIRE_EQ(pthread_create(&other, NULL, move_timers, NULL), 0);
		vm->vcpu[0].run->immediate_exit = 1;
		start(1, i);
		ret = vcpu_run(&vm->vcpu[0]);
		pthread_join(other, NULL);
		if (ret == -EINTR)
			CHECK_EQ(moved, -EBUSY);
		else if (CHECK_EQ(ret, -EINVAL))
			CHECK_EQ(moved, 0);
		runs += ret == -EINTR;
		moves += !moved;
		vm_free(vm);
	}
	ktap_note("the run came first %u times, the timer's move %u times", runs, moves);
}

static const struct ktap_case cases[] = {
	{ "a PSCI version is set during the first run", version, 120 },
	{ "a timer's interrupt is moved during the first run", timers, 120 },
};
KTAP_MAIN(cases)
