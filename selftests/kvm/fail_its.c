// SPDX-License-Identifier: GPL-2.0-only
/*
 * As fail_nth, for an ITS. Proves:
 *  - what fails for want of memory, or in the middle of a copy, can be done again
 *  - a guest's commands are done all the same, as is what it writes to a redistributor's registers
 *    about LPIs
 *  - tables are saved and restored in the end, and read by pages
 */
#include <unistd.h>
#include "lib/failing.h"
#include "lib/its.h"

static struct its_machine m;
static struct vm *vm;
static int gic, its;

static void guest_maps(u64 arg)
{
	its_usual(DEVICES);
	GUEST_SYNC(0, 0);
	for (u64 dev = 10; dev < 14; dev++) {
		its_mapd(dev, ITT(dev), 4, VALID);
		its_mapti(dev, 3, LPI + 100 * dev, 0);
	}
	its_event(INT, 1, 2);
	GUEST_SYNC(1, 0);
	lpi_expect(1, LPI + 2);
	for (u64 dev = 10; dev < 14; dev++) {
		lpi_configure(LPI + 100 * dev, PROP_ON);
		its_event(INV, dev, 3);
		its_event(INT, dev, 3);
		lpi_expect(1, LPI + 100 * dev);
	}
	its_event(INT, 1, 15);
	lpi_expect(1, LPI + 15);
}

/* With a table of devices in two levels. */
static void guest_unmaps(u64 arg)
{
	*(volatile u64 *)DEVICES = VALID | LEVEL2;
	its_usual(INDIRECT | DEVICES);
	GUEST_SYNC(1, 0);
	its_event(DISCARD, 1, 3);
	its_mapd(2, ITT(2), 4, VALID);
	its_mapd(2, ITT(2), 4, 0);
	GUEST_SYNC(2, 0);
	its_event(INT, 1, 3);
	lpi_expect(0, 0);
	its_mapti(1, 3, LPI + 3, 0);
	its_event(INT, 1, 3);
	lpi_expect(1, LPI + 3);
}

/* An LPI that the pending table has when it is mapped is pending, whatever failed in between. */
static void guest_maps_pending(u64 arg)
{
	u32 intid = LPI + 100;

	lpi_cpu_enable();
	lpi_configure(intid, PROP_ON);
	*(volatile u8 *)(PENDING(0) + intid / 8) |= 1 << intid % 8;
	lpis_on(0);
	its_on(DEVICES);
	its_mapc(0, 0, VALID);
	its_mapd(1, ITT(1), 4, VALID);
	its_mapti(1, 2, intid + 1, 0);
	GUEST_SYNC(0, 0);
	its_mapti(1, 3, intid, 0);
	GUEST_SYNC(1, 0);
	lpi_expect(1, intid);
}

/* What a register that is written between two syncs makes of an LPI. */
static void guest_invalidates(u64 reg, u64 val)
{
	its_usual(DEVICES);
	lpi_configure(LPI + 3, PROP_OFF);
	its_event(INV, 1, 3);
	its_event(INT, 1, 3);
	lpi_expect(0, 0);
	lpi_configure(LPI + 3, PROP_ON);
	GUEST_SYNC(1, 0);
	mmio_write64(GICR(0) + reg, val);
	GUEST_SYNC(2, 0);
	lpi_expect(1, LPI + 3);
}

static void guest_invalidates_one(u64 arg)
{
	guest_invalidates(GICR_INVLPIR, LPI + 3);
}

static void guest_invalidates_all(u64 arg)
{
	guest_invalidates(GICR_INVALLR, 0);
}

/* An LPI that its table has as pending, of a redistributor whose LPIs are still off. */
static void map_pending(void)
{
	lpi_cpu_enable();
	mmio_write64(GICR(0) + GICR_PROPBASER, PROPS | 0xf);
	mmio_write64(GICR(0) + GICR_PENDBASER, PENDING(0));
	its_on(DEVICES);
	its_mapc(0, 0, VALID);
	its_mapd(1, ITT(1), 4, VALID);
	its_mapti(1, 3, LPI + 100, 0);
	lpi_configure(LPI + 100, PROP_ON);
	*(volatile u8 *)(PENDING(0) + (LPI + 100) / 8) |= 1 << (LPI + 100) % 8;
}

static void guest_enables(u64 arg)
{
	map_pending();
	GUEST_SYNC(1, 0);
	mmio_write32(GICR(0), 1);
	GUEST_SYNC(2, 0);
	lpi_expect(1, LPI + 100);
}

static void guest_is_enabled(u64 arg)
{
	map_pending();
	GUEST_SYNC(1, 0);
	lpi_expect(1, LPI + 100);
}

static void guest_nothing(u64 arg)
{
}

static void begin_its_vm(void)
{
	vm = vm_new(2, guest_nothing, 0);
	gic = gic_new(vm, 64);
}

/* One that was not made is nobody's to send messages to. */
static int do_its(void)
{
	struct kvm_msi msi = { .flags = KVM_MSI_VALID_DEVID };

	its = device_new(vm->fd, KVM_DEV_TYPE_ARM_VGIC_ITS);
	if (its < 0)
		CHECK_EQ(kvm(vm->fd, KVM_SIGNAL_MSI, &msi), on_keel() ? -ENODEV : -EINVAL);
	return its;
}

static void end_gic(void)
{
	close(gic);
	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
}

static void end_its(void)
{
	CHECK_EQ(its_control(its, KVM_DEV_ARM_VGIC_CTRL_INIT), 0);
	CHECK_EQ(its_set_base(its, GITS), 0);
	close(its);
	end_gic();
}

static void begin_its(void)
{
	begin_its_vm();
	REQUIRE(do_its() >= 0);
}

