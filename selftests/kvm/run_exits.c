// SPDX-License-Identifier: GPL-2.0-only
/*
 * How KVM_RUN comes back, and what it does on the way in. Proves:
 *  - immediate_exit and a pending signal give EINTR, after a pending MMIO
 *    answer has gone into the guest's register
 *  - MMIO by every load and store that the syndrome describes: all sizes,
 *    sign extension, 32 and 64-bit registers, x0 to x30 and xzr, both
 *    endiannesses; no other register changes
 *  - an access that is not described: ENOSYS, or KVM_EXIT_ARM_NISV once
 *    that is enabled
 *  - PSCI's system events by HVC and by SMC
 *  - WFI, vIRQ and vFIQ by KVM_IRQ_LINE, virtual SError by KVM_SET_VCPU_EVENTS
 *  - AArch32 at EL0 works where the host has it on every CPU, and where it does
 *    not (or says so: arm64.no32bit_el0) a guest that goes there ends
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>
#include "lib/vm.h"

#define MMIO	(MMIO_BASE + 0x1000)

/* --- single instructions, placed and judged by the host alone --- */

static u32 code[16] __attribute__((aligned(64)));

static void nothing(u64 arg)
{
}

/* Registers x0..x30 get a pattern; the address goes to base. */
static u64 pattern(unsigned int n)
{
	return 0xf0e1d2c3b4a59687ul ^ n * 0x0123456789abcdeful;
}

static void place(struct vcpu *vcpu, u32 insn, unsigned int base)
{
	for (unsigned int i = 0; i < 31; i++)
		reg_write(vcpu, REG_X(i), i == base ? MMIO : pattern(i));
	vm_shared(vcpu->vm, code)[0][0] = insn;
	reg_write(vcpu, REG_PC, (u64)code);
}

/* Finish what the exit left open, without going into the guest. */
static void complete(struct vcpu *vcpu)
{
	vcpu->run->immediate_exit = 1;
	REQUIRE_EQ(vcpu_run(vcpu), -EINTR);
	vcpu->run->immediate_exit = 0;
}

static void check_others(struct vcpu *vcpu, unsigned int rt, unsigned int base)
{
	for (unsigned int i = 0; i < 31; i++)
		if (i != rt && i != base)
			CHECK(reg_read(vcpu, REG_X(i)) == pattern(i), "x%u after rt %u", i, rt);
	CHECK_EQ(reg_read(vcpu, REG_PC), (u64)&code[1]);
}

struct access {
	const char *name;
	u32 insn;
	u8 len;
	bool is_signed, to64;
};

static const struct access loads[] = {
	{ "ldrb w", 0x39400000, 1 }, { "ldrh w", 0x79400000, 2 },
	{ "ldr w", 0xb9400000, 4 }, { "ldr x", 0xf9400000, 8 },
	{ "ldrsb w", 0x39c00000, 1, true }, { "ldrsb x", 0x39800000, 1, true, true },
	{ "ldrsh w", 0x79c00000, 2, true }, { "ldrsh x", 0x79800000, 2, true, true },
	{ "ldrsw x", 0xb9800000, 4, true, true },
};

static const struct access stores[] = {
	{ "strb w", 0x39000000, 1 }, { "strh w", 0x79000000, 2 },
	{ "str w", 0xb9000000, 4 }, { "str x", 0xf9000000, 8 },
};

/* What the guest's bytes make of a value. */
static void to_bytes(u8 *bytes, u64 v, unsigned int len, bool big)
{
	for (unsigned int i = 0; i < len; i++)
		bytes[big ? len - 1 - i : i] = v >> 8 * i;
}

static u64 loaded(const struct access *a, u64 v)
{
	unsigned int shift = 64 - 8 * a->len;

	v <<= shift;
	v = a->is_signed ? (u64)((s64)v >> shift) : v >> shift;
	return a->is_signed && !a->to64 ? (u32)v : v;
}

