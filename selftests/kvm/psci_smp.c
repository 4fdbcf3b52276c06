// SPDX-License-Identifier: GPL-2.0-only
/*
 * PSCI and SMCCC with several vCPUs. Proves:
 *  - CPU_ON starts vCPUs with their argument, by HVC and SMC, 32 and 64-bit;
 *    ALREADY_ON and INVALID_PARAMETERS; AFFINITY_INFO
 *  - CPU_OFF, and on again from reset state
 *  - CPU_SUSPEND wakes by an interrupt; VERSION, FEATURES, MIGRATE_INFO_TYPE
 *  - a stopped vCPU blocks in KVM_RUN, also with a CPU_ON that it did not see;
 *    SYSTEM_OFF stops all
 *  - a host that sets MP_STATE starts and stops vCPUs
 *  - SMCCC version and features, unknown functions, TRNG where offered
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include "lib/vm.h"

#define FN_VERSION		0x84000000
#define FN_SUSPEND32		0x84000001
#define FN_SUSPEND		0xc4000001
#define FN_OFF		0x84000002
#define FN_ON32		0x84000003
#define FN_ON			0xc4000003
#define FN_AFFINITY_INFO32	0x84000004
#define FN_AFFINITY_INFO	0xc4000004
#define FN_MIGRATE_INFO_TYPE	0x84000006
#define FN_SYSTEM_OFF		0x84000008
#define FN_SYSTEM_RESET	0x84000009
#define FN_FEATURES		0x8400000a
#define SMCCC_VERSION		0x80000000
#define SMCCC_ARCH_FEATURES	0x80000001
#define TRNG_VERSION		0x84000050
#define TRNG_FEATURES		0x84000051
#define TRNG_RND64		0xc4000053

#define NOT_SUPPORTED		((u64)-1)
#define INVALID_PARAMETERS	((u64)-2)
#define ALREADY_ON		((u64)-4)

#define N	4

/* 32-bit calls return 32-bit values. */
static u64 call(u64 fn, u64 a, u64 b, u64 c)
{
	u64 ret = guest_hvc(fn, a, b, c).a0;

	return fn & 1u << 30 ? ret : (u64)(s64)(int)ret;
}

/* --- shared by guests: one slot per vCPU --- */
static u64 alive[N], argument[N], rounds[N], go;

static void wait_until(const u64 *p, u64 v)
{
	while (load_acquire(p) != v)
		;
}

static void wait_off(u64 cpu)
{
	while (call(FN_AFFINITY_INFO, cpu, 0, 0) != 1)
		;
}

static void secondary(u64 arg)
{
	unsigned int cpu = guest_cpu();

	argument[cpu] = arg;
	rounds[cpu]++;
	store_release(&alive[cpu], 1);
	wait_until(&go, 1);
	store_release(&alive[cpu], 0);
	call(FN_OFF, 0, 0, 0);
	guest_ucall(UCALL_FAIL, (u64)"CPU_OFF returned", 0, cpu, 0);
}

static void start_one(u64 fn, u64 cpu, bool smc)
{
	u64 arg = fn & 1u << 30 ? 0xabcd000000000000ul + cpu : 0xabcd0000 + cpu;
	struct smccc r;

	GUEST_EQ(call(FN_AFFINITY_INFO, cpu, 0, 0), 1);
	if (smc)
		r = guest_smc(fn, cpu, (u64)guest_secondary, arg);
	else
		r = guest_hvc(fn, cpu, (u64)guest_secondary, arg);
	GUEST_EQ(r.a0, 0);
	wait_until(&alive[cpu], 1);
	GUEST_EQ(argument[cpu], arg);
	GUEST_EQ(call(FN_AFFINITY_INFO, cpu, 0, 0), 0);
	GUEST_EQ(call(FN_ON, cpu, (u64)guest_secondary, 0), ALREADY_ON);
}

