// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory that userfaultfd has the VMM bring, as a migration does that has begun to
 * run before its memory came. Proves:
 *  - the guest waits for a page as long as it takes, for each kind of access, and two
 *    vCPUs may wait for the same; what the VMM does not serve is not there
 *  - a signal ends KVM_RUN meanwhile, as often as it comes, and nothing is lost
 *  - slots change while a page is awaited
 *  - minor faults of shared memory, and pages protected from writes
 *  - KVM_PRE_FAULT_MEMORY waits for pages too, and a signal ends it with what is done
 *  - a VMM that is killed, or closes its userfaultfd, while a page is awaited
 */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/vm.h"

#define PAGES	8
#define SIZE	(PAGES * PAGE)
#define SLOT	1
#define SEED	0xabc000ul

enum { OP_READ, OP_WRITE, OP_EXEC };

static u64 op;

/* Each page once a round: what is read goes to the host. */
static void guest_pages(u64 rounds)
{
	for (u64 i = 0; i < rounds * PAGES; i++) {
		u64 page = i % PAGES;
		volatile u64 *p = (u64 *)(DATA_BASE + page * PAGE);

		switch (READ_ONCE(op)) {
		case OP_WRITE:
			p[guest_cpu() + 1] = SEED + page;
			break;
		case OP_EXEC:
			asm volatile("ic iallu; dsb nsh; isb" ::: "memory");
			((void (*)(void))p)();
			break;
		}
		GUEST_SYNC(page, p[0]);
	}
}

static struct vm *vm;
static char *mem;
static int uffd;

/* ---- the VMM's side of userfaultfd ---- */

static void open_uffd(u64 features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };

	uffd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);
	if (uffd < 0)
		ktap_skip("no userfaultfd: %s", strerror(errno));
	if (ioctl(uffd, UFFDIO_API, &api))
		ktap_skip("a userfaultfd without %#lx", features);
}

static void watch(void *start, u64 mode)
{
	struct uffdio_register r = { .range = { (u64)start, SIZE }, .mode = mode };

	REQUIRE(ioctl(uffd, UFFDIO_REGISTER, &r) == 0, "%d", errno);
}

/* The page that somebody waits for, in bytes from the start of the memory; flags: of the event. */
static u64 awaited(u64 *flags)
{
	struct pollfd p = { uffd, POLLIN };
	struct uffd_msg msg;

	/* who looked for itself whether the page is there meanwhile is gone again */
	do {
		REQUIRE_EQ(poll(&p, 1, -1), 1);
	} while (read(uffd, &msg, sizeof(msg)) < 0 && errno == EAGAIN);
	REQUIRE_EQ(msg.event, UFFD_EVENT_PAGEFAULT);
	if (flags)
		*flags = msg.arg.pagefault.flags;
	return (msg.arg.pagefault.address & ~(PAGE - 1)) - (u64)mem;
}

static bool is_awaited(void)
{
	struct pollfd p = { uffd, POLLIN };

	return poll(&p, 1, 0) == 1 && p.revents & POLLIN;
}

/* Its first word is SEED and the page's number, or, to be executed, a return. */
static void serve(u64 pos)
{
	u64 *page = aligned_alloc(PAGE, PAGE);
	struct uffdio_copy copy = { .dst = (u64)mem + pos, .src = (u64)page, .len = PAGE };

	memset(page, 0, PAGE);
	page[0] = op == OP_EXEC ? 0xd65f03c0 : SEED + pos / PAGE;
	REQUIRE(ioctl(uffd, UFFDIO_COPY, &copy) == 0, "%d", errno);
	free(page);
}

/* ---- the guest's ---- */

static void setup(unsigned int n, u64 access)
{
	mem = vm_alloc(SIZE, PAGE);
	op = access;
	vm = vm_new(n, guest_pages, 1);
	for (unsigned int i = 1; i < n; i++)
		vcpu_start(&vm->vcpu[i], guest_pages, 1);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, DATA_BASE, SIZE, mem), 0);
	open_uffd(0);
	watch(mem, UFFDIO_REGISTER_MODE_MISSING);
}

