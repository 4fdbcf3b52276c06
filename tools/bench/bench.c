// SPDX-License-Identifier: GPL-2.0-only
/*
 * Benchmarks of a KVM, through the standard ABI alone: runs on any arm64 host
 * with a GICv3. Each operation is marked for the counting plugin (ops.h) and
 * timed by the host's counter as well, which is what a real machine has.
 *
 * usage: bench [OPERATION...]           all of them
 *        bench exec PROGRAM [ARG...]    run a program; its guest's boot is marked from here on
 */
#include <fcntl.h>
#include <linux/random.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>
#include "bench.h"

#define GICD		MMIO_BASE
#define GICR(cpu)	(MMIO_BASE + 0x100000 + (cpu) * 0x20000ul)
#define GICC		(MMIO_BASE + 0x10000)	/* of a GICv2 */
#define GICD_IIDR	(GICD + 0x8)
#define GICD_IPRIORITYR	(GICD + 0x400)
#define SGI_FRAME	0x10000
#define GITS		(MMIO_BASE + 0x200000)
#define GITS_TRANSLATER	(GITS + 0x10040)
#define LPI		8192
#define IAR1	S3_0_C12_C12_0
#define EOIR1	S3_0_C12_C12_1
#define SGI1R	S3_0_C12_C11_5
#define icc_read(r)	icc_read_(r)
#define icc_read_(r)	mrs(r)
#define icc_write(r, v)	icc_write_(r, v)
#define icc_write_(r, v) do { msr(r, v); isb(); } while (0)

#define DOORBELL	(MMIO_BASE + 0x801000)	/* an ioeventfd */
#define SPI		40

/* Ticks of the host's counter for the cheapest batch. */
u64 best = ~0ull;

static inline u32 read32(u64 addr)
{
	u32 v;

	asm volatile("ldr %w0, [%1]" : "=r"(v) : "r"(addr) : "memory");
	return v;
}

static inline void yield(void)
{
	asm volatile("yield" ::: "memory");
}

/* ---- the guest's side ---- */

static void gic_cpu_on(void)
{
	u64 rd = GICR(guest_cpu());

	write32(rd + 0x14, 0);			/* GICR_WAKER */
	write32(rd + SGI_FRAME + 0x80, ~0u);	/* GICR_IGROUPR0 */
	write32(rd + SGI_FRAME + 0x100, ~0u);	/* GICR_ISENABLER0 */
	icc_write(S3_0_C12_C12_5, 7);		/* ICC_SRE_EL1 */
	icc_write(S3_0_C4_C6_0, 0xff);		/* ICC_PMR_EL1 */
	icc_write(S3_0_C12_C12_7, 1);		/* ICC_IGRPEN1_EL1 */
}

static void gic_on(void)
{
	write32(GICD, 0x12);
	write32(GICD + 0x80 + 4, ~0u);		/* GICD_IGROUPR */
	write32(GICD + 0xc00 + 8, ~0u);		/* GICD_ICFGR: edges */
	write32(GICD + 0xc00 + 12, ~0u);
	write32(GICD + 0x100 + 4, ~0u);		/* GICD_ISENABLER */
	gic_cpu_on();
}

static u64 nr_taken[MAX_VCPUS], up[MAX_VCPUS];

static void take(struct guest_regs *regs)
{
	u32 intid = icc_read(IAR1);

	icc_write(EOIR1, intid);
	if (intid != 1023)
		store_release(&nr_taken[guest_cpu()], nr_taken[guest_cpu()] + 1);
}

static void await(u64 *word, u64 value)
{
	while (load_acquire(word) < value)
		yield();
}

static void guest_hypercall(u64 arg)
{
	MEASURE(HYPERCALL, guest_hvc(0x4b000000, 0, 0, 0));
}

/* ARCH_FEATURES of ARCH_WORKAROUND_1 */
static void guest_features(u64 arg)
{
	MEASURE(FEATURES, guest_hvc(0x80000001, 0x80008000, 0, 0));
}

static void guest_idreg(u64 arg)
{
	MEASURE(IDREG, mrs(id_aa64pfr0_el1));
}

/* CTR_EL0, which traps on CPUs without FEAT_EVT */
static void guest_ctr(u64 arg)
{
	MEASURE(CTR, mrs(ctr_el0));
}