static void guest_on_off(u64 turns)
{
	guest_secondary_fn = secondary;
	for (u64 i = 0; i < turns; i++) {
		store_release(&go, 0);
		start_one(FN_ON, 1, false);
		start_one(FN_ON32, 2, false);
		start_one(FN_ON, 3, true);
		GUEST_EQ(call(FN_ON, 0, (u64)guest_secondary, 0), ALREADY_ON);
		store_release(&go, 1);
		for (u64 cpu = 1; cpu < N; cpu++) {
			wait_off(cpu);
			GUEST_EQ(rounds[cpu], i + 1);
		}
	}
	call(FN_SYSTEM_OFF, 0, 0, 0);
}

/* --- the host runs each vCPU in a thread until a system event --- */

static volatile bool stop;
static volatile unsigned int nr_events, last_event;

static volatile pid_t tids[N];

static void *vcpu_thread(void *arg)
{
	struct vcpu *vcpu = arg;
	struct ucall uc;

	tids[vcpu->id] = gettid();
	while (!stop) {
		int ret = vcpu_run(vcpu);

		if (ret == -EINTR)
			continue;
		REQUIRE_EQ(ret, 0);
		if (vcpu->run->exit_reason == KVM_EXIT_SYSTEM_EVENT) {
			last_event = vcpu->run->system_event.type;
			nr_events++;
			return NULL;
		}
		REQUIRE(vcpu_is_ucall(vcpu, &uc), "vCPU %u exit %u", vcpu->id,
			vcpu->run->exit_reason);
		if (uc.cmd == UCALL_FAIL || uc.cmd == UCALL_EXCEPTION) {
			ktap_fail("guest", uc.b, "vCPU %u: %s is %#lx, want %#lx", vcpu->id,
				  uc.cmd == UCALL_FAIL ? (char *)uc.a : "exception, PC",
				  uc.c, uc.d);
			ktap_end();
		}
		if (uc.cmd == UCALL_DONE)
			return NULL;
	}
	return NULL;
}

static void nothing(int sig)
{
}

static pthread_t threads[N];

static void run_all(struct vm *vm, unsigned int n)
{
	struct sigaction act = { .sa_handler = nothing };

	sigaction(SIGUSR1, &act, NULL);
	for (unsigned int i = 0; i < n; i++)
		pthread_create(&threads[i], NULL, vcpu_thread, &vm->vcpu[i]);
}

/* vCPU 0 ends by itself; the others are stopped and blocked by then. */
static void stop_all(struct vm *vm, unsigned int n)
{
	struct kvm_mp_state state;

	pthread_join(threads[0], NULL);
	stop = true;
	for (unsigned int i = 1; i < n; i++) {
		vm->vcpu[i].run->immediate_exit = 1;
		pthread_kill(threads[i], SIGUSR1);
		pthread_join(threads[i], NULL);
		CHECK_EQ(kvm(vm->vcpu[i].fd, KVM_GET_MP_STATE, &state), 0);
		CHECK_EQ(state.mp_state, KVM_MP_STATE_STOPPED);
	}
}

static void on_off(void)
{
	struct vm *vm = vm_new(N, guest_on_off, 20);

	run_all(vm, N);
	stop_all(vm, N);
	CHECK_EQ(nr_events, 1);
	CHECK_EQ(last_event, KVM_SYSTEM_EVENT_SHUTDOWN);
}

/* The state letter of one of this process's threads, 0 if there is none. */
static char thread_state(pid_t tid)
{
	char path[64], line[256] = "", *name_end;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	fd = open(path, O_RDONLY);
	if (fd < 0 || read(fd, line, sizeof(line) - 1) < 0)
		return 0;
	close(fd);
	name_end = strrchr(line, ')');
	return name_end ? name_end[2] : 0;
}

/*
 * All vCPUs run when one asks for SYSTEM_OFF: none runs on. A thread that spins in KVM_RUN never
 * sleeps.
 */
static void spin(u64 arg)
{
	unsigned int cpu = guest_cpu();

	WRITE_ONCE(rounds[cpu], 1);
	store_release(&alive[cpu], 1);
	for (;;)
		WRITE_ONCE(rounds[cpu], rounds[cpu] + 1);
}

