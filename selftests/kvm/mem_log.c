// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log of dirty pages, bit by bit. Proves:
 *  - a write sets its page's bit and no other, wherever in the page it goes to:
 *    not the next page's, none beyond the slot
 *  - logs of slots side by side do not get into each other's way
 *  - a write that the hypervisor makes for the guest is logged as well
 *  - with KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2 pages are told until they are cleared,
 *    those that are asked for and no others, and told again by their next write;
 *    also pages of what was a huge one, all of which were dirty when the log began
 *  - where the CPU notes writes by itself the next write after a look leaves the guest
 *    no more, and is in the log all the same; also when the page, or the slot, was
 *    taken away in between
 *  - what could not be handed over is told the next time
 * mem_faults has what the host's memory management does to logged pages.
 */
#include <stdio.h>
#include <sys/mman.h>
#include "lib/ring.h"

#define SLOT	1

#define PV_TIME_ST	0xc5000021ul

static struct { u64 what, addr, value; } op;
enum { READ_IT, WRITE_IT, START_STOLEN_TIME };

static void guest_ops(u64 arg)
{
	for (;;) {
		volatile u64 *p = (u64 *)op.addr;

		if (READ_ONCE(op.what) == WRITE_IT)
			*p = op.value;
		GUEST_SYNC(op.what == START_STOLEN_TIME ? guest_hvc(PV_TIME_ST, 0, 0, 0).a0 : *p, 0);
	}
}

static struct vm *vm;

static void setup(void)
{
	vm = vm_new(1, guest_ops, 0);
}

static void add_slot(u32 slot, u64 page, u64 pages)
{
	REQUIRE_EQ(vm_slot(vm->fd, slot, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE + page * PAGE, pages * PAGE,
			   vm_alloc(pages * PAGE, PAGE)), 0);
}

static u64 ask(u64 what, u64 page, u64 offset, u64 value)
{
	struct ucall uc;

	vm_shared(vm, op)->what = what;
	vm_shared(vm, op)->addr = DATA_BASE + page * PAGE + offset;
	vm_shared(vm, op)->value = value;
	uc = vcpu_ucall(&vm->vcpu[0]);
	REQUIRE_EQ(uc.cmd, UCALL_SYNC);
	return uc.a;
}

#define WRITE(page, offset, value)	ask(WRITE_IT, page, offset, value)
#define READ(page)			ask(READ_IT, page, 0, 0)

static u64 bitmap[32];

/* The first 64 pages' bits. */
static u64 take_log(u32 slot)
{
	struct kvm_dirty_log log = { .slot = slot, .dirty_bitmap = bitmap };

	REQUIRE_EQ(kvm(vm->fd, KVM_GET_DIRTY_LOG, &log), 0);
	return bitmap[0];
}

/*
 * Pages that are there for reading get the right to be written by their first write after a look.
 */
static void one_page(void)
{
	u64 last = PAGE - 8;

	add_slot(SLOT, 0, 64);
	for (u64 page = 0; page < 64; page++)
		WRITE(page, 0, page);
	CHECK_EQ(take_log(SLOT), -1);
	for (u64 page = 0; page < 64; page++)
		CHECK_EQ(READ(page), page);
	CHECK_EQ(take_log(SLOT), 0);
	for (unsigned int i = 0; i < 3; i++) {
		WRITE(3, 8, i);
		WRITE(9, last, i);
		CHECK_EQ(take_log(SLOT), 1 << 3 | 1 << 9);
		WRITE(62, last, i);
		CHECK_EQ(take_log(SLOT), 1ul << 62);
	}
}

static void each_write_its_page(void)
{
	setup();
	one_page();
}

static void last_page(void)
{
	setup();
	add_slot(SLOT, 0, 3);
	for (u64 page = 0; page < 3; page++)
		READ(page);
	for (unsigned int i = 0; i < 3; i++) {
		WRITE(2, 8 * (i + 1), i);
		CHECK_EQ(take_log(SLOT), 1 << 2);
	}
	/* where what is beyond the slot is not in the last word of the bitmap either */
	add_slot(SLOT + 1, 100, 64);
	READ(163);
	WRITE(163, 8, 1);
	CHECK_EQ(take_log(SLOT + 1), 1ul << 63);
	CHECK_EQ(take_log(SLOT + 1), 0);
}

