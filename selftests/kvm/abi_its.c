// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ITS, LPIs and MSIs. Proves:
 *  - the device's attributes, their errors and KVM_CAP_MSI_DEVID
 *  - registers by attributes: which there are, what they take, the reset
 *  - KVM_SIGNAL_MSI: errors, what is delivered and what the guest does not want
 *  - commands: MAPD to SYNC, by their effect on LPIs, with flat and two-level
 *    tables; MOVI and MOVALL between vCPUs; two ITSes
 *  - the configuration table is read again by INV and INVALL, GICR_INVLPIR and
 *    GICR_INVALLR; pending LPIs come when they are enabled
 *  - GICR_CTLR.EnableLPIs, and the pending table when it is set
 *  - an irqfd that is routed to a message
 *  - tables and pending tables saved, and restored in another VM; a save is in the
 *    bitmap of dirty pages, and in no vCPU's ring
 *  - what has no place in memory can be mapped no event, or is left out by a save,
 *    which a guest cannot make impossible, and a restore then finds none of it
 *  - tables, queues and commands that make no sense do no harm
 *  - a long queue does not keep signals away, and user space does not wait for one
 *    that it restored, be it before there are vCPUs
 *  - thousands of ITSes come and go with their VM
 *  - thousands of pending LPIs: the most urgent comes first, each comes once, and
 *    an exit takes no longer than with a few
 */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>
#include "lib/ring.h"

#define GICD		MMIO_BASE
#define GICR(cpu)	(MMIO_BASE + 0x100000 + (cpu) * 0x20000ul)
#define GITS		(MMIO_BASE + 0x200000)
#define GITS2		(MMIO_BASE + 0x220000)
#define TRANSLATER	0x10040

#define GICR_INVLPIR	0xa0
#define GICR_INVALLR	0xb0
#define GICR_PROPBASER	0x70
#define GICR_PENDBASER	0x78
#define GITS_CTLR	0x0
#define GITS_IIDR	0x4
#define GITS_TYPER	0x8
#define GITS_CBASER	0x80
#define GITS_CWRITER	0x88
#define GITS_CREADR	0x90
#define GITS_BASER(n)	(0x100ul + 8 * (n))

#define VALID		(1ul << 63)
#define INDIRECT	(1ul << 62)

/* A slot of tables. */
#define K64		0x10000ul
#define DEVICES		DATA_BASE
#define COLLECTIONS	(DATA_BASE + K64)
#define QUEUE		(DATA_BASE + 2 * K64)
#define PROPS		(DATA_BASE + 3 * K64)
#define LEVEL2		(DATA_BASE + 4 * K64)
#define PENDING(cpu)	(DATA_BASE + (5 + (cpu)) * K64)
#define ITT(dev)	(DATA_BASE + (8 + (dev)) * K64)
#define QUEUE2		(DATA_BASE + 20 * K64)
#define DEVICES2	(DATA_BASE + 21 * K64)
#define COLLECTIONS2	(DATA_BASE + 22 * K64)
#define BIG_QUEUE	(DATA_BASE + 32 * K64)	/* 256 KiB */
#define TABLES_SIZE	(48 * K64)
#define ROM		(DATA_BASE + 64 * K64)	/* in some tests */
#define NOWHERE		(1ul << 39)

#define LPI		8192u
#define PROP_ON		0xa1
#define PROP_OFF	0xa0

#define IAR1	S3_0_C12_C12_0
#define EOIR1	S3_0_C12_C12_1
#define SRE	S3_0_C12_C12_5
#define IGRPEN1	S3_0_C12_C12_7
#define PMR	S3_0_C4_C6_0
#define gic_read(r)	gic_read_(r)
#define gic_read_(r)	mrs(r)
#define gic_write(r, v)	gic_write_(r, v)
#define gic_write_(r, v) do { msr(r, v); isb(); } while (0)

/* ---- the guest ---- */

static void write32(u64 addr, u32 v)
{
	asm volatile("str %w0, [%1]" :: "rZ"(v), "r"(addr) : "memory");
}

static u32 read32(u64 addr)
{
	u32 v;

	asm volatile("ldr %w0, [%1]" : "=r"(v) : "r"(addr) : "memory");
	return v;
}

static u64 queued, queued2;

static void post(u64 its, u64 queue, u64 *offset, u64 a, u64 b, u64 c, u64 d)
{
	volatile u64 *q = (u64 *)(queue + *offset);

	q[0] = a;
	q[1] = b;
	q[2] = c;
	q[3] = d;
	*offset = (*offset + 32) % K64;
	dsb(sy);
	mmio_write64(its + GITS_CWRITER, *offset);
	while (mmio_read64(its + GITS_CREADR) != *offset)
		;
}

static void command(u64 a, u64 b, u64 c, u64 d)
{
	post(GITS, QUEUE, &queued, a, b, c, d);
}

static void mapd(u64 dev, u64 itt, unsigned int bits, u64 valid)
{
	command(0x08 | dev << 32, bits - 1, valid | itt, 0);
}

static void mapc(u64 id, u64 cpu, u64 valid)
{
	command(0x09, 0, valid | cpu << 16 | id, 0);
}

static void mapti(u64 dev, u64 event, u64 intid, u64 id)
{
	command(0x0a | dev << 32, intid << 32 | event, id, 0);
}

/* INT, CLEAR, INV, DISCARD */
enum { INT = 3, CLEAR = 4, INV = 0xc, DISCARD = 0xf };
static void on_event(u64 op, u64 dev, u64 event)
{
	command(op | dev << 32, event, 0, 0);
}

static void movi(u64 dev, u64 event, u64 id)
{
	command(0x01 | dev << 32, event, id, 0);
}

static void set_prop(u32 intid, u8 prop)
{
	*(volatile u8 *)(PROPS + intid - LPI) = prop;
	dsb(sy);
}

static u64 nr_taken[2], taken[2];

static void take(struct guest_regs *regs)
{
	unsigned int cpu = guest_cpu();
	u32 intid = gic_read(IAR1);

	GUEST_ASSERT(intid >= LPI && intid < 65536);
	WRITE_ONCE(taken[cpu], intid);
	gic_write(EOIR1, intid);
	store_release(&nr_taken[cpu], nr_taken[cpu] + 1);
}

static void gic_on(void)
{
	write32(GICD, 0x12);
	write32(GICR(guest_cpu()) + 0x14, 0);
	guest_on(VEC_IRQ, take);
	gic_write(SRE, 7);
	gic_write(PMR, 0xff);
	gic_write(IGRPEN1, 1);
}

static void lpis_on(unsigned int cpu)
{
	mmio_write64(GICR(cpu) + GICR_PROPBASER, PROPS | 0xf);
	mmio_write64(GICR(cpu) + GICR_PENDBASER, PENDING(cpu));
	write32(GICR(cpu), 1);
	GUEST_EQ(read32(GICR(cpu)) & 1, 1);
}

static void its_on(u64 devices)
{
	mmio_write64(GITS + GITS_BASER(0), VALID | devices);
	mmio_write64(GITS + GITS_BASER(1), VALID | COLLECTIONS);
	mmio_write64(GITS + GITS_CBASER, VALID | QUEUE | 0xf);
	queued = 0;
	write32(GITS + GITS_CTLR, 1);
	GUEST_EQ(read32(GITS + GITS_CTLR) & 1, 1);
}

/* CPU 0 with collection 0, device 1 with 16 events, event n is LPI + n, on. */
static void usual(u64 devices)
{
	gic_on();
	lpis_on(0);
	its_on(devices);
	for (u32 i = 0; i < 16; i++)
		set_prop(LPI + i, PROP_ON);
	mapd(1, ITT(1), 4, VALID);
	mapc(0, 0, VALID);
	for (u32 i = 0; i < 16; i++)
		mapti(1, i, LPI + i, 0);
	command(0x05, 0, 0, 0);
}

