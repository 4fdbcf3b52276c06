// SPDX-License-Identifier: GPL-2.0-only
/*
 * How cost grows with what a VM or a host has: vCPUs, memory slots, VMs, pending LPIs. Each is done
 * where there is little of it and where there is as much as KVM's ABI allows, or a host would see.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include "../../selftests/kvm/lib/its.h"
#include "bench.h"

/* ---- an SGI to all others, which do not run and have it pending after the first ---- */

#define OTHERS_BASE	(MMIO_BASE + 0x10000000)	/* redistributors but the first eight */
#define TO_ALL		(5ul << 24 | 1ul << 40)

static void guest_sgi_all(u64 vcpus)
{
	gic_enable(32, true);
	switch (vcpus) {
	case 8:
		MEASURE(SGI_ALL_8, icc_write(ICC_SGI1R, TO_ALL));
		break;
	case 64:
		MEASURE(SGI_ALL_64, icc_write(ICC_SGI1R, TO_ALL));
		break;
	default:
		MEASURE(SGI_ALL_512, icc_write(ICC_SGI1R, TO_ALL));
	}
}

static void sgi_all(unsigned int vcpus)
{
	struct vm *vm = vm_new(1, guest_sgi_all, vcpus);
	int gic;

	for (unsigned int i = 1; i < vcpus; i++)
		REQUIRE_EQ(vcpu_init_fd(vm->fd, vcpu_fd(vm->fd, i), 1u << KVM_ARM_VCPU_POWER_OFF), 0);
	gic = gic_create(vm->fd);
	REQUIRE_EQ(gic_set_addr(gic, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, 8ul << 52 | GICR_BASE), 0);
	if (vcpus > 8)
		REQUIRE_EQ(gic_set_addr(gic, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION,
					(u64)(vcpus - 8) << 52 | OTHERS_BASE | 1), 0);
	gic_init(gic, 64);
	bench_serve(&vm->vcpu[0]);
	best = *vm_shared(vm, best);
}

static void more_fds(void)
{
	struct rlimit limit = { 8192, 8192 };

	setrlimit(RLIMIT_NOFILE, &limit);
}

void bench_sgi_all_8(void) { sgi_all(8); }
void bench_sgi_all_64(void) { sgi_all(64); }
void bench_sgi_all_512(void) { more_fds(); sgi_all(512); }

/* ---- a slot, beside others ---- */

/* All others are the same page, one beside another with a page between: none can be merged. */
static void slots(struct vm *vm, char *page, unsigned int others)
{
	for (unsigned int i = 0; i < others; i++)
		REQUIRE_EQ(vm_slot(vm->fd, 16 + i, 0, DATA_BASE + i * 2 * PAGE, PAGE, page), 0);
}

#define HERE	(DATA_BASE + 0x30000000)

static void change(struct vm *vm, char *page)
{
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, HERE, PAGE, page), 0);
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, HERE, 0, page), 0);
}

static void guest_nothing(u64 arg)
{
}

#define SLOT_CHANGE(id, others) do { \
	struct vm *vm = vm_new(1, guest_nothing, 0); \
	char *page = vm_alloc(PAGE, PAGE); \
	slots(vm, page, others); \
	MEASURE(id, change(vm, page)); \
	} while (0)

void bench_slot_change_1(void) { SLOT_CHANGE(SLOT_CHANGE_1, 1); }
void bench_slot_change_1000(void) { SLOT_CHANGE(SLOT_CHANGE_1000, 1000); }
void bench_slot_change_32000(void) { SLOT_CHANGE(SLOT_CHANGE_32000, 32000); }

static void guest_fault(u64 others)
{
	for (;;) {
		u64 addr = HERE;

		if (others == 1)
			BATCH(SLOT_FAULT_1, write32(addr, 1); addr += 4096);
		else
			BATCH(SLOT_FAULT_32000, write32(addr, 1); addr += 4096);
		GUEST_SYNC(1, 0);
	}
}

