// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timers of a VM with a GIC in the kernel, where they are awkward. For the
 * virtual and the physical timer, with counters that start at zero and with
 * counters that have an offset. Proves:
 *  - a compare value in the past fires at once, one in the far future not at
 *    all; a masked or cancelled timer does not fire, an unmasked one does
 *  - the count at the end of its 64 bits: a timer fires before it wraps, and
 *    what was in the past is in the future after it
 *  - no interrupt is lost or doubled while the vCPU's thread moves between the
 *    host's CPUs, and time does not go back
 *  - a vCPU that goes to sleep while its timer expires is woken
 *  - a vCPU that was not run for long finds its interrupt, and its time gone on
 *  - KVM_ARM_SET_COUNTER_OFFSET moves both counters, for good
 *  - a count that is set at one vCPU is another's at once, also while that one is in the guest
 *    and nothing but the host's interrupts ends its run; its timer goes off by it
 *  - a timer goes off at once after another vCPU made its interrupt pending and took that back,
 *    or the vCPU itself let the line fall before it acknowledged
 *  - a timer's interrupt that was acknowledged does not outlive
 *    KVM_ARM_VCPU_INIT
 */
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "lib/gic.h"

#define ENABLE	1
#define IMASK	2
#define ISTATUS	4
#define OFFSET	(1ul << 45)

static bool phys;
static u64 taken;

static u64 now(void)
{
	isb();
	return phys ? mrs(cntpct_el0) : mrs(cntvct_el0);
}

static void set_ctl(u64 v)
{
	if (phys)
		msr(cntp_ctl_el0, v);
	else
		msr(cntv_ctl_el0, v);
	isb();
}

static u64 get_ctl(void)
{
	isb();
	return phys ? mrs(cntp_ctl_el0) : mrs(cntv_ctl_el0);
}

static void set_cval(u64 v)
{
	if (phys)
		msr(cntp_cval_el0, v);
	else
		msr(cntv_cval_el0, v);
	isb();
}

static u64 get_cval(void)
{
	return phys ? mrs(cntp_cval_el0) : mrs(cntv_cval_el0);
}

static u64 ms(u64 n)
{
	return mrs(cntfrq_el0) / 1000 * n;
}

static void take(struct guest_regs *regs)
{
	u32 intid = icc_read(ICC_IAR1);

	if (intid == 1023)
		return;
	GUEST_EQ(intid, phys ? 30 : 27);
	GUEST_EQ(get_ctl(), ENABLE | ISTATUS);
	set_ctl(0);
	taken++;
	icc_write(ICC_EOIR1, intid);
}

static void start(void)
{
	guest_on(VEC_IRQ, take);
	gic_enable(64, true);
	set_ctl(0);
	irq_on();
}

static void spin(u64 n)
{
	for (u64 t = now(); now() - t < ms(n);)
		;
}

static void fires(u64 cval)
{
	u64 before = taken;

	set_cval(cval);
	GUEST_EQ(get_cval(), cval);
	set_ctl(ENABLE);
	while (READ_ONCE(taken) == before)
		;
	GUEST_EQ(taken, before + 1);
	GUEST_ASSERT(now() >= cval);
}

static void fires_not(u64 ctl, u64 cval)
{
	u64 before = taken;

	set_ctl(0);
	set_cval(cval);
	set_ctl(ctl);
	spin(10);
	GUEST_EQ(taken, before);
}

static void cancel_by_ctl(void)
{
	set_ctl(0);
}

static void cancel_by_cval(void)
{
	set_cval(~0ul);
}

/* It counts where the host let the guest get there before the timer was due. */
static void cancelled(void (*cancel)(void))
{
	u64 cval, before, margin = ms(25);

	do {
		margin *= 2;
		before = taken;
		cval = now() + margin;
		set_cval(cval);
		set_ctl(ENABLE);
		cancel();
	} while (now() >= cval);
	while (now() < cval + ms(10))
		;
	set_ctl(0);
	GUEST_EQ(taken, before);
}

