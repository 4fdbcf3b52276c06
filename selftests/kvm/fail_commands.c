// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's commands to its ITS while the host has no memory for them. Proves:
 *  - they wait, and none is lost: KVM_RUN says EAGAIN after a while, and a signal comes first
 *  - another vCPU does them if it has the memory; who has not goes on all the same
 *  - a queue that gets on is not given up, nor held up by that of another ITS
 */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include "lib/failing.h"
#include "lib/its.h"

static struct its_machine m;
static struct vm *vm;

#define LPI_AT(cpu)	(LPI + 200u + (cpu))

/* Behind what was queued, without a word to the ITS. */
static void queue(u64 a, u64 b, u64 c)
{
	its_put(QUEUE, &its_queued, a, b, c, 0);
}

static void do_queued(void)
{
	its_work(GITS, its_queued);
}

/* A device with an event, which comes to the vCPU of this number. */
static void queue_event(u64 dev, u64 cpu)
{
	queue(0x08 | dev << 32, 3, VALID | ITT(dev));
	queue(0x0a | dev << 32, (u64)LPI_AT(cpu) << 32 | 3, cpu);
	queue(INT | dev << 32, 3, 0);
}

/* All that the last commands need of the guest's memory is there before them. */
static void guest_queues(u64 arg)
{
	its_usual(DEVICES);
	for (u64 cpu = 0; cpu < 2; cpu++)
		lpi_configure(LPI_AT(cpu), PROP_ON);
	lpis_on(1);
	its_mapc(1, 1, VALID);
	queue_event(2, 0);
	do_queued();
	lpi_expect(1, LPI_AT(0));
	GUEST_SYNC(1, 0);
	queue_event(3, 1);
	do_queued();
	GUEST_SYNC(2, 0);
}

static void guest_many(u64 arg)
{
	its_usual(DEVICES);
	its_mapd(2, ITT(2), 12, VALID);
	for (u64 i = 0; i < arg; i++)
		queue(0x0a | 2ul << 32, (LPI + 1000 + i) << 32 | i, 0);
	GUEST_SYNC(1, 0);
	do_queued();
	GUEST_SYNC(2, 0);
}

#define MANY	1500

/* Commands that are only read: half of the reads fail, and each other one brings some of them. */
static void guest_syncs(u64 arg)
{
	its_usual(DEVICES);
	its_second_on();
	for (u64 i = 0; i < MANY; i++)
		queue(0x05, 0, 0);
	GUEST_SYNC(1, 0);
	do_queued();
	GUEST_SYNC(2, 0);
}

/* A device of the other ITS: it is read, and then there is something to allocate. */
static void guest_maps_second(u64 arg)
{
	u64 offset = 0;

	its_put(QUEUE2, &offset, 0x08 | 3ul << 32, 3, VALID | ITT(3), 0);
	GUEST_SYNC(1, 0);
	its_work(GITS2, offset);
	GUEST_SYNC(2, 0);
}

/* Takes one LPI, asleep until then. */
static void guest_takes(u64 arg)
{
	lpi_cpu_enable();
	GUEST_SYNC(1, 0);
	while (!READ_ONCE(lpi_nr_taken[1])) {
		wfi();
		irq_on();
		isb();
		irq_off();
	}
	GUEST_EQ(lpi_taken[1], LPI_AT(1));
	GUEST_SYNC(2, 0);
}

static void guest_counts(u64 arg)
{
	lpi_cpu_enable();
	for (u64 i = 0;; i++)
		GUEST_SYNC(i, 0);
}

/* Opened before KVM_RUN, which keeps others of the vCPU's calls waiting. */
static int stats[2];

/* The first is at its first sync. */
static void begin_short(void (*second)(u64))
{
	m = its_machine(2, guest_queues, NULL);
	vm = m.vm;
	vcpu_start(&vm->vcpu[1], second, 0);
	for (unsigned int i = 0; i < 2; i++) {
		stats[i] = kvm(vm->vcpu[i].fd, KVM_GET_STATS_FD, 0);
		REQUIRE(stats[i] >= 0, "%d", stats[i]);
	}
	vcpu_sync(&vm->vcpu[0], 1);
}

static void end_short(void)
{
	close(stats[0]);
	close(stats[1]);
	its_machine_free(&m);
}

/* The commands are not there yet, and after this they are. */
static void check_queued(void)
{
	CHECK(its_reg(m.its, GITS_CREADR) != its_reg(m.its, GITS_CWRITER));
	vcpu_sync(&vm->vcpu[0], 2);
	CHECK_EQ(its_reg(m.its, GITS_CREADR), its_reg(m.its, GITS_CWRITER));
}

/* One vCPU alone is told so, each time, and its guest does not go on. */
static void waits(void)
{
	failing_setup();
	begin_short(guest_takes);
	failing_arm_every(1);
	for (unsigned int i = 0; i < 2; i++)
		CHECK_EQ(vcpu_run(&vm->vcpu[0]), -EAGAIN);
	failing_disarm();
	CHECK(kvm_statistic(stats[0], "its_memory_waits") > 0);
	check_queued();
	vcpu_sync(&vm->vcpu[1], 1);
	vcpu_sync(&vm->vcpu[1], 2);
	end_short();
}

