// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that guests write, by the rings of their vCPUs. Proves:
 *  - each first write of a page is one entry, in order; reads are none; after a
 *    reset the page is told again
 *  - KVM_RUN ends with KVM_EXIT_DIRTY_RING_FULL at the limit, again and again until
 *    there was a reset, and nothing was lost
 *  - what the hypervisor writes for a vCPU is in its ring
 *  - nothing is lost while vCPUs write and user space copies what it is told of, by
 *    ring, by KVM_GET_DIRTY_LOG and by KVM_CLEAR_DIRTY_LOG, whether blocks are split
 *    when they are written or before
 *  - whatever user space writes into a ring, and slots that go and logs that are
 *    turned off and on meanwhile, do no harm
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lib/ring.h"

#define LOG		KVM_MEM_LOG_DIRTY_PAGES
#define SLOT		3
#define BYTES		(256 * sizeof(struct kvm_dirty_gfn) > PAGE ? 256 * sizeof(struct kvm_dirty_gfn) : PAGE)
#define LIMIT		(BYTES / sizeof(struct kvm_dirty_gfn) - RING_RESERVED)
#define PAGES		(2 * LIMIT)
#define PV_TIME_ST	0xc5000021ul

/* ---- the guest ---- */

enum { WRITE_ALL, READ_ALL, STOLEN_TIME };
static struct { u64 what, first, nr, value; } op;

static void guest_ops(u64 arg)
{
	for (;;) {
		volatile u64 *p = (u64 *)(DATA_BASE + op.first * PAGE);

		for (u64 i = 0; i < op.nr; i++, p += PAGE / 8) {
			if (op.what == WRITE_ALL)
				*p = op.value + i;
			else if (op.what == READ_ALL)
				GUEST_EQ(*p, op.value + i);
		}
		GUEST_SYNC(op.what == STOLEN_TIME ? guest_hvc(PV_TIME_ST, 0, 0, 0).a0 : 0, 0);
	}
}

/* ---- one vCPU ---- */

static struct vm *vm;
static struct vcpu *vcpu;
static struct ring ring;
static char *mem;

static void with_ring(int fd)
{
	REQUIRE_EQ(vm_enable(fd, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, BYTES), 0);
}

static void with_both(int fd)
{
	with_ring(fd);
	REQUIRE_EQ(vm_enable(fd, KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP, 0), 0);
}

static int set_slot(u32 id, u32 flags, u64 pages)
{
	return vm_slot(vm->fd, id, flags, DATA_BASE, pages * PAGE, mem);
}

static void setup(void (*prepare)(int fd))
{
	vm = vm_new_after(prepare, 1, guest_ops, 0);
	vcpu = &vm->vcpu[0];
	ring = ring_map(vcpu->fd, BYTES);
	mem = vm_alloc(PAGES * PAGE, PAGE);
	REQUIRE_EQ(set_slot(SLOT, LOG, PAGES), 0);
}

static void ask(u64 what, u64 first, u64 nr, u64 value)
{
	*vm_shared(vm, op) = (typeof(op)){ what, first, nr, value };
}

static u64 tell(u64 what, u64 first, u64 nr, u64 value)
{
	ask(what, first, nr, value);
	return vcpu_ucall(vcpu).a;
}

static int reset(void)
{
	return kvm(vm->fd, KVM_RESET_DIRTY_RINGS, 0);
}

/* These pages are in the ring, in this order, and nothing else. */
static void expect(u64 first, u64 nr)
{
	struct kvm_dirty_gfn *e;
	u64 n = 0;

	for (; (e = ring_peek(&ring)); n++, ring_done(&ring))
		CHECK(e->slot == SLOT && e->offset == first + n, "entry %lu: page %llu of slot %u", n, e->offset, e->slot);
	CHECK_EQ(n, nr);
}

