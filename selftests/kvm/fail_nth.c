// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel without memory, and user memory that goes away in the middle of a copy: each
 * call of a VM's and a vCPU's fd with its first allocation or copy failing, its second, and
 * so on until there is none left (fail_devices: interrupt controllers and what is wired to
 * them). Proves:
 *  - the call fails with ENOMEM or EFAULT or does without, and nothing else happens
 *  - what failed can be done again, and the VM runs then
 *  - a log of dirty pages that could not be handed over is not lost
 *  - a guest whose memory, tables or counters are not to be had goes on when they are
 *  - CPUs come online again
 * What stays behind is seen by the kernel's own checkers.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/failing.h"
#include "lib/pmu.h"
#include "lib/ring.h"
#include "lib/sve.h"

#define PAGES	64
#define SIZE	(PAGES * PAGE)

static struct vm *vm;
static char *mem;
static int fd, vcpus;

/* Each page of the slot, by a store and by an instruction. */
static void guest_touch(u64 arg)
{
	for (u64 i = 0; i < PAGES; i += 8)
		WRITE_ONCE(*(u64 *)(DATA_BASE + i * PAGE), i);
	GUEST_SYNC(1, 0);
	for (u64 i = 0; i < PAGES; i += 8)
		GUEST_EQ(READ_ONCE(*(u64 *)(DATA_BASE + i * PAGE)), i);
}

static void guest_nothing(u64 arg)
{
}

static void begin_touch(void)
{
	vm = vm_new(1, guest_touch, 0);
	mem = vm_alloc(SIZE, PAGE);
	memset(mem, 0, SIZE);
}

static void begin_slot(void)
{
	begin_touch();
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, SIZE, mem), 0);
}

static void begin_plain(void)
{
	vm = vm_new(1, guest_nothing, 0);
}

static void end_plain(void)
{
	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
}

static void end_touch(void)
{
	end_plain();
	munmap(mem, SIZE);
}

/* ---- objects ---- */

static int do_vm(void)
{
	int kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);

	if (kvm_fd < 0)
		return -errno;
	fd = kvm(kvm_fd, KVM_CREATE_VM, 0);
	close(kvm_fd);
	return fd;
}

static void end_vm(void)
{
	close(vcpu_fd(fd, 0));
	close(fd);
}

static int do_vcpu(void)
{
	return vcpus = kvm(vm->fd, KVM_CREATE_VCPU, 1);
}

static void end_vcpu(void)
{
	CHECK_EQ(vcpu_init_fd(vm->fd, vcpus, 1u << KVM_ARM_VCPU_POWER_OFF), 0);
	munmap(vcpu_map(vcpus), kvm_run_size());
	close(vcpus);
	end_plain();
}

static void begin_uninit(void)
{
	vm = vm_new(0, NULL, 0);
	vcpus = vcpu_fd(vm->fd, 0);
}

static void end_uninit(void)
{
	close(vcpus);
	vm_free(vm);
}

static int do_init(void)
{
	struct kvm_vcpu_init init;
	int err = kvm(vm->fd, KVM_ARM_PREFERRED_TARGET, &init);

	init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
	return err ?: kvm(vcpus, KVM_ARM_VCPU_INIT, &init);
}

static int do_stats(void)
{
	char buf[64];
	int err;

	fd = kvm(vm->fd, KVM_GET_STATS_FD, 0);
	if (fd < 0)
		return fd;
	err = pread(fd, buf, sizeof(buf), 0) < 0 ? -errno : 0;
	close(fd);
	return err;
}

static int do_vcpu_stats(void)
{
	static char buf[8192];
	int err;

	fd = kvm(vm->vcpu[0].fd, KVM_GET_STATS_FD, 0);
	if (fd < 0)
		return fd;
	err = pread(fd, buf, sizeof(buf), 0) < 0 ? -errno : 0;
	close(fd);
	return err;
}

/* A page fault that finds no memory is done again, by the kernel. */
static int do_map(void)
{
	volatile struct kvm_run *run =
		mmap(NULL, kvm_run_size(), PROT_READ | PROT_WRITE, MAP_SHARED, vm->vcpu[0].fd, 0);

	if (run == MAP_FAILED)
		return -errno;
	if (run->exit_reason > 1000)
		return -EIO;
	munmap((void *)run, kvm_run_size());
	return 0;
}