static void guest_gic_read(u64 arg)
{
	MEASURE(GIC_READ, read32(GICD_IIDR));
}

static void guest_gic_write(u64 arg)
{
	gic_on();
	MEASURE(GIC_WRITE, write32(GICD_IPRIORITYR + 36, 0x80808080));
}

static void guest_user_read(u64 arg)
{
	MEASURE(USER_READ, read32(DEVICE));
}

static void guest_user_write(u64 arg)
{
	MEASURE(USER_WRITE, write32(DEVICE, 1));
}

static void guest_doorbell(u64 arg)
{
	MEASURE(IOEVENTFD, write32(DOORBELL, 1));
}

/* To a vCPU that does not run. */
static void guest_sgi_send(u64 arg)
{
	gic_on();
	MEASURE(SGI_SEND, icc_write(SGI1R, 5ul << 24 | 1 << 1));
}

/* Takes interrupts until the end. */
static void guest_receiver(u64 arg)
{
	guest_on(VEC_IRQ, take);
	gic_cpu_on();
	irq_on();
	store_release(&up[guest_cpu()], 1);
	for (;;)
		yield();
}

static void guest_sgi_handler(u64 arg)
{
	u64 sent = 0;

	gic_on();
	guest_secondary_fn = guest_receiver;
	GUEST_EQ(guest_hvc(0xc4000003, 1, (u64)guest_secondary, 0).a0, 0);
	await(&up[1], 1);
	MEASURE(SGI_HANDLER, icc_write(SGI1R, 5ul << 24 | 1 << 1); await(&nr_taken[1], ++sent));
}

static void take_marked(struct guest_regs *regs)
{
	u32 intid = icc_read(IAR1);

	BATCH(EOI, icc_write(EOIR1, intid));
	store_release(&nr_taken[0], nr_taken[0] + 1);
}

static void guest_eoi(u64 arg)
{
	gic_on();
	guest_on(VEC_IRQ, take_marked);
	irq_on();
	for (u64 i = 1; i <= BATCHES; i++) {
		write32(GICD + 0x200 + SPI / 32 * 4, 1u << SPI % 32);
		await(&nr_taken[0], i);
	}
}

/* A GICv2 whose CPU interface is software: one interrupt is taken and ended. */
static void guest_gicc(u64 arg)
{
	write32(GICD, 1);
	write32(GICD + 0xc00 + 8, ~0u);				/* GICD_ICFGR: edges */
	write32(GICD + 0x800 + SPI, 1);				/* GICD_ITARGETSR */
	write32(GICD + 0x100 + SPI / 32 * 4, 1u << SPI % 32);	/* GICD_ISENABLER */
	write32(GICC + 0x04, 0xff);
	write32(GICC, 1);
	for (unsigned int i = 0; i < BATCHES; i++) {
		write32(GICD + 0x200 + SPI / 32 * 4, 1u << SPI % 32);
		BATCH(GIC2_ACK, write32(GICC + 0x10, read32(GICC + 0x0c)));
	}
}

static void guest_irqfd(u64 arg)
{
	gic_on();
	guest_receiver(arg);
}

/* Tables and queue of the ITS and of the LPIs, 64 KiB each. */
enum { DEVICES, COLLECTIONS, QUEUE, PROPERTIES, PENDING, EVENTS, NR_TABLES };
#define TABLE(t)	(DATA_BASE + (t) * 0x10000ul)
#define VALID		(1ul << 63)

static void its_command(unsigned int n, u64 a, u64 b, u64 c)
{
	volatile u64 *at = (u64 *)(TABLE(QUEUE) + n * 32);

	at[0] = a;
	at[1] = b;
	at[2] = c;
	at[3] = 0;
}

#define LPIS		900u
#define SYNC		0x05

static unsigned int its_queued;

/* The commands so far are done when this returns. */
static void its_done(void)
{
	its_command(its_queued++, SYNC, 0, 0);
	dsb(sy);
	mmio_write64(GITS + 0x88, its_queued * 32);			/* GITS_CWRITER */
	while (mmio_read64(GITS + 0x90) != its_queued * 32)		/* GITS_CREADR */
		yield();
}

