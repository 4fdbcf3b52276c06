// SPDX-License-Identifier: GPL-2.0-only
/*
 * Debugging. Proves:
 *  - KVM_SET_GUEST_DEBUG: single steps, BRK, hardware break- and watchpoints
 *    end KVM_RUN with the right syndrome and PC, and the guest cannot tell
 *  - the guest's own BRK, breakpoints, watchpoints and single step reach the
 *    guest, one exception each, also over exits in between, after the VMM has used
 *    the same breakpoint for itself, and in another VM with the registers' values
 *  - a watchpoint of the host's on the thread that runs the vCPU is met by the host
 *    alone, and neither's registers are lost
 *  - claim tags and the communications channel are not the CPU's, also while the
 *    breakpoint registers are (with FEAT_FGT)
 *  - a step over an emulated instruction counts as one, also when steps were
 *    asked for between its exit and its completion
 *  - an interrupt that is taken instead of a step saves the guest's own PSTATE
 */
#include <linux/hw_breakpoint.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lib/vm.h"

/* Placed at fixed addresses: a run of plain instructions. */
extern char dbg_code[], dbg_brk[], dbg_mmio[], dbg_hvc[], dbg_end[];
extern u64 dbg_word;
asm(".pushsection .text\n"
    "dbg_code: mov x0, #1\n"
    "	add x0, x0, #1\n"
    "	add x0, x0, #1\n"
    "	b 1f\n"
    "	nop\n"
    "1:	add x0, x0, #1\n"
    "dbg_mmio: str x0, [x1]\n"
    "	add x0, x0, #1\n"
    "dbg_hvc: mrs x2, id_aa64pfr0_el1\n"
    "	add x0, x0, #1\n"
    "dbg_end: nop\n"
    "	ret\n"
    "dbg_brk: brk #0x42\n"
    "	ret\n"
    ".popsection\n");
u64 dbg_word;

static int debug(struct vcpu *vcpu, u32 control, const struct kvm_guest_debug_arch *arch)
{
	struct kvm_guest_debug dbg = { .control = control };

	if (arch)
		dbg.arch = *arch;
	return kvm(vcpu->fd, KVM_SET_GUEST_DEBUG, &dbg);
}

static struct vcpu *new_vcpu(void (*fn)(u64), u64 arg)
{
	if (!kvm_cap(KVM_CAP_SET_GUEST_DEBUG))
		ktap_skip("no KVM_CAP_SET_GUEST_DEBUG");
	return &vm_new(1, fn, arg)->vcpu[0];
}

/* The code's result, which is 6; it stores to the address. */
static u64 call_code(u64 address)
{
	register u64 x0 asm("x0") = 0;
	register u64 x1 asm("x1") = address;

	asm volatile("bl dbg_code" : "+r"(x0) : "r"(x1) : "x2", "x30", "memory");
	return x0;
}

static void guest_code(u64 arg)
{
	GUEST_SYNC(1, 0);
	GUEST_EQ(call_code(MMIO_BASE + 0x3000), 6);
	GUEST_SYNC(2, 0);
}

static void expect_debug(struct vcpu *vcpu, u64 ec, u64 pc)
{
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	REQUIRE(vcpu->run->exit_reason == KVM_EXIT_DEBUG, "exit %u, PC %#lx",
		vcpu->run->exit_reason, reg_read(vcpu, REG_PC));
	CHECK_EQ(vcpu->run->flags, KVM_DEBUG_ARCH_HSR_HIGH_VALID);
	CHECK_EQ(vcpu->run->debug.arch.hsr >> 26, ec);
	CHECK_EQ(reg_read(vcpu, REG_PC), pc);
}

#define PSTATE_SS	(1ul << 21)