static void objects(void)
{
	static const struct failing_trial trials[] = {
		{ "KVM_CREATE_VM", NULL, do_vm, end_vm },
		{ "KVM_CREATE_VCPU", begin_plain, do_vcpu, end_vcpu },
		{ "KVM_ARM_VCPU_INIT", begin_uninit, do_init, end_uninit },
		{ "statistics of a VM", begin_plain, do_stats, end_plain },
		{ "statistics of a vCPU", begin_plain, do_vcpu_stats, end_plain },
		{ "mmap of the run page", begin_plain, do_map, end_plain },
	};

	failing_setup();
	failing_all(trials, ARRAY_SIZE(trials));
}

/* With its files in debugfs. */
static void objects_shown(void)
{
	static const struct failing_trial trial = { "KVM_CREATE_VM, shown", NULL, do_vm, end_vm };
	char old[32];

	failing_setup();
	if (!change_parameter("debugfs", "1", old))
		ktap_skip("no parameter debugfs");
	failing_all(&trial, 1);
	change_parameter("debugfs", old, old);
}

/* ---- memory ---- */

static int do_slot(void)
{
	return vm_slot(vm->fd, 1, 0, DATA_BASE, SIZE, mem);
}

static int do_slot2(void)
{
	struct kvm_userspace_memory_region2 r = {
		.slot = 1, .guest_phys_addr = DATA_BASE, .memory_size = SIZE, .userspace_addr = (u64)mem,
	};

	return kvm(vm->fd, KVM_SET_USER_MEMORY_REGION2, &r);
}

static int do_slot_log(void)
{
	return vm_slot(vm->fd, 1, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE, SIZE, mem);
}

static int do_move(void)
{
	return vm_slot(vm->fd, 1, 0, DATA_BASE + SIZE, SIZE, mem);
}

static void end_moved(void)
{
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, SIZE, mem), 0);
	end_touch();
}

static int do_delete(void)
{
	return vm_slot(vm->fd, 1, 0, DATA_BASE, 0, NULL);
}

static void end_deleted(void)
{
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, SIZE, mem), 0);
	end_touch();
}

static void begin_logged(void)
{
	begin_touch();
	REQUIRE_EQ(do_slot_log(), 0);
	vcpu_sync(&vm->vcpu[0], 1);
}

static u64 dirty[PAGES / 64];

static int do_get_log(void)
{
	struct kvm_dirty_log log = { .slot = 1, .dirty_bitmap = dirty };

	return kvm(vm->fd, KVM_GET_DIRTY_LOG, &log);
}

/* Every eighth page was written to before, and none since. */
static void end_get_log(void)
{
	CHECK_EQ(dirty[0], 0x0101010101010101);
	end_touch();
}

static void begin_clear_log(void)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, .args = { 1 } };

	begin_touch();
	REQUIRE_EQ(kvm(vm->fd, KVM_ENABLE_CAP, &cap), 0);
	REQUIRE_EQ(do_slot_log(), 0);
	vcpu_sync(&vm->vcpu[0], 1);
	REQUIRE_EQ(do_get_log(), 0);
}

static int do_clear_log(void)
{
	struct kvm_clear_dirty_log log = { .slot = 1, .num_pages = PAGES, .dirty_bitmap = dirty };

	return kvm(vm->fd, KVM_CLEAR_DIRTY_LOG, &log);
}

static void end_clear_log(void)
{
	REQUIRE_EQ(do_get_log(), 0);
	CHECK_EQ(dirty[0], 0);
	end_touch();
}

static int rights(u64 what)
{
	struct kvm_memory_attributes a = {
		.address = DATA_BASE + 3 * PAGE, .size = 37 * PAGE, .attributes = what,
	};

	return kvm(vm->fd, KVM_SET_MEMORY_ATTRIBUTES, &a);
}

static int do_rights(void)
{
	return rights(KEEL_MEMORY_NO_WRITE);
}

static void end_rights(void)
{
	REQUIRE_EQ(rights(0), 0);
	end_touch();
}

