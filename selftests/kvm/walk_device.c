// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest whose stage-1 tables lie in a device, one that aborts all accesses
 * (a hole in the memory map of QEMU's "virt" machine, through /dev/mem; or, in
 * memory that is mapped as RAM, through /dev/bad_memory of the check's module of
 * that name). Proves:
 *  - a walk does not reach the device: the guest takes an external abort
 *  - a table that turns into such memory while the hypervisor has the CPU walk
 *    it (AT) hurts nobody but the guest
 *  - the GIC's tables and an ITS's queue in a device are as in no memory at all
 */
#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include "lib/bad_memory.h"
#include "lib/its.h"

#define BAD_IPA		(DATA_BASE + (64ul << 20))
#define VA		(5ul << 30)	/* of the page whose translation changes */
#define STORES		1000	/* of those that arrive */

#define TABLE(p)	((u64)(p) | 3)
#define PAGE_DESC(p)	((p) | 3 | 3 << 8 | 1 << 10)	/* normal memory, inner shareable, AF */

static u64 l2[512] __attribute__((aligned(4096))), l3[512] __attribute__((aligned(4096)));
static u64 stop_stores, stop_flips;

/* --- guest --- */

static void set_table(u64 desc)
{
	WRITE_ONCE(l2[0], desc);
	dsb(ish);
}

static void map_tables(void)
{
	l3[0] = PAGE_DESC(DATA_BASE);
	set_table(TABLE(l3));
	WRITE_ONCE(guest_l1[VA >> 30], TABLE(l2));
	dsb(ish);
	asm volatile("tlbi vmalle1is" ::: "memory");
	dsb(ish);
	isb();
}

static void guest_load(u64 unused)
{
	guest_on(VEC_SYNC, guest_skip_sync);
	map_tables();
	(void)*(volatile u64 *)VA;
	GUEST_EQ(READ_ONCE(guest_nr_sync), 0);
	guest_touch_bad(BAD_IPA);
	set_table(TABLE(BAD_IPA));
	asm volatile("tlbi vmalle1is" ::: "memory");
	dsb(ish);
	isb();
	(void)*(volatile u64 *)VA;
	GUEST_EQ(READ_ONCE(guest_nr_sync), 1);
	GUEST_EQ(READ_ONCE(guest_last_far), VA);
	GUEST_EQ(READ_ONCE(guest_last_esr) >> 26, 0x25);
	GUEST_SYNC(READ_ONCE(guest_last_esr) & 0x3f, 0);
}

/*
 * Stores to a read-only slot: each that is translated leaves the guest. By a
 * permission fault, as the page is mapped: the CPU does not say where, so that
 * the hypervisor has to ask for the translation.
 */
static void guest_store(u64 unused)
{
	guest_on(VEC_SYNC, guest_skip_sync);
	map_tables();
	(void)*(volatile u64 *)VA;
	GUEST_SYNC(1, 0);
	for (u64 i = 1; ; i++) {
		*(volatile u64 *)VA = i;
		if (load_acquire(&stop_stores))
			GUEST_SYNC(i, READ_ONCE(guest_nr_sync));
	}
}

static void guest_flip(u64 unused)
{
	while (!load_acquire(&stop_flips)) {
		WRITE_ONCE(l2[0], TABLE(BAD_IPA));
		for (u64 i = 0; i < 20; i++)
			(void)load_acquire(&stop_flips);
		WRITE_ONCE(l2[0], TABLE(l3));
		for (u64 i = 0; i < 20; i++)
			(void)load_acquire(&stop_flips);
	}
}

/* A queue, an ITT, then the tables of LPIs that lie there. */
static void guest_gic(u64 unused)
{
	mmio_write64(GITS + GITS_BASER(0), VALID | DEVICES);
	mmio_write64(GITS + GITS_BASER(1), VALID | COLLECTIONS);
	mmio_write64(GITS + GITS_CBASER, VALID | BAD_IPA);
	mmio_write32(GITS + GITS_CTLR, 1);
	its_work(GITS, 64);
	mmio_write32(GITS + GITS_CTLR, 0);
	its_usual(DEVICES);
	its_mapd(2, BAD_IPA, 4, VALID);
	its_mapti(2, 0, LPI + 20, 0);
	its_mapti(2, 1, LPI + 21, 0);
	its_event(DISCARD, 2, 0);
	its_event(INT, 1, 3);
	lpi_expect(1, LPI + 3);
	mmio_write32(GICR(0), 0);
	mmio_write64(GICR(0) + GICR_PROPBASER, BAD_IPA | 0xf);
	mmio_write64(GICR(0) + GICR_PENDBASER, BAD_IPA);
	mmio_write32(GICR(0), 1);
	its_event(INV, 1, 3);
	its_event(INT, 1, 3);
	lpi_expect(0, 0);
	GUEST_SYNC(1, 0);
	GUEST_ASSERT(0);
}

