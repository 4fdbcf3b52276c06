// SPDX-License-Identifier: GPL-2.0-only
/*
 * vCPU calls other than registers and running. Proves:
 *  - CREATE_VCPU's errors and the run mapping
 *  - PREFERRED_TARGET and VCPU_INIT: features, re-init, errors
 *  - ENOEXEC before init
 *  - MP_STATE, VCPU_EVENTS, SET_SIGNAL_MASK, unknown calls
 *  - device attributes do not wait for init
 *  - a signal that only SET_SIGNAL_MASK lets in ends KVM_RUN and stays pending,
 *    whatever the process does with it
 *  - calls that need all vCPUs at once, with as many as there may be
 *  - EIO for a process that is not the VM's
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/vm.h"

static int vm;

static void create(void)
{
	int max = kvm_cap(KVM_CAP_MAX_VCPUS), max_id = kvm_cap(KVM_CAP_MAX_VCPU_ID);

	vm = vm_fd(0);
	if (max_id < max)
		max_id = max;
	CHECK(kvm(vm, KVM_CREATE_VCPU, 0) >= 0);
	CHECK_EQ(kvm(vm, KVM_CREATE_VCPU, 0), -EEXIST);
	CHECK(kvm(vm, KVM_CREATE_VCPU, 5) >= 0);
	CHECK(kvm(vm, KVM_CREATE_VCPU, 3) >= 0);
	CHECK_EQ(kvm(vm, KVM_CREATE_VCPU, 5), -EEXIST);
	CHECK_EQ(kvm(vm, KVM_CREATE_VCPU, max_id), -EINVAL);
	CHECK_EQ(kvm(vm, KVM_CREATE_VCPU, 0xffffffff), -EINVAL);
	CHECK(kvm(vm, KVM_CREATE_VCPU, max_id - 1) >= 0);
}

static void create_max(void)
{
	struct kvm_arm_counter_offset offset = { 1 };
	int max = kvm_cap(KVM_CAP_MAX_VCPUS);

	vm = vm_fd(0);
	for (int i = 0; i < max; i++)
		close(vcpu_fd(vm, i));
	CHECK_EQ(kvm(vm, KVM_CREATE_VCPU, max), -EINVAL);
	/* it looks at all of them */
	if (kvm_cap(KVM_CAP_COUNTER_OFFSET))
		for (int i = 0; i < 3; i++)
			CHECK_EQ(kvm(vm, KVM_ARM_SET_COUNTER_OFFSET, &offset), 0);
}

static void mapping(void)
{
	unsigned int size = kvm_run_size();
	struct kvm_run *a, *b;
	int vcpu;

	vm = vm_fd(0);
	vcpu = vcpu_fd(vm, 0);
	a = vcpu_map(vcpu);
	b = vcpu_map(vcpu);
	a->immediate_exit = 1;
	CHECK_EQ(b->immediate_exit, 1);
	CHECK_EQ(a->exit_reason, 0);
	munmap(a, size);
	CHECK_EQ(b->immediate_exit, 1);
	/* Beyond its end there is nothing to touch. */
	a = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, vcpu, 1024 * PAGE);
	if (a != MAP_FAILED) {
		pid_t pid = fork();
		int status;

		if (pid == 0)
			_exit(*(volatile char *)a & 0);
		waitpid(pid, &status, 0);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS, "%#x", status);
	}
}

static int init(int vcpu, u32 target, u32 features)
{
	struct kvm_vcpu_init init = { .target = target, .features = { features } };

	return kvm(vcpu, KVM_ARM_VCPU_INIT, &init);
}

/* By MIDR_EL1's implementer and part. */
static u32 target_of(u32 midr)
{
	static const struct { u32 model, target; } with_a_number[] = {
		{ 0x4100d0f0, KVM_ARM_TARGET_AEM_V8 },
		{ 0x4100d000, KVM_ARM_TARGET_FOUNDATION_V8 },
		{ 0x4100d030, KVM_ARM_TARGET_CORTEX_A53 },
		{ 0x4100d070, KVM_ARM_TARGET_CORTEX_A57 },
		{ 0x50000000, KVM_ARM_TARGET_XGENE_POTENZA },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(with_a_number); i++)
		if ((midr & 0xff00fff0) == with_a_number[i].model)
			return with_a_number[i].target;
	return KVM_ARM_TARGET_GENERIC_V8;
}

