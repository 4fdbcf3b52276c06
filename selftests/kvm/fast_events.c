// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the hypervisor may bring about without leaving the guest: memory,
 * doorbells, timers. Proves:
 *  - memory that is laid over a GIC frame takes its place while it is there,
 *    at once, also for a vCPU that does not leave the guest
 *  - an address that user space served becomes a doorbell, and is one no more
 *  - whom a doorbell wakes on the same CPU runs at once, and an irqfd that
 *    hangs on a doorbell interrupts the vCPU that rings it at once
 *  - timers that are waited for stay armed over the host's ticks
 *  - timers that go off while others do, or while their interrupt is active,
 *    interrupt once each, and under VHE without an exit
 *  - an interrupt that came in place for a vCPU outside is there with its next run,
 *    which does not end for it
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/klog.h>
#include <unistd.h>
#include "lib/gic.h"

#define IIDR		(GICD + 0x8)
#define IIDR_VALUE	0x4b00043b	/* product, implementer; the revision differs */
#define IIDR_FIXED	0xff000fff
#define OVERLAYS	40
#define DOORBELL	(MMIO_BASE + 0x801000)
#define RINGS		256
#define AT_ONCE		8	/* looks; until the host's next tick there are thousands */
#define SPI		40
#define PPI_VIRT	27
#define PPI_PHYS	30

static u64 seen;

static void take(struct guest_regs *regs)
{
	u64 intid = icc_read(ICC_IAR1);

	if (intid >= 1020)
		return;
	icc_write(ICC_EOIR1, intid);
	store_release(&seen, seen + 1);
}

/* The same address before, while and after a slot lies there. */
static void guest_overlay(u64 arg)
{
	for (int i = 0; i < 2; i++) {
		GUEST_EQ(mmio_read32(IIDR) & IIDR_FIXED, IIDR_VALUE);
		GUEST_SYNC(1, 0);
		GUEST_EQ(mmio_read32(IIDR), 0x5a5a5a5a);
		mmio_write32(IIDR, i);
		GUEST_EQ(mmio_read32(IIDR), i);
		GUEST_SYNC(2, 0);
	}
}

static u64 laid, looked;

/* reg says at each step whether there is memory over it; nothing else ends the run. */
static void guest_overlay_running(u64 reg)
{
	for (u64 i = 0; i < OVERLAYS; i++) {
		while (load_acquire(&laid) == i)
			mmio_read32(reg);
		if (i % 2)
			GUEST_EQ(mmio_read32(reg) & IIDR_FIXED, IIDR_VALUE);
		else
			GUEST_EQ(mmio_read32(reg), 0x5a5a5a5a);
		store_release(&looked, i + 1);
	}
}

static u64 rung;

/* How often the guest listens until it hears its ring. */
static u64 ring_once(u64 *heard)
{
	u64 before = *heard, n = 0;

	mmio_write32(DOORBELL, before);
	while (load_acquire(heard) == before)
		n++;
	GUEST_EQ(*heard, before + 1);
	return n;
}

/* word: what counts the rings. */
static void guest_ring(u64 word)
{
	u64 late = 0;

	gic_enable(64, true);
	guest_on(VEC_IRQ, take);
	irq_on();
	for (u64 i = 0; i < RINGS; i++)
		late += ring_once((u64 *)word) > AT_ONCE;
	GUEST_SYNC(late, 0);
}

static void guest_changing_hands(u64 arg)
{
	for (;;) {
		for (u32 i = 1; i <= 3; i++)
			mmio_write32(DOORBELL, i);
		GUEST_SYNC(1, 0);
	}
}

static u64 fired[32], strays;

/* Takes its time: the host's ticks come while the timer's line is high and its interrupt active. */
static void take_timer(struct guest_regs *regs)
{
	u64 intid = icc_read(ICC_IAR1), start = mrs(cntvct_el0);

	while (fired[PPI_VIRT] % 8 == 7 && mrs(cntvct_el0) - start < mrs(cntfrq_el0) / 100)
		;
	if (intid == PPI_VIRT)
		msr(cntv_ctl_el0, 0);
	else if (intid == PPI_PHYS)
		msr(cntp_ctl_el0, 0);
	isb();
	if (intid < 1020)
		icc_write(ICC_EOIR1, intid);
	if (intid == PPI_VIRT || intid == PPI_PHYS || intid == SPI)
		fired[intid % 32]++;
	else
		strays++;
}

