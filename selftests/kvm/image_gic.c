// SPDX-License-Identifier: GPL-2.0-only
/*
 * Images of VMs whose interrupts are under way. Proves:
 *  - the guest goes on in the other VM out of the middle of interrupts, of a GICv3 and a GICv2 (of
 *    an ITS: image_its.c)
 *  - what is active, and pending, stays whose it was
 */
#include <pthread.h>
#include <unistd.h>
#include "lib/gic2.h"
#include "lib/image.h"

static void __attribute__((constructor)) offer(void)
{
	gic2_offer();
}

#define NR_IRQS	96

static u64 taken[64], nr_taken, hold;

/* The first that is taken is shown to the host before it ends, from within the handler. */
static void take(struct guest_regs *regs)
{
	u32 intid = icc_read(ICC_IAR1);

	taken[nr_taken++] = intid;
	if (intid == READ_ONCE(hold))
		GUEST_SYNC(intid, icc_read(ICC_RPR));
	GUEST_EQ(icc_read(ICC_RPR), mmio_read8(GICD + GIC_IPRIORITYR + intid));
	icc_write(ICC_EOIR1, intid);
}

/*
 * Five of them, of which one is active when the VM goes elsewhere; one is a line that goes low
 * meanwhile.
 */
static void guest_mid_interrupt(u64 arg)
{
	gic_enable(NR_IRQS, true);
	mmio_write32(GICD + GIC_ICFGR + 40 / 16 * 4, 0);
	guest_on(VEC_IRQ, take);
	for (u32 i = 32; i < 48; i++)
		mmio_write8(GICD + GIC_IPRIORITYR + i, (i & 7) * 16 + 0x40);
	hold = 34;
	for (u32 i = 34; i < 40; i++)
		gic_set_bit(GIC_ISPENDR, i);
	GUEST_SYNC(1, 0);
	irq_on();
	while (READ_ONCE(nr_taken) < 7)
		;
	irq_off();
	/* 32 + 8: the line; the rest in order of priority */
	GUEST_EQ(taken[0], 34);
	GUEST_EQ(taken[1], 40);
	for (u32 i = 2; i < 7; i++)
		GUEST_EQ(taken[i], 33 + i);
	GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), 0);
	GUEST_EQ(mmio_read32(GICD + GIC_ISPENDR + 4), 0);
	GUEST_EQ(icc_read(ICC_RPR), 0xff);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

/* The line falls when its interrupt is taken: by polling what the guest has counted. */
static void finish_with_line(struct vm *vm)
{
	struct ucall uc;

	do {
		uc = vcpu_ucall(&vm->vcpu[0]);
		if (uc.cmd == UCALL_SYNC && uc.a == 40)
			REQUIRE_EQ(gic_line(vm->fd, IRQ_SPI(40), 0), 0);
	} while (uc.cmd != UCALL_DONE);
}

static void mid_interrupt(void)
{
	struct vm *a, *b;

	need_images();
	a = vm_new(1, guest_mid_interrupt, 0);
	b = vm_new(1, guest_mid_interrupt, 0);
	gic_new(a, NR_IRQS);
	gic_new(b, NR_IRQS);
	vcpu_sync(&a->vcpu[0], 1);
	vcpu_sync(&a->vcpu[0], 34);
	REQUIRE_EQ(gic_line(a->fd, IRQ_SPI(40), 1), 0);
	vcpu_complete(&a->vcpu[0]);
	*vm_shared(a, hold) = 40;
	image_move(a, b, 0);
	finish_with_line(b);
	finish_with_line(a);
}

/*
 * vCPU 0 has an SPI active that goes to vCPU 1 from now on, and comes again there; an SGI is on its
 * way.
 */
static u64 stage;

static void second_takes(struct guest_regs *regs)
{
	u32 intid = icc_read(ICC_IAR1);

	taken[nr_taken++] = intid;
	icc_write(ICC_EOIR1, intid);
}