static void target(void)
{
	struct kvm_vcpu_init preferred;
	u64 midr = 0;
	int vcpu;

	vm = vm_fd(0);
	memset(&preferred, 0xff, sizeof(preferred));
	CHECK_EQ(kvm(vm, KVM_ARM_PREFERRED_TARGET, &preferred), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(preferred.features); i++)
		CHECK_EQ(preferred.features[i], 0);
	vcpu = vcpu_fd(vm, 0);
	CHECK_EQ(init(vcpu, 1000, 0), -EINVAL);
	CHECK_EQ(init(vcpu, preferred.target, 0), 0);
	CHECK_EQ(reg_get(vcpu, REG_SYS(3, 0, 0, 0, 0), &midr), 0);
	CHECK_EQ(preferred.target, target_of(midr));
	CHECK_EQ(init(vcpu, preferred.target, 0), 0);
	CHECK_EQ(init(vcpu, 1000, 0), -EINVAL);
	vcpu = vcpu_fd(vm, 1);
	/* accepted even where another one is preferred (Cortex-A53, A57) */
	CHECK_EQ(init(vcpu, KVM_ARM_TARGET_GENERIC_V8, 0), 0);
}

static void features(void)
{
	struct kvm_vcpu_init preferred;
	u32 psci = 1u << KVM_ARM_VCPU_PSCI_0_2, off = 1u << KVM_ARM_VCPU_POWER_OFF;
	int vcpu;

	vm = vm_fd(0);
	REQUIRE_EQ(kvm(vm, KVM_ARM_PREFERRED_TARGET, &preferred), 0);
	vcpu = vcpu_fd(vm, 0);
	CHECK_EQ(init(vcpu, preferred.target, 1u << 31), -ENOENT);
	preferred.features[3] = 1;
	CHECK_EQ(kvm(vcpu, KVM_ARM_VCPU_INIT, &preferred), -ENOENT);
	CHECK_EQ(init(vcpu, preferred.target, 1u << KVM_ARM_VCPU_PTRAUTH_ADDRESS), -EINVAL);
	CHECK_EQ(init(vcpu, preferred.target, 1u << KVM_ARM_VCPU_PTRAUTH_GENERIC), -EINVAL);
	if (!kvm_cap(KVM_CAP_ARM_EL1_32BIT))
		CHECK_EQ(init(vcpu, preferred.target, 1u << KVM_ARM_VCPU_EL1_32BIT), -EINVAL);
	if (!kvm_cap(KVM_CAP_ARM_SVE))
		CHECK_EQ(init(vcpu, preferred.target, 1u << KVM_ARM_VCPU_SVE), -EINVAL);
	if (!kvm_cap(KVM_CAP_ARM_PMU_V3))
		CHECK_EQ(init(vcpu, preferred.target, 1u << KVM_ARM_VCPU_PMU_V3), -EINVAL);
	CHECK_EQ(init(vcpu, preferred.target, psci), 0);
	CHECK_EQ(init(vcpu, preferred.target, 0), -EINVAL);
	CHECK_EQ(init(vcpu, preferred.target, psci | off), 0);
	CHECK_EQ(init(vcpu, preferred.target, psci), 0);
	/* All vCPUs of a VM have the same ones. */
	vcpu = vcpu_fd(vm, 1);
	CHECK_EQ(init(vcpu, preferred.target, 0), -EINVAL);
	CHECK_EQ(init(vcpu, preferred.target, psci | off), 0);
}

