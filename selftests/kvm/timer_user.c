// SPDX-License-Identifier: GPL-2.0-only
/*
 * The architected timers of a VM without an interrupt controller in the
 * kernel. Proves:
 *  - the virtual timer's expiry ends KVM_RUN with its level in
 *    device_irq_level; the line the VMM then raises brings the guest its
 *    interrupt; masking or disarming takes the level down again
 *  - the same for the physical timer
 *  - WFI ends when a timer expires, also one that expired before
 *  - CVAL in the past, at the far end and beyond the counter's wrap; TVAL
 *  - the counter starts near zero, goes on, and follows ONE_REG; all vCPUs
 *    share it
 */
#include <string.h>
#include <sys/time.h>
#include <signal.h>
#include <unistd.h>
#include "lib/vm.h"

#define ENABLE	1
#define IMASK	2
#define ISTATUS	4

static u64 now(bool phys)
{
	isb();
	return phys ? mrs(cntpct_el0) : mrs(cntvct_el0);
}

static u64 get_ctl(bool phys)
{
	isb();
	return phys ? mrs(cntp_ctl_el0) : mrs(cntv_ctl_el0);
}

static void set_ctl(bool phys, u64 v)
{
	if (phys)
		msr(cntp_ctl_el0, v);
	else
		msr(cntv_ctl_el0, v);
	isb();
}

static void set_cval(bool phys, u64 v)
{
	if (phys)
		msr(cntp_cval_el0, v);
	else
		msr(cntv_cval_el0, v);
	isb();
}

static u64 get_cval(bool phys)
{
	return phys ? mrs(cntp_cval_el0) : mrs(cntv_cval_el0);
}

/* A guest's word: 1/ms of a second. */
static u64 ms(u64 n)
{
	return mrs(cntfrq_el0) / 1000 * n;
}

static u64 nr_irq, irq_at;
static bool is_phys;

static void take_irq(struct guest_regs *regs)
{
	GUEST_EQ(get_ctl(is_phys), ENABLE | ISTATUS);
	nr_irq++;
	irq_at = now(is_phys);
	set_ctl(is_phys, ENABLE | IMASK);
	GUEST_EQ(get_ctl(is_phys), ENABLE | IMASK | ISTATUS);
	GUEST_SYNC(100, 0);	/* the level is down, so is the line */
}

/* Expiry while the guest computes, and in WFI. */
static void guest_timer(u64 phys)
{
	is_phys = phys;
	guest_on(VEC_IRQ, take_irq);
	set_ctl(phys, 0);
	irq_on();
	for (u64 i = 0; i < 10; i++) {
		u64 cval = now(phys) + ms(5);

		set_cval(phys, cval);
		GUEST_EQ(get_cval(phys), cval);
		set_ctl(phys, ENABLE);
		if (i % 2) {
			wfi_until(READ_ONCE(nr_irq) != i);
		} else {
			while (READ_ONCE(nr_irq) == i)
				;
		}
		GUEST_EQ(nr_irq, i + 1);
		GUEST_ASSERT(irq_at >= cval);
		GUEST_ASSERT(irq_at < cval + ms(200000));
		set_ctl(phys, 0);
	}
}

/*
 * What a VMM does: the line follows the level that the run page shows. The
 * case's own syncs come back; the interrupt handler's 100 is checked here.
 */
static struct ucall run_with_lines(struct vcpu *vcpu)
{
	static u64 level;
	struct ucall uc;

	for (;;) {
		int ret = vcpu_run(vcpu);
		u64 lines = vcpu->run->s.regs.device_irq_level;

		if (!!lines != !!level)
			REQUIRE_EQ(vcpu_irq(vcpu, KVM_ARM_IRQ_CPU_IRQ, !!lines), 0);
		level = lines;
		if (ret == -EINTR)
			continue;
		REQUIRE_EQ(ret, 0);
		if (!vcpu_is_ucall(vcpu, &uc)) {
			REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_INTR);
			continue;
		}
		if (uc.cmd == UCALL_FAIL)
			ktap_fail("guest", uc.b, "%s is %#lx, want %#lx", (char *)uc.a, uc.c, uc.d);
		REQUIRE(uc.cmd != UCALL_FAIL && uc.cmd != UCALL_EXCEPTION, "ESR %#lx PC %#lx",
			uc.b, uc.c);
		if (uc.cmd == UCALL_SYNC && uc.a == 100) {
			CHECK_EQ(lines, 0);
			continue;
		}
		return uc;
	}
}

static void run_to_end(struct vcpu *vcpu)
{
	while (run_with_lines(vcpu).cmd != UCALL_DONE)
		;
}

static struct vcpu *new_vcpu(void (*fn)(u64), u64 arg)
{
	if (kvm_cap(KVM_CAP_ARM_USER_IRQ) < 1)
		ktap_skip("no KVM_CAP_ARM_USER_IRQ");
	return &vm_new(1, fn, arg)->vcpu[0];
}