static void fire(bool virt, bool phys, bool spi)
{
	u64 v = fired[PPI_VIRT] + virt, p = fired[PPI_PHYS] + phys, s = fired[SPI % 32] + spi;

	if (spi)
		gic_set_bit(GIC_ISPENDR, SPI);
	msr(cntv_cval_el0, 0);
	msr(cntp_cval_el0, 0);
	msr(cntp_ctl_el0, phys);
	msr(cntv_ctl_el0, virt);
	isb();
	while (READ_ONCE(fired[PPI_VIRT]) < v || READ_ONCE(fired[PPI_PHYS]) < p ||
	       READ_ONCE(fired[SPI % 32]) < s)
		;
	GUEST_EQ(fired[PPI_VIRT], v);
	GUEST_EQ(fired[PPI_PHYS], p);
	GUEST_EQ(fired[SPI % 32], s);
	GUEST_EQ(strays, 0);
}

static void guest_timers(u64 rounds)
{
	gic_enable(64, true);
	guest_on(VEC_IRQ, take_timer);
	irq_on();
	for (u64 i = 0; i < rounds; i++) {
		fire(true, false, false);
		fire(true, false, false);
		fire(false, true, false);
		fire(true, false, false);
		fire(true, true, false);
		fire(true, false, true);
	}
}

/*
 * Due only after the host's ticks have interrupted the guest some times. Returns whether it came
 * late.
 */
static bool wait_for(u64 ppi, u64 ms)
{
	u64 then = fired[ppi] + 1, due = mrs(cntvct_el0) + mrs(cntfrq_el0) * ms / 1000;

	if (ppi == PPI_VIRT) {
		msr(cntv_cval_el0, due);
		msr(cntv_ctl_el0, 1);
	} else {
		msr(cntp_cval_el0, mrs(cntpct_el0) + mrs(cntfrq_el0) * ms / 1000);
		msr(cntp_ctl_el0, 1);
	}
	isb();
	while (READ_ONCE(fired[ppi]) != then)
		;
	GUEST_ASSERT(mrs(cntvct_el0) >= due);
	GUEST_EQ(strays, 0);
	return mrs(cntvct_el0) - due > mrs(cntfrq_el0) / 50;
}

#define WAITS	8

static void guest_waits_for_timers(u64 ppi)
{
	gic_enable(64, true);
	guest_on(VEC_IRQ, take_timer);
	irq_on();
	for (;;) {
		u64 late = 0;

		for (int i = 0; i < WAITS; i++) {
			late += wait_for(ppi, 20);
			/* nobody's: enabled and masked, then changed by the next */
			msr(cntv_cval_el0, 0);
			msr(cntv_ctl_el0, 3);
		}
		GUEST_SYNC(ppi, late);
	}
}

static void guest_fires(u64 arg)
{
	gic_enable(64, true);
	guest_on(VEC_IRQ, take_timer);
	irq_on();
	for (;;) {
		GUEST_SYNC(1, 0);
		fired[PPI_VIRT] = 0;	/* take_timer() does not take its time */
		fire(true, false, false);
	}
}

static void guest_sends(u64 arg)
{
	gic_dist_enable(64, true);
	for (;;) {
		GUEST_SYNC(1, 0);
		icc_write(ICC_SGI1R, 3ul << 24 | 1 << 1);
	}
}

static void guest_hears(u64 arg)
{
	gic_cpu_enable(GICR(1));
	guest_on(VEC_IRQ, take);
	irq_on();
	for (u64 n = 1; ; n++) {
		GUEST_SYNC(1, 0);
		while (load_acquire(&seen) < n)
			;
	}
}

static struct vm *new_vm(void (*fn)(u64), u64 arg)
{
	struct vm *vm = vm_new(1, fn, arg);

	gic_new(vm, 64);
	return vm;
}

static void overlay(void)
{
	struct vm *vm = new_vm(guest_overlay, 0);
	char *mem = vm_alloc(PAGE, PAGE);

	for (int i = 0; i < 2; i++) {
		vcpu_sync(&vm->vcpu[0], 1);
		memset(mem, 0x5a, PAGE);
		REQUIRE_EQ(vm_slot(vm->fd, 1, 0, GICD, PAGE, mem), 0);
		vcpu_sync(&vm->vcpu[0], 2);
		REQUIRE_EQ(*(u32 *)(mem + IIDR - GICD), i);
		REQUIRE_EQ(vm_slot(vm->fd, 1, 0, GICD, 0, mem), 0);
	}
	vcpu_finish(&vm->vcpu[0]);
}