static void guest_system_off(u64 arg)
{
	guest_secondary_fn = spin;
	for (u64 cpu = 1; cpu < N; cpu++) {
		GUEST_EQ(call(FN_ON, cpu, (u64)guest_secondary, 0), 0);
		wait_until(&alive[cpu], 1);
	}
	call(arg, 0, 0, 0);
}

static void off_stops_all(u64 fn, u32 event)
{
	struct vm *vm = vm_new(N, guest_system_off, fn);
	volatile u64 *count = *vm_shared(vm, rounds);
	u64 before[N];

	stop = false;
	run_all(vm, N);
	pthread_join(threads[0], NULL);
	CHECK_EQ(last_event, event);
	for (int i = 1; i < N; i++) {
		while (thread_state(tids[i]) != 'S')
			usleep(1000);
		before[i] = count[i];
	}
	usleep(20000);
	for (int i = 1; i < N; i++)
		CHECK(count[i] == before[i] && count[i], "vCPU %d", i);
	stop_all(vm, N);
	vm_free(vm);
}

static void system_off(void)
{
	off_stops_all(FN_SYSTEM_OFF, KVM_SYSTEM_EVENT_SHUTDOWN);
}

static void system_reset(void)
{
	off_stops_all(FN_SYSTEM_RESET, KVM_SYSTEM_EVENT_RESET);
}

/* --- answers --- */

static void guest_answers(u64 arg)
{
	u64 version = call(FN_VERSION, 0, 0, 0);

	GUEST_ASSERT(version >= 0x10000 && version <= 0x10003);
	GUEST_EQ(call(FN_FEATURES, FN_VERSION, 0, 0), 0);
	GUEST_EQ(call(FN_FEATURES, FN_ON, 0, 0), 0);
	GUEST_EQ(call(FN_FEATURES, FN_ON32, 0, 0), 0);
	GUEST_EQ(call(FN_FEATURES, FN_OFF, 0, 0), 0);
	GUEST_EQ(call(FN_FEATURES, FN_SUSPEND, 0, 0), 0);
	GUEST_EQ(call(FN_FEATURES, FN_AFFINITY_INFO, 0, 0), 0);
	GUEST_EQ(call(FN_FEATURES, FN_SYSTEM_OFF, 0, 0), 0);
	GUEST_EQ(call(FN_FEATURES, FN_SYSTEM_RESET, 0, 0), 0);
	GUEST_EQ(call(FN_FEATURES, SMCCC_VERSION, 0, 0), 0);
	GUEST_EQ(call(FN_FEATURES, 0x84000077, 0, 0), NOT_SUPPORTED);
	GUEST_EQ(call(FN_MIGRATE_INFO_TYPE, 0, 0, 0), 2);
	GUEST_EQ(call(FN_ON, 77, 0, 0), INVALID_PARAMETERS);
	GUEST_EQ(call(FN_ON, 0x10000, 0, 0), INVALID_PARAMETERS);
	GUEST_EQ(call(FN_ON, 0xff000001ul, 0, 0), INVALID_PARAMETERS);
	GUEST_EQ(call(FN_AFFINITY_INFO, 77, 0, 0), INVALID_PARAMETERS);
	GUEST_EQ(call(FN_AFFINITY_INFO, 0, 4, 0), INVALID_PARAMETERS);
	GUEST_EQ(call(FN_AFFINITY_INFO, 0, 0, 0), 0);
	GUEST_EQ(call(FN_AFFINITY_INFO32, 0, 0, 0), 0);
	GUEST_EQ(call(FN_AFFINITY_INFO, 1, 0, 0), 1);
	GUEST_EQ(call(FN_AFFINITY_INFO, 0, 1, 0), 0);	/* one of its group is on */
	GUEST_ASSERT(call(SMCCC_VERSION, 0, 0, 0) >= 0x10001);
	GUEST_EQ(call(SMCCC_ARCH_FEATURES, 0x80007777, 0, 0), NOT_SUPPORTED);
	/* Functions nobody knows, in every range. */
	GUEST_EQ(call(0x84000077, 0, 0, 0), NOT_SUPPORTED);
	GUEST_EQ(call(0x8400ffff, 0, 0, 0), NOT_SUPPORTED);
	GUEST_EQ(call(0xc600ffff, 0, 0, 0), NOT_SUPPORTED);
	GUEST_EQ(call(0xc4ffffff, 0, 0, 0), NOT_SUPPORTED);
	GUEST_EQ(call(0x12345678, 0, 0, 0), NOT_SUPPORTED);
}