static u64 seen[2];	/* of each vCPU: messages that have come */

static void *run_guest(void *arg)
{
	struct vcpu *vcpu = arg;
	struct ucall uc;

	while (seen[vcpu->id] < PAGES) {
		uc = vcpu_ucall(vcpu);
		REQUIRE_EQ(uc.cmd, UCALL_SYNC);
		CHECK_EQ(uc.a, seen[vcpu->id]);
		CHECK_EQ(uc.b, op == OP_EXEC ? 0xd65f03c0 : SEED + uc.a);
		store_release(&seen[vcpu->id], seen[vcpu->id] + 1);
	}
	return NULL;
}

static void served_late(u64 access)
{
	pthread_t threads[2];

	setup(2, access);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, run_guest, &vm->vcpu[i]);
	for (u64 page = 0; page < PAGES; page++) {
		u64 pos;

		/* both may be heard of, also the one that came late for the page before */
		do {
			pos = awaited(NULL);
		} while (pos < page * PAGE);
		REQUIRE_EQ(pos, page * PAGE);
		usleep(20000);
		for (int i = 0; i < 2; i++)
			CHECK(load_acquire(&seen[i]) <= page);
		serve(pos);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	for (u64 page = 0; access == OP_WRITE && page < PAGES; page++)
		for (int i = 1; i <= 2; i++)
			CHECK_EQ(((u64 *)(mem + page * PAGE))[i], SEED + page);
}

static void served_reads(void)
{
	served_late(OP_READ);
}

static void served_writes(void)
{
	served_late(OP_WRITE);
}

static void served_fetches(void)
{
	served_late(OP_EXEC);
}

/* ---- signals ---- */

static void on_signal(int sig)
{
}

/* A kernel whose page faults wait for no signal but a fatal one: before 6.2. */
static void need_interruptible(void)
{
	struct utsname u;
	int major = 0, minor = 0;

	uname(&u);
	sscanf(u.release, "%d.%d", &major, &minor);
	if (!on_keel())
		ktap_skip("the in-tree KVM waits for a fatal signal");
	if (major < 6 || (major == 6 && minor < 2))
		ktap_skip("a kernel before 6.2");
	sigaction(SIGUSR1, &(struct sigaction){ .sa_handler = on_signal }, NULL);
}

struct call {
	pthread_t thread;
	u64 ended;
	int ret;
	struct kvm_pre_fault_memory range;
};

static void *run_call(void *arg)
{
	struct call *c = arg;

	c->ret = c->range.size ? kvm(vm->vcpu[0].fd, KVM_PRE_FAULT_MEMORY, &c->range)
			       : vcpu_run(&vm->vcpu[0]);
	store_release(&c->ended, 1);
	return NULL;
}

/* It waits for a page that nobody serves: a signal is its end. */
static void interrupt(struct call *c)
{
	usleep(20000);
	CHECK_EQ(load_acquire(&c->ended), 0);
	pthread_kill(c->thread, SIGUSR1);
	pthread_join(c->thread, NULL);
}

static void signalled(void)
{
	struct kvm_run *run;

	need_interruptible();
	setup(1, OP_WRITE);
	run = vm->vcpu[0].run;
	for (int i = 0; i < 4; i++) {
		struct call c = {};

		run->exit_reason = 0xff;
		pthread_create(&c.thread, NULL, run_call, &c);
		REQUIRE_EQ(awaited(NULL), 0);
		interrupt(&c);
		CHECK_EQ(c.ret, -EINTR);
		CHECK_EQ(run->exit_reason, KVM_EXIT_INTR);
	}
	serve(0);
	for (u64 page = 1; page < PAGES; page++)
		serve(page * PAGE);
	vcpu_finish(&vm->vcpu[0]);
	CHECK_EQ(((u64 *)mem)[1], SEED);
}