static void virtual_timer(void)
{
	run_to_end(new_vcpu(guest_timer, 0));
}

static void physical_timer(void)
{
	run_to_end(new_vcpu(guest_timer, 1));
}

/* The level without an interrupt: the guest has it masked. */
static void guest_level(u64 phys)
{
	set_ctl(phys, 0);
	GUEST_SYNC(0, 0);
	set_cval(phys, now(phys));	/* has expired already */
	set_ctl(phys, ENABLE);
	GUEST_EQ(get_ctl(phys), ENABLE | ISTATUS);
	GUEST_SYNC(1, 0);
	set_ctl(phys, ENABLE | IMASK);
	GUEST_SYNC(0, 0);
	set_ctl(phys, ENABLE);
	GUEST_SYNC(1, 0);
	set_cval(phys, now(phys) + ms(100000));
	GUEST_EQ(get_ctl(phys), ENABLE);
	GUEST_SYNC(0, 0);
	set_cval(phys, 0);
	GUEST_SYNC(1, 0);
	set_ctl(phys, 0);
	GUEST_EQ(get_ctl(phys) & ENABLE, 0);
	GUEST_SYNC(0, 0);
}

static void level(u64 phys, u64 bit)
{
	struct vcpu *vcpu = new_vcpu(guest_level, phys);
	struct ucall uc;

	for (;;) {
		int ret = vcpu_run(vcpu);

		if (ret == -EINTR)
			continue;
		REQUIRE_EQ(ret, 0);
		if (!vcpu_is_ucall(vcpu, &uc))
			continue;
		REQUIRE(uc.cmd == UCALL_SYNC || uc.cmd == UCALL_DONE, "%s %#lx", (char *)uc.a, uc.c);
		if (uc.cmd == UCALL_DONE)
			return;
		CHECK_EQ(vcpu->run->s.regs.device_irq_level, uc.a ? bit : 0);
	}
}

static void virtual_level(void)
{
	level(0, KVM_ARM_DEV_EL1_VTIMER);
}

static void physical_level(void)
{
	level(1, KVM_ARM_DEV_EL1_PTIMER);
}

/* WFI does not wait for what has come already, nor for ever. */
static void guest_wfi(u64 phys)
{
	set_cval(phys, 0);
	set_ctl(phys, ENABLE);
	for (int i = 0; i < 5; i++)
		wfi();
	for (int i = 0; i < 5; i++) {
		u64 start = now(phys);

		set_cval(phys, start + ms(10));
		while (!(get_ctl(phys) & ISTATUS))
			wfi();
		GUEST_ASSERT(now(phys) >= start + ms(10));
	}
	set_ctl(phys, 0);
}

static void wfi_both(void)
{
	run_to_end(new_vcpu(guest_wfi, 0));
	run_to_end(new_vcpu(guest_wfi, 1));
}

static void guest_extremes(u64 phys)
{
	u64 t = now(phys), after;

	set_ctl(phys, ENABLE | IMASK);
	set_cval(phys, 0);
	GUEST_EQ(get_ctl(phys), ENABLE | IMASK | ISTATUS);
	set_cval(phys, t - 1);
	GUEST_EQ(get_ctl(phys), ENABLE | IMASK | ISTATUS);
	set_cval(phys, ~0ul);
	GUEST_EQ(get_ctl(phys), ENABLE | IMASK);
	set_cval(phys, ~0ul >> 1);
	GUEST_EQ(get_ctl(phys), ENABLE | IMASK);
	GUEST_EQ(get_cval(phys), ~0ul >> 1);
	set_cval(phys, 1ul << 63);
	GUEST_EQ(get_ctl(phys), ENABLE | IMASK);
	set_ctl(phys, ENABLE);		/* armed far off: nothing comes */
	set_cval(phys, ~0ul);
	GUEST_SYNC(1, 0);
	for (t = now(phys); now(phys) < t + ms(20);)
		;
	GUEST_EQ(get_ctl(phys), ENABLE);
	/* TVAL: a signed 32-bit distance. */
	set_cval(phys, 0);
	set_ctl(phys, ENABLE | IMASK);
	t = now(phys);
	if (phys)
		msr(cntp_tval_el0, 0x7fffffff);
	else
		msr(cntv_tval_el0, 0x7fffffff);
	after = now(phys);
	GUEST_EQ(get_ctl(phys), ENABLE | IMASK);
	GUEST_ASSERT(get_cval(phys) - t >= 0x7fffffff && get_cval(phys) - after <= 0x7fffffff);
	if (phys)
		msr(cntp_tval_el0, -1000);
	else
		msr(cntv_tval_el0, -1000);
	GUEST_EQ(get_ctl(phys), ENABLE | IMASK | ISTATUS);
	GUEST_ASSERT(get_cval(phys) < now(phys));
	isb();
	t = phys ? mrs(cntp_tval_el0) : mrs(cntv_tval_el0);
	GUEST_ASSERT((int)t < 0);
	set_ctl(phys, 0);
}

