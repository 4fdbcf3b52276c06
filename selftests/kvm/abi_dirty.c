// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls about dirty pages. Proves the error of every bad argument, in their order,
 * and what of each of them has an effect that needs no guest:
 *  - KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, _WITH_BITMAP,
 *    KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE
 *  - KVM_GET_DIRTY_LOG, KVM_CLEAR_DIRTY_LOG, KVM_RESET_DIRTY_RINGS
 *  - the mapping of a ring
 * mem_log and dirty_ring have what guests write.
 */
#include <string.h>
#include <unistd.h>
#include "lib/ring.h"

#define LOG	KVM_MEM_LOG_DIRTY_PAGES
#define PAGES	100ul
#define GPA	0x40000000ul

static int vm;
static u64 bitmap[4];

static int slot(u32 id, u32 flags, u64 page, u64 pages)
{
	return vm_slot(vm, id, flags, GPA + page * PAGE, pages * PAGE,
		       vm_alloc(pages * PAGE, PAGE));
}

static int get(u32 id, void *to)
{
	struct kvm_dirty_log log = { .slot = id, .dirty_bitmap = to };

	return kvm(vm, KVM_GET_DIRTY_LOG, &log);
}

static int clear(u32 id, u64 first, u32 nr, void *from)
{
	struct kvm_clear_dirty_log log = { .slot = id, .first_page = first, .num_pages = nr, .dirty_bitmap = from };

	return kvm(vm, KVM_CLEAR_DIRTY_LOG, &log);
}

static int enable_with_flags(u32 cap, u64 arg)
{
	struct kvm_enable_cap e = { .cap = cap, .args = { arg }, .flags = 1 };

	return kvm(vm, KVM_ENABLE_CAP, &e);
}

static void capabilities(void)
{
	vm = vm_fd(0);
	CHECK_EQ(kvm_cap(KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2), 3);
	CHECK_EQ(kvm_cap(KVM_CAP_DIRTY_LOG_RING), 0);
	CHECK_EQ(kvm_cap(KVM_CAP_DIRTY_LOG_RING_ACQ_REL), 1 << 20);
	CHECK_EQ(kvm_cap(KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP), 1);
	CHECK_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING, 65536), -EINVAL);
}

static void manual(void)
{
	static const u64 bad[] = { 2, 4, 5, 7, 1ul << 32, 1ul << 32 | 1, -1ul };
	static const u64 good[] = { 1, 3, 0, 1, 0 };

	vm = vm_fd(0);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK(vm_enable(vm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, bad[i]) == -EINVAL, "%#lx", bad[i]);
	for (unsigned int i = 0; i < ARRAY_SIZE(good); i++)
		CHECK(vm_enable(vm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, good[i]) == 0, "%#lx", good[i]);
	CHECK_EQ(enable_with_flags(KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 1), -EINVAL);
}

static void get_errors(void)
{
	u32 nr = kvm_cap(KVM_CAP_NR_MEMSLOTS);

	vm = vm_fd(0);
	CHECK_EQ(get(nr, bitmap), -EINVAL);
	CHECK_EQ(get(1u << 16, bitmap), -EINVAL);
	CHECK_EQ(get(1, bitmap), -ENOENT);
	REQUIRE_EQ(slot(1, 0, 0, PAGES), 0);
	CHECK_EQ(get(1, bitmap), -ENOENT);
	REQUIRE_EQ(slot(2, LOG, PAGES, PAGES), 0);
	CHECK_EQ(get(2, NULL), -EFAULT);
	CHECK_EQ(get(2, bitmap), 0);
}