static void slot_fault(unsigned int others)
{
	struct vm *vm = vm_new(1, guest_fault, others);
	u64 size = N_SLOT_FAULT_1 * 4096;
	char *mem = vm_alloc(size, 4096);

	madvise(mem, size, MADV_NOHUGEPAGE);
	memset(mem, 1, size);
	slots(vm, vm_alloc(PAGE, PAGE), others);
	for (int i = 0; i < BATCHES; i++) {
		REQUIRE_EQ(vm_slot(vm->fd, 1, 0, HERE, size, mem), 0);
		vcpu_sync(&vm->vcpu[0], 1);
		REQUIRE_EQ(vm_slot(vm->fd, 1, 0, HERE, 0, mem), 0);
	}
	best = *vm_shared(vm, best);
}

void bench_slot_fault_1(void) { slot_fault(1); }
void bench_slot_fault_32000(void) { slot_fault(32000); }

/* ---- VMs that run in turn: fewer than there are VMIDs, where these have 16 bits ---- */

static void guest_forever(u64 arg)
{
	for (;;)
		write32(DEVICE, 1);
}

/* Of the memory of the first, which none of them writes any more. */
static int another(struct vm *first)
{
	u64 pc = (u64)guest_entry, fn = (u64)guest_forever;
	int vm = vm_fd(0), vcpu;

	REQUIRE_EQ(vm_slot(vm, 0, 0, RAM_BASE, RAM_SIZE, first->ram), 0);
	vcpu = vcpu_fd(vm, 0);
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, 0), 0);
	REQUIRE_EQ(reg_set(vcpu, REG_PC, &pc), 0);
	REQUIRE_EQ(reg_set(vcpu, REG_X(0), &fn), 0);
	REQUIRE_EQ(kvm(vcpu, KVM_RUN, 0), 0);
	return vcpu;
}

#define VMS	1000

static int vcpus[VMS];

static void make_vms(unsigned int n)
{
	struct vm *first = vm_new(1, guest_forever, 0);

	more_fds();
	for (unsigned int i = 0; i < n; i++)
		vcpus[i] = another(first);
}

void bench_vms_2(void)
{
	make_vms(2);
	MEASURE(VMS_2, REQUIRE_EQ(kvm(vcpus[batch_i % 2], KVM_RUN, 0), 0));
}

void bench_vms_1000(void)
{
	make_vms(VMS);
	MEASURE(VMS_1000, REQUIRE_EQ(kvm(vcpus[batch_i], KVM_RUN, 0), 0));
}

/* ---- exits while so many LPIs are pending, and masked ---- */

static void guest_lpis(u64 n)
{
	gic_enable(32, true);
	lpi_cpu_enable();
	for (u64 i = 0; i < n; i++)
		((volatile u8 *)PROPS)[i] = PROP_ON;
	lpis_on(0);
	its_on(DEVICES);
	its_mapd(1, ITT(1), 16, VALID);
	its_mapc(0, 0, VALID);
	for (u64 i = 0; i < n; i++)
		its_mapti(1, i, LPI + i, 0);
	for (u64 i = 0; i < n; i++)
		its_event(INT, 1, i);
	switch (n) {
	case 64:
		MEASURE(LPIS_64, write32(DEVICE, 1));
		break;
	case 1024:
		MEASURE(LPIS_1024, write32(DEVICE, 1));
		break;
	default:
		MEASURE(LPIS_57344, write32(DEVICE, 1));
	}
}

static void lpis(u64 n)
{
	struct vm *vm = vm_new(1, guest_lpis, n);

	its_machine_of(vm, NULL);
	bench_serve(&vm->vcpu[0]);
	best = *vm_shared(vm, best);
}

void bench_lpis_64(void) { lpis(64); }
void bench_lpis_1024(void) { lpis(1024); }

void bench_lpis_57344(void)
{
	if (!on_keel())
		ktap_skip("the in-tree KVM sorts all that are pending at each entry: hours");
	lpis(57344);
}
