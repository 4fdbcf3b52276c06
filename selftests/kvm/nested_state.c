// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests with EL2 (KVM_ARM_VCPU_HAS_EL2) and user space. Proves:
 *  - several of them and one without share CPUs, each with its own registers
 *  - user space resets a vCPU, and has it take an abort
 *  - saved and restored in another VM it goes on, its time too
 */
#include "lib/nested.h"

#define EL2(crn, crm, op2)	REG_SYS(3, 4, crn, crm, op2)
#define REG_HCR_EL2	EL2(1, 1, 0)
#define REG_VBAR_EL1	REG_SYS(3, 0, 12, 0, 0)
#define REG_TPIDR_EL2	EL2(13, 0, 2)

/* What is in the page, in the CPU and in memory; each vCPU its own. */
static void guest_keeps(u64 mark)
{
	for (u64 i = 0; i < 8; i++) {
		wr(VBAR_EL12, mark << 11);
		wr(tpidr_el2, mark + i);
		wr(hpfar_el2, mark << 4);
		wr(contextidr_el1, mark + i);
		GUEST_SYNC(i, 0);
		GUEST_EQ(rd(VBAR_EL12), mark << 11);
		GUEST_EQ(rd(tpidr_el2), mark + i);
		GUEST_EQ(rd(hpfar_el2), mark << 4);
		GUEST_EQ(rd(CONTEXTIDR_EL2), mark + i);
		GUEST_EQ(mrs(CurrentEL), 2 << 2);
	}
}

static void guest_plain(u64 mark)
{
	for (u64 i = 0; i < 8; i++) {
		wr(contextidr_el1, mark + i);
		wr(tpidr_el1, mark + i);
		GUEST_SYNC(i, 0);
		GUEST_EQ(rd(contextidr_el1), mark + i);
		GUEST_EQ(rd(tpidr_el1), mark + i);
		GUEST_EQ(mrs(CurrentEL), 1 << 2);
	}
}

/* By turns, first all on one CPU, then on others each time. */
static void neighbours(void)
{
	struct vm *a = vm_el2(1, guest_keeps, 0x111), *b = vm_el2(1, guest_keeps, 0x222);
	struct vm *plain = vm_new(1, guest_plain, 0x333);
	struct vm *all[] = { a, plain, b };

	for (u64 i = 0; i < 8; i++)
		for (unsigned int n = 0; n < ARRAY_SIZE(all); n++) {
			REQUIRE(pin_to(i < 3 ? 0 : (i + n) % 2));
			vcpu_sync(&all[n]->vcpu[0], i);
		}
	for (unsigned int n = 0; n < ARRAY_SIZE(all); n++) {
		vcpu_finish(&all[n]->vcpu[0]);
		vm_free(all[n]);
	}
}

/* VCPU_INIT again is a reset; the features stay what they are. */
static void again(void)
{
	struct vm *vm = vm_el2(1, guest_keeps, 0x111);
	struct vcpu *vcpu = &vm->vcpu[0];

	vcpu_sync(vcpu, 0);
	CHECK_EQ(vcpu_init_fd(vm->fd, vcpu->fd, 0), -EINVAL);
	CHECK_EQ(reg_read(vcpu, REG_VBAR_EL1), 0x111 << 11);
	CHECK_EQ(vcpu_init_fd(vm->fd, vcpu->fd, HAS_EL2), 0);
	CHECK_EQ(reg_read(vcpu, REG_PSTATE), PSTATE_EL2H);
	CHECK_EQ(reg_read(vcpu, REG_HCR_EL2), HCR_E2H);
	CHECK_EQ(reg_read(vcpu, REG_VBAR_EL1), 0);
	CHECK_EQ(reg_read(vcpu, REG_TPIDR_EL2), 0);
	CHECK_EQ(reg_read(vcpu, EL2(6, 0, 4)), 0);
	vm_free(vm);
}

/* An external abort that user space reports is taken to EL2, from EL2. */
static void note_abort(struct guest_regs *regs)
{
	seen = *regs;
	guest_nr_sync++;
}

static void guest_events(u64 arg)
{
	guest_on(VEC_SYNC, note_abort);
	GUEST_SYNC(1, 0);
	GUEST_EQ(guest_nr_sync, 1);
	GUEST_EQ(EC(seen.esr), 0x25);
	GUEST_EQ(seen.esr & 0x3f, 0x10);
	GUEST_EQ(seen.pstate & 0x1f, 9);
	GUEST_EQ(mrs(CurrentEL), 2 << 2);
}

static void events(void)
{
	struct vm *vm = vm_el2(1, guest_events, 0);
	struct vcpu *vcpu = &vm->vcpu[0];
	struct kvm_vcpu_events ev = { .exception.ext_dabt_pending = 1 };

	vcpu_sync(vcpu, 1);
	/* the store of the message is complete with the next entry */
	vcpu->run->immediate_exit = 1;
	CHECK_EQ(vcpu_run(vcpu), -EINTR);
	vcpu->run->immediate_exit = 0;
	CHECK_EQ(kvm(vcpu->fd, KVM_SET_VCPU_EVENTS, &ev), 0);
	vcpu_finish(vcpu);
	vm_free(vm);
}

