// SPDX-License-Identifier: GPL-2.0-only
/*
 * The in-kernel GICv2 as the guest uses it; on a host that has none to give, keel's in
 * software. Proves:
 *  - many interrupts pending at once come once each, in order of priority
 *  - 20 interrupts active at once, each preempting the one before
 *  - with EOImode more are active than list registers, and end in any order
 *  - an SGI that several vCPUs sent comes once for each, and tells from whom
 *  - GICD_SGIR's three ways to name targets
 *  - a pending SPI follows ITARGETSR to another vCPU
 *  - Group 1 and Group 0, as IRQ and as FIQ
 *  - WFI does not wait with an interrupt pending, and does for what the
 *    priority mask or the distributor hold back
 *  - the virtual and the physical timer's interrupts, also out of WFI
 *  - the same on one CPU of the host that idles meanwhile, also with the
 *    interrupt acknowledged and not ended
 *  - level-sensitive lines and a resampling irqfd
 *  - a slot of huge pages over the CPU interface does not hide it
 */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/gic2.h"
#include "lib/gic_guests.h"

#define GRP0	1
#define GRP1	2
#define ACKCTL	4	/* IAR and EOIR are for both groups; QEMU lacks AIAR */
#define FIQEN	8
#define EOIMODE	(1 << 9)

static void enable(void)
{
	gic2_enable(NR_IRQS);
}

static u32 acknowledge(void)
{
	return gicc_read(GICC_IAR);
}

static void end(u32 intid)
{
	gicc_write(GICC_EOIR, intid);
}

static const struct gic_cpu gicv2 = { enable, acknowledge, end };

static void guest_nest(u64 arg)
{
	enable();
	gic_nest_prepare();
	for (unsigned int n = 0; n < 3; n++) {
		gic_nest();
		GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), 0);
		GUEST_EQ(mmio_read32(GICD + GIC_ISPENDR + 4), 0);
	}
}

/*
 * Priority drop at once, deactivation later and in no order; what was deactivated may come again.
 */
static void guest_split(u64 arg)
{
	static const u8 order[] = { 5, 0, 9, 7, 2, 11, 1, 6, 10, 3, 8, 4 };
	u32 active = 0;

	enable();
	gicc_write(GICC_CTLR, GRP0 | EOIMODE);
	for (unsigned int n = 0; n < 3; n++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(order); i++) {
			gic_set_bit(GIC_ISPENDR, 32 + i);
			GUEST_EQ(gicc_read(GICC_IAR), 32 + i);
			gicc_write(GICC_EOIR, 32 + i);
			active |= 1u << i;
			GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), active);
		}
		for (unsigned int i = 0; i < ARRAY_SIZE(order); i++) {
			gicc_write(GICC_DIR, 32 + order[i]);
			active &= ~(1u << order[i]);
			GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), active);
		}
	}
	GUEST_EQ(gicc_read(GICC_DIR), 0);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

/* Per CPU, by INTID and, for SGIs, by sender. */
static u64 seen[MAX_VCPUS][NR_IRQS], from[MAX_VCPUS][16][MAX_VCPUS], ready[MAX_VCPUS], go;

static void count(struct guest_regs *regs)
{
	u32 iar = gicc_read(GICC_IAR), intid = iar & 0x3ff;

	if (intid >= NR_IRQS)
		return;
	/* counted when it is active no more, so that it can go elsewhere */
	gicc_write(GICC_EOIR, iar);
	if (intid < 16)
		__atomic_add_fetch(&from[guest_cpu()][intid][iar >> 10 & 7], 1, __ATOMIC_SEQ_CST);
	else
		GUEST_EQ(iar, intid);
	__atomic_add_fetch(&seen[guest_cpu()][intid], 1, __ATOMIC_SEQ_CST);
}

static void guest_receiver(u64 sends)
{
	unsigned int cpu = guest_cpu();

	guest_on(VEC_IRQ, count);
	gic2_cpu_enable();
	irq_on();
	store_release(&ready[cpu], 1);
	for (u64 i = 1; i <= sends; i++) {
		await(&go, i);
		mmio_write32(GICD + GIC_SGIR, 1 << 16 | 5);
		store_release(&ready[cpu], 1 + i);
	}
	for (;;)
		wfi();
}

static void start_receivers(unsigned int n, u64 sends)
{
	guest_on(VEC_IRQ, count);
	enable();
	guest_secondary_fn = guest_receiver;
	for (unsigned int i = 1; i < n; i++) {
		GUEST_EQ(guest_hvc(0xc4000003, i, (u64)guest_secondary, sends).a0, 0);
		await(&ready[i], 1);
	}
}

