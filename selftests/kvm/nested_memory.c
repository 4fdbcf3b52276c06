// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory of a guest's guest (lib/stage2.h), and the VMM. Proves:
 *  - the log of dirty pages has its guest's writes, once for each time that it is read
 *  - memory that the VMM takes away, by munmap(), as a slot or by rights of pages, is away
 *  - what the VMM shares with a child by fork() its guest writes to no more
 *  - tables of the hypervisor's that the VMM withholds are not read
 *  - what was in a shadow before a reset is not after it
 *  - the host spends memory on shadows by the VM's memory
 *  - where the hypervisor maps no memory its guest's access is the VMM's, with the hypervisor's
 *    address, and while that waits each register has its home
 */
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/stage2.h"

#define WORDS	(PAGE / 8)	/* of a page */

static struct vm *vm_data(void (*fn)(u64), u32 flags, u64 **page)
{
	struct vm *vm = vm_el2(1, fn, 0);

	*page = vm_alloc(16 * PAGE, PAGE);
	REQUIRE_EQ(vm_slot(vm->fd, 1, flags, DATA_BASE, 16 * PAGE, *page), 0);
	return vm;
}

static void vm_data_free(struct vm *vm, u64 *page)
{
	vm_free(vm);
	munmap(page, 16 * PAGE);
}

static void start_data(void)
{
	start(1);
	for (u64 i = 0; i < 16; i++)
		t.pages[32 + i] = (DATA_BASE + i * PAGE) | S2_PAGE | S2_RWX;
	sync_tables();
}

#define AT_DATA(i)	(WINDOW + (32 + (i)) * PAGE)

static void guest_dirties(u64 arg)
{
	start_data();
	GUEST_EQ(l2_read(AT_DATA(1)), 0);
	GUEST_SYNC(1, 0);
	for (u64 n = 2; n < 5; n++) {
		l2_write(AT_DATA(n), n);
		l2_write(AT_DATA(9), n);
		GUEST_SYNC(n, 0);
	}
	l2_write(AT_DATA(9), 5);
	GUEST_SYNC(5, 0);
	l2_write(AT_DATA(9), 6);
	GUEST_SYNC(6, 0);
}

static u64 dirty(struct vm *vm)
{
	u64 bits[64] = {};
	struct kvm_dirty_log log = { .slot = 1, .dirty_bitmap = bits };

	REQUIRE_EQ(kvm(vm->fd, KVM_GET_DIRTY_LOG, &log), 0);
	return bits[0];
}

static void logs(void)
{
	u64 *page;
	struct vm *vm = vm_data(guest_dirties, 0, &page);
	struct vcpu *vcpu = &vm->vcpu[0];

	vcpu_sync(vcpu, 1);
	/* from here on, with what the guest has mapped already */
	REQUIRE_EQ(vm_slot(vm->fd, 1, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE, 16 * PAGE, page), 0);
	dirty(vm);
	for (u64 n = 2; n < 5; n++) {
		vcpu_sync(vcpu, n);
		CHECK_EQ(page[n * WORDS], n);
		CHECK_EQ(dirty(vm), 1ul << n | 1ul << 9);
		CHECK_EQ(dirty(vm), 0);
	}
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, 16 * PAGE, page), 0);
	vcpu_sync(vcpu, 5);
	REQUIRE_EQ(vm_slot(vm->fd, 1, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE, 16 * PAGE, page), 0);
	dirty(vm);
	vcpu_sync(vcpu, 6);
	CHECK_EQ(dirty(vm), 1ul << 9);
	vcpu_finish(vcpu);
	vm_data_free(vm, page);
}

static void guest_finds(u64 arg)
{
	start_data();
	for (u64 n = 0;; n++)
		GUEST_SYNC(n, l2_read(AT_DATA(3)));
}

static u64 find(struct vcpu *vcpu)
{
	struct ucall uc = vcpu_ucall(vcpu);

	REQUIRE_EQ(uc.cmd, UCALL_SYNC);
	return uc.b;
}

