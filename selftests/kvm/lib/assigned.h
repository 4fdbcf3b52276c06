/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM with a device of the host's: its registers in a slot, a slot of memory that
 * the device reaches at the addresses that the guest has for it, a GICv3 and an ITS.
 */
#ifndef ASSIGNED_H
#define ASSIGNED_H

#include <sys/eventfd.h>
#include "its.h"
#include "vfio.h"

/* Device memory in the guest's tables too */
#define BAR		(MMIO_BASE + 0x10000000)
#define DMA_BASE	(DATA_BASE + TABLES_SIZE)
#define DMA_SIZE	0x40000ul
#define SPI		40u				/* GSI 8 */

struct assigned {
	struct vm *vm;
	struct vfio dev;
	int gic, kvm_vfio;
	void *bar;
	u64 bar_size;
	char *data;		/* at DATA_BASE: tables of the ITS, then DMA_SIZE */
};

/* Guest: event n of device 1 is LPI + n, enabled, and goes to CPU 0. */
static inline void assigned_map_lpis(unsigned int n)
{
	lpis_on(0);
	its_on(DEVICES);
	its_mapd(1, ITT(1), 4, VALID);
	its_mapc(0, 0, VALID);
	for (u32 i = 0; i < n; i++) {
		lpi_configure(LPI + i, PROP_ON);
		its_mapti(1, i, LPI + i, 0);
	}
	its_command(0x05, 0, 0, 0);
}

/* The host's view of that guest address. */
static inline void *assigned_hva(struct assigned *a, u64 gpa)
{
	return a->data + (gpa - DATA_BASE);
}

static inline int assigned_kvm_vfio(int vm, int group)
{
	int fd = device_new(vm, KVM_DEV_TYPE_VFIO);

	REQUIRE(fd > 0, "%d", fd);
	REQUIRE_EQ(device_attr(fd, KVM_SET_DEVICE_ATTR, KVM_DEV_VFIO_FILE, KVM_DEV_VFIO_FILE_ADD, &group), 0);
	return fd;
}

static inline void assigned_its(int vm)
{
	int its = its_device(vm);

	REQUIRE_EQ(its_control(its, KVM_DEV_ARM_VGIC_CTRL_INIT), 0);
	REQUIRE_EQ(its_set_base(its, GITS), 0);
}

/* region: the first bytes of BAR 0 that are mapped, in whole pages, or 0 for all. */
static inline struct assigned assigned_new(u32 id, u64 region, void (*fn)(u64), u64 arg)
{
	struct assigned a = { .dev = vfio_open(id) };

	a.bar_size = region ?: vfio_size(&a.dev, VFIO_PCI_BAR0_REGION_INDEX);
	a.bar_size = (a.bar_size + PAGE - 1) & ~(PAGE - 1);
	a.bar = vfio_mmap(&a.dev, VFIO_PCI_BAR0_REGION_INDEX, 0, a.bar_size, 1ul << 20);
	a.vm = vm_new(1, fn, arg);
	a.gic = gic_new(a.vm, 64);
	assigned_its(a.vm->fd);
	a.data = vm_alloc(TABLES_SIZE + DMA_SIZE, 2ul << 20);
	REQUIRE_EQ(vm_slot(a.vm->fd, 1, 0, DATA_BASE, TABLES_SIZE + DMA_SIZE, a.data), 0);
	REQUIRE_EQ(vm_slot(a.vm->fd, 2, 0, BAR, a.bar_size, a.bar), 0);
	vfio_map(&a.dev, DATA_BASE, TABLES_SIZE + DMA_SIZE, a.data);
	a.kvm_vfio = assigned_kvm_vfio(a.vm->fd, a.dev.group);
	return a;
}

static inline int assigned_eventfd(void)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	REQUIRE(fd >= 0);
	return fd;
}

static inline void assigned_irqfd(struct assigned *a, int fd, u32 gsi, int resample)
{
	struct kvm_irqfd irqfd = {
		.fd = fd, .gsi = gsi, .flags = resample < 0 ? 0 : KVM_IRQFD_FLAG_RESAMPLE, .resamplefd = resample,
	};

	REQUIRE_EQ(kvm(a->vm->fd, KVM_IRQFD, &irqfd), 0);
}

/* n vectors of MSI or MSI-X, which are the guest's LPIs from LPI on. */
static inline void assigned_lpis(struct assigned *a, u32 index, unsigned int n)
{
	struct { struct kvm_irq_routing r; struct kvm_irq_routing_entry e[8]; } table = { .r.nr = n };
	int fds[8];

	REQUIRE(n <= ARRAY_SIZE(fds));
	for (u32 i = 0; i < n; i++) {
		table.e[i] = (struct kvm_irq_routing_entry){
			.gsi = i + 100, .type = KVM_IRQ_ROUTING_MSI, .flags = KVM_MSI_VALID_DEVID,
			.u.msi = { .address_lo = GITS + GITS_TRANSLATER, .data = i, .devid = 1 },
		};
		fds[i] = assigned_eventfd();
		assigned_irqfd(a, fds[i], i + 100, -1);
	}
	REQUIRE_EQ(kvm(a->vm->fd, KVM_SET_GSI_ROUTING, &table), 0);
	vfio_irqs(&a->dev, index, n, fds);
}

/* A sum that tells where each word was. Guest and host. */
static inline u64 checksum(const void *p, u64 size)
{
	const u64 *word = p;
	u64 sum = size;

	for (u64 i = 0; i < size / 8; i++)
		sum = (sum ^ word[i]) * 0x9e3779b97f4a7c15ul + i;
	return sum;
}

static inline void fill(void *p, u64 size, u64 seed)
{
	u64 *word = p;

	for (u64 i = 0; i < size / 8; i++)
		word[i] = (seed + i) * 0x9e3779b97f4a7c15ul ^ i << 17;
}

#endif
