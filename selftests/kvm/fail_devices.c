// SPDX-License-Identifier: GPL-2.0-only
/*
 * As fail_nth, for interrupt controllers, what is wired to them and to the MMIO bus. Proves:
 *  - what fails for want of memory, or in the middle of a copy, can be done again
 *  - a device that could not be told of is not there
 *  - a guest's commands to its ITS wait for memory, and none is lost, nor is what it writes to a
 *    redistributor's registers about LPIs: KVM_RUN says EAGAIN after a while, and a signal comes
 *    first; the other vCPUs go on, and do what they have memory for
 *  - tables of an ITS are saved and restored in the end, and read by pages
 */
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/failing.h"
#include "lib/gic2.h"
#include "lib/its.h"

static struct vm *vm;
static int gic, its, event, resample;

static void each(const struct failing_trial *t, unsigned int n)
{
	failing_setup();
	for (unsigned int i = 0; i < n; i++)
		ktap_note("%s: %u failures", t[i].name, failing_each(&t[i]));
}

static void guest_nothing(u64 arg)
{
}

static void end_vm(void)
{
	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
}

/* ---- a GICv3 ---- */

static void begin_vm(void)
{
	vm = vm_new(2, guest_nothing, 0);
}

/* Is there such a device? */
static int do_test(void)
{
	struct kvm_create_device cd = { .type = KVM_DEV_TYPE_ARM_VGIC_V3, .flags = KVM_CREATE_DEVICE_TEST };

	return kvm(vm->fd, KVM_CREATE_DEVICE, &cd);
}

static int do_gic(void)
{
	return gic = device_new(vm->fd, KVM_DEV_TYPE_ARM_VGIC_V3);
}

static void end_new_gic(void)
{
	REQUIRE_EQ(gic_set_addr(gic, KVM_VGIC_V3_ADDR_TYPE_REDIST, GICR_BASE), 0);
	gic_init(gic, 64);
	close(gic);
	end_vm();
}

static void begin_gic(void)
{
	begin_vm();
	gic = gic_create(vm->fd);
}

static void end_gic(void)
{
	close(gic);
	end_vm();
}

static int do_region(void)
{
	return gic_set_addr(gic, KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, 2ul << 52 | GICR_BASE);
}

static void end_region(void)
{
	gic_init(gic, 64);
	end_gic();
}

static int do_dist(void)
{
	return gic_set_addr(gic, KVM_VGIC_V3_ADDR_TYPE_DIST, GICD);
}

static void end_dist(void)
{
	REQUIRE_EQ(do_region(), 0);
	REQUIRE_EQ(gic_set_nr(gic, 64), 0);
	REQUIRE_EQ(gic_initialise(gic), 0);
	end_gic();
}

static void begin_placed(void)
{
	begin_gic();
	REQUIRE_EQ(do_region(), 0);
	REQUIRE_EQ(do_dist(), 0);
	REQUIRE_EQ(gic_set_nr(gic, 992), 0);
}

static int do_initialise(void)
{
	return gic_initialise(gic);
}

/* The first run gives the frames their places. */
static int do_first_run(void)
{
	struct ucall uc;
	int ret = vcpu_run(&vm->vcpu[0]);

	return ret ?: vcpu_is_ucall(&vm->vcpu[0], &uc) ? 0 : -EIO;
}

static void begin_ready(void)
{
	begin_vm();
	gic = gic_new(vm, 64);
}

static int do_gic_regs(void)
{
	u32 v = 0;
	u64 pmr;
	int err =
		device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, GIC_CTLR, &v);

	err = err ?: gic_set_dist(gic, GIC_CTLR, v);
	err = err ?: device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, 3 << 14 | 4 << 7 | 6 << 3, &pmr);
	err = err ?: device_attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, 3 << 14 | 4 << 7 | 6 << 3, &pmr);
	return err ?: device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 32, &v);
}

static void gic3(void)
{
	static const struct failing_trial trials[] = {
		{ "a test for a GICv3", begin_vm, do_test, end_vm },
		{ "a GICv3", begin_vm, do_gic, end_new_gic },
		{ "redistributors", begin_gic, do_region, end_region },
		{ "distributor", begin_gic, do_dist, end_dist },
		{ "initialisation", begin_placed, do_initialise, end_gic },
		{ "first run", begin_ready, do_first_run, end_gic },
		{ "registers of a GIC", begin_ready, do_gic_regs, end_gic },
	};

	begin_gic();
	each(trials, ARRAY_SIZE(trials));
}

/* ---- a GICv2 ---- */

static int do_irqchip(void)
{
	return kvm(vm->fd, KVM_CREATE_IRQCHIP, 0);
}