/* The events of device 1 from 0 on are the first n LPIs, at CPU 0. */
static void its_on(unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		((volatile u8 *)TABLE(PROPERTIES))[i] = 0xa1;
	mmio_write64(GICR(0) + 0x70, TABLE(PROPERTIES) | 0xf);	/* GICR_PROPBASER */
	mmio_write64(GICR(0) + 0x78, TABLE(PENDING));		/* GICR_PENDBASER */
	dsb(sy);
	write32(GICR(0), 1);					/* GICR_CTLR.EnableLPIs */
	mmio_write64(GITS + 0x100, VALID | TABLE(DEVICES));	/* GITS_BASER0 */
	mmio_write64(GITS + 0x108, VALID | TABLE(COLLECTIONS));
	mmio_write64(GITS + 0x80, VALID | TABLE(QUEUE) | 0xf);	/* GITS_CBASER */
	write32(GITS, 1);
	its_command(its_queued++, 0x08 | 1ul << 32, 9, VALID | TABLE(EVENTS));	/* MAPD */
	its_command(its_queued++, 0x09, 0, VALID);				/* MAPC */
	for (u64 i = 0; i < n; i++)						/* MAPTI */
		its_command(its_queued++, 0x0a | 1ul << 32, i | (LPI + i) << 32, 0);
	its_done();
}

/* Exits to user space while many are pending and none is taken. */
static void guest_lpi_crowd(u64 arg)
{
	gic_on();
	its_on(LPIS);
	for (unsigned int i = 0; i < LPIS; i++)
		its_command(its_queued++, 0x03 | 1ul << 32, i, 0);		/* INT */
	its_done();
	MEASURE(LPI_CROWD, read32(DEVICE));
}

static void guest_irqfd_lpi(u64 arg)
{
	gic_on();
	its_on(1);
	guest_receiver(arg);
}

static void take_timer(struct guest_regs *regs)
{
	u32 intid = icc_read(IAR1);

	msr(cntv_ctl_el0, 0);
	isb();
	icc_write(EOIR1, intid);
	nr_taken[0]++;
}

static inline void fire_timer(u64 *fired)
{
	msr(cntv_cval_el0, 0);
	msr(cntv_ctl_el0, 1);
	isb();
	++*fired;
	while (READ_ONCE(nr_taken[0]) < *fired)
		;
}

static void guest_timer(u64 arg)
{
	u64 fired = 0;

	gic_on();
	guest_on(VEC_IRQ, take_timer);
	irq_on();
	MEASURE(TIMER, fire_timer(&fired));
}

/* Interrupts are masked: the SGI stays pending, which keeps WFI from waiting. */
static void guest_wfi_pending(u64 arg)
{
	gic_on();
	icc_write(SGI1R, 5ul << 24 | 1);
	MEASURE(WFI_PENDING, wfi());
}

/*
 * Longer than anybody polls. As an idle task does it: interrupts are masked
 * until the CPU has woken, then taken. One that is left pending would keep the
 * CPU from waiting (guest_wfi_pending) until something else ends the run.
 */
static inline void sleep_a_while(u64 length)
{
	u64 before = nr_taken[0];

	msr(cntv_cval_el0, ticks() + length);
	msr(cntv_ctl_el0, 1);
	isb();
	while (READ_ONCE(nr_taken[0]) == before) {
		wfi();
		irq_on();
		isb();
		irq_off();
	}
}

static void guest_wfi_sleep(u64 arg)
{
	u64 length = mrs(cntfrq_el0) / 500;

	gic_on();
	guest_on(VEC_IRQ, take_timer);
	MEASURE(WFI_SLEEP, sleep_a_while(length));
}

static void guest_forever(u64 arg)
{
	for (;;)
		write32(DEVICE, 1);
}

static void guest_touch_4k(u64 arg)
{
	for (;;) {
		u64 addr = DATA_BASE;

		BATCH(FAULT_4K, write32(addr, 1); addr += 4096);
		GUEST_SYNC(1, 0);
	}
}

static void guest_touch_2m(u64 arg)
{
	for (;;) {
		u64 addr = DATA_BASE;

		BATCH(FAULT_2M, write32(addr, 1); addr += 2 << 20);
		GUEST_SYNC(1, 0);
	}
}