static void answers(void)
{
	vcpu_finish(&vm_new(2, guest_answers, 0)->vcpu[0]);
}

static void guest_registers(u64 arg)
{
	struct smccc r;

	/* x1 to x3 keep their values over calls that return one. */
	r = guest_hvc(FN_VERSION, 0x1111, 0x2222, 0x3333);
	GUEST_ASSERT(r.a1 == 0x1111 || r.a1 == 0);
	r = guest_smc(FN_VERSION, 0x1111, 0x2222, 0x3333);
	GUEST_ASSERT(r.a0 >= 0x10000);
}

static void registers(void)
{
	vcpu_finish(&vm_new(1, guest_registers, 0)->vcpu[0]);
}

static void guest_trng(u64 arg)
{
	struct smccc r = guest_hvc(TRNG_VERSION, 0, 0, 0), s;

	if ((int)r.a0 < 0) {
		GUEST_SYNC(1, 0);
		return;
	}
	GUEST_EQ(guest_hvc(TRNG_FEATURES, TRNG_RND64, 0, 0).a0, 0);
	GUEST_EQ(guest_hvc(TRNG_RND64, 193, 0, 0).a0, INVALID_PARAMETERS);
	r = guest_hvc(TRNG_RND64, 192, 0, 0);
	s = guest_hvc(TRNG_RND64, 192, 0, 0);
	GUEST_EQ(r.a0, 0);
	GUEST_EQ(s.a0, 0);
	GUEST_ASSERT(r.a1 != s.a1 || r.a2 != s.a2 || r.a3 != s.a3);
	r = guest_hvc(TRNG_RND64, 8, 0, 0);
	GUEST_EQ(r.a1 | r.a2, 0);
	GUEST_EQ(r.a3 & ~0xfful, 0);
}

static void trng(void)
{
	if (vcpu_ucall(&vm_new(1, guest_trng, 0)->vcpu[0]).cmd == UCALL_SYNC)
		ktap_skip("no TRNG");
}

/* --- CPU_SUSPEND --- */

static u64 nr_irq;

static void take_irq(struct guest_regs *regs)
{
	nr_irq++;
	GUEST_SYNC(100, 0);
}

static void guest_suspend(u64 arg)
{
	guest_on(VEC_IRQ, take_irq);
	GUEST_SYNC(1, 0);
	GUEST_EQ(call(FN_SUSPEND, 0, (u64)guest_secondary, 0), 0);
	GUEST_EQ(nr_irq, 0);
	irq_on();
	isb();
	GUEST_EQ(nr_irq, 1);
}

static void *raise_later(void *arg)
{
	usleep(30000);
	REQUIRE_EQ(vcpu_irq(arg, KVM_ARM_IRQ_CPU_IRQ, true), 0);
	return NULL;
}

static void suspend(void)
{
	struct vcpu *vcpu = &vm_new(1, guest_suspend, 0)->vcpu[0];
	pthread_t thread;

	vcpu_sync(vcpu, 1);
	pthread_create(&thread, NULL, raise_later, vcpu);
	vcpu_sync(vcpu, 100);
	pthread_join(thread, NULL);
	REQUIRE_EQ(vcpu_irq(vcpu, KVM_ARM_IRQ_CPU_IRQ, false), 0);
	vcpu_finish(vcpu);
}

/* --- the host's MP_STATE --- */

static void guest_sync_once(u64 arg)
{
	GUEST_SYNC(arg, 0);
}

