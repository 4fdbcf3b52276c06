// SPDX-License-Identifier: GPL-2.0-only
/*
 * How user space raises a guest's interrupts, with a GICv3 in the kernel. Proves:
 *  - IRQ_LINE, SET_GSI_ROUTING, SIGNAL_MSI: errors
 *  - each IRQ_LINE of 1 is an edge; a timer's line is not user space's
 *  - IRQFD: errors, edges, routes, resampling, a line that is raised again at
 *    once, an event that came first, the eventfd going away
 */
#include <sys/eventfd.h>
#include <unistd.h>
#include "lib/gic.h"

static void irq_line(void)
{
	int vm = vm_fd(0), gic = gic_create(vm);

	vcpu_fd(vm, 0);
	CHECK_EQ(gic_line(vm, 0, 1), -ENXIO);
	CHECK_EQ(gic_line(vm, IRQ_SPI(40), 1), -EBUSY);
	CHECK_EQ(gic_line(vm, IRQ_PPI(20), 1), -EBUSY);
	CHECK_EQ(gic_set_nr(gic, 64), 0);
	CHECK_EQ(gic_initialise(gic), 0);
	CHECK_EQ(gic_line(vm, IRQ_SPI(31), 1), -EINVAL);
	CHECK_EQ(gic_line(vm, IRQ_SPI(63), 1), 0);
	CHECK_EQ(gic_line(vm, IRQ_SPI(64), 1), -EINVAL);
	CHECK_EQ(gic_line(vm, IRQ_PPI(15), 1), -EINVAL);
	CHECK_EQ(gic_line(vm, IRQ_PPI(20), 1), 0);
	CHECK_EQ(gic_line(vm, IRQ_PPI(32), 1), -EINVAL);
	CHECK_EQ(gic_line(vm, IRQ_PPI(20) | 3u << 16, 1), -EINVAL);
	CHECK_EQ(gic_line(vm, IRQ_SPI(63), 0), 0);
}

static void guest_returns(u64 arg)
{
	for (;;)
		GUEST_SYNC(1, 0);
}

/* Once a vCPU has run, its timer drives the line; user space has no part in it. */
static void irq_line_of_timer(void)
{
	struct vm *vm = vm_new(1, guest_returns, 0);
	int gic = gic_new(vm, 96);
	u32 bit = 1u << 27, v = 0;

	vcpu_sync(&vm->vcpu[0], 1);
	CHECK_EQ(gic_line(vm->fd, IRQ_PPI(27), 1), 0);
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 0, &v), 0);
	CHECK_EQ(v & bit, 0);
	CHECK_EQ(gic_line(vm->fd, IRQ_PPI(20), 1), 0);
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO, 0, &v), 0);
	CHECK_EQ(v, 1u << 20);
}

struct routes {
	struct kvm_irq_routing head;
	struct kvm_irq_routing_entry e[2];
};

static int route(int vm, struct routes *r, u32 nr)
{
	r->head.nr = nr;
	return kvm(vm, KVM_SET_GSI_ROUTING, r);
}