static bool check_exit(struct vcpu *vcpu, const struct access *a, bool write)
{
	struct kvm_run *run = vcpu->run;
	int ret = vcpu_run(vcpu);

	return CHECK(ret == 0 && run->exit_reason == KVM_EXIT_MMIO &&
		     run->mmio.phys_addr == MMIO && run->mmio.len == a->len &&
		     run->mmio.is_write == write,
		     "%s: %d, exit %u, %#llx len %u", a->name, ret, run->exit_reason,
		     run->mmio.phys_addr, run->mmio.len);
}

static void load(struct vcpu *vcpu, const struct access *a, unsigned int rt, u64 v, bool big)
{
	unsigned int base = rt == 5 ? 6 : 5;
	u64 got;

	place(vcpu, a->insn | base << 5 | rt, base);
	if (!check_exit(vcpu, a, false))
		return;
	memset(vcpu->run->mmio.data, 0xee, 8);
	to_bytes(vcpu->run->mmio.data, v, a->len, big);
	complete(vcpu);
	check_others(vcpu, rt, base);
	got = rt == 31 ? loaded(a, v) : reg_read(vcpu, REG_X(rt));
	CHECK(got == loaded(a, v), "%s x%u is %#lx, want %#lx", a->name, rt, got, loaded(a, v));
}

static void store(struct vcpu *vcpu, const struct access *a, unsigned int rt, bool big)
{
	unsigned int base = rt == 5 ? 6 : 5;
	u8 want[8] = { 0 };

	place(vcpu, a->insn | base << 5 | rt, base);
	if (!check_exit(vcpu, a, true))
		return;
	to_bytes(want, rt == 31 ? 0 : pattern(rt), a->len, big);
	CHECK(memcmp(vcpu->run->mmio.data, want, a->len) == 0, "%s x%u", a->name, rt);
	complete(vcpu);
	check_others(vcpu, rt == 31 ? 31 : 99, base);
}

static struct vcpu *bare_vcpu(bool big)
{
	struct vcpu *vcpu = &vm_new(1, nothing, 0)->vcpu[0];

	if (big)
		reg_write(vcpu, REG_SCTLR, reg_read(vcpu, REG_SCTLR) | 1ul << 25);
	return vcpu;
}

static void do_loads(bool big, bool is_signed)
{
	struct vcpu *vcpu = bare_vcpu(big);

	for (unsigned int i = 0; i < ARRAY_SIZE(loads); i++) {
		if (loads[i].is_signed != is_signed)
			continue;
		for (unsigned int rt = 0; rt < 32; rt++)
			load(vcpu, &loads[i], rt, 0x8182838485868788ul, big);
		load(vcpu, &loads[i], 0, 0x0102030405060708ul, big);
		load(vcpu, &loads[i], 30, 0, big);
		load(vcpu, &loads[i], 1, ~0ul, big);
	}
}

/*
 * QEMU (10.0 at least) emulates CPUs that never set ESR_EL2.ISS.SSE, and then
 * no hypervisor can know. ldrsb x0, [x5] tells.
 */
static bool has_sse(void)
{
	struct vcpu *vcpu = bare_vcpu(false);

	place(vcpu, 0x39800000 | 5 << 5, 5);
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	vcpu->run->mmio.data[0] = 0x80;
	complete(vcpu);
	return reg_read(vcpu, REG_X(0)) != 0x80;
}

static void mmio_signed(void)
{
	if (!has_sse())
		ktap_skip("the CPU does not report sign extension");
	do_loads(false, true);
	do_loads(true, true);
}

static void do_stores(bool big)
{
	struct vcpu *vcpu = bare_vcpu(big);

	for (unsigned int i = 0; i < ARRAY_SIZE(stores); i++)
		for (unsigned int rt = 0; rt < 32; rt++)
			store(vcpu, &stores[i], rt, big);
}

static void mmio_loads(void)	{ do_loads(false, false); }
static void mmio_loads_be(void)	{ do_loads(true, false); }
static void mmio_stores(void)	{ do_stores(false); }
static void mmio_stores_be(void)	{ do_stores(true); }