static void guest_touch_logged(u64 arg)
{
	for (;;) {
		u64 addr = DATA_BASE;

		for (u64 page = 0; page < N_WRPROTECT; page++)
			read32(DATA_BASE + page * 4096);
		BATCH(WRPROTECT, write32(addr, 1); addr += 4096);
		GUEST_SYNC(1, 0);
	}
}

static void guest_nothing(u64 arg)
{
}

/* ---- the VMM's side ---- */

static void gic_attr(int fd, u32 group, u64 attr, const void *val)
{
	struct kvm_device_attr a = { .group = group, .attr = attr, .addr = (u64)val };

	REQUIRE_EQ(kvm(fd, KVM_SET_DEVICE_ATTR, &a), 0);
}

/* A GIC of so many interrupts. Returns the device's fd. */
int bench_add_gic(int vm, u32 irqs)
{
	struct kvm_create_device cd = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
	u64 dist = GICD, redist = GICR(0);

	if (kvm(vm, KVM_CREATE_DEVICE, &cd) < 0)
		ktap_skip("no GICv3 for guests");
	gic_attr(cd.fd, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &irqs);
	gic_attr(cd.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, &dist);
	gic_attr(cd.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, &redist);
	gic_attr(cd.fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
	return cd.fd;
}

/* In software, also where the host has one. */
static void add_soft_gic2(int vm)
{
	struct kvm_create_device cd = { .type = KVM_DEV_TYPE_ARM_VGIC_V2 };
	u64 dist = GICD, cpu = GICC;
	char old[32], unused[32];
	int err;

	if (!change_parameter("gicv2", "soft", old))
		ktap_skip("no GICv2 in software");
	err = kvm(vm, KVM_CREATE_DEVICE, &cd);
	change_parameter("gicv2", old, unused);
	REQUIRE_EQ(err, 0);
	gic_attr(cd.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V2_ADDR_TYPE_DIST, &dist);
	gic_attr(cd.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V2_ADDR_TYPE_CPU, &cpu);
	gic_attr(cd.fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
}

static struct vm *new_vm(unsigned int n, void (*fn)(u64))
{
	struct vm *vm = vm_new(n, fn, 0);

	bench_add_gic(vm->fd, 64);
	return vm;
}

void bench_serve(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	struct ucall uc;
	int ret;

	do {
		ret = vcpu_run(vcpu);
	} while (ret == -EINTR || (!ret && run->mmio.phys_addr == DEVICE));
	REQUIRE_EQ(ret, 0);
	REQUIRE(vcpu_is_ucall(vcpu, &uc));
	if (uc.cmd != UCALL_DONE)
		ktap_fail(__FILE__, __LINE__, "guest: message %lu, %#lx, %#lx", uc.cmd, uc.a, uc.b);
}

static void *serve_thread(void *vcpu)
{
	pin_to(1);
	bench_serve(vcpu);
	return NULL;
}

static void start_thread(struct vcpu *vcpu)
{
	pthread_t thread;

	REQUIRE_EQ(pthread_create(&thread, NULL, serve_thread, vcpu), 0);
}

static void simple(void (*fn)(u64), unsigned int vcpus)
{
	struct vm *vm = new_vm(vcpus, fn);

	bench_serve(&vm->vcpu[0]);
	best = *vm_shared(vm, best);
}

static void hypercall(void) { simple(guest_hypercall, 1); }
static void features(void) { simple(guest_features, 1); }
static void idreg(void) { simple(guest_idreg, 1); }
static void ctr(void) { simple(guest_ctr, 1); }
static void gic_read(void) { simple(guest_gic_read, 1); }
static void gic_write(void) { simple(guest_gic_write, 1); }
static void sgi_send(void) { simple(guest_sgi_send, 2); }
static void wfi_pending(void) { simple(guest_wfi_pending, 1); }
static void user_read(void) { simple(guest_user_read, 1); }
static void user_write(void) { simple(guest_user_write, 1); }
static void eoi(void) { simple(guest_eoi, 1); }
static void gicc(void)
{
	struct vm *vm = vm_new(1, guest_gicc, 0);

	add_soft_gic2(vm->fd);
	bench_serve(&vm->vcpu[0]);
	best = *vm_shared(vm, best);
}

static void timer(void) { simple(guest_timer, 1); }
static void wfi_sleep(void) { simple(guest_wfi_sleep, 1); }

static void ioeventfd(void)
{
	struct vm *vm = new_vm(1, guest_doorbell);
	struct kvm_ioeventfd io = { .addr = DOORBELL, .len = 4, .fd = eventfd(0, EFD_NONBLOCK) };

	REQUIRE_EQ(kvm(vm->fd, KVM_IOEVENTFD, &io), 0);
	bench_serve(&vm->vcpu[0]);
	best = *vm_shared(vm, best);
}

static void sgi_handler(void)
{
	struct vm *vm = new_vm(2, guest_sgi_handler);

	start_thread(&vm->vcpu[1]);
	bench_serve(&vm->vcpu[0]);
	best = *vm_shared(vm, best);
}

static void irqfd_spi(void)
{
	struct vm *vm = new_vm(1, guest_irqfd);
	struct kvm_irqfd irqfd = { .fd = eventfd(0, 0), .gsi = SPI - 32 };
	u64 *taken = vm_shared(vm, nr_taken[0]), sent = 0, one = 1;

	REQUIRE_EQ(kvm(vm->fd, KVM_IRQFD, &irqfd), 0);
	start_thread(&vm->vcpu[0]);
	await(vm_shared(vm, up[0]), 1);
	MEASURE(IRQFD_SPI, REQUIRE(write(irqfd.fd, &one, 8) == 8); await(taken, ++sent));
}

static int add_its(int vm)
{
	struct kvm_create_device cd = { .type = KVM_DEV_TYPE_ARM_VGIC_ITS };
	u64 base = GITS;

	if (kvm(vm, KVM_CREATE_DEVICE, &cd) < 0)
		ktap_skip("no ITS for guests");
	gic_attr(cd.fd, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE, &base);
	gic_attr(cd.fd, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
	return cd.fd;
}

static struct vm *new_vm_with_its(void (*fn)(u64))
{
	struct vm *vm = new_vm(1, fn);
	u64 size = NR_TABLES * 0x10000ul;

	add_its(vm->fd);
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, size, vm_alloc(size, 0x10000)), 0);
	return vm;
}

static void lpi_crowd(void)
{
	struct vm *vm = new_vm_with_its(guest_lpi_crowd);

	bench_serve(&vm->vcpu[0]);
	best = *vm_shared(vm, best);
}

static void irqfd_lpi(void)
{
	struct vm *vm = new_vm_with_its(guest_irqfd_lpi);
	struct { struct kvm_irq_routing head; struct kvm_irq_routing_entry entry; } route = {
		.head.nr = 1,
		.entry = { .gsi = 1, .type = KVM_IRQ_ROUTING_MSI, .flags = KVM_MSI_VALID_DEVID,
			   .u.msi = { .address_lo = GITS_TRANSLATER, .data = 0, .devid = 1 } },
	};
	struct kvm_irqfd irqfd = { .fd = eventfd(0, 0), .gsi = 1 };
	u64 *taken = vm_shared(vm, nr_taken[0]), sent = 0, one = 1;

	REQUIRE_EQ(kvm(vm->fd, KVM_SET_GSI_ROUTING, &route), 0);
	REQUIRE_EQ(kvm(vm->fd, KVM_IRQFD, &irqfd), 0);
	start_thread(&vm->vcpu[0]);
	await(vm_shared(vm, up[0]), 1);
	MEASURE(IRQFD_LPI, REQUIRE(write(irqfd.fd, &one, 8) == 8); await(taken, ++sent));
}

/* vCPUs that exit all the time, one after the other. */
static void switch_vcpu(void)
{
	struct vm *vm = new_vm(2, guest_forever);

	vcpu_start(&vm->vcpu[1], guest_forever, 0);
	vcpu_run(&vm->vcpu[0]);
	vcpu_run(&vm->vcpu[1]);
	MEASURE(SWITCH_VCPU, vcpu_run(&vm->vcpu[batch_i % 2]));
}

static void switch_vm(void)
{
	struct vm *vm[2] = { new_vm(1, guest_forever), new_vm(1, guest_forever) };

	vcpu_run(&vm[0]->vcpu[0]);
	vcpu_run(&vm[1]->vcpu[0]);
	MEASURE(SWITCH_VM, vcpu_run(&vm[batch_i % 2]->vcpu[0]));
}

/* Memory that the host has mapped already, so that only stage 2 is missing. */
static void fault(void (*fn)(u64), u64 size, u64 align, int advice)
{
	struct vm *vm = new_vm(1, fn);
	char *mem = vm_alloc(size, align);

	madvise(mem, size, advice);
	for (u64 i = 0; i < size; i += PAGE)
		mem[i] = 1;
	for (int i = 0; i < BATCHES; i++) {
		REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, size, mem), 0);
		vcpu_sync(&vm->vcpu[0], 1);
		REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, 0, mem), 0);
	}
	best = *vm_shared(vm, best);
}

