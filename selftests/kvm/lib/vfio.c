// SPDX-License-Identifier: GPL-2.0-only
/* Devices of the host's, by VFIO and sysfs. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "vfio.h"

#define DEVICES	"/sys/bus/pci/devices"

/* ---- sysfs ---- */

static u32 read_id(const char *name, const char *file)
{
	char path[128];
	unsigned int id = 0;
	FILE *f;

	snprintf(path, sizeof(path), DEVICES "/%s/%s", name, file);
	f = fopen(path, "r");
	if (!f)
		return 0;
	if (fscanf(f, "%x", &id) != 1)
		id = 0;
	fclose(f);
	return id;
}

static bool write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY), n = strlen(text), ret;

	if (fd < 0)
		return false;
	ret = write(fd, text, n);
	close(fd);
	return ret == n;
}

static bool find_name(u32 id, char *name, u64 size)
{
	DIR *dir = opendir(DEVICES);
	struct dirent *d;
	bool found = false;

	while (dir && !found && (d = readdir(dir))) {
		found = d->d_name[0] != '.' && strlen(d->d_name) < size &&
			(read_id(d->d_name, "device") << 16 | read_id(d->d_name, "vendor")) == id;
		if (found)
			strcpy(name, d->d_name);
	}
	if (dir)
		closedir(dir);
	return found;
}

static bool find_group(struct vfio *v)
{
	char path[128], target[256];
	int n;

	snprintf(path, sizeof(path), DEVICES "/%s/iommu_group", v->name);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return false;
	target[n] = 0;
	snprintf(v->group_path, sizeof(v->group_path), "/dev/vfio/%.8s", strrchr(target, '/') + 1);
	return true;
}

void vfio_unbind(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), DEVICES "/%s/driver/unbind", name);
	write_file(path, name);
}

static void bind(const char *name)
{
	char path[128], driver[256];
	int n;

	snprintf(path, sizeof(path), DEVICES "/%s/driver", name);
	n = readlink(path, driver, sizeof(driver) - 1);
	driver[n < 0 ? 0 : n] = 0;
	if (strstr(driver, "/vfio-pci"))
		return;
	vfio_unbind(name);
	snprintf(path, sizeof(path), DEVICES "/%s/driver_override", name);
	REQUIRE(write_file(path, "vfio-pci"), "%s", path);
	write_file("/sys/bus/pci/drivers_probe", name);
}

u64 vfio_irq_count(const struct vfio *v)
{
	FILE *f = fopen("/proc/interrupts", "r");
	char line[1024];
	u64 sum = 0;

	REQUIRE(f);
	while (fgets(line, sizeof(line), f)) {
		char *p = strchr(line, ':');

		if (!p || !strstr(line, "vfio") || !strstr(line, v->name))
			continue;
		for (unsigned int i = 0; i < nr_cpus(); i++)
			sum += strtoul(p + 1, &p, 10), p--;
	}
	fclose(f);
	return sum;
}

/* ---- containers and groups ---- */

struct vfio vfio_find(u32 id)
{
	struct vfio v = { -1, -1, -1 };

	if (!find_name(id, v.name, sizeof(v.name)))
		ktap_skip("no PCI device %04x:%04x", id & 0xffff, id >> 16);
	if (system("modprobe vfio_iommu_type1 && modprobe vfio-pci"))
		ktap_skip("no vfio-pci");
	/* a device that no driver ever had is in no group yet */
	bind(v.name);
	if (!find_group(&v))
		ktap_skip("no IOMMU");
	return v;
}

int vfio_open_group(const struct vfio *v)
{
	return open(v->group_path, O_RDWR | O_CLOEXEC);
}

/*
 * The group appears with the driver, and after a case that was ended it takes a moment to be free.
 */
static void open_group(struct vfio *v)
{
	for (unsigned int i = 0; v->group < 0 && i < 3000; i++) {
		v->group = vfio_open_group(v);
		if (v->group < 0)
			usleep(20000);
	}
	REQUIRE(v->group >= 0, "%s: %s", v->group_path, strerror(errno));
}

#ifndef VFIO_TYPE1_NESTING_IOMMU
#define VFIO_TYPE1_NESTING_IOMMU 6	/* 7.x has it no more */
#endif

/* With KEEL_VFIO_NESTING the mappings are the IOMMU's second stage, where it has two. */
static unsigned long iommu_type(void)
{
	return getenv("KEEL_VFIO_NESTING") ? VFIO_TYPE1_NESTING_IOMMU : VFIO_TYPE1v2_IOMMU;
}

