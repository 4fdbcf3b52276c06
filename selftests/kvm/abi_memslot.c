// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_SET_USER_MEMORY_REGION and its second version. Proves the error of
 * every bad argument, and what may be done to a slot that exists: move,
 * delete, change the logging flag, and nothing else. And that RAM which the host maps without pages
 * can be a slot.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/vm.h"

#define GPA	0x40000000ul
#define SIZE	(16 * PAGE)

static int vm;
static char *mem;

static void setup(void)
{
	vm = vm_fd(0);
	mem = vm_alloc(4 * SIZE, PAGE);
}

static int set(u32 slot, u32 flags, u64 gpa, u64 size, const void *hva)
{
	return vm_slot(vm, slot, flags, gpa, size, hva);
}

static int set2(u32 slot, u32 flags, u64 gpa, u64 size, const void *hva)
{
	struct kvm_userspace_memory_region2 region = {
		.slot = slot, .flags = flags, .guest_phys_addr = gpa,
		.memory_size = size, .userspace_addr = (u64)hva,
	};

	return kvm(vm, KVM_SET_USER_MEMORY_REGION2, &region);
}

static void alignment(void)
{
	setup();
	CHECK_EQ(set(0, 0, GPA, SIZE + 1, mem), -EINVAL);
	CHECK_EQ(set(0, 0, GPA, SIZE + 2048, mem), -EINVAL);
	CHECK_EQ(set(0, 0, GPA + 1, SIZE, mem), -EINVAL);
	CHECK_EQ(set(0, 0, GPA + 2048, SIZE, mem), -EINVAL);
	CHECK_EQ(set(0, 0, GPA, SIZE, mem + 1), -EINVAL);
	CHECK_EQ(set(0, 0, GPA, SIZE, mem + 2048), -EINVAL);
	CHECK_EQ(set(0, 0, GPA, SIZE, mem), 0);
}

static void limits(void)
{
	u64 end = 1ul << 40;

	setup();
	CHECK_EQ(set(0, 0, end - SIZE + PAGE, SIZE, mem), -EFAULT);
	CHECK_EQ(set(0, 0, end, SIZE, mem), -EFAULT);
	CHECK_EQ(set(0, 0, -SIZE, SIZE, mem), -EINVAL);		/* wraps */
	CHECK_EQ(set(0, 0, -PAGE, 2 * PAGE, mem), -EINVAL);
	CHECK_EQ(set(0, 0, -2 * SIZE, SIZE, mem), -EFAULT);
	CHECK_EQ(set(0, 0, GPA, SIZE, (void *)(-PAGE)), -EINVAL);	/* not user space */
	CHECK_EQ(set(0, 0, GPA, SIZE, (void *)(1ul << 63)), -EINVAL);
	CHECK_EQ(set(0, 0, GPA, 1ul << 63, mem), -EINVAL);
	CHECK_EQ(set(0, 0, end - SIZE, SIZE, mem), 0);
}

static void slot_ids(void)
{
	int n = kvm(vm_fd(0), KVM_CHECK_EXTENSION, KVM_CAP_NR_MEMSLOTS);

	setup();
	REQUIRE(n > 1, "%d", n);
	CHECK_EQ(set(n - 1, 0, GPA, SIZE, mem), 0);
	CHECK_EQ(set(n, 0, GPA + SIZE, SIZE, mem), -EINVAL);
	CHECK_EQ(set(0xffff, 0, GPA + SIZE, SIZE, mem), -EINVAL);
	CHECK_EQ(set(1u << 16, 0, GPA + SIZE, SIZE, mem), -EINVAL);
	CHECK_EQ(set(~0u, 0, GPA + SIZE, SIZE, mem), -EINVAL);
}

static void flags(void)
{
	setup();
	for (int bit = 2; bit < 32; bit++)
		CHECK(set(0, 1u << bit, GPA, SIZE, mem) == -EINVAL, "bit %d", bit);
	if (kvm_cap(KVM_CAP_USER_MEMORY2) == 1) {
		for (int bit = 2; bit < 32; bit++)
			CHECK(set2(0, 1u << bit, GPA, SIZE, mem) == -EINVAL, "bit %d", bit);
	}
	if (kvm_cap(KVM_CAP_READONLY_MEM) == 1)
		CHECK_EQ(set(1, KVM_MEM_READONLY, GPA, SIZE, mem), 0);
	else
		CHECK_EQ(set(1, KVM_MEM_READONLY, GPA, SIZE, mem), -EINVAL);
}

