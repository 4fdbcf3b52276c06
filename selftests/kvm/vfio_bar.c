// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a guest has the memory of an assigned device: QEMU's "ivshmem-plain", whose
 * BAR 2 is memory that keeps what is written to it. Proves:
 *  - what the guest writes is there, and what the host writes is seen
 *  - it is Normal memory where the host's driver allows that, so that the guest may
 *    access it unaligned and by vectors; elsewhere it is Device memory, where it cannot
 *  - it is mapped in blocks where host, guest and the memory itself have it at the same
 *    offset in one, and by pages elsewhere
 *  - the guest executes nothing from there, and walks tables there where it is Normal
 *  - its pages are not logged, and are the VMM's to unmap
 *  - where the host has it cacheable (/dev/cacheable_bar, of the check's module of that
 *    name), it is the guest's like memory, or refused on CPUs that need maintenance for that
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "lib/vfio.h"

#define BAR2		VFIO_PCI_BAR2_REGION_INDEX
#define PLACE		(4ul << 30)	/* in the guest, where its own tables say Normal */
#define MB		(1ul << 20)
#define BLOCK		(2 * MB)
#define VA		(6ul << 30)

/* ---- the guest ---- */

static void guest_words(u64 size)
{
	for (u64 at = 0; at < size; at += 4096) {
		volatile u64 *word = (u64 *)(PLACE + at);

		GUEST_EQ(*word, ~at);
		*word = at * 3;
	}
}

static u64 load_unaligned(u64 addr)
{
	u64 v = 0;

	asm volatile("ldr %0, [%1, #1]" : "+r"(v) : "r"(addr) : "memory");
	return v;
}

static u64 load_vector(u64 addr)
{
	u64 v = 0;

	asm volatile(".arch_extension simd\n"
		     "ldr q0, [%1, #4]\n"
		     "str q0, [%1, #36]\n"
		     "umov %0, v0.d[1]" : "+r"(v) : "r"(addr) : "memory", "x9");
	return v;
}

/* normal: whether it works. */
static void guest_unaligned(u64 normal)
{
	volatile u64 *word = (u64 *)PLACE;

	guest_on(VEC_SYNC, guest_skip_sync);
	for (u64 i = 0; i < 8; i++)
		word[i] = i * 0x0101010101010101;
	load_unaligned(PLACE);
	GUEST_EQ(READ_ONCE(guest_nr_sync), normal ? 0 : 1);
	if (!normal)
		return;
	GUEST_EQ(load_unaligned(PLACE), 1ul << 56);
	GUEST_EQ(load_vector(PLACE), 0x0202020201010101);
	GUEST_EQ(*(volatile u32 *)(PLACE + 36 + 8), 0x01010101);
	GUEST_EQ(READ_ONCE(guest_nr_sync), 0);
}

static void guest_touch(u64 size)
{
	for (;;) {
		for (u64 at = 0; at < size; at += 4096)
			(void)*(volatile u32 *)(PLACE + at);
		GUEST_SYNC(1, 0);
	}
}

/* Its own handler: there is nothing to step over. */
static u64 esr_of_fetch;

static void on_fetch(struct guest_regs *regs)
{
	WRITE_ONCE(esr_of_fetch, regs->esr);
	regs->pc = regs->x[30];
}

static void guest_fetch(u64 unused)
{
	volatile u32 *code = (u32 *)PLACE;

	guest_on(VEC_SYNC, on_fetch);
	code[0] = 0xd65f03c0;	/* RET */
	dsb(sy);
	asm volatile("ic iallu; dsb sy; isb" ::: "memory");
	/* in no table of stage 2, and in one */
	for (u64 at = 0; at <= 3 * BLOCK; at += 3 * BLOCK) {
		WRITE_ONCE(esr_of_fetch, 0);
		((void (*)(void))(PLACE + at))();
		GUEST_EQ(READ_ONCE(esr_of_fetch) >> 26, 0x21);
		GUEST_EQ(READ_ONCE(esr_of_fetch) & 0x3f, 0x10);
	}
}

/* Like memory: what was written is executed. */
static void guest_code(u64 size)
{
	for (u64 at = 0; at < size; at += 4096) {
		*(volatile u32 *)(PLACE + at) = 0xd65f03c0;	/* RET */
		asm volatile("dc cvau, %0; dsb ish; ic ivau, %0; dsb ish; isb" :: "r"(PLACE + at) : "memory");
		((void (*)(void))(PLACE + at))();
		GUEST_EQ(load_unaligned(PLACE + at) & 0xffffff, 0xd65f03);
	}
}