static void each_page(void)
{
	setup(with_ring);
	expect(0, 0);
	tell(WRITE_ALL, 0, 5, 100);
	tell(WRITE_ALL, 2, 3, 102);
	expect(0, 5);
	tell(READ_ALL, 0, 5, 100);
	tell(READ_ALL, 70, 1, 0);
	tell(READ_ALL, 71, 1, 0);
	CHECK_EQ(reset(), 5);
	CHECK_EQ(reset(), 0);
	expect(5, 0);
	tell(READ_ALL, 0, 5, 100);
	expect(5, 0);
	for (unsigned int i = 0; i < 3; i++) {
		/* read before, written before, and neither */
		tell(WRITE_ALL, 70, 1, i);
		tell(WRITE_ALL, 71, 1, i);
		tell(WRITE_ALL, 72, 1, i);
		expect(70, 3);
		CHECK_EQ(reset(), 3);
		tell(WRITE_ALL, PAGES - 1, 1, i);
		expect(PAGES - 1, 1);
		CHECK_EQ(reset(), 1);
	}
	CHECK_EQ(*(u64 *)(mem + 71 * PAGE), 2);
}

/* In pieces that are harvested but not yet reset, in words of the log that are not in order. */
static void reset_in_pieces(void)
{
	static const u64 at[] = { 130, 1, 64, 63, 129, 0, 128, 65 };

	setup(with_ring);
	for (unsigned int round = 0; round < 3; round++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(at); i++)
			tell(WRITE_ALL, at[i], 1, round);
		for (unsigned int i = 0; i < ARRAY_SIZE(at); i++) {
			struct kvm_dirty_gfn *e = ring_peek(&ring);

			REQUIRE(e && e->offset == at[i], "entry %u", i);
			ring_done(&ring);
			if (i == 2)
				CHECK_EQ(reset(), 3);
		}
		expect(0, 0);
		CHECK_EQ(reset(), ARRAY_SIZE(at) - 3);
	}
}

static void is_full(void)
{
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_DIRTY_RING_FULL);
}

static void full(void)
{
	setup(with_ring);
	for (unsigned int round = 1; round < 4; round++) {
		ask(WRITE_ALL, 0, PAGES - 1, round << 20);
		is_full();
		is_full();
		expect(0, LIMIT);
		is_full();
		CHECK_EQ(reset(), LIMIT);
		/*
		 * told before it was written, and its reset was for what had not been written yet
		 */
		is_full();
		expect(LIMIT - 1, LIMIT);
		is_full();
		CHECK_EQ(reset(), LIMIT);
		vcpu_sync(vcpu, 0);
		expect(PAGES - 2, 1);
		CHECK_EQ(reset(), 1);
		for (u64 i = 0; i < PAGES - 1; i++)
			CHECK(*(u64 *)(mem + i * PAGE) == (round << 20) + i, "page %lu", i);
	}
}

/* A single entry that is free again is not below the limit if all others are in use. */
static void just_below_full(void)
{
	setup(with_ring);
	ask(WRITE_ALL, 0, LIMIT, 1);
	is_full();
	REQUIRE(ring_peek(&ring));
	ring_done(&ring);
	CHECK_EQ(reset(), 1);
	/* runs, and is at its limit with the next page */
	vcpu_sync(vcpu, 0);
	ask(WRITE_ALL, LIMIT, 2, 1);
	is_full();
	expect(1, LIMIT);
	CHECK_EQ(reset(), LIMIT);
	vcpu_sync(vcpu, 0);
}

static u64 bits(void)
{
	static u64 bitmap[4096];
	struct kvm_dirty_log log = { .slot = SLOT, .dirty_bitmap = bitmap };

	REQUIRE_EQ(kvm(vm->fd, KVM_GET_DIRTY_LOG, &log), 0);
	return bitmap[0];
}