static int do_its_place(void)
{
	int err = its_control(its, KVM_DEV_ARM_VGIC_CTRL_INIT);

	return err ?: its_set_base(its, GITS);
}

static void end_its_placed(void)
{
	CHECK_EQ(its_set_base(its, GITS), -EEXIST);
	close(its);
	end_gic();
}

static void begin_machine(void)
{
	m = its_machine(1, guest_maps, NULL);
	vm = m.vm;
	vcpu_sync(&vm->vcpu[0], 0);
}

static void begin_pending(void)
{
	m = its_machine(1, guest_maps_pending, NULL);
	vm = m.vm;
	vcpu_sync(&vm->vcpu[0], 0);
}

static void begin_at_sync(void (*guest)(u64))
{
	m = its_machine(1, guest, NULL);
	vm = m.vm;
	vcpu_sync(&vm->vcpu[0], 1);
}

static void begin_unmaps(void)
{
	begin_at_sync(guest_unmaps);
}

static void begin_invlpir(void)
{
	begin_at_sync(guest_invalidates_one);
}

static void begin_invallr(void)
{
	begin_at_sync(guest_invalidates_all);
}

static void begin_enable(void)
{
	begin_at_sync(guest_enables);
}

static void begin_user_enable(void)
{
	begin_at_sync(guest_is_enabled);
}

static int do_user_enable(void)
{
	u32 on = 1;

	return device_attr(m.gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_REDIST_REGS, 0, &on);
}

static void end_machine(void)
{
	vcpu_finish(&vm->vcpu[0]);
	its_machine_free(&m);
}

static int do_maps(void)
{
	struct ucall uc;
	int ret = vcpu_run(&vm->vcpu[0]);

	return ret ?: vcpu_is_ucall(&vm->vcpu[0], &uc) && uc.cmd == UCALL_SYNC ? 0 : -EIO;
}

static void begin_mapped(void)
{
	begin_machine();
	vcpu_sync(&vm->vcpu[0], 1);
}

static int do_save(void)
{
	int err = its_control(m.its, KVM_DEV_ARM_ITS_SAVE_TABLES);

	return err ?: its_control(m.gic, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES);
}

/* What was not read yet is saved, too, and taken by the guest. */
static void end_user_enable(void)
{
	char *byte = m.tables + (PENDING(0) - DATA_BASE) + (LPI + 100) / 8;

	CHECK_EQ(its_control(m.gic, KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES), 0);
	CHECK(*byte & 1 << (LPI + 100) % 8);
	end_machine();
}

static int do_restore(void)
{
	return its_control(m.its, KVM_DEV_ARM_ITS_RESTORE_TABLES);
}

static void end_restored(void)
{
	REQUIRE_EQ(its_set_reg(m.its, GITS_CTLR, 1), 0);
	end_machine();
}

/* What the tables have been left without the guest misses. */
static void end_saved(void)
{
	REQUIRE_EQ(its_set_reg(m.its, GITS_CTLR, 0), 0);
	REQUIRE_EQ(do_restore(), 0);
	end_restored();
}

static void begin_saved(void)
{
	begin_mapped();
	REQUIRE_EQ(do_save(), 0);
	REQUIRE_EQ(its_set_reg(m.its, GITS_CTLR, 0), 0);
}

static int do_msi(void)
{
	return its_send(&m, GITS, 1, 5);
}

static void end_msi(void)
{
	its_machine_free(&m);
}

#define BIG_ITT		(DATA_BASE + 32 * K64)	/* 512 KiB */
#define NR_BIG		16

/* Devices with the most events that there may be, none of which is mapped. */
static void guest_maps_big(u64 arg)
{
	its_usual(DEVICES);
	for (u64 dev = 10; dev < 10 + NR_BIG; dev++)
		its_mapd(dev, BIG_ITT, 16, VALID);
	GUEST_SYNC(1, 0);
}

/* Each of their 65536 entries is looked at, in 128 pages. */
static void restore_by_pages(void)
{
	begin_at_sync(guest_maps_big);
	REQUIRE_EQ(its_control(m.its, KVM_DEV_ARM_ITS_SAVE_TABLES), 0);
	REQUIRE_EQ(its_set_reg(m.its, GITS_CTLR, 0), 0);
	failing_arm(NR_BIG * 128 * 2);
	CHECK_EQ(do_restore(), 0);
	CHECK(!failing_disarm(), "memory was read more often");
	REQUIRE_EQ(its_set_reg(m.its, GITS_CTLR, 1), 0);
	CHECK_EQ(its_send(&m, GITS, 1, 5), 1);
	end_machine();
}

static void an_its(void)
{
	static const struct failing_trial trials[] = {
		{ "an ITS", begin_its_vm, do_its, end_its },
		{ "an ITS is placed", begin_its, do_its_place, end_its_placed },
		{ "commands", begin_machine, do_maps, end_machine, true },
		{ "commands that unmap", begin_unmaps, do_maps, end_machine },
		{ "an LPI that is pending", begin_pending, do_maps, end_machine, true },
		{ "GICR_INVLPIR", begin_invlpir, do_maps, end_machine },
		{ "GICR_INVALLR", begin_invallr, do_maps, end_machine },
		{ "EnableLPIs", begin_enable, do_maps, end_machine },
		{ "EnableLPIs by user space", begin_user_enable, do_user_enable, end_user_enable },
		{ "tables are saved", begin_mapped, do_save, end_saved },
		{ "tables are restored", begin_saved, do_restore, end_restored },
		{ "a message", begin_mapped, do_msi, end_msi },
	};

	begin_its();
	failing_all(trials, ARRAY_SIZE(trials));
	restore_by_pages();
}

static const struct ktap_case cases[] = {
	{ "ITS", an_its, 60 },
};

KTAP_MAIN(cases)