void vfio_attach(struct vfio *v)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };

	v->container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	REQUIRE(v->container >= 0);
	REQUIRE_EQ(kvm(v->group, VFIO_GROUP_GET_STATUS, &status), 0);
	REQUIRE(status.flags & VFIO_GROUP_FLAGS_VIABLE);
	REQUIRE_EQ(kvm(v->group, VFIO_GROUP_SET_CONTAINER, &v->container), 0);
	REQUIRE_EQ(kvm(v->container, VFIO_SET_IOMMU, iommu_type()), 0);
	v->device = kvm(v->group, VFIO_GROUP_GET_DEVICE_FD, v->name);
	REQUIRE(v->device >= 0, "%s: %d", v->name, v->device);
}

struct vfio vfio_open(u32 id)
{
	struct vfio v = vfio_find(id);

	open_group(&v);
	vfio_attach(&v);
	vfio_command(&v, PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER, 0);
	return v;
}

void vfio_close(struct vfio *v)
{
	close(v->device);
	close(v->group);
	close(v->container);
}

void vfio_map(struct vfio *v, u64 iova, u64 size, void *hva)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map), .flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.vaddr = (u64)hva, .iova = iova, .size = size,
	};

	REQUIRE_EQ(kvm(v->container, VFIO_IOMMU_MAP_DMA, &map), 0);
}

void vfio_unmap(struct vfio *v, u64 iova, u64 size)
{
	struct vfio_iommu_type1_dma_unmap unmap = { .argsz = sizeof(unmap), .iova = iova, .size = size };

	REQUIRE_EQ(kvm(v->container, VFIO_IOMMU_UNMAP_DMA, &unmap), 0);
}

/* ---- regions ---- */

static struct vfio_region_info region_info(struct vfio *v, u32 region)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = region };

	REQUIRE_EQ(kvm(v->device, VFIO_DEVICE_GET_REGION_INFO, &info), 0);
	return info;
}

u64 vfio_size(struct vfio *v, u32 region)
{
	return region_info(v, region).size;
}

void *vfio_mmap(struct vfio *v, u32 region, u64 offset, u64 size, u64 align)
{
	struct vfio_region_info info = region_info(v, region);
	void *at = vm_alloc(size, align), *p;

	REQUIRE(info.flags & VFIO_REGION_INFO_FLAG_MMAP);
	p = mmap(at, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, v->device,
		 info.offset + offset);
	REQUIRE(p == at, "mmap: %s", strerror(errno));
	return p;
}

u16 vfio_config(struct vfio *v, u32 offset)
{
	u64 at = region_info(v, VFIO_PCI_CONFIG_REGION_INDEX).offset;
	u16 value;

	REQUIRE_EQ(pread(v->device, &value, 2, at + offset), 2);
	return value;
}

void vfio_set_config(struct vfio *v, u32 offset, u16 value)
{
	u64 at = region_info(v, VFIO_PCI_CONFIG_REGION_INDEX).offset;

	REQUIRE_EQ(pwrite(v->device, &value, 2, at + offset), 2);
}

void vfio_command(struct vfio *v, u16 set, u16 clear)
{
	vfio_set_config(v, PCI_COMMAND, (vfio_config(v, PCI_COMMAND) | set) & ~clear);
}

/* ---- interrupts ---- */

static void set_irqs(struct vfio *v, u32 flags, u32 index, unsigned int n, const int *fds)
{
	char buf[sizeof(struct vfio_irq_set) + 16 * sizeof(int)];
	struct vfio_irq_set *set = (void *)buf;

	REQUIRE(n <= 16);
	*set = (struct vfio_irq_set){
		.argsz = sizeof(*set) + n * sizeof(int), .flags = flags, .index = index, .count = n,
	};
	memcpy(set->data, fds, n * sizeof(int));
	REQUIRE_EQ(kvm(v->device, VFIO_DEVICE_SET_IRQS, set), 0);
}

void vfio_irqs(struct vfio *v, u32 index, unsigned int n, const int *fds)
{
	u32 data = n ? VFIO_IRQ_SET_DATA_EVENTFD : VFIO_IRQ_SET_DATA_NONE;

	set_irqs(v, data | VFIO_IRQ_SET_ACTION_TRIGGER, index, n, fds);
}

void vfio_unmask_by(struct vfio *v, int fd)
{
	set_irqs(v, VFIO_IRQ_SET_DATA_EVENTFD | VFIO_IRQ_SET_ACTION_UNMASK, VFIO_PCI_INTX_IRQ_INDEX,
		 1, &fd);
}