/* Slots of a page each, one after the other. */
static void side_by_side(void)
{
	setup();
	for (u64 i = 0; i < 4; i++)
		add_slot(SLOT + i, i, 1);
	for (u64 i = 0; i < 4; i++)
		READ(i);
	for (unsigned int round = 0; round < 3; round++) {
		for (u64 i = 0; i < 4; i++)
			WRITE(i, 8, round);
		for (u64 i = 0; i < 4; i++)
			CHECK_EQ(take_log(SLOT + i), 1);
		WRITE(1, 16, round);
		WRITE(3, 16, round);
		for (u64 i = 0; i < 4; i++)
			CHECK_EQ(take_log(SLOT + i), i & 1);
	}
}

/* Stolen time: the structure is cleared when the guest asks where it is. */
static void by_the_hypervisor(void)
{
	u64 place = DATA_BASE + 5 * PAGE + 64;
	struct kvm_device_attr attr = {
		.group = KVM_ARM_VCPU_PVTIME_CTRL,
		.attr = KVM_ARM_VCPU_PVTIME_IPA,
		.addr = (u64)&place,
	};

	if (!kvm_cap(KVM_CAP_STEAL_TIME))
		ktap_skip("no stolen time");
	setup();
	add_slot(SLOT, 0, 8);
	REQUIRE_EQ(kvm(vm->vcpu[0].fd, KVM_SET_DEVICE_ATTR, &attr), 0);
	READ(5);
	take_log(SLOT);
	for (unsigned int i = 0; i < 3; i++) {
		CHECK_EQ(ask(START_STOLEN_TIME, 0, 0, 0), place);
		CHECK_EQ(take_log(SLOT), 1 << 5);
	}
}

static void clear(u64 first, u32 nr, u64 bits)
{
	struct kvm_clear_dirty_log log = { .slot = SLOT, .first_page = first, .num_pages = nr, .dirty_bitmap = &bits };

	REQUIRE_EQ(kvm(vm->fd, KVM_CLEAR_DIRTY_LOG, &log), 0);
}

static void until_cleared(void)
{
	setup();
	REQUIRE_EQ(vm_enable(vm->fd, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 1), 0);
	add_slot(SLOT, 0, 70);
	for (unsigned int i = 0; i < 3; i++) {
		for (u64 page = 1; page <= 5; page += 2)
			WRITE(page, 0, i);
		CHECK_EQ(take_log(SLOT), 1 << 1 | 1 << 3 | 1 << 5);
		CHECK_EQ(take_log(SLOT), 1 << 1 | 1 << 3 | 1 << 5);
		clear(0, 64, 1 << 3 | 1 << 7);
		CHECK_EQ(take_log(SLOT), 1 << 1 | 1 << 5);
		WRITE(1, 8, i);
		WRITE(7, 8, i);
		CHECK_EQ(READ(3), i);
		CHECK_EQ(take_log(SLOT), 1 << 1 | 1 << 5 | 1 << 7);
		WRITE(3, 8, i);
		CHECK_EQ(take_log(SLOT), 1 << 1 | 1 << 3 | 1 << 5 | 1 << 7);
		clear(0, 64, -1);
		CHECK_EQ(take_log(SLOT), 0);
		/* what is not a multiple of 64 pages, to the end of the slot */
		WRITE(66, 8, i);
		take_log(SLOT);
		CHECK_EQ(bitmap[1], 1 << 2);
		clear(64, 6, -1);
		take_log(SLOT);
		CHECK_EQ(bitmap[1], 0);
	}
}

static void all_first(void)
{
	const u64 size = 4ul << 20;
	char *mem = vm_alloc(size, size / 2);

	setup();
	madvise(mem, size, MADV_HUGEPAGE);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, DATA_BASE, size, mem), 0);
	WRITE(0, 0, 1);
	WRITE(size / 2 / PAGE, 0, 1);
	REQUIRE_EQ(vm_enable(vm->fd, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 3), 0);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE, size, mem), 0);
	WRITE(3, 0, 1);
	CHECK_EQ(take_log(SLOT), -1);
	clear(0, 64, -1);
	CHECK_EQ(take_log(SLOT), 0);
	CHECK_EQ(bitmap[1], size / PAGE > 64 ? -1 : 0);
	if (size / PAGE < 128)
		return;
	for (unsigned int i = 0; i < 3; i++) {
		WRITE(2, 8, i);
		WRITE(70, 8, i);
		CHECK_EQ(take_log(SLOT), 1 << 2);
		CHECK_EQ(bitmap[1], i ? 1 << 6 : -1);
		clear(0, 64, 1 << 2);
		clear(64, 64, -1);
		CHECK_EQ(take_log(SLOT), 0);
		CHECK_EQ(bitmap[1], 0);
	}
}

/* The parameter tells whether they do. */
static bool cpu_notes(void)
{
	FILE *f = on_keel() ? fopen("/sys/module/keel/parameters/hw_dirty", "r") : NULL;
	bool on = f && fgetc(f) == 'Y';

	if (f)
		fclose(f);
	return on;
}