static void beside_bitmap(void)
{
	u64 place = DATA_BASE + 9 * PAGE + 64;
	struct kvm_device_attr attr = {
		.group = KVM_ARM_VCPU_PVTIME_CTRL, .attr = KVM_ARM_VCPU_PVTIME_IPA, .addr = (u64)&place,
	};

	setup(with_both);
	tell(WRITE_ALL, 0, 3, 1);
	CHECK_EQ(bits(), 0);
	expect(0, 3);
	CHECK_EQ(reset(), 3);
	if (!kvm_cap(KVM_CAP_STEAL_TIME))
		return;
	REQUIRE_EQ(kvm(vcpu->fd, KVM_SET_DEVICE_ATTR, &attr), 0);
	CHECK_EQ(tell(STOLEN_TIME, 0, 0, 0), place);
	CHECK_EQ(bits(), 0);
	REQUIRE(ring_peek(&ring));
	for (struct kvm_dirty_gfn *e; (e = ring_peek(&ring)); ring_done(&ring))
		CHECK(e->slot == SLOT && e->offset == 9);
}

/* ---- hostile user space ---- */

static void claim(u32 index, u32 slot, u64 offset)
{
	struct kvm_dirty_gfn *e = &ring.entries[index % ring.size];

	e->slot = slot;
	e->offset = offset;
	__atomic_store_n(&e->flags, KVM_DIRTY_GFN_F_RESET, __ATOMIC_RELEASE);
}

static void forged(void)
{
	static const struct { u32 slot; u64 offset; } lies[] = {
		{ SLOT + 1, 0 }, { ~0u, 0 }, { 1u << 16 | SLOT, 0 }, { 32767, 0 }, { 0xffff, 5 },
		{ SLOT, ~0ul }, { SLOT, 1ul << 63 }, { SLOT, 1ul << 52 }, { SLOT, 63 }, { SLOT, 4095 }, { 0, 0 }, { 0, 1 },
	};
	u64 n = ARRAY_SIZE(lies);

	setup(with_ring);
	tell(WRITE_ALL, 0, n, 1);
	for (u32 i = 0; i < n; i++)
		claim(i, lies[i].slot, lies[i].offset);
	CHECK_EQ(reset(), n);
	ring.next += n;
	/* none of them was protected, so none is told */
	tell(WRITE_ALL, 0, n, 2);
	expect(0, 0);
	if (!on_keel())
		return;
	/* what the vCPU has not filled cannot be taken */
	for (u32 i = 0; i < ring.size; i++)
		claim(i, SLOT, i);
	CHECK_EQ(reset(), 0);
	memset(ring.entries, 0, BYTES);
	tell(WRITE_ALL, 20, 1, 2);
	expect(20, 1);
	CHECK_EQ(reset(), 1);
}

static void slot_gone(void)
{
	setup(with_ring);
	tell(WRITE_ALL, 0, 70, 1);
	expect(0, 70);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, 0, 0, NULL), 0);
	CHECK_EQ(reset(), 70);
	/* one that is smaller; one that keeps no log */
	REQUIRE_EQ(set_slot(SLOT, LOG, 100), 0);
	tell(WRITE_ALL, 0, 100, 2);
	expect(0, 100);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, 0, 0, NULL), 0);
	REQUIRE_EQ(set_slot(SLOT, LOG, 10), 0);
	tell(WRITE_ALL, 0, 10, 3);
	CHECK_EQ(reset(), 100);
	expect(0, 10);
	REQUIRE_EQ(set_slot(SLOT, 0, 10), 0);
	CHECK_EQ(reset(), 10);
	tell(WRITE_ALL, 0, 10, 4);
	expect(0, 0);
	REQUIRE_EQ(set_slot(SLOT, LOG, 10), 0);
	tell(WRITE_ALL, 0, 10, 5);
	expect(0, 10);
}

/* What was given back counts, though nobody has the ring or the vCPU any more. */
static void vcpu_gone(void)
{
	setup(with_ring);
	tell(WRITE_ALL, 0, 9, 1);
	for (unsigned int i = 0; i < 5; i++)
		ring_done(&ring);
	munmap(ring.entries, BYTES);
	munmap(vcpu->run, kvm_run_size());
	close(vcpu->fd);
	CHECK_EQ(reset(), 5);
	CHECK_EQ(reset(), 0);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, 0, 0, NULL), 0);
	close(vm->fd);
}