/* Other memory in the same place, more often than anything is likely to be luck. */
static void unmapped(void)
{
	u64 *page;
	struct vm *vm = vm_data(guest_finds, 0, &page);

	for (u64 n = 1; n < 20; n++) {
		REQUIRE(mmap(page, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == page);
		page[3 * WORDS] = n;
		CHECK_EQ(find(&vm->vcpu[0]), n);
		page[3 * WORDS] = n + 100;
		CHECK_EQ(find(&vm->vcpu[0]), n + 100);
	}
	vm_data_free(vm, page);
}

static void guest_goes_on(u64 arg)
{
	start_data();
	for (u64 n = 0;; n++) {
		l2_write(AT_DATA(3), n);
		GUEST_SYNC(n, l2_read(AT_DATA(3)));
	}
}

/*
 * The page is the child's as well, until either writes: its own copy stands still while the guest
 * goes on.
 */
static void forked(void)
{
	int status, go[2];
	u64 *page;
	struct vm *vm = vm_data(guest_goes_on, 0, &page);
	struct vcpu *vcpu = &vm->vcpu[0];

	for (u64 n = 0; n < 10; n++) {
		pid_t child;

		CHECK_EQ(find(vcpu), n);
		REQUIRE_EQ(pipe(go), 0);
		child = fork();
		REQUIRE(child >= 0);
		if (!child) {
			close(go[1]);
			_exit(read(go[0], &status, 1) || page[3 * WORDS] != n);
		}
		close(go[0]);
		CHECK_EQ(find(vcpu), ++n);
		close(go[1]);
		REQUIRE_EQ(waitpid(child, &status, 0), child);
		CHECK_EQ(status, 0);
	}
	vm_data_free(vm, page);
}

static void expect_mmio(struct vcpu *vcpu, u64 gpa, u64 answer)
{
	CHECK_EQ(vcpu_run(vcpu), 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
	CHECK_EQ(vcpu->run->mmio.phys_addr, gpa);
	CHECK_EQ(vcpu->run->mmio.len, 8);
	CHECK_EQ(vcpu->run->mmio.is_write, 0);
	memcpy(vcpu->run->mmio.data, &answer, 8);
}

static void removed(void)
{
	u64 *page, vbar;
	struct vm *vm = vm_data(guest_finds, 0, &page);
	struct vcpu *vcpu = &vm->vcpu[0];

	page[3 * WORDS] = 1;
	CHECK_EQ(find(vcpu), 1);
	vbar = reg_read(vcpu, REG_VBAR_EL2);
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, 0, NULL), 0);
	expect_mmio(vcpu, DATA_BASE + 3 * PAGE, 0x1234);
	/* each where its name says, though it is the guest's guest that waits */
	CHECK_EQ(reg_read(vcpu, REG_VBAR_EL2), vbar);
	CHECK(reg_read(vcpu, REG_VBAR_EL1) != vbar, "%#lx", vbar);
	CHECK_EQ(reg_read(vcpu, REG_SCTLR), 0x00c50078);
	CHECK_EQ(reg_read(vcpu, REG_PSTATE) & 0x1f, 5);
	CHECK_EQ(find(vcpu), 0x1234);
	/* moved: the old place has nothing, the new one is not the guest's guest's */
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, 16 * PAGE, page), 0);
	page[3 * WORDS] = 2;
	CHECK_EQ(find(vcpu), 2);
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE + 64 * PAGE, 16 * PAGE, page), 0);
	expect_mmio(vcpu, DATA_BASE + 3 * PAGE, 0x5678);
	CHECK_EQ(find(vcpu), 0x5678);
	vm_data_free(vm, page);
}

static void withheld(void)
{
	u64 *page;
	struct vm *vm = vm_data(guest_finds, 0, &page);
	struct vcpu *vcpu = &vm->vcpu[0];
	struct kvm_memory_attributes attr = {
		.address = DATA_BASE + 3 * PAGE, .size = PAGE, .attributes = KEEL_MEMORY_NO_READ | KEEL_MEMORY_NO_WRITE,
	};

	if (!on_keel())
		ktap_skip("no rights of pages");
	page[3 * WORDS] = 1;
	CHECK_EQ(find(vcpu), 1);
	REQUIRE_EQ(kvm(vm->fd, KVM_SET_MEMORY_ATTRIBUTES, &attr), 0);
	CHECK_EQ(vcpu_run(vcpu), -EFAULT);
	CHECK_EQ(vcpu->run->exit_reason, KVM_EXIT_MEMORY_FAULT);
	attr.attributes = 0;
	REQUIRE_EQ(kvm(vm->fd, KVM_SET_MEMORY_ATTRIBUTES, &attr), 0);
	CHECK_EQ(find(vcpu), 1);
	vm_data_free(vm, page);
}

static void guest_finds_anew(u64 arg)
{
	start_data();
	for (u64 n = 0;; n++) {
		flush_all();
		GUEST_SYNC(n, l2_read(AT_DATA(3)));
	}
}

/*
 * The table that has the guest's page is the VM's memory, too: it is read, and written where the
 * access flag is set.
 */