/* VA is translated by a table in the BAR. A walk reaches Normal memory, and no Device memory. */
static void guest_walk(u64 normal)
{
	u64 table = PLACE + 3 * BLOCK;

	guest_on(VEC_SYNC, guest_skip_sync);
	*(volatile u64 *)table = guest_l1[0] | RAM_BASE;
	dsb(sy);
	WRITE_ONCE(guest_l1[VA >> 30], table | 3);
	dsb(ish);
	isb();
	(void)*(volatile u64 *)VA;
	GUEST_EQ(READ_ONCE(guest_nr_sync), normal ? 0 : 1);
	if (!normal)
		GUEST_EQ(READ_ONCE(guest_last_esr) >> 26, 0x25);
}

/* ---- the host ---- */

struct machine {
	struct vfio dev;
	struct vm *vm;
	char *bar;
	u64 size;
};

/* From an offset on. arg 0: how much that is. */
static struct machine machine_at(u64 offset, void (*fn)(u64), u64 arg)
{
	struct machine m = { .dev = vfio_open(VFIO_IVSHMEM) };

	m.size = vfio_size(&m.dev, BAR2) - offset;
	REQUIRE(m.size >= 4 * BLOCK - PAGE, "%lu", m.size);
	m.bar = vfio_mmap(&m.dev, BAR2, offset, m.size, 1ul << 30);
	m.vm = vm_new(1, fn, arg ?: m.size);
	REQUIRE_EQ(vm_slot(m.vm->fd, 1, 0, PLACE, m.size, m.bar), 0);
	return m;
}

static struct machine machine(void (*fn)(u64), u64 arg)
{
	return machine_at(0, fn, arg);
}

static void check_words(struct machine m)
{
	for (u64 at = 0; at < m.size; at += 4096)
		*(volatile u64 *)(m.bar + at) = ~at;
	vcpu_finish(&m.vm->vcpu[0]);
	for (u64 at = 0; at < m.size; at += 4096)
		if (!CHECK_EQ(*(volatile u64 *)(m.bar + at), at * 3))
			break;
}

static void words(void)
{
	check_words(machine(guest_words, 0));
}

/*
 * All of it is in the host's tables, page after page, and no block begins where one of the guest's
 * would.
 */
static void odd_place(void)
{
	check_words(machine_at(PAGE, guest_words, 0));
}

/* Since when vfio-pci lets guests have its BARs so. */
static bool allows_normal(void)
{
	struct utsname u;
	int major, minor;
	char *p;

	uname(&u);
	major = strtol(u.release, &p, 10);
	minor = strtol(p + 1, NULL, 10);
	return major > 6 || (major == 6 && minor >= 9);
}

static void unaligned(void)
{
	struct machine m = machine(guest_unaligned, 0);

	vcpu_start(&m.vm->vcpu[0], guest_unaligned, allows_normal());
	vcpu_finish(&m.vm->vcpu[0]);
}

/*
 * Exits for a look at each page: those by which pages come into the tables, and the one that tells.
 */
static u64 exits_of_touch(struct machine *m)
{
	int stats = kvm(m->vm->vcpu[0].fd, KVM_GET_STATS_FD, 0);
	u64 before;

	REQUIRE(stats >= 0);
	before = kvm_statistic(stats, "abort_exits");
	vcpu_sync(&m->vm->vcpu[0], 1);
	return kvm_statistic(stats, "abort_exits") - before;
}

static void blocks(void)
{
	struct machine m = machine(guest_touch, 0);
	/* those of larger pages are larger than all of it */
	u64 exits = exits_of_touch(&m), blocks = m.size / (HUGE <= m.size ? HUGE : PAGE);

	ktap_note("%lu exits for %lu MiB", exits, m.size / MB);
	CHECK(exits <= 2 * blocks);
	CHECK(exits_of_touch(&m) <= 2);
	/* taken by the host's mapping, and back */
	vfio_command(&m.dev, 0, PCI_COMMAND_MEMORY);
	vfio_command(&m.dev, PCI_COMMAND_MEMORY, 0);
	exits = exits_of_touch(&m);
	CHECK(exits >= blocks && exits <= 2 * blocks, "%lu", exits);
}

/* The line of stage 2's dump for the memory of the BAR. */
static void find_line(struct machine *m, char *line, int size)
{
	char path[96], want[40];
	FILE *f;

	snprintf(path, sizeof(path), "/sys/kernel/debug/kvm/%d-%d/stage2_page_tables", getpid(),
		 m->vm->fd);
	snprintf(want, sizeof(want), "%#018lx-", PLACE);
	f = fopen(path, "r");
	if (!f)
		ktap_skip("no %s", path);
	do
		REQUIRE(fgets(line, size, f), "%s", want);
	while (strncmp(line, want, strlen(want)));
	fclose(f);
}

