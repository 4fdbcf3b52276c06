// SPDX-License-Identifier: GPL-2.0-only
/*
 * What rests on the MMIO bus, and its neighbours on the VM fd. Proves:
 *  - IOEVENTFD: argument errors, collisions, removal, lengths, datamatch and
 *    the length-less wildcard, as the guest writes
 *  - coalesced MMIO: zones, the ring, a full ring, indices that user space
 *    broke, the limit of 1000 zones, which ioeventfds do not use up
 *  - IRQFD without an interrupt controller
 *  - IRQ_LINE's encoding and errors
 *  - CREATE_DEVICE's errors
 *  - GET_STATS_FD: layout, the fd outliving the VM's, counting, seeking
 *  - zones and ioeventfds that come and go under a writing guest
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/vm.h"

#define DOORBELL	(MMIO_BASE + 0x1000)
#define MATCH		KVM_IOEVENTFD_FLAG_DATAMATCH
#define DEASSIGN	KVM_IOEVENTFD_FLAG_DEASSIGN
#define PIO		KVM_IOEVENTFD_FLAG_PIO

static int efd(void)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	REQUIRE(fd >= 0);
	return fd;
}

static int ioeventfd(int vm, int fd, u64 addr, u32 len, u32 flags, u64 data)
{
	struct kvm_ioeventfd a = {
		.addr = addr, .len = len, .fd = fd, .flags = flags, .datamatch = data,
	};

	return kvm(vm, KVM_IOEVENTFD, &a);
}

static void ioeventfd_arguments(void)
{
	int vm = vm_fd(0), fd = efd();

	for (u32 len = 0; len < 20; len++) {
		bool ok = !len || len == 1 || len == 2 || len == 4 || len == 8;

		CHECK_EQ(ioeventfd(vm, fd, 0x1000 + 64 * len, len, 0, 0), ok ? 0 : -EINVAL);
	}
	CHECK_EQ(ioeventfd(vm, fd, ~0ul - 2, 4, 0, 0), -EINVAL);
	CHECK_EQ(ioeventfd(vm, fd, 0, 0, MATCH, 0), -EINVAL);
	CHECK_EQ(ioeventfd(vm, fd, 0, 4, KVM_IOEVENTFD_FLAG_VIRTIO_CCW_NOTIFY, 0), 0);
	CHECK_EQ(ioeventfd(vm, fd, 0, 4, 1u << 5, 0), -EINVAL);
	CHECK_EQ(ioeventfd(vm, fd, 0, 4, 1u << 31, 0), -EINVAL);
	CHECK_EQ(ioeventfd(vm, -1, 0, 4, 0, 0), -EBADF);
	CHECK_EQ(ioeventfd(vm, vm, 0, 4, 0, 0), -EINVAL);
	CHECK_EQ(ioeventfd(vm, -1, 0, 3, 0, 0), -EINVAL);
	CHECK_EQ(kvm(vm, KVM_IOEVENTFD, 0), -EFAULT);
}

static void ioeventfd_collisions(void)
{
	int vm = vm_fd(0), fd = efd(), other = efd();

	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 4, MATCH, 1), 0);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 4, MATCH, 1), -EEXIST);
	CHECK_EQ(ioeventfd(vm, other, 0x1000, 4, MATCH, 1), -EEXIST);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 4, MATCH, 2), 0);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 4, 0, 0), -EEXIST);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 0, 0, 0), -EEXIST);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 2, 0, 0), 0);
	CHECK_EQ(ioeventfd(vm, fd, 0x1001, 4, 0, 0), 0);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 4, MATCH | PIO, 1), 0);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 4, MATCH | PIO, 1), -EEXIST);
	CHECK_EQ(ioeventfd(vm, fd, 0x2000, 0, 0, 0), 0);
	CHECK_EQ(ioeventfd(vm, fd, 0x2000, 8, MATCH, 1), -EEXIST);
}

static void ioeventfd_removal(void)
{
	int vm = vm_fd(0), fd = efd(), other = efd();

	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 4, DEASSIGN, 0), -ENOENT);
	CHECK_EQ(ioeventfd(vm, -1, 0x1000, 4, DEASSIGN, 0), -EBADF);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 4, MATCH, 1), 0);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 4, DEASSIGN, 1), -ENOENT);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 4, DEASSIGN | MATCH, 2), -ENOENT);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 2, DEASSIGN | MATCH, 1), -ENOENT);
	CHECK_EQ(ioeventfd(vm, fd, 0x1004, 4, DEASSIGN | MATCH, 1), -ENOENT);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 4, DEASSIGN | MATCH | PIO, 1), -ENOENT);
	CHECK_EQ(ioeventfd(vm, other, 0x1000, 4, DEASSIGN | MATCH, 1), -ENOENT);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 4, DEASSIGN | MATCH, 1), 0);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 4, DEASSIGN | MATCH, 1), -ENOENT);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 4, PIO, 0), 0);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 4, PIO | DEASSIGN, 0), 0);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 0, 0, 0), 0);
	CHECK_EQ(ioeventfd(vm, fd, 0x1000, 0, DEASSIGN, 0), 0);
}

static u64 count(int fd)
{
	u64 n = 0;

	return read(fd, &n, sizeof(n)) == sizeof(n) ? n : 0;
}

static void guest_doorbells(u64 unused)
{
	asm volatile("strb %w0, [%1]" :: "r"(0x11), "r"(DOORBELL) : "memory");
	asm volatile("strh %w0, [%1]" :: "r"(0x2222), "r"(DOORBELL) : "memory");
	asm volatile("str %w0, [%1]" :: "r"(7), "r"(DOORBELL) : "memory");
	asm volatile("str %w0, [%1]" :: "r"(8), "r"(DOORBELL) : "memory");
	asm volatile("str %x0, [%1]" :: "r"(7ul), "r"(DOORBELL) : "memory");
	asm volatile("str %w0, [%1]" :: "r"(7), "r"(DOORBELL + 0x100) : "memory");
	asm volatile("strb %w0, [%1]" :: "r"(7), "r"(DOORBELL + 0x200) : "memory");
	asm volatile("str %x0, [%1]" :: "r"(~0ul), "r"(DOORBELL + 0x200) : "memory");
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

/* Writes that reach user space before the guest's next message. */
static unsigned int mmio_exits(struct vcpu *vcpu)
{
	struct ucall uc;
	unsigned int n = 0;

	for (;;) {
		REQUIRE_EQ(vcpu_run(vcpu), 0);
		if (vcpu_is_ucall(vcpu, &uc))
			return n;
		REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
		n++;
	}
}

