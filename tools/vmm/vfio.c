// SPDX-License-Identifier: GPL-2.0-only
/*
 * VFIO: a container is a set of addresses as devices see them, made of groups
 * of devices that the IOMMU can tell apart; a device's file is its registers.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "vfio.h"

#define VFIO(fd, request, argument) \
	kvm_call(fd, request, #request, (unsigned long)(argument))

static int open_or_die(const char *file)
{
	int fd = open(file, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("%s: %s", file, strerror(errno));
	return fd;
}

/* The number of the device's group. */
static int group_number(const char *name)
{
	char link[128], target[256], *number;
	int n;

	snprintf(link, sizeof(link), "/sys/bus/pci/devices/%s/iommu_group", name);
	n = readlink(link, target, sizeof(target) - 1);
	if (n < 0)
		die("--vfio %s: no such device, or no IOMMU", name);
	target[n] = 0;
	number = strrchr(target, '/');
	return atoi(number ? number + 1 : target);
}

/* /dev/vfio has a file for each group, which can be open once. */
static int open_group(int number, const char *name)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	char file[32];
	int fd;

	snprintf(file, sizeof(file), "/dev/vfio/%d", number);
	fd = open_or_die(file);
	VFIO(fd, VFIO_GROUP_GET_STATUS, &status);
	if (!(status.flags & VFIO_GROUP_FLAGS_VIABLE))
		die("--vfio %s: its group has devices that are not VFIO's", name);
	return fd;
}

/* VFIO holds all of the guest's memory, since nobody knows what a device will reach for. */
static void map_memory(struct machine *m, int container)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (uintptr_t)m->ram,
		.iova = RAM_BASE,
		.size = m->options->ram_size,
	};

	VFIO(container, VFIO_IOMMU_MAP_DMA, &map);
}

/* All devices share the container of the first: it gets its IOMMU with a group in it. */
static void add_to_container(struct machine *m, int group)
{
	static int container = -1;

	if (container >= 0) {
		VFIO(group, VFIO_GROUP_SET_CONTAINER, &container);
		return;
	}
	container = open_or_die("/dev/vfio/vfio");
	VFIO(group, VFIO_GROUP_SET_CONTAINER, &container);
	VFIO(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU);
	map_memory(m, container);
}

/* The hypervisor is told whose devices a VM has; on arm64 nothing follows from it. */
static void tell_hypervisor(struct machine *m, int group)
{
	static struct kvm_create_device list = { .type = KVM_DEV_TYPE_VFIO, .fd = -1 };
	struct kvm_device_attr attr = {
		.group = KVM_DEV_VFIO_GROUP,
		.attr = KVM_DEV_VFIO_GROUP_ADD,
		.addr = (uintptr_t)&group,
	};

	if (list.fd == (u32)-1)
		KVM(m->vm, KVM_CREATE_DEVICE, &list);
	KVM(list.fd, KVM_SET_DEVICE_ATTR, &attr);
}

/* Of several devices the group is taken with the first. */
static int take_group(struct machine *m, const char *name)
{
	static struct { int number, fd; } groups[MAX_VFIO];
	static unsigned int nr_groups;
	int number = group_number(name), fd;

	for (unsigned int i = 0; i < nr_groups; i++)
		if (groups[i].number == number)
			return groups[i].fd;
	fd = open_group(number, name);
	add_to_container(m, fd);
	tell_hypervisor(m, fd);
	groups[nr_groups].number = number;
	groups[nr_groups++].fd = fd;
	return fd;
}

int vfio_open(struct machine *m, const char *name)
{
	return VFIO(take_group(m, name), VFIO_GROUP_GET_DEVICE_FD, name);
}

struct vfio_region_info vfio_region(int device, u32 index)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = index };

	VFIO(device, VFIO_DEVICE_GET_REGION_INFO, &info);
	return info;
}

static int set_interrupts(int device, u32 flags, u32 index, u32 n, const int *fds)
{
	struct vfio_irq_set *set = calloc(1, sizeof(*set) + n * sizeof(int));
	int ret;

	if (!set)
		return -1;
	set->argsz = sizeof(*set) + n * sizeof(int);
	set->flags = flags;
	set->index = index;
	set->count = n;
	if (n)
		memcpy(set->data, fds, n * sizeof(int));
	ret = ioctl(device, VFIO_DEVICE_SET_IRQS, set);
	free(set);
	return ret;
}

int vfio_interrupts(int device, u32 index, u32 n, const int *fds)
{
	u32 data = n ? VFIO_IRQ_SET_DATA_EVENTFD : VFIO_IRQ_SET_DATA_NONE;

	return set_interrupts(device, data | VFIO_IRQ_SET_ACTION_TRIGGER, index, n, fds);
}

bool vfio_unmask_by(int device, int fd)
{
	return !set_interrupts(device, VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_UNMASK,
			       VFIO_PCI_INTX_IRQ_INDEX, 1, &fd);
}
