// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rights of pages (KEEL_CAP_MEMORY_RIGHTS). Proves:
 *  - each combination of reads, writes and fetches that user space withholds: what is
 *    withheld ends KVM_RUN with the access, its page and nothing done, the rest works; given
 *    back, the guest goes on where it was. Of pages that were mapped before, and in blocks
 *  - a guest's own table is read by its walks, which are never taken for writes when rights change
 *    meanwhile; what the kernel does for the guest is not bound
 *  - once the call has returned, no vCPU writes to a page, or reads what is written to it
 *  - a page that may not be written is never dirty, one that may be again is
 *  - in rings of dirty pages a refused write has no entry; a block that is split for the log
 *    keeps what is withheld of its parts
 *  - what reads and writes at once, exclusives and atomics, needs both rights, and is made once
 *  - bad calls change nothing
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/rights.h"
#include "lib/ring.h"

/* On pages that nobody touched, that only host or guest did, and that are mapped otherwise. */
static void combinations_at(u64 offset)
{
	for (u64 i = 0; i < 8; i++) {
		u64 page = offset + i * PAGE, rights = i * KEEL_MEMORY_NO_READ;

		withhold(page, PAGE, rights);
		for (enum op op = READ; op <= EXEC; op++)
			try_one(op, page, rights);
		withhold(page, PAGE, 0);
		for (enum op op = READ; op <= EXEC; op++)
			try_one(op, page, 0);
		withhold(page, PAGE, rights);
		for (enum op op = EXEC + 1; op-- > READ;)
			try_one(op, page, rights);
	}
}

static void combinations(void)
{
	setup();
	madvise(mem, SIZE, MADV_NOHUGEPAGE);
	combinations_at(MB);
}

/* How many aborts it takes to have 2 MiB, without those of the messages. */
static u64 touch(u64 offset)
{
	u64 before = aborts();

	for (unsigned int i = 0; i < 16; i++)
		try_one(READ, offset + i * 128 * 1024, 0);
	return aborts() - before - 16;
}

static void in_blocks(void)
{
	u64 few;

	setup();
	/* all of it mapped, by blocks where the host has them */
	few = touch(2 * MB);
	for (u64 i = 0; i < SIZE; i += 2 * MB)
		try_one(WRITE, i, 0);
	combinations_at(3 * MB);
	/* what was a block is one again */
	withhold(0, SIZE, KEEL_MEMORY_NO_WRITE);
	for (u64 i = 0; i < SIZE; i += MB)
		try_one(READ, i, KEEL_MEMORY_NO_WRITE);
	try_one(WRITE, 5 * MB, KEEL_MEMORY_NO_WRITE);
	withhold(0, SIZE, 0);
	CHECK(touch(2 * MB) <= few);
	for (u64 i = 0; i < SIZE; i += MB)
		try_one(WRITE, i, 0);
}

/* Piece by piece, over one another: each page has what was said of it last. */
static void ranges(void)
{
	static u64 model[2048];
	u64 n = SIZE / PAGE, seed = 12345;

	setup();
	for (unsigned int i = 0; i < 200; i++) {
		u64 first, pages, rights;

		seed = seed * 6364136223846793005 + 1442695040888963407;
		first = (seed >> 33) % n;
		pages = 1 + (seed >> 13) % (i % 4 ? 8 : n);
		rights = seed & ALL;
		if (first + pages > n)
			pages = n - first;
		withhold(first * PAGE, pages * PAGE, rights);
		for (u64 k = 0; k < pages; k++)
			model[first + k] = rights;
		for (unsigned int k = 0; k < 3; k++) {
			u64 page = (first + (k == 1 ? pages - 1 : k == 2 ? pages : 0)) % n;

			try_one((i + k) % 3, page * PAGE, model[page]);
		}
	}
}

/*
 * The guest's table that maps the sixth GiB on is in the slot's first page, and maps a block of
 * 2 MiB of the slot; the page's second half is code. arg: where the entry is.
 */
static void guest_walk(u64 arg)
{
	volatile u64 *table = (u64 *)DATA_BASE;

	table[0] = *(u64 *)arg;
	table[511] = RET;
	guest_l1[6] = DATA_BASE | 3;
	dsb(ish);
	for (;;) {
		u64 op = READ_ONCE(want);

		GUEST_SYNC(1, 0);
		if (op == WRITE)
			table[1] = 0;
		else if (op == EXEC)
			((void (*)(void))(table + 511))();
		asm volatile("tlbi vmalle1; dsb nsh; isb" ::: "memory");
		GUEST_SYNC(2, *(volatile u64 *)(6ul << 30));
	}
}

