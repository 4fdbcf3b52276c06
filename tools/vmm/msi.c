// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts of an assigned device. The host has taken them from the device
 * for good: its messages go to the host's handlers, which are VFIO's and write
 * to eventfds. So what the guest writes into the MSI capability and the MSI-X
 * table stays here, and says which message of the guest's an eventfd is. What
 * the guest has masked has no irqfd and waits in its eventfd.
 */
#include <endian.h>
#include <linux/pci_regs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "assigned.h"
#include "vfio.h"

#define NO_MESSAGES VFIO_PCI_INTX_IRQ_INDEX

/* ---- messages ---- */

static void unwire(struct assigned *a, struct vector *v)
{
	if (v->wired)
		gsi_irqfd_end(a->machine, v->gsi, v->fd);
	v->wired = false;
}

static void wire(struct assigned *a, struct vector *v, u64 address, u32 data)
{
	gsi_set_message(a->machine, v->gsi, address, data, pci_requester(a->number));
	if (!v->wired)
		gsi_irqfd(a->machine, v->gsi, v->fd);
	v->wired = true;
}

/* What came for an earlier use of the vectors. */
static void forget(struct vectors *s)
{
	u64 count;

	for (u32 i = 0; i < s->count; i++)
		while (read(s->vector[i].fd, &count, sizeof(count)) > 0)
			;
}

/* Where the host has fewer vectors the device gets those; of others the guest hears nothing. */
static void switch_on(struct assigned *a, struct vectors *s, u32 count)
{
	int *fds = malloc(count * sizeof(*fds)), left;

	forget(s);
	for (u32 i = 0; fds && i < count; i++)
		fds[i] = s->vector[i].fd;
	left = fds ? vfio_interrupts(a->fd, s->index, count, fds) : -1;
	if (left)
		assigned_complain(a, "not so many interrupts are to be had");
	if (left > 0)
		vfio_interrupts(a->fd, s->index, left, fds);
	free(fds);
}

static void switch_off(struct assigned *a, struct vectors *s)
{
	for (u32 i = 0; i < s->count; i++)
		unwire(a, &s->vector[i]);
	vfio_interrupts(a->fd, s->index, 0, NULL);
}

/* ---- MSI: one message, of which the low bits of the data count the vectors ---- */

static u32 msi_flags(struct assigned *a)
{
	return assigned_config(a, a->msi.capability + PCI_MSI_FLAGS, 2);
}

static u32 msi_count(struct assigned *a)
{
	u32 count = 1u << ((msi_flags(a) & PCI_MSI_FLAGS_QSIZE) >> 4);

	return count < a->msi.count ? count : a->msi.count;
}

static void wire_msi(struct assigned *a)
{
	u32 at = a->msi.capability, flags = msi_flags(a), count = msi_count(a);
	bool wide = flags & PCI_MSI_FLAGS_64BIT;
	u64 address = assigned_config(a, at + PCI_MSI_ADDRESS_LO, wide ? 8 : 4);
	u32 data = assigned_config(a, at + (wide ? PCI_MSI_DATA_64 : PCI_MSI_DATA_32), 2);
	u32 masked = 0;

	if (flags & PCI_MSI_FLAGS_MASKBIT)
		masked = assigned_config(a, at + (wide ? PCI_MSI_MASK_64 : PCI_MSI_MASK_32), 4);
	for (u32 i = 0; i < count; i++) {
		if (masked >> i & 1)
			unwire(a, &a->msi.vector[i]);
		else
			wire(a, &a->msi.vector[i], address, (data & ~(count - 1)) | i);
	}
}

/* ---- MSI-X: a table of messages ---- */

static u64 table_word(struct assigned *a, u32 i, u32 offset, u32 size)
{
	u64 value = 0;

	memcpy(&value, a->table + i * PCI_MSIX_ENTRY_SIZE + offset, size);
	return le64toh(value);
}

static void wire_msix(struct assigned *a)
{
	bool all_masked =
		assigned_config(a, a->msix.capability + PCI_MSIX_FLAGS, 2) & PCI_MSIX_FLAGS_MASKALL;

	for (u32 i = 0; i < a->msix.count; i++) {
		bool masked = table_word(a, i, PCI_MSIX_ENTRY_VECTOR_CTRL, 4) &
			      PCI_MSIX_ENTRY_CTRL_MASKBIT;

		if (masked || all_masked)
			unwire(a, &a->msix.vector[i]);
		else
			wire(a, &a->msix.vector[i], table_word(a, i, PCI_MSIX_ENTRY_LOWER_ADDR, 8),
			     table_word(a, i, PCI_MSIX_ENTRY_DATA, 4));
	}
}

bool table_covers(const struct assigned *a, int bar, u64 offset)
{
	return bar == a->table_bar && offset >= a->table_offset &&
	       offset - a->table_offset < a->msix.count * PCI_MSIX_ENTRY_SIZE;
}

void table_access(struct assigned *a, u64 offset, u64 *value, unsigned int len, bool write)
{
	u64 bytes = htole64(*value);

	/* Entries are written and read by words, which lie within one. */
	if (offset % len)
		return;
	if (!write) {
		memcpy(&bytes, a->table + offset, len);
		*value = le64toh(bytes);
		return;
	}
	memcpy(a->table + offset, &bytes, len);
	interrupts_update(a);
}

/* ---- INTx ---- */

