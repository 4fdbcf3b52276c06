// SPDX-License-Identifier: GPL-2.0-only
/*
 * What user space does to a guest with EL2. Proves:
 *  - a count that is written on one vCPU is the VM's, of all vCPUs, at once: the last one
 *    written holds, and time goes on whichever vCPU runs first
 *  - CNTVOFF_EL2 may follow the virtual count that it is part of; when a vCPU has run it
 *    moves the virtual count alone
 *  - a vCPU that sleeps until a time wakes when user space makes it that time on another
 *  - KVM_ARM_SET_COUNTER_OFFSET is stronger than a count that was written before
 *  - an address translation instruction of EL2 whose walk meets a table that is withheld, or that
 *    the VMM may not write, ends KVM_RUN with it, and is executed once it may
 *  - one whose walk meets a table in memory that aborts tells the guest so, whatever it translates
 *    for
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "../../uapi/keel.h"
#include "lib/bad_memory.h"
#include "lib/nested.h"

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
	struct vm *vm = vm_el2(2, guest_counts, 0);

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
	u64 a = count_of(&vm->vcpu[first]), b = count_of(&vm->vcpu[!first]),
	    c = count_of(&vm->vcpu[first]);

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

static u64 taken;

static void take(struct guest_regs *regs)
{
	u32 intid = icc_read(ICC_IAR1);

	wr(CNTHP_CTL, 0);
	icc_write(ICC_EOIR1, intid);
	store_release(&taken, intid);
}

static void guest_sleeps(u64 cval)
{
	gic_enable(64, true);
	guest_on(VEC_IRQ, take);
	wr(hcr_el2, HCR_E2H | HCR_TGE);
	wr(CNTHP_CVAL, cval);
	wr(CNTHP_CTL, 1);
	irq_on();
	wfi_until(load_acquire(&taken));
	GUEST_EQ(taken, 26);
}

static void *finish(void *vcpu)
{
	vcpu_finish(vcpu);
	return NULL;
}

/* Asleep, after this many wakeups, and long enough to have its timer armed. How many there were. */
static u64 wait_asleep(int stats, u64 wakeups)
{
	while (kvm_statistic(stats, "halt_wakeup") < wakeups || !kvm_statistic(stats, "blocking"))
		usleep(1000);
	usleep(50000);
	return kvm_statistic(stats, "halt_wakeup");
}

/* A vCPU that sleeps until later is told when later comes to be now, by whatever moves the time. */
static void sleepers_are_told(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct vm *vm = vm_el2(2, guest_sleeps, 6 * FAR_AWAY);
		int stats = kvm(vm->vcpu[0].fd, KVM_GET_STATS_FD, 0);
		struct vcpu *other = &vm->vcpu[1];
		pthread_t thread;
		u64 wakeups;

		REQUIRE(stats >= 0, "%d", stats);
		reg_write(&vm->vcpu[0], KVM_REG_ARM_PTIMER_CNT, FAR_AWAY);
		REQUIRE_EQ(pthread_create(&thread, NULL, finish, &vm->vcpu[0]), 0);
		wakeups = wait_asleep(stats, 0);
		reg_write(other, KVM_REG_ARM_TIMER_CNT, 2 * FAR_AWAY);
		wait_asleep(stats, wakeups + 1);
		if (i)
			reg_write(other, KVM_REG_ARM_PTIMER_CNT, 7 * FAR_AWAY);
		else
			reg_write(other, REG_CNTVOFF_EL2, 5 * FAR_AWAY);
		pthread_join(thread, NULL);
		close(stats);
		vm_free(vm);
	}
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

/* ---- address translation ---- */

#define RET	0xd65f03c0u
#define FIRST	(6ul << 30)		/* by a table of its own */
#define BLOCK	(DATA_BASE + HUGE)	/* what that maps first */
#define OA	0xfffffffff000ul
#define DESC_AF	(1ul << 10)
#define TCR_HA	(1ul << 39)

enum before { NOTHING, WRITES, RUNS };

#define AT(op, va) ({ \
	asm volatile("at " #op ", %0\n isb" :: "r"(va) : "memory"); \
	mrs(par_el1); })

static u64 want;

/*
 * The table is in the slot's first page, whose second half is code. What is there may be mapped for
 * something else before the walk. arg: a translation for a write.
 */
static void guest_translates(u64 arg)
{
	volatile u64 *table = (u64 *)DATA_BASE;

	guest_l1[FIRST >> 30] = DATA_BASE | 3;
	dsb(ish);
	for (;;) {
		enum before op = READ_ONCE(want);

		GUEST_SYNC(1, 0);
		if (op == WRITES)
			table[1] = 0;
		else if (op == RUNS)
			((void (*)(void))(table + 256))();
		asm volatile("tlbi alle2; dsb nsh; isb" ::: "memory");
		GUEST_SYNC(2, arg ? AT(s1e2w, FIRST) : AT(s1e2r, FIRST));
	}
}

