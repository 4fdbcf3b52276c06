// SPDX-License-Identifier: GPL-2.0-only
#include "gic_guests.h"

const struct gic_cpu *gic_cpu;
u64 gic_nr_taken, gic_ticks[2];

static u64 taken[256];

void gic_take(struct guest_regs *regs)
{
	u32 intid = gic_cpu->acknowledge();

	GUEST_ASSERT(gic_nr_taken < ARRAY_SIZE(taken));
	taken[gic_nr_taken++] = intid;
	gic_cpu->end(intid);
}

static u32 priority(u32 intid)
{
	return intid * 40 & 0x78;
}

void gic_guest_many(u64 arg)
{
	u64 last = 0;
	u32 intid;

	gic_cpu->enable();
	guest_on(VEC_IRQ, gic_take);
	for (intid = 32; intid < NR_IRQS; intid++)
		mmio_write8(GICD + GIC_IPRIORITYR + intid, priority(intid));
	for (intid = 32; intid < NR_IRQS; intid++)
		gic_set_bit(GIC_ISPENDR, intid);
	irq_on();
	while (READ_ONCE(gic_nr_taken) < SPIS)
		;
	irq_off();
	GUEST_EQ(gic_nr_taken, SPIS);
	for (unsigned int i = 0; i < SPIS; i++) {
		u64 order = (u64)priority(taken[i]) << 16 | taken[i];

		GUEST_ASSERT(taken[i] >= 32 && taken[i] < NR_IRQS);
		GUEST_ASSERT(!i || order > last);
		last = order;
	}
	GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), 0);
	GUEST_EQ(mmio_read32(GICD + GIC_ISPENDR + 4), 0);
	GUEST_EQ(mmio_read32(GICD + GIC_ISPENDR + 8), 0);
}

static u64 depth, deepest, ended;

/* Each makes a more urgent one pending and waits for its end. */
static void nest(struct guest_regs *regs)
{
	u64 level = depth++;
	u32 intid = gic_cpu->acknowledge();

	GUEST_EQ(intid, 32 + level);
	deepest++;
	if (level + 1 < GIC_DEPTH) {
		gic_set_bit(GIC_ISPENDR, 32 + level + 1);
		irq_on();
		while (READ_ONCE(ended) < GIC_DEPTH - 1 - level)
			;
		irq_off();
	} else {
		GUEST_EQ(mmio_read32(GICD + GIC_ISACTIVER + 4), GIC_NESTED);
	}
	gic_cpu->end(intid);
	depth--;
	WRITE_ONCE(ended, ended + 1);
}

void gic_nest_prepare(void)
{
	guest_on(VEC_IRQ, nest);
	for (unsigned int i = 0; i < GIC_DEPTH; i++)
		mmio_write8(GICD + GIC_IPRIORITYR + 32 + i, 0xe0 - 8 * i);
}

void gic_nest(void)
{
	deepest = ended = depth = 0;
	gic_set_bit(GIC_ISPENDR, 32);
	irq_on();
	while (READ_ONCE(ended) < GIC_DEPTH)
		;
	irq_off();
	GUEST_EQ(deepest, GIC_DEPTH);
}

void gic_tick(struct guest_regs *regs)
{
	u32 intid = gic_cpu->acknowledge();

	if (intid >= NR_IRQS)
		return;
	GUEST_ASSERT(intid == 27 || intid == 30);
	if (intid == 27)
		msr(cntv_ctl_el0, 0);
	else
		msr(cntp_ctl_el0, 0);
	isb();
	gic_ticks[intid == 30]++;
	gic_cpu->end(intid);
}

void gic_guest_timers(u64 arg)
{
	u64 ms = mrs(cntfrq_el0) / 1000;

	gic_cpu->enable();
	guest_on(VEC_IRQ, gic_tick);
	irq_on();
	for (u64 i = 1; i <= 60; i++) {
		msr(cntv_cval_el0, mrs(cntvct_el0) + ms);
		msr(cntv_ctl_el0, 1);
		isb();
		if (i % 2)
			wfi_until(READ_ONCE(gic_ticks[0]) >= i);
		while (READ_ONCE(gic_ticks[0]) < i)
			;
		msr(cntp_cval_el0, mrs(cntpct_el0) + ms);
		msr(cntp_ctl_el0, 1);
		isb();
		if (i % 2)
			wfi_until(READ_ONCE(gic_ticks[1]) >= i);
		while (READ_ONCE(gic_ticks[1]) < i)
			;
	}
	GUEST_EQ(gic_ticks[0], 60);
	GUEST_EQ(gic_ticks[1], 60);
}

u64 gic_wakes_until_tick(void)
{
	u64 n = 0, before = gic_ticks[0];

	msr(cntv_cval_el0, mrs(cntvct_el0) + mrs(cntfrq_el0) / 10);
	msr(cntv_ctl_el0, 1);
	isb();
	irq_on();
	wfi_until((n++, READ_ONCE(gic_ticks[0]) != before));
	irq_off();
	return n;
}