static void prefault_signalled(void)
{
	struct call c = { .range = { .gpa = DATA_BASE, .size = SIZE } };

	if (kvm_cap(KVM_CAP_PRE_FAULT_MEMORY) != 1)
		ktap_skip("no KVM_CAP_PRE_FAULT_MEMORY");
	need_interruptible();
	setup(1, OP_READ);
	pthread_create(&c.thread, NULL, run_call, &c);
	REQUIRE_EQ(awaited(NULL), 0);
	interrupt(&c);
	CHECK_EQ(c.ret, -EINTR);
	CHECK_EQ(c.range.size, SIZE);
	/* a page is done, and that is what it tells */
	c.ended = 0;
	pthread_create(&c.thread, NULL, run_call, &c);
	REQUIRE_EQ(awaited(NULL), 0);
	serve(0);
	REQUIRE_EQ(awaited(NULL), PAGE);
	interrupt(&c);
	CHECK_EQ(c.ret, 0);
	CHECK_EQ(c.range.gpa, DATA_BASE + PAGE);
	CHECK_EQ(c.range.size, SIZE - PAGE);
}

static void prefault(void)
{
	struct call c = { .range = { .gpa = DATA_BASE, .size = SIZE } };

	if (kvm_cap(KVM_CAP_PRE_FAULT_MEMORY) != 1)
		ktap_skip("no KVM_CAP_PRE_FAULT_MEMORY");
	setup(1, OP_READ);
	pthread_create(&c.thread, NULL, run_call, &c);
	for (u64 page = 0; page < PAGES; page++) {
		REQUIRE_EQ(awaited(NULL), page * PAGE);
		serve(page * PAGE);
	}
	pthread_join(c.thread, NULL);
	CHECK_EQ(c.ret, 0);
	CHECK_EQ(c.range.size, 0);
	run_guest(&vm->vcpu[0]);
	CHECK_EQ(seen[0], PAGES);
	CHECK(!is_awaited());
}

/* ---- while a page is awaited ---- */

static void slots_change(void)
{
	char *other = vm_alloc(PAGE, PAGE);
	pthread_t thread;

	setup(1, OP_READ);
	pthread_create(&thread, NULL, run_guest, &vm->vcpu[0]);
	REQUIRE_EQ(awaited(NULL), 0);
	for (int i = 0; i < 8; i++) {
		REQUIRE_EQ(vm_slot(vm->fd, SLOT + 1, 0, DATA_BASE + 2 * SIZE, PAGE, other), 0);
		REQUIRE_EQ(vm_slot(vm->fd, SLOT + 1, 0, 0, 0, NULL), 0);
	}
	/* the very one: what is served is another slot's when it comes */
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, 0, 0, NULL), 0);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, DATA_BASE, SIZE, mem), 0);
	for (u64 page = 0; page < PAGES; page++)
		serve(page * PAGE);
	pthread_join(thread, NULL);
	CHECK_EQ(seen[0], PAGES);
}

static void minor(void)
{
	int fd = memfd_create("memory", MFD_CLOEXEC);
	pthread_t thread;
	u64 flags, *other;

	REQUIRE_EQ(ftruncate(fd, SIZE), 0);
	other = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	mem = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	REQUIRE(other != MAP_FAILED && mem != MAP_FAILED);
	op = OP_READ;
	vm = vm_new(1, guest_pages, 1);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, DATA_BASE, SIZE, mem), 0);
	memset(other, 0xff, SIZE);		/* it is there, and not what it will be */
	open_uffd(UFFD_FEATURE_MINOR_SHMEM);
	watch(mem, UFFDIO_REGISTER_MODE_MINOR);
	pthread_create(&thread, NULL, run_guest, &vm->vcpu[0]);
	for (u64 page = 0; page < PAGES; page++) {
		struct uffdio_continue c = { .range = { (u64)mem + page * PAGE, PAGE } };

		REQUIRE_EQ(awaited(&flags), page * PAGE);
		CHECK(flags & UFFD_PAGEFAULT_FLAG_MINOR);
		other[page * PAGE / 8] = SEED + page;
		REQUIRE(ioctl(uffd, UFFDIO_CONTINUE, &c) == 0, "%d", errno);
	}
	pthread_join(thread, NULL);
	CHECK_EQ(seen[0], PAGES);
}

