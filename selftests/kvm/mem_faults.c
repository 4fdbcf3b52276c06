// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guest memory as the host's memory management moves under it. Proves:
 *  - first touch by read, write and fetch; read-only slots; holes: MMIO
 *  - every backing: anonymous, huge pages, files private and shared, memfd
 *  - the guest sees what the host does to the mapping: MADV_DONTNEED, hole
 *    punch, munmap and mmap, mprotect, copy on write after fork, KSM
 *    candidates, swapped-out pages; and an unmapped one is EFAULT
 *  - the log of dirty pages, of what was read first, of huge pages, after fork
 *  - slots moved and deleted
 *  - two VMs do not see each other's memory
 * mem_smp does the same kind of thing to vCPUs that run.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/swap.h"
#include "lib/vm.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE	25	/* since 6.1 */
#endif
#ifndef MADV_PAGEOUT
#define MADV_COLD	20
#define MADV_PAGEOUT	21
#endif

#define MB		(1ul << 20)
#define SLOT		1

/* --- the guest: a loop that does what the host asks for --- */

enum { OP_READ, OP_WRITE, OP_EXEC, OP_CHECK, OP_FILL, OP_END };

static struct op {
	u64 op, addr, value, count;	/* count: pages, for CHECK and FILL */
} op;

static void fill(u64 addr, u64 pages, u64 seed)
{
	for (u64 i = 0; i < pages; i++)
		*(volatile u64 *)(addr + i * PAGE) = seed + i;
}

static void check(u64 addr, u64 pages, u64 seed)
{
	for (u64 i = 0; i < pages; i++)
		GUEST_EQ(*(volatile u64 *)(addr + i * PAGE), seed + i);
}

static void guest_ops(u64 arg)
{
	for (;;) {
		volatile u64 *p = (u64 *)op.addr;
		u64 result = 0;

		switch (READ_ONCE(op.op)) {
		case OP_READ:
			result = *p;
			break;
		case OP_WRITE:
			*p = op.value;
			break;
		case OP_EXEC:
			asm volatile("ic iallu; dsb nsh; isb" ::: "memory");
			result = ((u64 (*)(void))p)();
			break;
		case OP_CHECK:
			check(op.addr, op.count, op.value);
			break;
		case OP_FILL:
			fill(op.addr, op.count, op.value);
			break;
		default:
			return;
		}
		GUEST_SYNC(result, 0);
	}
}

/* --- the host --- */

static struct vm *vm;
static struct vcpu *vcpu;

static void setup(const void *mem, u64 size, u32 flags)
{
	vm = vm_new(1, guest_ops, 0);
	vcpu = &vm->vcpu[0];
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, flags, DATA_BASE, size, mem), 0);
}

static void ask(u64 what, u64 offset, u64 value, u64 count)
{
	*vm_shared(vm, op) = (struct op){ what, DATA_BASE + offset, value, count };
}

static u64 run_op(u64 what, u64 offset, u64 value, u64 count)
{
	struct ucall uc;

	ask(what, offset, value, count);
	uc = vcpu_ucall(vcpu);
	REQUIRE_EQ(uc.cmd, UCALL_SYNC);
	return uc.a;
}

#define READ(offset)		run_op(OP_READ, offset, 0, 0)
#define WRITE(offset, v)	run_op(OP_WRITE, offset, v, 0)
#define FILL(offset, n, v)	run_op(OP_FILL, offset, v, n)
#define VERIFY(offset, n, v)	run_op(OP_CHECK, offset, v, n)

static void host_fill(char *mem, u64 pages, u64 seed)
{
	for (u64 i = 0; i < pages; i++)
		*(u64 *)(mem + i * PAGE) = seed + i;
}

static void host_check(const char *mem, u64 pages, u64 seed)
{
	for (u64 i = 0; i < pages; i++) {
		u64 got = *(u64 *)(mem + i * PAGE);

		CHECK(got == seed + i, "page %lu is %#lx, want %#lx", i, got, seed + i);
	}
}

/* Both sides write, both see it; pages in an order that is not the address's. */
static void exercise(char *mem, u64 pages)
{
	host_fill(mem, pages, 1000);
	VERIFY(0, pages, 1000);
	FILL(0, pages, 2000);
	host_check(mem, pages, 2000);
	host_fill(mem, pages, 3000);
	VERIFY(0, pages, 3000);
}