static int do_place(void)
{
	struct kvm_arm_device_addr dist = { .id = KVM_VGIC_V2_ADDR_TYPE_DIST, .addr = GICD };
	struct kvm_arm_device_addr cpu = { .id = KVM_VGIC_V2_ADDR_TYPE_CPU, .addr = GICC };
	int err = kvm(vm->fd, KVM_ARM_SET_DEVICE_ADDR, &dist);

	if (err && err != -EEXIST)
		return err;
	err = kvm(vm->fd, KVM_ARM_SET_DEVICE_ADDR, &cpu);
	return err == -EEXIST ? 0 : err;
}

/* Without its frames it keeps the VM from running. */
static void end_irqchip(void)
{
	REQUIRE_EQ(do_place(), 0);
	end_vm();
}

static void begin_irqchip(void)
{
	begin_vm();
	REQUIRE_EQ(do_irqchip(), 0);
}

static void begin_placed2(void)
{
	begin_irqchip();
	REQUIRE_EQ(do_place(), 0);
}

static void gic2(void)
{
	static const struct failing_trial trials[] = {
		{ "KVM_CREATE_IRQCHIP", begin_vm, do_irqchip, end_irqchip },
		{ "frames of a GICv2", begin_irqchip, do_place, end_vm },
		{ "first run with a GICv2", begin_placed2, do_first_run, end_vm },
	};

	begin_vm();
	if (do_irqchip())
		ktap_skip("no GICv2 for guests");
	each(trials, ARRAY_SIZE(trials));
}

/* ---- wires ---- */

static void begin_wires(void)
{
	begin_ready();
	event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	resample = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
}

static void end_wires(void)
{
	close(event);
	close(resample);
	end_gic();
}

static int irqfd(u32 flags)
{
	struct kvm_irqfd a = { .fd = event, .gsi = 3, .flags = flags, .resamplefd = resample };

	return kvm(vm->fd, KVM_IRQFD, &a);
}

static int do_irqfd(void)
{
	return irqfd(0);
}

static int do_resample(void)
{
	return irqfd(KVM_IRQFD_FLAG_RESAMPLE);
}

static void begin_wired(void)
{
	begin_wires();
	REQUIRE_EQ(do_irqfd(), 0);
}

static int do_unwire(void)
{
	return irqfd(KVM_IRQFD_FLAG_DEASSIGN);
}

/* What was deassigned is not wired. */
static void end_unwired(void)
{
	CHECK_EQ(do_irqfd(), 0);
	end_wires();
}

static int ioeventfd(u32 flags)
{
	struct kvm_ioeventfd a = { .addr = MMIO_BASE + 0x800000, .len = 4, .fd = event, .flags = flags };

	return kvm(vm->fd, KVM_IOEVENTFD, &a);
}

static int do_ioeventfd(void)
{
	return ioeventfd(0);
}

static void begin_ioeventfd(void)
{
	begin_wires();
	REQUIRE_EQ(do_ioeventfd(), 0);
}

static int do_no_ioeventfd(void)
{
	return ioeventfd(KVM_IOEVENTFD_FLAG_DEASSIGN);
}

static void end_no_ioeventfd(void)
{
	CHECK_EQ(do_ioeventfd(), 0);
	end_wires();
}

static struct kvm_coalesced_mmio_zone zone = { .addr = MMIO_BASE + 0x900000, .size = 0x1000 };

static int do_zone(void)
{
	return kvm(vm->fd, KVM_REGISTER_COALESCED_MMIO, &zone);
}

static void begin_zone(void)
{
	begin_wires();
	REQUIRE_EQ(do_zone(), 0);
}

static int do_no_zone(void)
{
	return kvm(vm->fd, KVM_UNREGISTER_COALESCED_MMIO, &zone);
}

static int do_route(void)
{
	static struct { struct kvm_irq_routing head; struct kvm_irq_routing_entry e[40]; } r;

	r.head.nr = ARRAY_SIZE(r.e);
	for (u32 i = 0; i < r.head.nr; i++)
		r.e[i] = (struct kvm_irq_routing_entry){
			.gsi = i, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = i % 30,
		};
	return kvm(vm->fd, KVM_SET_GSI_ROUTING, &r);
}

static int do_line(void)
{
	struct kvm_irq_level l = { .irq = IRQ_SPI(40), .level = 1 };
	int err = gic_line(vm->fd, IRQ_SPI(40), 0);

	return err ?: kvm(vm->fd, KVM_IRQ_LINE_STATUS, &l);
}

static int do_vfio(void)
{
	int fd = device_new(vm->fd, KVM_DEV_TYPE_VFIO);

	if (fd >= 0)
		close(fd);
	return fd;
}

/* An interrupt that comes by an eventfd, to somebody who has no memory. */
static int do_signal(void)
{
	u64 one = 1;

	return write(event, &one, 8) < 0 ? -errno : 0;
}

