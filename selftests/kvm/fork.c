// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VMM that forks, whose memory is private: the child has the VM's memory by copy on write, and
 * makes a VM of its own in which it loads the parent's image. Proves:
 *  - both go on and see nothing of each other's writes
 *  - while the parent's guest runs and writes, memory in a child stands still, and no write is lost
 *  - the parent's guest goes on reading without a fault; only what it writes is copied
 *  - the log of dirty pages has what was written before the fork and after
 *  - a guest is forked a hundred generations deep, and many times from one image, with its timers
 *    and interrupts; each has its own memory, right to the last byte
 */
#include <pthread.h>
#include <signal.h>
#include "lib/fork.h"

#define PAGES	256u
#define DATA(n)	((volatile u64 *)(DATA_BASE + (n) * page_size))

/* ---- the guest ---- */

static u64 ticks, rounds, id;

static void tick(struct guest_regs *regs)
{
	u32 intid = icc_read(ICC_IAR1);

	GUEST_EQ(intid, 27);
	msr(cntv_cval_el0, mrs(cntvct_el0) + mrs(cntfrq_el0) / 1000);
	isb();
	WRITE_ONCE(ticks, ticks + 1);
	icc_write(ICC_EOIR1, intid);
}

static void start(void)
{
	mmio_write32(GICD_CTLR, 0x12);
	gic_cpu_enable(GICR(0));
	guest_on(VEC_IRQ, tick);
	msr(cntv_cval_el0, mrs(cntvct_el0) + mrs(cntfrq_el0) / 1000);
	msr(cntv_ctl_el0, 1);
	isb();
	irq_on();
}

/* What page n is to have after so many rounds by a line of ancestors whose ids make up this one. */
static u64 content(u32 n, u64 history)
{
	return (history + n) * 0x9e3779b97f4a7c15ul;
}

/*
 * One round: all pages are as the last one left them, and are written; and a timer's interrupt
 * comes.
 */
static void guest_rounds(u64 arg)
{
	u64 history = 0, before;

	start();
	for (u32 n = 0; n < PAGES; n++)
		*DATA(n) = content(n, 0);
	for (;;) {
		GUEST_SYNC(READ_ONCE(rounds), history);
		for (u32 n = 0; n < PAGES; n++)
			GUEST_EQ(*DATA(n), content(n, history));
		history = history * 31 + READ_ONCE(id);
		for (u32 n = 0; n < PAGES; n++)
			*DATA(n) = content(n, history);
		WRITE_ONCE(rounds, rounds + 1);
		before = READ_ONCE(ticks);
		while (READ_ONCE(ticks) == before)
			;
	}
}

static u64 next_round(struct machine *m, u64 new_id, u64 round)
{
	struct ucall uc;

	*vm_shared(m->vm, id) = new_id;
	uc = vcpu_ucall(&m->vm->vcpu[0]);
	REQUIRE_EQ(uc.cmd, UCALL_SYNC);
	REQUIRE_EQ(uc.a, round);
	return uc.b;
}

static void isolated(void)
{
	struct machine m;
	pid_t child;
	u64 history = 1, mine;

	need_fork();
	m = machine_new(PAGES * PAGE, guest_rounds, 0);
	next_round(&m, 1, 0);
	CHECK_EQ(next_round(&m, 1, 1), history);
	child = machine_fork(&m);
	mine = child ? 2 : 3;
	for (u64 r = 2; r < 20; r++) {
		history = history * 31 + mine;
		CHECK_EQ(next_round(&m, mine, r), history);
	}
	if (!child)
		ktap_end();
	expect_success(child);
}

/* Each generation forks the next and then waits for it: a line of processes. */
static void generations(void)
{
	unsigned int depth = ktap_times(100), g;
	struct machine m;
	pid_t child = 0;

	need_fork();
	m = machine_new(PAGES * PAGE, guest_rounds, 0);
	next_round(&m, 0, 0);
	for (g = 1; g <= depth; g++) {
		child = machine_fork(&m);
		if (child)
			break;
		next_round(&m, g, g);
	}
	if (child)
		expect_success(child);
	/* and the ancestors go on, as if nothing had happened */
	next_round(&m, 1000 + g, g);
	next_round(&m, 1000 + g, g + 1);
}

