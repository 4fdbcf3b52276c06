// SPDX-License-Identifier: GPL-2.0-only
/*
 * What user space does to a guest with EL2. Proves:
 *  - a count that is written on one vCPU is the VM's, of all vCPUs, at once: the last one
 *    written holds, and time goes on whichever vCPU runs first
 *  - CNTVOFF_EL2 may follow the virtual count that it is part of; when a vCPU has run it
 *    moves the virtual count alone
 *  - KVM_ARM_SET_COUNTER_OFFSET is stronger than a count that was written before
 */
#include "lib/el2.h"

/* ---- counts ---- */

static void guest_counts(u64 arg)
{
	for (;;) {
		u64 phys = mrs(cntpct_el0);

		isb();
		GUEST_SYNC(phys, mrs(cntvct_el0));
	}
}

static struct vm *two(void)
{
	struct vm *vm = el2_vm(2, guest_counts, 0);

	vcpu_start(&vm->vcpu[1], guest_counts, 0);
	return vm;
}

/* The count where the vCPU is now; both of EL2's counters are it. */
static u64 count_of(struct vcpu *vcpu)
{
	struct ucall uc = vcpu_ucall(vcpu);

	REQUIRE_EQ(uc.cmd, UCALL_SYNC);
	CHECK(uc.b - uc.a < FAR_AWAY / 16, "%#lx, %#lx", uc.a, uc.b);
	return uc.a;
}

/* By turns, the first of them first: it is this, and goes on. */
static void check_time(struct vm *vm, unsigned int first, u64 want)
{
	u64 a = count_of(&vm->vcpu[first]), b = count_of(&vm->vcpu[!first]), c = count_of(&vm->vcpu[first]);

	CHECK(a - want < FAR_AWAY / 16, "%#lx, want %#lx", a, want);
	CHECK(a <= b && b <= c && c - want < FAR_AWAY / 16, "%#lx %#lx %#lx", a, b, c);
}

static void counts_shared(void)
{
	static const u64 ids[] = { KVM_REG_ARM_PTIMER_CNT, KVM_REG_ARM_TIMER_CNT };

	for (unsigned int i = 0; i < 8; i++) {
		struct vm *vm = two();
		unsigned int writer = i & 1, first = i >> 1 & 1;

		/* the other one has written before */
		reg_write(&vm->vcpu[!writer], ids[i >> 2], 3 * FAR_AWAY);
		reg_write(&vm->vcpu[writer], ids[i >> 2], FAR_AWAY);
		CHECK(reg_read(&vm->vcpu[!writer], KVM_REG_ARM_PTIMER_CNT) - FAR_AWAY < FAR_AWAY / 16);
		check_time(vm, first, FAR_AWAY);
		/* again, of a VM that has run */
		reg_write(&vm->vcpu[writer], ids[i >> 2], 5 * FAR_AWAY);
		check_time(vm, first, 5 * FAR_AWAY);
		vm_free(vm);
	}
}

/* The second vCPU's, which does not run. */
static void count_follows(void)
{
	struct vm *vm = two();
	struct vcpu *other = &vm->vcpu[1];

	reg_write(&vm->vcpu[0], KVM_REG_ARM_TIMER_CNT, 9 * FAR_AWAY);
	reg_write(other, KVM_REG_ARM_TIMER_CNT, FAR_AWAY);
	/* not of the last count */
	reg_write(&vm->vcpu[0], REG_CNTVOFF_EL2, FAR_AWAY / 2);
	reg_write(other, REG_CNTVOFF_EL2, 2 * FAR_AWAY);
	CHECK(reg_read(other, KVM_REG_ARM_TIMER_CNT) - FAR_AWAY < FAR_AWAY / 16);
	check_time(vm, 0, 3 * FAR_AWAY);
	vm_free(vm);

	vm = two();
	other = &vm->vcpu[1];
	reg_write(other, KVM_REG_ARM_TIMER_CNT, 7 * FAR_AWAY);
	CHECK(count_of(&vm->vcpu[0]) - 7 * FAR_AWAY < FAR_AWAY / 16);
	reg_write(other, REG_CNTVOFF_EL2, 2 * FAR_AWAY);
	CHECK(reg_read(other, KVM_REG_ARM_TIMER_CNT) - 5 * FAR_AWAY < FAR_AWAY / 16);
	check_time(vm, 0, 7 * FAR_AWAY);
	/* the physical count of a vCPU that has not run since is what counts of its two */
	reg_write(&vm->vcpu[0], KVM_REG_ARM_PTIMER_CNT, 9 * FAR_AWAY);
	reg_write(&vm->vcpu[0], KVM_REG_ARM_TIMER_CNT, 20 * FAR_AWAY);
	check_time(vm, 1, 9 * FAR_AWAY);
	vm_free(vm);
}

static void offset_is_stronger(void)
{
	struct kvm_arm_counter_offset off = { .counter_offset = mrs(cntvct_el0) - 4 * FAR_AWAY };
	struct vm *vm = two();

	reg_write(&vm->vcpu[1], KVM_REG_ARM_TIMER_CNT, FAR_AWAY);
	reg_write(&vm->vcpu[0], KVM_REG_ARM_PTIMER_CNT, 2 * FAR_AWAY);
	reg_write(&vm->vcpu[1], KVM_REG_ARM_TIMER_CNT, FAR_AWAY);
	REQUIRE_EQ(kvm(vm->fd, KVM_ARM_SET_COUNTER_OFFSET, &off), 0);
	for (unsigned int i = 0; i < 2; i++) {
		CHECK(reg_read(&vm->vcpu[i], KVM_REG_ARM_PTIMER_CNT) - 4 * FAR_AWAY < FAR_AWAY / 16);
		CHECK(reg_read(&vm->vcpu[i], KVM_REG_ARM_TIMER_CNT) - 4 * FAR_AWAY < FAR_AWAY / 16);
		reg_write(&vm->vcpu[i], REG_CNTVOFF_EL2, FAR_AWAY);
		CHECK(reg_read(&vm->vcpu[i], KVM_REG_ARM_TIMER_CNT) - 3 * FAR_AWAY < FAR_AWAY / 16);
	}
	check_time(vm, 0, 4 * FAR_AWAY);
	vm_free(vm);
}

static const struct ktap_case cases[] = {
	{ "counts are the VM's", counts_shared },
	{ "CNTVOFF_EL2 after a count", count_follows },
	{ "a counter offset after a count", offset_is_stronger },
};
KTAP_MAIN(cases)