/* Between two calls it would be for none of them. */
static void end_run(int sig)
{
	vm->vcpu[0].run->immediate_exit = 1;
}

/* With every call failing. */
static void *run_without_memory(void *arg)
{
	int ret;

	failing_arm_every(1);
	do {
		ret = vcpu_run(&vm->vcpu[0]);
	} while (ret == -EAGAIN);
	failing_disarm();
	return (void *)(long)ret;
}

static void ends_for_signal(void)
{
	pthread_t thread;
	void *ret;

	failing_setup();
	signal(SIGUSR1, end_run);
	begin_short(guest_takes);
	failing_arm_every(0);
	REQUIRE_EQ(pthread_create(&thread, NULL, run_without_memory, NULL), 0);
	while (!failing_struck())
		usleep(1000);
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, &ret);
	CHECK_EQ((long)ret, -EINTR);
	CHECK_EQ(vm->vcpu[0].run->exit_reason, KVM_EXIT_INTR);
	vm->vcpu[0].run->immediate_exit = 0;
	check_queued();
	end_short();
}

static void *run_second(void *arg)
{
	vcpu_sync(&vm->vcpu[1], 2);
	return NULL;
}

/* A vCPU that sleeps, of another thread, has the memory. */
static void another_helps(void)
{
	pthread_t thread;

	failing_setup();
	begin_short(guest_takes);
	vcpu_sync(&vm->vcpu[1], 1);
	REQUIRE_EQ(pthread_create(&thread, NULL, run_second, NULL), 0);
	while (!kvm_statistic(stats[1], "blocking"))
		usleep(1000);
	failing_arm_every(1);
	CHECK_EQ(vcpu_run(&vm->vcpu[0]), -EAGAIN);
	pthread_join(thread, NULL);
	failing_disarm();
	vcpu_sync(&vm->vcpu[0], 2);
	end_short();
}

static void *run_first(void *arg)
{
	int ret;

	do {
		ret = vcpu_run(&vm->vcpu[0]);
	} while (ret == -EAGAIN);
	return (void *)(long)ret;
}

/* Nobody has it: vCPU 1 goes on, whatever it is asked. */
static void others_go_on(void)
{
	pthread_t thread;
	void *ret;

	failing_setup();
	begin_short(guest_counts);
	for (unsigned int i = 0; i < 10; i++)
		vcpu_sync(&vm->vcpu[1], i);
	failing_arm_all_every(1);
	REQUIRE_EQ(pthread_create(&thread, NULL, run_first, NULL), 0);
	while (!failing_struck())
		usleep(1000);
	for (unsigned int i = 10; i < 1000; i++)
		vcpu_sync(&vm->vcpu[1], i);
	failing_disarm_all();
	pthread_join(thread, &ret);
	CHECK_EQ((long)ret, 0);
	CHECK(kvm_statistic(stats[0], "its_memory_waits") > 0);
	CHECK_EQ(kvm_statistic(stats[1], "its_memory_waits"), 0);
	end_short();
}

/* A queue that gets on is never given up, however often it meets a failure. */
static void gets_on(void)
{
	unsigned int n = 400;

	failing_setup();
	m = its_machine_of(vm_new(1, guest_many, n), NULL);
	vm = m.vm;
	vcpu_sync(&vm->vcpu[0], 1);
	failing_arm_every(12);
	vcpu_sync(&vm->vcpu[0], 2);
	CHECK(failing_struck() > 100, "%u", failing_struck());
	failing_disarm();
	vcpu_finish(&vm->vcpu[0]);
	its_machine_free(&m);
}

/*
 * With each second call failing, one gets on slowly and the other not at all: the first is done to
 * the last before KVM_RUN gives up.
 */
static void one_gets_on(void)
{
	int second;

	failing_setup();
	m = its_machine(2, guest_syncs, NULL);
	vm = m.vm;
	second = its_device(vm->fd);
	REQUIRE_EQ(its_set_base(second, GITS2), 0);
	vcpu_start(&vm->vcpu[1], guest_maps_second, 0);
	vcpu_sync(&vm->vcpu[0], 1);
	vcpu_sync(&vm->vcpu[1], 1);
	failing_arm_every(2);
	CHECK_EQ(vcpu_run(&vm->vcpu[1]), -EAGAIN);
	CHECK_EQ(vcpu_run(&vm->vcpu[0]), -EAGAIN);
	failing_disarm();
	CHECK(its_reg(second, GITS_CREADR) != its_reg(second, GITS_CWRITER));
	CHECK_EQ(its_reg(m.its, GITS_CREADR), its_reg(m.its, GITS_CWRITER));
	vcpu_sync(&vm->vcpu[0], 2);
	vcpu_sync(&vm->vcpu[1], 2);
	CHECK_EQ(its_reg(second, GITS_CREADR), its_reg(second, GITS_CWRITER));
	close(second);
	its_machine_free(&m);
}

static const struct ktap_case cases[] = {
	{ "commands-wait", waits, 60 },
	{ "a-signal-comes-first", ends_for_signal, 60 },
	{ "another-vcpu-helps", another_helps, 60 },
	{ "others-go-on", others_go_on, 60 },
	{ "a-queue-gets-on", gets_on, 60 },
	{ "one-of-two-gets-on", one_gets_on, 90 },
};

KTAP_MAIN(cases)
