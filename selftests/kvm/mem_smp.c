// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory with several vCPUs and several VMs at once. Proves:
 *  - vCPUs that fault on the same pages at the same time lose no write, also
 *    when the host reclaims, splits, collapses and copies those pages
 *  - slots moved and deleted under running vCPUs: each access meets one
 *    state or the other
 *  - a fault where memory is being taken away waits, and is not taken again and again
 *  - many VMs keep their memory apart (to be run with the module's vmid_bits
 *    forced small as well)
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/vm.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT	21
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE	25
#endif

#define PAGES		256
#define SIZE		(PAGES * PAGE)
#define SLOT		1

#define N	4
#define ROUNDS	200

static struct vm *vm;
static u64 stop_guests;

/* Each vCPU has its own word in every page. */
static void guest_parallel(u64 arg)
{
	u64 cpu = guest_cpu();

	for (u64 i = 1; !load_acquire(&stop_guests) && i <= ROUNDS; i++) {
		for (u64 page = 0; page < PAGES; page++)
			((volatile u64 *)(DATA_BASE + page * PAGE))[cpu] = i + page;
		for (u64 page = 0; page < PAGES; page++)
			GUEST_EQ(((volatile u64 *)(DATA_BASE + page * PAGE))[cpu], i + page);
		if (i % 16 == 0)
			GUEST_SYNC(i, 0);
	}
}

static void *run_thread(void *arg)
{
	vcpu_finish(arg);
	return NULL;
}

static void new_all(void (*fn)(u64), u64 arg)
{
	vm = vm_new(N, fn, arg);
	for (int i = 1; i < N; i++)
		vcpu_start(&vm->vcpu[i], fn, arg);
}

static void run_all(pthread_t *threads)
{
	for (int i = 0; i < N; i++)
		pthread_create(&threads[i], NULL, run_thread, &vm->vcpu[i]);
}

static void join_all(pthread_t *threads)
{
	for (int i = 0; i < N; i++)
		pthread_join(threads[i], NULL);
}

static void parallel(void)
{
	pthread_t threads[N];
	char *mem = vm_alloc(SIZE, PAGE);

	for (int i = 0; i < 5; i++) {
		new_all(guest_parallel, 0);
		REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, DATA_BASE, SIZE, mem), 0);
		run_all(threads);
		join_all(threads);
		for (u64 page = 0; page < PAGES; page++)
			for (int cpu = 0; cpu < N; cpu++)
				CHECK_EQ(((u64 *)(mem + page * PAGE))[cpu], ROUNDS + page);
		vm_free(vm);
	}
}

static void compact(void)
{
	FILE *f = fopen("/proc/sys/vm/compact_memory", "w");

	if (f) {
		fputs("1", f);
		fclose(f);
	}
}

/* The host moves what is behind the slot; the guest cannot notice. */
static void moved_pages(void)
{
	pthread_t threads[N];
	char *mem = vm_alloc(HUGE, HUGE);

	new_all(guest_parallel, 0);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, DATA_BASE, SIZE, mem), 0);
	run_all(threads);
	for (unsigned int i = 0; i < ktap_times(60); i++) {
		madvise(mem, HUGE, MADV_PAGEOUT);
		madvise(mem, HUGE, i & 1 ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
		madvise(mem, HUGE, MADV_COLLAPSE);
		if (i % 20 == 0)
			compact();
		usleep(1000);
	}
	join_all(threads);
	for (u64 page = 0; page < PAGES; page++)
		for (int cpu = 0; cpu < N; cpu++)
			CHECK_EQ(((u64 *)(mem + page * PAGE))[cpu], ROUNDS + page);
}

/* fork() under running vCPUs: copy on write against their writes. */
static void forked(void)
{
	pthread_t threads[N];
	char *mem = vm_alloc(SIZE, PAGE);

	new_all(guest_parallel, 0);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, DATA_BASE, SIZE, mem), 0);
	run_all(threads);
	for (int i = 0; i < 10; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			u64 a = ((volatile u64 *)(mem + 5 * PAGE))[1];

			usleep(5000);
			_exit(((volatile u64 *)(mem + 5 * PAGE))[1] != a);
		}
		int status;

		waitpid(pid, &status, 0);
		CHECK_EQ(status, 0);
	}
	join_all(threads);
	for (u64 page = 0; page < PAGES; page++)
		for (int cpu = 0; cpu < N; cpu++)
			CHECK_EQ(((u64 *)(mem + page * PAGE))[cpu], ROUNDS + page);
}

/* A store to the last page of what goes, again and again. */
#define GOING_SIZE	(128ul << 20)
#define LAST_PAGE	(GOING_SIZE - PAGE)

static void guest_store(u64 arg)
{
	for (u64 i = 1; !load_acquire(&stop_guests); i++)
		*(volatile u64 *)(DATA_BASE + LAST_PAGE) = i;
}

static u64 faults_of(struct vcpu *vcpu)
{
	int fd = kvm(vcpu->fd, KVM_GET_STATS_FD, 0);
	u64 n = kvm_statistic(fd, "abort_exits");

	close(fd);
	return n;
}

/*
 * The host takes memory away, page by page, while a guest wants the last of them back: it waits
 * until that is over, and does not fault all the while and take the CPU from who does it.
 */
