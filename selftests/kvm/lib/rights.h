/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM with one vCPU that reads, writes and executes where it is asked to, and pages whose rights
 * are withheld.
 */
#ifndef RIGHTS_H
#define RIGHTS_H

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../../../uapi/keel.h"
#include "vm.h"

#define MB	(1ul << 20)
#define SIZE	(8 * MB)
#define SLOT	1
#define ALL	(KEEL_MEMORY_NO_READ | KEEL_MEMORY_NO_WRITE | KEEL_MEMORY_NO_EXEC)
#define RET	0xd65f03c0u

enum op { READ, WRITE, EXEC };
static const u64 needs[] = { KEEL_MEMORY_NO_READ, KEEL_MEMORY_NO_WRITE, KEEL_MEMORY_NO_EXEC };

/* What the guest is asked for; its copy. */
static u64 want, at, value;

static inline void guest_serve(u64 arg)
{
	for (;;) {
		u64 op = READ_ONCE(want), got = 0;

		if (op == READ)
			got = *(volatile u64 *)READ_ONCE(at);
		else if (op == WRITE)
			*(volatile u64 *)READ_ONCE(at) = READ_ONCE(value);
		else
			((void (*)(void))READ_ONCE(at))();
		GUEST_SYNC(op, got);
	}
}

static struct vm *vm;
static struct vcpu *vcpu;
static char *mem;

static inline void setup_with(u32 flags, void (*fn)(u64), u64 arg)
{
	if (kvm_cap(KEEL_CAP_MEMORY_RIGHTS) != 1)
		ktap_skip("no KEEL_CAP_MEMORY_RIGHTS");
	mem = vm_alloc(SIZE, 2 * MB);
	madvise(mem, SIZE, MADV_HUGEPAGE);
	for (u64 i = 0; i < SIZE; i += PAGE)
		*(u64 *)(mem + i) = RET;
	vm = vm_new(1, fn, arg);
	vcpu = &vm->vcpu[0];
	REQUIRE_EQ(vm_slot(vm->fd, SLOT, flags, DATA_BASE, SIZE, mem), 0);
}

static inline void setup(void)
{
	setup_with(0, guest_serve, 0);
}

static inline int set(u64 offset, u64 size, u64 rights)
{
	struct kvm_memory_attributes a = { .address = DATA_BASE + offset, .size = size, .attributes = rights };

	return kvm(vm->fd, KVM_SET_MEMORY_ATTRIBUTES, &a);
}

static inline void withhold(u64 offset, u64 size, u64 rights)
{
	REQUIRE_EQ(set(offset, size, rights), 0);
}

static inline void ask(enum op op, u64 offset, u64 val)
{
	*vm_shared(vm, want) = op;
	*vm_shared(vm, at) = DATA_BASE + offset;
	*vm_shared(vm, value) = val;
}

/* Refused, by that page. */
static inline void refused_at(u64 page, u64 rights)
{
	struct keel_memory_fault *fault = (void *)&vcpu->run->hw;
	u64 pc;

	REQUIRE_EQ(vcpu_run(vcpu), -EFAULT);
	CHECK_EQ(vcpu->run->exit_reason, KVM_EXIT_MEMORY_FAULT);
	CHECK_EQ(fault->flags, rights);
	CHECK_EQ(fault->gpa, page);
	CHECK_EQ(fault->size, PAGE);
	/* as often as one likes */
	pc = reg_read(vcpu, REG_PC);
	CHECK_EQ(vcpu_run(vcpu), -EFAULT);
	CHECK_EQ(reg_read(vcpu, REG_PC), pc);
}

static inline void refused(enum op op, u64 offset)
{
	refused_at(DATA_BASE + offset, needs[op]);
}

static inline u64 done(enum op op)
{
	struct ucall uc = vcpu_ucall(vcpu);

	REQUIRE_EQ(uc.a, op);
	return uc.b;
}

static inline void try_one(enum op op, u64 offset, u64 rights)
{
	u64 before = *(u64 *)(mem + offset), after = before ^ 1ull << 40;

	ask(op, offset, after);
	if (!(rights & needs[op])) {
		if (op == READ)
			CHECK_EQ(done(op), before);
		else
			done(op);
	} else {
		refused(op, offset);
		CHECK_EQ(*(u64 *)(mem + offset), before);
		withhold(offset, PAGE, rights & ~needs[op]);
		if (op == READ)
			CHECK_EQ(done(op), before);
		else
			done(op);
		withhold(offset, PAGE, rights);
	}
	CHECK_EQ(*(u64 *)(mem + offset), op == WRITE ? after : before);
}

static inline u64 aborts(void)
{
	int fd = kvm(vcpu->fd, KVM_GET_STATS_FD, NULL);
	u64 n;

	REQUIRE(fd >= 0);
	n = kvm_statistic(fd, "abort_exits");
	close(fd);
	return n;
}

static inline bool is_dirty(u64 page)
{
	static u64 bitmap[SIZE / 4096 / 64];
	struct kvm_dirty_log log = { .slot = SLOT, .dirty_bitmap = bitmap };

	REQUIRE_EQ(kvm(vm->fd, KVM_GET_DIRTY_LOG, &log), 0);
	return bitmap[page / 64] >> page % 64 & 1;
}

#endif