static void fault_4k(void)
{
	fault(guest_touch_4k, N_FAULT_4K * 4096, 4096, MADV_NOHUGEPAGE);
}

static void fault_2m(void)
{
	fault(guest_touch_2m, N_FAULT_2M * (2ul << 20), 2 << 20, MADV_HUGEPAGE);
}

/* Pages that were only read so far, which no CPU may make writable by itself. */
static void wrprotect(void)
{
	struct vm *vm = new_vm(1, guest_touch_logged);
	u64 bitmap[N_WRPROTECT / 64], size = N_WRPROTECT * 4096;
	struct kvm_dirty_log log = { .slot = 1, .dirty_bitmap = bitmap };
	char *mem = vm_alloc(size, 4096);

	memset(mem, 1, size);
	for (int i = 0; i < BATCHES; i++) {
		REQUIRE_EQ(vm_slot(vm->fd, 1, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE, size, mem), 0);
		vcpu_sync(&vm->vcpu[0], 1);
		REQUIRE_EQ(kvm(vm->fd, KVM_GET_DIRTY_LOG, &log), 0);
		REQUIRE_EQ(bitmap[0], ~0ull);
		REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, 0, mem), 0);
	}
	best = *vm_shared(vm, best);
}

/* What the kernel puts off (RCU, work queues) belongs to it: wait for that. */
static void create_destroy(void)
{
	for (int i = 0; i < 4 * BATCHES; i++) {
		int vm, vcpu, gic;

		BEGIN(CREATE);
		vm = vm_fd(0);
		vcpu = vcpu_fd(vm, 0);
		REQUIRE_EQ(vcpu_init_fd(vm, vcpu, 0), 0);
		gic = bench_add_gic(vm, 64);
		close(gic);
		close(vcpu);
		close(vm);
		usleep(30000);
		END(CREATE);
	}
}