static void first_touch(void)
{
	static const u32 code[] = { 0xd2800540, 0xd65f03c0 };	/* mov x0, #42; ret */
	char *mem = vm_alloc(MB, PAGE);

	setup(mem, MB, 0);
	CHECK_EQ(READ(0), 0);
	WRITE(PAGE, 77);
	CHECK_EQ(*(u64 *)(mem + PAGE), 77);
	memcpy(mem + 2 * PAGE, code, sizeof(code));
	CHECK_EQ(run_op(OP_EXEC, 2 * PAGE, 0, 0), 42);
	WRITE(0, 5);			/* read before, written now */
	CHECK_EQ(*(u64 *)mem, 5);
	CHECK_EQ(READ(PAGE), 77);
	CHECK_EQ(READ(2 * PAGE), *(u64 *)code);
	WRITE(2 * PAGE, 0xd65f03c0d2800ea0);	/* mov x0, #117; ret */
	CHECK_EQ(run_op(OP_EXEC, 2 * PAGE, 0, 0), 117);
	exercise(mem, MB / PAGE);
}

static bool mmio_exit(u64 offset, bool write)
{
	struct kvm_run *run = vcpu->run;

	REQUIRE_EQ(vcpu_run(vcpu), 0);
	return CHECK(run->exit_reason == KVM_EXIT_MMIO &&
		     run->mmio.phys_addr == DATA_BASE + offset && run->mmio.is_write == write,
		     "exit %u at %#llx write %u", run->exit_reason, run->mmio.phys_addr,
		     run->mmio.is_write);
}

static void sync_after(u64 value)
{
	REQUIRE_EQ(vcpu_ucall(vcpu).a, value);
}

static void no_slot(void)
{
	char *mem = vm_alloc(MB, PAGE);
	u64 value = 0x1234;

	setup(mem, MB, 0);
	ask(OP_READ, MB, 0, 0);
	mmio_exit(MB, false);
	memcpy(vcpu->run->mmio.data, &value, 8);
	sync_after(value);
	ask(OP_WRITE, MB + 8, 99, 0);
	mmio_exit(MB + 8, true);
	CHECK_EQ(*(u64 *)vcpu->run->mmio.data, 99);
	sync_after(0);
	/* A slot there: memory from now on. */
	REQUIRE_EQ(vm_slot(vm->fd, 2, 0, DATA_BASE + MB, MB, vm_alloc(MB, PAGE)), 0);
	WRITE(MB, 3);
	CHECK_EQ(READ(MB), 3);
}

static void read_only(void)
{
	char *mem = vm_alloc(MB, PAGE);

	if (kvm_cap(KVM_CAP_READONLY_MEM) != 1)
		ktap_skip("no KVM_CAP_READONLY_MEM");
	*(u64 *)mem = 5;
	setup(mem, MB, KVM_MEM_READONLY);
	CHECK_EQ(READ(0), 5);
	ask(OP_WRITE, 0, 99, 0);
	mmio_exit(0, true);
	CHECK_EQ(*(u64 *)vcpu->run->mmio.data, 99);
	sync_after(0);
	CHECK_EQ(*(u64 *)mem, 5);
	ask(OP_WRITE, PAGE, 98, 0);	/* not read before */
	mmio_exit(PAGE, true);
	sync_after(0);
	CHECK_EQ(READ(PAGE), 0);
	*(u64 *)mem = 6;		/* the host may */
	CHECK_EQ(READ(0), 6);
	/* The same by a mapping that the host cannot write either. */
	mprotect(mem, MB, PROT_READ);
	CHECK_EQ(READ(0), 6);
	ask(OP_WRITE, 0, 99, 0);
	mmio_exit(0, true);
	sync_after(0);
}

/* Four of them, if the host likes. */
static char *huge_memory(void)
{
	char *mem;

	if (HUGE > 32 * MB)
		ktap_skip("a huge page has %lu MiB", HUGE / MB);
	mem = vm_alloc(4 * HUGE, HUGE);
	madvise(mem, 4 * HUGE, MADV_HUGEPAGE);
	return mem;
}