static void guest_edges(u64 arg)
{
	u64 before;

	start();
	fires(0);
	fires(now() - 1);
	fires(now());
	fires(now() + ms(2));
	fires_not(ENABLE, ~0ul);
	GUEST_EQ(get_ctl(), ENABLE);
	fires_not(ENABLE, now() + ms(100000));
	fires_not(0, 0);
	fires_not(ENABLE | IMASK, 0);
	GUEST_EQ(get_ctl(), ENABLE | IMASK | ISTATUS);
	before = taken;
	set_ctl(ENABLE);
	while (READ_ONCE(taken) == before)
		;
	GUEST_EQ(taken, before + 1);
	cancelled(cancel_by_ctl);
	cancelled(cancel_by_cval);
}

/* The host puts the count so many milliseconds before its wrap. */
static void guest_wraps(u64 arg)
{
	u64 before, ctl, left = 20;

	start();
	GUEST_SYNC(200000, 0);
	fires(~0ul - ms(199950));
	/*
	 * in the past, until the counter wraps, which must not be meanwhile; then the line falls,
	 * and rises again
	 */
	do {
		left *= 2;
		GUEST_SYNC(left, 0);
		set_cval(ms(100));
		set_ctl(ENABLE | IMASK);
		ctl = get_ctl();
	} while (now() < 1ul << 63);
	GUEST_EQ(ctl, ENABLE | IMASK | ISTATUS);
	while (now() > 1ul << 63)
		;
	/* an emulated counter's condition follows it with a delay */
	while ((get_ctl() & ISTATUS) && now() < ms(100))
		;
	before = taken;
	set_ctl(ENABLE);
	wfi_until(READ_ONCE(taken) != before);
	GUEST_ASSERT(now() >= ms(100) && now() < 1ul << 63);
}

#define ROUNDS	50

static void guest_moved(u64 arg)
{
	u64 last = 0;

	start();
	for (u64 i = 0; i < ROUNDS; i++) {
		u64 t = now();

		GUEST_ASSERT(t >= last);
		last = t;
		set_cval(t + ms(2));
		set_ctl(ENABLE);
		if (i & 1)
			wfi_until(READ_ONCE(taken) != i);
		while (READ_ONCE(taken) == i)
			;
		GUEST_EQ(taken, i + 1);
		GUEST_ASSERT(now() >= t + ms(2));
	}
}

static void guest_paused(u64 arg)
{
	u64 t;

	start();
	t = now();
	set_cval(t + ms(100));
	set_ctl(ENABLE);
	GUEST_SYNC(1, 0);
	isb();
	GUEST_ASSERT(now() - t >= ms(300));
	while (!READ_ONCE(taken))
		;
	GUEST_EQ(taken, 1);
}

/* The way into sleep takes the host some ten microseconds: expire at every point of it. */
static void guest_naps(u64 arg)
{
	u64 us = mrs(cntfrq_el0) / 1000000;

	start();
	for (u64 i = 0; i < 1500; i++) {
		u64 before = taken;

		set_cval(now() + i * 997 % (us * 100));
		set_ctl(ENABLE);
		wfi_until(READ_ONCE(taken) != before);
	}
	GUEST_EQ(taken, 1500);
}

#define JUMPS	8
#define FAR	(1ul << 50)

static u64 jumps;

/* Due only by what the host does to the count. */
static void guest_jumps(u64 arg)
{
	start();
	for (u64 i = 1; i <= JUMPS; i++) {
		store_release(&jumps, i);
		fires(i * FAR);
	}
	store_release(&jumps, JUMPS + 1);
}

static void gic_on(void)
{
	irq_off();
	gic_enable(64, false);
}

static u32 ppi(void)
{
	return phys ? 30 : 27;
}

#define AT_ONCE	256	/* looks; until the host's next tick there are thousands */

/*
 * The timer's interrupt must come at once, and not only when something else ends the guest's run.
 */
static bool is_late(void)
{
	u64 looks = 0;
	u32 intid;

	set_cval(0);
	set_ctl(ENABLE);
	while ((intid = icc_read(ICC_IAR1)) == 1023)
		looks++;
	GUEST_EQ(intid, ppi());
	set_ctl(0);
	icc_write(ICC_EOIR1, ppi());
	return looks > AT_ONCE;
}