/* Unaligned addresses and the last bytes of a page: the address is exact. */
static void mmio_address(void)
{
	struct vcpu *vcpu = bare_vcpu(false);

	for (u64 offset = 0; offset < PAGE; offset += 251) {
		place(vcpu, 0x39400000 | 5 << 5, 5);	/* ldrb w0, [x5] */
		reg_write(vcpu, REG_X(5), MMIO + offset);
		REQUIRE_EQ(vcpu_run(vcpu), 0);
		CHECK_EQ(vcpu->run->mmio.phys_addr, MMIO + offset);
		complete(vcpu);
	}
}

/* None of these has a described syndrome. */
static const struct { const char *name; u32 insn; } undescribed[] = {
	{ "ldp x0, x1, [x5]", 0xa94004a0 },
	{ "stp x0, x1, [x5]", 0xa90004a0 },
	{ "ldr q0, [x5]", 0x3dc000a0 },
	{ "str q0, [x5]", 0x3d8000a0 },
	{ "ldr x0, [x5], #8", 0xf84084a0 },
};

static struct vcpu *fp_vcpu(void)
{
	struct vcpu *vcpu = bare_vcpu(false);

	reg_write(vcpu, REG_SYS(3, 0, 1, 0, 2), 3 << 20);
	return vcpu;
}

static void mmio_undescribed(void)
{
	struct vcpu *vcpu = fp_vcpu();

	for (unsigned int i = 0; i < ARRAY_SIZE(undescribed); i++) {
		int ret;

		place(vcpu, undescribed[i].insn, 5);
		ret = vcpu_run(vcpu);
		CHECK(ret == -ENOSYS, "%s: %d", undescribed[i].name, ret);
		CHECK_EQ(reg_read(vcpu, REG_PC), (u64)code);
	}
}

static void mmio_nisv(void)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_ARM_NISV_TO_USER };
	struct vcpu *vcpu;

	if (!kvm_cap(KVM_CAP_ARM_NISV_TO_USER))
		ktap_skip("no KVM_CAP_ARM_NISV_TO_USER");
	vcpu = fp_vcpu();
	REQUIRE_EQ(kvm(vcpu->vm->fd, KVM_ENABLE_CAP, &cap), 0);
	for (unsigned int i = 0; i < ARRAY_SIZE(undescribed); i++) {
		int ret;

		place(vcpu, undescribed[i].insn, 5);
		ret = vcpu_run(vcpu);
		CHECK(ret == 0 && vcpu->run->exit_reason == KVM_EXIT_ARM_NISV, "%s: %d exit %u",
		      undescribed[i].name, ret, vcpu->run->exit_reason);
		CHECK_EQ(vcpu->run->arm_nisv.fault_ipa, MMIO);
		CHECK_EQ(vcpu->run->arm_nisv.esr_iss & 1u << 24, 0);
		CHECK_EQ(reg_read(vcpu, REG_PC), (u64)code);
	}
}

/* --- leaving early --- */

static void guest_mmio_read(u64 arg)
{
	GUEST_EQ(mmio_read64(MMIO), 0x1234567890abcdef);
}

static void immediate_exit(void)
{
	struct vcpu *vcpu = &vm_new(1, guest_mmio_read, 0)->vcpu[0];
	u64 v = 0x1234567890abcdef, pc = reg_read(vcpu, REG_PC);

	vcpu->run->immediate_exit = 1;
	CHECK_EQ(vcpu_run(vcpu), -EINTR);
	CHECK_EQ(reg_read(vcpu, REG_PC), pc);
	vcpu->run->immediate_exit = 0;
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
	memcpy(vcpu->run->mmio.data, &v, 8);
	complete(vcpu);
	/* Done once: what the run page says now no longer counts. */
	memset(vcpu->run->mmio.data, 0, 8);
	complete(vcpu);
	vcpu_finish(vcpu);
}

static volatile bool signalled;

static void on_signal(int sig)
{
	signalled = true;
}

static void guest_spin(u64 arg)
{
	for (;;)
		asm volatile("nop");
}

