// SPDX-License-Identifier: GPL-2.0-only
/*
 * Memory that is taken from a guest while its slot goes or moves. Proves:
 *  - once munmap() has returned the guest writes to the page no more, also
 *    when it comes in the middle of the deletion or the move of the slot
 *
 * The page is shared memory, which an observer sees by a second mapping. The
 * slot spans many parts of what a hypervisor unmaps at a time, the page is in
 * the last one. On one CPU a real-time thread waits for the deletion to be on
 * its way and then takes the CPU from it, as soon as it can be taken.
 */
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include "lib/vm.h"

#define GB		(1ul << 30)
#define PARTS		24ul
#define SIZE		(PARTS * GB)
#define PLACE		(4 * GB)	/* guest physical */
#define OTHER		(64 * GB)	/* where it moves to */
#define COUNTER		(SIZE - 8)
#define SLOT		1

static u64 guest_round;			/* the guest's copy is what counts */

/* Have a page of each part, then count in the last one until the round is over. */
static void guest_count(u64 arg)
{
	volatile u64 *counter = (u64 *)(PLACE + COUNTER);
	u64 round = 0;

	for (;;) {
		while (load_acquire(&guest_round) == round)
			;
		round = load_acquire(&guest_round);
		if (!round)
			return;
		for (u64 part = 0; part < PARTS; part++)
			(void)*(volatile u64 *)(PLACE + part * GB);
		while (load_acquire(&guest_round) == round)
			++*counter;
	}
}

static struct vm *vm;
static char *mem, *page;
static volatile u64 *seen;

/*
 * The slot's absence is no failure: an access without memory (MMIO), or with memory that is gone
 * (EFAULT).
 */
static void *run_guest(void *arg)
{
	struct vcpu *vcpu = &vm->vcpu[0];
	struct ucall uc;
	int ret;

	pin_to(1);
	for (;;) {
		ret = vcpu_run(vcpu);
		if (ret == -EFAULT || ret == -EINTR)
			continue;
		REQUIRE_EQ(ret, 0);
		if (vcpu_is_ucall(vcpu, &uc)) {
			REQUIRE_EQ(uc.cmd, UCALL_DONE);
			return NULL;
		}
		REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
		memset(vcpu->run->mmio.data, 0, 8);
	}
}

static u64 now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000ul + ts.tv_nsec / 1000;
}

static void spin_us(u64 us)
{
	u64 end = now_us() + us;

	while (now_us() < end)
		;
}

/* ---- the deletion, or the move, by a thread of its own ---- */

enum stage { IDLE, GO, BUSY, DONE };
static enum stage stage;
static bool moves;
static u64 took;	/* microseconds */

static void *change_slot(void *arg)
{
	u64 begin;
	int ret;

	for (;;) {
		while (load_acquire(&stage) != GO)
			usleep(20);
		store_release(&stage, BUSY);
		begin = now_us();
		ret = moves ? vm_slot(vm->fd, SLOT, 0, OTHER, SIZE, mem)
			    : vm_slot(vm->fd, SLOT, 0, 0, 0, NULL);
		CHECK_EQ(ret, 0);
		took = now_us() - begin;
		store_release(&stage, DONE);
	}
	return NULL;
}

static void be_real_time(void)
{
	struct sched_param param = { .sched_priority = 10 };

	REQUIRE_EQ(sched_setscheduler(0, SCHED_FIFO, &param), 0);
}

/* ---- one round ---- */

static void map_page(int fd)
{
	page = mem + SIZE - PAGE;
	REQUIRE(mmap(page, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) == page);
}

static void start_guest(u64 round)
{
	*seen = 0;
	store_release(vm_shared(vm, guest_round), round);
	while (*seen < 3)
		usleep(50);
}

static void wait_for(enum stage what)
{
	while (load_acquire(&stage) < what)
		usleep(20);
}

/* True: munmap() returned while the slot was being changed. */
static bool take_away(u64 delay)
{
	bool met;
	u64 last;

	store_release(&stage, GO);
	wait_for(BUSY);
	if (delay)
		usleep(delay);
	else
		wait_for(DONE);
	REQUIRE_EQ(munmap(page, PAGE), 0);
	last = *seen;
	met = load_acquire(&stage) == BUSY;
	spin_us(200);
	CHECK_EQ(*seen, last);
	wait_for(DONE);
	CHECK_EQ(*seen, last);
	store_release(&stage, IDLE);
	return met;
}

static bool one_round(int fd, u64 round, u64 delay)
{
	bool met;

	map_page(fd);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, PLACE, SIZE, mem), 0);
	start_guest(round);
	met = take_away(delay);
	if (moves)
		REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, 0, 0, NULL), 0);
	return met;
}

static void setup(int fd)
{
	REQUIRE_EQ(ftruncate(fd, PAGE), 0);
	seen = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	REQUIRE(seen != MAP_FAILED);
	seen += PAGE / 8 - 1;
	mem = vm_alloc(SIZE, GB);
	vm = vm_new(1, guest_count, 0);
}

/* How long the change takes: the shortest of a few, since others may have the CPU as well. */
static u64 undisturbed(int fd)
{
	u64 best = ~0ul;

	for (u64 round = 1; round < 5; round++) {
		one_round(fd, round, 0);
		best = took < best ? took : best;
	}
	return best;
}

static void run_rounds(void)
{
	unsigned int met = 0, rounds = ktap_times(60);
	int fd = memfd_create("revoked", 0);
	pthread_t guest, changer;
	u64 alone;

	if (nr_cpus() < 2)
		ktap_skip("one CPU");
	setup(fd);
	pthread_create(&guest, NULL, run_guest, NULL);
	pin_to(0);
	pthread_create(&changer, NULL, change_slot, NULL);
	be_real_time();
	alone = undisturbed(fd);
	for (unsigned int i = 0; i < rounds; i++)
		met += one_round(fd, i + 10, 1 + random() % alone);
	ktap_note("%lu us, unmapped in the middle in %u of %u rounds", alone, met, rounds);
	store_release(vm_shared(vm, guest_round), 0);
	pthread_join(guest, NULL);
}

static void deleted(void)
{
	run_rounds();
}

static void moved(void)
{
	moves = true;
	run_rounds();
}

static const struct ktap_case cases[] = {
	{ "page unmapped while its slot is deleted", deleted, 60 },
	{ "page unmapped while its slot moves", moved, 60 },
};
KTAP_MAIN(cases)