static void intx_on(struct assigned *a)
{
	if (!a->has_intx)
		return;
	if (vfio_interrupts(a->fd, VFIO_PCI_INTX_IRQ_INDEX, 1, &a->intx) ||
	    !vfio_unmask_by(a->fd, a->resample))
		assigned_complain(a, "INTx is not to be had");
}

static void intx_off(struct assigned *a)
{
	if (a->has_intx)
		vfio_interrupts(a->fd, VFIO_PCI_INTX_IRQ_INDEX, 0, NULL);
}

static void intx_create(struct assigned *a)
{
	a->has_intx = assigned_config(a, PCI_INTERRUPT_PIN, 1);
	if (!a->has_intx)
		return;
	a->intx = new_eventfd(EFD_NONBLOCK);
	a->resample = new_eventfd(EFD_NONBLOCK);
	gsi_irqfd_level(a->machine, PCI_SPI + a->number, a->intx, a->resample);
	intx_on(a);
}

/* ---- which of them ---- */

static u32 chosen(struct assigned *a)
{
	if (a->msix.capability &&
	    assigned_config(a, a->msix.capability + PCI_MSIX_FLAGS, 2) & PCI_MSIX_FLAGS_ENABLE)
		return VFIO_PCI_MSIX_IRQ_INDEX;
	if (a->msi.capability && msi_flags(a) & PCI_MSI_FLAGS_ENABLE)
		return VFIO_PCI_MSI_IRQ_INDEX;
	return NO_MESSAGES;
}

static void change(struct assigned *a, u32 to)
{
	if (a->active == VFIO_PCI_MSIX_IRQ_INDEX)
		switch_off(a, &a->msix);
	else if (a->active == VFIO_PCI_MSI_IRQ_INDEX)
		switch_off(a, &a->msi);
	else
		intx_off(a);
	a->active = to;
	if (to == VFIO_PCI_MSIX_IRQ_INDEX)
		switch_on(a, &a->msix, a->msix.count);
	else if (to == VFIO_PCI_MSI_IRQ_INDEX)
		switch_on(a, &a->msi, msi_count(a));
	else
		intx_on(a);
}

void interrupts_update(struct assigned *a)
{
	u32 to = chosen(a);

	if (to != a->active)
		change(a, to);
	if (to == VFIO_PCI_MSIX_IRQ_INDEX)
		wire_msix(a);
	else if (to == VFIO_PCI_MSI_IRQ_INDEX)
		wire_msi(a);
}

/* ---- what the device has ---- */

static void create_vectors(struct vectors *s, u32 index, u32 count)
{
	s->index = index;
	s->count = count;
	s->vector = calloc(count, sizeof(*s->vector));
	if (!s->vector)
		die("no memory for %u interrupts", count);
	for (u32 i = 0; i < count; i++) {
		s->vector[i].fd = new_eventfd(EFD_NONBLOCK);
		s->vector[i].gsi = gsi_messages(1);
	}
}

/* Enable, number of vectors, address, data, masks: all of it is ours. */
static void create_msi(struct assigned *a)
{
	u32 at = assigned_capability(a, PCI_CAP_ID_MSI), flags, size;

	if (!at)
		return;
	flags = assigned_config(a, at + PCI_MSI_FLAGS, 2);
	size = flags & PCI_MSI_FLAGS_MASKBIT ? 16 : 8;
	size += flags & PCI_MSI_FLAGS_64BIT ? 4 : 0;
	if (at + 4 + size > CONFIG_SIZE)
		return;
	a->msi.capability = at;
	create_vectors(&a->msi, VFIO_PCI_MSI_IRQ_INDEX, 1u << ((flags & PCI_MSI_FLAGS_QMASK) >> 1));
	assigned_hold(a, at + PCI_MSI_FLAGS, 2,
		      flags & ~(PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE), 0xffff,
		      PCI_MSI_FLAGS_ENABLE | PCI_MSI_FLAGS_QSIZE);
	for (u32 i = 4; i < 4 + size; i += 4)
		assigned_hold(a, at + i, 4, 0, ~0u, ~0u);
}

static void create_msix(struct assigned *a)
{
	u32 at = assigned_capability(a, PCI_CAP_ID_MSIX), flags, table;

	a->table_bar = -1;
	if (!at || at + PCI_CAP_MSIX_SIZEOF > CONFIG_SIZE)
		return;
	flags = assigned_config(a, at + PCI_MSIX_FLAGS, 2);
	table = assigned_config(a, at + PCI_MSIX_TABLE, 4);
	a->msix.capability = at;
	a->table_bar = table & PCI_MSIX_TABLE_BIR;
	a->table_offset = table & (u32)PCI_MSIX_TABLE_OFFSET;
	create_vectors(&a->msix, VFIO_PCI_MSIX_IRQ_INDEX, (flags & PCI_MSIX_FLAGS_QSIZE) + 1);
	assigned_hold(a, at + PCI_MSIX_FLAGS, 2, flags & PCI_MSIX_FLAGS_QSIZE, 0xffff,
		      PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	a->table = calloc(a->msix.count, PCI_MSIX_ENTRY_SIZE);
	if (!a->table)
		die("no memory for %u interrupts", a->msix.count);
	/* As after a reset: all masked. */
	for (u32 i = 0; i < a->msix.count; i++)
		a->table[i * PCI_MSIX_ENTRY_SIZE + PCI_MSIX_ENTRY_VECTOR_CTRL] =
			PCI_MSIX_ENTRY_CTRL_MASKBIT;
}

void interrupts_create(struct assigned *a)
{
	create_msi(a);
	create_msix(a);
	a->active = NO_MESSAGES;
	intx_create(a);
}