static void before_init(void)
{
	struct kvm_reg_list list = { .n = 0 };
	u64 value = 0;
	int vcpu;

	vm = vm_fd(0);
	vcpu = vcpu_fd(vm, 0);
	CHECK_EQ(kvm(vcpu, KVM_RUN, 0), -ENOEXEC);
	CHECK_EQ(reg_get(vcpu, REG_PC, &value), -ENOEXEC);
	CHECK_EQ(reg_set(vcpu, REG_PC, &value), -ENOEXEC);
	CHECK_EQ(kvm(vcpu, KVM_GET_REG_LIST, &list), -ENOEXEC);
}

/* What a VMM of its own order sets first, and KVM_ARM_VCPU_INIT leaves alone. */
static void attributes_before_init(void)
{
	u64 place = DATA_BASE, got = 0;
	struct kvm_device_attr attr = {
		.group = KVM_ARM_VCPU_PVTIME_CTRL,
		.attr = KVM_ARM_VCPU_PVTIME_IPA,
		.addr = (u64)&place,
	};
	int vcpu, ppi = 0;

	vm = vm_fd(0);
	REQUIRE_EQ(vm_slot(vm, 0, 0, DATA_BASE, PAGE, vm_alloc(PAGE, PAGE)), 0);
	vcpu = vcpu_fd(vm, 0);
	if (kvm_cap(KVM_CAP_STEAL_TIME)) {
		CHECK_EQ(kvm(vcpu, KVM_SET_DEVICE_ATTR, &attr), 0);
		REQUIRE_EQ(vcpu_init_fd(vm, vcpu, 0), 0);
		attr.addr = (u64)&got;
		CHECK_EQ(kvm(vcpu, KVM_GET_DEVICE_ATTR, &attr), 0);
		CHECK_EQ(got, place);
	}
	vcpu = vcpu_fd(vm, 1);
	attr.group = KVM_ARM_VCPU_TIMER_CTRL;
	attr.attr = KVM_ARM_VCPU_TIMER_IRQ_VTIMER;
	attr.addr = (u64)&ppi;
	CHECK_EQ(kvm(vcpu, KVM_GET_DEVICE_ATTR, &attr), 0);
	CHECK_EQ(ppi, 27);
	/* no interrupt controller */
	CHECK_EQ(kvm(vcpu, KVM_SET_DEVICE_ATTR, &attr), -EINVAL);
}

static void mp_state(void)
{
	struct kvm_mp_state state = { 77 };
	int vcpu;

	vm = vm_fd(0);
	vcpu = vcpu_fd(vm, 0);
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, 0), 0);
	CHECK_EQ(kvm(vcpu, KVM_GET_MP_STATE, &state), 0);
	CHECK_EQ(state.mp_state, KVM_MP_STATE_RUNNABLE);
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, 1u << KVM_ARM_VCPU_POWER_OFF), 0);
	CHECK_EQ(kvm(vcpu, KVM_GET_MP_STATE, &state), 0);
	CHECK_EQ(state.mp_state, KVM_MP_STATE_STOPPED);
	for (u32 value = 0; value < 16; value++) {
		bool ok = value == KVM_MP_STATE_RUNNABLE || value == KVM_MP_STATE_STOPPED ||
			  value == KVM_MP_STATE_SUSPENDED;

		state.mp_state = value;
		CHECK_EQ(kvm(vcpu, KVM_SET_MP_STATE, &state), ok ? 0 : -EINVAL);
		if (!ok)
			continue;
		CHECK_EQ(kvm(vcpu, KVM_GET_MP_STATE, &state), 0);
		CHECK_EQ(state.mp_state, value);
	}
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, 0), 0);
	CHECK_EQ(kvm(vcpu, KVM_GET_MP_STATE, &state), 0);
	CHECK_EQ(state.mp_state, KVM_MP_STATE_RUNNABLE);
}

