// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts at full rate while four vCPUs run, more of them than there are
 * list registers. Proves, by counting each:
 *  - no event of an irqfd is lost or comes twice, also while the guest
 *    disables, enables, routes and reorders its interrupts, and while the
 *    vCPUs' threads move between the host's CPUs
 *  - a level-sensitive interrupt comes once for each event of its irqfd, and so
 *    does its resamplefd
 *  - irqfds and routes that come and go under all that do no harm, and what is
 *    set up afterwards works
 *  - the timer's interrupts go on through a storm
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>
#include "lib/gic.h"

#define CPUS	4
#define SPIS	32
#define FIRST	32
#define NR_IRQS	(FIRST + SPIS)
#define RUN_NS	1500000000ull
#define LATE_NS	(100 * RUN_NS)
#define TICKS	4			/* of each vCPU's timer, at least, while it runs */

static u64 got[SPIS], ticks[CPUS], up;	/* the guest's */
static bool level, stop;
static u64 settle, settled;	/* asked for, reached */

static void take(struct guest_regs *regs)
{
	u32 intid = icc_read(ICC_IAR1);

	if (intid == 1023)	/* routed away just now */
		return;
	if (intid == 27) {
		msr(cntv_ctl_el0, 0);
		isb();
		ticks[guest_cpu()]++;
	} else {
		if (!mrs(cntv_ctl_el0)) {
			msr(cntv_cval_el0, mrs(cntvct_el0) + mrs(cntfrq_el0) / 500);
			msr(cntv_ctl_el0, 1);
		}
		GUEST_ASSERT(intid >= FIRST && intid < NR_IRQS);
		__atomic_add_fetch(&got[intid - FIRST], 1, __ATOMIC_SEQ_CST);
		/* leaves the guest and comes back, while others change what is active here */
		if (intid & 1)
			mmio_read32(GICD + GIC_ISACTIVER + 4);
	}
	icc_write(ICC_EOIR1, intid);
}

/*
 * However slow the host is, neither keeps the other away: the timer comes before the
 * SPIs, and goes on when one of them has been taken.
 */
static void start_cpu(void)
{
	u64 redist = GICR_BASE + guest_cpu() * GICR_SIZE;

	guest_on(VEC_IRQ, take);
	gic_cpu_enable(redist);
	mmio_write8(redist + GICR_SGI + GIC_IPRIORITYR + 27, 0);
	msr(cntv_cval_el0, mrs(cntvct_el0));
	msr(cntv_ctl_el0, 1);
	irq_on();
	__atomic_add_fetch(&up, 1, __ATOMIC_SEQ_CST);
}

/* One sleeps, one computes, one is in and out of the kernel. */
static void guest_takes(u64 arg)
{
	start_cpu();
	for (;;) {
		if (guest_cpu() == 1)
			wfi();
		if (guest_cpu() == 2)
			mmio_read32(GICD + 0x4);
	}
}

/* The first CPU changes what it can about an interrupt; it stays one that is taken in the end. */
static void churn(u64 n)
{
	u32 intid = FIRST + n * 7 % SPIS;

	gic_set_bit(GIC_ICENABLER, intid);
	mmio_write64(GICD_IROUTER(intid), n / 3 % CPUS);
	mmio_write8(GICD + GIC_IPRIORITYR + intid, ((n + n / SPIS) * 8 & 0x78) + 8);
	gic_set_bit(GIC_ISENABLER, intid);
	mmio_read32(GICD + GIC_ISPENDR + 4);
	mmio_read32(GICD + GIC_ISACTIVER + 4);
}

/* With nobody to signal: what is pending has been taken and ended. */
static void wait_settled(u64 n)
{
	while (mmio_read32(GICD + GIC_ISPENDR + 4))
		;
	while (mmio_read32(GICD + GIC_ISACTIVER + 4))
		;
	store_release(&settled, n);
}

static void guest_start(u64 churns)
{
	gic_dist_enable(NR_IRQS, !level);
	for (u32 i = FIRST; i < NR_IRQS; i++) {
		mmio_write64(GICD_IROUTER(i), i % CPUS);
		mmio_write8(GICD + GIC_IPRIORITYR + i, (i * 8 & 0x78) + 8);
	}
	start_cpu();
	guest_secondary_fn = guest_takes;
	for (u64 i = 1; i < CPUS; i++)
		GUEST_EQ(guest_hvc(0xc4000003, i, (u64)guest_secondary, 0).a0, 0);
	for (u64 n = 0; !READ_ONCE(stop); n++) {
		if (READ_ONCE(settle) != settled)
			wait_settled(READ_ONCE(settle));
		if (churns)
			churn(n);
		else
			wfi();
	}
}