/* From nothing to the first exit to user space. */
static void first(void)
{
	struct vm *image = vm_new(1, guest_nothing, 0);
	u64 fn = (u64)guest_nothing, pc = (u64)guest_entry;

	for (int i = 0; i < 4 * BATCHES; i++) {
		int vm, vcpu, gic;

		BEGIN(FIRST);
		vm = vm_fd(0);
		REQUIRE_EQ(vm_slot(vm, 0, 0, RAM_BASE, RAM_SIZE, image->ram), 0);
		vcpu = vcpu_fd(vm, 0);
		REQUIRE_EQ(vcpu_init_fd(vm, vcpu, 0), 0);
		gic = bench_add_gic(vm, 64);
		REQUIRE_EQ(reg_set(vcpu, REG_PC, &pc), 0);
		REQUIRE_EQ(reg_set(vcpu, REG_X(0), &fn), 0);
		REQUIRE_EQ(kvm(vcpu, KVM_RUN, 0), 0);
		END(FIRST);
		/* With what this one gives back the next costs the same on every host. */
		close(gic);
		close(vcpu);
		close(vm);
		usleep(30000);
	}
}

static const struct bench {
	unsigned int n;
	void (*run)(void);
	bool asked;		/* only if it is named: it takes long */
} benches[] = {
#define B(id, fn)	[OP_##id] = { .n = N_##id, .run = fn }
#define GROWTH(id, fn)	[OP_##id] = { .n = N_##id, .run = fn, .asked = true }
	B(HYPERCALL, hypercall), B(FEATURES, features), B(IDREG, idreg), B(CTR, ctr),
	B(GIC_READ, gic_read), B(GIC_WRITE, gic_write), B(SGI_SEND, sgi_send), B(WFI_PENDING, wfi_pending),
	B(USER_READ, user_read), B(USER_WRITE, user_write), B(IOEVENTFD, ioeventfd),
	B(SGI_HANDLER, sgi_handler), B(EOI, eoi), B(GIC2_ACK, gicc), B(IRQFD_SPI, irqfd_spi),
	B(IRQFD_LPI, irqfd_lpi), B(LPI_CROWD, lpi_crowd), B(TIMER, timer),
	B(WFI_SLEEP, wfi_sleep), B(SWITCH_VCPU, switch_vcpu), B(SWITCH_VM, switch_vm),
	B(FAULT_4K, fault_4k), B(FAULT_2M, fault_2m), B(WRPROTECT, wrprotect),
	B(LOG_START, bench_log_start), B(LOG_GET, bench_log_get),
	B(LOG_CLEAR, bench_log_clear), B(LOG_STORE, bench_log_store),
	B(CREATE, create_destroy), B(FIRST, first), B(IRQFDS_END, bench_irqfds_end),
	B(IRQFD_DEASSIGN, bench_irqfd_deassign),
	B(IMAGE_SAVE, bench_image_save), B(IMAGE_LOAD, bench_image_load),
	B(FORK_PAUSE, bench_fork_pause), B(FORK_VM, bench_fork_vm), B(FORK_NULL, bench_fork_null),
	GROWTH(SGI_ALL_8, bench_sgi_all_8), GROWTH(SGI_ALL_64, bench_sgi_all_64),
	GROWTH(SGI_ALL_512, bench_sgi_all_512), GROWTH(SLOT_CHANGE_1, bench_slot_change_1),
	GROWTH(SLOT_CHANGE_1000, bench_slot_change_1000), GROWTH(SLOT_CHANGE_32000, bench_slot_change_32000),
	GROWTH(SLOT_FAULT_1, bench_slot_fault_1), GROWTH(SLOT_FAULT_32000, bench_slot_fault_32000),
	GROWTH(VMS_2, bench_vms_2), GROWTH(VMS_1000, bench_vms_1000),
	GROWTH(LPIS_64, bench_lpis_64), GROWTH(LPIS_1024, bench_lpis_1024), GROWTH(LPIS_57344, bench_lpis_57344),
};