/* ---- copying while vCPUs write ---- */

#define NR_VCPUS	3
#define COPIED		512ul

static u64 stop, written[NR_VCPUS];

static void guest_writer(u64 cpu)
{
	u64 x = cpu * 7919 + 1, n = 0;

	for (;;) {
		while (!load_acquire(&stop)) {
			x = x * 6364136223846793005ul + 1442695040888963407ul;
			*(volatile u64 *)(DATA_BASE + (x >> 33) % COPIED * PAGE + cpu * 8) = x;
			WRITE_ONCE(written[cpu], ++n);
		}
		GUEST_SYNC(0, 0);
	}
}

static struct worker {
	struct vcpu *vcpu;
	struct ring ring;
	u64 full;	/* how often its ring was */
	sem_t go, stopped;
} workers[NR_VCPUS];
static char *copy;

static void *run_writer(void *arg)
{
	struct worker *w = arg;

	for (;;) {
		sem_wait(&w->go);
		while (CHECK_EQ(vcpu_run(w->vcpu), 0) &&
		       w->vcpu->run->exit_reason == KVM_EXIT_DIRTY_RING_FULL) {
			__atomic_add_fetch(&w->full, 1, __ATOMIC_RELAXED);
			usleep(500);
		}
		sem_post(&w->stopped);
	}
	return NULL;
}

static void copy_page(u64 page)
{
	if (CHECK(page < COPIED, "page %lu", page))
		memcpy(copy + page * PAGE, mem + page * PAGE, PAGE);
}

static void copy_bits(const u64 *bitmap)
{
	for (u64 page = 0; page < COPIED; page++)
		if (bitmap[page / 64] >> page % 64 & 1)
			copy_page(page);
}

static void collect_get(void)
{
	u64 bitmap[COPIED / 64];
	struct kvm_dirty_log get = { .slot = SLOT, .dirty_bitmap = bitmap };

	REQUIRE_EQ(kvm(vm->fd, KVM_GET_DIRTY_LOG, &get), 0);
	copy_bits(bitmap);
}

/* In two pieces, one of which is behind: what it does not clear stays dirty. */
static void collect_clear(void)
{
	u64 bitmap[COPIED / 64];
	struct kvm_dirty_log get = { .slot = SLOT, .dirty_bitmap = bitmap };
	struct kvm_clear_dirty_log clear = { .slot = SLOT, .first_page = 64, .num_pages = COPIED - 64 };

	REQUIRE_EQ(kvm(vm->fd, KVM_GET_DIRTY_LOG, &get), 0);
	clear.dirty_bitmap = bitmap + 1;
	REQUIRE_EQ(kvm(vm->fd, KVM_CLEAR_DIRTY_LOG, &clear), 0);
	clear.first_page = 0;
	clear.num_pages = 64;
	clear.dirty_bitmap = bitmap;
	bitmap[0] &= 0x5555555555555555;
	REQUIRE_EQ(kvm(vm->fd, KVM_CLEAR_DIRTY_LOG, &clear), 0);
	copy_bits(bitmap);
	/* and the others next time */
	REQUIRE_EQ(kvm(vm->fd, KVM_GET_DIRTY_LOG, &get), 0);
	bitmap[0] &= 0xaaaaaaaaaaaaaaaa;
	REQUIRE_EQ(kvm(vm->fd, KVM_CLEAR_DIRTY_LOG, &clear), 0);
	memset(bitmap + 1, 0, sizeof(bitmap) - 8);
	copy_bits(bitmap);
}

static void collect_rings(void)
{
	static u8 told[COPIED];
	struct kvm_dirty_gfn *e;
	int n = 0;

	memset(told, 0, sizeof(told));
	for (unsigned int i = 0; i < NR_VCPUS; i++) {
		for (struct ring *r = &workers[i].ring; (e = ring_peek(r)); ring_done(r), n++) {
			REQUIRE(e->slot == SLOT && e->offset < COPIED, "page %llu of %u", e->offset, e->slot);
			told[e->offset] = 1;
		}
	}
	CHECK_EQ(reset(), n);
	for (u64 page = 0; page < COPIED; page++)
		if (told[page])
			copy_page(page);
}