/* The walk is refused, also where the table's page is mapped for something else: op comes first. */
static void walk_refused(enum op op, u64 rights)
{
	*vm_shared(vm, want) = op;
	vcpu_sync(vcpu, 1);
	withhold(0, PAGE, rights);
	refused_at(DATA_BASE, KEEL_MEMORY_NO_READ);
	withhold(0, PAGE, rights & ~KEEL_MEMORY_NO_READ);
	CHECK_EQ(vcpu_ucall(vcpu).b, RET);
	withhold(0, PAGE, 0);
}

static void walks(void)
{
	static u64 block;

	setup_with(0, guest_walk, (u64)&block);
	/* attributes as those of the block that maps the slot */
	*vm_shared(vm, block) =
		(*vm_shared(vm, guest_l1[DATA_BASE >> 30]) & ~(0xffffffffful << 12)) |
		(DATA_BASE + 2 * MB);
	walk_refused(READ, KEEL_MEMORY_NO_READ);
	walk_refused(READ, ALL);
	walk_refused(WRITE, KEEL_MEMORY_NO_READ);
	walk_refused(EXEC, KEEL_MEMORY_NO_READ);
	walk_refused(EXEC, KEEL_MEMORY_NO_READ | KEEL_MEMORY_NO_WRITE);
}

/* Runs what is in the page of its table, and has the CPU read it, without an end. */
static void guest_walks_on(u64 arg)
{
	guest_l1[6] = DATA_BASE | 3;
	dsb(ish);
	for (u64 i = 0; !READ_ONCE(want); i++) {
		((void (*)(void))(DATA_BASE + 511 * 8))();
		asm volatile("tlbi vmalle1; dsb nsh; isb" ::: "memory");
		GUEST_EQ(*(volatile u64 *)(6ul << 30), RET);
	}
}

static volatile u64 nr_refused;

/* It is refused nothing but reads. */
static void *run_walker(void *arg)
{
	const struct keel_memory_fault *fault = (void *)&vcpu->run->hw;
	struct ucall uc;
	int ret;

	while ((ret = vcpu_run(vcpu)) == -EFAULT) {
		REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MEMORY_FAULT);
		REQUIRE_EQ(fault->flags, KEEL_MEMORY_NO_READ);
		nr_refused++;
	}
	REQUIRE_EQ(ret, 0);
	REQUIRE(vcpu_is_ucall(vcpu, &uc));
	REQUIRE(uc.cmd == UCALL_DONE, "%llu", (unsigned long long)uc.cmd);
	return NULL;
}

/* From these rights to those and back, while it walks. */
static void walks_meanwhile(u32 flags, u64 some, u64 others)
{
	pthread_t thread;

	setup_with(flags, guest_walks_on, 0);
	*(u64 *)mem = (*vm_shared(vm, guest_l1[DATA_BASE >> 30]) & ~(0xffffffffful << 12)) |
		      (DATA_BASE + 2 * MB);
	((u64 *)mem)[511] = RET;
	pthread_create(&thread, NULL, run_walker, NULL);
	for (unsigned int i = 0; i < ktap_times(3000); i++) {
		u64 then = nr_refused;

		withhold(0, PAGE, some);
		/* mostly the change comes while it walks; some stand until it was refused */
		while (i % 64 == 0 && nr_refused == then)
			sched_yield();
		withhold(0, PAGE, others);
	}
	*vm_shared(vm, want) = 1;
	pthread_join(thread, NULL);
}

static void walks_read(void)
{
	walks_meanwhile(0, KEEL_MEMORY_NO_READ | KEEL_MEMORY_NO_WRITE, KEEL_MEMORY_NO_WRITE);
}

static void walks_read_only(void)
{
	walks_meanwhile(KVM_MEM_READONLY, KEEL_MEMORY_NO_READ, 0);
}

/* PV_TIME_ST: the kernel clears the structure, and says where it is. */
static void guest_asks_stolen(u64 arg)
{
	for (;;)
		GUEST_SYNC(1, guest_hvc(0xc5000021, 0, 0, 0).a0);
}