static void ioeventfd_signals(void)
{
	struct vm *vm = vm_new(1, guest_doorbells, 0);
	int b1 = efd(), w7 = efd(), d = efd(), any = efd(), h = efd();

	REQUIRE_EQ(ioeventfd(vm->fd, b1, DOORBELL, 1, MATCH, 0x11), 0);
	REQUIRE_EQ(ioeventfd(vm->fd, h, DOORBELL, 2, MATCH, 0xff2222), 0);
	REQUIRE_EQ(ioeventfd(vm->fd, w7, DOORBELL, 4, MATCH, 7), 0);
	REQUIRE_EQ(ioeventfd(vm->fd, d, DOORBELL, 8, 0, 0), 0);
	REQUIRE_EQ(ioeventfd(vm->fd, any, DOORBELL + 0x200, 0, 0, 0), 0);
	/* The halfword does not match, nor does the 8, nor is 0x100 anybody's. */
	CHECK_EQ(mmio_exits(&vm->vcpu[0]), 3);
	CHECK_EQ(count(b1), 1);
	CHECK_EQ(count(h), 0);
	CHECK_EQ(count(w7), 1);
	CHECK_EQ(count(d), 1);
	CHECK_EQ(count(any), 2);
	vm_free(vm);
}

static int zone(int vm, bool add, u64 addr, u32 size, u32 pio)
{
	struct kvm_coalesced_mmio_zone z = { .addr = addr, .size = size, .pio = pio };

	return kvm(vm, add ? KVM_REGISTER_COALESCED_MMIO : KVM_UNREGISTER_COALESCED_MMIO, &z);
}

