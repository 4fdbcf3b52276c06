// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many clones of one guest alive at once. Each answers, then sleeps in WFI, and answers again at
 * the end. Proves:
 *  - all of them are there together, and each has its own memory: what it wrote, and what its
 *    parent had written before
 *  - what a clone does not write it shares
 * Says what a sleeping clone takes of the host's memory. In the environment KEEL_FORKS is how many
 * there are, of a larger guest then.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include "lib/fork.h"
#include "lib/procfs.h"

#define MEMORY		(1024ul * PAGE)
#define MEMORY_MANY	(64ul << 20)
#define DATA(n)	((volatile u64 *)(DATA_BASE + (n) * PAGE))
#define SPI	40

/* ---- the guest ---- */

static u64 id, pages;

/* Each page of so many is written by a clone, and each of so many looked at. */
static u64 own(void) { return pages / 16; }
static u64 look(void) { return pages / 256; }

static u64 content(u64 n, u64 history)
{
	return ((n % own() ? 0 : history) + n) * 0x9e3779b97f4a7c15ul;
}

static void guest_sleep(void)
{
	do
		wfi();
	while (!(mrs(isr_el1) & 0x80));
	icc_write(ICC_EOIR1, icc_read(ICC_IAR1));
}

/* All that is looked at is as the ids so far make it; now with this one. */
static u64 guest_round(u64 history)
{
	for (u64 n = 0; n < pages; n += look())
		GUEST_EQ(*DATA(n), content(n, history));
	history = history * 31 + READ_ONCE(id);
	for (u64 n = 0; n < pages; n += own())
		*DATA(n) = content(n, history);
	return history;
}

static void guest_idles(u64 bytes)
{
	u64 history = 0;

	pages = bytes / PAGE;
	gic_enable(SPI, true);
	for (u64 n = 0; n < pages; n++)
		*DATA(n) = content(n, history);
	for (;;) {
		GUEST_SYNC(1, history);
		history = guest_round(history);
		GUEST_SYNC(2, history);
		guest_sleep();
	}
}

/* ---- a clone ---- */

static struct kvm_run *own_run;

static void leave(int signal)
{
	own_run->immediate_exit = 1;
}

static void answers(struct machine *m, u64 what, u64 history)
{
	struct ucall uc = vcpu_ucall(&m->vm->vcpu[0]);

	REQUIRE_EQ(uc.cmd, UCALL_SYNC);
	CHECK_EQ(uc.a, what);
	CHECK_EQ(uc.b, history);
}

static void wake(struct machine *m)
{
	struct kvm_irq_level line = {
		.irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | SPI, .level = 1
	};

	REQUIRE_EQ(kvm(m->vm->fd, KVM_IRQ_LINE, &line), 0);
	line.level = 0;
	REQUIRE_EQ(kvm(m->vm->fd, KVM_IRQ_LINE, &line), 0);
}

/* Answer, say so, sleep until the parent's signal, answer. */
static void live(struct machine *m, u64 mine, int ready)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	own_run = m->vm->vcpu[0].run;
	*vm_shared(m->vm, id) = mine;
	answers(m, 2, mine);
	signal(SIGUSR1, leave);
	REQUIRE_EQ(write(ready, "", 1), 1);
	REQUIRE_EQ(vcpu_run(&m->vm->vcpu[0]), -EINTR);
	CHECK_EQ(own_run->immediate_exit, 1);
	own_run->immediate_exit = 0;
	wake(m);
	answers(m, 1, mine);
	answers(m, 2, mine * 32);
	ktap_end();
}

static pid_t clone_one(struct machine *m, u64 mine)
{
	int ready[2];
	char byte;
	pid_t child;

	REQUIRE_EQ(pipe(ready), 0);
	child = machine_fork(m);
	if (!child)
		live(m, mine, ready[1]);
	close(ready[1]);
	/* nothing comes of one that has failed */
	REQUIRE_EQ(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return child;
}

/* ---- what they take, in KiB ---- */

static u64 of_clones(const pid_t *child, unsigned int n, const char *name)
{
	char file[64];
	u64 sum = 0;

	for (unsigned int i = 0; i < n; i++) {
		snprintf(file, sizeof(file), "/proc/%d/smaps_rollup", child[i]);
		sum += proc_number(file, name);
	}
	return sum / n;
}

/* All memory that is not free, and what the kernel has of it. */
static const char *const kinds[] = {
	"MemFree", "AnonPages", "PageTables", "SecPageTables", "KernelStack", "Slab", "Percpu"
};

static void amounts(u64 *kb)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++)
		kb[i] = proc_number("/proc/meminfo", kinds[i]);
}

static void tell_amounts(const u64 *before, const u64 *after, unsigned int n)
{
	ktap_note("KiB of each of %u clones: %ld in all", n, (s64)(before[0] - after[0]) / (s64)n);
	for (unsigned int i = 1; i < ARRAY_SIZE(kinds); i++)
		ktap_note("%s: %ld", kinds[i], (s64)(after[i] - before[i]) / (s64)n);
}


static void together(int advice)
{
	u64 before[ARRAY_SIZE(kinds)], after[ARRAY_SIZE(kinds)], private;
	const char *many = getenv("KEEL_FORKS");
	unsigned int n = many ? (unsigned int)atoi(many) : ktap_times(16), i;
	u64 memory = many ? MEMORY_MANY : MEMORY;
	struct machine m;
	pid_t *child;

	need_fork();
	child = calloc(n, sizeof(*child));
	m = machine_new(memory, guest_idles, memory);
	madvise(m.data, memory, advice);
	answers(&m, 1, 0);
	amounts(before);
	for (i = 0; i < n; i++)
		child[i] = clone_one(&m, i + 1);
	amounts(after);
	tell_amounts(before, after, n);
	private = of_clones(child, n, "Private_Dirty");
	ktap_note("proportional: %lu, private: %lu", of_clones(child, n, "Pss"), private);
	CHECK(private < memory / 1024 / 4, "%lu KiB", private);
	for (i = 0; i < n; i++)
		CHECK_EQ(waitpid(child[i], NULL, WNOHANG), 0);
	for (i = 0; i < n; i++)
		kill(child[i], SIGUSR1);
	for (i = 0; i < n; i++)
		expect_success(child[i]);
	/* and the one that all of them were */
	*vm_shared(m.vm, id) = 99;
	answers(&m, 2, 99);
}

static void small_pages(void)
{
	together(MADV_NOHUGEPAGE);
}

static void huge_pages(void)
{
	together(MADV_HUGEPAGE);
}

static const struct ktap_case cases[] = {
	{ "clones that sleep", small_pages, 3000 },
	{ "clones that sleep, of memory in huge pages", huge_pages, 3000 },
};
KTAP_MAIN(cases)