static int do_prefault(void)
{
	struct kvm_pre_fault_memory range = { .gpa = DATA_BASE, .size = SIZE };

	return kvm(vm->vcpu[0].fd, KVM_PRE_FAULT_MEMORY, &range);
}

static void memory(void)
{
	static const struct failing_trial trials[] = {
		{ "a slot", begin_touch, do_slot, end_touch },
		{ "a slot by the other call", begin_touch, do_slot2, end_touch },
		{ "a slot with a log", begin_touch, do_slot_log, end_touch },
		{ "a log for a slot", begin_slot, do_slot_log, end_touch },
		{ "a slot moves", begin_slot, do_move, end_moved },
		{ "a slot goes", begin_slot, do_delete, end_deleted },
		{ "KVM_GET_DIRTY_LOG", begin_logged, do_get_log, end_get_log },
		{ "KVM_CLEAR_DIRTY_LOG", begin_clear_log, do_clear_log, end_clear_log },
		{ "KVM_SET_MEMORY_ATTRIBUTES", begin_slot, do_rights, end_rights },
		{ "KVM_PRE_FAULT_MEMORY", begin_slot, do_prefault, end_touch },
	};
	bool keel = kvm_cap(KEEL_CAP_MEMORY_RIGHTS) > 0;

	failing_setup();
	failing_all(trials, ARRAY_SIZE(trials) - (keel ? 0 : 2));
}

/* A block of memory is split for a log, eagerly. */
static void split_early(int fd)
{
	REQUIRE_EQ(vm_enable(fd, KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE, HUGE), 0);
}

static void begin_huge(void)
{
	vm = vm_new_after(split_early, 1, guest_touch, 0);
	mem = vm_alloc(HUGE, HUGE);
	madvise(mem, HUGE, MADV_HUGEPAGE);
	memset(mem, 0, HUGE);
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, HUGE, mem), 0);
	vcpu_sync(&vm->vcpu[0], 1);
}

static int do_huge_log(void)
{
	return vm_slot(vm->fd, 1, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE, HUGE, mem);
}

static void end_huge(void)
{
	end_plain();
	munmap(mem, HUGE);
}

static void huge_memory(void)
{
	static const struct failing_trial trial = { "a log for huge pages", begin_huge, do_huge_log, end_huge };

	if (HUGE > 32 << 20)
		ktap_skip("a huge page has %lu MiB", HUGE >> 20);
	failing_setup();
	failing_all(&trial, 1);
}

/* ---- rings ---- */

static void begin_ring(void)
{
	vm = vm_new(0, NULL, 0);
	REQUIRE_EQ(vm_enable(vm->fd, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, 2 * PAGE), 0);
}

static int do_ring_vcpu(void)
{
	return vcpus = kvm(vm->fd, KVM_CREATE_VCPU, 0);
}

static int do_ring_map(void)
{
	struct kvm_dirty_gfn *e = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, vcpus,
				       RING_PAGE_OFFSET * PAGE);
	int err;

	if (e == MAP_FAILED)
		return -errno;
	err = READ_ONCE(e->flags) ? -EIO : kvm(vm->fd, KVM_RESET_DIRTY_RINGS, 0);
	munmap(e, 2 * PAGE);
	return err;
}

static void begin_ring_vcpu(void)
{
	begin_ring();
	vcpus = vcpu_fd(vm->fd, 0);
}

static void rings(void)
{
	static const struct failing_trial trials[] = {
		{ "a vCPU with a ring", begin_ring, do_ring_vcpu, end_uninit },
		{ "a ring is mapped", begin_ring_vcpu, do_ring_map, end_uninit },
	};

	if (kvm_cap(KVM_CAP_DIRTY_LOG_RING_ACQ_REL) <= 0)
		ktap_skip("no rings");
	failing_setup();
	failing_all(trials, ARRAY_SIZE(trials));
}

/* ---- a vCPU's registers and state ---- */

static int do_registers(void)
{
	static struct { u64 n, reg[1200]; } list;
	u64 val[64];
	int err;

	list.n = ARRAY_SIZE(list.reg);
	err = kvm(vm->vcpu[0].fd, KVM_GET_REG_LIST, &list);
	if (err)
		return err;
	for (u64 i = 0; i < list.n && !err; i += 7) {
		err = reg_get(vm->vcpu[0].fd, list.reg[i], val);
		if (!err)
			err = reg_set(vm->vcpu[0].fd, list.reg[i], val);
	}
	return err;
}