/* Where single steps lead from dbg_code to dbg_end. */
static void single_step(void)
{
	struct vcpu *vcpu = new_vcpu(guest_code, 0);
	static const int path[] = { 4, 8, 12, 20, 24, -1, 28, 32, 36, 40 };

	vcpu_sync(vcpu, 1);
	while (1) {	/* step to the code, however far it is */
		REQUIRE_EQ(debug(vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP, NULL), 0);
		REQUIRE_EQ(vcpu_run(vcpu), 0);
		REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_DEBUG);
		if (reg_read(vcpu, REG_PC) == (u64)dbg_code)
			break;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(path); i++) {
		if (path[i] < 0) {
			REQUIRE_EQ(vcpu_run(vcpu), 0);
			REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
			/*
			 * in the midst of a step PSTATE is the guest's, and may be set to what it
			 * is
			 */
			CHECK_EQ(reg_read(vcpu, REG_PSTATE) & PSTATE_SS, 0);
			reg_write(vcpu, REG_PSTATE, reg_read(vcpu, REG_PSTATE));
			continue;
		}
		expect_debug(vcpu, 0x32, (u64)dbg_code + path[i]);
	}
	REQUIRE_EQ(debug(vcpu, 0, NULL), 0);
	vcpu_sync(vcpu, 2);
	vcpu_finish(vcpu);
}

static void guest_load(u64 arg)
{
	mmio_read64(MMIO_BASE + 0x3000);
	GUEST_SYNC(1, 0);
}

/* The instruction that waits for user space is the first step. */
static void step_from_mmio(void)
{
	struct vcpu *vcpu = new_vcpu(guest_load, 0);
	u64 pc;

	for (int write = 0; write < 2; write++) {
		REQUIRE_EQ(vcpu_run(vcpu), 0);
		REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
		REQUIRE_EQ(vcpu->run->mmio.is_write, write);
		pc = reg_read(vcpu, REG_PC);
		REQUIRE_EQ(debug(vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP, NULL), 0);
		expect_debug(vcpu, 0x32, pc + 4);
		expect_debug(vcpu, 0x32, pc + 8);
		REQUIRE_EQ(debug(vcpu, 0, NULL), 0);
	}
	vcpu_finish(vcpu);
}

static void guest_unmasks(u64 arg)
{
	GUEST_SYNC(1, 0);
	irq_on();
	for (;;)
		asm volatile("nop");
}

#define PSTATE_I	(1ul << 7)
#define REG_VBAR	REG_SYS(3, 0, 12, 0, 0)

static void interrupted_step(void)
{
	struct vcpu *vcpu = new_vcpu(guest_unmasks, 0);
	u64 pc, pstate;

	vcpu_sync(vcpu, 1);
	REQUIRE_EQ(debug(vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP, NULL), 0);
	do {
		REQUIRE_EQ(vcpu_run(vcpu), 0);
		REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_DEBUG);
		pstate = reg_read(vcpu, REG_PSTATE);
	} while (pstate & PSTATE_I);
	CHECK_EQ(pstate & PSTATE_SS, 0);
	pc = reg_read(vcpu, REG_PC);
	REQUIRE_EQ(vcpu_irq(vcpu, 0, true), 0);
	expect_debug(vcpu, 0x32, reg_read(vcpu, REG_VBAR) + 0x280);
	CHECK_EQ(reg_read(vcpu, REG_ELR_EL1), pc);
	/* in-tree KVM leaves its own SS there */
	if (on_keel())
		CHECK_EQ(reg_read(vcpu, REG_SPSR_EL1), pstate);
}

static void guest_brk(u64 arg)
{
	GUEST_SYNC(1, 0);
	asm volatile("bl dbg_brk" ::: "x30", "memory");
	GUEST_SYNC(2, 0);
}

