/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A PCI bus by the generic ECAM host bridge: devices with one function, their
 * configuration space, and a window of memory for their BARs.
 */
#ifndef VMM_PCI_H
#define VMM_PCI_H

#include "vmm.h"

/* The bus calls these one at a time. */
struct pci_device {
	u64 (*read_config)(struct pci_device *d, u32 offset, unsigned int len);
	void (*write_config)(struct pci_device *d, u32 offset, u64 value, unsigned int len);
	/* An access to the window that no memory slot takes; false: not to this device. */
	bool (*access)(struct pci_device *d, u64 address, u64 *value, unsigned int len, bool write);
};

/* Device n of the bus is number n + 1 there: 0 is the bridge's by custom. */
static inline u32 pci_number(int n)
{
	return n + 1;
}

/* Its name as the source of a message. */
static inline u32 pci_requester(int n)
{
	return pci_number(n) << 3;
}

/* Returns which device it is. */
int pci_add(struct machine *m, struct pci_device *d);

#endif