static void zone_arguments(void)
{
	int vm = vm_fd(0), n;

	CHECK_EQ(zone(vm, true, 0x1000, 4, 2), -EINVAL);
	CHECK_EQ(zone(vm, false, 0x1000, 4, 2), -EINVAL);
	CHECK_EQ(zone(vm, false, 0x1000, 4, 0), 0);
	CHECK_EQ(zone(vm, true, 0x1000, 4, 1), 0);
	CHECK_EQ(zone(vm, true, 0x1000, 0, 0), 0);
	CHECK_EQ(zone(vm, false, 0x1000, 0, 0), 0);
	for (n = 0; n < 5000; n++)
		if (zone(vm, true, 0x10000 + 16 * n, 16, 0))
			break;
	CHECK_EQ(n, 1000);
	CHECK_EQ(zone(vm, true, 0, 16, 0), -ENOSPC);
	CHECK_EQ(ioeventfd(vm, efd(), 0x10000, 4, 0, 0), -ENOSPC);
	CHECK_EQ(zone(vm, false, 0x10004, 8, 0), 0);
	CHECK_EQ(ioeventfd(vm, efd(), 0x10000, 4, 0, 0), 0);
	CHECK_EQ(zone(vm, true, 0, 16, 0), 0);
	CHECK_EQ(zone(vm, true, 0, 16, 0), -ENOSPC);
}

static void guest_writes(u64 n)
{
	for (u64 i = 0; i < n; i++)
		asm volatile("str %w0, [%1]" :: "r"(i), "r"(DOORBELL + 4 * (i & 3)) : "memory");
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static struct kvm_coalesced_mmio_ring *ring_of(struct vcpu *vcpu)
{
	int page = kvm_cap(KVM_CAP_COALESCED_MMIO);

	if (!page)
		ktap_skip("no KVM_CAP_COALESCED_MMIO");
	return (void *)vcpu->run + page * PAGE;
}

#define RING_MAX ((PAGE - sizeof(struct kvm_coalesced_mmio_ring)) / sizeof(struct kvm_coalesced_mmio))

static void coalesced_ring(void)
{
	struct vm *vm = vm_new(1, guest_writes, 10);
	struct kvm_coalesced_mmio_ring *r = ring_of(&vm->vcpu[0]);

	REQUIRE_EQ(zone(vm->fd, true, DOORBELL, 16, 0), 0);
	CHECK_EQ(mmio_exits(&vm->vcpu[0]), 0);
	CHECK_EQ(r->first, 0);
	CHECK_EQ(r->last, 10);
	for (u32 i = 0; i < 10; i++) {
		u32 v;

		memcpy(&v, r->coalesced_mmio[i].data, 4);
		CHECK_EQ(r->coalesced_mmio[i].phys_addr, DOORBELL + 4 * (i & 3));
		CHECK_EQ(r->coalesced_mmio[i].len, 4);
		CHECK_EQ(v, i);
	}
	vm_free(vm);
}

static void coalesced_full(void)
{
	struct vm *vm = vm_new(1, guest_writes, RING_MAX + 9);
	struct kvm_coalesced_mmio_ring *r = ring_of(&vm->vcpu[0]);

	REQUIRE_EQ(zone(vm->fd, true, DOORBELL, 16, 0), 0);
	CHECK_EQ(mmio_exits(&vm->vcpu[0]), 10);
	CHECK_EQ(r->last, RING_MAX - 1);
	vm_free(vm);
}

static void coalesced_hostile(void)
{
	const u32 bad[] = { RING_MAX, RING_MAX + 1, 0x7fffffff, 0x80000000, 0xffffffff };

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		struct vm *vm = vm_new(1, guest_writes, 20);
		struct kvm_coalesced_mmio_ring *r = ring_of(&vm->vcpu[0]);

		REQUIRE_EQ(zone(vm->fd, true, DOORBELL, 16, 0), 0);
		r->first = i & 1 ? bad[i] : 0;
		r->last = bad[i];
		CHECK_EQ(mmio_exits(&vm->vcpu[0]), 20);
		CHECK_EQ(r->last, bad[i]);
		vm_free(vm);
	}
}

static void irqfd(void)
{
	struct kvm_irqfd a = { .fd = efd(), .gsi = 0 };
	int vm = vm_fd(0);

	CHECK_EQ(kvm(vm, KVM_IRQFD, &a), -EAGAIN);
	a.flags = 1u << 2;
	CHECK_EQ(kvm(vm, KVM_IRQFD, &a), -EINVAL);
	a.flags = KVM_IRQFD_FLAG_DEASSIGN;
	CHECK_EQ(kvm(vm, KVM_IRQFD, &a), 0);
	a.fd = -1;
	CHECK_EQ(kvm(vm, KVM_IRQFD, &a), -EBADF);
}

static int line(int vm, u32 irq, u32 level)
{
	struct kvm_irq_level l = { .irq = irq, .level = level };

	return kvm(vm, KVM_IRQ_LINE, &l);
}