static void events(void)
{
	struct kvm_vcpu_events ev = { 0 };
	bool esr = kvm_cap(KVM_CAP_ARM_INJECT_SERROR_ESR);
	int vcpu;

	if (!kvm_cap(KVM_CAP_VCPU_EVENTS))
		ktap_skip("no KVM_CAP_VCPU_EVENTS");
	vm = vm_fd(0);
	vcpu = vcpu_fd(vm, 0);
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, 0), 0);
	memset(&ev, 0xff, sizeof(ev));
	CHECK_EQ(kvm(vcpu, KVM_GET_VCPU_EVENTS, &ev), 0);
	CHECK_EQ(ev.exception.serror_pending, 0);
	CHECK_EQ(ev.exception.ext_dabt_pending, 0);
	ev.exception.pad[0] = 1;
	CHECK_EQ(kvm(vcpu, KVM_SET_VCPU_EVENTS, &ev), -EINVAL);
	ev.exception.pad[0] = 0;
	ev.reserved[11] = 1;
	CHECK_EQ(kvm(vcpu, KVM_SET_VCPU_EVENTS, &ev), -EINVAL);
	ev.reserved[11] = 0;
	ev.exception.serror_pending = 1;
	ev.exception.serror_has_esr = esr;
	ev.exception.serror_esr = esr ? 0x123 : 0;
	CHECK_EQ(kvm(vcpu, KVM_SET_VCPU_EVENTS, &ev), 0);
	memset(&ev, 0, sizeof(ev));
	CHECK_EQ(kvm(vcpu, KVM_GET_VCPU_EVENTS, &ev), 0);
	CHECK_EQ(ev.exception.serror_pending, 1);
	CHECK_EQ(ev.exception.serror_has_esr, esr);
	CHECK_EQ(ev.exception.serror_esr, esr ? 0x123 : 0);
	if (esr) {
		ev.exception.serror_esr = 1ull << 25;	/* ISS bits only */
		CHECK_EQ(kvm(vcpu, KVM_SET_VCPU_EVENTS, &ev), -EINVAL);
	}
}

/* There is no status on arm64: the caller finds what it gave. */
static void line_status(void)
{
	struct kvm_irq_level line = { .irq = KVM_ARM_IRQ_CPU_FIQ, .level = 1 }, before = line;

	vm = vm_fd(0);
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu_fd(vm, 0), 0), 0);
	CHECK_EQ(kvm(vm, KVM_IRQ_LINE_STATUS, &line), 0);
	CHECK(!memcmp(&line, &before, sizeof(line)), "irq %#x", line.irq);
	CHECK_EQ(kvm(vm, KVM_IRQ_LINE_STATUS, (void *)8), -EFAULT);
}

static void signal_mask(void)
{
	/* no gap between them */
	struct { struct kvm_signal_mask mask; u8 set[8]; } m = { { .len = 8 } };
	int vcpu;

	vm = vm_fd(0);
	vcpu = vcpu_fd(vm, 0);
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, 0), 0);
	CHECK_EQ(kvm(vcpu, KVM_SET_SIGNAL_MASK, &m), 0);
	CHECK_EQ(kvm(vcpu, KVM_SET_SIGNAL_MASK, 0), 0);
	m.mask.len = 16;
	CHECK_EQ(kvm(vcpu, KVM_SET_SIGNAL_MASK, &m), -EINVAL);
	m.mask.len = 4;
	CHECK_EQ(kvm(vcpu, KVM_SET_SIGNAL_MASK, &m), -EINVAL);
}

static u64 rounds;

static void spin(u64 unused)
{
	for (;;)
		WRITE_ONCE(rounds, rounds + 1);
}

struct sender {
	pthread_t to;
	int sig;
	u64 *rounds;	/* the guest's */
};

static void *send_once_inside(void *arg)
{
	struct sender *s = arg;

	while (!READ_ONCE(*s->rounds))
		sched_yield();
	pthread_kill(s->to, s->sig);
	return NULL;
}