static void check_copy(unsigned int round)
{
	u64 bad = 0;

	for (u64 page = 0; page < COPIED; page++)
		bad += memcmp(copy + page * PAGE, mem + page * PAGE, PAGE) != 0;
	CHECK(!bad, "round %u: %lu pages differ", round, bad);
}

static void start_worker(struct worker *w, unsigned int i, bool rings)
{
	pthread_t thread;

	w->vcpu = &vm->vcpu[i];
	if (rings)
		w->ring = ring_map(w->vcpu->fd, BYTES);
	if (i)
		vcpu_start(w->vcpu, guest_writer, i);
	sem_init(&w->go, 0, 0);
	sem_init(&w->stopped, 0, 0);
	REQUIRE_EQ(pthread_create(&thread, NULL, run_writer, w), 0);
}

static void go(void)
{
	*vm_shared(vm, stop) = 0;
	for (unsigned int i = 0; i < NR_VCPUS; i++)
		sem_post(&workers[i].go);
}

/* The last word: who waits for room in its ring gets it. */
static void wait_stopped(void (*collect)(void))
{
	store_release(vm_shared(vm, stop), 1);
	for (unsigned int i = 0; i < NR_VCPUS; i++)
		while (sem_trywait(&workers[i].stopped)) {
			collect();
			usleep(1000);
		}
	collect();
}

static u64 writes(void)
{
	u64 n = 0;

	for (unsigned int i = 0; i < NR_VCPUS; i++)
		n += READ_ONCE(vm_shared(vm, written)[0][i]);
	return n;
}

static u64 full_rings(void)
{
	u64 n = 0;

	for (unsigned int i = 0; i < NR_VCPUS; i++)
		n += __atomic_load_n(&workers[i].full, __ATOMIC_RELAXED);
	return n;
}

/* So many, by whatever time that takes on this machine, or until a ring is full. */
static void wait_writes(u64 nr)
{
	u64 end = writes() + nr, full = full_rings();

	while (writes() < end && full_rings() == full)
		usleep(200);
}

static void copying(void (*prepare)(int fd), void (*collect)(void))
{
	unsigned int rounds = ktap_times(16);

	vm = vm_new_after(prepare, NR_VCPUS, guest_writer, 0);
	mem = vm_alloc(COPIED * PAGE, 2 << 20);
	copy = vm_alloc(COPIED * PAGE, PAGE);
	madvise(mem, COPIED * PAGE, MADV_HUGEPAGE);
	REQUIRE_EQ(set_slot(SLOT, 0, COPIED), 0);
	for (unsigned int i = 0; i < NR_VCPUS; i++)
		start_worker(&workers[i], i, collect == collect_rings);
	/* something is mapped when the log begins, which it does while they write */
	go();
	wait_writes(2000);
	REQUIRE_EQ(set_slot(SLOT, LOG, COPIED), 0);
	memcpy(copy, mem, COPIED * PAGE);
	for (unsigned int round = 0; round < rounds; round++) {
		for (unsigned int i = 0; i < 5; i++) {
			/* the last time rings are full */
			wait_writes(i < 4 ? i * 100 : NR_VCPUS * LIMIT);
			collect();
		}
		wait_stopped(collect);
		check_copy(round);
		go();
	}
	wait_stopped(collect);
	ktap_note("%lu writes, %lu full rings", writes(), full_rings());
}

static void split_early(int fd)
{
	/* the smallest block */
	int sizes = kvm_cap(KVM_CAP_ARM_SUPPORTED_BLOCK_SIZES) & ~PAGE;

	REQUIRE_EQ(vm_enable(fd, KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE, sizes & -sizes), 0);
}

