// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests that use SVE, and a host that does (abi_sve has what user space does). Proves:
 *  - registers are kept over every kind of exit, by vCPUs of different lengths in turn
 *    on one CPU, and by more threads than CPUs
 *  - the host's threads keep theirs, and see nothing of a guest's, also when
 *    a signal ends KVM_RUN
 *  - a guest enters no CPU in streaming mode, where its SVE would be SME's
 *  - all of it again on a CPU that was offline
 */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "lib/sve.h"

#define MMIO		(MMIO_BASE + 0x2000)

/* --- the guest --- */

static void one_event(u64 event, u64 turn)
{
	u64 fresh = SVE_FRESH +
		    (guest_cpu() * SVE_FRESH_PAGES / 4 + turn % (SVE_FRESH_PAGES / 4)) * PAGE;

	switch (event) {
	case 0:
		break;
	case 1:
		guest_hvc(0x80000000, 0, 0, 0);
		break;
	case 2:
		mmio_read64(MMIO);
		break;
	case 3:
		mmio_read64(fresh);
		break;
	case 4:
		mmio_write64(fresh, turn);
		break;
	case 5:
		for (u64 from = mrs(cntvct_el0); mrs(cntvct_el0) - from < mrs(cntfrq_el0) / 100;)
			;
		break;
	case 6:
		(void)mrs(s3_0_c0_c4_4);
		break;
	case 7:
		wfi();	/* the host has raised its line */
		break;
	}
}

/* Now and then the first use after the event is not one of SVE's own. */
static void keep(u64 event, u64 turn, u64 vl)
{
	unsigned int cpu = guest_cpu();
	u64 fpsr = 0x08000000 | (turn & 0xf);
	s64 at;

	sve_image_fill(&sve_in[cpu], vl, turn * 8 + event + cpu * 100);
	sve_load(&sve_in[cpu]);
	msr(fpsr, fpsr);
	one_event(event, turn);
	if (turn % 2)
		GUEST_EQ(mrs(fpsr), fpsr);
	sve_store(&sve_out[cpu]);
	GUEST_EQ(mrs(fpsr), fpsr);
	at = sve_image_differs(&sve_in[cpu], &sve_out[cpu], vl);
	if (at >= 0)
		guest_ucall(UCALL_FAIL, (u64)"a byte of Z, P or FFR", event << 32 | at,
			    sve_out[cpu].b[at], sve_in[cpu].b[at]);
}

/* arg: the length it should find in bytes; turns << 32 */
static void guest_keep(u64 arg)
{
	u64 vl = arg & 0xffffffff, turns = arg >> 32;

	sve_on();
	GUEST_EQ(sve_vl(), vl);
	for (u64 turn = 0; turn < turns; turn++) {
		for (u64 event = 0; event < 8; event++)
			keep(event, turn, vl);
		GUEST_SYNC(turn, 0);
		GUEST_EQ(sve_vl(), vl);
		GUEST_EQ(mrs(s3_0_c1_c2_0), 15);
	}
}

/* For ever: all its registers full of ones. */
static void guest_ones(u64 vl)
{
	sve_on();
	for (u64 i = 0; i < BYTES(vl); i++)
		sve_in[0].b[i] = 0xff;
	for (;;) {
		sve_load(&sve_in[0]);
		one_event(1, 0);
		sve_store(&sve_out[0]);
		GUEST_EQ(sve_image_differs(&sve_in[0], &sve_out[0], vl), -1);
	}
}

/* --- the host --- */