#define BATCH	32u

/* From one image, so many at a time. Each is told who it is, and goes on with that. */
static void clone_some(struct machine *m, unsigned int n)
{
	pid_t child[BATCH];

	for (unsigned int i = 0; i < n; i++) {
		child[i] = machine_fork(m);
		if (!child[i]) {
			CHECK_EQ(next_round(m, i, 1), i);
			CHECK_EQ(next_round(m, i, 2), i * 32);
			ktap_end();
		}
	}
	for (unsigned int i = 0; i < n; i++)
		expect_success(child[i]);
}

static void clones(void)
{
	const char *wanted = getenv("KEEL_FORKS");
	unsigned int n = wanted ? (unsigned int)atoi(wanted) : ktap_times(64);
	struct machine m;

	need_fork();
	m = machine_new(PAGES * PAGE, guest_rounds, 0);
	next_round(&m, 7, 0);
	for (; n > BATCH; n -= BATCH)
		clone_some(&m, BATCH);
	clone_some(&m, n);
	/* and the one that all of them were */
	CHECK_EQ(next_round(&m, 99, 1), 99);
}

/* ---- memory under a running guest ---- */

static void guest_counts(u64 arg)
{
	for (u64 n = 0; !READ_ONCE(id); n++)
		*DATA(n % PAGES) += 1;
	/* none of its own writes was lost */
	for (u32 n = 1; n < PAGES; n++)
		GUEST_ASSERT(*DATA(n - 1) == *DATA(n) || *DATA(n - 1) == *DATA(n) + 1);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void *run(void *vcpu)
{
	vcpu_finish(vcpu);
	return NULL;
}

/* Reads all pages, waits, reads them again. */
static void stands_still(const char *data)
{
	u64 seen[PAGES];

	for (u32 n = 0; n < PAGES; n++)
		seen[n] = *(volatile u64 *)(data + n * PAGE);
	usleep(30000);
	for (u32 n = 0; n < PAGES; n++)
		if (*(volatile u64 *)(data + n * PAGE) != seen[n])
			_exit(9);
	/* it was one moment: counts of neighbours differ by one at most, and fall once */
	for (u32 n = 1; n < PAGES; n++)
		if (seen[n - 1] != seen[n] && seen[n - 1] != seen[n] + 1)
			_exit(10);
	_exit(0);
}

static void while_it_runs(void)
{
	struct machine m;
	pthread_t t;
	u64 was;

	need_fork();
	m = machine_new(PAGES * PAGE, guest_counts, 0);
	REQUIRE_EQ(pthread_create(&t, NULL, run, &m.vm->vcpu[0]), 0);
	for (unsigned int i = 0; i < ktap_times(20); i++) {
		pid_t child;

		was = *(volatile u64 *)m.data;
		while (*(volatile u64 *)m.data < was + 2)
			;
		child = fork();
		if (!child)
			stands_still(m.data);
		expect_success(child);
	}
	*(volatile u64 *)vm_shared(m.vm, id) = 1;
	pthread_join(t, NULL);
}

/* ---- faults ---- */

static void guest_reads(u64 arg)
{
	u64 sum = 0;

	for (u32 n = 0; n < PAGES; n++)
		*DATA(n) = n;
	GUEST_SYNC(1, 0);
	for (u32 n = 0; n < PAGES; n++)
		sum += *DATA(n);
	GUEST_EQ(sum, PAGES * (PAGES - 1) / 2);
	GUEST_SYNC(2, 0);
	for (u32 n = 0; n < PAGES; n++)
		*DATA(n) = n + 1;
	GUEST_SYNC(3, 0);
}

static u64 faults(struct machine *m, int stats, u64 sync)
{
	u64 before = kvm_statistic(stats, "abort_exits");

	vcpu_sync(&m->vm->vcpu[0], sync);
	return kvm_statistic(stats, "abort_exits") - before;
}

/* fork() alone, without an image: a child that only has the memory. */
static pid_t fork_holder(void)
{
	pid_t child = fork();

	if (!child)
		for (;;)
			pause();
	return child;
}

static void reads_go_on(void)
{
	struct machine m;
	int stats;
	u64 reads, writes;
	pid_t child;

	need_fork();
	m = machine_new(PAGES * PAGE, guest_reads, 0);
	vcpu_sync(&m.vm->vcpu[0], 1);
	stats = kvm(m.vm->vcpu[0].fd, KVM_GET_STATS_FD, 0);
	REQUIRE(stats >= 0);
	child = fork_holder();
	reads = faults(&m, stats, 2);
	writes = faults(&m, stats, 3);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	ktap_note("%lu faults by reading %u pages after a fork, %lu by writing them", reads, PAGES,
		  writes);
	/* its stack, its message, the exit itself */
	CHECK(reads < 16, "%lu", reads);
	CHECK(writes >= PAGES, "%lu", writes);
}

/* ---- the log ---- */

static void guest_log(u64 arg)
{
	/* twice before it is told: the second time by the hardware's note, where there is one */
	for (u32 round = 0; round < 2; round++) {
		for (u32 n = 0; n < PAGES; n++)
			*DATA(n) = n;
		GUEST_SYNC(1, round);
	}
	for (u32 n = 0; n < PAGES; n += 8)
		*DATA(n) = n;
	GUEST_SYNC(2, 0);
	for (u32 n = 0; n < PAGES; n += 4)
		*DATA(n) = n;
	GUEST_SYNC(3, 0);
}

static unsigned int dirty(struct machine *m, u32 step)
{
	u64 bits[PAGES / 64] = {};
	struct kvm_dirty_log log = { .slot = 1, .dirty_bitmap = bits };
	unsigned int n = 0;

	REQUIRE_EQ(kvm(m->vm->fd, KVM_GET_DIRTY_LOG, &log), 0);
	for (u32 i = 0; i < PAGES; i++)
		if (bits[i / 64] >> i % 64 & 1) {
			n++;
			CHECK(i % step == 0, "page %u", i);
		}
	return n;
}

static void logged(void)
{
	struct machine m;
	pid_t child;

	need_fork();
	m = machine_new(PAGES * PAGE, guest_log, 0);
	REQUIRE_EQ(vm_slot(m.vm->fd, 1, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE, PAGES * PAGE, m.data), 0);
	vcpu_sync(&m.vm->vcpu[0], 1);
	CHECK_EQ(dirty(&m, 1), PAGES);
	vcpu_sync(&m.vm->vcpu[0], 1);
	child = fork_holder();
	/* written before the fork, told after it */
	CHECK_EQ(dirty(&m, 1), PAGES);
	CHECK_EQ(dirty(&m, 1), 0);
	vcpu_sync(&m.vm->vcpu[0], 2);
	CHECK_EQ(dirty(&m, 8), PAGES / 8);
	vcpu_sync(&m.vm->vcpu[0], 3);
	CHECK_EQ(dirty(&m, 4), PAGES / 4);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
}

/* ---- what a child may not ---- */

static void of_the_parent(void)
{
	struct machine m;
	struct image i;
	pid_t child;
	u64 size = 0;

	need_fork();
	m = machine_new(PAGES * PAGE, guest_rounds, 0);
	i = image_save(m.vm->fd);
	child = fork();
	if (!child) {
		CHECK_EQ(image_ioctl(m.vm->fd, KEEL_VM_SAVE, NULL, &size, 0), -EIO);
		CHECK_EQ(image_load(m.vm->fd, &i, 0), -EIO);
		CHECK_EQ(vcpu_run(&m.vm->vcpu[0]), -EIO);
		ktap_end();
	}
	expect_success(child);
	CHECK_EQ(image_load(m.vm->fd, &i, 0), 0);
}

static const struct ktap_case cases[] = {
	{ "parent and child go on apart", isolated },
	{ "a child's memory stands still while the parent's guest writes", while_it_runs, 120 },
	{ "reads go on without a fault", reads_go_on },
	{ "the log of dirty pages", logged },
	{ "a hundred generations", generations, 600 },
	{ "many clones of one image", clones, 3000 },
	{ "the parent's VM is not the child's", of_the_parent },
};

KTAP_MAIN(cases)