static void clear_errors(void)
{
	u32 nr = kvm_cap(KVM_CAP_NR_MEMSLOTS);

	vm = vm_fd(0);
	CHECK_EQ(kvm(vm, KVM_CLEAR_DIRTY_LOG, NULL), -EFAULT);
	CHECK_EQ(clear(nr, 1, 1, NULL), -EINVAL);
	CHECK_EQ(clear(1u << 16, 0, 64, bitmap), -EINVAL);
	/* the first page before the slot */
	CHECK_EQ(clear(1, 1, 64, NULL), -EINVAL);
	CHECK_EQ(clear(1, 64, 1, NULL), -ENOENT);
	REQUIRE_EQ(slot(1, 0, 0, PAGES), 0);
	CHECK_EQ(clear(1, 0, 64, bitmap), -ENOENT);
	REQUIRE_EQ(slot(2, LOG, PAGES, PAGES), 0);
	CHECK_EQ(clear(2, 63, 1, bitmap), -EINVAL);
	/* the range before the bitmap */
	CHECK_EQ(clear(2, 0, 1, NULL), -EINVAL);
	CHECK_EQ(clear(2, 0, PAGES - 1, NULL), -EINVAL);
	CHECK_EQ(clear(2, 0, PAGES + 1, NULL), -EINVAL);
	CHECK_EQ(clear(2, 0, 128, NULL), -EINVAL);
	CHECK_EQ(clear(2, 64, 64, NULL), -EINVAL);
	CHECK_EQ(clear(2, 64, 35, NULL), -EINVAL);
	CHECK_EQ(clear(2, 128, 0, NULL), -EINVAL);
	CHECK_EQ(clear(2, -64ul, 128, NULL), -EINVAL);
	CHECK_EQ(clear(2, 0, ~0u, NULL), -EINVAL);
	CHECK_EQ(clear(2, 0, 64, NULL), -EFAULT);
	CHECK_EQ(clear(2, 64, 36, NULL), -EFAULT);
	CHECK_EQ(clear(2, 64, 0, NULL), 0);
	/* without the capability being enabled */
	CHECK_EQ(clear(2, 0, 64, bitmap), 0);
	CHECK_EQ(clear(2, 64, 36, bitmap), 0);
	CHECK_EQ(clear(2, 0, PAGES, bitmap), 0);
}

static void initially_set(void)
{
	static const u64 low = 1ul << 5 | 1ul << 63;

	vm = vm_fd(0);
	REQUIRE_EQ(slot(1, LOG, 0, PAGES), 0);
	REQUIRE_EQ(slot(2, 0, PAGES, PAGES), 0);
	REQUIRE_EQ(vm_enable(vm, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, 3), 0);
	REQUIRE_EQ(slot(3, LOG, 2 * PAGES, PAGES), 0);
	/* of before */
	CHECK_EQ(get(1, bitmap), 0);
	CHECK_EQ(bitmap[0] | bitmap[1], 0);
	for (unsigned int i = 0; i < 2; i++) {
		memset(bitmap, 0, sizeof(bitmap));
		CHECK_EQ(get(3, bitmap), 0);
		CHECK_EQ(bitmap[0], -1);
		CHECK_EQ(bitmap[1], (1ul << 36) - 1);
		CHECK_EQ(bitmap[2], 0);
	}
	bitmap[0] = low;
	CHECK_EQ(clear(3, 0, 64, bitmap), 0);
	CHECK_EQ(get(3, bitmap), 0);
	CHECK_EQ(bitmap[0], ~low);
	CHECK_EQ(bitmap[1], (1ul << 36) - 1);
	/* the bitmap begins at the first page; bits beyond the slot are none */
	bitmap[0] = ~0ul << 35;
	CHECK_EQ(clear(3, 64, 36, bitmap), 0);
	CHECK_EQ(get(3, bitmap), 0);
	CHECK_EQ(bitmap[0], ~low);
	CHECK_EQ(bitmap[1], (1ul << 35) - 1);
}

