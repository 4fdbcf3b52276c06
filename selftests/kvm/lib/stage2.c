// SPDX-License-Identifier: GPL-2.0-only
/* Guests of a guest's EL2: lib/stage2.h. */
#include "stage2.h"

struct tables t;

void sync_tables(void)
{
	dsb(ishst);
	isb();
}

/* Of level 2, in a GiB of which its hypervisor's guest has something. */
static u64 *block_entry(struct tables *t, u64 at)
{
	if (S2_FIRST == 2)
		return &t->first[at / HUGE];
	return at >= BIG ? &t->big[(at - BIG) / HUGE] :
	       at >= WINDOW ? &t->window[(at - WINDOW) / HUGE] : &t->low[at / HUGE];
}

u64 *big_block(struct tables *t, unsigned int n)
{
	return block_entry(t, BIG + n * HUGE);
}

void map_gib(struct tables *t, u64 at)
{
	u64 size = S2_FIRST == 1 ? 1ul << 30 : HUGE;

	for (u64 end = at + (1ul << 30); at < end; at += size)
		t->first[at / size] = at | S2_BLOCK | S2_RWX;
}

void build(struct tables *t, u64 vmid)
{
	if (S2_FIRST == 1) {
		t->l1[0] = (u64)t->low | S2_TABLE;
		t->l1[WINDOW >> 30] = (u64)t->window | S2_TABLE;
		t->l1[BIG >> 30] = (u64)t->big | S2_TABLE;
	}
	*block_entry(t, WINDOW) = (u64)t->pages | S2_TABLE;
	for (u64 at = RAM_BASE & ~(HUGE - 1); at < RAM_END; at += HUGE)
		*block_entry(t, at) = at | S2_BLOCK | S2_RWX;
	sync_tables();
	wr(VTCR_EL2, VTCR);
	wr(VTTBR_EL2, vttbr_of(t, vmid));
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