static void wires(void)
{
	static const struct failing_trial trials[] = {
		{ "an irqfd", begin_wires, do_irqfd, end_wires },
		{ "an irqfd that is resampled", begin_wires, do_resample, end_wires },
		{ "an irqfd that goes", begin_wired, do_unwire, end_unwired },
		{ "an irqfd that is signalled", begin_wired, do_signal, end_wires },
		{ "an ioeventfd", begin_wires, do_ioeventfd, end_wires },
		{ "an ioeventfd that goes", begin_ioeventfd, do_no_ioeventfd, end_no_ioeventfd },
		{ "a coalesced zone", begin_wires, do_zone, end_wires },
		{ "a coalesced zone that goes", begin_zone, do_no_zone, end_wires },
		{ "routes", begin_wires, do_route, end_wires },
		{ "lines", begin_wires, do_line, end_wires },
		{ "VFIO's device", begin_vm, do_vfio, end_vm },
	};

	begin_gic();
	each(trials, ARRAY_SIZE(trials));
}

/* ---- an ITS ---- */

static struct its_machine m;

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

static void begin_its_vm(void)
{
	begin_vm();
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
	close(m.its);
	close(m.gic);
	vm_free(vm);
	munmap(m.tables, TABLES_SIZE);
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
	vm_free(vm);
	munmap(m.tables, TABLES_SIZE);
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
	each(trials, ARRAY_SIZE(trials));
	restore_by_pages();
}

/* ---- an ITS whose host has no memory for longer ---- */

#define LPI_AT(cpu)	(LPI + 200u + (cpu))

/* Behind what was queued, without a word to the ITS. */
static void queue(u64 a, u64 b, u64 c)
{
	volatile u64 *q = (u64 *)(QUEUE + its_queued);

	q[0] = a;
	q[1] = b;
	q[2] = c;
	q[3] = 0;
	its_queued += 32;
}

static void do_queued(void)
{
	dsb(sy);
	mmio_write64(GITS + GITS_CWRITER, its_queued);
	while (mmio_read64(GITS + GITS_CREADR) != its_queued)
		;
}

/* A device with an event, which comes to the vCPU of this number. */
static void queue_event(u64 dev, u64 cpu)
{
	queue(0x08 | dev << 32, 3, VALID | ITT(dev));
	queue(0x0a | dev << 32, (u64)LPI_AT(cpu) << 32 | 3, cpu);
	queue(INT | dev << 32, 3, 0);
}

/* All that the last commands need of the guest's memory is there before them. */
static void guest_queues(u64 arg)
{
	its_usual(DEVICES);
	for (u64 cpu = 0; cpu < 2; cpu++)
		lpi_configure(LPI_AT(cpu), PROP_ON);
	lpis_on(1);
	its_mapc(1, 1, VALID);
	queue_event(2, 0);
	do_queued();
	lpi_expect(1, LPI_AT(0));
	GUEST_SYNC(1, 0);
	queue_event(3, 1);
	do_queued();
	GUEST_SYNC(2, 0);
}

static void guest_many(u64 arg)
{
	its_usual(DEVICES);
	its_mapd(2, ITT(2), 12, VALID);
	for (u64 i = 0; i < arg; i++)
		queue(0x0a | 2ul << 32, (LPI + 1000 + i) << 32 | i, 0);
	GUEST_SYNC(1, 0);
	do_queued();
	GUEST_SYNC(2, 0);
}

/* Takes one LPI, asleep until then. */
static void guest_takes(u64 arg)
{
	lpi_cpu_enable();
	GUEST_SYNC(1, 0);
	while (!READ_ONCE(lpi_nr_taken[1])) {
		wfi();
		irq_on();
		isb();
		irq_off();
	}
	GUEST_EQ(lpi_taken[1], LPI_AT(1));
	GUEST_SYNC(2, 0);
}

static void guest_counts(u64 arg)
{
	lpi_cpu_enable();
	for (u64 i = 0;; i++)
		GUEST_SYNC(i, 0);
}

/* Opened before KVM_RUN, which keeps others of the vCPU's calls waiting. */
static int stats[2];

/* The first is at its first sync. */
static void begin_short(void (*second)(u64))
{
	m = its_machine(2, guest_queues, NULL);
	vm = m.vm;
	vcpu_start(&vm->vcpu[1], second, 0);
	for (unsigned int i = 0; i < 2; i++) {
		stats[i] = kvm(vm->vcpu[i].fd, KVM_GET_STATS_FD, 0);
		REQUIRE(stats[i] >= 0, "%d", stats[i]);
	}
	vcpu_sync(&vm->vcpu[0], 1);
}

static void end_short(void)
{
	close(stats[0]);
	close(stats[1]);
	close(m.its);
	close(m.gic);
	vm_free(vm);
	munmap(m.tables, TABLES_SIZE);
}