static void software_breakpoint(void)
{
	struct vcpu *vcpu = new_vcpu(guest_brk, 0);

	vcpu_sync(vcpu, 1);
	REQUIRE_EQ(debug(vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_SW_BP, NULL), 0);
	expect_debug(vcpu, 0x3c, (u64)dbg_brk);
	CHECK_EQ(vcpu->run->debug.arch.hsr & 0xffff, 0x42);
	expect_debug(vcpu, 0x3c, (u64)dbg_brk);		/* again, until stepped over */
	reg_write(vcpu, REG_PC, (u64)dbg_brk + 4);
	vcpu_sync(vcpu, 2);
	vcpu_finish(vcpu);
}

#define BCR	(0xf << 5 | 3 << 1 | 1)		/* any EL0 or EL1 fetch */
#define WCR(mask) ((mask) << 5 | 3 << 3 | 3 << 1 | 1)

static void hardware_breakpoint(void)
{
	struct vcpu *vcpu = new_vcpu(guest_code, 0);
	struct kvm_guest_debug_arch arch = { 0 };

	if (!kvm_cap(KVM_CAP_GUEST_DEBUG_HW_BPS))
		ktap_skip("no hardware breakpoints");
	vcpu_sync(vcpu, 1);
	arch.dbg_bvr[0] = (u64)dbg_code + 8;
	arch.dbg_bcr[0] = BCR;
	REQUIRE_EQ(debug(vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW, &arch), 0);
	expect_debug(vcpu, 0x30, (u64)dbg_code + 8);
	CHECK_EQ(reg_read(vcpu, REG_X(0)), 2);
	memset(&arch, 0, sizeof(arch));
	REQUIRE_EQ(debug(vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW, &arch), 0);
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
	vcpu_sync(vcpu, 2);
	vcpu_finish(vcpu);
}

static void guest_store(u64 arg)
{
	GUEST_SYNC(1, 0);
	WRITE_ONCE(dbg_word, 5);
	GUEST_EQ(READ_ONCE(dbg_word), 5);
	GUEST_SYNC(2, 0);
}

static void hardware_watchpoint(void)
{
	struct vcpu *vcpu = new_vcpu(guest_store, 0);
	struct kvm_guest_debug_arch arch = { 0 };

	if (!kvm_cap(KVM_CAP_GUEST_DEBUG_HW_WPS))
		ktap_skip("no hardware watchpoints");
	vcpu_sync(vcpu, 1);
	arch.dbg_wvr[0] = (u64)&dbg_word;
	arch.dbg_wcr[0] = WCR(0xff);
	REQUIRE_EQ(debug(vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW, &arch), 0);
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_DEBUG);
	CHECK_EQ(vcpu->run->debug.arch.hsr >> 26, 0x34);
	CHECK_EQ(vcpu->run->debug.arch.far, (u64)&dbg_word);
	CHECK_EQ(*vm_shared(vcpu->vm, dbg_word), 0);
	REQUIRE_EQ(debug(vcpu, 0, NULL), 0);
	vcpu_sync(vcpu, 2);
	vcpu_finish(vcpu);
}

/* --- the guest debugs itself --- */

static u64 nr_brk, nr_bp, nr_wp, nr_ss, seen_pc;

static void take_debug(struct guest_regs *regs)
{
	seen_pc = regs->pc;
	switch (regs->esr >> 26) {
	case 0x3c:
		GUEST_EQ(regs->esr & 0xffff, 0x42);
		nr_brk++;
		regs->pc += 4;
		break;
	case 0x31:
		nr_bp++;
		msr(dbgbcr0_el1, 0);
		isb();
		break;
	case 0x35:
		nr_wp++;
		msr(dbgwcr0_el1, 0);
		isb();
		break;
	case 0x33:
		if (++nr_ss < 5)
			regs->pstate |= 1ul << 21;		/* SS: one more */
		else
			msr(mdscr_el1, mrs(mdscr_el1) & ~1ul);
		break;
	case 0x15:		/* svc: start to step after it, D unmasked */
		regs->pstate = (regs->pstate | 1ul << 21) & ~(1ul << 9);
		msr(mdscr_el1, 1 << 15 | 1 << 13 | 1);
		break;
	default:
		GUEST_EQ(regs->esr, 0);
	}
}