/* --- the host --- */

static struct vm *vm;
static int efd[SPIS], resample[SPIS];

static u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ull + t.tv_nsec;
}

static int irqfd(int fd, u32 gsi, u32 flags, int resamplefd)
{
	struct kvm_irqfd a = { .fd = fd, .gsi = gsi, .flags = flags, .resamplefd = resamplefd };

	return kvm(vm->fd, KVM_IRQFD, &a);
}

static int new_efd(void)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	REQUIRE(fd >= 0);
	return fd;
}

static void signal_fd(int fd)
{
	u64 one = 1;

	CHECK_EQ(write(fd, &one, sizeof(one)), sizeof(one));
}

static u64 got_now(unsigned int i)
{
	return __atomic_load_n(&vm_shared(vm, got)[0][i], __ATOMIC_ACQUIRE);
}

static void *run_vcpu(void *vcpu)
{
	vcpu_finish(vcpu);
	return NULL;
}

/* The vCPUs' threads do not stay where they are. */
static void *move_threads(void *threads)
{
	for (unsigned int n = 0;; n++) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET(n / CPUS % nr_cpus(), &set);
		pthread_setaffinity_np(((pthread_t *)threads)[n % CPUS], sizeof(set), &set);
		usleep(3000);
	}
	return NULL;
}

static void start(bool is_level, bool churns, bool moves)
{
	static pthread_t threads[CPUS];
	pthread_t mover;

	level = is_level;
	vm = vm_new(CPUS, guest_start, churns);
	gic_new(vm, NR_IRQS);
	for (unsigned int i = 0; i < CPUS; i++)
		REQUIRE_EQ(pthread_create(&threads[i], NULL, run_vcpu, &vm->vcpu[i]), 0);
	for (unsigned int i = 0; i < SPIS; i++) {
		efd[i] = new_efd();
		resample[i] = is_level ? new_efd() : -1;
		REQUIRE_EQ(irqfd(efd[i], i, is_level ? KVM_IRQFD_FLAG_RESAMPLE : 0, resample[i]), 0);
	}
	while (__atomic_load_n(vm_shared(vm, up), __ATOMIC_ACQUIRE) < CPUS)
		usleep(1000);
	if (moves)
		REQUIRE_EQ(pthread_create(&mover, NULL, move_threads, threads), 0);
}

static bool completed(unsigned int i)
{
	u64 count;

	return !level || read(resample[i], &count, sizeof(count)) == sizeof(count);
}

static u64 ticks_now(unsigned int i)
{
	return __atomic_load_n(&vm_shared(vm, ticks)[0][i], __ATOMIC_ACQUIRE);
}

static bool all_ticked(const u64 *before)
{
	for (unsigned int i = 0; i < CPUS; i++)
		if (ticks_now(i) - before[i] < TICKS)
			return false;
	return true;
}

/*
 * Every interrupt is signalled again as soon as it came; each signal counts once.
 * The storm is over when it has shown what it has to: on a busy machine that takes
 * longer. What is as late as LATE_NS does not come.
 */
static void count_all(void)
{
	u64 sent[SPIS] = {}, before[CPUS], total = 0, end = now_ns() + RUN_NS, late = end + LATE_NS;
	bool busy[SPIS] = {}, storm, any;

	for (unsigned int i = 0; i < CPUS; i++)
		before[i] = ticks_now(i);
	do {
		any = false;
		storm = now_ns() < end ||
			((total <= 2 * SPIS || !all_ticked(before)) && now_ns() < late);
		for (unsigned int i = 0; i < SPIS; i++) {
			if (busy[i] && got_now(i) >= sent[i] && completed(i))
				busy[i] = false;
			if (!busy[i] && storm) {
				sent[i]++;
				total++;
				busy[i] = true;
				signal_fd(efd[i]);
			}
			any |= busy[i];
		}
	} while ((any || storm) && now_ns() < late + 10 * RUN_NS);
	usleep(20000);	/* for one too many */
	for (unsigned int i = 0; i < CPUS; i++)
		CHECK(ticks_now(i) - before[i] >= TICKS, "vCPU %u: %lu ticks", i, ticks_now(i) - before[i]);
	for (unsigned int i = 0; i < SPIS; i++)
		CHECK(got_now(i) == sent[i] && !busy[i], "SPI %u: %lu of %lu", FIRST + i, got_now(i), sent[i]);
	CHECK(total > 2 * SPIS, "%lu", total);
	ktap_note("%lu interrupts", total);
}