static void manual(int fd)
{
	REQUIRE_EQ(vm_enable(fd, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 1), 0);
}

static void manual_all(int fd)
{
	REQUIRE_EQ(vm_enable(fd, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 3), 0);
}

static void copy_by_rings(void)
{
	copying(with_both, collect_rings);
}

static void copy_by_rings_alone(void)
{
	if (!on_keel())
		ktap_skip("not for the in-tree KVM, which then tells one page of a huge one");
	copying(with_ring, collect_rings);
}

static void copy_by_get(void)
{
	copying(NULL, collect_get);
}

static void copy_of_split(void)
{
	copying(split_early, collect_get);
}

static void split_and_all(int fd)
{
	split_early(fd);
	manual_all(fd);
}

static void copy_of_split_by_clear(void)
{
	copying(split_and_all, collect_clear);
}

static void copy_by_clear(void)
{
	copying(manual, collect_clear);
}

static void copy_by_clear_all(void)
{
	copying(manual_all, collect_clear);
}

/* ---- everything at once ---- */

static bool over;

static void *scribble(void *arg)
{
	u64 x = 1;

	while (!__atomic_load_n(&over, __ATOMIC_RELAXED)) {
		struct worker *w = &workers[x % NR_VCPUS];

		x = x * 6364136223846793005ul + 1442695040888963407ul;
		memset(&w->ring.entries[(x >> 20) % w->ring.size], x >> 60 & 3, 4 + (x >> 50) % 13);
		if (x >> 63)
			reset();
	}
	return NULL;
}

/*
 * Whoever keeps forging gets wrong answers. The host's log is what counts, and that all of it ends.
 */
static void turmoil(void)
{
	unsigned int rounds = ktap_times(40);
	pthread_t thread[2];

	if (!on_keel())
		ktap_skip("not for the in-tree KVM, whose rings do not get over it");
	vm = vm_new_after(with_both, NR_VCPUS, guest_writer, 0);
	mem = vm_alloc(COPIED * PAGE, 2 << 20);
	madvise(mem, COPIED * PAGE, MADV_HUGEPAGE);
	REQUIRE_EQ(set_slot(SLOT, LOG, COPIED), 0);
	for (unsigned int i = 0; i < NR_VCPUS; i++)
		start_worker(&workers[i], i, true);
	for (unsigned int i = 0; i < 2; i++)
		pthread_create(&thread[i], NULL, scribble, NULL);
	go();
	for (unsigned int i = 0; i < rounds; i++) {
		usleep(1000);
		REQUIRE_EQ(set_slot(SLOT, i & 1 ? LOG : 0, COPIED), 0);
		if (i & 1)
			bits();
		madvise(mem + (i * 37 % COPIED) * PAGE, 8 * PAGE, MADV_DONTNEED);
		reset();
	}
	__atomic_store_n(&over, true, __ATOMIC_RELAXED);
	for (unsigned int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
}

static const struct ktap_case cases[] = {
	{ "an entry for each page", each_page },
	{ "reset in pieces", reset_in_pieces },
	{ "full ring", full },
	{ "just below its limit", just_below_full },
	{ "beside the bitmap", beside_bitmap },
	{ "forged entries", forged },
	{ "slots that are gone", slot_gone },
	{ "vCPU and mapping gone", vcpu_gone },
	{ "copied by rings", copy_by_rings, 60 },
	{ "copied by rings, without bitmaps", copy_by_rings_alone, 60 },
	{ "copied by GET_DIRTY_LOG", copy_by_get, 60 },
	{ "copied by CLEAR_DIRTY_LOG", copy_by_clear, 60 },
	{ "copied by CLEAR_DIRTY_LOG, all first", copy_by_clear_all, 60 },
	{ "copied by GET_DIRTY_LOG, blocks split early", copy_of_split, 60 },
	{ "copied by CLEAR_DIRTY_LOG, all first, blocks split early", copy_of_split_by_clear, 60 },
	{ "turmoil", turmoil, 60 },
};
KTAP_MAIN(cases)