static const char *const names[] = {
#define OP(id, name, vhe, nvhe, n)	name,
	BENCH_OPS(OP)
#undef OP
};

static const struct bench *running;

static void run_one(void)
{
	pin_to(0);
	running->run();
	if (best != ~0ull)
		ktap_note("%lu ticks of %lu Hz", best / running->n, mrs(cntfrq_el0));
}

/* Only this one is ever the first process of a boot. */
static int exec_marked(char **argv)
{
	BEGIN(BOOT);
	execv(argv[0], argv);
	perror(argv[0]);
	return 1;
}

static bool wanted(const char *name, bool asked, char **list)
{
	if (!*list)
		return !asked;
	for (; *list; list++)
		if (!strcmp(name, *list))
			return true;
	return false;
}

/*
 * A host that has not gathered enough entropy stirs what it has at each system
 * call (its stack's offset is random), which has nothing to do with any
 * hypervisor: 9,000 instructions. Emulated CPUs without FEAT_RNG get none.
 */
static void settle_entropy(void)
{
	struct { struct rand_pool_info head; u32 data[16]; } seed = { { 8 * 32, sizeof(seed.data) }, { 1 } };
	int fd = open("/dev/urandom", O_WRONLY);
	u8 byte;

	if (getrandom(&byte, 1, GRND_NONBLOCK) < 0 && ioctl(fd, RNDADDENTROPY, &seed) < 0)
		ktap_note("the host's entropy is not settled");
	close(fd);
}

int main(int argc, char **argv)
{
	int bad = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 2 && !strcmp(argv[1], "exec"))
		return exec_marked(argv + 2);
	settle_entropy();
	for (unsigned int i = 0; i < ARRAY_SIZE(benches); i++) {
		struct ktap_case c = { names[i], run_one, 120 };

		running = &benches[i];
		if (benches[i].run && wanted(names[i], benches[i].asked, argv + 1))
			bad |= ktap_run(&c, 1) == 1;
	}
	return bad;
}