static void guest_self(u64 arg)
{
	guest_on(VEC_SYNC, take_debug);
	asm volatile("bl dbg_brk" ::: "x30", "memory");
	GUEST_EQ(nr_brk, 1);
	GUEST_EQ(seen_pc, dbg_brk);

	msr(oslar_el1, 0);
	msr(mdscr_el1, 1 << 15 | 1 << 13);	/* MDE, KDE */
	msr(dbgbvr0_el1, (u64)dbg_code + 8);
	msr(dbgbcr0_el1, BCR);
	isb();
	GUEST_SYNC(1, 0);			/* kept over an exit */
	asm volatile("msr daifclr, #8" ::: "memory");
	GUEST_EQ(call_code((u64)&dbg_word), 6);
	asm volatile("msr daifset, #8" ::: "memory");
	GUEST_EQ(nr_bp, 1);
	GUEST_EQ(seen_pc, dbg_code + 8);

	msr(dbgwvr0_el1, (u64)&dbg_word);
	msr(dbgwcr0_el1, WCR(0xff));
	isb();
	GUEST_SYNC(2, 0);
	asm volatile("msr daifclr, #8" ::: "memory");
	WRITE_ONCE(dbg_word, 9);
	asm volatile("msr daifset, #8" ::: "memory");
	GUEST_EQ(nr_wp, 1);
	GUEST_EQ(READ_ONCE(dbg_word), 9);
	GUEST_SYNC(3, 0);

	asm volatile("svc #0; nop; nop; nop; nop; nop; nop; nop" ::: "memory");
	GUEST_EQ(nr_ss, 5);
	msr(mdscr_el1, 0);
	GUEST_EQ(nr_bp, 1);
}

#define DBGBVR0	REG_SYS(2, 0, 0, 0, 4)
#define DBGBCR0	REG_SYS(2, 0, 0, 0, 5)
#define MDSCR	REG_SYS(2, 0, 0, 2, 2)

/* Its own registers come back as written, whoever else uses the hardware. */
static void guest_own(void)
{
	struct vm *vm = vm_new(1, guest_self, 0), *other;

	vcpu_sync(&vm->vcpu[0], 1);
	other = vm_new(1, guest_store, 0);
	vcpu_finish(&other->vcpu[0]);		/* no breakpoint of the first */
	CHECK_EQ(reg_read(&vm->vcpu[0], DBGBVR0), (u64)dbg_code + 8);
	vcpu_sync(&vm->vcpu[0], 2);
	vcpu_sync(&vm->vcpu[0], 3);
	vcpu_finish(&vm->vcpu[0]);
}

/* The VMM has the first pair for a while, in which the guest's own does not act. */
static void both(void)
{
	struct vcpu *vcpu = new_vcpu(guest_self, 0);
	struct kvm_guest_debug_arch arch = { .dbg_bvr[0] = (u64)dbg_code + 4, .dbg_bcr[0] = BCR };

	vcpu_sync(vcpu, 1);
	REQUIRE_EQ(debug(vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_USE_HW, &arch), 0);
	expect_debug(vcpu, 0x30, (u64)dbg_code + 4);
	CHECK_EQ(reg_read(vcpu, DBGBVR0), (u64)dbg_code + 8);
	CHECK_EQ(reg_read(vcpu, DBGBCR0), BCR);
	CHECK_EQ(reg_read(vcpu, MDSCR), 1 << 15 | 1 << 13);
	CHECK_EQ(*vm_shared(vcpu->vm, nr_bp), 0);
	REQUIRE_EQ(debug(vcpu, 0, NULL), 0);
	vcpu_sync(vcpu, 2);
	CHECK_EQ(*vm_shared(vcpu->vm, nr_bp), 1);
	vcpu_sync(vcpu, 3);
	vcpu_finish(vcpu);
}