static void protect(u64 pos, u64 len, bool on)
{
	struct uffdio_writeprotect wp = {
		.range = { (u64)mem + pos, len }, .mode = on ? UFFDIO_WRITEPROTECT_MODE_WP : 0,
	};

	REQUIRE(ioctl(uffd, UFFDIO_WRITEPROTECT, &wp) == 0, "%d", errno);
}

static void begin_round(u64 access)
{
	seen[0] = 0;
	op = access;
	*vm_shared(vm, op) = access;
}

/* The guest writes each page, and waits for each. */
static void write_protected(u64 before)
{
	pthread_t thread;
	u64 flags;

	begin_round(OP_WRITE);
	pthread_create(&thread, NULL, run_guest, &vm->vcpu[0]);
	for (u64 page = 0; page < PAGES; page++) {
		REQUIRE_EQ(awaited(&flags), page * PAGE);
		CHECK(flags & UFFD_PAGEFAULT_FLAG_WP);
		usleep(5000);
		CHECK_EQ(load_acquire(&seen[0]), page);
		CHECK_EQ(((u64 *)(mem + page * PAGE))[1], before ? before + page : 0);
		protect(page * PAGE, PAGE, false);
	}
	pthread_join(thread, NULL);
}

/* Twice each page: what the guest could write before it cannot again. */
static void protected(void)
{
	mem = vm_alloc(SIZE, PAGE);
	for (u64 page = 0; page < PAGES; page++)
		*(u64 *)(mem + page * PAGE) = SEED + page;
	open_uffd(UFFD_FEATURE_PAGEFAULT_FLAG_WP);
	watch(mem, UFFDIO_REGISTER_MODE_WP);
	vm = vm_new(1, guest_pages, 4);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, DATA_BASE, SIZE, mem), 0);
	for (int i = 0; i < 2; i++) {
		protect(0, SIZE, true);
		begin_round(OP_READ);
		run_guest(&vm->vcpu[0]);
		CHECK(!is_awaited());
		write_protected(i ? SEED : 0);
	}
}

/* ---- ends ---- */

static void killed(void)
{
	int pipes[2], status;
	char c;
	pid_t pid;

	open_uffd(0);
	close(uffd);
	REQUIRE_EQ(pipe(pipes), 0);
	pid = fork();
	if (!pid) {
		pthread_t thread;

		setup(1, OP_READ);
		pthread_create(&thread, NULL, run_guest, &vm->vcpu[0]);
		awaited(NULL);
		if (write(pipes[1], "", 1) != 1)
			_exit(1);
		pause();
	}
	close(pipes[1]);
	REQUIRE_EQ(read(pipes[0], &c, 1), 1);
	usleep(20000);
	kill(pid, SIGKILL);
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "%#x", status);
}

/* With it goes the watch: pages are empty ones again. */
static void closed(void)
{
	struct call c = {};
	struct ucall uc;

	setup(1, OP_READ);
	pthread_create(&c.thread, NULL, run_call, &c);
	REQUIRE_EQ(awaited(NULL), 0);
	usleep(20000);
	close(uffd);
	pthread_join(c.thread, NULL);
	CHECK_EQ(c.ret, 0);
	REQUIRE(vcpu_is_ucall(&vm->vcpu[0], &uc), "exit %u", vm->vcpu[0].run->exit_reason);
	CHECK_EQ(uc.cmd, UCALL_SYNC);
	CHECK_EQ(uc.b, 0);
	vcpu_finish(&vm->vcpu[0]);
}

static const struct ktap_case cases[] = {
	{ "pages that are read come late", served_reads },
	{ "pages that are written come late", served_writes },
	{ "pages that are executed come late", served_fetches },
	{ "a signal while a page is awaited", signalled },
	{ "slots change while a page is awaited", slots_change },
	{ "minor faults", minor },
	{ "pages protected from writes", protected },
	{ "memory before it is touched", prefault },
	{ "memory before it is touched, and a signal", prefault_signalled },
	{ "killed while a page is awaited", killed },
	{ "no userfaultfd any more", closed },
};
KTAP_MAIN(cases)
