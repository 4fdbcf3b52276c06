// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log of dirty pages, of a slot whose memory is in pages of 4 KiB, all of them
 * mapped. 1,000 of the pages, every 16th, are what the guest writes to between two looks.
 */
#include <string.h>
#include <sys/mman.h>
#include "bench.h"

#define LOG_PAGES	16384ul		/* 64 MiB */
#define LOG_SIZE	(LOG_PAGES * 4096)
#define NR_DIRTY	N_LOG_STORE
#define STRIDE		(16 * 4096)

static u64 bitmap[LOG_PAGES / 64];
static char *mem;

static void guest_fill(u64 arg)
{
	for (;;) {
		for (u64 addr = DATA_BASE; addr < DATA_BASE + LOG_SIZE; addr += 4096)
			write32(addr, 1);
		GUEST_SYNC(1, 0);
	}
}

static void guest_dirty(u64 arg)
{
	for (;;) {
		for (u64 i = 0; i < NR_DIRTY; i++)
			write32(DATA_BASE + i * STRIDE, 1);
		GUEST_SYNC(1, 0);
	}
}

static void guest_store(u64 arg)
{
	for (;;) {
		u64 addr = DATA_BASE;

		BATCH(LOG_STORE, write32(addr, 1); addr += STRIDE);
		GUEST_SYNC(1, 0);
	}
}

static void set_log(struct vm *vm, bool on)
{
	REQUIRE_EQ(vm_slot(vm->fd, 1, on ? KVM_MEM_LOG_DIRTY_PAGES : 0, DATA_BASE, LOG_SIZE, mem), 0);
}

/* The slot is there, its log is off; manual: KVM_CLEAR_DIRTY_LOG protects what was read. */
static struct vm *new_vm(void (*fn)(u64), bool manual)
{
	struct vm *vm = vm_new(1, fn, 0);
	struct kvm_enable_cap cap = { .cap = KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, .args[0] = 1 };

	mem = vm_alloc(LOG_SIZE, 2 << 20);
	madvise(mem, LOG_SIZE, MADV_NOHUGEPAGE);
	memset(mem, 1, LOG_SIZE);
	if (manual)
		REQUIRE_EQ(kvm(vm->fd, KVM_ENABLE_CAP, &cap), 0);
	set_log(vm, false);
	return vm;
}

static void get(struct vm *vm)
{
	struct kvm_dirty_log log = { .slot = 1, .dirty_bitmap = bitmap };

	REQUIRE_EQ(kvm(vm->fd, KVM_GET_DIRTY_LOG, &log), 0);
}

static void clear(struct vm *vm)
{
	struct kvm_clear_dirty_log log = { .slot = 1, .num_pages = LOG_PAGES, .dirty_bitmap = bitmap };

	REQUIRE_EQ(kvm(vm->fd, KVM_CLEAR_DIRTY_LOG, &log), 0);
}

static u64 nr_set(void)
{
	u64 nr = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(bitmap); i++)
		nr += __builtin_popcountl(bitmap[i]);
	return nr;
}

void bench_log_start(void)
{
	struct vm *vm = new_vm(guest_fill, false);

	for (int i = 0; i < BATCHES / 2; i++) {
		vcpu_sync(&vm->vcpu[0], 1);
		BATCH(LOG_START, set_log(vm, true));
		set_log(vm, false);
	}
}

void bench_log_get(void)
{
	struct vm *vm = new_vm(guest_dirty, false);

	set_log(vm, true);
	for (int i = 0; i < BATCHES; i++) {
		vcpu_sync(&vm->vcpu[0], 1);
		BATCH(LOG_GET, get(vm));
		REQUIRE_EQ(nr_set(), NR_DIRTY);
	}
}

/* The log is on, and holds what the guest has written to. */
static struct vm *logged(void (*fn)(u64))
{
	struct vm *vm = new_vm(fn, true);

	set_log(vm, true);
	vcpu_sync(&vm->vcpu[0], 1);
	get(vm);
	return vm;
}

void bench_log_clear(void)
{
	struct vm *vm = logged(guest_dirty);

	for (int i = 0; i < BATCHES; i++) {
		REQUIRE_EQ(nr_set(), NR_DIRTY);
		BATCH(LOG_CLEAR, clear(vm));
		vcpu_sync(&vm->vcpu[0], 1);
		get(vm);
	}
}

void bench_log_store(void)
{
	struct vm *vm = logged(guest_store);

	for (int i = 0; i < BATCHES; i++) {
		clear(vm);
		vcpu_sync(&vm->vcpu[0], 1);
		get(vm);
		REQUIRE_EQ(nr_set(), NR_DIRTY);
	}
	best = *vm_shared(vm, best);
}