#define TURNS	64

static u64 asked, answered;

static void ask(void)
{
	store_release(&asked, asked + 1);
}

static void guest_is_helped(u64 arg)
{
	u64 late = 0;

	gic_on();
	for (u64 i = 0; i < TURNS; i++) {
		ask();
		while (icc_read(ICC_HPPIR1) != ppi())
			;
		ask();
		while (load_acquire(&answered) != asked)
			;
		GUEST_EQ(icc_read(ICC_HPPIR1), 1023);
		late += is_late();
	}
	GUEST_SYNC(TURNS, late);
}

static void guest_withdraws(u64 arg)
{
	u64 late = 0;

	gic_on();
	for (u64 i = 0; i < TURNS; i++) {
		set_cval(0);
		set_ctl(ENABLE);
		while (icc_read(ICC_HPPIR1) != ppi())
			;
		if (i % 2)
			set_cval(FAR);
		else
			set_ctl(0);
		/* until an interrupt of the host's has had its run looked at */
		while (icc_read(ICC_HPPIR1) != 1023)
			;
		late += is_late();
	}
	GUEST_SYNC(TURNS, late);
}

static void guest_helps(u64 arg)
{
	for (u64 i = 1; i <= 2 * TURNS; i++) {
		while (load_acquire(&asked) != i)
			;
		mmio_write32(GIC_SGI(0) + (i % 2 ? GIC_ISPENDR : GIC_ICPENDR), 1u << ppi());
		store_release(&answered, i);
	}
}

/* --- the host --- */

static struct vm *new_vm(void (*fn)(u64), bool is_phys, u64 offset)
{
	struct kvm_arm_counter_offset off = { .counter_offset = mrs(cntvct_el0) - offset };
	struct vm *vm;

	phys = is_phys;
	vm = vm_new(1, fn, 0);
	gic_new(vm, 64);
	if (offset)
		REQUIRE_EQ(kvm(vm->fd, KVM_ARM_SET_COUNTER_OFFSET, &off), 0);
	return vm;
}

static void each(void (*body)(bool is_phys, u64 offset))
{
	for (unsigned int i = 0; i < 4; i++)
		body(i & 1, i & 2 ? OFFSET : 0);
}

static void run_edges(bool is_phys, u64 offset)
{
	vcpu_finish(&new_vm(guest_edges, is_phys, offset)->vcpu[0]);
}

static void edges(void)
{
	each(run_edges);
}

static void put_before_wrap(struct vcpu *vcpu, u64 n)
{
	reg_write(vcpu, phys ? KVM_REG_ARM_PTIMER_CNT : KVM_REG_ARM_TIMER_CNT, -ms(n));
}

static void wraps(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct vcpu *vcpu = &new_vm(guest_wraps, i, 0)->vcpu[0];
		struct ucall uc;

		while ((uc = vcpu_ucall(vcpu)).cmd == UCALL_SYNC)
			put_before_wrap(vcpu, uc.a);
		CHECK_EQ(uc.cmd, UCALL_DONE);
	}
}

static bool over;

static void *move(void *thread)
{
	for (unsigned int n = 0; !READ_ONCE(over); n++) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(n % nr_cpus(), &set);
		pthread_setaffinity_np(*(pthread_t *)thread, sizeof(set), &set);
		usleep(700);
	}
	return NULL;
}

static void run_moved(bool is_phys, u64 offset)
{
	struct vm *vm = new_vm(guest_moved, is_phys, offset);
	pthread_t self = pthread_self(), mover;

	WRITE_ONCE(over, false);
	REQUIRE_EQ(pthread_create(&mover, NULL, move, &self), 0);
	vcpu_finish(&vm->vcpu[0]);
	WRITE_ONCE(over, true);
	pthread_join(mover, NULL);
}

static void moved(void)
{
	each(run_moved);
}

static void run_paused(bool is_phys, u64 offset)
{
	struct vcpu *vcpu = &new_vm(guest_paused, is_phys, offset)->vcpu[0];

	vcpu_sync(vcpu, 1);
	usleep(310000);
	vcpu_finish(vcpu);
}