/* One exit; false when the guest is done. */
static bool sve_step(struct vcpu *vcpu)
{
	struct ucall uc;
	int ret = vcpu_run(vcpu);

	if (ret == -EINTR)
		return true;
	REQUIRE_EQ(ret, 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
	if (!vcpu_is_ucall(vcpu, &uc))
		return true;
	REQUIRE(uc.cmd != UCALL_FAIL, "vCPU %u: %s (%#lx) is %#lx, want %#lx", vcpu->id, (char *)uc.a, uc.b, uc.c, uc.d);
	REQUIRE(uc.cmd != UCALL_EXCEPTION, "ESR %#lx PC %#lx", uc.b, uc.c);
	return uc.cmd == UCALL_SYNC;
}

static u64 keep_arg(u64 vl, unsigned int turns)
{
	return vl | (u64)turns << 32;
}

static void kept(void)
{
	struct vm *vm;

	need_sve();
	vm = sve_vm(1, NULL, guest_keep, keep_arg(sve_max_vl(), ktap_times(40)));
	while (sve_step(&vm->vcpu[0]))
		;
}

/* The longest and the shortest in turn, exit by exit. */
static void in_turn(bool migrate)
{
	unsigned int vq[2];
	struct vm *vm;
	bool more = true;
	u64 turns = ktap_times(24);

	need_sve();
	vq[0] = sve_max_vl() / 16;
	vq[1] = 1;
	vm = sve_vm(2, vq, guest_keep, keep_arg(16 * vq[0], turns));
	vcpu_start(&vm->vcpu[1], guest_keep, keep_arg(16, turns));
	pin_to(0);
	for (unsigned int i = 0; more; i++) {
		if (migrate)
			pin_to(i % nr_cpus());
		more = sve_step(&vm->vcpu[0]);
		if (migrate && i % 3)
			pin_to((i + 1) % nr_cpus());
		more |= sve_step(&vm->vcpu[1]);
	}
}

static void two_on_one_cpu(void)
{
	in_turn(false);
}

static void two_migrating(void)
{
	in_turn(true);
}

static void *run_to_end(void *arg)
{
	while (sve_step(arg))
		;
	return NULL;
}

static void threads(void)
{
	unsigned int vq[4] = { 16, 1, 16, 1 };
	pthread_t thread[4];
	struct vm *vm;
	u64 turns = ktap_times(16);

	need_sve();
	vq[0] = vq[2] = sve_max_vl() / 16;
	vm = sve_vm(4, vq, guest_keep, keep_arg(16 * vq[0], turns));
	for (int i = 1; i < 4; i++)
		vcpu_start(&vm->vcpu[i], guest_keep, keep_arg(16 * vq[i], turns));
	for (int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, run_to_end, &vm->vcpu[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
}

/* --- the host's own registers --- */

static volatile bool guest_done;

static void *run_beside(void *arg)
{
	pin_to(0);
	while (sve_step(arg))
		;
	guest_done = true;
	return NULL;
}

static bool host_has_sve(void)
{
	return getauxval(AT_HWCAP) & 1 << 22;
}

/* A thread of the host's on the same CPU, which makes no system call meanwhile. */
static void beside(void)
{
	static struct sve_image mine, seen;
	unsigned int vq = 1;
	pthread_t thread;
	struct vm *vm;
	u64 vl, from;

	need_sve();
	REQUIRE(host_has_sve());
	/* a guest with other lengths than the host's thread */
	vm = sve_vm(1, &vq, guest_keep, keep_arg(16, ktap_times(60)));
	pin_to(0);
	vl = sve_vl();
	pthread_create(&thread, NULL, run_beside, &vm->vcpu[0]);
	for (unsigned int round = 0; !guest_done; round++) {
		sve_image_fill(&mine, vl, round);
		sve_load(&mine);
		from = mrs(cntvct_el0);
		while (mrs(cntvct_el0) - from < mrs(cntfrq_el0) / 200)
			;
		sve_store(&seen);
		CHECK_EQ(sve_vl(), vl);
		REQUIRE_EQ(sve_image_differs(&mine, &seen, vl), -1);
	}
	pthread_join(thread, NULL);
}

#define HAS_SME		(1ul << 23)	/* of AT_HWCAP2 */
#define SMSTART_SM	".inst 0xd503437f"
#define SMSTOP_SM	".inst 0xd503427f"

/* Of all that is FP's or SVE's this is first after user space. */
static void guest_reads_length(u64 vl)
{
	u64 got;

	sve_on();
	for (u64 i = 0; i < 30; i++) {
		GUEST_SYNC(i, 0);
		one_event(5, i);	/* in which the other thread runs */
		asm volatile(".arch_extension sve\n\trdvl %0, #1" : "=r"(got));
		GUEST_EQ(got, vl);
	}
}

/* No system call: it would end streaming. */
static void *stream(void *arg)
{
	pin_to(0);
	asm volatile(SMSTART_SM);
	while (!guest_done)
		;
	asm volatile(SMSTOP_SM);
	return NULL;
}

static void beside_streaming(void)
{
	pthread_t thread;
	struct vm *vm;

	need_sve();
	if (!(getauxval(AT_HWCAP2) & HAS_SME))
		ktap_skip("no SME");
	vm = sve_vm(1, NULL, guest_reads_length, sve_max_vl());
	pin_to(0);
	REQUIRE_EQ(pthread_create(&thread, NULL, stream, NULL), 0);
	vcpu_finish(&vm->vcpu[0]);
	guest_done = true;
	pthread_join(thread, NULL);
}

static void ignore(int sig)
{
}

static s64 run_bare(struct vcpu *vcpu)
{
	register u64 x8 asm("x8") = SYS_ioctl;
	register s64 x0 asm("x0") = vcpu->fd;
	register u64 x1 asm("x1") = KVM_RUN;
	register u64 x2 asm("x2") = 0;

	asm volatile("svc #0" : "+r"(x0) : "r"(x1), "r"(x2), "r"(x8) : "memory");
	return x0;
}

/*
 * Over a system call a thread keeps V0 to V31; what else SVE has is kept or zero. The
 * guest's are ones, which the thread has none of. Signals end each of its runs.
 */
static void interrupted(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	struct itimerspec often = { { 0, 3000000 }, { 0, 3000000 } };
	struct sigaction action = { .sa_handler = ignore };
	static struct sve_image mine, seen;
	struct vcpu *vcpu;
	timer_t timer;
	struct vm *vm;
	u64 vl;
	s64 ret;

	need_sve();
	vm = sve_vm(1, NULL, guest_ones, sve_max_vl());
	vcpu = &vm->vcpu[0];
	vl = sve_vl();
	sigaction(SIGALRM, &action, NULL);
	REQUIRE_EQ(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	REQUIRE_EQ(timer_settime(timer, 0, &often, NULL), 0);
	for (unsigned int round = 0; round < ktap_times(200); round++) {
		sve_image_fill(&mine, vl, round);
		for (u64 i = 0; i < BYTES(vl); i++)
			mine.b[i] &= 0x7f;
		/* bytes of FFR that are still ones from the bottom */
		memset(mine.b + 34 * vl, 0, vl / 8);
		mine.b[34 * vl] = 0x0f;
		sve_load(&mine);
		ret = run_bare(vcpu);
		sve_store(&seen);
		REQUIRE(ret == -EINTR, "%ld, exit %u", ret, vcpu->run->exit_reason);
		CHECK_EQ(sve_vl(), vl);
		for (u64 i = 0; i < BYTES(vl); i++)
			if ((i < 32 * vl && i % vl < 16) || seen.b[i])
				REQUIRE(seen.b[i] == mine.b[i], "round %u byte %lu: %#x, not %#x",
					round, i, seen.b[i], mine.b[i]);
	}
}

/* A thread that has never used SVE finds zeroes in what it gets first. */
static void *first_use(void *arg)
{
	static struct sve_image seen;

	pin_to(0);
	sve_store(&seen);
	for (u64 i = 0; i < 34 * sve_vl(); i++)
		if (i >= 32 * sve_vl() || i % sve_vl() >= 16)
			REQUIRE(!seen.b[i], "byte %lu: %#x", i, seen.b[i]);
	return NULL;
}

static void *run_ones(void *arg)
{
	pin_to(0);
	for (;;)
		vcpu_run(arg);
	return NULL;
}

static void newcomers(void)
{
	pthread_t guest, thread;
	struct vm *vm;

	need_sve();
	vm = sve_vm(1, NULL, guest_ones, sve_max_vl());
	pin_to(0);
	pthread_create(&guest, NULL, run_ones, &vm->vcpu[0]);
	for (unsigned int i = 0; i < ktap_times(60); i++) {
		usleep(3000);
		pthread_create(&thread, NULL, first_use, NULL);
		pthread_join(thread, NULL);
	}
	/* the guest's thread ends with the case */
}

static void offline(void)
{
	struct vm *vm;

	need_sve();
	if (nr_cpus() < 2 || !set_cpu_online(1, false))
		ktap_skip("no CPU to take out");
	REQUIRE(set_cpu_online(1, true));
	pin_to(1);
	vm = sve_vm(1, NULL, guest_keep, keep_arg(sve_max_vl(), ktap_times(12)));
	for (unsigned int i = 0; sve_step(&vm->vcpu[0]); i++) {
		if (i % 40 != 20)
			continue;
		/* with registers of the guest's in it */
		REQUIRE(set_cpu_online(1, false));
		REQUIRE(set_cpu_online(1, true));
		pin_to(1);
	}
}

static const struct ktap_case cases[] = {
	{ "over every kind of exit", kept, 60 },
	{ "two lengths in turn on one CPU", two_on_one_cpu, 60 },
	{ "two lengths, each run on another CPU", two_migrating, 60 },
	{ "more threads than CPUs", threads, 60 },
	{ "a host thread beside a guest", beside, 60 },
	{ "a host thread in streaming mode", beside_streaming, 60 },
	{ "a run that a signal ends", interrupted, 60 },
	{ "threads that begin to use SVE", newcomers, 60 },
	{ "a CPU that goes and comes", offline, 60 },
};

KTAP_MAIN(cases)