static void kernel(void)
{
	u64 place = DATA_BASE + 5 * PAGE;
	struct kvm_device_attr attr = {
		.group = KVM_ARM_VCPU_PVTIME_CTRL, .attr = KVM_ARM_VCPU_PVTIME_IPA, .addr = (u64)&place,
	};

	setup_with(0, guest_asks_stolen, 0);
	if (kvm_cap(KVM_CAP_STEAL_TIME) != 1)
		ktap_skip("no KVM_CAP_STEAL_TIME");
	REQUIRE_EQ(kvm(vcpu->fd, KVM_SET_DEVICE_ATTR, &attr), 0);
	withhold(5 * PAGE, PAGE, ALL);
	CHECK_EQ(vcpu_ucall(vcpu).b, place);
	CHECK_EQ(*(u64 *)(mem + 5 * PAGE), 0);
}

/* Writes, reads, and counts both. */
static void guest_count(u64 arg)
{
	for (volatile u64 *counter = (u64 *)(DATA_BASE + MB); !READ_ONCE(want);) {
		counter[1] = 1;
		++*counter;
	}
}

static void *run_counter(void *arg)
{
	for (;;) {
		int ret = vcpu_run(vcpu);
		struct ucall uc;

		if (ret == -EFAULT) {
			REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MEMORY_FAULT);
			continue;
		}
		REQUIRE_EQ(ret, 0);
		REQUIRE(vcpu_is_ucall(vcpu, &uc) && uc.cmd == UCALL_DONE);
		return NULL;
	}
}

/* Alone, with what is around it, and with more. */
static void withhold_in_turn(unsigned int turn, u64 rights)
{
	withhold(turn % 3 == 1 ? MB : 0, turn % 3 == 1 ? PAGE : turn % 3 ? 2 * MB : 3 * MB, rights);
}

/* more: what was read before may be written. */
static void stays(volatile u64 *counter, u64 more)
{
	u64 then = *counter;

	for (unsigned int k = 0; k < 500; k++)
		REQUIRE(*counter - then <= more);
}

static void at_once(void)
{
	volatile u64 *counter;
	pthread_t thread;

	setup_with(0, guest_count, 0);
	counter = (u64 *)(mem + MB);
	pthread_create(&thread, NULL, run_counter, NULL);
	for (unsigned int i = 0; i < ktap_times(600); i++) {
		u64 then = *counter;

		/* mostly the guest is on its way to the page */
		while (i % 16 == 0 && *counter == then)
			sched_yield();
		withhold_in_turn(i, KEEL_MEMORY_NO_WRITE);
		stays(counter, 0);
		withhold(0, 3 * MB, 0);
		withhold_in_turn(i, KEEL_MEMORY_NO_READ);
		stays(counter, 1);
		withhold(0, 3 * MB, 0);
	}
	*vm_shared(vm, want) = 1;
	pthread_join(thread, NULL);
}

static void logged(void)
{
	setup_with(KVM_MEM_LOG_DIRTY_PAGES, guest_serve, 0);
	/* what was written before is told after */
	try_one(WRITE, 5 * PAGE, 0);
	is_dirty(5);
	try_one(WRITE, 5 * PAGE, 0);
	withhold(5 * PAGE, PAGE, KEEL_MEMORY_NO_WRITE);
	CHECK(is_dirty(5));
	try_one(WRITE, 3 * PAGE, 0);
	CHECK(is_dirty(3));
	withhold(3 * PAGE, PAGE, KEEL_MEMORY_NO_WRITE);
	ask(WRITE, 3 * PAGE, 1);
	refused(WRITE, 3 * PAGE);
	CHECK(!is_dirty(3));
	ask(READ, 3 * PAGE, 0);
	reg_write(vcpu, REG_PC, (u64)guest_serve);
	done(READ);
	CHECK(!is_dirty(3));
	withhold(3 * PAGE, PAGE, 0);
	CHECK(!is_dirty(3));
	try_one(READ, 3 * PAGE, 0);
	CHECK(!is_dirty(3));
	try_one(WRITE, 3 * PAGE, 0);
	CHECK(is_dirty(3));
}

/* ---- rings ---- */

#define RING_BYTES	(1024 * sizeof(struct kvm_dirty_gfn))

static void enable_ring(int fd)
{
	if (vm_enable(fd, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, RING_BYTES))
		ktap_skip("no rings of dirty pages");
}

/* The next entry of that slot, -1: none. Those of the guest's RAM are passed over. */
static s64 next_dirty(struct ring *r)
{
	struct kvm_dirty_gfn *e;

	while ((e = ring_peek(r))) {
		u32 slot = e->slot;
		u64 offset = e->offset;

		ring_done(r);
		if (slot == SLOT)
			return offset;
	}
	return -1;
}

