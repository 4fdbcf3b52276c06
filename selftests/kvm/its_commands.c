// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest does with its ITS, and what comes of it. Proves:
 *  - commands: MAPD to SYNC, by their effect on LPIs, with flat and two-level
 *    tables; MOVI and MOVALL between vCPUs; two ITSes
 *  - the configuration table is read again by INV and INVALL, GICR_INVLPIR and
 *    GICR_INVALLR; pending LPIs come when they are enabled
 *  - an irqfd that is routed to a message
 *  - a table that goes, or is another one, takes along what it described; the same one, nothing
 *  - tables, queues and commands that make no sense do no harm
 */
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "lib/fuzz.h"
#include "lib/its.h"

static void movi(u64 dev, u64 event, u64 id)
{
	its_command(0x01 | dev << 32, event, id, 0);
}

/* Whatever is pending. */
static void drain(void)
{
	irq_on();
	for (unsigned int i = 0; i < 1000; i++)
		isb();
	irq_off();
}

/* Like lpi_expect(1), for what another thread brings. */
static void await(unsigned int cpu, u64 n)
{
	irq_on();
	while (load_acquire(&lpi_nr_taken[cpu]) < n)
		;
	irq_off();
}

static u64 is_keel;

static void guest_commands(u64 arg)
{
	its_usual(DEVICES);
	its_event(INT, 1, 3);
	lpi_expect(1, LPI + 3);
	lpi_expect(0, 0);
	its_event(INT, 1, 4);
	its_event(CLEAR, 1, 4);
	lpi_expect(0, 0);
	/* an event is mapped once; one that is beyond the table, never */
	its_mapti(1, 5, LPI + 9, 0);
	its_event(INT, 1, 5);
	lpi_expect(1, LPI + 5);
	its_mapti(1, 16, LPI + 20, 0);
	lpi_configure(LPI + 20, PROP_ON);
	its_event(INT, 1, 16);
	lpi_expect(0, 0);
	/* MAPI: the event is the LPI */
	lpi_configure(LPI + 30, PROP_ON);
	its_mapd(2, ITT(2), 14, VALID);
	its_command(0x0bul | 2ul << 32, LPI + 30, 0, 0);
	its_event(INT, 2, LPI + 30);
	lpi_expect(1, LPI + 30);
	/* pending ones go with their event; the in-tree KVM delivers them still */
	if (is_keel)
		its_event(INT, 1, 6);
	its_event(DISCARD, 1, 6);
	lpi_expect(0, 0);
	its_event(INT, 1, 6);
	lpi_expect(0, 0);
	its_mapti(1, 6, LPI + 6, 0);
	its_event(INT, 1, 6);
	lpi_expect(1, LPI + 6);
	/* a collection that goes takes nothing along, and may come back */
	its_mapc(0, 0, 0);
	its_event(INT, 1, 7);
	lpi_expect(0, 0);
	GUEST_SYNC(1, 0);
	its_mapd(1, 0, 1, 0);
	its_mapc(0, 0, VALID);
	its_event(INT, 1, 7);
	lpi_expect(0, 0);
	its_mapd(1, ITT(1), 4, VALID);
	its_mapti(1, 7, LPI + 7, 0);
	its_event(INT, 1, 7);
	lpi_expect(1, LPI + 7);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

/*
 * The second half of the devices needs a page of its own, which is not there for the last quarter.
 */
static void guest_two_levels(u64 arg)
{
	volatile u64 *level1 = (u64 *)DEVICES;
	u64 dev = 9000;

	level1[0] = 0;
	level1[1] = VALID | LEVEL2;
	lpi_cpu_enable();
	lpis_on(0);
	its_on(INDIRECT | DEVICES);
	its_mapc(0, 0, VALID);
	lpi_configure(LPI, PROP_ON);
	its_mapd(dev, ITT(3), 5, VALID);
	its_mapti(dev, 31, LPI, 0);
	its_event(INT, dev, 31);
	lpi_expect(1, LPI);
	its_mapd(5, ITT(4), 5, VALID);
	its_mapti(5, 0, LPI, 0);
	its_event(INT, 5, 0);
	lpi_expect(0, 0);
	its_mapd(20000, ITT(4), 5, VALID);
	its_mapti(20000, 0, LPI, 0);
	its_event(INT, 20000, 0);
	lpi_expect(0, 0);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void guest_config(u64 arg)
{
	its_usual(DEVICES);
	lpi_configure(LPI + 1, PROP_OFF);
	its_event(INV, 1, 1);
	its_event(INT, 1, 1);
	lpi_expect(0, 0);
	lpi_configure(LPI + 1, PROP_ON);
	lpi_expect(0, 0);
	its_event(INV, 1, 1);
	lpi_expect(1, LPI + 1);
	lpi_configure(LPI + 2, PROP_OFF);
	its_command(0x0d, 0, 0, 0);
	its_event(INT, 1, 2);
	lpi_expect(0, 0);
	lpi_configure(LPI + 2, PROP_ON);
	its_command(0x0d, 0, 0, 0);
	lpi_expect(1, LPI + 2);
	/* by the redistributor's registers */
	lpi_configure(LPI + 3, PROP_OFF);
	mmio_write64(GICR(0) + GICR_INVLPIR, LPI + 3);
	its_event(INT, 1, 3);
	lpi_expect(0, 0);
	lpi_configure(LPI + 3, PROP_ON);
	mmio_write64(GICR(0) + GICR_INVALLR, 0);
	lpi_expect(1, LPI + 3);
	/* not by those of one whose LPIs are off */
	lpi_configure(LPI + 3, PROP_OFF);
	mmio_write64(GICR(1) + GICR_INVLPIR, LPI + 3);
	its_event(INT, 1, 3);
	lpi_expect(1, LPI + 3);
	lpi_configure(LPI + 3, PROP_ON);
	/* priorities: the mask keeps 0xa0 away, not 0x20 */
	icc_write(ICC_PMR, 0x80);
	lpi_configure(LPI + 5, 0x21);
	its_event(INV, 1, 5);
	its_event(INT, 1, 4);
	its_event(INT, 1, 5);
	lpi_expect(1, LPI + 5);
	lpi_expect(0, 0);
	icc_write(ICC_PMR, 0xff);
	lpi_expect(1, LPI + 4);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static u64 other_ready;

static void guest_other(u64 arg)
{
	lpi_cpu_enable();
	lpis_on(1);
	store_release(&other_ready, 1);
	irq_on();
	for (;;)
		wfi();
}

static void wait_for_other(u64 n, u32 intid)
{
	while (load_acquire(&lpi_nr_taken[1]) < n)
		;
	GUEST_EQ(lpi_nr_taken[1], n);
	GUEST_EQ(READ_ONCE(lpi_taken[1]), intid);
}

static void guest_move(u64 arg)
{
	u64 n = 0;

	its_usual(DEVICES);
	guest_hvc(0xc4000003, 1, (u64)guest_secondary, 0);
	while (!load_acquire(&other_ready))
		;
	its_mapc(1, 1, VALID);
	for (u32 i = 0; i < 8; i++) {
		movi(1, i, 1);
		its_event(INT, 1, i);
		wait_for_other(++n, LPI + i);
	}
	/* pending ones move too */
	its_event(INT, 1, 8);
	movi(1, 8, 1);
	wait_for_other(++n, LPI + 8);
	its_event(INT, 1, 9);
	its_command(0x0e, 0, 0ul << 16, 1ul << 16);
	wait_for_other(++n, LPI + 9);
	/* back and forth */
	for (u32 i = 0; i < 50; i++) {
		u64 mine = lpi_nr_taken[0];

		movi(1, 3, 0);
		its_event(INT, 1, 3);
		await(0, mine + 1);
		movi(1, 3, 1);
		its_event(INT, 1, 3);
		wait_for_other(++n, LPI + 3);
	}
	/* the collection itself moves */
	movi(1, 4, 1);
	its_mapc(1, 0, VALID);
	its_event(INT, 1, 4);
	lpi_expect(1, LPI + 4);
	GUEST_EQ(lpi_nr_taken[1], n);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void expect_none(void)
{
	if (is_keel)
		lpi_expect(0, 0);
	else
		drain();
}

/*
 * What is pending when its LPI goes to a redistributor that has its LPIs off is gone; in-tree, it
 * depends.
 */
static void guest_move_away(u64 arg)
{
	its_usual(DEVICES);
	its_mapc(1, 1, VALID);
	its_event(INT, 1, 8);
	movi(1, 8, 1);
	movi(1, 8, 0);
	expect_none();
	its_event(INT, 1, 9);
	its_command(0x0e, 0, 0ul << 16, 1ul << 16);
	movi(1, 9, 1);
	movi(1, 9, 0);
	expect_none();
	movi(1, 8, 0);
	its_event(INT, 1, 8);
	lpi_expect(1, LPI + 8);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static u64 queued2;

/* Device 1 of the second ITS is another one: its event 0 is LPI + 40. */
static void guest_second_its(u64 arg)
{
	its_usual(DEVICES);
	its_second_on();
	lpi_configure(LPI + 40, PROP_ON);
	its_post(GITS2, QUEUE2, &queued2, 0x08 | 1ul << 32, 3, VALID | ITT(5), 0);
	its_post(GITS2, QUEUE2, &queued2, 0x09, 0, VALID, 0);
	its_post(GITS2, QUEUE2, &queued2, 0x0a | 1ul << 32, (u64)(LPI + 40) << 32, 0, 0);
	GUEST_SYNC(1, 0);
	lpi_expect(1, LPI + 40);
	GUEST_SYNC(2, 0);
	lpi_expect(1, LPI);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

/* One interrupt for each sync, out of WFI. */
static void guest_wait(u64 arg)
{
	its_usual(DEVICES);
	for (u64 n = 0;; n++) {
		GUEST_SYNC(n, lpi_taken[0]);
		while (load_acquire(&lpi_nr_taken[0]) <= n) {
			wfi();
			irq_on();
			isb();
			irq_off();
		}
	}
}

static struct rng rng;

/* Each field is sometimes small enough to mean something. */
static u64 some(unsigned int bits)
{
	return fuzz_next(&rng) & (fuzz_one_in(&rng, 2) ? 3 : (1ul << bits) - 1);
}

static void guest_garbage(u64 arg)
{
	its_usual(DEVICES);
	for (u32 i = 0; i < 1500; i++)
		its_command(some(6) | some(32) << 32, some(32) | some(32) << 32,
			(fuzz_next(&rng) & VALID) | some(48) << 16 | some(16), fuzz_next(&rng));
	/* a queue most of which is not there */
	mmio_write32(GITS + GITS_CTLR, 0);
	mmio_write64(GITS + GITS_CBASER, VALID | (DATA_BASE + TABLES_SIZE - K64) | 0xff);
	mmio_write32(GITS + GITS_CTLR, 1);
	its_work(GITS, 0x40000);
	drain();
	/* tables that are not there */
	mmio_write32(GITS + GITS_CTLR, 0);
	mmio_write64(GITS + GITS_BASER(0), 0);
	its_on(0xfffff0000000ul);
	its_mapd(1, ITT(1), 4, VALID);
	its_mapti(1, 0, LPI, 0);
	its_event(INT, 1, 0);
	lpi_expect(0, 0);
	/* and all is well again */
	mmio_write32(GITS + GITS_CTLR, 0);
	mmio_write64(GITS + GITS_BASER(0), 0);
	its_usual(DEVICES);
	its_command(0x0d, 0, 0, 0);
	drain();
	its_event(INT, 1, 3);
	lpi_expect(1, LPI + 3);
	GUEST_SYNC(1, 0);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void rebase(unsigned int n, u64 val)
{
	mmio_write32(GITS + GITS_CTLR, 0);
	mmio_write64(GITS + GITS_BASER(n), val);
	mmio_write32(GITS + GITS_CTLR, 1);
	GUEST_EQ(mmio_read32(GITS + GITS_CTLR) & 1, 1);
}

/* Event 3 of device 1 arrives. */
static void alive(unsigned int n)
{
	its_event(INT, 1, 3);
	lpi_expect(n, LPI + 3);
}

static void map_device(void)
{
	its_mapd(1, ITT(1), 4, VALID);
	its_mapti(1, 3, LPI + 3, 0);
}

/* What came meanwhile may be pending. */
static void map_collection(void)
{
	its_mapc(0, 0, VALID);
	drain();
}

/* Each table takes along what it described, and that alone. */
static void guest_tables_change(u64 arg)
{
	its_usual(DEVICES);
	alive(1);
	mmio_write32(GITS + GITS_CTLR, 0);
	mmio_write64(GITS + GITS_BASER(0), 0);
	rebase(0, VALID | DEVICES);
	alive(0);
	map_device();
	alive(1);
	rebase(0, VALID | DEVICES);
	rebase(1, VALID | COLLECTIONS);
	alive(1);
	if (!is_keel)
		guest_ucall(UCALL_DONE, 0, 0, 0, 0);
	/* another place, another size, another form; attributes are none of these */
	rebase(1, VALID | COLLECTIONS2);
	alive(0);
	map_collection();
	alive(1);
	rebase(1, VALID | COLLECTIONS2 | 1);
	alive(0);
	map_collection();
	rebase(1, VALID | COLLECTIONS2 | 1 | 7ul << 59);
	rebase(0, VALID | DEVICES | 7ul << 59);
	alive(1);
	rebase(0, VALID | DEVICES2);
	alive(0);
	map_device();
	alive(1);
	rebase(0, VALID | DEVICES2 | 3);
	alive(0);
	map_device();
	alive(1);
	((volatile u64 *)DEVICES2)[0] = VALID | LEVEL2;
	rebase(0, VALID | INDIRECT | DEVICES2 | 3);
	alive(0);
	map_device();
	alive(1);
	mmio_write32(GITS + GITS_CTLR, 0);
	mmio_write64(GITS + GITS_BASER(1), 0);
	rebase(1, VALID | COLLECTIONS);
	alive(0);
	map_collection();
	alive(1);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void run(unsigned int n, void (*fn)(u64))
{
	struct its_machine m = its_machine(n, fn, NULL);

	vcpu_finish(&m.vm->vcpu[0]);
}

static void commands(void)
{
	struct its_machine m = its_machine(1, guest_commands, NULL);

	*vm_shared(m.vm, is_keel) = on_keel();
	vcpu_sync(&m.vm->vcpu[0], 1);
	CHECK_EQ(its_send(&m, GITS, 1, 7), 0);
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
	struct its_machine m = its_machine(2, guest_move, NULL);
	pthread_t thread;

	*vm_shared(m.vm, guest_secondary_fn) = guest_other;
	REQUIRE_EQ(pthread_create(&thread, NULL, run_forever, &m.vm->vcpu[1]), 0);
	vcpu_finish(&m.vm->vcpu[0]);
}

static void moving_away(void)
{
	struct its_machine m = its_machine(2, guest_move_away, NULL);

	*vm_shared(m.vm, is_keel) = on_keel();
	vcpu_finish(&m.vm->vcpu[0]);
}

static void second_its(void)
{
	struct its_machine m = its_machine(1, guest_second_its, NULL);
	struct vcpu *vcpu = &m.vm->vcpu[0];

	CHECK_EQ(its_set_base(its_device(m.vm->fd), GITS2), 0);
	vcpu_sync(vcpu, 1);
	CHECK_EQ(its_send(&m, GITS2, 1, 0), 1);
	vcpu_sync(vcpu, 2);
	CHECK_EQ(its_send(&m, GITS, 1, 0), 1);
	vcpu_finish(vcpu);
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
	struct its_machine m = its_machine(1, guest_wait, NULL);
	struct kvm_irqfd irqfd[2] = {};
	u64 one = 1;

	for (u32 i = 0; i < 2; i++) {
		table.e[i] = (struct kvm_irq_routing_entry){
			.gsi = i + 5, .type = KVM_IRQ_ROUTING_MSI, .flags = KVM_MSI_VALID_DEVID,
			.u.msi = { .address_lo = GITS + GITS_TRANSLATER, .data = i, .devid = 1 },
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

static void tables_change(void)
{
	struct its_machine m = its_machine(1, guest_tables_change, NULL);

	*vm_shared(m.vm, is_keel) = on_keel();
	vcpu_finish(&m.vm->vcpu[0]);
}

static void garbage(void)
{
	run(1, guest_garbage);
}

static const struct ktap_case cases[] = {
	{ "commands", commands },
	{ "two-level device table", two_levels },
	{ "configuration table", configuration },
	{ "MOVI, MOVALL, MAPC between vCPUs", moving },
	{ "MOVI to where LPIs are off", moving_away },
	{ "two ITSes", second_its },
	{ "irqfd to LPI", by_irqfd },
	{ "tables that go or become others", tables_change },
	{ "garbage", garbage },
};

KTAP_MAIN(cases)