static void catch_alarm(void)
{
	struct sigaction act = { .sa_handler = on_signal };

	sigaction(SIGALRM, &act, NULL);
}

/* A run that a signal ends. It comes again: the first one may come before the run begins. */
static int run_until_alarm(struct vcpu *vcpu)
{
	struct itimerval often = { { 0, 50000 }, { 0, 50000 } }, never = {};
	int ret;

	setitimer(ITIMER_REAL, &often, NULL);
	ret = vcpu_run(vcpu);
	setitimer(ITIMER_REAL, &never, NULL);
	return ret;
}

static void signal_interrupts(void)
{
	struct vcpu *vcpu = &vm_new(1, guest_spin, 0)->vcpu[0];

	catch_alarm();
	for (int i = 0; i < 5; i++) {
		signalled = false;
		vcpu->run->exit_reason = 77;
		CHECK_EQ(run_until_alarm(vcpu), -EINTR);
		CHECK_EQ(vcpu->run->exit_reason, KVM_EXIT_INTR);
		CHECK(signalled);
	}
}

/* SET_SIGNAL_MASK: a signal blocked by the thread, let in by KVM_RUN only. */
static void signal_mask(void)
{
	struct vcpu *vcpu = &vm_new(1, guest_spin, 0)->vcpu[0];
	/* no gap between them */
	struct { struct kvm_signal_mask mask; u8 set[8]; } m = { { .len = 8 }, { 0 } };
	sigset_t set;

	catch_alarm();
	sigemptyset(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	REQUIRE_EQ(kvm(vcpu->fd, KVM_SET_SIGNAL_MASK, &m), 0);
	raise(SIGALRM);
	CHECK_EQ(vcpu_run(vcpu), -EINTR);
	CHECK_EQ(vcpu->run->exit_reason, KVM_EXIT_INTR);
	CHECK(!signalled);		/* still blocked outside */
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	CHECK(signalled);
}

/* --- PSCI's system events --- */

#define PSCI_SYSTEM_OFF		0x84000008
#define PSCI_SYSTEM_RESET	0x84000009
#define PSCI_SYSTEM_RESET2	0xc4000012
#define PSCI_SYSTEM_RESET2_32	0x84000012

static void guest_call(u64 arg)
{
	bool smc = arg & 1ul << 63;
	struct smccc r = smc ? guest_smc(arg & 0xffffffff, 0, 0, 0) :
			       guest_hvc(arg & 0xffffffff, 0, 0, 0);

	guest_ucall(UCALL_FAIL, (u64)"call returned", 0, r.a0, 0);
}

static struct vcpu *system_event(u64 arg, u32 type)
{
	struct vcpu *vcpu = &vm_new(1, guest_call, arg)->vcpu[0];
	struct kvm_mp_state state;

	CHECK_EQ(vcpu_run(vcpu), 0);
	CHECK_EQ(vcpu->run->exit_reason, KVM_EXIT_SYSTEM_EVENT);
	CHECK_EQ(vcpu->run->system_event.type, type);
	CHECK_EQ(kvm(vcpu->fd, KVM_GET_MP_STATE, &state), 0);
	CHECK_EQ(state.mp_state, KVM_MP_STATE_STOPPED);
	return vcpu;
}

static void system_events(void)
{
	struct vcpu *vcpu;

	for (u64 smc = 0; smc < 2; smc++) {
		system_event(smc << 63 | PSCI_SYSTEM_OFF, KVM_SYSTEM_EVENT_SHUTDOWN);
		system_event(smc << 63 | PSCI_SYSTEM_RESET, KVM_SYSTEM_EVENT_RESET);
		vcpu = system_event(smc << 63 | PSCI_SYSTEM_RESET2, KVM_SYSTEM_EVENT_RESET);
		CHECK(vcpu->run->system_event.ndata >= 1);
		CHECK_EQ(vcpu->run->system_event.data[0],
			 KVM_SYSTEM_EVENT_RESET_FLAG_PSCI_RESET2);
	}
}

/* A VMM reads the type and the cookie of the reset where the guest put them. */
#define WIDE(n)	(0xabcdul << 32 | (n))

static void guest_reset2(u64 fn)
{
	guest_hvc(fn, WIDE(0x80000001), WIDE(0x1234), WIDE(0x5678));
	GUEST_ASSERT(false);
}

static void reset2_arguments(void)
{
	static const u64 fn[] = { PSCI_SYSTEM_RESET2, PSCI_SYSTEM_RESET2_32 };

	for (unsigned int i = 0; i < ARRAY_SIZE(fn); i++) {
		struct vcpu *vcpu = &vm_new(1, guest_reset2, fn[i])->vcpu[0];
		u64 mask = i ? 0xffffffff : ~0ul;

		CHECK_EQ(vcpu_run(vcpu), 0);
		REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_SYSTEM_EVENT);
		CHECK_EQ(reg_read(vcpu, REG_X(0)), -6);		/* INTERNAL_FAILURE */
		CHECK_EQ(reg_read(vcpu, REG_X(1)), WIDE(0x80000001) & mask);
		CHECK_EQ(reg_read(vcpu, REG_X(2)), WIDE(0x1234) & mask);
		CHECK_EQ(reg_read(vcpu, REG_X(3)), WIDE(0x5678) & mask);
	}
}