static void run_naps(bool is_phys, u64 offset)
{
	vcpu_finish(&new_vm(guest_naps, is_phys, offset)->vcpu[0]);
}

static void naps(void)
{
	set_halt_poll("0");	/* polling would keep the vCPU awake */
	each(run_naps);
	set_halt_poll("500000");
}

static void paused(void)
{
	each(run_paused);
}

static void guest_counts(u64 arg)
{
	for (;;) {
		u64 v, p;

		isb();
		v = mrs(cntvct_el0);
		isb();
		p = mrs(cntpct_el0);
		guest_ucall(UCALL_SYNC, v, p, 0, 0);
	}
}

static void offsets(void)
{
	struct kvm_arm_counter_offset off = { .counter_offset = 12345678901234567 };
	struct vm *vm = new_vm(guest_counts, false, 0);
	struct vcpu *vcpu = &vm->vcpu[0];
	u64 before, after;
	struct ucall uc;

	CHECK_EQ(kvm_cap(KVM_CAP_COUNTER_OFFSET), 1);
	/* as made: the virtual counter starts at zero, the physical one is the host's */
	before = mrs(cntvct_el0);
	uc = vcpu_ucall(vcpu);
	CHECK(uc.a < mrs(cntfrq_el0) * 60 && uc.b >= before && uc.b <= mrs(cntvct_el0), "%#lx %#lx", uc.a, uc.b);

	off.reserved = 1;
	CHECK_EQ(kvm(vm->fd, KVM_ARM_SET_COUNTER_OFFSET, &off), -EINVAL);
	off.reserved = 0;
	CHECK_EQ(kvm(vm->fd, KVM_ARM_SET_COUNTER_OFFSET, &off), 0);
	for (unsigned int i = 0; i < 2; i++) {
		before = mrs(cntvct_el0) - off.counter_offset;
		uc = vcpu_ucall(vcpu);
		after = mrs(cntvct_el0) - off.counter_offset;
		CHECK(before <= uc.a && uc.a <= uc.b && uc.b <= after, "%#lx %#lx %#lx %#lx", before, uc.a, uc.b, after);
		CHECK(reg_read(vcpu, KVM_REG_ARM_TIMER_CNT) >= uc.a, "%#lx", uc.a);
		CHECK(reg_read(vcpu, KVM_REG_ARM_PTIMER_CNT) >= uc.b, "%#lx", uc.b);
		/* no more by register */
		reg_write(vcpu, KVM_REG_ARM_TIMER_CNT, 0);
		reg_write(vcpu, KVM_REG_ARM_PTIMER_CNT, 0);
	}
}

/* Nothing but the host's interrupts ends this thread's run of a guest: no other wants its CPU. */
static void run_undisturbed(void)
{
	struct sched_param first = { .sched_priority = 1 };

	pin_to(1);
	REQUIRE_EQ(sched_setscheduler(0, SCHED_FIFO, &first), 0);
}

static void *finish(void *vcpu)
{
	run_undisturbed();
	vcpu_finish(vcpu);
	return NULL;
}

/* The second vCPU's thread is this one, which leaves the first one's CPU alone. */
static struct vm *new_pair(void (*fn)(u64), bool is_phys)
{
	struct vm *vm;

	if (nr_cpus() < 2)
		ktap_skip("needs two CPUs");
	phys = is_phys;
	vm = vm_new(2, fn, 0);
	gic_new(vm, 64);
	pin_to(0);
	return vm;
}

/* Returns whether the guest took its time to see it. */
static bool jump(struct vm *vm, u64 i)
{
	const u64 *at = vm_shared(vm, jumps);
	u64 t;

	while (load_acquire(at) < i)
		usleep(1000);
	usleep(10000);
	CHECK_EQ(load_acquire(at), i);
	t = mrs(cntvct_el0);
	reg_write(&vm->vcpu[1], phys ? KVM_REG_ARM_PTIMER_CNT : KVM_REG_ARM_TIMER_CNT, i * FAR);
	while (load_acquire(at) == i)
		;
	return mrs(cntvct_el0) - t > ms(50);
}