static void copy_registers(struct vcpu *to, struct vcpu *from)
{
	struct kvm_reg_list *list = vcpu_reg_list(from->fd);
	u64 val[32];

	for (u64 i = 0; i < list->n; i++) {
		REQUIRE_EQ(reg_get(from->fd, list->reg[i], val), 0);
		CHECK(!reg_set(to->fd, list->reg[i], val), "%#llx", list->reg[i]);
	}
	free(list);
}

/* Between two VMs, with a breakpoint that is still to be met, and a watchpoint. */
static void moved(void)
{
	struct vcpu *from = new_vcpu(guest_self, 0), *to;

	for (u64 sync = 1; sync <= 3; sync++) {
		vcpu_sync(from, sync);
		from->run->immediate_exit = 1;		/* the message's store is over */
		REQUIRE_EQ(vcpu_run(from), -EINTR);
		to = &vm_new(1, guest_self, 0)->vcpu[0];
		copy_registers(to, from);
		memcpy(to->vm->ram, from->vm->ram, RAM_SIZE);
		vm_free(from->vm);
		from = to;
	}
	vcpu_finish(from);
}

/* Breakpoints that nothing meets, enabled. The guest's copy of the word is where the host's is. */
static void guest_watched(u64 arg)
{
	msr(oslar_el1, 0);
	msr(dbgwvr0_el1, 0x1000);
	msr(dbgwcr0_el1, WCR(0xf));
	msr(dbgwvr1_el1, 0x2000);
	msr(dbgwcr1_el1, WCR(0xff));
	msr(mdscr_el1, 1 << 15 | 1 << 13);
	isb();
	asm volatile("msr daifclr, #8" ::: "memory");
	for (;;) {
		WRITE_ONCE(dbg_word, dbg_word + 1);
		GUEST_SYNC(1, dbg_word);
		GUEST_EQ(mrs(dbgwvr0_el1), 0x1000);
		GUEST_EQ(mrs(dbgwcr1_el1), WCR(0xff));
	}
}

static int watch(void *p)
{
	struct perf_event_attr a = {
		.type = PERF_TYPE_BREAKPOINT, .size = sizeof(a), .exclude_kernel = 1,
		.bp_type = HW_BREAKPOINT_W, .bp_addr = (u64)p, .bp_len = HW_BREAKPOINT_LEN_8,
	};
	int fd = syscall(SYS_perf_event_open, &a, 0, -1, -1, 0);

	if (fd < 0)
		ktap_skip("no watchpoint of the host's: %s", strerror(errno));
	return fd;
}

static void hosts(void)
{
	struct vcpu *vcpu = new_vcpu(guest_watched, 0);
	int fd = watch(&dbg_word);
	u64 met;

	for (u64 i = 1; i <= 10; i++) {
		CHECK_EQ(vcpu_ucall(vcpu).b, i);
		WRITE_ONCE(dbg_word, i);
		REQUIRE_EQ(read(fd, &met, sizeof(met)), sizeof(met));
		CHECK_EQ(met, i);
	}
	close(fd);
}

/* The host's debugging does not show in the guest's registers. */
static void guest_looks(u64 arg)
{
	GUEST_EQ(mrs(mdscr_el1), 0);
	GUEST_EQ(mrs(dbgbcr0_el1), 0);
	GUEST_EQ(mrs(spsr_el1) & 1ul << 21, 0);
	GUEST_SYNC(1, 0);
}