/* --- host --- */

static struct vm *new_vm(unsigned int n, void (*fn)(u64))
{
	void *bad = bad_memory();
	struct vm *vm = vm_new(n, fn, 0);

	REQUIRE_EQ(vm_slot(vm->fd, 1, KVM_MEM_READONLY, DATA_BASE, PAGE, vm_alloc(PAGE, PAGE)), 0);
	REQUIRE_EQ(vm_slot(vm->fd, 2, 0, BAD_IPA, PAGE, bad), 0);
	return vm;
}

static void table_in_device(void)
{
	struct vm *vm = new_vm(1, guest_load);
	struct ucall uc = vcpu_ucall(&vm->vcpu[0]);
	u64 fsc = uc.a;

	REQUIRE_EQ(uc.cmd, UCALL_SYNC);
	/* on the walk, at level 3; with FEAT_RAS the device's own would have come as an SError */
	if (access("/dev/bad_memory", F_OK))
		CHECK(fsc == 0x17 || (!on_keel() && fsc == 0x10), "%#lx", fsc);
	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
}

static void *run_flips(void *vcpu)
{
	vcpu_finish(vcpu);
	return NULL;
}

/* Until the guest's next message, once one was aborted; counts its stores that arrive. */
static struct ucall run_stores(struct vcpu *v, u64 *stores)
{
	struct ucall uc;

	for (;;) {
		REQUIRE_EQ(vcpu_run(v), 0);
		REQUIRE_EQ(v->run->exit_reason, KVM_EXIT_MMIO);
		if (vcpu_is_ucall(v, &uc))
			return uc;
		REQUIRE_EQ(v->run->mmio.phys_addr, DATA_BASE);
		if (++*stores >= STORES && READ_ONCE(*vm_shared(v->vm, guest_nr_sync)))
			store_release(vm_shared(v->vm, stop_stores), 1);
	}
}

static void table_turns(void)
{
	struct vm *vm = new_vm(2, guest_store);
	u64 stores = 0;
	struct ucall uc;
	pthread_t flips;

	vcpu_start(&vm->vcpu[1], guest_flip, 0);
	vcpu_sync(&vm->vcpu[0], 1);
	pthread_create(&flips, NULL, run_flips, &vm->vcpu[1]);
	uc = run_stores(&vm->vcpu[0], &stores);
	REQUIRE_EQ(uc.cmd, UCALL_SYNC);
	ktap_note("%lu stores arrived, %lu aborted", stores, uc.b);
	/* each was one or the other */
	CHECK_EQ(uc.a, stores + uc.b);
	CHECK(uc.b > 0);
	store_release(vm_shared(vm, stop_flips), 1);
	pthread_join(flips, NULL);
	vm_free(vm);
}

static void save_and_restore(struct its_machine *m)
{
	CHECK_EQ(its_control(m->its, KVM_DEV_ARM_ITS_SAVE_TABLES), 0);
	CHECK_EQ(its_control(m->its, KVM_DEV_ARM_ITS_RESTORE_TABLES), 0);
}

/* Memory that aborts and yet is RAM to everybody is an error of the host's memory: not for this. */
static void gic_in_device(void)
{
	struct its_machine m;

	if (!on_keel() || !access("/dev/bad_memory", F_OK))
		ktap_skip("it would end the host");
	m = its_machine(1, guest_gic, NULL);
	REQUIRE_EQ(vm_slot(m.vm->fd, 2, 0, BAD_IPA, PAGE, bad_memory()), 0);
	vcpu_sync(&m.vm->vcpu[0], 1);
	CHECK_EQ(its_control(m.gic, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES), 0);
	CHECK_EQ(its_set_reg(m.its, GITS_CTLR, 0), 0);
	save_and_restore(&m);
	CHECK_EQ(its_set_reg(m.its, GITS_BASER(1), VALID | BAD_IPA), 0);
	save_and_restore(&m);
	CHECK_EQ(its_set_reg(m.its, GITS_BASER(0), VALID | INDIRECT | BAD_IPA), 0);
	save_and_restore(&m);
	vm_free(m.vm);
}

static const struct ktap_case cases[] = {
	{ "a table in a device", table_in_device },
	{ "a table that turns into a device", table_turns, 60 },
	{ "the GIC's tables in a device", gic_in_device },
};
KTAP_MAIN(cases)
