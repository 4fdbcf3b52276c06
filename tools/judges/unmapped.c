// SPDX-License-Identifier: GPL-2.0-only
/*
 * Takes memory away from guests in every way that a VMM has, and tells the
 * judge of stage-2 tables each time which pages are no guest's any more
 * (mark.h). Huge pages come apart and together as dirty pages are logged, and
 * more VMs live at once than a machine may have VMIDs for.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/vm.h"
#include "mark.h"

#define SLOT		1
#define NR_PAGES	64
#define NR_VMS		6

/* Touches as many pages as it is told, and again. */
static u64 pages;

static void guest(u64 arg)
{
	for (;;) {
		for (u64 i = 0; i < READ_ONCE(pages); i++)
			*(volatile u64 *)(DATA_BASE + i * PAGE) = i;
		GUEST_SYNC(1, 0);
	}
}

/* The physical address of a page of this program, by /proc/self/pagemap; 0: it has none. */
static u64 phys_of(const void *p)
{
	int fd = open("/proc/self/pagemap", O_RDONLY);
	u64 entry = 0;

	REQUIRE(fd >= 0);
	REQUIRE(pread(fd, &entry, 8, (u64)p / PAGE * 8) == 8);
	close(fd);
	return entry >> 63 ? (entry & ((1ul << 55) - 1)) * PAGE : 0;
}

static struct vm *vm;
static char *mem;

static void touch(u64 n)
{
	*vm_shared(vm, pages) = n;
	vcpu_sync(&vm->vcpu[0], 1);
}

static void setup(u64 size, u64 align, u32 flags)
{
	mem = vm_alloc(size, align);
	vm = vm_new(1, guest, 0);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, flags, DATA_BASE, size, mem), 0);
}

static void note(u64 *phys)
{
	for (int i = 0; i < NR_PAGES; i++) {
		phys[i] = phys_of(mem + i * PAGE);
		REQUIRE(phys[i]);
	}
}

static void tell(const u64 *phys)
{
	for (int i = 0; i < NR_PAGES; i++)
		mark_unmapped(phys[i], PAGE);
}

static void taken(void (*take)(void))
{
	u64 phys[NR_PAGES];

	setup(NR_PAGES * PAGE, PAGE, 0);
	touch(NR_PAGES);
	note(phys);
	take();
	tell(phys);
	vm_free(vm);
}

static void discard(void)
{
	REQUIRE_EQ(madvise(mem, NR_PAGES * PAGE, MADV_DONTNEED), 0);
}

static void unmap(void)
{
	REQUIRE_EQ(munmap(mem, NR_PAGES * PAGE), 0);
}

static void forbid(void)
{
	REQUIRE_EQ(mprotect(mem, NR_PAGES * PAGE, PROT_NONE), 0);
}

static void move(void)
{
	REQUIRE(mremap(mem, NR_PAGES * PAGE, NR_PAGES * PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		       vm_alloc(NR_PAGES * PAGE, PAGE)) != MAP_FAILED);
}

static void delete_slot(void)
{
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, DATA_BASE, 0, mem), 0);
}

static void discarded(void) { taken(discard); }
static void unmapped(void) { taken(unmap); }
static void forbidden(void) { taken(forbid); }
static void moved(void) { taken(move); }
static void deleted(void) { taken(delete_slot); }

/* Beside other pages, and again and again. */
static void in_part(void)
{
	u64 phys;

	setup(NR_PAGES * PAGE, PAGE, 0);
	for (int i = 0; i < NR_PAGES; i += 7) {
		touch(NR_PAGES);
		phys = phys_of(mem + i * PAGE);
		REQUIRE_EQ(madvise(mem + i * PAGE, PAGE, MADV_DONTNEED), 0);
		mark_unmapped(phys, PAGE);
	}
	vm_free(vm);
}

/* A block becomes a table as pages are logged, and a block again; then it goes. */
static void huge(void)
{
	u64 log[HUGE / PAGE / 64], phys;
	struct kvm_dirty_log get = { .slot = SLOT, .dirty_bitmap = log };

	setup(HUGE, HUGE, 0);
	madvise(mem, HUGE, MADV_HUGEPAGE);
	memset(mem, 1, HUGE);
	touch(HUGE / PAGE);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE, HUGE, mem), 0);
	touch(4);
	REQUIRE_EQ(kvm(vm->fd, KVM_GET_DIRTY_LOG, &get), 0);
	touch(4);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, DATA_BASE, HUGE, mem), 0);
	touch(HUGE / PAGE);
	phys = phys_of(mem);
	REQUIRE_EQ(madvise(mem, HUGE, MADV_DONTNEED), 0);
	mark_unmapped(phys, PAGE);
	vm_free(vm);
}

/* Copy on write: the guest reads a page that it then may not write as it is. */
static void copied(void)
{
	int fd = open("/proc/self/exe", O_RDONLY);

	setup(HUGE, PAGE, 0);
	REQUIRE(mmap(mem, NR_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, fd, 0) == mem);
	for (int i = 0; i < NR_PAGES; i++)
		CHECK(phys_of(mem + i * PAGE) || ((volatile char *)mem)[i * PAGE] + 1);
	touch(NR_PAGES);
	close(fd);
	vm_free(vm);
}

static void many(void)
{
	struct vm *vms[NR_VMS];

	for (int i = 0; i < NR_VMS; i++) {
		setup(NR_PAGES * PAGE, PAGE, 0);
		vms[i] = vm;
	}
	for (int round = 0; round < 4; round++)
		for (int i = 0; i < NR_VMS; i++) {
			vm = vms[i];
			touch(NR_PAGES);
		}
	for (int i = 0; i < NR_VMS; i++)
		vm_free(vms[i]);
}

static const struct ktap_case cases[] = {
	{ "discarded", discarded },
	{ "unmapped", unmapped },
	{ "forbidden", forbidden },
	{ "moved", moved },
	{ "its slot deleted", deleted },
	{ "one page among others", in_part },
	{ "huge pages, logged", huge },
	{ "copy on write", copied },
	{ "many VMs", many },
};
KTAP_MAIN(cases)