static void huge_pages(void)
{
	char *mem = huge_memory();

	setup(mem, 4 * HUGE, 0);
	exercise(mem, 4 * HUGE / PAGE);
	/* One small page goes: the rest stays. */
	REQUIRE_EQ(madvise(mem + HUGE + 5 * PAGE, PAGE, MADV_DONTNEED), 0);
	CHECK_EQ(READ(HUGE + 5 * PAGE), 0);
	CHECK_EQ(READ(HUGE + 4 * PAGE), 3000 + HUGE / PAGE + 4);
	CHECK_EQ(READ(HUGE + 6 * PAGE), 3000 + HUGE / PAGE + 6);
	madvise(mem, 4 * HUGE, MADV_NOHUGEPAGE);
	exercise(mem, 4 * HUGE / PAGE);
	madvise(mem, 4 * HUGE, MADV_HUGEPAGE);
	madvise(mem, 4 * HUGE, MADV_COLLAPSE);
	VERIFY(0, 4 * HUGE / PAGE, 3000);
	exercise(mem, 4 * HUGE / PAGE);
}

/* Slot and backing not congruent, or cut off: no block may spill over. */
static void huge_pages_offset(void)
{
	char *mem = huge_memory();

	host_fill(mem, 4 * HUGE / PAGE, 7000);
	setup(mem + 3 * PAGE, 2 * HUGE, 0);
	VERIFY(0, 2 * HUGE / PAGE, 7003);
	FILL(0, 2 * HUGE / PAGE, 100);
	host_check(mem, 3, 7000);
	host_check(mem + 3 * PAGE, 2 * HUGE / PAGE, 100);
	host_check(mem + 3 * PAGE + 2 * HUGE, 8, 7003 + 2 * HUGE / PAGE);
	/* Congruent, but from the middle of one block to the middle of another. */
	host_fill(mem, 4 * HUGE / PAGE, 7000);
	REQUIRE_EQ(vm_slot(vm->fd, 2, 0, DATA_BASE + 8 * HUGE + HUGE / 2, HUGE, mem + HUGE / 2), 0);
	FILL(8 * HUGE + HUGE / 2, HUGE / PAGE, 500);
	host_check(mem, HUGE / 2 / PAGE, 7000);
	host_check(mem + HUGE / 2, HUGE / PAGE, 500);
	host_check(mem + 3 * HUGE / 2, HUGE / 2 / PAGE, 7000 + 3 * HUGE / 2 / PAGE);
	ask(OP_READ, 8 * HUGE + HUGE / 2 - 8, 0, 0);
	mmio_exit(8 * HUGE + HUGE / 2 - 8, false);
	sync_after(*(u64 *)vcpu->run->mmio.data);
	ask(OP_READ, 8 * HUGE + 3 * HUGE / 2, 0, 0);
	mmio_exit(8 * HUGE + 3 * HUGE / 2, false);
}