static void write_some(u64 pages, u64 value)
{
	for (u64 page = 0; page < 64; page++)
		if (pages >> page & 1)
			WRITE(page, 8, value);
}

/* All of 64 pages written, told of and clean again. */
static char *clean_slot(void)
{
	char *mem = vm_alloc(64 * PAGE, PAGE);

	setup();
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE, 64 * PAGE, mem), 0);
	write_some(-1, 1);
	CHECK_EQ(take_log(SLOT), -1);
	CHECK_EQ(take_log(SLOT), 0);
	return mem;
}

static void by_the_cpu(void)
{
	u64 pages = 1 << 3 | 1ul << 40 | 1ul << 62, before;
	unsigned int undisturbed = 0;
	int stats;

	clean_slot();
	if (!cpu_notes())
		ktap_skip("writes fault");
	stats = kvm(vm->vcpu[0].fd, KVM_GET_STATS_FD, 0);
	for (unsigned int i = 0; i < 4; i++) {
		before = kvm_statistic(stats, "abort_exits");
		write_some(pages, i);
		/* each ends with one abort, the message's; the host may have moved a page */
		undisturbed += kvm_statistic(stats, "abort_exits") - before == 3;
		CHECK_EQ(take_log(SLOT), pages);
		CHECK_EQ(take_log(SLOT), 0);
		pages >>= 1;
	}
	CHECK(undisturbed);
}

/* What the host does to pages that were written and not told of yet. */
static void taken_away(void)
{
	char *mem = clean_slot();

	for (unsigned int i = 0; i < 3; i++) {
		write_some(0xff, i);
		REQUIRE_EQ(mprotect(mem + PAGE, PAGE, PROT_READ), 0);
		REQUIRE_EQ(mprotect(mem + PAGE, PAGE, PROT_READ | PROT_WRITE), 0);
		REQUIRE_EQ(madvise(mem + 2 * PAGE, PAGE, MADV_DONTNEED), 0);
		CHECK_EQ(ask(READ_IT, 1, 8, 0), i);
		CHECK_EQ(*(u64 *)(mem + 3 * PAGE + 8), i);
		CHECK_EQ(take_log(SLOT), 0xff);
		CHECK_EQ(take_log(SLOT), 0);
	}
	/* the slot moves, with its log */
	write_some(0xf0, 9);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE + 64 * PAGE, 64 * PAGE, mem), 0);
	CHECK_EQ(take_log(SLOT), 0xf0);
	CHECK_EQ(ask(READ_IT, 64 + 4, 8, 0), 9);
	CHECK_EQ(take_log(SLOT), 0);
	/* the log ends and begins again */
	WRITE(64 + 5, 8, 1);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, DATA_BASE + 64 * PAGE, 64 * PAGE, mem), 0);
	WRITE(64 + 6, 8, 1);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE + 64 * PAGE, 64 * PAGE, mem), 0);
	CHECK_EQ(take_log(SLOT), 0);
	WRITE(64 + 5, 8, 2);
	CHECK_EQ(take_log(SLOT), 1 << 5);
}

static int take_log_to(void *to)
{
	struct kvm_dirty_log log = { .slot = SLOT, .dirty_bitmap = to };

	return kvm(vm->fd, KVM_GET_DIRTY_LOG, &log);
}

static void not_handed_over(void)
{
	void *nowhere = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (!on_keel())
		ktap_skip("KVM loses it");
	setup();
	add_slot(SLOT, 0, 64);
	for (u64 page = 0; page < 64; page += 8)
		WRITE(page, 0, page);
	CHECK_EQ(take_log_to(nowhere), -EFAULT);
	WRITE(9, 0, 1);
	CHECK_EQ(take_log_to(nowhere), -EFAULT);
	CHECK_EQ(take_log(SLOT), 0x0101010101010101 | 1 << 9);
	CHECK_EQ(take_log(SLOT), 0);
	WRITE(8, 0, 2);
	CHECK_EQ(take_log(SLOT), 1 << 8);
}

static const struct ktap_case cases[] = {
	{ "each write marks its page", each_write_its_page },
	{ "the last page of a slot", last_page },
	{ "logs side by side", side_by_side },
	{ "writes by the hypervisor", by_the_hypervisor },
	{ "told until cleared", until_cleared },
	{ "all pages first, huge ones", all_first },
	{ "noted by the CPU", by_the_cpu },
	{ "written, and taken away", taken_away },
	{ "not handed over", not_handed_over },
};
KTAP_MAIN(cases)