static void waits(void)
{
	char *mem = vm_alloc(GOING_SIZE, HUGE);
	unsigned int rounds = ktap_times(4);
	pthread_t thread;
	u64 faults;

	if (!on_keel())
		ktap_skip("the in-tree KVM tries again");
	new_all(guest_store, 0);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, DATA_BASE, GOING_SIZE, mem), 0);
	madvise(mem, GOING_SIZE, MADV_NOHUGEPAGE);
	pthread_create(&thread, NULL, run_thread, &vm->vcpu[0]);
	for (unsigned int i = 0; i < rounds; i++) {
		for (u64 pos = 0; pos < GOING_SIZE; pos += PAGE)
			mem[pos + 8] = 1;
		while (!*(volatile u64 *)(mem + LAST_PAGE))
			usleep(500);
		REQUIRE_EQ(madvise(mem, GOING_SIZE, MADV_DONTNEED), 0);
	}
	store_release(vm_shared(vm, stop_guests), 1);
	pthread_join(thread, NULL);
	faults = faults_of(&vm->vcpu[0]);
	ktap_note("%lu faults", faults);
	/*
	 * each time the one that waited and the one that came after it; the program's own, its
	 * messages
	 */
	CHECK(faults <= 3 * rounds + 16, "%lu faults", faults);
}

static u64 reads[N];

static void guest_reader(u64 arg)
{
	for (u64 i = 1; !load_acquire(&stop_guests); i++) {
		u64 v = *(volatile u64 *)DATA_BASE;

		GUEST_ASSERT(v == 0x1111 || v == 0x2222 || v == 0x3333);
		WRITE_ONCE(reads[guest_cpu()], i);
	}
}

static void *run_reader(void *arg)
{
	struct vcpu *v = arg;
	struct ucall uc;

	for (;;) {
		int ret = vcpu_run(v);

		if (ret == -EINTR)
			continue;
		REQUIRE_EQ(ret, 0);
		if (vcpu_is_ucall(v, &uc)) {
			REQUIRE(uc.cmd == UCALL_DONE, "%s %#lx PC %#lx",
				uc.cmd == UCALL_FAIL ? (char *)uc.a : "", uc.b, uc.c);
			return NULL;
		}
		REQUIRE_EQ(v->run->exit_reason, KVM_EXIT_MMIO);	/* slot gone */
		REQUIRE_EQ(v->run->mmio.phys_addr, DATA_BASE);
		*(u64 *)v->run->mmio.data = 0x3333;
	}
}

static void slots_change(void)
{
	char *a = vm_alloc(HUGE, HUGE), *b = vm_alloc(PAGE, PAGE);
	pthread_t threads[N];

	*(u64 *)a = 0x1111;
	*(u64 *)b = 0x2222;
	new_all(guest_reader, 0);
	for (int i = 0; i < N; i++)
		pthread_create(&threads[i], NULL, run_reader, &vm->vcpu[i]);
	for (int i = 0; i < N; i++)
		while (!READ_ONCE(vm_shared(vm, reads)[0][i]))
			usleep(500);
	for (unsigned int i = 0; i < ktap_times(60); i++) {
		REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, DATA_BASE, HUGE, a), 0);
		usleep(500);
		REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, DATA_BASE + HUGE, HUGE, a), 0);
		REQUIRE_EQ(vm_slot(vm->fd, SLOT + 1, 0, DATA_BASE, PAGE, b), 0);
		usleep(500);
		REQUIRE_EQ(vm_slot(vm->fd, SLOT + 1, 0, 0, 0, NULL), 0);
		REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, 0, 0, NULL), 0);
	}
	store_release(vm_shared(vm, stop_guests), 1);
	join_all(threads);
}

/* A VM of one page: code that counts a word of it up and tells the host. */
static void tiny_vm(struct vcpu *tiny, u64 seed)
{
	static const u32 code[] = {
		0xf9400041,	/* 1: ldr x1, [x2] */
		0x91000421,	/* add x1, x1, #1 */
		0xf9000041,	/* str x1, [x2] */
		0xf9000001,	/* str x1, [x0] */
		0x17fffffc,	/* b 1b */
	};
	char *mem = vm_alloc(PAGE, PAGE);
	int fd = vm_fd(0);

	memcpy(mem, code, sizeof(code));
	*(u64 *)(mem + PAGE / 2) = seed;
	REQUIRE_EQ(vm_slot(fd, 0, 0, DATA_BASE, PAGE, mem), 0);
	tiny->fd = vcpu_fd(fd, 0);
	tiny->run = vcpu_map(tiny->fd);
	REQUIRE_EQ(vcpu_init_fd(fd, tiny->fd, 0), 0);
	reg_write(tiny, REG_PC, DATA_BASE);
	reg_write(tiny, REG_X(0), MMIO_BASE);
	reg_write(tiny, REG_X(2), DATA_BASE + PAGE / 2);
}

/* More than 8-bit VMIDs can name, were each VM given one for ever. */
static void many_vms(void)
{
	static struct vcpu tiny[300];
	unsigned int count = ktap_times(ARRAY_SIZE(tiny));

	for (u64 i = 0; i < count; i++)
		tiny_vm(&tiny[i], i << 32);
	for (u64 round = 1; round < 6; round++)
		for (u64 i = 0; i < count; i++) {
			pin_to(i * round % 3 % nr_cpus());
			REQUIRE_EQ(vcpu_run(&tiny[i]), 0);
			REQUIRE_EQ(tiny[i].run->exit_reason, KVM_EXIT_MMIO);
			CHECK_EQ(*(u64 *)tiny[i].run->mmio.data, (i << 32) + round);
		}
}

static const struct ktap_case cases[] = {
	{ "four vCPUs on the same pages", parallel, 60 },
	{ "pages moved under vCPUs", moved_pages, 60 },
	{ "fork under vCPUs", forked, 60 },
	{ "a fault waits until memory is gone", waits, 60 },
	{ "slots changed under vCPUs", slots_change, 60 },
	{ "many VMs", many_vms, 60 },
};
KTAP_MAIN(cases)
