// SPDX-License-Identifier: GPL-2.0-only
/*
 * ITSes with much to do, and many of them. Proves:
 *  - a long queue does not keep signals away, and user space does not wait for one
 *    that it restored, be it before there are vCPUs
 *  - thousands of ITSes come and go with their VM
 *  - thousands of pending LPIs: the most urgent comes first, each comes once (what an
 *    exit costs then is counted by the benchmark: exit-900-lpis)
 */
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "lib/its.h"

/* All of a 256 KiB queue: events mapped and discarded. */
static void guest_long(u64 arg)
{
	volatile u64 *q = (u64 *)BIG_QUEUE;
	u64 n = 0x40000 / 32 - 1;

	its_usual(DEVICES);
	mmio_write32(GITS + GITS_CTLR, 0);
	mmio_write64(GITS + GITS_CBASER, VALID | BIG_QUEUE | 0x3f);
	mmio_write32(GITS + GITS_CTLR, 1);
	for (u64 i = 0; i < n; i++) {
		bool map = i & 1;

		q[4 * i] = (map ? 0xa : DISCARD) | 1ul << 32;
		q[4 * i + 1] = 2 | (map ? (u64)(LPI + 2) << 32 : 0);
		q[4 * i + 2] = 0;
	}
	q[4 * (n - 1)] = INT | 1ul << 32;
	q[4 * (n - 1) + 1] = 3;
	its_work(GITS, n * 32);
	lpi_expect(1, LPI + 3);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void guest_leftover(u64 arg)
{
	its_usual(DEVICES);
	mmio_write32(GITS + GITS_CTLR, 0);
	mmio_write64(GITS + GITS_CBASER, VALID | BIG_QUEUE | 0xff);
	GUEST_SYNC(1, 0);
	while (mmio_read64(GITS + GITS_CREADR) != mmio_read64(GITS + GITS_CWRITER))
		;
	lpi_expect(1, LPI + 3);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

#define CROWD	4096u

/* CROWD commands on as many events of device 2. */
static void for_each_of_crowd(u64 op)
{
	volatile u64 *q = (u64 *)BIG_QUEUE;

	mmio_write32(GITS + GITS_CTLR, 0);
	mmio_write64(GITS + GITS_CBASER, VALID | BIG_QUEUE | 0x3f);
	mmio_write32(GITS + GITS_CTLR, 1);
	for (u64 i = 0; i < CROWD; i++) {
		q[4 * i] = op | 2ul << 32;
		q[4 * i + 1] = i | (LPI + i) << 32;
		q[4 * i + 2] = 0;
	}
	its_work(GITS, CROWD * 32);
}

static u64 first_of_crowd;

static void take_of_crowd(struct guest_regs *regs)
{
	u32 intid = icc_read(ICC_IAR1);
	u64 n = ++lpi_nr_taken[0];

	if (intid == 1023) {
		lpi_nr_taken[0]--;
		return;
	}
	if (n == 1)
		first_of_crowd = intid;
	GUEST_ASSERT(intid >= LPI && intid < LPI + CROWD);
	GUEST_EQ(((volatile u8 *)SCRATCH)[intid - LPI]++, 0);
	icc_write(ICC_EOIR1, intid);
}

static void guest_crowd(u64 arg)
{
	for (u32 i = 0; i < CROWD; i++)
		*(volatile u8 *)(PROPS + i) = i == CROWD - 1 ? 0x21 : PROP_ON;
	lpi_cpu_enable();
	guest_on(VEC_IRQ, take_of_crowd);
	lpis_on(0);
	its_on(DEVICES);
	its_mapc(0, 0, VALID);
	its_mapd(2, ITT(2), 12, VALID);
	for_each_of_crowd(0xa);
	for (u64 i = 0; i < 40; i++)
		GUEST_SYNC(i, 0);
	for_each_of_crowd(INT);
	irq_on();
	while (READ_ONCE(lpi_nr_taken[0]) < CROWD)
		isb();
	irq_off();
	GUEST_EQ(first_of_crowd, LPI + CROWD - 1);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

/* They stay with their VM, and go with it: the end of a VM waits for no grace period of each. */
static void many_itses(void)
{
	int vm;

	/* fewer would not show it, and a debug kernel makes 40 a second */
	if (ktap_times(4000) < 4000)
		ktap_skip("takes long");
	vm = vm_fd(0);
	for (unsigned int i = 0; i < 4000; i++)
		close(its_device(vm));
	close(vm);
}

static volatile unsigned int nr_signals;

static void on_alarm(int sig)
{
	nr_signals++;
}

static void long_queue(void)
{
	struct itimerval often = { { 0, 5000 }, { 0, 5000 } }, never = {};
	struct its_machine m = its_machine(1, guest_long, NULL);
	struct sigaction act = { .sa_handler = on_alarm };
	struct ucall uc;
	int ret;

	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	do
		ret = vcpu_run(&m.vm->vcpu[0]);
	while (ret == -EINTR);
	setitimer(ITIMER_REAL, &never, NULL);
	REQUIRE_EQ(ret, 0);
	REQUIRE(vcpu_is_ucall(&m.vm->vcpu[0], &uc));
	CHECK_EQ(uc.cmd, UCALL_DONE);
	CHECK(nr_signals > 0);
}

#define LEFT	(0x100000ul / 32 - 1)

static u64 now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ul + t.tv_nsec / 1000000;
}

/*
 * A queue that a save cut short, full of commands that visit all LPIs. The in-tree
 * KVM works it off at once. How long that takes is the machine's affair: where it
 * is less than half a second, this proves nothing. False: it was all done, and took
 * longer, as it may where the CPU that tells the time stands still.
 */
static bool begin_leftover(int its, char *tables)
{
	u64 *q = (u64 *)(tables + (BIG_QUEUE - DATA_BASE)), t;

	for (u64 i = 0; i < LEFT - 1; i++)
		q[4 * i] = 0x0d;
	q[4 * (LEFT - 1)] = INT | 1ul << 32;
	q[4 * (LEFT - 1) + 1] = 3;
	CHECK_EQ(its_set_reg(its, GITS_CWRITER, LEFT * 32), 0);
	t = now_ms();
	CHECK_EQ(its_set_reg(its, GITS_CTLR, 1), 0);
	t = now_ms() - t;
	ktap_note("%lu of %lu commands in %lu ms", its_reg(its, GITS_CREADR) / 32, LEFT, t);
	return !on_keel() || t < 500 || its_reg(its, GITS_CREADR) != LEFT * 32;
}

/* Where begin_leftover() says no, once more. */
#define TRIES	10

static bool try_leftover(void)
{
	struct its_machine m = its_machine(1, guest_leftover, NULL);
	bool good;

	vcpu_sync(&m.vm->vcpu[0], 1);
	good = begin_leftover(m.its, m.tables);
	vcpu_finish(&m.vm->vcpu[0]);
	return good;
}

static void leftover(void)
{
	unsigned int i = 0;

	while (i < TRIES && !try_leftover())
		i++;
	CHECK(i < TRIES);
}

/* Run a vCPU that is off for a while. */
static void run_off(int vcpu)
{
	struct itimerval often = { { 0, 50000 }, { 0, 50000 } }, never = {};

	setitimer(ITIMER_REAL, &often, NULL);
	CHECK_EQ(kvm(vcpu, KVM_RUN, 0), -EINTR);
	setitimer(ITIMER_REAL, &never, NULL);
}

static bool try_early(void)
{
	struct sigaction act = { .sa_handler = on_alarm };
	char *tables = vm_alloc(TABLES_SIZE, PAGE);
	int vm = vm_fd(0), its, vcpu;
	bool good;

	REQUIRE_EQ(vm_slot(vm, 1, 0, DATA_BASE, TABLES_SIZE, tables), 0);
	its = its_device(vm);
	CHECK_EQ(its_set_base(its, GITS), 0);
	CHECK_EQ(its_set_reg(its, GITS_BASER(0), VALID | DEVICES), 0);
	CHECK_EQ(its_set_reg(its, GITS_BASER(1), VALID | COLLECTIONS), 0);
	CHECK_EQ(its_set_reg(its, GITS_CBASER, VALID | BIG_QUEUE | 0xff), 0);
	good = begin_leftover(its, tables);
	vcpu = vcpu_fd(vm, 0);
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, 1u << KVM_ARM_VCPU_POWER_OFF), 0);
	sigaction(SIGALRM, &act, NULL);
	for (unsigned int i = 0; i < 20000 && its_reg(its, GITS_CREADR) != LEFT * 32; i++)
		run_off(vcpu);
	CHECK_EQ(its_reg(its, GITS_CREADR), LEFT * 32);
	return good;
}

static void early_queue(void)
{
	unsigned int i = 0;

	while (i < TRIES && !try_early())
		i++;
	CHECK(i < TRIES);
}

static void crowd(void)
{
	struct its_machine m = its_machine(1, guest_crowd, NULL);
	struct vcpu *vcpu = &m.vm->vcpu[0];

	for (u32 i = 0; i < 40; i++) {
		vcpu_sync(vcpu, i);
		CHECK_EQ(its_send(&m, GITS, 2, i), 1);
	}
	vcpu_finish(vcpu);
}

static const struct ktap_case cases[] = {
	{ "thousands of ITSes", many_itses },
	{ "signals during a long queue", long_queue, 120 },
	{ "a long queue restored", leftover, 120 },
	{ "a long queue restored before there are vCPUs", early_queue, 120 },
	{ "thousands of pending LPIs", crowd, 120 },
};

KTAP_MAIN(cases)