/* After a reset event the VMM initialises the vCPU and starts it again. */
static void start_again(void)
{
	struct vcpu *vcpu = system_event(PSCI_SYSTEM_RESET, KVM_SYSTEM_EVENT_RESET);

	REQUIRE_EQ(vcpu_init_fd(vcpu->vm->fd, vcpu->fd, 0), 0);
	CHECK_EQ(reg_read(vcpu, REG_PSTATE), 0x3c5);
	CHECK_EQ(reg_read(vcpu, REG_PC), 0);
	CHECK_EQ(reg_read(vcpu, REG_SCTLR) & 0x1005, 0);
	vcpu_start(vcpu, nothing, 0);
	vcpu_finish(vcpu);
}

/* --- interrupts --- */

static u64 nr_irq, nr_fiq;

static void take_irq(struct guest_regs *regs)
{
	nr_irq++;
	GUEST_SYNC(100, 0);	/* the host lowers the line */
}

static void take_fiq(struct guest_regs *regs)
{
	nr_fiq++;
	GUEST_SYNC(200, 0);
}

static void guest_interrupts(u64 arg)
{
	guest_on(VEC_IRQ, take_irq);
	guest_on(VEC_FIQ, take_fiq);
	GUEST_SYNC(1, 0);	/* raised while masked */
	GUEST_EQ(nr_irq, 0);
	GUEST_EQ(mrs(isr_el1) & 0x80, 0x80);
	wfi();			/* does not wait */
	irq_on();
	isb();
	GUEST_EQ(nr_irq, 1);
	GUEST_EQ(mrs(isr_el1), 0);
	GUEST_SYNC(2, 0);
	GUEST_EQ(nr_fiq, 1);
	GUEST_EQ(nr_irq, 1);
	GUEST_SYNC(3, 0);
	GUEST_EQ(nr_fiq + nr_irq, 4);
}

static void interrupts(void)
{
	struct vcpu *vcpu = &vm_new(1, guest_interrupts, 0)->vcpu[0];

	vcpu_sync(vcpu, 1);
	CHECK_EQ(vcpu_irq(vcpu, KVM_ARM_IRQ_CPU_IRQ, true), 0);
	vcpu_sync(vcpu, 100);
	CHECK_EQ(vcpu_irq(vcpu, KVM_ARM_IRQ_CPU_IRQ, false), 0);
	vcpu_sync(vcpu, 2);
	CHECK_EQ(vcpu_irq(vcpu, KVM_ARM_IRQ_CPU_FIQ, true), 0);
	vcpu_sync(vcpu, 200);
	CHECK_EQ(vcpu_irq(vcpu, KVM_ARM_IRQ_CPU_FIQ, false), 0);
	vcpu_sync(vcpu, 3);
	CHECK_EQ(vcpu_irq(vcpu, KVM_ARM_IRQ_CPU_FIQ, true), 0);
	CHECK_EQ(vcpu_irq(vcpu, KVM_ARM_IRQ_CPU_IRQ, true), 0);
	for (int i = 0; i < 2; i++) {	/* either order */
		struct ucall uc = vcpu_ucall(vcpu);

		CHECK_EQ(vcpu_irq(vcpu, uc.a == 100 ? KVM_ARM_IRQ_CPU_IRQ :
				  KVM_ARM_IRQ_CPU_FIQ, false), 0);
	}
	vcpu_finish(vcpu);
}

