/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device of the host's, by VFIO: bound to vfio-pci, in a container of its own
 * with an IOMMU. Where there is none, or no IOMMU, the case is skipped.
 */
#ifndef LIB_VFIO_H
#define LIB_VFIO_H

#include <linux/pci_regs.h>
#include <linux/vfio.h>
#include "vm.h"

#define VFIO_EDU	0x11e81234u	/* vendor in the lower half */
#define VFIO_NVME	0x00101b36u
#define VFIO_IVSHMEM	0x11101af4u

struct vfio {
	int container, group, device;
	char name[16];			/* PCI address */
	char group_path[32];
};

/* The first device of this kind, in no container yet; and what it takes for that. */
struct vfio vfio_find(u32 id);
int vfio_open_group(const struct vfio *v);
void vfio_attach(struct vfio *v);
struct vfio vfio_open(u32 id);
void vfio_close(struct vfio *v);

/* The device's accesses to [iova, iova + size) go to the memory at hva, and no longer. */
void vfio_map(struct vfio *v, u64 iova, u64 size, void *hva);
void vfio_unmap(struct vfio *v, u64 iova, u64 size);

u64 vfio_size(struct vfio *v, u32 region);
/* Map that much of a region, from an offset on, at an address of this alignment. */
void *vfio_mmap(struct vfio *v, u32 region, u64 offset, u64 size, u64 align);

u16 vfio_config(struct vfio *v, u32 offset);
void vfio_set_config(struct vfio *v, u32 offset, u16 value);
/* Bits of the command register. */
void vfio_command(struct vfio *v, u16 set, u16 clear);

/* n interrupts of this kind signal these eventfds; n 0: none does, and they are off. */
void vfio_irqs(struct vfio *v, u32 index, unsigned int n, const int *fds);
/* This eventfd unmasks INTx, which is on. */
void vfio_unmask_by(struct vfio *v, int fd);

/* Take the device from its driver. Waits for its users. */
void vfio_unbind(const char *name);
/* How many interrupts the host has counted for the device. */
u64 vfio_irq_count(const struct vfio *v);

#endif