static void guest_senders(u64 arg)
{
	start_receivers(3, 20);
	for (u64 i = 1; i <= 20; i++) {
		irq_off();
		store_release(&go, i);
		mmio_write32(GICD + GIC_SGIR, 2 << 24 | 5);
		await(&ready[1], 1 + i);
		await(&ready[2], 1 + i);
		GUEST_EQ(mmio_read32(GICD + GIC_ISPENDR), 1 << 5);
		irq_on();
		await(&seen[0][5], 3 * i);
		for (unsigned int cpu = 0; cpu < 3; cpu++)
			GUEST_EQ(from[0][5][cpu], i);
		irq_off();
		GUEST_EQ(mmio_read32(GICD + GIC_SPENDSGIR + 4), 0);
	}
	/* what is withdrawn does not come */
	mmio_write32(GICD + GIC_SPENDSGIR + 4, 0x0600);
	GUEST_EQ(mmio_read32(GICD + GIC_SPENDSGIR + 4), 0x0600);
	mmio_write32(GICD + GIC_ICPENDR, ~0u);
	GUEST_EQ(mmio_read32(GICD + GIC_ISPENDR), 1 << 5);
	mmio_write8(GICD + GIC_CPENDSGIR + 5, 0x02);
	irq_on();
	await(&seen[0][5], 61);
	irq_off();
	GUEST_EQ(from[0][5][2], 21);
	GUEST_EQ(from[0][5][1], 20);
	GUEST_EQ(seen[0][5], 61);
}

static void guest_sgi(u64 arg)
{
	start_receivers(3, 0);
	irq_on();
	for (u64 i = 1; i <= 50; i++) {
		mmio_write32(GICD + GIC_SGIR, 1 << 17 | 5);
		await(&seen[1][5], i);
		mmio_write32(GICD + GIC_SGIR, 3 << 17 | 6);
		await(&seen[1][6], i);
		await(&seen[2][6], i);
		mmio_write32(GICD + GIC_SGIR, 1 << 24 | 7);
		await(&seen[1][7], i);
		await(&seen[2][7], i);
		mmio_write32(GICD + GIC_SGIR, 2 << 24 | 8);
		await(&seen[0][8], i);
		/* nobody there, and a reserved filter */
		mmio_write32(GICD + GIC_SGIR, 0xf8 << 16 | 9);
		mmio_write32(GICD + GIC_SGIR, 3 << 24 | 7 << 16 | 9);
	}
	GUEST_EQ(seen[2][5] + seen[0][5] + seen[0][6] + seen[0][7], 0);
	GUEST_EQ(seen[1][8] + seen[2][8], 0);
	GUEST_EQ(seen[0][9] + seen[1][9] + seen[2][9], 0);
	GUEST_EQ(seen[1][5], 50);
	GUEST_EQ(from[2][7][0], 50);
}

/* Pending at a vCPU that does not take it, then routed to one that does. */
static void guest_route(u64 arg)
{
	start_receivers(2, 0);
	for (u64 i = 1; i <= 50; i++) {
		mmio_write8(GICD + GIC_ITARGETSR + 40, 1);
		gic_set_bit(GIC_ISPENDR, 40);
		GUEST_EQ(mmio_read32(GICD + GIC_ISPENDR + 4), 1 << 8);
		GUEST_EQ(seen[1][40], i - 1);
		mmio_write8(GICD + GIC_ITARGETSR + 40, 2);
		await(&seen[1][40], i);
	}
	irq_on();
	isb();
	GUEST_EQ(seen[0][40], 0);
	GUEST_EQ(mmio_read32(GICD + GIC_ITARGETSR), 0x01010101);
	GUEST_EQ(mmio_read32(GICD + GIC_ITARGETSR + 40), 0x01010102);
}

static u64 nr_fiq;

static void take0(struct guest_regs *regs)
{
	u32 intid = gicc_read(GICC_IAR);

	GUEST_ASSERT(intid >= 32 && intid < 48);
	nr_fiq++;
	gicc_write(GICC_EOIR, intid);
}

static void take1(struct guest_regs *regs)
{
	u32 intid = gicc_read(GICC_IAR);

	GUEST_ASSERT(intid >= 48 && intid < 64);
	gic_nr_taken++;
	gicc_write(GICC_EOIR, intid);
}

/*
 * 32 to 47 in Group 0, 48 to 63 in Group 1 and more urgent: a CPU interface looks at the
 * highest priority alone (IHI 0048B), and signals nothing if that one's group is off.
 */