static void dump(void)
{
	FILE *f = fopen("/sys/module/keel/parameters/debugfs", "w");
	struct machine m;
	char line[128];

	if (!f)
		ktap_skip("no dump of stage 2");
	fputs("1", f);
	fclose(f);
	m = machine(guest_touch, 0);
	vcpu_sync(&m.vm->vcpu[0], 1);
	find_line(&m, line, sizeof(line));
	CHECK(strstr(line, allows_normal() ? " RW-A uncached" : " RW-A device"), "%s", line);
	CHECK(PAGE != 4096 || strstr(line, " 2048K "), "%s", line);
}

static void pages(void)
{
	struct machine m = machine_at(PAGE, guest_touch, BLOCK);
	u64 exits = exits_of_touch(&m);

	CHECK(exits >= BLOCK / PAGE, "%lu", exits);
	CHECK(exits_of_touch(&m) <= 2);
}

static void fetch(void)
{
	struct machine m = machine(guest_fetch, 0);

	vcpu_finish(&m.vm->vcpu[0]);
}

static void walk(void)
{
	struct machine m = machine(guest_walk, 0);

	vcpu_start(&m.vm->vcpu[0], guest_walk, allows_normal());
	vcpu_finish(&m.vm->vcpu[0]);
}

static void slots(void)
{
	struct machine m = machine(guest_touch, BLOCK);
	int vm = m.vm->fd;

	CHECK_EQ(vm_slot(vm, 2, KVM_MEM_LOG_DIRTY_PAGES, 2 * PLACE, BLOCK, m.bar), -EINVAL);
	CHECK_EQ(vm_slot(vm, 1, KVM_MEM_LOG_DIRTY_PAGES, PLACE, m.size, m.bar), -EINVAL);
	vcpu_sync(&m.vm->vcpu[0], 1);
	REQUIRE_EQ(munmap(m.bar + PAGE, PAGE), 0);
	CHECK_EQ(vcpu_run(&m.vm->vcpu[0]), -EFAULT);
	CHECK_EQ(vcpu_run(&m.vm->vcpu[0]), -EFAULT);
	CHECK_EQ(vm_slot(vm, 1, 0, 0, 0, NULL), 0);
	CHECK_EQ(vcpu_run(&m.vm->vcpu[0]), 0);
	CHECK_EQ(m.vm->vcpu[0].run->exit_reason, KVM_EXIT_MMIO);
	CHECK_EQ(m.vm->vcpu[0].run->mmio.phys_addr, PLACE + PAGE);
}

static void map_cacheable(int fd, void *at, u64 size)
{
	REQUIRE(mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0) == at);
}

/* KVM of before 6.17 maps it like any other device. */
static void cacheable(void)
{
	int fd = open("/dev/cacheable_bar", O_RDWR);
	u64 size = 4 * BLOCK;
	char *at = vm_alloc(size, BLOCK);
	struct vfio dev;
	struct vm *vm;

	if (fd < 0 || !on_keel())
		ktap_skip("no cacheable memory of a device");
	dev = vfio_open(VFIO_IVSHMEM);
	vm = vm_new(1, guest_code, size);
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, PLACE, size, at), 0);
	map_cacheable(fd, at, size);
	if (kvm(vm->fd, KVM_CHECK_EXTENSION, KVM_CAP_ARM_CACHEABLE_PFNMAP_SUPPORTED)) {
		vcpu_finish(&vm->vcpu[0]);
		CHECK_EQ(vm_slot(vm->fd, 2, 0, 2 * PLACE, size, at), 0);
		CHECK_EQ(*(volatile u32 *)(at + size - 4096), 0xd65f03c0);
	} else {
		CHECK_EQ(vcpu_run(&vm->vcpu[0]), -EFAULT);
		/* refused at once since 6.17, which another capability tells of */
		CHECK_EQ(vm_slot(vm->fd, 2, 0, 2 * PLACE, size, at),
			 kvm_cap(KVM_CAP_ARM_WRITABLE_IMP_ID_REGS) ? -EINVAL : 0);
	}
	vfio_close(&dev);
}

static const struct ktap_case cases[] = {
	{ "what is written is there", words },
	{ "unaligned accesses", unaligned },
	{ "what is written is there, from the second page on", odd_place },
	{ "blocks", blocks },
	{ "what stage 2 says", dump },
	{ "pages", pages },
	{ "nothing is fetched from it", fetch },
	{ "a table in it", walk },
	{ "not logged; unmapped by the VMM", slots },
	{ "cacheable", cacheable },
};
KTAP_MAIN(cases)