static void irq_line(void)
{
	int vm = vm_fd(0);

	CHECK_EQ(line(vm, 0, 1), -EINVAL);
	vcpu_fd(vm, 0);
	CHECK_EQ(line(vm, 0, 1), 0);
	CHECK_EQ(line(vm, 0, 0), 0);
	CHECK_EQ(line(vm, 1, 1), 0);
	CHECK_EQ(line(vm, 2, 1), -EINVAL);
	CHECK_EQ(line(vm, 1u << 16, 1), -EINVAL);
	CHECK_EQ(line(vm, 1u << 28, 1), -EINVAL);
	CHECK_EQ(line(vm, (KVM_ARM_IRQ_TYPE_SPI << 24) | 32, 1), -ENXIO);
	CHECK_EQ(line(vm, (KVM_ARM_IRQ_TYPE_PPI << 24) | 27, 1), -ENXIO);
	CHECK_EQ(line(vm, 3u << 24, 1), -EINVAL);
	if (kvm_cap(KVM_CAP_MAX_VCPU_ID) > 256) {
		vcpu_fd(vm, 256);
		CHECK_EQ(line(vm, 1u << 28, 1), 0);
	}
}

static void create_device(void)
{
	struct kvm_create_device cd = { .type = 0 };
	int vm = vm_fd(0);

	CHECK_EQ(kvm(vm, KVM_CREATE_DEVICE, &cd), -ENODEV);
	cd.type = 0x7fffffff;
	CHECK_EQ(kvm(vm, KVM_CREATE_DEVICE, &cd), -ENODEV);
	cd.flags = KVM_CREATE_DEVICE_TEST;
	CHECK_EQ(kvm(vm, KVM_CREATE_DEVICE, &cd), -ENODEV);
}

/* Check the file's structure; is there a value with this name? */
static bool stats_check(int fd, const char *prefix, const char *wanted)
{
	struct kvm_stats_header h;
	char id[64] = "";
	bool found = false;
	u32 end = 0;

	REQUIRE_EQ(pread(fd, &h, sizeof(h), 0), sizeof(h));
	CHECK_EQ(h.flags, 0);
	CHECK(h.name_size > 0 && h.name_size <= sizeof(id), "%u", h.name_size);
	CHECK(h.num_desc > 0);
	CHECK(h.id_offset >= sizeof(h) && h.desc_offset >= h.id_offset + h.name_size);
	CHECK(h.data_offset >= h.desc_offset + h.num_desc * (16 + h.name_size));
	REQUIRE_EQ(pread(fd, id, h.name_size, h.id_offset), h.name_size);
	CHECK(!strncmp(id, prefix, strlen(prefix)), "%s", id);
	for (u32 i = 0; i < h.num_desc; i++) {
		char buf[128];
		struct kvm_stats_desc *d = (void *)buf;
		u64 v[128];

		REQUIRE_EQ(pread(fd, buf, 16 + h.name_size, h.desc_offset + i * (16 + h.name_size)),
			   16 + h.name_size);
		CHECK((d->flags & KVM_STATS_TYPE_MASK) <= KVM_STATS_TYPE_MAX);
		CHECK((d->flags & KVM_STATS_UNIT_MASK) <= KVM_STATS_UNIT_MAX);
		CHECK(memchr(buf + 16, 0, h.name_size));
		CHECK(d->size > 0 && d->size <= ARRAY_SIZE(v));
		CHECK(d->offset >= end);
		end = d->offset + 8 * d->size;
		CHECK_EQ(pread(fd, v, 8 * d->size, h.data_offset + d->offset), 8 * d->size);
		if (wanted && !strcmp(buf + 16, wanted))
			found = true;
	}
	CHECK_EQ(pread(fd, id, 1, h.data_offset + end), 0);
	return found;
}