static void guest_groups(u64 arg)
{
	enable();
	mmio_write32(GICD + GIC_IGROUPR + 4, 0xffff0000);
	GUEST_EQ(mmio_read32(GICD + GIC_IGROUPR + 4), 0xffff0000);
	guest_on(VEC_IRQ, take1);
	guest_on(VEC_FIQ, take0);
	for (unsigned int i = 32; i < 64; i++) {
		mmio_write8(GICD + GIC_IPRIORITYR + i, i < 48 ? 0xa0 : 0x20);
		gic_set_bit(GIC_ISPENDR, i);
	}
	gicc_write(GICC_CTLR, GRP1 | ACKCTL | FIQEN);
	irq_on();
	while (READ_ONCE(gic_nr_taken) < 16)
		;
	GUEST_EQ(nr_fiq, 0);
	gicc_write(GICC_CTLR, GRP0 | GRP1 | ACKCTL | FIQEN);
	while (READ_ONCE(nr_fiq) < 16)
		;
	irq_off();
	GUEST_EQ(gic_nr_taken, 16);
	GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), 0);
}

/* User space takes a nap while the interrupt is active. */
static void tick_and_nap(struct guest_regs *regs)
{
	u32 intid = gicc_read(GICC_IAR);

	if (intid >= NR_IRQS)
		return;
	GUEST_EQ(intid, 27);
	msr(cntv_ctl_el0, 0);
	isb();
	if (++gic_ticks[0] % 2)
		GUEST_SYNC(gic_ticks[0], 0);
	gicc_write(GICC_EOIR, intid);
}

static void guest_naps(u64 n)
{
	enable();
	guest_on(VEC_IRQ, tick_and_nap);
	irq_on();
	for (u64 i = 1; i <= n; i++) {
		msr(cntv_cval_el0, mrs(cntvct_el0) + mrs(cntfrq_el0) / 250);
		msr(cntv_ctl_el0, 1);
		isb();
		if (i % 4 < 2)
			wfi_until(READ_ONCE(gic_ticks[0]) >= i);
		while (READ_ONCE(gic_ticks[0]) < i)
			;
	}
	GUEST_EQ(gic_ticks[0], n);
	GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER), 0);
}

/* Masked by PSTATE.I WFI returns; a spurious return is allowed, but not one after the other. */
static void guest_wfi(u64 arg)
{
	enable();
	guest_on(VEC_IRQ, gic_tick);
	mmio_write8(GICD + GIC_IPRIORITYR + 27, 0x20);
	mmio_write8(GICD + GIC_IPRIORITYR + 40, 0x80);
	gic_set_bit(GIC_ISPENDR, 40);
	for (unsigned int i = 0; i < 10; i++)
		wfi();
	gicc_write(GICC_PMR, 0x80);
	GUEST_ASSERT(gic_wakes_until_tick() < 20);
	gicc_write(GICC_PMR, 0xff);
	GUEST_EQ(gicc_read(GICC_HPPIR), 40);
	mmio_write32(GICD_CTLR, 0);
	GUEST_EQ(gicc_read(GICC_HPPIR), GIC_SPURIOUS);
	mmio_write32(GICD_CTLR, 1);
	GUEST_EQ(gicc_read(GICC_IAR), 40);
	gicc_write(GICC_EOIR, 40);
	GUEST_ASSERT(gic_wakes_until_tick() < 20);
}

/* Acknowledge one interrupt per run and tell which; 32 to 47 are level-sensitive. */
static void guest_acknowledges(u64 arg)
{
	enable();
	mmio_write32(GICD + GIC_ICFGR + 8, 0);
	irq_off();
	GUEST_SYNC(GIC_SPURIOUS, 0);
	for (;;) {
		u32 intid = gicc_read(GICC_IAR);

		if (intid < 1020)
			gicc_write(GICC_EOIR, intid);
		GUEST_SYNC(intid, 0);
	}
}

static struct vm *new_vm(unsigned int n, void (*fn)(u64))
{
	struct vm *vm;

	gic_cpu = &gicv2;
	vm = vm_new(n, fn, 0);
	gic2_new(vm, NR_IRQS);
	return vm;
}

static void *run_forever(void *vcpu)
{
	vcpu_finish(vcpu);
	return NULL;
}

static void run(unsigned int n, void (*fn)(u64))
{
	struct vm *vm = new_vm(n, fn);
	pthread_t thread;

	for (unsigned int i = 1; i < n; i++)
		REQUIRE_EQ(pthread_create(&thread, NULL, run_forever, &vm->vcpu[i]), 0);
	vcpu_finish(&vm->vcpu[0]);
}

static void many(void)
{
	run(1, gic_guest_many);
}

static void nested(void)
{
	run(1, guest_nest);
}

/* The host's GICV serves guests, and no software. */
static bool is_hardware(void)
{
	char how[32] = "";
	int fd = open("/sys/module/keel/parameters/gicv2", O_RDONLY);

	REQUIRE(fd >= 0 && read(fd, how, sizeof(how) - 1) > 0);
	close(fd);
	return strcmp(how, "soft\n") && !gic_is_offered(KVM_DEV_TYPE_ARM_VGIC_V3);
}