/* Returns how many are seen late. */
static unsigned int run_jumps(bool is_phys)
{
	struct vm *vm = new_pair(guest_jumps, is_phys);
	unsigned int late = 0;
	pthread_t thread;

	REQUIRE_EQ(pthread_create(&thread, NULL, finish, &vm->vcpu[0]), 0);
	for (u64 i = 1; i <= JUMPS; i++)
		late += jump(vm, i);
	pthread_join(thread, NULL);
	vm_free(vm);
	return late;
}

/*
 * Of some round one is in time: emulated CPUs that stand still make those of a round late, but not
 * of all rounds.
 */
static void counts_of_others(void)
{
	for (unsigned int is_phys = 0; is_phys < 2; is_phys++) {
		unsigned int late = JUMPS;

		for (unsigned int i = 0; i < 10 && late >= JUMPS - 1; i++)
			late = run_jumps(is_phys);
		CHECK(late < JUMPS - 1, "%u of %u jumps are seen late", late, JUMPS);
	}
}

static void *help(void *vcpu)
{
	pin_to(0);
	vcpu_finish(vcpu);
	return NULL;
}

static void withdrawn(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct vm *vm = new_pair(guest_is_helped, i);
		pthread_t thread;
		struct ucall uc;

		vcpu_start(&vm->vcpu[1], guest_helps, 0);
		REQUIRE_EQ(pthread_create(&thread, NULL, help, &vm->vcpu[1]), 0);
		run_undisturbed();
		uc = vcpu_ucall(&vm->vcpu[0]);
		REQUIRE_EQ(uc.cmd, UCALL_SYNC);
		CHECK(uc.b <= TURNS / 32, "%lu of %u timers are late", uc.b, TURNS);
		pthread_join(thread, NULL);
	}
}

static void withdrawn_by_itself(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct ucall uc;
		struct vm *vm;

		phys = i;
		vm = vm_new(1, guest_withdraws, 0);
		gic_new(vm, 64);
		run_undisturbed();
		uc = vcpu_ucall(&vm->vcpu[0]);
		REQUIRE_EQ(uc.cmd, UCALL_SYNC);
		CHECK(uc.b <= TURNS / 32, "%lu of %u timers are late", uc.b, TURNS);
	}
}

/* Acknowledges and never ends it; after a reset it must come again. */
static void guest_acks(u64 arg)
{
	irq_off();
	gic_enable(64, true);
	msr(S3_0_C12_C9_0, 0);		/* ICC_AP1R0_EL1 */
	set_cval(0);
	set_ctl(ENABLE);
	while (icc_read(ICC_IAR1) == 1023)
		;
	GUEST_EQ(mmio_read32(GICR_BASE + GICR_SGI + GIC_ISACTIVER), 1u << (phys ? 30 : 27));
	GUEST_SYNC(1, 0);
}

static void reset_when_active(void)
{
	for (unsigned int i = 0; i < 2; i++) {
		struct vm *vm = new_vm(guest_acks, i, 0);

		for (unsigned int n = 0; n < 3; n++) {
			vcpu_sync(&vm->vcpu[0], 1);
			REQUIRE_EQ(vcpu_init_fd(vm->fd, vm->vcpu[0].fd, 0), 0);
			vcpu_start(&vm->vcpu[0], guest_acks, 0);
		}
	}
}

static const struct ktap_case cases[] = {
	{ "past, future, masked, cancelled", edges },
	{ "the count wraps", wraps },
	{ "moved between CPUs", moved, 60 },
	{ "asleep as the timer expires", naps, 60 },
	{ "long pauses", paused },
	{ "the VM's counter offset", offsets },
	{ "a count set at another vCPU", counts_of_others, 300 },
	{ "taken back by another vCPU", withdrawn, 60 },
	{ "taken back before it was acknowledged", withdrawn_by_itself, 60 },
	{ "reset with the interrupt active", reset_when_active },
};
KTAP_MAIN(cases)