static void asks_user_space(struct vcpu *vcpu, u32 data)
{
	struct kvm_run *run = vcpu->run;

	REQUIRE_EQ(vcpu_run(vcpu), 0);
	REQUIRE_EQ(run->exit_reason, KVM_EXIT_MMIO);
	REQUIRE_EQ(run->mmio.phys_addr, DOORBELL);
	REQUIRE_EQ(*(u32 *)run->mmio.data, data);
}

/* What was found out about the address at the second write must not serve for the third. */
static void changing_hands(void)
{
	struct vm *vm = new_vm(guest_changing_hands, 0);
	struct kvm_ioeventfd io = { .addr = DOORBELL, .len = 4, .fd = eventfd(0, EFD_NONBLOCK) };
	u64 n;

	for (int i = 0; i < 3; i++) {
		asks_user_space(&vm->vcpu[0], 1);
		asks_user_space(&vm->vcpu[0], 2);
		io.flags = 0;
		REQUIRE_EQ(kvm(vm->fd, KVM_IOEVENTFD, &io), 0);
		vcpu_sync(&vm->vcpu[0], 1);
		n = 0;
		REQUIRE_EQ(read(io.fd, &n, 8), 8);
		REQUIRE_EQ(n, 1);
		io.flags = KVM_IOEVENTFD_FLAG_DEASSIGN;
		REQUIRE_EQ(kvm(vm->fd, KVM_IOEVENTFD, &io), 0);
	}
}

struct overlay {
	struct vm *vm;
	u64 page;
};

static void *lay(void *arg)
{
	const struct overlay *o = arg;
	u64 *to = vm_shared(o->vm, laid), *done = vm_shared(o->vm, looked);
	char *mem = vm_alloc(PAGE, PAGE);

	memset(mem, 0x5a, PAGE);
	pin_to(1);
	for (u64 i = 0; i < OVERLAYS; i++) {
		REQUIRE_EQ(vm_slot(o->vm->fd, 1, 0, o->page, i % 2 ? 0 : PAGE, mem), 0);
		store_release(to, i + 1);
		while (load_acquire(done) <= i)
			;
	}
	return NULL;
}

static void overlay_running(void)
{
	static const u64 regs[] = { IIDR, GICR_BASE + 4 };

	for (unsigned int i = 0; i < ARRAY_SIZE(regs); i++) {
		struct overlay o = { new_vm(guest_overlay_running, regs[i]), regs[i] & ~(PAGE - 1) };
		pthread_t thread;

		REQUIRE_EQ(pthread_create(&thread, NULL, lay, &o), 0);
		pin_to(0);
		vcpu_finish(&o.vm->vcpu[0]);
		pthread_join(thread, NULL);
	}
}

/*
 * A ring that is not heard at once is heard when something else ends the run, as the
 * host's tick does. Until then the guest goes on listening, however slow the machine is.
 */
static void hear(struct vcpu *vcpu)
{
	struct ucall uc = vcpu_ucall(vcpu);

	CHECK_EQ(uc.cmd, UCALL_SYNC);
	CHECK(uc.a < RINGS / 8, "%lu of %u rings are heard late", uc.a, RINGS);
}

static int ring(struct vm *vm)
{
	struct kvm_ioeventfd io = { .addr = DOORBELL, .len = 4, .fd = eventfd(0, 0) };

	REQUIRE_EQ(kvm(vm->fd, KVM_IOEVENTFD, &io), 0);
	pin_to(0);
	return io.fd;
}

static u64 *rung_in_guest;
static bool listening;

static void *listen(void *fd)
{
	struct sched_param first = { .sched_priority = 1 };
	u64 n;

	pin_to(0);
	REQUIRE_EQ(sched_setscheduler(0, SCHED_FIFO, &first), 0);
	store_release(&listening, true);
	while (read(*(int *)fd, &n, 8) == 8)
		store_release(rung_in_guest, *rung_in_guest + n);
	return NULL;
}