static void in_rings(void)
{
	struct ring r;

	if (kvm_cap(KEEL_CAP_MEMORY_RIGHTS) != 1)
		ktap_skip("no KEEL_CAP_MEMORY_RIGHTS");
	mem = vm_alloc(SIZE, 2 * MB);
	vm = vm_new_after(enable_ring, 1, guest_serve, 0);
	vcpu = &vm->vcpu[0];
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE, SIZE, mem), 0);
	r = ring_map(vcpu->fd, RING_BYTES);
	try_one(WRITE, 2 * PAGE, 0);
	CHECK_EQ(next_dirty(&r), 2);
	withhold(3 * PAGE, PAGE, KEEL_MEMORY_NO_WRITE);
	ask(WRITE, 3 * PAGE, 7);
	refused(WRITE, 3 * PAGE);
	CHECK_EQ(next_dirty(&r), -1);
	withhold(3 * PAGE, PAGE, 0);
	CHECK_EQ(next_dirty(&r), -1);
	done(WRITE);
	CHECK_EQ(next_dirty(&r), 3);
	/* withheld after it was written and told: told again when it is written again */
	withhold(3 * PAGE, PAGE, KEEL_MEMORY_NO_WRITE);
	REQUIRE(kvm(vm->fd, KVM_RESET_DIRTY_RINGS, 0) >= 2);
	withhold(3 * PAGE, PAGE, 0);
	try_one(WRITE, 3 * PAGE, 0);
	CHECK_EQ(next_dirty(&r), 3);
	CHECK_EQ(next_dirty(&r), -1);
}

/* ---- blocks that are split for the log ---- */

static void enable_split(int fd)
{
	if (vm_enable(fd, KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE, HUGE))
		ktap_skip("no eager splitting");
}

static void split_early(void)
{
	if (kvm_cap(KEEL_CAP_MEMORY_RIGHTS) != 1)
		ktap_skip("no KEEL_CAP_MEMORY_RIGHTS");
	mem = vm_alloc(SIZE, HUGE);
	madvise(mem, SIZE, MADV_HUGEPAGE);
	memset(mem, 0, SIZE);
	vm = vm_new_after(enable_split, 1, guest_serve, 0);
	vcpu = &vm->vcpu[0];
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, DATA_BASE, SIZE, mem), 0);
	/* of a whole block reads, of a page in another one writes */
	try_one(WRITE, 0, 0);
	try_one(WRITE, 2 * MB, 0);
	withhold(0, 2 * MB, KEEL_MEMORY_NO_READ);
	try_one(WRITE, PAGE, 0);
	withhold(2 * MB + PAGE, PAGE, KEEL_MEMORY_NO_WRITE);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE, SIZE, mem), 0);
	ask(READ, 5 * PAGE, 0);
	refused(READ, 5 * PAGE);
	CHECK(!is_dirty(5));
	withhold(5 * PAGE, PAGE, 0);
	done(READ);
	try_one(WRITE, 6 * PAGE, 0);
	CHECK(is_dirty(6));
	ask(WRITE, 2 * MB + PAGE, 1);
	refused(WRITE, 2 * MB + PAGE);
	CHECK(!is_dirty(2 * MB / PAGE + 1));
	withhold(2 * MB + PAGE, PAGE, 0);
	done(WRITE);
	CHECK(is_dirty(2 * MB / PAGE + 1));
}

/* ---- reads and writes at once ---- */

static void guest_exclusive(u64 arg)
{
	for (;;) {
		u64 old, new;
		u32 lost;

		do {
			asm volatile("ldxr %0, [%3]\n\tadd %1, %0, #1\n\tstxr %w2, %1, [%3]"
				     : "=&r"(old), "=&r"(new), "=&r"(lost)
				     : "r"(DATA_BASE)
				     : "memory");
		} while (lost);
		GUEST_SYNC(1, old);
	}
}

/* LDADD, where the CPU has it. */
static void guest_atomic(u64 arg)
{
	if ((mrs(id_aa64isar0_el1) >> 20 & 0xf) < 2)
		GUEST_SYNC(2, 0);
	for (;;) {
		register u64 one asm("x1") = 1, addr asm("x2") = DATA_BASE;
		register u64 old asm("x3");

		/* ldadd x1, x3, [x2] */
		asm volatile(".inst 0xf8210043" : "=r"(old) : "r"(one), "r"(addr) : "memory");
		GUEST_SYNC(1, old);
	}
}