static void invisible(void)
{
	struct vcpu *vcpu = new_vcpu(guest_looks, 0);
	struct kvm_guest_debug_arch arch = { 0 };
	unsigned int steps = 0;
	struct ucall uc;

	arch.dbg_bvr[0] = (u64)dbg_code;
	arch.dbg_bcr[0] = BCR;
	REQUIRE_EQ(debug(vcpu, KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP |
			 KVM_GUESTDBG_USE_HW, &arch), 0);
	do {
		REQUIRE_EQ(vcpu_run(vcpu), 0);
		if (vcpu->run->exit_reason == KVM_EXIT_DEBUG)
			steps++;
	} while (!vcpu_is_ucall(vcpu, &uc) && steps < 1000);
	REQUIRE(uc.cmd == UCALL_SYNC, "%s is %#lx", (char *)uc.a, uc.c);
	CHECK(steps > 20, "%u", steps);
}

static void errors(void)
{
	struct vcpu *vcpu = new_vcpu(guest_looks, 0);

	CHECK_EQ(debug(vcpu, 1u << 3, NULL), -EINVAL);
	CHECK_EQ(debug(vcpu, KVM_GUESTDBG_ENABLE | 1u << 25, NULL), -EINVAL);
	CHECK_EQ(debug(vcpu, 0, NULL), 0);
}

/*
 * Registers that nobody switches and that the guest reaches, without a trap of
 * their own, once its breakpoint registers are in the CPU. They are the same before,
 * meanwhile and after.
 */
static void guest_channel(u64 arg)
{
	msr(oslar_el1, 0);
	msr(mdccint_el1, 1 << 30);
	msr(dbgclaimset_el1, 0x5a);
	for (u64 mdscr = 0; mdscr <= 1 << 15; mdscr += 1 << 15) {
		msr(mdscr_el1, mdscr);
		isb();
		GUEST_SYNC(1, 0);
		GUEST_EQ(mrs(mdccint_el1), 1 << 30);
		GUEST_EQ(mrs(dbgclaimclr_el1), 0x5a);
		GUEST_EQ(mrs(oseccr_el1), 0);
		GUEST_EQ(mrs(mdccsr_el0), 0);
	}
	msr(mdccint_el1, 1 << 29);
	msr(dbgclaimclr_el1, 0x0a);
	msr(oseccr_el1, 0x33);
	msr(mdscr_el1, 0);
	GUEST_SYNC(2, 0);
	GUEST_EQ(mrs(mdccint_el1), 1 << 29);
	GUEST_EQ(mrs(dbgclaimclr_el1), 0x50);
	GUEST_EQ(mrs(oseccr_el1), 0);
}

/* FEAT_FGT, which has the traps, is not shown to user space. It came with FEAT_ECV. */
#define HWCAP2_ECV_	(1 << 19)

static void channel(void)
{
	struct vm *vm;

	if (!on_keel())
		ktap_skip("in-tree KVM leaves them to the guest");
	if (!(getauxval(AT_HWCAP2) & HWCAP2_ECV_))
		ktap_skip("no fine-grained traps");
	vm = vm_new(1, guest_channel, 0);
	vcpu_sync(&vm->vcpu[0], 1);
	vcpu_sync(&vm->vcpu[0], 1);
	CHECK_EQ(reg_read(&vm->vcpu[0], REG_SYS(2, 0, 0, 2, 0)), 1 << 30);
	vcpu_sync(&vm->vcpu[0], 2);
	CHECK_EQ(reg_read(&vm->vcpu[0], REG_SYS(2, 0, 0, 2, 0)), 1 << 29);
	vcpu_finish(&vm->vcpu[0]);
}

static const struct ktap_case cases[] = {
	{ "single step", single_step },
	{ "single step from a pending access", step_from_mmio },
	{ "single step and an interrupt", interrupted_step },
	{ "software breakpoint", software_breakpoint },
	{ "hardware breakpoint", hardware_breakpoint },
	{ "hardware watchpoint", hardware_watchpoint },
	{ "the guest's own", guest_own },
	{ "the guest's own and the VMM's", both },
	{ "the guest's own, moved", moved },
	{ "the guest's own and the host's", hosts },
	{ "registers that are not switched", channel },
	{ "invisible to the guest", invisible },
	{ "errors", errors },
};
KTAP_MAIN(cases)