static void irq_line_errors(void)
{
	struct vm *vm = vm_new(1, nothing, 0);
	struct vcpu other = { .vm = vm, .id = 1 };
	struct kvm_irq_level irq = { .irq = 7u << KVM_ARM_IRQ_TYPE_SHIFT };

	CHECK_EQ(vcpu_irq(&vm->vcpu[0], 2, true), -EINVAL);
	CHECK_EQ(vcpu_irq(&other, 0, true), -EINVAL);
	CHECK_EQ(kvm(vm->fd, KVM_IRQ_LINE, &irq), -EINVAL);
	irq.irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | 32;	/* no irqchip */
	CHECK_EQ(kvm(vm->fd, KVM_IRQ_LINE, &irq), -ENXIO);
	irq.irq = KVM_ARM_IRQ_TYPE_PPI << KVM_ARM_IRQ_TYPE_SHIFT | 20;
	CHECK_EQ(kvm(vm->fd, KVM_IRQ_LINE, &irq), -ENXIO);
}

/*
 * Wait for the next interrupt; how many waits ended without it. Some may: a WFI does not
 * trap, and does not wait, while an interrupt of the host is pending (Arm ARM D1.7.2).
 */
static u64 wait_for_irq(void)
{
	u64 before = nr_irq, early = 0;

	for (;; early++) {
		wfi();
		irq_on();
		isb();
		irq_off();
		if (nr_irq != before)
			break;
	}
	GUEST_EQ(nr_irq, before + 1);
	return early;
}

static void guest_wait(u64 arg)
{
	guest_on(VEC_IRQ, take_irq);
	for (u64 i = 0; i < arg; i++) {
		GUEST_SYNC(1, 0);
		wait_for_irq();
	}
}

static void *raise_later(void *arg)
{
	usleep(20000);
	REQUIRE_EQ(vcpu_irq(arg, KVM_ARM_IRQ_CPU_IRQ, true), 0);
	return NULL;
}

static void wfi_wakes(void)
{
	struct vcpu *vcpu = &vm_new(1, guest_wait, 10)->vcpu[0];
	pthread_t thread;

	for (int i = 0; i < 10; i++) {
		vcpu_sync(vcpu, 1);
		pthread_create(&thread, NULL, raise_later, vcpu);
		vcpu_sync(vcpu, 100);
		pthread_join(thread, NULL);
		REQUIRE_EQ(vcpu_irq(vcpu, KVM_ARM_IRQ_CPU_IRQ, false), 0);
	}
	vcpu_finish(vcpu);
}

static u64 waits;

/* The line goes up about when it begins to wait: what ends the WFI is there after it. */
static void guest_wait_shortly(u64 arg)
{
	u64 early = 0;

	guest_on(VEC_IRQ, take_irq);
	for (u64 i = 0; i < arg; i++) {
		store_release(&waits, i + 1);
		/* as long as a call that raises a line takes */
		for (volatile u64 n = 2500 + i % 128 * 32; n; n--)
			;
		early += wait_for_irq() != 0;
	}
	GUEST_SYNC(200, early);
}

struct raising {
	struct vcpu *vcpu;
	u64 times;
};

static void *raise_often(void *arg)
{
	const struct raising *r = arg;
	u64 *now = vm_shared(r->vcpu->vm, waits);

	for (u64 i = 1; i <= r->times; i++) {
		while (load_acquire(now) < i)
			sched_yield();
		REQUIRE_EQ(vcpu_irq(r->vcpu, KVM_ARM_IRQ_CPU_IRQ, true), 0);
	}
	return NULL;
}