/* With FEAT_HAFDBS: the walk sets the access flag. */
static void guest_ages(u64 arg)
{
	if (!(mrs(id_aa64mmfr1_el1) & 0xf))
		for (;;)
			GUEST_SYNC(3, 0);
	wr(tcr_el1, mrs(tcr_el1) | TCR_HA);
	guest_translates(arg);
}

static struct vm *vm;
static struct vcpu *vcpu;
static char *mem;

static void setup(void (*fn)(u64), u64 arg)
{
	u64 attributes;

	nested_need();
	mem = vm_alloc(PAGE, PAGE);
	vm = vm_el2(1, fn, arg);
	vcpu = &vm->vcpu[0];
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, PAGE, mem), 0);
	/* attributes as those of the block that maps the slot */
	attributes = *vm_shared(vm, guest_l1[DATA_BASE >> 30]) & ~OA;
	*(u64 *)mem = BLOCK | attributes;
	((u64 *)mem)[256] = RET;
}

static void withhold(u64 rights)
{
	struct kvm_memory_attributes a = { .address = DATA_BASE, .size = PAGE, .attributes = rights };

	if (kvm_cap(KEEL_CAP_MEMORY_RIGHTS) != 1)
		ktap_skip("no KEEL_CAP_MEMORY_RIGHTS");
	REQUIRE_EQ(kvm(vm->fd, KVM_SET_MEMORY_ATTRIBUTES, &a), 0);
}

/* Of the table, as often as one likes. */
static void refused(u64 right)
{
	struct keel_memory_fault *fault = (void *)&vcpu->run->hw;
	u64 pc;

	for (unsigned int i = 0; i < 2; i++) {
		REQUIRE_EQ(vcpu_run(vcpu), -EFAULT);
		CHECK_EQ(vcpu->run->exit_reason, KVM_EXIT_MEMORY_FAULT);
		CHECK_EQ(fault->flags, right);
		CHECK_EQ(fault->gpa, DATA_BASE);
		CHECK_EQ(fault->size, PAGE);
		if (i)
			CHECK_EQ(reg_read(vcpu, REG_PC), pc);
		pc = reg_read(vcpu, REG_PC);
	}
}

static void translated(void)
{
	struct ucall uc = vcpu_ucall(vcpu);

	REQUIRE_EQ(uc.a, 2);
	CHECK_EQ(uc.b & 1, 0);
	CHECK_EQ(uc.b & OA, BLOCK & OA);
}

static void table_withheld(void)
{
	static const u64 rights[] = {
		KEEL_MEMORY_NO_READ,
		KEEL_MEMORY_NO_READ | KEEL_MEMORY_NO_WRITE,
		KEEL_MEMORY_NO_READ | KEEL_MEMORY_NO_EXEC,
	};

	for (u64 write = 0; write < 2; write++) {
		setup(guest_translates, write);
		for (unsigned int i = 0; i < 9; i++) {
			enum before op = i % 3;
			u64 r = rights[i / 3];

			if ((op == WRITES && r & KEEL_MEMORY_NO_WRITE) ||
			    (op == RUNS && r & KEEL_MEMORY_NO_EXEC))
				op = NOTHING;
			*vm_shared(vm, want) = op;
			vcpu_sync(vcpu, 1);
			withhold(r);
			refused(KEEL_MEMORY_NO_READ);
			withhold(r & ~KEEL_MEMORY_NO_READ);
			translated();
			withhold(0);
		}
		vm_free(vm);
	}
}

/* False: there is no such thing. */
static bool ages(void)
{
	struct ucall uc;

	setup(guest_ages, 0);
	*(u64 *)mem &= ~DESC_AF;
	uc = vcpu_ucall(vcpu);
	return uc.a != 3;
}