static void hugetlb(void)
{
	FILE *f = fopen("/proc/sys/vm/nr_hugepages", "w");
	char *mem;

	if (f) {
		fprintf(f, "4\n");
		fclose(f);
	}
	mem = mmap(NULL, 2 * HUGE, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
	if (mem == MAP_FAILED)
		ktap_skip("no huge pages");
	setup(mem, 2 * HUGE, 0);
	exercise(mem, 2 * HUGE / PAGE);
	REQUIRE_EQ(madvise(mem, HUGE, MADV_DONTNEED), 0);
	CHECK_EQ(READ(0), 0);
	CHECK_EQ(READ(HUGE), 3000 + HUGE / PAGE);
	munmap(mem, 2 * HUGE);
	f = fopen("/proc/sys/vm/nr_hugepages", "w");
	if (f) {
		fprintf(f, "0\n");
		fclose(f);
	}
}

static void memfd(void)
{
	int fd = memfd_create("guest", MFD_CLOEXEC);
	char *mem, *other;

	REQUIRE_EQ(ftruncate(fd, MB), 0);
	mem = mmap(NULL, MB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	other = mmap(NULL, MB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	setup(mem, MB, 0);
	exercise(mem, MB / PAGE);
	host_check(other, MB / PAGE, 3000);
	REQUIRE_EQ(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 4 * PAGE, PAGE), 0);
	CHECK_EQ(READ(4 * PAGE), 0);
	CHECK_EQ(READ(5 * PAGE), 3005);
	WRITE(4 * PAGE, 9);
	CHECK_EQ(*(u64 *)(other + 4 * PAGE), 9);
	/* Beyond the file's end there is nothing: an error, not a hang. */
	REQUIRE_EQ(ftruncate(fd, MB / 2), 0);
	ask(OP_READ, MB / 2, 0, 0);
	CHECK_EQ(vcpu_run(vcpu), -EFAULT);
	/* and no KVM_EXIT_MEMORY_FAULT, by which QEMU would change what is private */
	CHECK_EQ(vcpu->run->exit_reason, KVM_EXIT_UNKNOWN);
	CHECK_EQ(kvm_cap(232), 0);		/* KVM_CAP_MEMORY_FAULT_INFO */
	REQUIRE_EQ(ftruncate(fd, MB), 0);
	sync_after(0);
}

static void private_file(void)
{
	char path[] = "/tmp/mem_faults.XXXXXX";
	int fd = mkstemp(path);
	char *mem, *file;

	unlink(path);
	REQUIRE_EQ(ftruncate(fd, MB), 0);
	file = mmap(NULL, MB, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	mem = mmap(NULL, MB, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	host_fill(file, MB / PAGE, 50);
	setup(mem, MB, 0);
	VERIFY(0, MB / PAGE, 50);	/* maps the file's own pages */
	FILL(0, MB / PAGE, 900);	/* copies them */
	host_check(file, MB / PAGE, 50);
	host_check(mem, MB / PAGE, 900);
	VERIFY(0, MB / PAGE, 900);
}

static void discarded(void)
{
	size_t size = MB > 32 * PAGE ? MB : 32 * PAGE;
	char *mem = vm_alloc(size, PAGE);

	setup(mem, size, 0);
	for (int i = 0; i < 20; i++) {
		exercise(mem, size / PAGE);
		REQUIRE_EQ(madvise(mem + 8 * PAGE, 16 * PAGE, MADV_DONTNEED), 0);
		for (int page = 8; page < 24; page++)
			CHECK_EQ(READ(page * PAGE), 0);
		CHECK_EQ(READ(7 * PAGE), 3007);
		CHECK_EQ(READ(24 * PAGE), 3024);
	}
}

static void remapped(void)
{
	char *mem = vm_alloc(MB, PAGE);

	setup(mem, MB, 0);
	exercise(mem, MB / PAGE);
	munmap(mem + 4 * PAGE, PAGE);
	ask(OP_READ, 4 * PAGE, 0, 0);
	CHECK_EQ(vcpu_run(vcpu), -EFAULT);
	CHECK_EQ(vcpu_run(vcpu), -EFAULT);
	REQUIRE(mmap(mem + 4 * PAGE, PAGE, PROT_READ | PROT_WRITE,
		     MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED);
	*(u64 *)(mem + 4 * PAGE) = 66;
	sync_after(66);
	/* mremap takes the pages away from under the slot. */
	REQUIRE(mremap(mem, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED,
		       vm_alloc(PAGE, PAGE)) != MAP_FAILED);
	ask(OP_READ, 0, 0, 0);
	CHECK_EQ(vcpu_run(vcpu), -EFAULT);
}

static void protected(void)
{
	char *mem = vm_alloc(MB, PAGE);

	setup(mem, MB, 0);
	exercise(mem, MB / PAGE);
	mprotect(mem, MB, PROT_READ);
	VERIFY(0, MB / PAGE, 3000);
	ask(OP_WRITE, 0, 5, 0);
	CHECK_EQ(vcpu_run(vcpu), -EFAULT);
	CHECK_EQ(*(u64 *)mem, 3000);
	mprotect(mem, MB, PROT_NONE);
	CHECK_EQ(vcpu_run(vcpu), -EFAULT);
	mprotect(mem, MB, PROT_READ | PROT_WRITE);
	sync_after(0);
	CHECK_EQ(*(u64 *)mem, 5);
	exercise(mem, MB / PAGE);
}

/* Which of the slot's first 64 pages the guest wrote since the last look. */
static u64 take_log(void)
{
	static u64 bitmap[65536 / 2 / 64];	/* enough for four huge pages of any size */
	struct kvm_dirty_log log = { .slot = SLOT, .dirty_bitmap = bitmap };

	REQUIRE_EQ(kvm(vm->fd, KVM_GET_DIRTY_LOG, &log), 0);
	return bitmap[0];
}

/* After fork both have the page, until one writes: the child keeps the old. */
static void fork_and_write(u32 flags)
{
	char *mem = vm_alloc(MB, PAGE);
	int status, go[2];
	pid_t pid;
	char c;

	setup(mem, MB, flags);
	FILL(0, MB / PAGE, 100);
	if (flags)
		take_log();
	REQUIRE_EQ(pipe(go), 0);
	pid = fork();
	if (pid == 0) {
		read(go[0], &c, 1);
		host_check(mem, MB / PAGE, 100);
		ktap_end();
	}
	VERIFY(0, MB / PAGE, 100);
	FILL(0, MB / PAGE, 200);
	write(go[1], "", 1);
	waitpid(pid, &status, 0);
	CHECK_EQ(status, 0);
	host_check(mem, MB / PAGE, 200);
	VERIFY(0, MB / PAGE, 200);
}

static void copy_on_write(void)
{
	fork_and_write(0);
}

/* What was write-protected by the log first, and by the host since. */
static void logged_copy_on_write(void)
{
	fork_and_write(KVM_MEM_LOG_DIRTY_PAGES);
	CHECK_EQ(take_log(), MB / PAGE < 64 ? (1ul << MB / PAGE) - 1 : ~0ul);
}

/* Every first write is told, every time, whatever the page was mapped for before. */
static void logged(void)
{
	char *mem = vm_alloc(MB, PAGE);

	setup(mem, MB, KVM_MEM_LOG_DIRTY_PAGES);
	FILL(0, 8, 100);
	CHECK_EQ(take_log(), 0xff);
	VERIFY(0, 8, 100);
	CHECK_EQ(take_log(), 0);
	for (int i = 0; i < 3; i++) {
		WRITE(3 * PAGE, i);
		WRITE(5 * PAGE, i);
		WRITE(5 * PAGE + 8, i);
		CHECK_EQ(take_log(), 1 << 3 | 1 << 5);
	}
	/* there in the VMM, read by the guest, then written */
	host_fill(mem, 16, 200);
	VERIFY(0, 16, 200);
	CHECK_EQ(take_log(), 0);
	WRITE(9 * PAGE, 7);
	CHECK_EQ(take_log(), 1 << 9);
	CHECK_EQ(*(u64 *)(mem + 9 * PAGE), 7);
	/* not told any more, and writable all the same */
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, DATA_BASE, MB, mem), 0);
	FILL(0, 16, 300);
	host_check(mem, 16, 300);
}

/* A write is to one page of what was one block. */
static void logged_huge_pages(void)
{
	char *mem = huge_memory();

	setup(mem, 4 * HUGE, 0);
	FILL(0, 4 * HUGE / PAGE, 100);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE, 4 * HUGE, mem), 0);
	WRITE(2 * PAGE, 1);
	WRITE(4 * PAGE, 1);
	CHECK_EQ(take_log(), 1 << 2 | 1 << 4);
	WRITE(4 * PAGE, 2);
	CHECK_EQ(take_log(), 1 << 4);
}

/* Reads map the shared zero page; the write must not go there. */
static void zero_page(void)
{
	char *mem = vm_alloc(MB, PAGE), *other = vm_alloc(MB, PAGE);

	setup(mem, MB, 0);
	for (u64 i = 0; i < MB / PAGE; i++)
		CHECK_EQ(READ(i * PAGE), 0);
	FILL(0, MB / PAGE, 1);
	host_check(mem, MB / PAGE, 1);
	for (u64 i = 0; i < MB / PAGE; i++)
		CHECK_EQ(*(u64 *)(other + i * PAGE), 0);
}

static bool write_file(const char *path, const char *value)
{
	FILE *f = fopen(path, "w");
	bool ok = f && fputs(value, f) >= 0;

	if (f)
		ok &= fclose(f) == 0;
	return ok;
}

static u64 read_number(const char *path)
{
	FILE *f = fopen(path, "r");
	unsigned long v = 0;

	if (f) {
		if (fscanf(f, "%lu", &v) != 1)
			v = 0;
		fclose(f);
	}
	return v;
}

static void same_page_merging(void)
{
	char *mem = vm_alloc(MB, PAGE);
	u64 pages = MB / PAGE, merged = 0;

	setup(mem, MB, 0);
	if (madvise(mem, MB, MADV_MERGEABLE) || !write_file("/sys/kernel/mm/ksm/run", "1"))
		ktap_skip("no KSM");
	write_file("/sys/kernel/mm/ksm/pages_to_scan", "10000");
	write_file("/sys/kernel/mm/ksm/sleep_millisecs", "10");
	for (u64 i = 0; i < pages; i++)
		WRITE(i * PAGE, 4711);
	for (int i = 0; i < 6000 && !(merged && i > 200) && merged < pages / 2; i++) {
		usleep(20000);
		merged = read_number("/sys/kernel/mm/ksm/pages_sharing");
	}
	ktap_note("%lu pages merged", merged);
	for (u64 i = 0; i < pages; i++)
		CHECK_EQ(READ(i * PAGE), 4711);
	FILL(0, pages, 1);
	host_check(mem, pages, 1);
	VERIFY(0, pages, 1);
	write_file("/sys/kernel/mm/ksm/run", "2");
	CHECK(merged > 0);
}

/* Pages go out to swap (zram, where that can be had) and come back. */
static void paged_out(void)
{
	char *mem = vm_alloc(2 * MB, PAGE);
	u64 pages = 2 * MB / PAGE, out = 0;
	bool swap = swap_on();

	setup(mem, 2 * MB, 0);
	for (int i = 0; i < 3; i++) {
		exercise(mem, pages);
		if (madvise(mem, 2 * MB, MADV_PAGEOUT))
			ktap_skip("no MADV_PAGEOUT");
		out = swap_pages();
		VERIFY(0, pages, 3000);
		madvise(mem, 2 * MB, MADV_COLD);
		FILL(0, pages, 4000);
		madvise(mem, 2 * MB, MADV_PAGEOUT);
		host_check(mem, pages, 4000);
	}
	ktap_note("swap %d, %lu of %lu pages went out", swap, out, pages);
	if (swap)
		swap_off();
	/* What was checked holds anyway, but proves little. Linux 6.1 takes none out. */
	if (!out)
		ktap_skip("no page went out");
}

/* The old place no longer answers, the new one does, with the same memory. */
static void slot_moved(void)
{
	char *mem = vm_alloc(MB, PAGE);

	setup(mem, MB, 0);
	WRITE(0, 11);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, DATA_BASE + 4 * MB, MB, mem), 0);
	CHECK_EQ(READ(4 * MB), 11);
	ask(OP_READ, 0, 0, 0);
	mmio_exit(0, false);
	*(u64 *)vcpu->run->mmio.data = 12;
	sync_after(12);
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, 0, 0, 0, NULL), 0);
	ask(OP_READ, 4 * MB, 0, 0);
	mmio_exit(4 * MB, false);
}