/*
 * A tick of the host's ends a wait in some thousands; EL2 that takes a line for one that the guest
 * sees, one in a hundred.
 */
static void wfi_in_time(void)
{
	u64 times = ktap_times_least(2000, 500);
	struct raising r = { &vm_new(1, guest_wait_shortly, times)->vcpu[0], times };
	pthread_t thread;
	struct ucall uc;

	pthread_create(&thread, NULL, raise_often, &r);
	for (u64 i = 0; i < times; i++) {
		vcpu_sync(r.vcpu, 100);
		REQUIRE_EQ(vcpu_irq(r.vcpu, KVM_ARM_IRQ_CPU_IRQ, false), 0);
	}
	pthread_join(thread, NULL);
	uc = vcpu_ucall(r.vcpu);
	CHECK_EQ(uc.a, 200);
	CHECK(uc.b <= 2 + times / 500, "%lu of %lu waits end early", uc.b, times);
	vcpu_finish(r.vcpu);
}

static void guest_wait_signal(u64 arg)
{
	for (;;)
		wfi();
}

/* A signal ends a WFI that nothing else would. */
static void wfi_signal(void)
{
	struct vcpu *vcpu = &vm_new(1, guest_wait_signal, 0)->vcpu[0];

	catch_alarm();
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(run_until_alarm(vcpu), -EINTR);
		CHECK_EQ(vcpu->run->exit_reason, KVM_EXIT_INTR);
	}
}

/* --- virtual SError --- */

static void take_serror(struct guest_regs *regs)
{
	GUEST_EQ(regs->esr >> 26 & 0x3f, 0x2f);
	GUEST_SYNC(300, regs->esr & 0x1ffffff);
}

static void guest_serror(u64 arg)
{
	guest_on(VEC_SERROR, take_serror);
	GUEST_SYNC(1, 0);
	GUEST_EQ(mrs(isr_el1) & 0x100, 0x100);
	irq_on();
	isb();
	GUEST_EQ(mrs(isr_el1) & 0x100, 0);
	GUEST_SYNC(2, 0);
}

static void serror(void)
{
	struct kvm_vcpu_events ev = { .exception.serror_pending = 1 };
	struct vcpu *vcpu;
	struct ucall uc;

	if (!kvm_cap(KVM_CAP_VCPU_EVENTS))
		ktap_skip("no KVM_CAP_VCPU_EVENTS");
	if (kvm_cap(KVM_CAP_ARM_INJECT_SERROR_ESR)) {
		ev.exception.serror_has_esr = 1;
		ev.exception.serror_esr = 0x1000123;
	}
	vcpu = &vm_new(1, guest_serror, 0)->vcpu[0];
	vcpu_sync(vcpu, 1);
	REQUIRE_EQ(kvm(vcpu->fd, KVM_SET_VCPU_EVENTS, &ev), 0);
	uc = vcpu_ucall(vcpu);
	CHECK_EQ(uc.a, 300);
	if (ev.exception.serror_has_esr)
		CHECK_EQ(uc.b, 0x1000123);
	CHECK_EQ(kvm(vcpu->fd, KVM_GET_VCPU_EVENTS, &ev), 0);
	CHECK_EQ(ev.exception.serror_pending, 0);
	vcpu_sync(vcpu, 2);
	vcpu_finish(vcpu);
}

static void take_abort(struct guest_regs *regs)
{
	GUEST_EQ(regs->esr >> 26 & 0x3f, 0x25);	/* data abort, same level */
	GUEST_EQ(regs->esr & 0x3f, 0x10);	/* synchronous external */
	GUEST_EQ(regs->far, MMIO);
	regs->x[0] = 0;
	regs->pc += 4;
	guest_nr_sync++;
}

static void guest_abort(u64 arg)
{
	guest_on(VEC_SYNC, take_abort);
	mmio_read64(MMIO);
	GUEST_EQ(guest_nr_sync, 1);
}