static void overlap(void)
{
	setup();
	REQUIRE_EQ(set(0, 0, GPA + SIZE, SIZE, mem), 0);
	CHECK_EQ(set(1, 0, GPA + SIZE, SIZE, mem), -EEXIST);
	CHECK_EQ(set(1, 0, GPA, SIZE + PAGE, mem), -EEXIST);
	CHECK_EQ(set(1, 0, GPA + 2 * SIZE - PAGE, SIZE, mem), -EEXIST);
	CHECK_EQ(set(1, 0, GPA, 3 * SIZE, mem), -EEXIST);
	CHECK_EQ(set(1, 0, GPA + SIZE + PAGE, PAGE, mem), -EEXIST);
	CHECK_EQ(set(1, 0, GPA, SIZE, mem), 0);
	CHECK_EQ(set(2, 0, GPA + 2 * SIZE, SIZE, mem), 0);
}

static void delete(void)
{
	setup();
	CHECK_EQ(set(0, 0, GPA, 0, mem), -EINVAL);
	CHECK_EQ(set(0, 0, GPA, SIZE, mem), 0);
	CHECK_EQ(set(0, 0, 0, 0, NULL), 0);
	CHECK_EQ(set(0, 0, 0, 0, NULL), -EINVAL);
	CHECK_EQ(set(1, 0, GPA, SIZE, mem), 0);
}

static void move(void)
{
	setup();
	REQUIRE_EQ(set(0, 0, GPA, SIZE, mem), 0);
	REQUIRE_EQ(set(1, 0, GPA + 4 * SIZE, SIZE, mem), 0);
	CHECK_EQ(set(0, 0, GPA + SIZE, SIZE, mem), 0);
	CHECK_EQ(set(0, 0, GPA + SIZE + PAGE, SIZE, mem), 0);	/* onto itself */
	CHECK_EQ(set(0, 0, GPA + 4 * SIZE - PAGE, SIZE, mem), -EEXIST);
	CHECK_EQ(set(2, 0, GPA, SIZE, mem), 0);
	CHECK_EQ(set(0, 0, 1ul << 40, SIZE, mem), -EFAULT);
	CHECK_EQ(set(3, 0, GPA + SIZE + PAGE, SIZE, mem), -EEXIST);
}

static void change(void)
{
	setup();
	REQUIRE_EQ(set(0, 0, GPA, SIZE, mem), 0);
	CHECK_EQ(set(0, 0, GPA, SIZE, mem), 0);		/* nothing changes */
	CHECK_EQ(set(0, 0, GPA, SIZE + PAGE, mem), -EINVAL);
	CHECK_EQ(set(0, 0, GPA, SIZE - PAGE, mem), -EINVAL);
	CHECK_EQ(set(0, 0, GPA, SIZE, mem + PAGE), -EINVAL);
	CHECK_EQ(set(0, 0, GPA + SIZE, SIZE, mem + PAGE), -EINVAL);
	if (kvm_cap(KVM_CAP_READONLY_MEM) != 1)
		return;
	CHECK_EQ(set(0, KVM_MEM_READONLY, GPA, SIZE, mem), -EINVAL);
	REQUIRE_EQ(set(1, KVM_MEM_READONLY, GPA + SIZE, SIZE, mem), 0);
	CHECK_EQ(set(1, 0, GPA + SIZE, SIZE, mem), -EINVAL);
}

static void log_flag(void)
{
	setup();
	if (set(0, KVM_MEM_LOG_DIRTY_PAGES, GPA, SIZE, mem) == -EINVAL)
		ktap_skip("no dirty logging");
	CHECK_EQ(set(0, 0, GPA, SIZE, mem), 0);
	CHECK_EQ(set(0, KVM_MEM_LOG_DIRTY_PAGES, GPA, SIZE, mem), 0);
	CHECK_EQ(set(0, KVM_MEM_LOG_DIRTY_PAGES, GPA + SIZE, SIZE, mem), 0);
	CHECK_EQ(set(0, 0, 0, 0, NULL), 0);
}

