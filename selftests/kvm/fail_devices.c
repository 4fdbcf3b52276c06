// SPDX-License-Identifier: GPL-2.0-only
/*
 * As fail_nth, for interrupt controllers, what is wired to them and to the MMIO bus. Proves:
 *  - what fails for want of memory, or in the middle of a copy, can be done again
 *  - a device that could not be told of is not there
 */
#include <sys/eventfd.h>
#include <unistd.h>
#include "lib/failing.h"
#include "lib/gic2.h"

static struct vm *vm;
static int gic, event, resample;

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
	failing_all(trials, ARRAY_SIZE(trials));
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
	failing_all(trials, ARRAY_SIZE(trials));
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
	failing_all(trials, ARRAY_SIZE(trials));
}

static const struct ktap_case cases[] = {
	{ "GICv3", gic3, 60 },
	{ "GICv2", gic2, 60 },
	{ "wires", wires, 60 },
};

KTAP_MAIN(cases)