static int do_masks(void)
{
	static u64 masks[KVM_ARM_FEATURE_ID_RANGE_SIZE];
	struct reg_mask_range range = { .addr = (u64)masks };

	return kvm(vm->fd, KVM_ARM_GET_REG_WRITABLE_MASKS, &range);
}

static int do_state(void)
{
	struct { struct kvm_signal_mask mask; u64 set; } mask = { { 8 } };
	struct kvm_arm_counter_offset offset = { .counter_offset = 0 };
	struct kvm_guest_debug debug = { .control = 0 };
	int vcpu = vm->vcpu[0].fd, err;
	struct kvm_vcpu_events events;
	struct kvm_mp_state state;

	err = kvm(vcpu, KVM_GET_MP_STATE, &state);
	err = err ?: kvm(vcpu, KVM_SET_MP_STATE, &state);
	err = err ?: kvm(vcpu, KVM_GET_VCPU_EVENTS, &events);
	err = err ?: kvm(vcpu, KVM_SET_VCPU_EVENTS, &events);
	err = err ?: kvm(vcpu, KVM_SET_GUEST_DEBUG, &debug);
	err = err ?: kvm(vcpu, KVM_SET_SIGNAL_MASK, &mask);
	err = err ?: kvm(vm->fd, KVM_ARM_SET_COUNTER_OFFSET, &offset);
	err = err ?: vm_enable(vm->fd, KVM_CAP_ARM_NISV_TO_USER, 0);
	return err ?: device_attr(vm->fd, KVM_HAS_DEVICE_ATTR, KVM_ARM_VM_SMCCC_CTRL, KVM_ARM_VM_SMCCC_FILTER, NULL);
}

/* Ever more ranges, so that what holds them grows. */
static int do_filter(void)
{
	int err = 0;

	for (u32 i = 0; i < 20 && !err; i++) {
		struct kvm_smccc_filter f = {
			.base = 0x84000100 + 4 * i, .nr_functions = 1, .action = KVM_SMCCC_FILTER_FWD_TO_USER,
		};
		err = device_attr(vm->fd, KVM_SET_DEVICE_ATTR, KVM_ARM_VM_SMCCC_CTRL,
				  KVM_ARM_VM_SMCCC_FILTER, &f);
		if (err == -EEXIST)
			err = 0;	/* from before the failure */
	}
	return err;
}

static int do_pvtime(void)
{
	u64 base = DATA_BASE;
	int err = device_attr(vm->vcpu[0].fd, KVM_SET_DEVICE_ATTR, KVM_ARM_VCPU_PVTIME_CTRL,
			      KVM_ARM_VCPU_PVTIME_IPA, &base);

	return err == -EEXIST ? 0 : err;
}

static void states(void)
{
	static const struct failing_trial trials[] = {
		{ "registers", begin_plain, do_registers, end_plain },
		{ "masks of ID registers", begin_plain, do_masks, end_plain },
		{ "states", begin_plain, do_state, end_plain },
		{ "SMCCC filter", begin_plain, do_filter, end_plain },
		{ "stolen time", begin_slot, do_pvtime, end_touch },
	};

	failing_setup();
	failing_all(trials, ARRAY_SIZE(trials));
}

static void begin_sve(void)
{
	vm = vm_new(0, NULL, 0);
	vcpus = vcpu_fd(vm->fd, 0);
	REQUIRE_EQ(vcpu_init_fd(vm->fd, vcpus, SVE), 0);
}

static int do_sve(void)
{
	u64 lengths[8], z[32] = { 1 };
	int err = reg_get(vcpus, KVM_REG_ARM64_SVE_VLS, lengths);

	err = err ?: sve_finalize(vcpus);
	if (err == -EPERM)
		err = 0;	/* from before the failure */
	err = err ?: reg_set(vcpus, KVM_REG_ARM64_SVE_ZREG(3, 0), z);
	err = err ?: reg_get(vcpus, KVM_REG_ARM64_SVE_ZREG(3, 0), z);
	CHECK(err || z[0] == 1);
	return err;
}

