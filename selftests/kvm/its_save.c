// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables of an ITS and its LPIs, saved to the guest's memory and restored. Proves:
 *  - they go on in another VM; a save is in the bitmap of dirty pages, and in no
 *    vCPU's ring
 *  - what the guest spoils there is refused, and does no harm
 *  - what has no place in memory can be mapped no event, or is left out by a save,
 *    which a guest cannot make impossible, and a restore then finds none of it
 *  - nor is what another table described saved to the one of now
 */
#include <string.h>
#include "lib/its.h"
#include "lib/ring.h"

/* Devices with an event each, for which there is no place in one way or another. */
static void guest_no_place(u64 arg)
{
	volatile u64 *level1 = (u64 *)DEVICES;

	level1[0] = VALID | LEVEL2;
	level1[1] = VALID | DEVICES2;
	its_usual(INDIRECT | DEVICES);
	for (u32 i = 20; i < 30; i++)
		lpi_configure(LPI + i, PROP_ON);
	its_mapd(2, NOWHERE, 4, VALID);
	its_mapti(2, 0, LPI + 20, 0);
	/* 32 entries are there */
	its_mapd(3, DATA_BASE + TABLES_SIZE - 256, 6, VALID);
	its_mapti(3, 3, LPI + 21, 0);
	its_mapti(3, 40, LPI + 22, 0);
	its_mapd(4, ROM, 4, VALID);
	its_mapti(4, 0, LPI + 23, 0);
	its_mapd(9000, ITT(2), 4, VALID);
	its_mapti(9000, 0, LPI + 24, 0);
	its_mapc(7, 0, VALID);
	its_mapti(1, 15, LPI + 25, 7);
	level1[1] = 0;
	GUEST_SYNC(1, 0);
	GUEST_ASSERT(0);
}

/* Device 5 loses its ITT after a save, and device 6, without an event, never had all of its. */
static void guest_left_out(u64 arg)
{
	its_usual(DEVICES);
	its_mapd(5, ITT(5), 4, VALID);
	its_mapti(5, 0, LPI + 20, 0);
	GUEST_SYNC(1, 0);
	its_mapd(5, NOWHERE, 4, VALID);
	its_mapd(6, DATA_BASE + TABLES_SIZE - 256, 6, VALID);
	GUEST_SYNC(2, 0);
	GUEST_ASSERT(0);
}

