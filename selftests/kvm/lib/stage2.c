// SPDX-License-Identifier: GPL-2.0-only
/* Guests of a guest's EL2: lib/stage2.h. */
#include "stage2.h"

struct tables t;

void sync_tables(void)
{
	dsb(ishst);
	isb();
}

void build(struct tables *t, u64 vmid)
{
	t->l1[0] = (u64)t->low | S2_TABLE;
	t->l1[WINDOW >> 30] = (u64)t->window | S2_TABLE;
	t->l1[BIG >> 30] = (u64)t->big | S2_TABLE;
	t->window[0] = (u64)t->pages | S2_TABLE;
	for (u64 at = RAM_BASE; at < RAM_END; at += 1ul << 21)
		t->low[at >> 21] = at | S2_BLOCK | S2_RWX;
	sync_tables();
	wr(VTCR_EL2, VTCR);
	wr(VTTBR_EL2, (u64)t->l1 | vmid << 48);
}

void set_page(struct tables *t, unsigned int i, u64 desc)
{
	t->pages[i] = desc;
	sync_tables();
}

void flush_all(void)
{
	asm volatile("tlbi vmalls12e1is\n dsb ish\n isb" ::: "memory");
}

void l2_reads(u64 at, u64 unused)
{
	l2_call(mmio_read64(at));
}

void l2_writes(u64 at, u64 val)
{
	mmio_write64(at, val);
	l2_call(0);
}

static u64 l2_stack[256] __attribute__((aligned(16)));

void enter(void (*fn)(u64, u64), u64 a, u64 b)
{
	seen.esr = seen.vector = 0;
	wr(SP_EL1_, (u64)(l2_stack + 256));
	wr(hcr_el2, HCR_E2H | HCR_RW | HCR_VM);
	eret_with((u64)fn, 0x3c5, a, b);
	GUEST_EQ(mrs(CurrentEL), 2 << 2);
	GUEST_EQ(seen.vector, VEC_LOWER);
	GUEST_EQ(seen.pstate & 0x1f, 5);
}

u64 l2_read(u64 at)
{
	enter(l2_reads, at, 0);
	GUEST_EQ(seen.esr >> 26, EC_HVC);
	return seen.x[0];
}

void l2_write(u64 at, u64 val)
{
	enter(l2_writes, at, val);
	GUEST_ASSERT(CALLED);
}

void start(u64 vmid)
{
	guest_on(VEC_LOWER, come_back);
	build(&t, vmid);
}