static void ring_sizes(void)
{
	static const u64 bad[] = { 0, 1, 512, 1000, 3 << 16, 65537, 1ul << 32, 1ul << 63, -1ul };

	vm = vm_fd(0);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, bad[i]) == -EINVAL, "%#lx", bad[i]);
	CHECK_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, PAGE / 2), -EINVAL);
	CHECK_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, 1 << 21), -E2BIG);
	CHECK_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, 1ul << 31), -E2BIG);
	CHECK_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, 1 << 20), 0);
	CHECK_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, 1 << 20), -EINVAL);
	CHECK_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, 1 << 21), -E2BIG);
	/* a slot is no obstacle, a vCPU is one */
	vm = vm_fd(0);
	REQUIRE_EQ(slot(1, LOG, 0, PAGES), 0);
	CHECK_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, PAGE), 0);
	vm = vm_fd(0);
	vcpu_fd(vm, 0);
	CHECK_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, PAGE), -EINVAL);
}

static void with_bitmap(void)
{
	vm = vm_fd(0);
	CHECK_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP, 0), -EINVAL);
	REQUIRE_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, PAGE), 0);
	CHECK_EQ(enable_with_flags(KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP, 0), -EINVAL);
	REQUIRE_EQ(slot(1, 0, 0, PAGES), 0);
	CHECK_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP, 0), -EINVAL);
	REQUIRE_EQ(vm_slot(vm, 1, 0, 0, 0, NULL), 0);
	CHECK_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP, 0), 0);
	CHECK_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP, 0), 0);
	REQUIRE_EQ(slot(1, LOG, 0, PAGES), 0);
	CHECK_EQ(get(1, bitmap), 0);
	CHECK_EQ(clear(1, 0, 64, bitmap), 0);
}

static void split_chunk(void)
{
	u64 sizes = kvm_cap(KVM_CAP_ARM_SUPPORTED_BLOCK_SIZES);

	CHECK_EQ(kvm_cap(KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE), 0);
	CHECK_EQ(sizes, PAGE == 4096 ? 4096 | 1 << 21 | 1 << 30 : PAGE == 16384 ? 16384 | 1 << 25 : 65536 | 1 << 29);
	vm = vm_fd(0);
	for (unsigned int bit = 0; bit < 64; bit++) {
		bool good = sizes >> bit & 1;

		CHECK(vm_enable(vm, KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE, 1ul << bit) == (good ? 0 : -EINVAL), "bit %u", bit);
		if (good)
			CHECK_EQ(kvm(vm, KVM_CHECK_EXTENSION, KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE), 1l << bit);
	}
	CHECK_EQ(enable_with_flags(KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE, 0), -EINVAL);
	CHECK_EQ(vm_enable(vm, KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE, 0), 0);
	CHECK_EQ(kvm(vm, KVM_CHECK_EXTENSION, KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE), 0);
	REQUIRE_EQ(slot(1, 0, 0, PAGES), 0);
	CHECK_EQ(vm_enable(vm, KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE, PAGE), -EINVAL);
	CHECK_EQ(vm_enable(vm, KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE, 0), -EINVAL);
	REQUIRE_EQ(vm_slot(vm, 1, 0, 0, 0, NULL), 0);
	CHECK_EQ(vm_enable(vm, KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE, PAGE), 0);
}

/* All else comes later, whatever is wrong with it. */
static void without_bitmap(void)
{
	vm = vm_fd(0);
	CHECK_EQ(kvm(vm, KVM_RESET_DIRTY_RINGS, 0), -EINVAL);
	REQUIRE_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, PAGE), 0);
	REQUIRE_EQ(slot(1, LOG, 0, PAGES), 0);
	CHECK_EQ(get(~0u, NULL), -ENXIO);
	CHECK_EQ(get(1, bitmap), -ENXIO);
	CHECK_EQ(clear(~0u, 1, 1, NULL), -ENXIO);
	CHECK_EQ(clear(1, 0, 64, bitmap), -ENXIO);
	CHECK_EQ(kvm(vm, KVM_RESET_DIRTY_RINGS, 0), 0);
	vcpu_fd(vm, 0);
	vcpu_fd(vm, 1);
	CHECK_EQ(kvm(vm, KVM_RESET_DIRTY_RINGS, 0), 0);
}