/* The commands are not there yet, and after this they are. */
static void check_queued(void)
{
	CHECK(its_reg(m.its, GITS_CREADR) != its_reg(m.its, GITS_CWRITER));
	vcpu_sync(&vm->vcpu[0], 2);
	CHECK_EQ(its_reg(m.its, GITS_CREADR), its_reg(m.its, GITS_CWRITER));
}

/* One vCPU alone is told so, each time, and its guest does not go on. */
static void its_without_memory(void)
{
	begin_short(guest_takes);
	failing_arm_every(1);
	for (unsigned int i = 0; i < 2; i++)
		CHECK_EQ(vcpu_run(&vm->vcpu[0]), -EAGAIN);
	failing_disarm();
	CHECK(kvm_statistic(stats[0], "its_memory_waits") > 0);
	check_queued();
	vcpu_sync(&vm->vcpu[1], 1);
	vcpu_sync(&vm->vcpu[1], 2);
	end_short();
}

static void nothing(int sig)
{
}

/* With every call failing. */
static void *run_without_memory(void *arg)
{
	int ret;

	failing_arm_every(1);
	do {
		ret = vcpu_run(&vm->vcpu[0]);
	} while (ret == -EAGAIN);
	failing_disarm();
	return (void *)(long)ret;
}

static void its_signal(void)
{
	pthread_t thread;
	void *ret;

	signal(SIGUSR1, nothing);
	begin_short(guest_takes);
	failing_arm_every(0);
	REQUIRE_EQ(pthread_create(&thread, NULL, run_without_memory, NULL), 0);
	while (!failing_struck())
		usleep(1000);
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, &ret);
	CHECK_EQ((long)ret, -EINTR);
	CHECK_EQ(vm->vcpu[0].run->exit_reason, KVM_EXIT_INTR);
	check_queued();
	end_short();
}

static void *run_second(void *arg)
{
	vcpu_sync(&vm->vcpu[1], 2);
	return NULL;
}

/* A vCPU that sleeps, of another thread, has the memory. */
static void its_help(void)
{
	pthread_t thread;

	begin_short(guest_takes);
	vcpu_sync(&vm->vcpu[1], 1);
	REQUIRE_EQ(pthread_create(&thread, NULL, run_second, NULL), 0);
	while (!kvm_statistic(stats[1], "blocking"))
		usleep(1000);
	failing_arm_every(1);
	CHECK_EQ(vcpu_run(&vm->vcpu[0]), -EAGAIN);
	pthread_join(thread, NULL);
	failing_disarm();
	vcpu_sync(&vm->vcpu[0], 2);
	end_short();
}

static void *run_first(void *arg)
{
	int ret;

	do {
		ret = vcpu_run(&vm->vcpu[0]);
	} while (ret == -EAGAIN);
	return (void *)(long)ret;
}

/* Nobody has it: vCPU 1 goes on, whatever it is asked. */
static void its_others(void)
{
	pthread_t thread;
	void *ret;

	begin_short(guest_counts);
	for (unsigned int i = 0; i < 10; i++)
		vcpu_sync(&vm->vcpu[1], i);
	failing_arm_all_every(1);
	REQUIRE_EQ(pthread_create(&thread, NULL, run_first, NULL), 0);
	while (!failing_struck())
		usleep(1000);
	for (unsigned int i = 10; i < 1000; i++)
		vcpu_sync(&vm->vcpu[1], i);
	failing_disarm_all();
	pthread_join(thread, &ret);
	CHECK_EQ((long)ret, 0);
	CHECK(kvm_statistic(stats[0], "its_memory_waits") > 0);
	CHECK_EQ(kvm_statistic(stats[1], "its_memory_waits"), 0);
	end_short();
}

/* A queue that gets on is never given up, however often it meets a failure. */
static void its_gets_on(void)
{
	unsigned int n = 400;

	m = its_machine_of(vm_new(1, guest_many, n), NULL);
	vm = m.vm;
	vcpu_sync(&vm->vcpu[0], 1);
	failing_arm_every(12);
	vcpu_sync(&vm->vcpu[0], 2);
	CHECK(failing_struck() > 100, "%u", failing_struck());
	failing_disarm();
	end_machine();
}

static void short_of_memory(void)
{
	failing_setup();
	its_without_memory();
	its_signal();
	its_help();
	its_others();
	its_gets_on();
}

static const struct ktap_case cases[] = {
	{ "GICv3", gic3, 60 },
	{ "GICv2", gic2, 60 },
	{ "wires", wires, 60 },
	{ "ITS", an_its, 60 },
	{ "short-of-memory", short_of_memory, 60 },
};

KTAP_MAIN(cases)