static void table_unwritable(void)
{
	if (!ages())
		ktap_skip("no FEAT_HAFDBS");
	withhold(KEEL_MEMORY_NO_WRITE);
	refused(KEEL_MEMORY_NO_WRITE);
	CHECK(!(*(u64 *)mem & DESC_AF));
	withhold(0);
	translated();
	CHECK(*(u64 *)mem & DESC_AF);
	vcpu_sync(vcpu, 1);
	*(u64 *)mem &= ~DESC_AF;
	REQUIRE_EQ(mprotect(mem, PAGE, PROT_READ), 0);
	CHECK_EQ(vcpu_run(vcpu), -EFAULT);
	CHECK_EQ(vcpu_run(vcpu), -EFAULT);
	CHECK(vcpu->run->exit_reason != KVM_EXIT_MEMORY_FAULT);
	REQUIRE_EQ(mprotect(mem, PAGE, PROT_READ | PROT_WRITE), 0);
	translated();
	/* nor is it one that does not answer, if it cannot be read */
	vcpu_sync(vcpu, 1);
	REQUIRE_EQ(mprotect(mem, PAGE, PROT_NONE), 0);
	CHECK_EQ(vcpu_run(vcpu), -EFAULT);
	REQUIRE_EQ(mprotect(mem, PAGE, PROT_READ | PROT_WRITE), 0);
	translated();
	/* a write that only the log keeps from the page, after there were rights */
	vcpu_sync(vcpu, 1);
	*(u64 *)mem &= ~DESC_AF;
	REQUIRE_EQ(vm_slot(vm->fd, 1, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE, PAGE, mem), 0);
	translated();
	CHECK(*(u64 *)mem & DESC_AF);
	vm_free(vm);
}

#define BAD_IPA		(DATA_BASE + 8 * HUGE)

/* Names that the assembler knows with the right architecture only. */
#define TTBR0_EL12	S3_5_C2_C0_0
#define MAIR_EL12	S3_5_C10_C2_0
#define AT_PAN(op2, va) ({ \
	asm volatile("sys #0, c7, c9, #" #op2 ", %0\n isb" :: "r"(va) : "memory"); \
	mrs(par_el1); })

/* Each by the registers of EL2, then by those of what is below, without stage 2. */
static u64 guest_asks(unsigned int op, u64 va)
{
	switch (op) {
	case 0:
		return AT(s1e2r, va);
	case 1:
		return AT(s1e2w, va);
	case 2:
		return AT(s1e1r, va);
	case 3:
		return AT(s1e1w, va);
	case 4:
		return AT(s1e0r, va);
	case 5:
		return AT(s1e0w, va);
	case 6:
		return AT_PAN(0, va);
	case 7:
		return AT_PAN(1, va);
	case 8:
		return AT(s12e1r, va);
	case 9:
		return AT(s12e1w, va);
	case 10:
		return AT(s12e0r, va);
	default:
		return AT(s12e0w, va);
	}
}

#define OPS	12

/* An external abort on a walk, of whatever level. */
static bool aborts(u64 par)
{
	return par & 1 && (par >> 1 & 0x3c) == 0x14;
}

static void guest_meets_bad(u64 arg)
{
	guest_on(VEC_SYNC, guest_skip_sync);
	guest_touch_bad(BAD_IPA);
	guest_l1[FIRST >> 30] = BAD_IPA | 3;
	dsb(ish);
	wr(TTBR0_EL12, mrs(ttbr0_el1));
	wr(MAIR_EL12, mrs(mair_el1));
	wr(TCR_EL12, mrs(tcr_el1));
	wr(SCTLR_EL12, mrs(sctlr_el1));
	asm volatile("tlbi alle2; tlbi alle1; dsb nsh; isb" ::: "memory");
	for (u64 tge = 0; tge < 2; tge++) {
		wr(hcr_el2, HCR_E2H | HCR_RW | (tge ? HCR_TGE : 0));
		for (unsigned int op = 0; op < OPS; op++) {
			GUEST_SYNC(op, guest_asks(op, FIRST));
			/* nothing is left of it; EL0 has no right there */
			GUEST_ASSERT(!aborts(guest_asks(op, RAM_BASE)));
		}
	}
}

static void table_aborts(void)
{
	void *bad = bad_memory();
	struct ucall uc;

	nested_need();
	vm = vm_el2(1, guest_meets_bad, 0);
	vcpu = &vm->vcpu[0];
	REQUIRE_EQ(vm_slot(vm->fd, 2, 0, BAD_IPA, PAGE, bad), 0);
	for (unsigned int i = 0; i < 2 * OPS; i++) {
		uc = vcpu_ucall(vcpu);
		REQUIRE_EQ(uc.cmd, UCALL_SYNC);
		CHECK_EQ(uc.a, i % OPS);
		CHECK(aborts(uc.b), "%u: %#lx", i, uc.b);
	}
	vcpu_finish(vcpu);
	vm_free(vm);
}

static const struct ktap_case cases[] = {
	{ "counts are the VM's", counts_shared },
	{ "CNTVOFF_EL2 after a count", count_follows },
	{ "a vCPU that sleeps is told of the time", sleepers_are_told },
	{ "a counter offset after a count", offset_is_stronger },
	{ "a translation by a table that is withheld", table_withheld },
	{ "a translation by a table that cannot be written", table_unwritable },
	{ "a translation by a table that aborts", table_aborts },
};
KTAP_MAIN(cases)