static void wakes(void)
{
	struct vm *vm = new_vm(guest_ring, (u64)&rung);
	int fd = ring(vm);
	pthread_t thread;

	rung_in_guest = vm_shared(vm, rung);
	REQUIRE_EQ(pthread_create(&thread, NULL, listen, &fd), 0);
	/* when it is seen to, on this very CPU, it has gone to sleep */
	while (!load_acquire(&listening))
		usleep(100);
	hear(&vm->vcpu[0]);
}

static void loops(void)
{
	struct vm *vm = new_vm(guest_ring, (u64)&seen);
	struct kvm_irqfd irqfd = { .fd = ring(vm), .gsi = SPI - 32 };

	REQUIRE_EQ(kvm(vm->fd, KVM_IRQFD, &irqfd), 0);
	hear(&vm->vcpu[0]);
}

static void timers(void)
{
	vcpu_finish(&new_vm(guest_timers, 8)->vcpu[0]);
}

/* No other thread wants this CPU: it is the host's interrupts alone that end the guest's run. */
static void run_undisturbed(void)
{
	struct sched_param first = { .sched_priority = 1 };

	pin_to(nr_cpus() - 1);
	REQUIRE_EQ(sched_setscheduler(0, SCHED_FIFO, &first), 0);
}

/*
 * Of some round few are late. An emulated CPU that stands still makes a round's late, but not those
 * of all rounds.
 */
static bool in_time(struct vcpu *vcpu)
{
	for (unsigned int i = 0; i < 200; i++) {
		struct ucall uc = vcpu_ucall(vcpu);

		REQUIRE_EQ(uc.cmd, UCALL_SYNC);
		if (uc.b < WAITS / 2)
			return true;
	}
	return false;
}

static void ticks_between(void)
{
	static const u64 ppis[] = { PPI_VIRT, PPI_PHYS };

	for (unsigned int i = 0; i < ARRAY_SIZE(ppis); i++) {
		struct vm *vm = new_vm(guest_waits_for_timers, ppis[i]);

		run_undisturbed();
		CHECK(in_time(&vm->vcpu[0]), "interrupt %lu: of each round most timers are late", ppis[i]);
	}
}

/* keel says at load which mode it works in. */
static bool is_vhe(void)
{
	static char log[1 << 20];
	int n = klogctl(3, log, sizeof(log) - 1);

	return n > 0 && strstr(log, "keel: VHE");
}

/*
 * The exits of a run to the next message, which is one of its own: the fewest of some rounds, for
 * the host's ticks end the guest's run as well. before: another vCPU, which runs to a message
 * first.
 */
static u64 least_exits(struct vcpu *of, struct vcpu *before)
{
	int fd = kvm(of->fd, KVM_GET_STATS_FD, 0);
	u64 least = ~0ul, then, exits;

	REQUIRE(fd >= 0, "%d", fd);
	vcpu_sync(of, 1);
	for (int i = 0; i < 3000 && least > 1; i++) {
		if (before)
			vcpu_sync(before, 1);
		then = kvm_statistic(fd, "exits");
		vcpu_sync(of, 1);
		exits = kvm_statistic(fd, "exits") - then;
		if (exits < least)
			least = exits;
	}
	return least;
}

static void timers_in_place(void)
{
	struct vm *vm = new_vm(guest_fires, 0);

	if (!is_vhe())
		ktap_skip("no timer is served in place");
	CHECK_EQ(least_exits(&vm->vcpu[0], NULL), 1);
}

/* The first message of who sends comes before an interrupt. */
static void posted_before(void)
{
	struct vm *vm = vm_new(2, guest_sends, 0);

	if (!is_vhe())
		ktap_skip("of the way in place");
	gic_new(vm, 64);
	vcpu_start(&vm->vcpu[1], guest_hears, 0);
	vcpu_sync(&vm->vcpu[0], 1);
	CHECK_EQ(least_exits(&vm->vcpu[1], &vm->vcpu[0]), 1);
}

static const struct ktap_case cases[] = {
	{ "memory over a frame", overlay },
	{ "an address changes hands", changing_hands },
	{ "memory over a frame that is in use", overlay_running },
	{ "a doorbell wakes a thread of the same CPU", wakes },
	{ "a doorbell interrupts who rings it", loops },
	{ "timers go off once each", timers },
	{ "timers wait over the host's ticks", ticks_between, 120 },
	{ "timers go off without an exit", timers_in_place },
	{ "an interrupt from before is no exit", posted_before },
};
KTAP_MAIN(cases)