static void edges(void)
{
	start(false, false, false);
	count_all();
}

static void edges_churned(void)
{
	start(false, true, true);
	count_all();
}

static void levels(void)
{
	start(true, false, true);
	count_all();
}

/* --- irqfds and routes come and go --- */

static bool over;

static void *signal_all(void *unused)
{
	for (unsigned int n = 0; !READ_ONCE(over); n++) {
		u64 one = 1;

		/* may be closed, or another one by now */
		if (write(READ_ONCE(efd[n % SPIS]), &one, sizeof(one)) < 0)
			continue;
	}
	return NULL;
}

static void set_routes(unsigned int shift)
{
	struct {
		struct kvm_irq_routing head;
		struct kvm_irq_routing_entry e[SPIS];
	} r = { .head.nr = SPIS };

	for (unsigned int i = 0; i < SPIS; i++)
		r.e[i] = (struct kvm_irq_routing_entry){
			.gsi = i, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = (i + shift) % SPIS,
		};
	CHECK_EQ(kvm(vm->fd, KVM_SET_GSI_ROUTING, &r), 0);
}

static void *change_routes(void *unused)
{
	for (unsigned int n = 0; !READ_ONCE(over); n++)
		set_routes(n);
	return NULL;
}

static void *line_levels(void *unused)
{
	for (unsigned int n = 0; !READ_ONCE(over); n++) {
		struct kvm_irq_level l = {
			.irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | (FIRST + n % SPIS),
			.level = n / SPIS & 1,
		};

		CHECK_EQ(kvm(vm->fd, KVM_IRQ_LINE, &l), 0);
	}
	return NULL;
}

/*
 * Assigned and deassigned, with and without resampling; every third eventfd is closed under its
 * irqfd.
 */
static void *change_irqfds(void *unused)
{
	int ack = new_efd();

	for (unsigned int n = 0; !READ_ONCE(over); n++) {
		unsigned int i = n % SPIS;
		u32 flags = n / SPIS & 1 ? KVM_IRQFD_FLAG_RESAMPLE : 0;
		int fd = efd[i];

		if (n % 3) {
			CHECK_EQ(irqfd(fd, i, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
		} else {
			fd = new_efd();
			dup3(fd, efd[i], O_CLOEXEC);
			close(fd);
			fd = efd[i];
		}
		CHECK_EQ(irqfd(fd, i, flags, ack), 0);
	}
	return NULL;
}

static void coming_and_going(void)
{
	void *(*const work[])(void *) = { signal_all, change_routes, line_levels, change_irqfds };
	pthread_t threads[ARRAY_SIZE(work)];

	start(false, true, false);
	for (unsigned int i = 0; i < ARRAY_SIZE(work); i++)
		REQUIRE_EQ(pthread_create(&threads[i], NULL, work[i], NULL), 0);
	usleep(ktap_times(RUN_NS / 1000));
	WRITE_ONCE(over, true);
	for (unsigned int i = 0; i < ARRAY_SIZE(work); i++)
		pthread_join(threads[i], NULL);

	/* what is left over goes, then everything works as on the first day */
	set_routes(0);
	for (unsigned int i = 0; i < SPIS; i++) {
		CHECK_EQ(irqfd(efd[i], i, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
		efd[i] = new_efd();
		CHECK_EQ(irqfd(efd[i], i, 0, 0), 0);
	}
	*vm_shared(vm, settle) = 1;
	while (load_acquire(vm_shared(vm, settled)) != 1)
		usleep(1000);
	for (unsigned int i = 0; i < SPIS; i++)
		__atomic_store_n(&vm_shared(vm, got)[0][i], 0, __ATOMIC_SEQ_CST);
	count_all();
}

static const struct ktap_case cases[] = {
	{ "edges, one for one", edges, 60 },
	{ "edges, one for one, under a guest that changes all about them", edges_churned, 60 },
	{ "level-sensitive ones with resampling, one for one", levels, 60 },
	{ "irqfds and routes come and go", coming_and_going, 60 },
};
KTAP_MAIN(cases)