/* ---- save and restore ---- */

static void guest_moved(u64 arg)
{
	wr(VBAR_EL12, 0x11000);
	wr(tpidr_el2, 0x14);
	wr(hcr_el2, HCR_E2H | HCR_TGE);
	wr(cntvoff_el2, FAR_AWAY / 4);
	wr(hpfar_el2, 0x170);
	wr(CNTKCTL_EL12, 0x13);
	GUEST_SYNC(1, mrs(cntpct_el0));
	GUEST_EQ(rd(VBAR_EL12), 0x11000);
	GUEST_EQ(rd(tpidr_el2), 0x14);
	GUEST_EQ(rd(hcr_el2), HCR_E2H | HCR_TGE);
	GUEST_EQ(rd(cntvoff_el2), FAR_AWAY / 4);
	GUEST_EQ(rd(hpfar_el2), 0x170);
	GUEST_EQ(rd(CNTKCTL_EL12), 0x13);
	GUEST_EQ(mrs(CurrentEL), 2 << 2);
	GUEST_SYNC(2, mrs(cntpct_el0));
}

static u64 saved[1024][2048 / 64];

static void take_all(struct vcpu *vcpu, const struct kvm_reg_list *all)
{
	REQUIRE(all->n <= ARRAY_SIZE(saved));
	for (u64 i = 0; i < all->n; i++)
		REQUIRE_EQ(reg_get(vcpu->fd, all->reg[i], saved[i]), 0);
}

/* In which order, and whether the physical count is told or follows from the virtual one. */
enum order { FORWARD, BACKWARD, WITHOUT_PHYSICAL };

static void give_all(struct vcpu *vcpu, const struct kvm_reg_list *all, enum order order)
{
	for (u64 n = 0; n < all->n; n++) {
		u64 i = order == BACKWARD ? all->n - 1 - n : n;

		if (order != WITHOUT_PHYSICAL || all->reg[i] != KVM_REG_ARM_PTIMER_CNT)
			REQUIRE(reg_set(vcpu->fd, all->reg[i], saved[i]) == 0, "%#llx", all->reg[i]);
	}
}

/* A count that is near what it was: it goes on, and not for long. */
static void check_count(struct vcpu *vcpu, u64 id, u64 was)
{
	u64 is = reg_read(vcpu, id);

	CHECK(is - was < FAR_AWAY / 16, "%#lx, was %#lx", is, was);
}

static void check_counts(struct vcpu *vcpu, u64 phys)
{
	check_count(vcpu, KVM_REG_ARM_PTIMER_CNT, phys);
	check_count(vcpu, KVM_REG_ARM_TIMER_CNT, phys - FAR_AWAY / 4);
}

static void move(enum order order)
{
	struct vm *from = vm_el2(1, guest_moved, 0), *to;
	struct kvm_reg_list *all;
	struct ucall uc;
	u64 was;

	reg_write(&from->vcpu[0], KVM_REG_ARM_PTIMER_CNT, FAR_AWAY);
	check_count(&from->vcpu[0], KVM_REG_ARM_PTIMER_CNT, FAR_AWAY);
	uc = vcpu_ucall(&from->vcpu[0]);
	REQUIRE_EQ(uc.a, 1);
	was = uc.b;
	CHECK(was - FAR_AWAY < FAR_AWAY / 16, "%#lx", was);
	/* the store of the message is complete with the next entry */
	from->vcpu[0].run->immediate_exit = 1;
	CHECK_EQ(vcpu_run(&from->vcpu[0]), -EINTR);
	all = vcpu_reg_list(from->vcpu[0].fd);
	take_all(&from->vcpu[0], all);
	check_counts(&from->vcpu[0], was);
	to = vm_el2(1, guest_nothing, 0);
	memcpy(to->ram, from->ram, RAM_SIZE);
	give_all(&to->vcpu[0], all, order);
	check_counts(&to->vcpu[0], was);
	vm_free(from);
	uc = vcpu_ucall(&to->vcpu[0]);
	CHECK_EQ(uc.a, 2);
	/* time goes on from where it was */
	CHECK(uc.b - was < FAR_AWAY / 16, "%#lx, was %#lx", uc.b, was);
	check_counts(&to->vcpu[0], was);
	/* told again, of a VM that has run */
	reg_write(&to->vcpu[0], KVM_REG_ARM_TIMER_CNT, 3 * FAR_AWAY);
	check_count(&to->vcpu[0], KVM_REG_ARM_PTIMER_CNT, 3 * FAR_AWAY + FAR_AWAY / 4);
	vcpu_finish(&to->vcpu[0]);
	check_counts(&to->vcpu[0], 3 * FAR_AWAY + FAR_AWAY / 4);
	vm_free(to);
	free(all);
}

static void moves(void)
{
	move(FORWARD);
	move(BACKWARD);
	move(WITHOUT_PHYSICAL);
}

static const struct ktap_case cases[] = {
	{ "beside others, on CPUs that change", neighbours },
	{ "a reset by user space", again },
	{ "an abort by user space", events },
	{ "save and restore", moves },
};
KTAP_MAIN(cases)
