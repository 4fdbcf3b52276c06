// SPDX-License-Identifier: GPL-2.0-only
/*
 * The PCI bus: an access to configuration space goes to its device by the
 * address (a page each), one to the window to whose BAR is there.
 */
#include <linux/pci_regs.h>

#include "pci.h"

static struct pci_device *devices[MAX_VFIO];
static int nr_devices;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

/* The first function of a device is all there is. */
static struct pci_device *find(u64 offset)
{
	u64 function = offset / KB(4);

	if (function % 8 || function < pci_requester(0) || function > pci_requester(nr_devices - 1))
		return NULL;
	return devices[function / 8 - pci_number(0)];
}

/* Where no device is, reads give ones. */
static u64 config_read(void *opaque, u64 offset, unsigned int len)
{
	struct pci_device *d = find(offset);
	u64 value = ~0ull;

	(void)opaque;
	if (!d)
		return value;
	pthread_mutex_lock(&lock);
	value = d->read_config(d, offset % KB(4), len);
	pthread_mutex_unlock(&lock);
	return value;
}

static void config_write(void *opaque, u64 offset, u64 value, unsigned int len)
{
	struct pci_device *d = find(offset);

	(void)opaque;
	if (!d)
		return;
	pthread_mutex_lock(&lock);
	d->write_config(d, offset % KB(4), value, len);
	pthread_mutex_unlock(&lock);
}

static void window_access(u64 offset, u64 *value, unsigned int len, bool write)
{
	pthread_mutex_lock(&lock);
	for (int i = 0; i < nr_devices; i++)
		if (devices[i]->access(devices[i], PCI_WINDOW + offset, value, len, write))
			break;
	pthread_mutex_unlock(&lock);
}

static u64 window_read(void *opaque, u64 offset, unsigned int len)
{
	u64 value = ~0ull;

	(void)opaque;
	window_access(offset, &value, len, false);
	return value;
}

static void window_write(void *opaque, u64 offset, u64 value, unsigned int len)
{
	(void)opaque;
	window_access(offset, &value, len, true);
}

static void create_bridge(struct machine *m)
{
	bus_add(m, (struct bus_device){
		.base = PCI_CONFIG,
		.size = MB(1),
		.read = config_read,
		.write = config_write,
	});
	bus_add(m, (struct bus_device){
		.base = PCI_WINDOW,
		.size = PCI_WINDOW_SIZE,
		.read = window_read,
		.write = window_write,
	});
}

int pci_add(struct machine *m, struct pci_device *d)
{
	if (!nr_devices)
		create_bridge(m);
	devices[nr_devices] = d;
	return nr_devices++;
}