/* All that is pending is taken, and it is n interrupts; the last one was intid. */
static void expect_at(unsigned int n, u32 intid, unsigned int line)
{
	u64 before = nr_taken[0];

	irq_on();
	for (unsigned int i = 0; i < 1000 && READ_ONCE(nr_taken[0]) < before + n; i++)
		isb();
	irq_off();
	if (nr_taken[0] - before != n)
		guest_ucall(UCALL_FAIL, (u64)__FILE__ ":LPIs taken", line, nr_taken[0] - before, n);
	if (n && taken[0] != intid)
		guest_ucall(UCALL_FAIL, (u64)__FILE__ ":LPI taken", line, taken[0], intid);
}
#define expect(n, intid)	expect_at(n, intid, __LINE__)

/* Whatever is pending. */
static void drain(void)
{
	irq_on();
	for (unsigned int i = 0; i < 1000; i++)
		isb();
	irq_off();
}

/* Like expect(1), for what another thread brings. */
static void await(unsigned int cpu, u64 n)
{
	irq_on();
	while (load_acquire(&nr_taken[cpu]) < n)
		;
	irq_off();
}

static u64 is_keel;

static void guest_commands(u64 arg)
{
	usual(DEVICES);
	on_event(INT, 1, 3);
	expect(1, LPI + 3);
	expect(0, 0);
	on_event(INT, 1, 4);
	on_event(CLEAR, 1, 4);
	expect(0, 0);
	/* an event is mapped once; one that is beyond the table, never */
	mapti(1, 5, LPI + 9, 0);
	on_event(INT, 1, 5);
	expect(1, LPI + 5);
	mapti(1, 16, LPI + 20, 0);
	set_prop(LPI + 20, PROP_ON);
	on_event(INT, 1, 16);
	expect(0, 0);
	/* MAPI: the event is the LPI */
	set_prop(LPI + 30, PROP_ON);
	mapd(2, ITT(2), 14, VALID);
	command(0x0bul | 2ul << 32, LPI + 30, 0, 0);
	on_event(INT, 2, LPI + 30);
	expect(1, LPI + 30);
	/* pending ones go with their event; the in-tree KVM delivers them still */
	if (is_keel)
		on_event(INT, 1, 6);
	on_event(DISCARD, 1, 6);
	expect(0, 0);
	on_event(INT, 1, 6);
	expect(0, 0);
	mapti(1, 6, LPI + 6, 0);
	on_event(INT, 1, 6);
	expect(1, LPI + 6);
	/* a collection that goes takes nothing along, and may come back */
	mapc(0, 0, 0);
	on_event(INT, 1, 7);
	expect(0, 0);
	GUEST_SYNC(1, 0);
	mapd(1, 0, 1, 0);
	mapc(0, 0, VALID);
	on_event(INT, 1, 7);
	expect(0, 0);
	mapd(1, ITT(1), 4, VALID);
	mapti(1, 7, LPI + 7, 0);
	on_event(INT, 1, 7);
	expect(1, LPI + 7);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

/* The second half of the devices needs a page of its own, which is not there for the last quarter. */
static void guest_two_levels(u64 arg)
{
	volatile u64 *level1 = (u64 *)DEVICES;
	u64 dev = 9000;

	level1[0] = 0;
	level1[1] = VALID | LEVEL2;
	gic_on();
	lpis_on(0);
	its_on(INDIRECT | DEVICES);
	mapc(0, 0, VALID);
	set_prop(LPI, PROP_ON);
	mapd(dev, ITT(3), 5, VALID);
	mapti(dev, 31, LPI, 0);
	on_event(INT, dev, 31);
	expect(1, LPI);
	mapd(5, ITT(4), 5, VALID);
	mapti(5, 0, LPI, 0);
	on_event(INT, 5, 0);
	expect(0, 0);
	mapd(20000, ITT(4), 5, VALID);
	mapti(20000, 0, LPI, 0);
	on_event(INT, 20000, 0);
	expect(0, 0);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void guest_config(u64 arg)
{
	usual(DEVICES);
	set_prop(LPI + 1, PROP_OFF);
	on_event(INV, 1, 1);
	on_event(INT, 1, 1);
	expect(0, 0);
	set_prop(LPI + 1, PROP_ON);
	expect(0, 0);
	on_event(INV, 1, 1);
	expect(1, LPI + 1);
	set_prop(LPI + 2, PROP_OFF);
	command(0x0d, 0, 0, 0);
	on_event(INT, 1, 2);
	expect(0, 0);
	set_prop(LPI + 2, PROP_ON);
	command(0x0d, 0, 0, 0);
	expect(1, LPI + 2);
	/* by the redistributor's registers */
	set_prop(LPI + 3, PROP_OFF);
	mmio_write64(GICR(0) + GICR_INVLPIR, LPI + 3);
	on_event(INT, 1, 3);
	expect(0, 0);
	set_prop(LPI + 3, PROP_ON);
	mmio_write64(GICR(0) + GICR_INVALLR, 0);
	expect(1, LPI + 3);
	/* not by those of one whose LPIs are off */
	set_prop(LPI + 3, PROP_OFF);
	mmio_write64(GICR(1) + GICR_INVLPIR, LPI + 3);
	on_event(INT, 1, 3);
	expect(1, LPI + 3);
	set_prop(LPI + 3, PROP_ON);
	/* priorities: the mask keeps 0xa0 away, not 0x20 */
	gic_write(PMR, 0x80);
	set_prop(LPI + 5, 0x21);
	on_event(INV, 1, 5);
	on_event(INT, 1, 4);
	on_event(INT, 1, 5);
	expect(1, LPI + 5);
	expect(0, 0);
	gic_write(PMR, 0xff);
	expect(1, LPI + 4);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void guest_enable(u64 arg)
{
	volatile u8 *pending = (u8 *)PENDING(0) + (LPI + 2) / 8;

	usual(DEVICES);
	GUEST_SYNC(1, 0);
	/* what is pending when they go off is gone */
	on_event(INT, 1, 1);
	write32(GICR(0), 0);
	GUEST_EQ(read32(GICR(0)) & 1, 0);
	on_event(INT, 1, 2);
	expect(0, 0);
	GUEST_SYNC(2, 0);
	/* what the table says is pending comes when they go on */
	*pending = 1 << (LPI + 2) % 8;
	lpis_on(0);
	expect(1, LPI + 2);
	expect(0, 0);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static u64 other_ready;

static void guest_other(u64 arg)
{
	gic_on();
	lpis_on(1);
	store_release(&other_ready, 1);
	irq_on();
	for (;;)
		wfi();
}

static void wait_for_other(u64 n, u32 intid)
{
	while (load_acquire(&nr_taken[1]) < n)
		;
	GUEST_EQ(nr_taken[1], n);
	GUEST_EQ(READ_ONCE(taken[1]), intid);
}

static void guest_move(u64 arg)
{
	u64 n = 0;

	usual(DEVICES);
	guest_hvc(0xc4000003, 1, (u64)guest_secondary, 0);
	while (!load_acquire(&other_ready))
		;
	mapc(1, 1, VALID);
	for (u32 i = 0; i < 8; i++) {
		movi(1, i, 1);
		on_event(INT, 1, i);
		wait_for_other(++n, LPI + i);
	}
	/* pending ones move too */
	on_event(INT, 1, 8);
	movi(1, 8, 1);
	wait_for_other(++n, LPI + 8);
	on_event(INT, 1, 9);
	command(0x0e, 0, 0ul << 16, 1ul << 16);
	wait_for_other(++n, LPI + 9);
	/* back and forth */
	for (u32 i = 0; i < 50; i++) {
		u64 mine = nr_taken[0];

		movi(1, 3, 0);
		on_event(INT, 1, 3);
		await(0, mine + 1);
		movi(1, 3, 1);
		on_event(INT, 1, 3);
		wait_for_other(++n, LPI + 3);
	}
	/* the collection itself moves */
	movi(1, 4, 1);
	mapc(1, 0, VALID);
	on_event(INT, 1, 4);
	expect(1, LPI + 4);
	GUEST_EQ(nr_taken[1], n);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void expect_none(void)
{
	if (is_keel)
		expect(0, 0);
	else
		drain();
}

/* What is pending when its LPI goes to a redistributor that has its LPIs off is gone; in-tree, it depends. */
static void guest_move_away(u64 arg)
{
	usual(DEVICES);
	mapc(1, 1, VALID);
	on_event(INT, 1, 8);
	movi(1, 8, 1);
	movi(1, 8, 0);
	expect_none();
	on_event(INT, 1, 9);
	command(0x0e, 0, 0ul << 16, 1ul << 16);
	movi(1, 9, 1);
	movi(1, 9, 0);
	expect_none();
	movi(1, 8, 0);
	on_event(INT, 1, 8);
	expect(1, LPI + 8);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

/* Devices with an event each, for which there is no place in one way or another. */
static void guest_no_place(u64 arg)
{
	volatile u64 *level1 = (u64 *)DEVICES;

	level1[0] = VALID | LEVEL2;
	level1[1] = VALID | DEVICES2;
	usual(INDIRECT | DEVICES);
	for (u32 i = 20; i < 30; i++)
		set_prop(LPI + i, PROP_ON);
	mapd(2, NOWHERE, 4, VALID);
	mapti(2, 0, LPI + 20, 0);
	/* 32 entries are there */
	mapd(3, DATA_BASE + TABLES_SIZE - 256, 6, VALID);
	mapti(3, 3, LPI + 21, 0);
	mapti(3, 40, LPI + 22, 0);
	mapd(4, ROM, 4, VALID);
	mapti(4, 0, LPI + 23, 0);
	mapd(9000, ITT(2), 4, VALID);
	mapti(9000, 0, LPI + 24, 0);
	mapc(7, 0, VALID);
	mapti(1, 15, LPI + 25, 7);
	level1[1] = 0;
	GUEST_SYNC(1, 0);
	GUEST_ASSERT(0);
}

/* Device 5 loses its ITT after a save, and device 6, without an event, never had all of its. */
static void guest_left_out(u64 arg)
{
	usual(DEVICES);
	mapd(5, ITT(5), 4, VALID);
	mapti(5, 0, LPI + 20, 0);
	GUEST_SYNC(1, 0);
	mapd(5, NOWHERE, 4, VALID);
	mapd(6, DATA_BASE + TABLES_SIZE - 256, 6, VALID);
	GUEST_SYNC(2, 0);
	GUEST_ASSERT(0);
}

static void guest_no_pending_table(u64 arg)
{
	usual(DEVICES);
	write32(GICR(0), 0);
	mmio_write64(GICR(0) + GICR_PENDBASER, NOWHERE);
	write32(GICR(0), 1);
	on_event(INT, 1, 3);
	GUEST_SYNC(1, 0);
	expect(1, LPI + 3);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

/* Device 1 of the second ITS is another one: its event 0 is LPI + 40. */
static void guest_second_its(u64 arg)
{
	usual(DEVICES);
	mmio_write64(GITS2 + GITS_BASER(0), VALID | DEVICES2);
	mmio_write64(GITS2 + GITS_BASER(1), VALID | COLLECTIONS2);
	mmio_write64(GITS2 + GITS_CBASER, VALID | QUEUE2 | 0xf);
	write32(GITS2 + GITS_CTLR, 1);
	set_prop(LPI + 40, PROP_ON);
	post(GITS2, QUEUE2, &queued2, 0x08 | 1ul << 32, 3, VALID | ITT(5), 0);
	post(GITS2, QUEUE2, &queued2, 0x09, 0, VALID, 0);
	post(GITS2, QUEUE2, &queued2, 0x0a | 1ul << 32, (u64)(LPI + 40) << 32, 0, 0);
	GUEST_SYNC(1, 0);
	expect(1, LPI + 40);
	GUEST_SYNC(2, 0);
	expect(1, LPI);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

/* One interrupt for each sync, out of WFI. */
static void guest_wait(u64 arg)
{
	usual(DEVICES);
	for (u64 n = 0;; n++) {
		GUEST_SYNC(n, taken[0]);
		while (load_acquire(&nr_taken[0]) <= n) {
			wfi();
			irq_on();
			isb();
			irq_off();
		}
	}
}

static void guest_save(u64 arg)
{
	usual(DEVICES);
	mapd(70, ITT(2), 8, VALID);
	set_prop(LPI + 100, PROP_ON);
	set_prop(LPI + 101, PROP_ON);
	mapti(70, 200, LPI + 100, 0);
	mapti(70, 3, LPI + 101, 0);
	/* what is unmapped again must not come back */
	mapd(0, ITT(3), 8, VALID);
	mapti(0, 0, LPI + 102, 0);
	mapd(0, 0, 1, 0);
	on_event(DISCARD, 1, 0);
	GUEST_SYNC(1, 0);
	GUEST_ASSERT(0);
}

/* Where the saved VM goes on: nothing is set up here but the CPU's own. */
static void guest_restored(u64 arg)
{
	gic_on();
	expect(1, LPI + 100);
	expect(0, 0);
	GUEST_SYNC(2, 0);
	expect(1, LPI + 101);
	GUEST_SYNC(3, 0);
	expect(1, LPI + 5);
	queued = mmio_read64(GITS + GITS_CREADR);
	on_event(INT, 1, 7);
	expect(1, LPI + 7);
	on_event(INT, 1, 0);
	on_event(INT, 0, 0);
	expect(0, 0);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static u64 seed = 88172645463325252ul;

static u64 random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Each field is sometimes small enough to mean something. */
static u64 some(unsigned int bits)
{
	return random64() & ((random64() & 1) ? 3 : (1ul << bits) - 1);
}

static void guest_garbage(u64 arg)
{
	usual(DEVICES);
	for (u32 i = 0; i < 1500; i++)
		command(some(6) | some(32) << 32, some(32) | some(32) << 32,
			(random64() & VALID) | some(48) << 16 | some(16), random64());
	/* a queue most of which is not there */
	write32(GITS + GITS_CTLR, 0);
	mmio_write64(GITS + GITS_CBASER, VALID | (DATA_BASE + TABLES_SIZE - K64) | 0xff);
	write32(GITS + GITS_CTLR, 1);
	mmio_write64(GITS + GITS_CWRITER, 0x40000);
	while (mmio_read64(GITS + GITS_CREADR) != 0x40000)
		;
	drain();
	/* tables that are not there */
	write32(GITS + GITS_CTLR, 0);
	mmio_write64(GITS + GITS_BASER(0), 0);
	its_on(0xfffff0000000ul);
	mapd(1, ITT(1), 4, VALID);
	mapti(1, 0, LPI, 0);
	on_event(INT, 1, 0);
	expect(0, 0);
	/* and all is well again */
	write32(GITS + GITS_CTLR, 0);
	mmio_write64(GITS + GITS_BASER(0), 0);
	usual(DEVICES);
	command(0x0d, 0, 0, 0);
	drain();
	on_event(INT, 1, 3);
	expect(1, LPI + 3);
	GUEST_SYNC(1, 0);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

/* All of a 256 KiB queue: events mapped and discarded. */
static void guest_long(u64 arg)
{
	volatile u64 *q = (u64 *)BIG_QUEUE;
	u64 n = 0x40000 / 32 - 1;

	usual(DEVICES);
	write32(GITS + GITS_CTLR, 0);
	mmio_write64(GITS + GITS_CBASER, VALID | BIG_QUEUE | 0x3f);
	write32(GITS + GITS_CTLR, 1);
	for (u64 i = 0; i < n; i++) {
		bool map = i & 1;

		q[4 * i] = (map ? 0xa : DISCARD) | 1ul << 32;
		q[4 * i + 1] = 2 | (map ? (u64)(LPI + 2) << 32 : 0);
		q[4 * i + 2] = 0;
	}
	q[4 * (n - 1)] = INT | 1ul << 32;
	q[4 * (n - 1) + 1] = 3;
	dsb(sy);
	mmio_write64(GITS + GITS_CWRITER, n * 32);
	while (mmio_read64(GITS + GITS_CREADR) != n * 32)
		;
	expect(1, LPI + 3);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void guest_leftover(u64 arg)
{
	usual(DEVICES);
	write32(GITS + GITS_CTLR, 0);
	mmio_write64(GITS + GITS_CBASER, VALID | BIG_QUEUE | 0xff);
	GUEST_SYNC(1, 0);
	while (mmio_read64(GITS + GITS_CREADR) != mmio_read64(GITS + GITS_CWRITER))
		;
	expect(1, LPI + 3);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

/* ---- the host ---- */

static int attr(int fd, unsigned long request, u32 group, u64 which, void *value)
{
	struct kvm_device_attr a = { .group = group, .attr = which, .addr = (u64)value };

	return kvm(fd, request, &a);
}

#define CROWD	4096u

/* CROWD commands on as many events of device 2. */
static void for_each_of_crowd(u64 op)
{
	volatile u64 *q = (u64 *)BIG_QUEUE;

	write32(GITS + GITS_CTLR, 0);
	mmio_write64(GITS + GITS_CBASER, VALID | BIG_QUEUE | 0x3f);
	write32(GITS + GITS_CTLR, 1);
	for (u64 i = 0; i < CROWD; i++) {
		q[4 * i] = op | 2ul << 32;
		q[4 * i + 1] = i | (LPI + i) << 32;
		q[4 * i + 2] = 0;
	}
	dsb(sy);
	mmio_write64(GITS + GITS_CWRITER, CROWD * 32);
	while (mmio_read64(GITS + GITS_CREADR) != CROWD * 32)
		;
}

/* The shortest of many exits, which interrupts of the host make longer but not shorter. */
static u64 ticks_of_exit(void)
{
	u64 best = ~0ul;

	for (unsigned int i = 0; i < 40; i++) {
		u64 t = mrs(cntvct_el0);

		guest_hvc(0xc4000004, 0, 0, 0);
		isb();
		t = mrs(cntvct_el0) - t;
		best = t < best ? t : best;
	}
	return best;
}

static u64 first_of_crowd;

static void take_of_crowd(struct guest_regs *regs)
{
	u32 intid = gic_read(IAR1);
	u64 n = ++nr_taken[0];

	if (intid == 1023) {
		nr_taken[0]--;
		return;
	}
	if (n == 1)
		first_of_crowd = intid;
	GUEST_ASSERT(intid >= LPI && intid < LPI + CROWD);
	GUEST_EQ(((volatile u8 *)DATA_BASE)[23 * K64 + intid - LPI]++, 0);
	gic_write(EOIR1, intid);
}

static void guest_crowd(u64 arg)
{
	u64 few, many;

	for (u32 i = 0; i < CROWD; i++)
		*(volatile u8 *)(PROPS + i) = i == CROWD - 1 ? 0x21 : PROP_ON;
	gic_on();
	guest_on(VEC_IRQ, take_of_crowd);
	lpis_on(0);
	its_on(DEVICES);
	mapc(0, 0, VALID);
	mapd(2, ITT(2), 12, VALID);
	for_each_of_crowd(0xa);
	for (u64 i = 0; i < 40; i++)
		GUEST_SYNC(i, 0);
	few = ticks_of_exit();
	for_each_of_crowd(INT);
	many = ticks_of_exit();
	GUEST_SYNC(few, many);
	irq_on();
	while (READ_ONCE(nr_taken[0]) < CROWD)
		isb();
	irq_off();
	GUEST_EQ(first_of_crowd, LPI + CROWD - 1);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static int new_device(int vm, u32 type)
{
	struct kvm_create_device cd = { .type = type };
	int err = kvm(vm, KVM_CREATE_DEVICE, &cd);

	return err ? err : (int)cd.fd;
}

static int its_device(int vm)
{
	int fd = new_device(vm, KVM_DEV_TYPE_ARM_VGIC_ITS);

	if (fd == -ENODEV)
		ktap_skip("no ITS for guests");
	REQUIRE(fd > 0);
	return fd;
}

static int set_base(int its, u64 base)
{
	return attr(its, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE, &base);
}

static int control(int its, u64 what)
{
	return attr(its, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL, what, NULL);
}

static int get_reg(int its, u64 offset, u64 *val)
{
	return attr(its, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, offset, val);
}

static int set_reg(int its, u64 offset, u64 val)
{
	return attr(its, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, offset, &val);
}

static u64 reg(int its, u64 offset)
{
	u64 val = ~0ul;

	CHECK_EQ(get_reg(its, offset, &val), 0);
	return val;
}

struct machine {
	struct vm *vm;
	int gic, its;
	char *tables;
};

static struct machine with_gic(struct vm *vm, char *tables)
{
	struct machine m = { .vm = vm, .tables = tables };
	u64 dist = GICD, redist = GICR(0);

	if (!m.tables)
		m.tables = vm_alloc(TABLES_SIZE, PAGE);
	REQUIRE_EQ(vm_slot(m.vm->fd, 1, 0, DATA_BASE, TABLES_SIZE, m.tables), 0);
	m.gic = new_device(m.vm->fd, KVM_DEV_TYPE_ARM_VGIC_V3);
	if (m.gic == -ENODEV)
		ktap_skip("no GICv3 for guests");
	m.its = its_device(m.vm->fd);
	REQUIRE_EQ(attr(m.gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR,
			KVM_VGIC_V3_ADDR_TYPE_DIST, &dist), 0);
	REQUIRE_EQ(attr(m.gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR,
			KVM_VGIC_V3_ADDR_TYPE_REDIST, &redist), 0);
	REQUIRE_EQ(attr(m.gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL,
			KVM_DEV_ARM_VGIC_CTRL_INIT, NULL), 0);
	REQUIRE_EQ(control(m.its, KVM_DEV_ARM_VGIC_CTRL_INIT), 0);
	REQUIRE_EQ(set_base(m.its, GITS), 0);
	return m;
}

/* tables NULL: new ones */
static struct machine machine(unsigned int n, void (*fn)(u64), char *tables)
{
	return with_gic(vm_new(n, fn, 0), tables);
}

static int send(struct machine *m, u64 its, u32 device, u32 event)
{
	struct kvm_msi msi = {
		.address_lo = its + TRANSLATER, .data = event, .devid = device,
		.flags = KVM_MSI_VALID_DEVID,
	};

	return kvm(m->vm->fd, KVM_SIGNAL_MSI, &msi);
}

static void attributes(void)
{
	int vm = vm_fd(0), its, fd = kvm_open();
	u64 base = 0, limit = 1ul << 40;

	CHECK_EQ(kvm(fd, KVM_CHECK_EXTENSION, KVM_CAP_MSI_DEVID), -EINVAL);
	CHECK_EQ(kvm(vm, KVM_CHECK_EXTENSION, KVM_CAP_MSI_DEVID), 0);
	its = its_device(vm);
	CHECK_EQ(kvm(fd, KVM_CHECK_EXTENSION, KVM_CAP_SIGNAL_MSI), 1);
	CHECK_EQ(kvm(vm, KVM_CHECK_EXTENSION, KVM_CAP_MSI_DEVID), 1);
	CHECK_EQ(attr(its, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE, NULL), 0);
	CHECK_EQ(attr(its, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, 3, NULL), -ENXIO);
	for (u64 i = 0; i < 6; i++) {
		bool has = i < 3 || i == KVM_DEV_ARM_ITS_CTRL_RESET;

		CHECK_EQ(attr(its, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL, i, NULL),
			 has ? 0 : -ENXIO);
	}
	CHECK_EQ(attr(its, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, 3, &base), -ENODEV);
	CHECK_EQ(attr(its, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, 3, &base), -ENODEV);
	CHECK_EQ(attr(its, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE,
		      (void *)8), -EFAULT);
	CHECK_EQ(attr(its, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE, &base), 0);
	CHECK_EQ(base, -1);
	CHECK_EQ(attr(its, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0, &base), -ENXIO);
	CHECK_EQ(attr(its, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL, 0, &base), -ENXIO);
	CHECK_EQ(get_reg(its, GITS_CTLR, &base), -ENXIO);
	CHECK_EQ(set_base(its, 0x401000), -EINVAL);
	CHECK_EQ(set_base(its, limit), -E2BIG);
	CHECK_EQ(set_base(its, limit - K64), -E2BIG);
	CHECK_EQ(set_base(its, limit - 2 * K64), 0);
	CHECK_EQ(set_base(its, 0), -EEXIST);
	CHECK_EQ(control(its, KVM_DEV_ARM_VGIC_CTRL_INIT), 0);
	CHECK_EQ(control(its, KVM_DEV_ARM_VGIC_CTRL_INIT), 0);
	CHECK_EQ(control(its, KVM_DEV_ARM_ITS_SAVE_TABLES), 0);
	CHECK_EQ(control(its, KVM_DEV_ARM_ITS_RESTORE_TABLES), 0);
	CHECK_EQ(control(its, KVM_DEV_ARM_ITS_CTRL_RESET), 0);
	/* the GIC may come after it */
	CHECK(new_device(vm, KVM_DEV_TYPE_ARM_VGIC_V3) > 0);
}

static void check_baser(int its, u64 offset, u64 type)
{
	CHECK_EQ(set_reg(its, offset, 0), 0);
	CHECK_EQ(reg(its, offset), 0x1807000000000200 | type << 56);
	CHECK_EQ(set_reg(its, offset, ~0ul), 0);
	CHECK_EQ(reg(its, offset), (type == 1 ? 0xf807fffffffffeff : 0xb807fffffffffeff) | type << 56);
	/* outer shareable becomes inner shareable; non-cacheable, cacheable; any outer policy, the inner one */
	CHECK_EQ(set_reg(its, offset, 1ul << 59 | 5ul << 53 | 2ul << 10 | 0x123450000), 0);
	CHECK_EQ(reg(its, offset), 0x1807000123450600 | type << 56);
}

static void registers(void)
{
	struct machine m = machine(1, guest_wait, NULL);
	u64 val;

	CHECK_EQ(get_reg(m.its, 0x10, &val), -ENXIO);
	CHECK_EQ(get_reg(m.its, 0x98, &val), -ENXIO);
	CHECK_EQ(get_reg(m.its, 0x10040, &val), -ENXIO);
	CHECK_EQ(get_reg(m.its, 2, &val), -EINVAL);
	CHECK_EQ(get_reg(m.its, GITS_TYPER + 4, &val), -EINVAL);
	CHECK_EQ(attr(m.its, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, GITS_TYPER + 4, NULL), -EINVAL);
	CHECK_EQ(attr(m.its, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, 0x98, NULL), -ENXIO);
	CHECK_EQ(attr(m.its, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, GITS_IIDR, NULL), 0);
	CHECK_EQ(attr(m.its, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, GITS_IIDR, (void *)8), -EFAULT);
	CHECK_EQ(attr(m.its, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ITS_REGS, GITS_CBASER, (void *)8), -EFAULT);

	CHECK_EQ(reg(m.its, GITS_CTLR), 0x80000000);
	CHECK_EQ(reg(m.its, GITS_IIDR), 0x4b00043b);
	CHECK_EQ(set_reg(m.its, GITS_IIDR, 0x4b00043b), 0);
	CHECK_EQ(set_reg(m.its, GITS_IIDR, 0x4b00143b), -EINVAL);
	CHECK_EQ(reg(m.its, GITS_TYPER), 0x1ef71);
	CHECK_EQ(reg(m.its, 0xffe8), 0x3b);
	CHECK_EQ(reg(m.its, GITS_BASER(0)), 0x1907000000000600);
	CHECK_EQ(reg(m.its, GITS_BASER(1)), 0x1c07000000000600);
	check_baser(m.its, GITS_BASER(0), 1);
	check_baser(m.its, GITS_BASER(1), 4);
	CHECK_EQ(set_reg(m.its, GITS_BASER(2), ~0ul), 0);
	CHECK_EQ(reg(m.its, GITS_BASER(2)), 0);

	CHECK_EQ(set_reg(m.its, GITS_CBASER, ~0ul), 0);
	CHECK_EQ(reg(m.its, GITS_CBASER), 0xff1fffffffff0fff);
	CHECK_EQ(set_reg(m.its, GITS_CBASER, VALID | 0x400001), 0);
	CHECK_EQ(set_reg(m.its, GITS_CWRITER, 0x1fe5), 0);
	CHECK_EQ(reg(m.its, GITS_CWRITER), 0x1fe0);
	CHECK_EQ(set_reg(m.its, GITS_CWRITER, 0x2000), 0);
	CHECK_EQ(reg(m.its, GITS_CWRITER), 0x1fe0);
	CHECK_EQ(set_reg(m.its, GITS_CREADR, 0x2000), -EINVAL);
	CHECK_EQ(set_reg(m.its, GITS_CREADR, 0x47), 0);
	CHECK_EQ(reg(m.its, GITS_CREADR), 0x40);
	CHECK_EQ(reg(m.its, GITS_CTLR), 0);
	CHECK_EQ(set_reg(m.its, GITS_CBASER, VALID | DATA_BASE), 0);
	CHECK_EQ(reg(m.its, GITS_CREADR), 0);
	CHECK_EQ(reg(m.its, GITS_CWRITER), 0);
	/* not without all of the tables, which then are fixed */
	CHECK_EQ(set_reg(m.its, GITS_BASER(1), 0), 0);
	CHECK_EQ(set_reg(m.its, GITS_BASER(0), VALID), 0);
	CHECK_EQ(set_reg(m.its, GITS_CTLR, 1), 0);
	CHECK_EQ(reg(m.its, GITS_CTLR), 0x80000000);
	CHECK_EQ(set_reg(m.its, GITS_BASER(1), VALID), 0);
	CHECK_EQ(set_reg(m.its, GITS_CTLR, 1), 0);
	CHECK_EQ(reg(m.its, GITS_CTLR), 0x80000001);
	CHECK_EQ(set_reg(m.its, GITS_CREADR, 0), -EBUSY);
	CHECK_EQ(set_reg(m.its, GITS_BASER(1), 0), 0);
	CHECK_EQ(set_reg(m.its, GITS_CBASER, 0), 0);
	CHECK_EQ(reg(m.its, GITS_BASER(1)), VALID | 0x1c07000000000200);
	CHECK_EQ(reg(m.its, GITS_CBASER), VALID | DATA_BASE | 3ul << 59);
	CHECK_EQ(control(m.its, KVM_DEV_ARM_ITS_CTRL_RESET), 0);
	CHECK_EQ(reg(m.its, GITS_CTLR), 0x80000000);
	CHECK_EQ(reg(m.its, GITS_CBASER), 0);
	CHECK_EQ(reg(m.its, GITS_BASER(0)) & VALID, 0);
}

static void messages(void)
{
	struct machine m = machine(1, guest_enable, NULL);
	struct kvm_msi msi = { .address_lo = GITS + TRANSLATER };
	struct vcpu *vcpu = &m.vm->vcpu[0];

	CHECK_EQ(kvm(m.vm->fd, KVM_SIGNAL_MSI, &msi), -EINVAL);
	msi.flags = KVM_MSI_VALID_DEVID | 2;
	CHECK_EQ(kvm(m.vm->fd, KVM_SIGNAL_MSI, &msi), -EINVAL);
	msi.flags = KVM_MSI_VALID_DEVID;
	msi.address_lo = GITS2 + TRANSLATER;
	CHECK_EQ(kvm(m.vm->fd, KVM_SIGNAL_MSI, &msi), -EINVAL);
	CHECK_EQ(send(&m, GITS, 1, 0), -EBUSY);
	vcpu_sync(vcpu, 1);
	CHECK_EQ(send(&m, GITS, 1, 16), 0);
	CHECK_EQ(send(&m, GITS, 2, 0), 0);
	CHECK_EQ(send(&m, GITS, ~0u, 0), 0);
	CHECK_EQ(send(&m, GITS, 1, ~0u), 0);
	CHECK_EQ(send(&m, GITS, 1, 15), 1);
	vcpu_sync(vcpu, 2);
	CHECK_EQ(send(&m, GITS, 1, 0), -EBUSY);
	vcpu_finish(vcpu);
}

static void run(unsigned int n, void (*fn)(u64))
{
	struct machine m = machine(n, fn, NULL);

	vcpu_finish(&m.vm->vcpu[0]);
}

static bool on_keel(void)
{
	return !access("/sys/module/keel", F_OK);
}

static void commands(void)
{
	struct machine m = machine(1, guest_commands, NULL);

	*vm_shared(m.vm, is_keel) = on_keel();
	vcpu_sync(&m.vm->vcpu[0], 1);
	CHECK_EQ(send(&m, GITS, 1, 7), 0);
	vcpu_finish(&m.vm->vcpu[0]);
}

static void two_levels(void)
{
	run(1, guest_two_levels);
}

static void configuration(void)
{
	run(2, guest_config);
}

static void *run_forever(void *vcpu)
{
	vcpu_finish(vcpu);
	return NULL;
}

static void moving(void)
{
	struct machine m = machine(2, guest_move, NULL);
	pthread_t thread;

	*vm_shared(m.vm, guest_secondary_fn) = guest_other;
	REQUIRE_EQ(pthread_create(&thread, NULL, run_forever, &m.vm->vcpu[1]), 0);
	vcpu_finish(&m.vm->vcpu[0]);
}

static void moving_away(void)
{
	struct machine m = machine(2, guest_move_away, NULL);

	*vm_shared(m.vm, is_keel) = on_keel();
	vcpu_finish(&m.vm->vcpu[0]);
}

static void second_its(void)
{
	struct machine m = machine(1, guest_second_its, NULL);
	struct vcpu *vcpu = &m.vm->vcpu[0];

	CHECK_EQ(set_base(its_device(m.vm->fd), GITS2), 0);
	vcpu_sync(vcpu, 1);
	CHECK_EQ(send(&m, GITS2, 1, 0), 1);
	vcpu_sync(vcpu, 2);
	CHECK_EQ(send(&m, GITS, 1, 0), 1);
	vcpu_finish(vcpu);
}

/* They stay with their VM, and go with it: the end of a VM waits for no grace period of each. */
static void many_itses(void)
{
	int vm;

	/* fewer would not show it, and a debug kernel makes 40 a second */
	if (ktap_times(4000) < 4000)
		ktap_skip("takes long");
	vm = vm_fd(0);
	for (unsigned int i = 0; i < 4000; i++)
		close(its_device(vm));
	close(vm);
}

static void *wait_for_msi(void *vcpu)
{
	struct ucall uc = vcpu_ucall(vcpu);

	CHECK_EQ(uc.cmd, UCALL_SYNC);
	return (void *)uc.b;
}

static void by_irqfd(void)
{
	struct { struct kvm_irq_routing r; struct kvm_irq_routing_entry e[2]; } table = { .r.nr = 2 };
	struct machine m = machine(1, guest_wait, NULL);
	struct kvm_irqfd irqfd[2] = {};
	u64 one = 1;

	for (u32 i = 0; i < 2; i++) {
		table.e[i] = (struct kvm_irq_routing_entry){
			.gsi = i + 5, .type = KVM_IRQ_ROUTING_MSI, .flags = KVM_MSI_VALID_DEVID,
			.u.msi = { .address_lo = GITS + TRANSLATER, .data = i, .devid = 1 },
		};
		irqfd[i].fd = eventfd(0, 0);
		irqfd[i].gsi = i + 5;
		REQUIRE_EQ(kvm(m.vm->fd, KVM_IRQFD, &irqfd[i]), 0);
	}
	REQUIRE_EQ(kvm(m.vm->fd, KVM_SET_GSI_ROUTING, &table), 0);
	vcpu_sync(&m.vm->vcpu[0], 0);
	for (u32 i = 0; i < 50; i++) {
		pthread_t thread;
		void *got;

		REQUIRE_EQ(pthread_create(&thread, NULL, wait_for_msi, &m.vm->vcpu[0]), 0);
		if (i % 4 == 3)
			usleep(2000);
		CHECK_EQ(write(irqfd[i & 1].fd, &one, sizeof(one)), sizeof(one));
		pthread_join(thread, &got);
		CHECK_EQ((u64)got, LPI + (i & 1));
	}
}

static const u64 saved_regs[] = {
	GITS_IIDR, GITS_CBASER, GITS_CREADR, GITS_CWRITER, GITS_BASER(0), GITS_BASER(1),
};

static u32 gicr(struct machine *m, u64 offset, u32 *write)
{
	u32 val = write ? *write : 0;

	CHECK_EQ(attr(m->gic, write ? KVM_SET_DEVICE_ATTR : KVM_GET_DEVICE_ATTR,
		      KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, offset, &val), 0);
	return val;
}

static void copy_gic(struct machine *from, struct machine *to)
{
	static const u64 offsets[] = { 0x70, 0x74, 0x78, 0x7c, 0 };
	u32 ctlr = 0x12;

	for (unsigned int i = 0; i < ARRAY_SIZE(offsets); i++) {
		u32 val = gicr(from, offsets[i], NULL);

		gicr(to, offsets[i], &val);
	}
	CHECK_EQ(attr(to->gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0, &ctlr), 0);
}

/* ABI revision 0, as the KVM API's document has it. */
static void check_tables(char *tables)
{
	u64 *devices = (u64 *)tables, *collections = (u64 *)(tables + K64);
	u64 *itt1 = (u64 *)(tables + 9 * K64), *itt70 = (u64 *)(tables + 10 * K64);

	CHECK_EQ(devices[0], 0);
	CHECK_EQ(devices[1], VALID | 69ul << 49 | ITT(1) >> 8 << 5 | 3);
	CHECK_EQ(devices[70], VALID | ITT(2) >> 8 << 5 | 7);
	CHECK_EQ(collections[0], VALID);
	CHECK_EQ(collections[1], 0);
	CHECK_EQ(itt1[0], 0);
	CHECK_EQ(itt1[1], 1ul << 48 | (u64)(LPI + 1) << 16);
	CHECK_EQ(itt1[15], (u64)(LPI + 15) << 16);
	CHECK_EQ(itt70[3], 197ul << 48 | (u64)(LPI + 101) << 16);
	CHECK_EQ(itt70[200], (u64)(LPI + 100) << 16);
	CHECK_EQ(tables[5 * K64 + (LPI + 100) / 8], 1 << (LPI + 100) % 8);
}

static void saved(void)
{
	struct machine a = machine(1, guest_save, NULL), b;

	vcpu_sync(&a.vm->vcpu[0], 1);
	CHECK_EQ(send(&a, GITS, 70, 200), 1);
	CHECK_EQ(control(a.its, KVM_DEV_ARM_ITS_SAVE_TABLES), 0);
	CHECK_EQ(control(a.gic, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES), 0);
	check_tables(a.tables);

	b = machine(1, guest_restored, a.tables);
	copy_gic(&a, &b);
	for (unsigned int i = 0; i < ARRAY_SIZE(saved_regs); i++)
		CHECK_EQ(set_reg(b.its, saved_regs[i], reg(a.its, saved_regs[i])), 0);
	CHECK_EQ(control(b.its, KVM_DEV_ARM_ITS_RESTORE_TABLES), 0);
	CHECK_EQ(set_reg(b.its, GITS_CTLR, reg(a.its, GITS_CTLR)), 0);
	vcpu_sync(&b.vm->vcpu[0], 2);
	CHECK_EQ(send(&b, GITS, 70, 3), 1);
	CHECK_EQ(send(&b, GITS, 1, 0), 0);
	vcpu_sync(&b.vm->vcpu[0], 3);
	CHECK_EQ(send(&b, GITS, 1, 5), 1);
	vcpu_finish(&b.vm->vcpu[0]);
}

/* The pages of 64 KiB of the slot of tables that were written since the last look. */
static u64 written(struct machine *m)
{
	static u64 bitmap[TABLES_SIZE / 4096 / 64];
	struct kvm_dirty_log log = { .slot = 1, .dirty_bitmap = bitmap };
	u64 parts = 0;

	REQUIRE_EQ(kvm(m->vm->fd, KVM_GET_DIRTY_LOG, &log), 0);
	for (u64 page = 0; page < TABLES_SIZE / PAGE; page++)
		if (bitmap[page / 64] >> page % 64 & 1)
			parts |= 1ul << page * PAGE / K64;
	return parts;
}

static void ring_and_bitmap(int vm)
{
	REQUIRE_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_ACQ_REL, 1 << 16), 0);
	REQUIRE_EQ(vm_enable(vm, KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP, 0), 0);
}

/* No vCPU writes the tables: they are in the bitmap, beside rings too, and nothing is in a ring. */
static void saved_to_bitmap(void)
{
	struct machine m = with_gic(vm_new_after(ring_and_bitmap, 1, guest_save, 0), NULL);
	struct ring ring = ring_map(m.vm->vcpu[0].fd, 1 << 16);

	vcpu_sync(&m.vm->vcpu[0], 1);
	CHECK_EQ(send(&m, GITS, 70, 200), 1);
	REQUIRE_EQ(vm_slot(m.vm->fd, 1, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE, TABLES_SIZE, m.tables), 0);
	CHECK_EQ(written(&m), 0);
	CHECK_EQ(control(m.its, KVM_DEV_ARM_ITS_SAVE_TABLES), 0);
	/* devices, collections, two ITTs */
	CHECK_EQ(written(&m), 1 | 1 << 1 | 1 << 9 | 1 << 10);
	CHECK_EQ(control(m.gic, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES), 0);
	CHECK_EQ(written(&m), 1 << 5);
	check_tables(m.tables);
	CHECK(!ring_peek(&ring));
}

static int restore(struct machine *m)
{
	return control(m->its, KVM_DEV_ARM_ITS_RESTORE_TABLES);
}

/* What is saved is the guest's to spoil. */
static void spoilt(void)
{
	struct machine m = machine(1, guest_save, NULL);
	u64 *devices = (u64 *)m.tables, *collections = (u64 *)(m.tables + K64);
	u64 *itt = (u64 *)(m.tables + 9 * K64), dte, ite;

	vcpu_sync(&m.vm->vcpu[0], 1);
	CHECK_EQ(control(m.its, KVM_DEV_ARM_ITS_SAVE_TABLES), 0);
	dte = devices[1];
	ite = itt[1];
	CHECK_EQ(set_reg(m.its, GITS_CTLR, 0), 0);
	collections[0] = VALID | 77 << 16;	/* no such vCPU */
	CHECK_EQ(restore(&m), -EINVAL);
	collections[0] = 0;			/* events of no collection */
	CHECK_EQ(restore(&m), -EINVAL);
	collections[0] = VALID;
	itt[1] = 1ul << 48 | 40ul << 16;	/* no LPI */
	CHECK_EQ(restore(&m), -EINVAL);
	itt[1] = 0xfffful << 48 | (u64)LPI << 16;	/* the next one is beyond the table */
	CHECK_EQ(restore(&m), -EINVAL);
	itt[1] = ite;
	devices[1] = VALID | (1ul << 51) >> 8 << 5 | 3;	/* a table that is not there */
	CHECK_EQ(restore(&m), on_keel() ? 0 : -EFAULT);
	devices[1] = dte;
	CHECK_EQ(restore(&m), 0);
	CHECK_EQ(set_reg(m.its, GITS_CTLR, 1), 0);
	CHECK_EQ(send(&m, GITS, 1, 5), 1);
	CHECK_EQ(send(&m, GITS, 1, 0), 0);
}

static int save(struct machine *m)
{
	return control(m->its, KVM_DEV_ARM_ITS_SAVE_TABLES);
}

/* The in-tree KVM refuses to save then. */
static void no_place(void)
{
	struct machine m = machine(1, guest_no_place, NULL);

	REQUIRE_EQ(vm_slot(m.vm->fd, 2, KVM_MEM_READONLY, ROM, PAGE, vm_alloc(PAGE, PAGE)), 0);
	vcpu_sync(&m.vm->vcpu[0], 1);
	CHECK_EQ(send(&m, GITS, 2, 0), 0);
	CHECK_EQ(send(&m, GITS, 3, 3), 1);
	CHECK_EQ(send(&m, GITS, 3, 40), 0);
	CHECK_EQ(send(&m, GITS, 4, 0), 1);
	CHECK_EQ(send(&m, GITS, 9000, 0), 1);
	CHECK_EQ(save(&m), on_keel() ? 0 : -EFAULT);
	if (!on_keel())
		return;
	CHECK_EQ(set_reg(m.its, GITS_CTLR, 0), 0);
	CHECK_EQ(restore(&m), 0);
	CHECK_EQ(set_reg(m.its, GITS_CTLR, 1), 0);
	CHECK_EQ(send(&m, GITS, 1, 5), 1);
	CHECK_EQ(send(&m, GITS, 1, 15), 1);
	CHECK_EQ(send(&m, GITS, 3, 3), 1);
	CHECK_EQ(send(&m, GITS, 4, 0), 0);
	CHECK_EQ(send(&m, GITS, 9000, 0), 0);
	/* room for no collection, and for no device */
	CHECK_EQ(set_reg(m.its, GITS_CTLR, 0), 0);
	CHECK_EQ(set_reg(m.its, GITS_BASER(1), VALID | NOWHERE), 0);
	CHECK_EQ(save(&m), 0);
	CHECK_EQ(restore(&m), 0);
	CHECK_EQ(set_reg(m.its, GITS_BASER(0), VALID | NOWHERE), 0);
	CHECK_EQ(save(&m), 0);
	CHECK_EQ(restore(&m), 0);
}

/* Does a restore from what was saved just now find event 5 of device 1? The ITS is off before and after. */
static int comes_back(struct machine *m)
{
	int ret;

	CHECK_EQ(save(m), 0);
	CHECK_EQ(restore(m), 0);
	CHECK_EQ(set_reg(m->its, GITS_CTLR, 1), 0);
	ret = send(m, GITS, 1, 5);
	CHECK_EQ(send(m, GITS, 5, 0), 0);
	CHECK_EQ(set_reg(m->its, GITS_CTLR, 0), 0);
	return ret;
}

/* In-tree, as above. */
static void left_out(void)
{
	struct machine m = machine(1, guest_left_out, NULL);
	u64 *rom = vm_alloc(K64, PAGE);

	memset(rom, 0xff, K64);
	REQUIRE_EQ(vm_slot(m.vm->fd, 2, KVM_MEM_READONLY, ROM, K64, rom), 0);
	vcpu_sync(&m.vm->vcpu[0], 1);
	CHECK_EQ(save(&m), 0);
	vcpu_sync(&m.vm->vcpu[0], 2);
	if (!on_keel())
		return;
	CHECK_EQ(set_reg(m.its, GITS_CTLR, 0), 0);
	CHECK_EQ(comes_back(&m), 1);
	/* a table in read-only memory has no place, and what it holds is nobody's */
	CHECK_EQ(set_reg(m.its, GITS_BASER(1), VALID | ROM), 0);
	CHECK_EQ(comes_back(&m), 0);
	CHECK_EQ(set_reg(m.its, GITS_BASER(0), VALID | ROM), 0);
	CHECK_EQ(comes_back(&m), 0);
}

static void no_pending_table(void)
{
	struct machine m = machine(1, guest_no_pending_table, NULL);

	vcpu_sync(&m.vm->vcpu[0], 1);
	CHECK_EQ(control(m.gic, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES), on_keel() ? 0 : -EFAULT);
	vcpu_finish(&m.vm->vcpu[0]);
}

static void garbage(void)
{
	run(1, guest_garbage);
}

static volatile unsigned int nr_signals;

static void on_alarm(int sig)
{
	nr_signals++;
}

static void long_queue(void)
{
	struct itimerval often = { { 0, 5000 }, { 0, 5000 } }, never = {};
	struct machine m = machine(1, guest_long, NULL);
	struct sigaction act = { .sa_handler = on_alarm };
	struct ucall uc;
	int ret;

	sigaction(SIGALRM, &act, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	do
		ret = vcpu_run(&m.vm->vcpu[0]);
	while (ret == -EINTR);
	setitimer(ITIMER_REAL, &never, NULL);
	REQUIRE_EQ(ret, 0);
	REQUIRE(vcpu_is_ucall(&m.vm->vcpu[0], &uc));
	CHECK_EQ(uc.cmd, UCALL_DONE);
	CHECK(nr_signals > 0);
}

#define LEFT	(0x100000ul / 32 - 1)

static u64 now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000ul + t.tv_nsec / 1000000;
}

/*
 * A queue that a save cut short, full of commands that visit all LPIs. The in-tree
 * KVM works it off at once. How long that takes is the machine's affair: where it
 * is less than half a second, this proves nothing.
 */
static void begin_leftover(int its, char *tables)
{
	u64 *q = (u64 *)(tables + (BIG_QUEUE - DATA_BASE)), t;

	for (u64 i = 0; i < LEFT - 1; i++)
		q[4 * i] = 0x0d;
	q[4 * (LEFT - 1)] = INT | 1ul << 32;
	q[4 * (LEFT - 1) + 1] = 3;
	CHECK_EQ(set_reg(its, GITS_CWRITER, LEFT * 32), 0);
	t = now_ms();
	CHECK_EQ(set_reg(its, GITS_CTLR, 1), 0);
	t = now_ms() - t;
	ktap_note("%lu of %lu commands in %lu ms", reg(its, GITS_CREADR) / 32, LEFT, t);
	if (on_keel())
		CHECK(t < 500 || reg(its, GITS_CREADR) != LEFT * 32);
}

static void leftover(void)
{
	struct machine m = machine(1, guest_leftover, NULL);

	vcpu_sync(&m.vm->vcpu[0], 1);
	begin_leftover(m.its, m.tables);
	vcpu_finish(&m.vm->vcpu[0]);
}

/* Run a vCPU that is off for a while. */
static void run_off(int vcpu)
{
	struct itimerval often = { { 0, 50000 }, { 0, 50000 } }, never = {};

	setitimer(ITIMER_REAL, &often, NULL);
	CHECK_EQ(kvm(vcpu, KVM_RUN, 0), -EINTR);
	setitimer(ITIMER_REAL, &never, NULL);
}

static void early_queue(void)
{
	struct sigaction act = { .sa_handler = on_alarm };
	char *tables = vm_alloc(TABLES_SIZE, PAGE);
	int vm = vm_fd(0), its, vcpu;

	REQUIRE_EQ(vm_slot(vm, 1, 0, DATA_BASE, TABLES_SIZE, tables), 0);
	its = its_device(vm);
	CHECK_EQ(set_base(its, GITS), 0);
	CHECK_EQ(set_reg(its, GITS_BASER(0), VALID | DEVICES), 0);
	CHECK_EQ(set_reg(its, GITS_BASER(1), VALID | COLLECTIONS), 0);
	CHECK_EQ(set_reg(its, GITS_CBASER, VALID | BIG_QUEUE | 0xff), 0);
	begin_leftover(its, tables);
	vcpu = vcpu_fd(vm, 0);
	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, 1u << KVM_ARM_VCPU_POWER_OFF), 0);
	sigaction(SIGALRM, &act, NULL);
	for (unsigned int i = 0; i < 400 && reg(its, GITS_CREADR) != LEFT * 32; i++)
		run_off(vcpu);
	CHECK_EQ(reg(its, GITS_CREADR), LEFT * 32);
}

static void crowd(void)
{
	struct machine m = machine(1, guest_crowd, NULL);
	struct vcpu *vcpu = &m.vm->vcpu[0];
	struct ucall uc;

	for (u32 i = 0; i < 40; i++) {
		vcpu_sync(vcpu, i);
		CHECK_EQ(send(&m, GITS, 2, i), 1);
	}
	uc = vcpu_ucall(vcpu);
	REQUIRE_EQ(uc.cmd, UCALL_SYNC);
	ktap_note("an exit takes %lu ticks with 40 pending, %lu with %u", uc.a, uc.b, CROWD);
	/* the in-tree KVM sorts them each time */
	if (on_keel())
		CHECK(uc.b < 6 * uc.a);
	vcpu_finish(vcpu);
}

static const struct ktap_case cases[] = {
	{ "attributes", attributes },
	{ "registers", registers },
	{ "SIGNAL_MSI and EnableLPIs", messages },
	{ "commands", commands },
	{ "two-level device table", two_levels },
	{ "configuration table", configuration },
	{ "MOVI, MOVALL, MAPC between vCPUs", moving },
	{ "MOVI to where LPIs are off", moving_away },
	{ "two ITSes", second_its },
	{ "irqfd to LPI", by_irqfd },
	{ "thousands of ITSes", many_itses },
	{ "save and restore", saved },
	{ "tables saved are in the bitmap of dirty pages", saved_to_bitmap },
	{ "restore of spoilt tables", spoilt },
	{ "tables that are not in memory", no_place },
	{ "what was left out does not come back", left_out },
	{ "pending table that is not in memory", no_pending_table },
	{ "garbage", garbage },
	{ "signals during a long queue", long_queue, 120 },
	{ "a long queue restored", leftover, 120 },
	{ "a long queue restored before there are vCPUs", early_queue, 120 },
	{ "thousands of pending LPIs", crowd, 120 },
};
KTAP_MAIN(cases)