static void stats(void)
{
	struct vm *vm = vm_new(1, guest_writes, 5);
	const char *exits = "mmio_exit_user";
	int s, vs;
	char id[32];

	if (!kvm_cap(KVM_CAP_BINARY_STATS_FD))
		ktap_skip("no KVM_CAP_BINARY_STATS_FD");
	s = kvm(vm->fd, KVM_GET_STATS_FD, 0);
	vs = kvm(vm->vcpu[0].fd, KVM_GET_STATS_FD, 0);
	REQUIRE(s >= 0 && vs >= 0);
	snprintf(id, sizeof(id), "kvm-%d", getpid());
	stats_check(s, id, NULL);
	snprintf(id, sizeof(id), "kvm-%d/vcpu-0", getpid());
	REQUIRE(stats_check(vs, id, exits));
	CHECK_EQ(kvm_statistic(vs, exits), 0);
	CHECK_EQ(mmio_exits(&vm->vcpu[0]), 5);
	CHECK(kvm_statistic(vs, exits) >= 5);
	vm_free(vm);
	CHECK(kvm_statistic(vs, exits) >= 5);
	stats_check(s, "kvm-", NULL);
	CHECK_EQ(write(vs, exits, 1), -1);
}

static u64 sum_of(int fd, const char *name, unsigned int n)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < n; i++)
		sum += kvm_statistic_at(fd, name, i);
	return sum;
}

/* Each entry is in one histogram of the time before it. */
static void histograms(void)
{
	static const char *const names[] = {
		"host_time_interrupt_hist", "host_time_wait_hist", "host_time_call_hist",
		"host_time_sysreg_hist", "host_time_abort_hist", "host_time_other_hist",
	};
	struct vm *vm = vm_new(1, guest_writes, 50);
	u64 aborts = 0, timed = 0, exits;
	int fd = kvm(vm->vcpu[0].fd, KVM_GET_STATS_FD, 0);

	REQUIRE(fd >= 0);
	if (!stats_check(fd, "kvm-", names[0]))
		ktap_skip("no times of exits");
	CHECK_EQ(mmio_exits(&vm->vcpu[0]), 50);
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++)
		timed += sum_of(fd, names[i], 32);
	exits = kvm_statistic(fd, "exits");
	CHECK_EQ(timed, exits);
	aborts = kvm_statistic_at(fd, "exits_by_ec", 0x24);
	CHECK(aborts >= 50 && aborts <= exits, "%llu of %llu", (unsigned long long)aborts, (unsigned long long)exits);
	/* user space was in between: not less than a microsecond, nor a minute */
	CHECK_EQ(sum_of(fd, names[4], 8), 0);
	vm_free(vm);
}

static void guest_writes_forever(u64 unused)
{
	for (;;)
		asm volatile("str %w0, [%1]" :: "r"(1), "r"(DOORBELL) : "memory");
}

static volatile bool stop;

static void *come_and_go(void *arg)
{
	struct vm *vm = arg;
	int fd = efd();

	for (int i = 0; i < 300; i++) {
		CHECK_EQ(ioeventfd(vm->fd, fd, DOORBELL, 4, 0, 0), 0);
		CHECK_EQ(zone(vm->fd, true, DOORBELL, 4, 0), 0);
		CHECK_EQ(ioeventfd(vm->fd, fd, DOORBELL, 4, DEASSIGN, 0), 0);
		CHECK_EQ(zone(vm->fd, false, DOORBELL, 4, 0), 0);
	}
	stop = true;
	vm->vcpu[0].run->immediate_exit = 1;
	return NULL;
}

static void churn(void)
{
	struct vm *vm = vm_new(1, guest_writes_forever, 0);
	pthread_t t;

	REQUIRE_EQ(pthread_create(&t, NULL, come_and_go, vm), 0);
	while (!stop) {
		int ret = vcpu_run(&vm->vcpu[0]);

		if (ret && !CHECK_EQ(ret, -EINTR))
			break;
	}
	pthread_join(t, NULL);
	vm_free(vm);
}

static const struct ktap_case cases[] = {
	{ "IOEVENTFD: arguments", ioeventfd_arguments },
	{ "IOEVENTFD: collisions", ioeventfd_collisions },
	{ "IOEVENTFD: removal", ioeventfd_removal },
	{ "IOEVENTFD: signals", ioeventfd_signals },
	{ "coalesced MMIO: zones", zone_arguments },
	{ "coalesced MMIO: ring", coalesced_ring },
	{ "coalesced MMIO: full ring", coalesced_full },
	{ "coalesced MMIO: broken indices", coalesced_hostile },
	{ "IRQFD without an interrupt controller", irqfd },
	{ "IRQ_LINE", irq_line },
	{ "CREATE_DEVICE", create_device },
	{ "GET_STATS_FD", stats },
	{ "GET_STATS_FD: histograms", histograms },
	{ "devices come and go under a writing guest", churn, 60 },
};
KTAP_MAIN(cases)
