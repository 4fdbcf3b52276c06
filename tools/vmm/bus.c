// SPDX-License-Identifier: GPL-2.0-only
/*
 * The bus: which device a guest's access outside memory goes to. Devices are
 * added before the vCPUs start; they do their own locking.
 */
#include <endian.h>
#include <string.h>

#include "vmm.h"

void bus_add(struct machine *m, struct bus_device device)
{
	if (m->nr_bus_devices == MAX_BUS_DEVICES)
		die("too many devices");
	m->bus[m->nr_bus_devices++] = device;
}

static struct bus_device *find(struct machine *m, u64 address, unsigned int len)
{
	for (int i = 0; i < m->nr_bus_devices; i++) {
		struct bus_device *d = &m->bus[i];

		if (address >= d->base && address - d->base <= d->size - len)
			return d;
	}
	return NULL;
}

/* Where no device is, reads give zero and writes are lost. */
void bus_access(struct machine *m, u64 address, u8 *data, unsigned int len, bool write)
{
	struct bus_device *d = find(m, address, len);
	u64 value = 0;

	if (write && d) {
		memcpy(&value, data, len);
		d->write(d->opaque, address - d->base, le64toh(value), len);
	} else if (!write) {
		if (d)
			value = htole64(d->read(d->opaque, address - d->base, len));
		memcpy(data, &value, len);
	}
}