static void routing(void)
{
	struct routes r = { .e[0] = { .gsi = 4095, .type = KVM_IRQ_ROUTING_IRQCHIP } };
	struct kvm_msi msi = { 0 };
	int vm = vm_fd(0);

	/* QEMU 7.2 dereferences NULL where this is 0. */
	CHECK_EQ(kvm(vm, KVM_CHECK_EXTENSION, KVM_CAP_SIGNAL_MSI), 1);
	CHECK_EQ(kvm(vm, KVM_SIGNAL_MSI, &msi), -EINVAL);
	gic_create(vm);
	CHECK_EQ(kvm_cap(KVM_CAP_IRQ_ROUTING), 4096);
	CHECK_EQ(route(vm, &r, 0), 0);
	CHECK_EQ(route(vm, &r, 1), 0);
	CHECK_EQ(route(vm, &r, 4097), -EINVAL);
	r.e[0].gsi = 4096;
	CHECK_EQ(route(vm, &r, 1), -EINVAL);
	r.e[0].gsi = 0;
	r.e[0].u.irqchip.pin = 987;
	CHECK_EQ(route(vm, &r, 1), 0);
	r.e[0].u.irqchip.pin = 988;
	CHECK_EQ(route(vm, &r, 1), -EINVAL);
	r.e[0].u.irqchip.pin = 5;
	r.e[0].u.irqchip.irqchip = 1;
	CHECK_EQ(route(vm, &r, 1), -EINVAL);
	r.e[0].u.irqchip.irqchip = 0;
	r.e[1] = r.e[0];
	CHECK_EQ(route(vm, &r, 2), -EINVAL);
	r.e[1].gsi = 1;
	CHECK_EQ(route(vm, &r, 2), 0);
	r.e[1].flags = KVM_MSI_VALID_DEVID;
	CHECK_EQ(route(vm, &r, 2), -EINVAL);
	r.e[1].flags = 0;
	r.e[1].type = 3;
	CHECK_EQ(route(vm, &r, 2), -EINVAL);
	r.head.flags = 1;
	CHECK_EQ(route(vm, &r, 1), -EINVAL);
	CHECK_EQ(kvm(vm, KVM_SIGNAL_MSI, &msi), -ENODEV);
}

static int efd(void)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	REQUIRE(fd >= 0);
	return fd;
}

static int irqfd(int vm, int fd, u32 gsi, u32 flags, int resample)
{
	struct kvm_irqfd a = { .fd = fd, .gsi = gsi, .flags = flags, .resamplefd = resample };

	return kvm(vm, KVM_IRQFD, &a);
}

static void signal_fd(int fd)
{
	u64 one = 1;

	CHECK_EQ(write(fd, &one, sizeof(one)), sizeof(one));
}

static bool is_signalled(int fd)
{
	u64 count;

	return read(fd, &count, sizeof(count)) == sizeof(count);
}