static void needs_both(void (*fn)(u64))
{
	u64 *word, was;
	struct ucall uc;

	setup_with(0, fn, 0);
	word = (u64 *)mem;
	uc = vcpu_ucall(vcpu);
	if (uc.a == 2)
		ktap_skip("the CPU has no such instructions");
	was = *word;
	withhold(0, PAGE, KEEL_MEMORY_NO_WRITE);
	refused_at(DATA_BASE, KEEL_MEMORY_NO_WRITE);
	CHECK_EQ(*word, was);
	withhold(0, PAGE, KEEL_MEMORY_NO_READ);
	refused_at(DATA_BASE, KEEL_MEMORY_NO_READ);
	CHECK_EQ(*word, was);
	withhold(0, PAGE, 0);
	CHECK_EQ(vcpu_ucall(vcpu).b, was);
	CHECK_EQ(*word, was + 1);
}

static void exclusives(void)
{
	needs_both(guest_exclusive);
}

static void atomics(void)
{
	needs_both(guest_atomic);
}

static void bad_calls(void)
{
	struct kvm_memory_attributes a = { .address = DATA_BASE, .size = PAGE, .attributes = KEEL_MEMORY_NO_READ };

	setup();
	CHECK_EQ(kvm_cap(233), 0);	/* KVM_CAP_MEMORY_ATTRIBUTES: private memory is not there */
	CHECK_EQ(set(1, PAGE, ALL), -EINVAL);
	CHECK_EQ(set(0, PAGE + 1, ALL), -EINVAL);
	CHECK_EQ(set(0, 0, ALL), -EINVAL);
	CHECK_EQ(set(0, -DATA_BASE, ALL), -EINVAL);
	CHECK_EQ(set(0, -PAGE, ALL), -EINVAL);
	for (unsigned int bit = 0; bit < 61; bit++)
		CHECK_EQ(set(0, PAGE, 1ull << bit | KEEL_MEMORY_NO_READ), -EINVAL);
	a.flags = 1;
	CHECK_EQ(kvm(vm->fd, KVM_SET_MEMORY_ATTRIBUTES, &a), -EINVAL);
	CHECK_EQ(kvm(vm->fd, KVM_SET_MEMORY_ATTRIBUTES, NULL), -EFAULT);
	CHECK_EQ(kvm(vcpu->fd, KVM_SET_MEMORY_ATTRIBUTES, &a), -EINVAL);
	a = (struct kvm_memory_attributes){ .address = 1ull << 52, .size = PAGE, .attributes = ALL };
	CHECK_EQ(kvm(vm->fd, KVM_SET_MEMORY_ATTRIBUTES, &a), -EINVAL);
	try_one(READ, 0, 0);
}

/* Rights are of addresses, slots come and go; READONLY is of the slot. */
static void with_slots(void)
{
	char *more;

	setup();
	withhold(SIZE, MB, KEEL_MEMORY_NO_READ);
	try_one(READ, 0, 0);
	more = vm_alloc(MB, PAGE);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT + 1, KVM_MEM_READONLY, DATA_BASE + SIZE, MB, more), 0);
	ask(READ, SIZE, 0);
	refused(READ, SIZE);
	withhold(SIZE, MB, 0);
	done(READ);
	ask(WRITE, SIZE, 0);
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	CHECK_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
	done(WRITE);
	withhold(SIZE, MB, KEEL_MEMORY_NO_WRITE);
	ask(WRITE, SIZE, 0);
	refused(WRITE, SIZE);
	/* without memory it is a device */
	REQUIRE_EQ(vm_slot(vm->fd, SLOT + 1, 0, DATA_BASE + SIZE, 0, more), 0);
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	CHECK_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
	done(WRITE);
	/* all there is, and nothing of it again */
	withhold(-DATA_BASE, DATA_BASE + SIZE, KEEL_MEMORY_NO_EXEC);
	withhold(-DATA_BASE, DATA_BASE + SIZE, 0);
	try_one(EXEC, 0, 0);
	withhold(-DATA_BASE, PAGE, ALL);
	try_one(READ, 0, 0);
}

static const struct ktap_case cases[] = {
	{ "each combination", combinations },
	{ "each combination in blocks", in_blocks },
	{ "ranges over ranges", ranges },
	{ "a walk reads its table", walks },
	{ "a walk never writes, whatever changes", walks_read, 60 },
	{ "a walk never writes, in a slot that is read-only", walks_read_only, 60 },
	{ "the kernel", kernel },
	{ "withheld at once", at_once, 60 },
	{ "the dirty log", logged },
	{ "rings of dirty pages", in_rings },
	{ "blocks that are split for the log", split_early },
	{ "exclusives need both rights", exclusives },
	{ "atomics need both rights", atomics },
	{ "slots", with_slots },
	{ "bad calls", bad_calls },
};
KTAP_MAIN(cases)