static void sve(void)
{
	static const struct failing_trial trial = { "SVE", begin_sve, do_sve, end_uninit };

	need_sve();
	failing_setup();
	failing_all(&trial, 1);
}

/* ---- KVM_RUN ---- */

static int run(void)
{
	struct ucall uc;
	int ret;

	/* a timer's line that changes is user space's to know */
	do {
		ret = vcpu_run(&vm->vcpu[0]);
	} while (ret == -EINTR);
	return ret ?: vcpu_is_ucall(&vm->vcpu[0], &uc) && uc.cmd == UCALL_SYNC ? 0 : -EIO;
}

/* Memory that nobody has touched. */
static void begin_fresh(void)
{
	vm = vm_new(1, guest_touch, 0);
	mem = vm_alloc(SIZE, PAGE);
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, SIZE, mem), 0);
}

static void guest_counts(u64 arg)
{
	msr(pmcr_el0, E | P | C | LC);
	msr(pmevtyper0_el0, 0x08);
	msr(pmevtyper1_el0, 0x11);
	msr(pmcntenset_el0, CYCLE | 3);
	isb();
	GUEST_SYNC(1, 0);
	GUEST_ASSERT(mrs(pmcntenset_el0) & CYCLE);
}

static void begin_counts(void)
{
	vm = pmu_vcpu(guest_counts, 0)->vm;
}

/* FP registers, a call to the other vCPU, a timer. */
static void guest_much(u64 arg)
{
	asm volatile("fmov d0, #1.0" ::: "v0");
	msr(cntv_tval_el0, 1000000);
	msr(cntv_ctl_el0, 1);
	guest_hvc(0xc4000003, 1, (u64)guest_entry, 0);
	guest_hvc(0x84000000, 0, 0, 0);
	GUEST_SYNC(1, 0);
}

static void begin_much(void)
{
	vm = vm_new(2, guest_much, 0);
}

static void runs(void)
{
	static const struct failing_trial trials[] = {
		{ "fresh memory", begin_fresh, run, end_touch },
		{ "a run of many things", begin_much, run, end_plain },
		{ "counters", begin_counts, run, end_plain },
	};
	bool pmu = kvm_cap(KVM_CAP_ARM_PMU_V3) == 1;

	failing_setup();
	failing_all(trials, ARRAY_SIZE(trials) - !pmu);
}

static int do_pmu_filter(void)
{
	int err = pmu_filter(&vm->vcpu[0], 0x10, 3, KVM_PMU_EVENT_DENY);

	return err ?: pmu_set(&vm->vcpu[0], KVM_ARM_VCPU_PMU_V3_INIT, NULL);
}

static void begin_pmu(void)
{
	vm = pmu_vm(1, guest_nothing, 0);
}

static void pmu(void)
{
	static const struct failing_trial trial = { "a filter of events", begin_pmu, do_pmu_filter, end_plain };

	need_pmu();
	failing_setup();
	failing_all(&trial, 1);
}

/* ---- CPU online ---- */

static void cpu_online(void)
{
	bool struck = true;
	int failures = 0;

	failing_setup();
	if (!set_cpu_online(1, false))
		ktap_skip("CPU 1 stays");
	for (unsigned int n = 1; struck && n < 40; n++) {
		failing_arm_all(n);
		set_cpu_online(1, true);
		struck = failing_disarm_all();
		failures += struck;
		set_cpu_online(1, true);
		REQUIRE(pin_to(1), "CPU 1 is not there after failure %u", n);
		begin_plain();
		end_plain();
		pin_to(0);
		REQUIRE(set_cpu_online(1, false));
	}
	ktap_note("CPU online: %d failures", failures);
	REQUIRE(set_cpu_online(1, true));
}

static const struct ktap_case cases[] = {
	{ "objects", objects, 60 },
	{ "objects with files in debugfs", objects_shown, 60 },
	{ "memory", memory, 60 },
	{ "huge pages", huge_memory, 60 },
	{ "rings", rings, 60 },
	{ "registers and states", states, 60 },
	{ "SVE", sve, 60 },
	{ "runs", runs, 60 },
	{ "filter of events", pmu, 60 },
	{ "CPU online", cpu_online, 60 },
};

KTAP_MAIN(cases)