static void split(void)
{
	if (!on_keel())
		ktap_skip("KVM has as many active as list registers");
	if (PAGE > 0x1000 && is_hardware())
		ktap_skip("GICC_DIR is in a page with the rest of GICV: which one it was is not told");
	run(1, guest_split);
}

static void senders(void)
{
	run(3, guest_senders);
}

static void sgis(void)
{
	run(3, guest_sgi);
}

static void route(void)
{
	run(2, guest_route);
}

static void groups(void)
{
	run(1, guest_groups);
}

static void wfi_wakes(void)
{
	run(1, guest_wfi);
}

static void timers(void)
{
	run(1, gic_guest_timers);
}

#define NAPS	40

static void naps(void)
{
	struct vm *vm = new_vm(1, guest_naps);
	struct ucall uc;
	u64 n = 0;

	REQUIRE(pin_to(nr_cpus() - 1));
	vcpu_start(&vm->vcpu[0], guest_naps, NAPS);
	while ((uc = vcpu_ucall(&vm->vcpu[0])).cmd == UCALL_SYNC) {
		usleep(4000);
		n++;
	}
	CHECK_EQ(uc.cmd, UCALL_DONE);
	CHECK_EQ(n, NAPS / 2);
}

#define NEXT(vm, intid)	CHECK_EQ(vcpu_ucall(&(vm)->vcpu[0]).a, intid)

static void line(struct vm *vm, u32 spi, u32 level)
{
	struct kvm_irq_level l = {
		.irq = (u32)KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | spi, .level = level,
	};

	CHECK_EQ(kvm(vm->fd, KVM_IRQ_LINE, &l), 0);
}

static bool is_signalled(int fd)
{
	u64 n;

	return read(fd, &n, sizeof(n)) == sizeof(n);
}

static void lines(void)
{
	struct vm *vm = new_vm(1, guest_acknowledges);
	struct kvm_irqfd a = { .gsi = 7, .flags = KVM_IRQFD_FLAG_RESAMPLE };
	u64 one = 1;
	int ack;

	NEXT(vm, GIC_SPURIOUS);
	NEXT(vm, GIC_SPURIOUS);
	line(vm, 35, 1);
	NEXT(vm, 35);
	NEXT(vm, 35);
	line(vm, 35, 0);
	NEXT(vm, GIC_SPURIOUS);
	line(vm, 60, 1);
	NEXT(vm, 60);
	NEXT(vm, GIC_SPURIOUS);

	a.fd = eventfd(0, EFD_NONBLOCK);
	a.resamplefd = ack = eventfd(0, EFD_NONBLOCK);
	REQUIRE_EQ(kvm(vm->fd, KVM_IRQFD, &a), 0);
	for (int i = 0; i < 3; i++) {
		CHECK_EQ(write(a.fd, &one, sizeof(one)), sizeof(one));
		CHECK(!is_signalled(ack));
		NEXT(vm, 39);
		NEXT(vm, GIC_SPURIOUS);
		CHECK(is_signalled(ack));
	}
}


static void guest_overlaid(u64 arg)
{
	u32 mask;

	gicc_write(GICC_PMR, 0xf0);
	mask = gicc_read(GICC_PMR);
	GUEST_ASSERT(mask);
	GUEST_EQ(mmio_read32(GICD + HUGE / 2), 0x5a5a5a5a);
	GUEST_EQ(gicc_read(GICC_PMR), mask);
	mmio_write32(GICD + HUGE / 2, 1);
	GUEST_EQ(gicc_read(GICC_PMR), mask);
}

static void overlaid(void)
{
	struct vm *vm;
	char *mem;

	if (GICD + HUGE > UCALL_ADDR)
		ktap_skip("a huge page has %lu MiB", HUGE >> 20);
	vm = new_vm(1, guest_overlaid);
	mem = vm_alloc(HUGE, HUGE);
	madvise(mem, HUGE, MADV_HUGEPAGE);
	memset(mem, 0x5a, HUGE);
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, GICD, HUGE, mem), 0);
	vcpu_finish(&vm->vcpu[0]);
}

static void __attribute__((constructor)) offer(void)
{
	gic2_offer();
}

static const struct ktap_case cases[] = {
	{ "more pending than list registers", many },
	{ "more active than list registers", nested },
	{ "more active than list registers, with EOImode", split },
	{ "an SGI of several senders", senders },
	{ "SGIs", sgis },
	{ "a pending SPI follows its targets", route },
	{ "groups", groups },
	{ "WFI wakes for what is signalled", wfi_wakes },
	{ "timers", timers },
	{ "timers of a CPU that idles", naps },
	{ "lines and their completion", lines },
	{ "huge pages over the CPU interface", overlaid },
};
KTAP_MAIN(cases)
