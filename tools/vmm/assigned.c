// SPDX-License-Identifier: GPL-2.0-only
/*
 * Configuration space of an assigned device. VFIO gives it as user space may
 * have it, with BARs that can be sized and moved; what else the guest must not
 * do to the device itself, the VMM holds in a copy of its own.
 */
#include <endian.h>
#include <errno.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "assigned.h"
#include "vfio.h"

static u64 device_config(struct assigned *a, u32 offset, unsigned int len)
{
	u64 value = 0;

	if (pread(a->fd, &value, len, a->config + offset) != (ssize_t)len)
		return 0;
	return le64toh(value);
}

u64 assigned_config(struct assigned *a, u32 offset, unsigned int len)
{
	u64 value = device_config(a, offset, len);

	for (unsigned int i = 0; i < len; i++) {
		u8 held = a->held[offset + i];

		value &= ~((u64)held << 8 * i);
		value |= (u64)(a->shadow[offset + i] & held) << 8 * i;
	}
	return value;
}

void assigned_hold(struct assigned *a, u32 offset, unsigned int len, u64 value, u64 held,
		   u64 writable)
{
	for (unsigned int i = 0; i < len; i++) {
		a->shadow[offset + i] = value >> 8 * i;
		a->held[offset + i] = held >> 8 * i;
		a->writable[offset + i] = writable >> 8 * i;
	}
}

u32 assigned_capability(struct assigned *a, u8 id)
{
	u32 at = assigned_config(a, PCI_CAPABILITY_LIST, 1) & ~3u;

	/* A list that goes round is a broken device's. */
	for (int i = 0; at >= 0x40 && i < CONFIG_SIZE / 4; i++) {
		if (assigned_config(a, at, 1) == id)
			return at;
		at = assigned_config(a, at + PCI_CAP_LIST_NEXT, 1) & ~3u;
	}
	return 0;
}

static u64 read_config(struct pci_device *d, u32 offset, unsigned int len)
{
	struct assigned *a = (struct assigned *)d;

	return offset + len <= CONFIG_SIZE ? assigned_config(a, offset, len) : 0;
}

static void write_shadow(struct assigned *a, u32 offset, u64 value, unsigned int len)
{
	for (unsigned int i = 0; i < len; i++) {
		u8 *byte = &a->shadow[offset + i], mask = a->writable[offset + i];

		*byte = (*byte & ~mask) | ((u8)(value >> 8 * i) & mask);
	}
}

static bool has_memory(const struct assigned *a, u8 command, u8 power)
{
	return command & PCI_COMMAND_MEMORY && !(a->power && power & PCI_PM_CTRL_STATE_MASK);
}

bool assigned_has_memory(struct assigned *a)
{
	return has_memory(a, assigned_config(a, PCI_COMMAND, 1), assigned_config(a, a->power, 1));
}

/* The byte there as a write leaves it. */
static u8 byte_after(struct assigned *a, u32 at, u32 offset, u64 value, unsigned int len)
{
	return at >= offset && at - offset < len ? value >> 8 * (at - offset)
						 : assigned_config(a, at, 1);
}

/*
 * VFIO takes a BAR away from all mappings when memory is switched off, or the device
 * is sent to sleep: the guest's go before.
 */
static bool ends_memory(struct assigned *a, u32 offset, u64 value, unsigned int len)
{
	return !has_memory(a, byte_after(a, PCI_COMMAND, offset, value, len),
			   byte_after(a, a->power, offset, value, len));
}

void assigned_complain(struct assigned *a, const char *what)
{
	if (!a->told)
		complain("%s: %s", a->name, what);
	a->told = true;
}

static void write_config(struct pci_device *d, u32 offset, u64 value, unsigned int len)
{
	struct assigned *a = (struct assigned *)d;
	u64 bytes = htole64(value);

	if (offset + len > CONFIG_SIZE)
		return;
	if (ends_memory(a, offset, value, len))
		bars_remove(a);
	write_shadow(a, offset, value, len);
	if (pwrite(a->fd, &bytes, len, a->config + offset) != (ssize_t)len)
		assigned_complain(a, "configuration space cannot be written");
	bars_place(a);
	interrupts_update(a);
}

static bool access_memory(struct pci_device *d, u64 address, u64 *value, unsigned int len,
			  bool write)
{
	return bars_access((struct assigned *)d, address, value, len, write);
}

/*
 * There is no I/O space and nobody who runs code from ROMs. The pin is wired to a line of its own.
 */
static void hold_common(struct assigned *a)
{
	for (u32 at = PCI_BASE_ADDRESS_0; at <= PCI_BASE_ADDRESS_5; at += 4)
		if (device_config(a, at, 4) & PCI_BASE_ADDRESS_SPACE_IO)
			assigned_hold(a, at, 4, 0, ~0u, 0);
	assigned_hold(a, PCI_ROM_ADDRESS, 4, 0, ~0u, 0);
	assigned_hold(a, PCI_HEADER_TYPE, 1, PCI_HEADER_TYPE_NORMAL, 0xff, 0);
}

void assigned_create(struct machine *m, const char *name)
{
	struct assigned *a = calloc(1, sizeof(*a));

	if (!a)
		die("no memory for a device");
	a->pci = (struct pci_device){ read_config, write_config, access_memory };
	a->machine = m;
	a->name = name;
	a->fd = vfio_open(m, name);
	a->config = vfio_region(a->fd, VFIO_PCI_CONFIG_REGION_INDEX).offset;
	hold_common(a);
	a->power = assigned_capability(a, PCI_CAP_ID_PM);
	if (a->power)
		a->power += PCI_PM_CTRL;
	a->number = pci_add(m, &a->pci);
	interrupts_create(a);
	bars_create(a);
}