static void external_abort(void)
{
	struct kvm_vcpu_events ev = { .exception.ext_dabt_pending = 1 };
	struct vcpu *vcpu;

	if (!kvm_cap(KVM_CAP_ARM_INJECT_EXT_DABT))
		ktap_skip("no KVM_CAP_ARM_INJECT_EXT_DABT");
	vcpu = &vm_new(1, guest_abort, 0)->vcpu[0];
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
	REQUIRE_EQ(kvm(vcpu->fd, KVM_SET_VCPU_EVENTS, &ev), 0);
	vcpu_finish(vcpu);
}

/* --- AArch32 at EL0 --- */

#define REG_PFR0	REG_SYS(3, 0, 0, 4, 0)
#define PSR_USR32	0x10

static bool host_hides_aa32(void)
{
	char line[1024] = "";
	FILE *f = fopen("/proc/cmdline", "r");

	if (f) {
		(void)!fgets(line, sizeof(line), f);
		fclose(f);
	}
	return strstr(line, "arm64.no32bit_el0");
}

/*
 * A guest that goes to AArch32 at EL0 and spins there, its MMU off. Guests of a
 * host that does not have it on every CPU are told so, but one that happens
 * to be on a CPU that has it can: it must not go on.
 */
static void el0_in_aa32(void)
{
	static const u32 eret_and_spin[] = { 0xd69f03e0, 0xeafffffe };
	struct vcpu *vcpu = &vm_new(1, nothing, 0)->vcpu[0];
	bool told = (reg_read(vcpu, REG_PFR0) & 0xf) == 2;

	if (!told && !host_hides_aa32())
		ktap_skip("no AArch32 at EL0");
	memcpy(vm_shared(vcpu->vm, code), eret_and_spin, sizeof(eret_and_spin));
	reg_write(vcpu, REG_PC, (u64)code);
	reg_write(vcpu, REG_ELR_EL1, (u64)&code[1]);
	reg_write(vcpu, REG_SPSR_EL1, PSR_USR32);
	if (!told) {
		CHECK_EQ(vcpu_run(vcpu), -EINVAL);
		CHECK_EQ(vcpu->run->exit_reason, KVM_EXIT_FAIL_ENTRY);
		CHECK_EQ(vcpu_run(vcpu), -ENOEXEC);
		CHECK_EQ(vcpu_init_fd(vcpu->vm->fd, vcpu->fd, 0), 0);
		return;
	}
	catch_alarm();
	do
		REQUIRE_EQ(run_until_alarm(vcpu), -EINTR);
	while (reg_read(vcpu, REG_PC) == (u64)code);
	CHECK_EQ(reg_read(vcpu, REG_PC), &code[1]);
	CHECK_EQ(reg_read(vcpu, REG_PSTATE) & 0x1f, PSR_USR32);
}

static const struct ktap_case cases[] = {
	{ "immediate_exit", immediate_exit },
	{ "signal", signal_interrupts },
	{ "signal mask", signal_mask },
	{ "MMIO loads", mmio_loads },
	{ "MMIO loads, big endian", mmio_loads_be },
	{ "MMIO loads, sign-extended", mmio_signed },
	{ "MMIO stores", mmio_stores },
	{ "MMIO stores, big endian", mmio_stores_be },
	{ "MMIO address", mmio_address },
	{ "MMIO not described: ENOSYS", mmio_undescribed },
	{ "MMIO not described: exit", mmio_nisv },
	{ "system events", system_events },
	{ "arguments of SYSTEM_RESET2", reset2_arguments },
	{ "start again after a reset event", start_again },
	{ "IRQ and FIQ", interrupts },
	{ "IRQ_LINE: errors", irq_line_errors },
	{ "WFI wakes by IRQ", wfi_wakes },
	{ "WFI wakes when its IRQ is there", wfi_in_time },
	{ "WFI ends by signal", wfi_signal },
	{ "virtual SError", serror },
	{ "external abort injected at an MMIO exit", external_abort },
	{ "AArch32 at EL0", el0_in_aa32 },
};
KTAP_MAIN(cases)