static void irqfd_arguments(void)
{
	int vm = vm_fd(0), gic, fd = efd(), other = efd();

	vcpu_fd(vm, 0);
	gic = gic_create(vm);
	CHECK_EQ(irqfd(vm, fd, 0, 0, 0), -EAGAIN);
	CHECK_EQ(gic_initialise(gic), 0);
	CHECK_EQ(irqfd(vm, fd, 0, 1u << 2, 0), -EINVAL);
	CHECK_EQ(irqfd(vm, -1, 0, 0, 0), -EBADF);
	CHECK_EQ(irqfd(vm, vm, 0, 0, 0), -EINVAL);
	CHECK_EQ(irqfd(vm, other, 0, KVM_IRQFD_FLAG_RESAMPLE, -1), -EBADF);
	CHECK_EQ(irqfd(vm, other, 0, KVM_IRQFD_FLAG_RESAMPLE, vm), -EINVAL);
	CHECK_EQ(irqfd(vm, fd, 0, 0, 0), 0);
	CHECK_EQ(irqfd(vm, fd, 1, 0, 0), -EBUSY);
	CHECK_EQ(irqfd(vm, other, 0, 0, 0), 0);
	CHECK_EQ(irqfd(vm, fd, 1, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	CHECK_EQ(irqfd(vm, fd, 1, 0, 0), -EBUSY);
	CHECK_EQ(irqfd(vm, fd, 0, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	CHECK_EQ(irqfd(vm, fd, 1, 0, 0), 0);
	CHECK_EQ(irqfd(vm, -1, 1, KVM_IRQFD_FLAG_DEASSIGN, 0), -EBADF);
}

/*
 * One eventfd for two VMs: since Linux 6.17 the host's kernel lets only one have
 * it, before it lets both. The one that has it keeps it either way, and the
 * other one can have it later.
 */
static void irqfd_two_vms(void)
{
	int vm[2], err, fd = efd();

	for (int i = 0; i < 2; i++) {
		vm[i] = vm_fd(0);
		vcpu_fd(vm[i], 0);
		REQUIRE_EQ(gic_initialise(gic_create(vm[i])), 0);
	}
	REQUIRE_EQ(irqfd(vm[0], fd, 0, 0, 0), 0);
	for (int i = 0; i < 2; i++) {
		err = irqfd(vm[1], fd, 0, i ? KVM_IRQFD_FLAG_RESAMPLE : 0, efd());
		CHECK(err == 0 || err == -EBUSY);
		CHECK_EQ(irqfd(vm[1], fd, 0, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	}
	signal_fd(fd);
	CHECK(!is_signalled(fd));
	CHECK_EQ(irqfd(vm[0], fd, 0, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	CHECK_EQ(irqfd(vm[1], fd, 0, 0, 0), 0);
	signal_fd(fd);
	CHECK(!is_signalled(fd));
}

/*
 * Acknowledge one interrupt per run and tell which; IRQs stay masked. arg:
 * INTID 32 to 47 are level-sensitive.
 */
static void guest_acknowledges(u64 arg)
{
	mmio_write32(GICD_CTLR, 2);
	mmio_write32(GICD + GIC_ICFGR + 8, arg ? 0 : 0xaaaaaaaa);
	mmio_write32(GICD + GIC_ISENABLER + 4, ~0u);
	icc_write(ICC_PMR, 0xff);
	icc_write(ICC_IGRPEN1, 1);
	GUEST_SYNC(GIC_SPURIOUS, 0);
	for (;;) {
		u64 intid = icc_read(ICC_IAR1);

		dsb(sy);
		if (intid < 1020)
			icc_write(ICC_EOIR1, intid);
		GUEST_SYNC(intid, 0);
	}
}

#define NEXT(vm, intid)	CHECK_EQ(vcpu_ucall(&(vm)->vcpu[0]).a, intid)

static struct vm *vm_acknowledging(bool level)
{
	struct vm *vm = vm_new(1, guest_acknowledges, level);

	gic_new(vm, 96);
	NEXT(vm, GIC_SPURIOUS);
	NEXT(vm, GIC_SPURIOUS);
	return vm;
}

static void lines_to_guest(void)
{
	struct vm *vm = vm_acknowledging(false);

	CHECK_EQ(gic_line(vm->fd, IRQ_SPI(35), 1), 0);
	CHECK_EQ(gic_line(vm->fd, IRQ_SPI(35), 0), 0);
	NEXT(vm, 35);
	NEXT(vm, GIC_SPURIOUS);
	/* an edge each, without a 0 */
	CHECK_EQ(gic_line(vm->fd, IRQ_SPI(35), 1), 0);
	NEXT(vm, 35);
	CHECK_EQ(gic_line(vm->fd, IRQ_SPI(35), 1), 0);
	NEXT(vm, 35);
	NEXT(vm, GIC_SPURIOUS);

	vm = vm_acknowledging(true);
	CHECK_EQ(gic_line(vm->fd, IRQ_SPI(35), 1), 0);
	NEXT(vm, 35);
	NEXT(vm, 35);
	CHECK_EQ(gic_line(vm->fd, IRQ_SPI(35), 0), 0);
	NEXT(vm, GIC_SPURIOUS);
}

static void irqfd_edge(void)
{
	struct vm *vm = vm_acknowledging(false);
	struct routes r = { .e[0] = { .gsi = 100, .type = KVM_IRQ_ROUTING_IRQCHIP } };
	int fd = efd();

	REQUIRE_EQ(irqfd(vm->fd, fd, 7, 0, 0), 0);
	for (int i = 0; i < 3; i++) {
		signal_fd(fd);
		NEXT(vm, 39);
		NEXT(vm, GIC_SPURIOUS);
		CHECK(!is_signalled(fd));
	}
	/* another route for another GSI: this one leads nowhere */
	r.e[0].u.irqchip.pin = 1;
	REQUIRE_EQ(route(vm->fd, &r, 1), 0);
	signal_fd(fd);
	NEXT(vm, GIC_SPURIOUS);
	r.e[0].gsi = 7;
	REQUIRE_EQ(route(vm->fd, &r, 1), 0);
	signal_fd(fd);
	NEXT(vm, 33);
	CHECK_EQ(irqfd(vm->fd, fd, 7, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	signal_fd(fd);
	NEXT(vm, GIC_SPURIOUS);
	CHECK(is_signalled(fd));
}

/*
 * An event is one interrupt also where the guest made it level-sensitive. The
 * in-tree KVM pulses the line, which the guest may miss.
 */
static void irqfd_level(void)
{
	struct vm *vm = vm_acknowledging(true);
	int fd = efd();

	if (!on_keel())
		ktap_skip("KVM may lose it");
	REQUIRE_EQ(irqfd(vm->fd, fd, 7, 0, 0), 0);
	for (int i = 0; i < 3; i++) {
		signal_fd(fd);
		NEXT(vm, 39);
		NEXT(vm, GIC_SPURIOUS);
	}
}

static void irqfd_came_first(void)
{
	struct vm *vm = vm_acknowledging(false);
	int fd = efd(), tries = 0;
	u64 intid;

	signal_fd(fd);
	REQUIRE_EQ(irqfd(vm->fd, fd, 7, 0, 0), 0);
	/* in-tree KVM leaves that to a work item */
	do {
		usleep(10000);
		intid = vcpu_ucall(&vm->vcpu[0]).a;
	} while (intid == GIC_SPURIOUS && ++tries < 2000);
	CHECK_EQ(intid, 39);
	NEXT(vm, GIC_SPURIOUS);
}

static void irqfd_resample(void)
{
	struct vm *vm = vm_acknowledging(true);
	int fd = efd(), ack = efd();

	REQUIRE_EQ(irqfd(vm->fd, fd, 7, KVM_IRQFD_FLAG_RESAMPLE, ack), 0);
	for (int i = 0; i < 3; i++) {
		signal_fd(fd);
		CHECK(!is_signalled(ack));
		NEXT(vm, 39);
		/* the message's own exit is enough for the completion to be seen */
		NEXT(vm, GIC_SPURIOUS);
		CHECK(is_signalled(ack));
		CHECK(!is_signalled(ack));
	}
	/* deassigned while the line is up: it falls */
	signal_fd(fd);
	CHECK_EQ(irqfd(vm->fd, fd, 7, KVM_IRQFD_FLAG_RESAMPLE | KVM_IRQFD_FLAG_DEASSIGN, ack), 0);
	NEXT(vm, GIC_SPURIOUS);
	CHECK(!is_signalled(ack));
}

/* Two sources of one line: when one goes, the other's interrupt stays. */
static void hold_together(struct vm *vm, int a, int b, int ack_a, int ack_b)
{
	signal_fd(a);
	NEXT(vm, 39);
	NEXT(vm, GIC_SPURIOUS);
	CHECK(is_signalled(ack_a));
	CHECK(is_signalled(ack_b));
	/* one goes while the other one holds the line up */
	signal_fd(b);
	CHECK_EQ(irqfd(vm->fd, a, 7, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	NEXT(vm, 39);
	NEXT(vm, GIC_SPURIOUS);
	CHECK(!is_signalled(ack_a));
	CHECK(is_signalled(ack_b));
}

static void irqfd_shared(void)
{
	struct vm *vm = vm_acknowledging(true);
	int a = efd(), b = efd(), ack_a = efd(), ack_b = efd();

	REQUIRE_EQ(irqfd(vm->fd, a, 7, KVM_IRQFD_FLAG_RESAMPLE, ack_a), 0);
	REQUIRE_EQ(irqfd(vm->fd, b, 7, KVM_IRQFD_FLAG_RESAMPLE, ack_b), 0);
	hold_together(vm, a, b, ack_a, ack_b);
}

/* The same with a GSI each, both routed to the one SPI. */
static void irqfd_two_gsis(void)
{
	struct vm *vm = vm_acknowledging(true);
	struct routes r = {
		.e[0] = { .gsi = 7, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = 7 },
		.e[1] = { .gsi = 100, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = 7 },
	};
	int a = efd(), b = efd(), ack_a = efd(), ack_b = efd();

	if (!on_keel())
		ktap_skip("KVM tells one of the GSIs, and lowers the line of both");
	REQUIRE_EQ(route(vm->fd, &r, 2), 0);
	REQUIRE_EQ(irqfd(vm->fd, a, 7, KVM_IRQFD_FLAG_RESAMPLE, ack_a), 0);
	REQUIRE_EQ(irqfd(vm->fd, b, 100, KVM_IRQFD_FLAG_RESAMPLE, ack_b), 0);
	hold_together(vm, a, b, ack_a, ack_b);
}

/*
 * A source that is told of the completion raises the line again at once: here
 * its resamplefd is an irqfd of the same line. The others are told as well, and
 * the line stays up. However they are ordered.
 */
static void reassert(int nth)
{
	struct vm *vm = vm_acknowledging(true);
	int fd[3] = { efd(), efd() }, ack[3] = { efd(), efd(), efd() };

	fd[2] = ack[0];
	for (int i = 0; i < 3; i++, nth = (nth + 1) % 3)
		REQUIRE_EQ(irqfd(vm->fd, fd[nth], 7, KVM_IRQFD_FLAG_RESAMPLE, ack[nth]), 0);
	signal_fd(fd[0]);
	for (int i = 0; i < 3; i++) {
		NEXT(vm, 39);
		CHECK(is_signalled(ack[1]));
		CHECK(is_signalled(ack[2]));
		/* in-tree KVM leaves raising it to a work item */
		if (!on_keel())
			usleep(500000);
	}
}

static void irqfd_reasserted(void)
{
	for (int first = 0; first < 3; first++)
		reassert(first);
}

/* The last reference to the eventfd goes: the irqfd with it in its own time, and the line falls. */
static void irqfd_closed(void)
{
	struct vm *vm = vm_acknowledging(true);
	u64 intid;
	int tries = 0;

	for (int i = 0; i < 50; i++) {
		int fd = efd(), ack = efd();

		REQUIRE_EQ(irqfd(vm->fd, fd, i % 16, KVM_IRQFD_FLAG_RESAMPLE, ack), 0);
		signal_fd(fd);
		close(ack);
		close(fd);
	}
	do {
		usleep(10000);
		intid = vcpu_ucall(&vm->vcpu[0]).a;
	} while (intid != GIC_SPURIOUS && ++tries < 10000);
	CHECK_EQ(intid, GIC_SPURIOUS);
}

static const struct ktap_case cases[] = {
	{ "IRQ_LINE", irq_line },
	{ "IRQ_LINE on a timer's PPI", irq_line_of_timer },
	{ "SET_GSI_ROUTING and SIGNAL_MSI", routing },
	{ "IRQFD's arguments", irqfd_arguments },
	{ "IRQFD: an eventfd for two VMs", irqfd_two_vms },
	{ "lines to the guest", lines_to_guest },
	{ "IRQFD: edges and routes", irqfd_edge },
	{ "IRQFD: events of a level-sensitive one", irqfd_level },
	{ "IRQFD: an event that came first", irqfd_came_first },
	{ "IRQFD: resampling", irqfd_resample },
	{ "IRQFD: two sources of a line", irqfd_shared },
	{ "IRQFD: two sources with a GSI each", irqfd_two_gsis },
	{ "IRQFD: raised again by who is told", irqfd_reasserted },
	{ "IRQFD: the eventfd goes away", irqfd_closed },
};

KTAP_MAIN(cases)
