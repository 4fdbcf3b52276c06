// SPDX-License-Identifier: GPL-2.0-only
/*
 * A GICv3 with as many vCPUs as there can be. Proves:
 *  - 512 vCPUs get their redistributors from three regions, in order, each
 *    region's last one says so, and a region that is too small is noticed
 *  - of 32 that run, each sends each other an SGI: alone to all, and all at
 *    once, each to another; each comes once
 *  - to all but oneself is to all but oneself
 */
#include <pthread.h>
#include <stdlib.h>
#include "lib/gic.h"

#define CREATED	512
#define RUNNING	32

/* Where regions begin, and for how many. */
static const struct { u64 base; u32 count; } regions[] = {
	{ MMIO_BASE + 0x10000000, 200 },
	{ MMIO_BASE + 0x4000000, 300 },
	{ MMIO_BASE + 0x8000000, 12 },
};

static u64 sgis[RUNNING][16], up, arrived;

static u64 redist_of(unsigned int cpu)
{
	unsigned int i = 0;

	for (; cpu >= regions[i].count; i++)
		cpu -= regions[i].count;
	return regions[i].base + cpu * GICR_SIZE;
}

static void guest_walk(u64 arg)
{
	unsigned int cpu = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(regions); i++) {
		for (unsigned int n = 0; n < regions[i].count; n++, cpu++) {
			u64 rd = regions[i].base + n * GICR_SIZE,
			    typer = mmio_read64(rd + GICR_TYPER);

			GUEST_EQ(rd, redist_of(cpu));
			GUEST_EQ(typer >> 32, gic_mpidr(cpu));
			GUEST_EQ(typer >> 8 & 0xffff, cpu);
			GUEST_EQ(typer >> 4 & 1, n == regions[i].count - 1);
			/* and it is another one's state */
			GUEST_EQ(mmio_read32(rd + GICR_SGI + GIC_ISENABLER), 0xffff);
			mmio_write32(rd + GICR_SGI + GIC_ISENABLER, 1u << 20);
		}
	}
	GUEST_EQ(cpu, CREATED);
}

static void take(struct guest_regs *regs)
{
	u32 intid = icc_read(ICC_IAR1);

	if (intid == 1023)
		return;
	GUEST_ASSERT(intid < 16);
	__atomic_add_fetch(&sgis[guest_cpu()][intid], 1, __ATOMIC_SEQ_CST);
	icc_write(ICC_EOIR1, intid);
}

static void send(u32 intid, unsigned int cpu)
{
	icc_write(ICC_SGI1R, (u64)intid << 24 | (u64)(cpu >> 4) << 16 | 1ul << (cpu & 0xf));
}

static void await(u32 intid, u64 n)
{
	wfi_until(load_acquire(&sgis[guest_cpu()][intid]) >= n);
}

/* The last one wakes the others. */
static void meet(u64 n)
{
	if (__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST) == n * RUNNING)
		icc_write(ICC_SGI1R, 4ul << 24 | 1ul << 40);
	wfi_until(load_acquire(&arrived) >= n * RUNNING);
}

/* In round n each has another target. All at once. */
static void all_at_once(void)
{
	unsigned int self = guest_cpu();

	for (u64 n = 0; n < RUNNING; n++) {
		send(1, (self + n) % RUNNING);
		await(1, n + 1);
		GUEST_EQ(sgis[self][1], n + 1);
		meet(n + 1);
	}
}

static void start_cpu(void)
{
	guest_on(VEC_IRQ, take);
	gic_cpu_enable(redist_of(guest_cpu()));
	irq_on();
	__atomic_add_fetch(&up, 1, __ATOMIC_SEQ_CST);
}

static void guest_other(u64 arg)
{
	start_cpu();
	await(2, 1);	/* the first CPU's */
	all_at_once();
	for (;;)
		wfi();
}

static void guest_sgis(u64 arg)
{
	mmio_write32(GICD_CTLR, 0x12);
	start_cpu();
	guest_secondary_fn = guest_other;
	for (unsigned int i = 1; i < RUNNING; i++)
		GUEST_EQ(guest_hvc(0xc4000003, gic_mpidr(i), (u64)guest_secondary, 0).a0, 0);
	while (load_acquire(&up) < RUNNING)
		asm volatile("wfe" ::: "memory");
	/* two clusters by their lists; then all others by one write */
	for (unsigned int i = 0; i < RUNNING; i += 16)
		icc_write(ICC_SGI1R, 3ul << 24 | (u64)(i >> 4) << 16 | 0xffff);
	icc_write(ICC_SGI1R, 2ul << 24 | 1ul << 40);
	all_at_once();
	for (unsigned int i = 0; i < RUNNING; i++) {
		while (!load_acquire(&sgis[i][3]))
			;
		GUEST_EQ(sgis[i][3], 1);
		GUEST_EQ(sgis[i][2], i != 0);
	}
}

static struct vm *new_vm(void (*fn)(u64), unsigned int running)
{
	struct vm *vm;
	int gic;

	if (kvm_cap(KVM_CAP_MAX_VCPUS) < CREATED)
		ktap_skip("fewer vCPUs");
	vm = vm_new(running, fn, 0);
	gic = gic_create(vm->fd);
	for (unsigned int i = 0; i < ARRAY_SIZE(regions); i++) {
		u64 region = (u64)regions[i].count << 52 | regions[i].base | i;

		gic_attr(gic, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION,
			 &region);
	}
	for (unsigned int i = running; i < CREATED; i++)
		vcpu_fd(vm->fd, i);
	CHECK_EQ(kvm(vm->fd, KVM_CREATE_VCPU, CREATED), -EINVAL);
	gic_init(gic, 64);
	return vm;
}

static void redistributors(void)
{
	vcpu_finish(&new_vm(guest_walk, 1)->vcpu[0]);
}

static void *run_vcpu(void *vcpu)
{
	vcpu_finish(vcpu);
	return NULL;
}

static void sgi_all_to_all(void)
{
	struct vm *vm = new_vm(guest_sgis, RUNNING);
	pthread_t thread;

	for (unsigned int i = 1; i < RUNNING; i++)
		REQUIRE_EQ(pthread_create(&thread, NULL, run_vcpu, &vm->vcpu[i]), 0);
	vcpu_finish(&vm->vcpu[0]);
}

/* One redistributor is missing. */
static void too_few(void)
{
	struct vm *vm = vm_new(3, guest_walk, 0);
	u64 region = 2ull << 52 | GICR_BASE;
	int gic = gic_create(vm->fd);

	gic_attr(gic, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, &region);
	gic_init(gic, 64);
	CHECK_EQ(vcpu_run(&vm->vcpu[0]), -ENXIO);
}

static const struct ktap_case cases[] = {
	{ "512 redistributors in three regions", redistributors, 60 },
	{ "SGIs among 32 of 512", sgi_all_to_all, 90 },
	{ "too few redistributors", too_few },
};
KTAP_MAIN(cases)