static void tables_withheld(void)
{
	u64 *page, table = (u64)t.pages;
	struct vm *vm = vm_data(guest_finds_anew, 0, &page);
	struct vcpu *vcpu = &vm->vcpu[0];
	const struct keel_memory_fault *fault = (void *)&vcpu->run->hw;
	struct kvm_memory_attributes attr = { .address = table, .size = PAGE, .attributes = KEEL_MEMORY_NO_READ };

	if (!on_keel())
		ktap_skip("no rights of pages");
	page[3 * WORDS] = 1;
	CHECK_EQ(find(vcpu), 1);
	REQUIRE_EQ(kvm(vm->fd, KVM_SET_MEMORY_ATTRIBUTES, &attr), 0);
	for (int i = 0; i < 2; i++) {
		CHECK_EQ(vcpu_run(vcpu), -EFAULT);
		CHECK_EQ(vcpu->run->exit_reason, KVM_EXIT_MEMORY_FAULT);
		CHECK_EQ(fault->gpa, table);
		CHECK_EQ(fault->flags, KEEL_MEMORY_NO_READ);
	}
	attr.attributes = 0;
	REQUIRE_EQ(kvm(vm->fd, KVM_SET_MEMORY_ATTRIBUTES, &attr), 0);
	CHECK_EQ(find(vcpu), 1);
	vm_data_free(vm, page);
}

/*
 * Its second life has the same tables at the same place, which lead elsewhere; a CPU that is reset
 * has nothing in its TLB.
 */
static void guest_lives(u64 n)
{
	start_data();
	t.pages[32] = (DATA_BASE + n * PAGE) | S2_PAGE | S2_RWX;
	sync_tables();
	GUEST_SYNC(n, l2_read(AT_DATA(0)));
}

static void reset(void)
{
	u64 *page;
	struct vm *vm = vm_data(guest_lives, 0, &page);
	struct vcpu *vcpu = &vm->vcpu[0];

	for (u64 n = 0; n < 4; n++) {
		page[n * WORDS] = 100 + n;
		if (n) {
			REQUIRE_EQ(vcpu_init_fd(vm->fd, vcpu->fd, HAS_EL2), 0);
			vcpu_start(vcpu, guest_lives, n);
		}
		CHECK_EQ(find(vcpu), 100 + n);
	}
	vm_data_free(vm, page);
}

/*
 * Each address of the sweep has a table of its own in the shadow, though the hypervisor has one for
 * all.
 */
#define SWEPT	(S2_FIRST == 1 ? 20000ul : (1ul << S2_BITS) / HUGE - WINDOW / HUGE)

static void l2_sweeps(u64 at, u64 unused)
{
	for (u64 i = 0; i < SWEPT; i++)
		if (mmio_read64(at + i * HUGE) != 77)
			l2_call(i);
	l2_call(SWEPT);
}

static void guest_sweeps(u64 arg)
{
	start_data();
	for (unsigned int i = 1; S2_FIRST == 1 && i < 512; i++)
		t.l1[i] = (u64)t.window | S2_TABLE;
	for (u64 i = S2_FIRST == 1 ? 0 : WINDOW / HUGE, *table = S2_FIRST == 1 ? t.window : t.first; i < WORDS; i++)
		table[i] = (u64)t.pages | S2_TABLE;
	sync_tables();
	GUEST_SYNC(1, 0);
	enter(l2_sweeps, AT_DATA(3), 0);
	GUEST_ASSERT(CALLED);
	GUEST_EQ(seen.x[0], SWEPT);
	GUEST_SYNC(2, 0);
}

static u64 free_memory(void)
{
	struct sysinfo info;

	REQUIRE_EQ(sysinfo(&info), 0);
	return info.freeram * info.mem_unit;
}

/*
 * What a hypervisor has the host spend on tables is by the VM's memory, not by its guest's
 * addresses.
 */
static void bounded(void)
{
	u64 *page, before;
	struct vm *vm = vm_data(guest_sweeps, 0, &page);
	struct vcpu *vcpu = &vm->vcpu[0];

	if (!on_keel())
		ktap_skip("needs keel");
	page[3 * WORDS] = 77;
	vcpu_sync(vcpu, 1);
	before = free_memory();
	vcpu_sync(vcpu, 2);
	CHECK(free_memory() + SWEPT * PAGE / 2 > before, "%lu KiB less than before", (before - free_memory()) / 1024);
	vcpu_finish(vcpu);
	vm_data_free(vm, page);
}

static const struct ktap_case cases[] = {
	{ "the log of dirty pages", logs },
	{ "memory that is replaced", unmapped },
	{ "memory that is forked", forked },
	{ "slots that go and move", removed },
	{ "rights of pages", withheld },
	{ "rights of tables", tables_withheld },
	{ "another life", reset },
	{ "a bounded number of tables", bounded },
};
KTAP_MAIN(cases)