static void extremes(void)
{
	run_to_end(new_vcpu(guest_extremes, 0));
	run_to_end(new_vcpu(guest_extremes, 1));
}

/* --- the counter --- */

static void guest_counter(u64 arg)
{
	u64 last = now(false);

	for (int i = 0; i < 1000; i++) {
		u64 t = now(false);

		GUEST_ASSERT(t >= last);
		last = t;
	}
	GUEST_SYNC(last, 0);
	GUEST_SYNC(now(false), 0);
}

static void counter(void)
{
	u64 before = mrs(cntvct_el0), t, u;
	struct vcpu *vcpu = new_vcpu(guest_counter, 0);

	t = vcpu_ucall(vcpu).a;
	CHECK(t <= mrs(cntvct_el0) - before, "%#lx", t);	/* zero when the VM was made */
	u = reg_read(vcpu, KVM_REG_ARM_TIMER_CNT);
	CHECK(u >= t && u <= mrs(cntvct_el0) - before, "%#lx, %#lx", t, u);
	before = mrs(cntvct_el0);
	reg_write(vcpu, KVM_REG_ARM_TIMER_CNT, 1ul << 40);
	t = vcpu_ucall(vcpu).a;
	CHECK(t >= 1ul << 40 && t - (1ul << 40) <= mrs(cntvct_el0) - before, "%#lx", t);
}

static void guest_one_counter(u64 arg)
{
	GUEST_SYNC(now(false), 0);
	GUEST_SYNC(now(false), 0);
}

static void counter_shared(void)
{
	struct vm *vm = vm_new(2, guest_one_counter, 0);
	u64 a, b, c;

	vcpu_start(&vm->vcpu[1], guest_one_counter, 0);
	reg_write(&vm->vcpu[0], KVM_REG_ARM_TIMER_CNT, 1ul << 44);
	a = vcpu_ucall(&vm->vcpu[0]).a;
	b = vcpu_ucall(&vm->vcpu[1]).a;
	c = vcpu_ucall(&vm->vcpu[0]).a;
	CHECK(a <= b && b <= c && a >= 1ul << 44, "%#lx %#lx %#lx", a, b, c);
}

/* The host sets the timer up; the guest finds it, and it fires. */
static void guest_find(u64 arg)
{
	guest_on(VEC_IRQ, take_irq);
	GUEST_EQ(get_cval(false), 0x123456);
	GUEST_EQ(get_ctl(false) & 3, ENABLE);
	irq_on();
	wfi_until(READ_ONCE(nr_irq));
	set_ctl(false, 0);
}

static void restored(void)
{
	struct vcpu *vcpu = new_vcpu(guest_find, 0);

	reg_write(vcpu, KVM_REG_ARM_TIMER_CNT, 0x100000);
	reg_write(vcpu, KVM_REG_ARM_TIMER_CVAL, 0x123456);
	reg_write(vcpu, KVM_REG_ARM_TIMER_CTL, ENABLE);
	run_to_end(vcpu);
	CHECK_EQ(reg_read(vcpu, KVM_REG_ARM_TIMER_CVAL), 0x123456);
}

static volatile bool stopped;

static void on_alarm(int sig)
{
	stopped = true;
}

static void guest_waits(u64 wait)
{
	set_cval(false, now(false) + ms(wait));
	set_ctl(false, ENABLE);
	for (;;)
		wfi();
}

/*
 * An expiry ends KVM_RUN for a vCPU that waits; so does a signal before it,
 * and the timer is not forgotten over that.
 */
static int pieces(u64 wait)
{
	struct vcpu *vcpu = new_vcpu(guest_waits, wait);
	int runs = 0;

	do {
		REQUIRE_EQ(vcpu_run(vcpu), -EINTR);
	} while (!vcpu->run->s.regs.device_irq_level && ++runs);
	CHECK_EQ(vcpu->run->s.regs.device_irq_level, KVM_ARM_DEV_EL1_VTIMER);
	return runs;
}

/* Longer where the machine stood still for so long. */
static void wait_in_pieces(void)
{
	struct sigaction act = { .sa_handler = on_alarm };
	struct itimerval often = { { 0, 20000 }, { 0, 20000 } };
	int runs = 0;

	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (u64 wait = 1000; runs < 2 && wait <= 16000; wait *= 2)
		runs = pieces(wait);
	CHECK(runs >= 2, "%d", runs);
}

static const struct ktap_case cases[] = {
	{ "virtual timer interrupt", virtual_timer },
	{ "physical timer interrupt", physical_timer },
	{ "virtual timer level", virtual_level },
	{ "physical timer level", physical_level },
	{ "WFI", wfi_both },
	{ "extreme values", extremes },
	{ "counter", counter },
	{ "counter of two vCPUs", counter_shared },
	{ "timer set by the host", restored },
	{ "wait interrupted by signals", wait_in_pieces },
};
KTAP_MAIN(cases)