static void guest_no_pending_table(u64 arg)
{
	its_usual(DEVICES);
	mmio_write32(GICR(0), 0);
	mmio_write64(GICR(0) + GICR_PENDBASER, NOWHERE);
	mmio_write32(GICR(0), 1);
	its_event(INT, 1, 3);
	GUEST_SYNC(1, 0);
	lpi_expect(1, LPI + 3);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void guest_save(u64 arg)
{
	its_usual(DEVICES);
	its_mapd(70, ITT(2), 8, VALID);
	lpi_configure(LPI + 100, PROP_ON);
	lpi_configure(LPI + 101, PROP_ON);
	its_mapti(70, 200, LPI + 100, 0);
	its_mapti(70, 3, LPI + 101, 0);
	/* what is unmapped again must not come back */
	its_mapd(0, ITT(3), 8, VALID);
	its_mapti(0, 0, LPI + 102, 0);
	its_mapd(0, 0, 1, 0);
	its_event(DISCARD, 1, 0);
	GUEST_SYNC(1, 0);
	GUEST_ASSERT(0);
}

/* Where the saved VM goes on: nothing is set up here but the CPU's own. */
static void guest_restored(u64 arg)
{
	lpi_cpu_enable();
	lpi_expect(1, LPI + 100);
	lpi_expect(0, 0);
	GUEST_SYNC(2, 0);
	lpi_expect(1, LPI + 101);
	GUEST_SYNC(3, 0);
	lpi_expect(1, LPI + 5);
	its_queued = mmio_read64(GITS + GITS_CREADR);
	its_event(INT, 1, 7);
	lpi_expect(1, LPI + 7);
	its_event(INT, 1, 0);
	its_event(INT, 0, 0);
	lpi_expect(0, 0);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static const u64 saved_regs[] = {
	GITS_IIDR, GITS_CBASER, GITS_CREADR, GITS_CWRITER, GITS_BASER(0), GITS_BASER(1),
};

static u32 gicr(struct its_machine *m, u64 offset, u32 *write)
{
	u32 val = write ? *write : 0;

	CHECK_EQ(device_attr(m->gic, write ? KVM_SET_DEVICE_ATTR : KVM_GET_DEVICE_ATTR,
		      KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, offset, &val), 0);
	return val;
}

static void copy_gic(struct its_machine *from, struct its_machine *to)
{
	static const u64 offsets[] = { 0x70, 0x74, 0x78, 0x7c, 0 };
	u32 ctlr = 0x12;

	for (unsigned int i = 0; i < ARRAY_SIZE(offsets); i++) {
		u32 val = gicr(from, offsets[i], NULL);

		gicr(to, offsets[i], &val);
	}
	CHECK_EQ(device_attr(to->gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, 0, &ctlr), 0);
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
	struct its_machine a = its_machine(1, guest_save, NULL), b;

	vcpu_sync(&a.vm->vcpu[0], 1);
	CHECK_EQ(its_send(&a, GITS, 70, 200), 1);
	CHECK_EQ(its_control(a.its, KVM_DEV_ARM_ITS_SAVE_TABLES), 0);
	CHECK_EQ(its_control(a.gic, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES), 0);
	check_tables(a.tables);

	b = its_machine(1, guest_restored, a.tables);
	copy_gic(&a, &b);
	for (unsigned int i = 0; i < ARRAY_SIZE(saved_regs); i++)
		CHECK_EQ(its_set_reg(b.its, saved_regs[i], its_reg(a.its, saved_regs[i])), 0);
	CHECK_EQ(its_control(b.its, KVM_DEV_ARM_ITS_RESTORE_TABLES), 0);
	CHECK_EQ(its_set_reg(b.its, GITS_CTLR, its_reg(a.its, GITS_CTLR)), 0);
	vcpu_sync(&b.vm->vcpu[0], 2);
	CHECK_EQ(its_send(&b, GITS, 70, 3), 1);
	CHECK_EQ(its_send(&b, GITS, 1, 0), 0);
	vcpu_sync(&b.vm->vcpu[0], 3);
	CHECK_EQ(its_send(&b, GITS, 1, 5), 1);
	vcpu_finish(&b.vm->vcpu[0]);
}

/* The pages of 64 KiB of the slot of tables that were written since the last look. */
static u64 written(struct its_machine *m)
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
	struct its_machine m =
		its_machine_of(vm_new_after(ring_and_bitmap, 1, guest_save, 0), NULL);
	struct ring ring = ring_map(m.vm->vcpu[0].fd, 1 << 16);

	vcpu_sync(&m.vm->vcpu[0], 1);
	CHECK_EQ(its_send(&m, GITS, 70, 200), 1);
	REQUIRE_EQ(vm_slot(m.vm->fd, 1, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE, TABLES_SIZE, m.tables), 0);
	CHECK_EQ(written(&m), 0);
	CHECK_EQ(its_control(m.its, KVM_DEV_ARM_ITS_SAVE_TABLES), 0);
	/* devices, collections, two ITTs */
	CHECK_EQ(written(&m), 1 | 1 << 1 | 1 << 9 | 1 << 10);
	CHECK_EQ(its_control(m.gic, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES), 0);
	CHECK_EQ(written(&m), 1 << 5);
	check_tables(m.tables);
	CHECK(!ring_peek(&ring));
}

static int restore(struct its_machine *m)
{
	return its_control(m->its, KVM_DEV_ARM_ITS_RESTORE_TABLES);
}

/* What is saved is the guest's to spoil. */
static void spoilt(void)
{
	struct its_machine m = its_machine(1, guest_save, NULL);
	u64 *devices = (u64 *)m.tables, *collections = (u64 *)(m.tables + K64);
	u64 *itt = (u64 *)(m.tables + 9 * K64), dte, ite;

	vcpu_sync(&m.vm->vcpu[0], 1);
	CHECK_EQ(its_control(m.its, KVM_DEV_ARM_ITS_SAVE_TABLES), 0);
	dte = devices[1];
	ite = itt[1];
	CHECK_EQ(its_set_reg(m.its, GITS_CTLR, 0), 0);
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
	CHECK_EQ(its_set_reg(m.its, GITS_CTLR, 1), 0);
	CHECK_EQ(its_send(&m, GITS, 1, 5), 1);
	CHECK_EQ(its_send(&m, GITS, 1, 0), 0);
}

static int save(struct its_machine *m)
{
	return its_control(m->its, KVM_DEV_ARM_ITS_SAVE_TABLES);
}

/* The two tables get slots of their own, 3 and 4. */
static void split(struct its_machine *m)
{
	REQUIRE_EQ(vm_slot(m->vm->fd, 1, 0, DATA_BASE, 0, m->tables), 0);
	REQUIRE_EQ(vm_slot(m->vm->fd, 1, 0, QUEUE, TABLES_SIZE - 2 * K64, m->tables + 2 * K64), 0);
	REQUIRE_EQ(vm_slot(m->vm->fd, 3, 0, DEVICES, K64, m->tables), 0);
	REQUIRE_EQ(vm_slot(m->vm->fd, 4, 0, COLLECTIONS, K64, m->tables + K64), 0);
}

/* flags < 0: it is in no slot */
static void set_piece(struct its_machine *m, u64 addr, int flags)
{
	char *mem = m->tables + (addr - DATA_BASE);
	u32 slot = addr == DEVICES ? 3 : 4;

	REQUIRE_EQ(vm_slot(m->vm->fd, slot, 0, addr, 0, mem), 0);
	if (flags >= 0)
		REQUIRE_EQ(vm_slot(m->vm->fd, slot, flags, addr, K64, mem), 0);
}

/* The in-tree KVM refuses to save then. */
static void no_place(void)
{
	struct its_machine m = its_machine(1, guest_no_place, NULL);

	REQUIRE_EQ(vm_slot(m.vm->fd, 2, KVM_MEM_READONLY, ROM, PAGE, vm_alloc(PAGE, PAGE)), 0);
	vcpu_sync(&m.vm->vcpu[0], 1);
	CHECK_EQ(its_send(&m, GITS, 2, 0), 0);
	CHECK_EQ(its_send(&m, GITS, 3, 3), 1);
	CHECK_EQ(its_send(&m, GITS, 3, 40), 0);
	CHECK_EQ(its_send(&m, GITS, 4, 0), 1);
	CHECK_EQ(its_send(&m, GITS, 9000, 0), 1);
	CHECK_EQ(save(&m), on_keel() ? 0 : -EFAULT);
	if (!on_keel())
		return;
	CHECK_EQ(its_set_reg(m.its, GITS_CTLR, 0), 0);
	CHECK_EQ(restore(&m), 0);
	CHECK_EQ(its_set_reg(m.its, GITS_CTLR, 1), 0);
	CHECK_EQ(its_send(&m, GITS, 1, 5), 1);
	CHECK_EQ(its_send(&m, GITS, 1, 15), 1);
	CHECK_EQ(its_send(&m, GITS, 3, 3), 1);
	CHECK_EQ(its_send(&m, GITS, 4, 0), 0);
	CHECK_EQ(its_send(&m, GITS, 9000, 0), 0);
	/* room for no collection, and for no device */
	CHECK_EQ(its_set_reg(m.its, GITS_CTLR, 0), 0);
	split(&m);
	set_piece(&m, COLLECTIONS, -1);
	CHECK_EQ(save(&m), 0);
	CHECK_EQ(restore(&m), 0);
	set_piece(&m, DEVICES, -1);
	CHECK_EQ(save(&m), 0);
	CHECK_EQ(restore(&m), 0);
}

/*
 * Does a restore from what was saved just now find event 5 of device 1? The ITS is off before and
 * after.
 */
static int comes_back(struct its_machine *m)
{
	int ret;

	CHECK_EQ(save(m), 0);
	CHECK_EQ(restore(m), 0);
	CHECK_EQ(its_set_reg(m->its, GITS_CTLR, 1), 0);
	ret = its_send(m, GITS, 1, 5);
	CHECK_EQ(its_send(m, GITS, 5, 0), 0);
	CHECK_EQ(its_set_reg(m->its, GITS_CTLR, 0), 0);
	return ret;
}

/* In-tree, as above. */
static void left_out(void)
{
	struct its_machine m = its_machine(1, guest_left_out, NULL);
	u64 *rom = vm_alloc(K64, PAGE);

	memset(rom, 0xff, K64);
	REQUIRE_EQ(vm_slot(m.vm->fd, 2, KVM_MEM_READONLY, ROM, K64, rom), 0);
	vcpu_sync(&m.vm->vcpu[0], 1);
	CHECK_EQ(save(&m), 0);
	vcpu_sync(&m.vm->vcpu[0], 2);
	if (!on_keel())
		return;
	CHECK_EQ(its_set_reg(m.its, GITS_CTLR, 0), 0);
	CHECK_EQ(comes_back(&m), 1);
	/* a table in read-only memory has no place, and what it holds is nobody's */
	split(&m);
	set_piece(&m, COLLECTIONS, KVM_MEM_READONLY);
	CHECK_EQ(comes_back(&m), 0);
	set_piece(&m, DEVICES, KVM_MEM_READONLY);
	CHECK_EQ(comes_back(&m), 0);
}

static void guest_collections(u64 arg)
{
	lpi_cpu_enable();
	lpis_on(0);
	its_on(DEVICES);
	for (u64 id = 0; id < 4; id++)
		its_mapc(id, 0, VALID);
	GUEST_SYNC(1, 0);
}

/* Older in-tree KVMs write what was mapped before. */
static void resized(void)
{
	struct its_machine m = its_machine(1, guest_collections, NULL);
	u64 *table = (u64 *)(m.tables + K64), was[5];

	if (!on_keel())
		ktap_skip("in-tree, it depends");
	vcpu_sync(&m.vm->vcpu[0], 1);
	CHECK_EQ(its_set_reg(m.its, GITS_CTLR, 0), 0);
	CHECK_EQ(its_set_reg(m.its, GITS_BASER(1), its_reg(m.its, GITS_BASER(1))), 0);
	CHECK_EQ(save(&m), 0);
	memcpy(was, table, sizeof(was));
	for (unsigned int i = 0; i < 4; i++)
		CHECK(was[i] & VALID, "%u: %#lx", i, was[i]);
	CHECK_EQ(was[4], 0);
	CHECK_EQ(its_set_reg(m.its, GITS_BASER(1), VALID | COLLECTIONS | 1), 0);
	CHECK_EQ(save(&m), 0);
	CHECK_EQ(table[0], 0);
	CHECK_EQ(memcmp(table + 1, was + 1, sizeof(was) - sizeof(was[0])), 0);
}

static void no_pending_table(void)
{
	struct its_machine m = its_machine(1, guest_no_pending_table, NULL);

	vcpu_sync(&m.vm->vcpu[0], 1);
	CHECK_EQ(its_control(m.gic, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES), on_keel() ? 0 : -EFAULT);
	vcpu_finish(&m.vm->vcpu[0]);
}

/* LPIs of which the guest, with another redistributor, takes the configuration away. */
static void guest_shrinks(u64 arg)
{
	its_usual(DEVICES);
	its_mapd(2, ITT(2), 4, VALID);
	its_mapti(2, 0, 40000, 0);
	its_mapti(2, 1, LPI + 20, 0);
	mmio_write64(GICR(1) + GICR_PROPBASER, PROPS | 0xd);
	GUEST_SYNC(1, 0);
}

static void fewer_ids(void)
{
	struct its_machine m = its_machine(2, guest_shrinks, NULL);

	vcpu_sync(&m.vm->vcpu[0], 1);
	CHECK_EQ(save(&m), 0);
	CHECK_EQ(its_set_reg(m.its, GITS_CTLR, 0), 0);
	CHECK_EQ(restore(&m), 0);
	CHECK_EQ(its_set_reg(m.its, GITS_CTLR, 1), 0);
	CHECK_EQ(its_send(&m, GITS, 1, 5), 1);
	CHECK_EQ(its_send(&m, GITS, 2, 0), 1);
	CHECK_EQ(its_send(&m, GITS, 2, 1), 1);
}

static const struct ktap_case cases[] = {
	{ "save and restore", saved },
	{ "tables saved are in the bitmap of dirty pages", saved_to_bitmap },
	{ "restore of spoilt tables", spoilt },
	{ "tables that are not in memory", no_place },
	{ "what was left out does not come back", left_out },
	{ "a table of another size holds nothing", resized },
	{ "pending table that is not in memory", no_pending_table },
	{ "LPIs beyond those that the guest now has are restored", fewer_ids },
};

KTAP_MAIN(cases)