static void mp_state(void)
{
	struct kvm_mp_state state = { KVM_MP_STATE_STOPPED };
	struct sigaction act = { .sa_handler = nothing };
	struct itimerval often = { { 1, 0 }, { 1, 0 } }, never = {};
	struct vm *vm = vm_new(2, guest_sync_once, 1);
	struct vcpu *vcpu = &vm->vcpu[0];

	sigaction(SIGALRM, &act, NULL);
	REQUIRE_EQ(kvm(vcpu->fd, KVM_SET_MP_STATE, &state), 0);
	/* not once: that might be before the call */
	setitimer(ITIMER_REAL, &often, NULL);
	CHECK_EQ(vcpu_run(vcpu), -EINTR);	/* blocks until then */
	setitimer(ITIMER_REAL, &never, NULL);
	state.mp_state = KVM_MP_STATE_RUNNABLE;
	REQUIRE_EQ(kvm(vcpu->fd, KVM_SET_MP_STATE, &state), 0);
	vcpu_sync(vcpu, 1);
	vcpu_start(&vm->vcpu[1], guest_sync_once, 2);
	vcpu_sync(&vm->vcpu[1], 2);
}

/* CPU_ON resets what the host or an earlier life left. */
static void guest_reset_state(u64 arg)
{
	GUEST_EQ(call(FN_ON, 1, (u64)guest_secondary, 0x77), 0);
	GUEST_SYNC(1, 0);
}

static void reset_state(void)
{
	struct vm *vm = vm_new(2, guest_reset_state, 0);
	struct vcpu *vcpu = &vm->vcpu[1];

	reg_write(vcpu, REG_X(9), 0x999);
	reg_write(vcpu, REG_SCTLR, reg_read(vcpu, REG_SCTLR) | 0x1005);
	vcpu_sync(&vm->vcpu[0], 1);
	/* Not yet run, but what the host sees is the reset state. */
	vcpu->run->immediate_exit = 1;
	CHECK_EQ(vcpu_run(vcpu), -EINTR);
	CHECK_EQ(reg_read(vcpu, REG_PC), (u64)guest_secondary);
	CHECK_EQ(reg_read(vcpu, REG_X(0)), 0x77);
	CHECK_EQ(reg_read(vcpu, REG_PSTATE), 0x3c5);
	CHECK_EQ(reg_read(vcpu, REG_SCTLR) & 0x1005, 0);
}

/* --- turned on, and off again before it ran --- */

struct runner {
	struct vcpu *vcpu;
	volatile pid_t tid;
	int ret;
};

static void *run_until_signal(void *arg)
{
	struct runner *r = arg;

	r->tid = gettid();
	r->ret = vcpu_run(r->vcpu);
	return NULL;
}

/* A thread that spins in KVM_RUN never sleeps, however busy the machine is. */
static void reset_while_stopped(void)
{
	struct vm *vm = vm_new(2, guest_reset_state, 0);
	struct kvm_mp_state stopped = { KVM_MP_STATE_STOPPED };
	struct sigaction act = { .sa_handler = nothing };
	struct runner r = { &vm->vcpu[1] };
	pthread_t thread;

	sigaction(SIGUSR1, &act, NULL);
	vcpu_sync(&vm->vcpu[0], 1);
	REQUIRE_EQ(kvm(r.vcpu->fd, KVM_SET_MP_STATE, &stopped), 0);
	REQUIRE_EQ(pthread_create(&thread, NULL, run_until_signal, &r), 0);
	while (!r.tid || thread_state(r.tid) != 'S')
		usleep(1000);
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, NULL);
	CHECK_EQ(r.ret, -EINTR);
}

static const struct ktap_case cases[] = {
	{ "CPU_ON and CPU_OFF", on_off },
	{ "SYSTEM_OFF stops all vCPUs", system_off },
	{ "SYSTEM_RESET stops all vCPUs", system_reset },
	{ "answers", answers },
	{ "registers over calls", registers },
	{ "TRNG", trng },
	{ "CPU_SUSPEND", suspend },
	{ "MP_STATE", mp_state },
	{ "CPU_ON resets", reset_state },
	{ "a stopped vCPU with a reset to come sleeps", reset_while_stopped },
};
KTAP_MAIN(cases)