/* The thread blocks the signal, KVM_RUN does not. */
static void opened_signal(int sig, sighandler_t disposition)
{
	/* no gap between them */
	struct { struct kvm_signal_mask mask; u8 set[8]; } m = { { .len = 8 } };
	struct vm *guest = vm_new(1, spin, 0);
	struct sender s = { pthread_self(), sig, vm_shared(guest, rounds) };
	struct timespec now = { 0 };
	pthread_t thread;
	sigset_t set;

	signal(sig, disposition);
	sigemptyset(&set);
	sigaddset(&set, sig);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	REQUIRE_EQ(kvm(guest->vcpu[0].fd, KVM_SET_SIGNAL_MASK, &m), 0);
	REQUIRE_EQ(pthread_create(&thread, NULL, send_once_inside, &s), 0);
	CHECK_EQ(kvm(guest->vcpu[0].fd, KVM_RUN, 0), -EINTR);
	CHECK_EQ(guest->vcpu[0].run->exit_reason, KVM_EXIT_INTR);
	CHECK_EQ(sigtimedwait(&set, NULL, &now), sig);
	pthread_join(thread, NULL);
	pthread_sigmask(SIG_BLOCK, NULL, &set);
	CHECK(sigismember(&set, sig));
}

static void fatal_signal(void)
{
	opened_signal(SIGUSR1, SIG_DFL);
}

static void ignored_signal(void)
{
	opened_signal(SIGUSR1, SIG_IGN);
}

static void default_ignored_signal(void)
{
	opened_signal(SIGCHLD, SIG_DFL);
}

static void unknown_calls(void)
{
	int vcpu;

	vm = vm_fd(0);
	vcpu = vcpu_fd(vm, 0);
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, 0), 0);
	CHECK_EQ(kvm(vcpu, KVM_RUN, 1), -EINVAL);
	CHECK_EQ(kvm(vcpu, _IO(KVMIO, 0xff), 0), -EINVAL);
	CHECK_EQ(kvm(vcpu, KVM_CREATE_VCPU, 1), -EINVAL);
	CHECK_EQ(kvm(vcpu, KVM_KVMCLOCK_CTRL, 0), -EINVAL);
	/* Another driver's number is refused without a look at the argument. */
	CHECK_EQ(kvm(vcpu, _IOW('x', 0x80, long), -1l), -EINVAL);
}

static void other_process(void)
{
	struct kvm_vcpu_init target;
	int vcpu, status;
	pid_t pid;
	u64 pc;

	vm = vm_fd(0);
	vcpu = vcpu_fd(vm, 0);
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, 0), 0);
	pid = fork();
	if (pid == 0) {
		CHECK_EQ(kvm(vm, KVM_CREATE_VCPU, 1), -EIO);
		CHECK_EQ(kvm(vm, KVM_CHECK_EXTENSION, KVM_CAP_ONE_REG), -EIO);
		CHECK_EQ(kvm(vm, KVM_ARM_PREFERRED_TARGET, &target), -EIO);
		CHECK_EQ(vm_slot(vm, 0, 0, 0, PAGE, vm_alloc(PAGE, PAGE)), -EIO);
		CHECK_EQ(kvm(vcpu, KVM_RUN, 0), -EIO);
		CHECK_EQ(reg_get(vcpu, REG_PC, &pc), -EIO);
		ktap_end();
	}
	waitpid(pid, &status, 0);
	CHECK_EQ(status, 0);
	CHECK_EQ(reg_get(vcpu, REG_PC, &pc), 0);
}

static const struct ktap_case cases[] = {
	{ "CREATE_VCPU: errors", create },
	{ "CREATE_VCPU: as many as reported", create_max, 60 },
	{ "run mapping", mapping },
	{ "VCPU_INIT: target", target },
	{ "VCPU_INIT: features", features },
	{ "before VCPU_INIT", before_init },
	{ "attributes before VCPU_INIT", attributes_before_init },
	{ "MP_STATE", mp_state },
	{ "VCPU_EVENTS", events },
	{ "IRQ_LINE_STATUS", line_status },
	{ "SET_SIGNAL_MASK", signal_mask },
	{ "a signal that only KVM_RUN lets in: fatal", fatal_signal },
	{ "a signal that only KVM_RUN lets in: ignored", ignored_signal },
	{ "a signal that only KVM_RUN lets in: ignored by default", default_ignored_signal },
	{ "unknown calls", unknown_calls },
	{ "another process", other_process },
};
KTAP_MAIN(cases)