/* The host range need not be mapped, nor stay mapped. */
static void unmapped(void)
{
	setup();
	munmap(mem, SIZE);
	CHECK_EQ(set(0, 0, GPA, SIZE, mem), 0);
	CHECK_EQ(set(1, 0, GPA + SIZE, SIZE, mem + SIZE), 0);
	munmap(mem + SIZE, SIZE);
	CHECK_EQ(set(1, 0, 0, 0, NULL), 0);
}

static void bad_pointer(void)
{
	setup();
	CHECK_EQ(kvm(vm, KVM_SET_USER_MEMORY_REGION, 0), -EFAULT);
	CHECK_EQ(kvm(vm, KVM_SET_USER_MEMORY_REGION, -64l), -EFAULT);
}

static void version2(void)
{
	if (kvm_cap(KVM_CAP_USER_MEMORY2) != 1)
		ktap_skip("no KVM_CAP_USER_MEMORY2");
	setup();
	CHECK_EQ(set2(0, 0, GPA, SIZE, mem), 0);
	CHECK_EQ(set2(1, 0, GPA, SIZE, mem), -EEXIST);
	CHECK_EQ(set2(0, 0, GPA + SIZE, SIZE, mem), 0);
	CHECK_EQ(set2(0, 0, GPA + 1, SIZE, mem), -EINVAL);
	CHECK_EQ(set2(0, 0, 0, 0, NULL), 0);
	CHECK_EQ(set2(0, 0, 0, 0, NULL), -EINVAL);
}

/* Many slots, in an order that is neither ascending nor descending. */
static void many(void)
{
	setup();
	/* beyond it is something that cannot be a guest's, vvar for example */
	mem = vm_alloc(100 * PAGE, PAGE);
	for (unsigned int i = 0; i < 100; i++) {
		unsigned int at = i * 7 % 100;

		REQUIRE_EQ(set(i, 0, GPA + at * PAGE, PAGE, mem), 0);
		REQUIRE_EQ(set(200, 0, GPA + at * PAGE, PAGE, mem), -EEXIST);
	}
	for (unsigned int i = 0; i < 100; i++)
		REQUIRE_EQ(set(i * 3 % 100, 0, 0, 0, NULL), 0);
	REQUIRE_EQ(set(200, 0, GPA, 100 * PAGE, mem), 0);
}

#define VVAR_GPA	0x60000000ul

static void guest_reads(u64 arg)
{
	GUEST_SYNC(*(volatile u32 *)(VVAR_GPA + 4), 0);
}

/* What the kernel shows each process of its clocks. Not in a static program's symbols. */
static char *vvar(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long at = 0;
	char line[256];

	REQUIRE(maps, "/proc/self/maps");
	while (!at && fgets(line, sizeof(line), maps))
		if (strstr(line, "[vvar]"))
			at = strtoul(line, NULL, 16);
	fclose(maps);
	return (char *)at;
}

/* A VMM whose guest has what it has itself makes a slot of each of its read-only mappings. */
static void clocks(void)
{
	char *at = vvar();
	struct vm *of;

	if (!at)
		ktap_skip("no [vvar]");
	of = vm_new(1, guest_reads, 0);
	REQUIRE_EQ(vm_slot(of->fd, 1, KVM_MEM_READONLY, VVAR_GPA, PAGE, at), 0);
	vcpu_sync(&of->vcpu[0], *(volatile u32 *)(at + 4));
}

static const struct ktap_case cases[] = {
	{ "alignment", alignment },
	{ "address limits", limits },
	{ "slot ids", slot_ids },
	{ "flags", flags },
	{ "overlap", overlap },
	{ "delete", delete },
	{ "move", move },
	{ "other changes", change },
	{ "logging flag", log_flag },
	{ "unmapped host range", unmapped },
	{ "bad pointer", bad_pointer },
	{ "the host's vvar", clocks },
	{ "second version", version2 },
	{ "many slots", many },
};
KTAP_MAIN(cases)