static void guest_second(u64 arg)
{
	gic_cpu_enable(GICR(1));
	store_release(&stage, 1);
	GUEST_SYNC(10, 0);
	guest_on(VEC_IRQ, second_takes);
	irq_on();
	/* the SGI, and the SPI once vCPU 0 has ended it */
	while (READ_ONCE(nr_taken) < 2)
		;
	irq_off();
	GUEST_EQ(taken[0] + taken[1], 55);
	GUEST_ASSERT(taken[0] == 5 || taken[1] == 5);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void guest_first(u64 arg)
{
	u32 intid;

	gic_enable(NR_IRQS, true);
	for (u32 i = 32; i < NR_IRQS; i++)
		mmio_write8(GICD + GIC_IPRIORITYR + i, 0x60);
	gic_set_bit(GIC_ISPENDR, 50);
	do {
		intid = icc_read(ICC_IAR1);
	} while (intid == GIC_SPURIOUS);
	GUEST_EQ(intid, 50);
	mmio_write64(GICD_IROUTER(50), 1);
	gic_set_bit(GIC_ISPENDR, 50);
	gic_send_sgi(5, 2);
	GUEST_SYNC(1, 0);
	icc_write(ICC_EOIR1, 50);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static struct vm *pair(void)
{
	struct vm *vm = vm_new(2, guest_first, 0);

	gic_new(vm, NR_IRQS);
	vcpu_start(&vm->vcpu[1], guest_second, 0);
	return vm;
}

static void *finish(void *vcpu)
{
	vcpu_finish(vcpu);
	return NULL;
}

static void finish_pair(struct vm *vm)
{
	pthread_t t;

	REQUIRE_EQ(pthread_create(&t, NULL, finish, &vm->vcpu[1]), 0);
	vcpu_finish(&vm->vcpu[0]);
	pthread_join(t, NULL);
}

static void given_away(void)
{
	struct vm *a, *b;

	need_images();
	a = pair();
	b = pair();
	vcpu_sync(&a->vcpu[1], 10);
	vcpu_sync(&a->vcpu[0], 1);
	vcpu_complete(&a->vcpu[0]);
	vcpu_complete(&a->vcpu[1]);
	image_move(a, b, 0);
	finish_pair(b);
	finish_pair(a);
}

static void guest_gic2(u64 arg)
{
	u32 iar;

	gic2_enable(NR_IRQS);
	for (u32 i = 32; i < 40; i++)
		mmio_write8(GICD + GIC_IPRIORITYR + i, 8 * i & 0xf8);
	mmio_write8(GICD + GIC_IPRIORITYR + 7, 0xc0);
	gic_set_bit(GIC_ISPENDR, 33);
	gic_set_bit(GIC_ISPENDR, 32);
	mmio_write32(GICD + GIC_SGIR, 2 << 24 | 6);
	/* as from a CPU that is not there: the register takes what is written */
	mmio_write8(GICD + GIC_SPENDSGIR + 7, 0x80);
	dsb(sy);
	do {
		iar = gicc_read(GICC_IAR);
	} while (iar == GIC_SPURIOUS);
	GUEST_EQ(iar, 32);
	GUEST_SYNC(1, 0);
	GUEST_EQ(gicc_read(GICC_RPR), 0);
	gicc_write(GICC_EOIR, 32);
	GUEST_EQ(gicc_read(GICC_IAR), 33);
	gicc_write(GICC_EOIR, 33);
	GUEST_EQ(gicc_read(GICC_IAR), 6);
	gicc_write(GICC_EOIR, 6);
	GUEST_EQ(gicc_read(GICC_IAR), 7 << 10 | 7);
	gicc_write(GICC_EOIR, 7 << 10 | 7);
	GUEST_EQ(gicc_read(GICC_IAR), GIC_SPURIOUS);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void gic2(void)
{
	struct vm *a, *b;

	need_images();
	a = vm_new(1, guest_gic2, 0);
	b = vm_new(1, guest_gic2, 0);
	gic2_new(a, NR_IRQS);
	gic2_new(b, NR_IRQS);
	vcpu_sync(&a->vcpu[0], 1);
	vcpu_complete(&a->vcpu[0]);
	image_move(a, b, 0);
	image_finish(a, b);
}

static const struct ktap_case cases[] = {
	{ "in the middle of an interrupt", mid_interrupt },
	{ "an active interrupt that was routed elsewhere, and an SGI", given_away },
	{ "GICv2", gic2 },
};
KTAP_MAIN(cases)