/* --- several VMs --- */

static void two_vms(void)
{
	const u64 count = 2, rounds = 100, pages = 4;
	struct vm *vms[2];

	pin_to(0);
	for (u64 i = 0; i < count; i++) {
		vms[i] = vm_new(1, guest_ops, 0);
		REQUIRE_EQ(vm_slot(vms[i]->fd, SLOT, 0, DATA_BASE, pages * PAGE,
				   vm_alloc(pages * PAGE, PAGE)), 0);
	}
	for (u64 round = 0; round < rounds; round++) {
		for (u64 i = 0; i < count; i++) {
			vm = vms[i];
			vcpu = &vm->vcpu[0];
			if (round)
				VERIFY(0, pages, (round - 1) * 10000 + i * 16);
			FILL(0, pages, round * 10000 + i * 16);
		}
		for (u64 i = 0; i < count; i++) {
			vm = vms[i];
			vcpu = &vm->vcpu[0];
			VERIFY(0, pages, round * 10000 + i * 16);
		}
	}
}

static const struct ktap_case cases[] = {
	{ "first touch", first_touch },
	{ "no slot", no_slot },
	{ "read-only slot", read_only },
	{ "transparent huge pages", huge_pages },
	{ "huge pages and slots that do not fit", huge_pages_offset },
	{ "hugetlb", hugetlb },
	{ "memfd", memfd },
	{ "private file", private_file },
	{ "zero page", zero_page },
	{ "discarded pages", discarded },
	{ "remapped pages", remapped },
	{ "mprotect", protected },
	{ "copy on write", copy_on_write },
	{ "copy on write, logged", logged_copy_on_write },
	{ "logged", logged },
	{ "huge pages, logged", logged_huge_pages },
	{ "same-page merging", same_page_merging, 180 },
	{ "paged out", paged_out },
	{ "slot moved and deleted", slot_moved },
	{ "two VMs in turn", two_vms },
};
KTAP_MAIN(cases)