static void *map(int vcpu, u64 page, u64 pages, int prot, int flags)
{
	return mmap(NULL, pages * PAGE, prot, flags, vcpu, page * PAGE);
}

/* The kernel reads it, and finds out without a signal. */
static bool is_there(const void *p)
{
	int to[2];
	bool there;

	REQUIRE_EQ(pipe(to), 0);
	there = write(to[1], p, 1) == 1;
	close(to[0]);
	close(to[1]);
	return there;
}

static void mapping(void)
{
	const int rw = PROT_READ | PROT_WRITE;
	struct kvm_dirty_gfn *e;
	char *p;
	int vcpu;

	vm = vm_fd(0);
	REQUIRE_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, 2 * PAGE), 0);
	vcpu = vcpu_fd(vm, 0);
	p = map(vcpu, RING_PAGE_OFFSET - 1, 4, rw, MAP_SHARED);
	REQUIRE(p != MAP_FAILED);
	CHECK(!is_there(p));
	CHECK(is_there(p + PAGE));
	CHECK(is_there(p + 2 * PAGE));
	CHECK(!is_there(p + 3 * PAGE));
	e = (void *)(p + PAGE);
	for (u32 i = 0; i < 2 * PAGE / sizeof(*e); i++)
		CHECK(!e[i].flags && !e[i].slot && !e[i].offset, "entry %u", i);
	CHECK(map(vcpu, RING_PAGE_OFFSET, 2, PROT_READ, MAP_SHARED) != MAP_FAILED);
	CHECK(map(vcpu, RING_PAGE_OFFSET, 1, rw, MAP_PRIVATE) == MAP_FAILED && errno == EINVAL);
	CHECK(map(vcpu, RING_PAGE_OFFSET, 1, PROT_READ, MAP_PRIVATE) == MAP_FAILED && errno == EINVAL);
	CHECK(map(vcpu, RING_PAGE_OFFSET + 1, 9, rw | PROT_EXEC, MAP_SHARED) == MAP_FAILED && errno == EINVAL);
	/* what is no ring's may be mapped as before */
	CHECK(map(vcpu, 0, 1, rw, MAP_PRIVATE) != MAP_FAILED);
	CHECK(map(vcpu, RING_PAGE_OFFSET + 2, 1, rw | PROT_EXEC, MAP_PRIVATE) != MAP_FAILED);
	/* the mapping keeps the ring, and the VM */
	close(vm);
	close(vcpu);
	memset(p + PAGE, 0xff, 2 * PAGE);
	CHECK_EQ(e[5].slot, ~0u);
}

static void no_ring(void)
{
	int vcpu;
	char *p;

	vm = vm_fd(0);
	vcpu = vcpu_fd(vm, 0);
	p = map(vcpu, RING_PAGE_OFFSET, 1, PROT_READ, MAP_PRIVATE);
	REQUIRE(p != MAP_FAILED);
	CHECK(!is_there(p));
	CHECK(map(vcpu, RING_PAGE_OFFSET - 1, 2, PROT_READ | PROT_EXEC, MAP_PRIVATE) != MAP_FAILED);
}

static const struct ktap_case cases[] = {
	{ "capabilities", capabilities },
	{ "manual protection", manual },
	{ "GET_DIRTY_LOG", get_errors },
	{ "CLEAR_DIRTY_LOG", clear_errors },
	{ "logs that begin with all pages", initially_set },
	{ "sizes of rings", ring_sizes },
	{ "rings with bitmaps", with_bitmap },
	{ "rings without bitmaps", without_bitmap },
	{ "chunks of blocks that are split", split_chunk },
	{ "mapping of a ring", mapping },
	{ "mapping where there is no ring", no_ring },
};
KTAP_MAIN(cases)
