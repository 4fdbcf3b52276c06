/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VFIO's calls, for a PCI device of the host's that is bound to vfio-pci and
 * alone in its IOMMU group.
 */
#ifndef VMM_VFIO_H
#define VMM_VFIO_H

#include <linux/vfio.h>

#include "vmm.h"

/*
 * Open the device with that PCI address; it reaches the guest's memory, at the
 * guest's addresses. Returns its file descriptor.
 */
int vfio_open(struct machine *m, const char *name);

/* What is behind a part of that file: a BAR or the configuration space. */
struct vfio_region_info vfio_region(int device, u32 index);

/*
 * Interrupts of one kind (VFIO_PCI_*_IRQ_INDEX) signal these eventfds from now
 * on; with n 0 they are off. A device has one kind on at a time. Returns 0, or less
 * on errors; when the host has fewer vectors left, their number, and none is on.
 */
int vfio_interrupts(int device, u32 index, u32 n, const int *fds);

/* An INTx is masked when it comes. This eventfd opens it again. */
bool vfio_unmask_by(int device, int fd);

#endif
