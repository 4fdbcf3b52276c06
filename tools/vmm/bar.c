// SPDX-License-Identifier: GPL-2.0-only
/*
 * BARs of an assigned device: VFIO lets them be mapped, and what is mapped
 * becomes a memory slot where the guest has put the BAR, so that no access of
 * the guest's leaves it. Pages with the MSI-X table, and BARs that are smaller
 * than a page, are accessed for the guest.
 */
#include <endian.h>
#include <linux/pci_regs.h>
#include <sys/mman.h>
#include <unistd.h>

#include "assigned.h"
#include "vfio.h"

static void add_piece(struct assigned *a, struct bar *b, u64 from, u64 to)
{
	struct piece *p = &b->pieces[b->nr_pieces];

	if (from >= to)
		return;
	p->offset = from;
	p->size = to - from;
	p->memory = mmap(NULL, p->size, PROT_READ | PROT_WRITE, MAP_SHARED, a->fd, b->file + from);
	if (p->memory == MAP_FAILED)
		return;
	p->slot = vm_new_slot(a->machine);
	b->nr_pieces++;
}

static void create(struct assigned *a, int n)
{
	struct vfio_region_info info = vfio_region(a->fd, VFIO_PCI_BAR0_REGION_INDEX + n);
	u64 page = sysconf(_SC_PAGESIZE), table = a->table_offset;
	u64 table_end = table + a->msix.count * PCI_MSIX_ENTRY_SIZE;
	struct bar *b = &a->bars[n];

	b->at = NOWHERE;
	if (a->held[PCI_BASE_ADDRESS_0 + 4 * n])
		return;
	b->size = info.size;
	b->file = info.offset;
	if (!(info.flags & VFIO_REGION_INFO_FLAG_MMAP) || b->size % page)
		return;
	if (n != a->table_bar) {
		add_piece(a, b, 0, b->size);
		return;
	}
	add_piece(a, b, 0, table & ~(page - 1));
	add_piece(a, b, (table_end + page - 1) & ~(page - 1), b->size);
}

void bars_create(struct assigned *a)
{
	for (int n = 0; n < NR_BARS; n++)
		create(a, n);
}

static void move(struct assigned *a, struct bar *b, u64 at)
{
	if (at == b->at)
		return;
	for (int i = 0; i < b->nr_pieces; i++) {
		struct piece *p = &b->pieces[i];

		/*
		 * A slot is made, or unmade, by its size; what has none is reached by
		 * bars_access().
		 */
		if (b->at != NOWHERE)
			vm_set_slot(a->machine, p->slot, b->at + p->offset, 0, p->memory);
		if (at != NOWHERE)
			vm_set_slot(a->machine, p->slot, at + p->offset, p->size, p->memory);
	}
	b->at = at;
}

/* Where the guest wants a BAR, if that is in the window. */
static u64 wanted(struct assigned *a, int n)
{
	u32 low = assigned_config(a, PCI_BASE_ADDRESS_0 + 4 * n, 4);
	u64 at = low & (u32)PCI_BASE_ADDRESS_MEM_MASK, size = a->bars[n].size;

	if ((low & PCI_BASE_ADDRESS_MEM_TYPE_MASK) == PCI_BASE_ADDRESS_MEM_TYPE_64)
		at |= assigned_config(a, PCI_BASE_ADDRESS_0 + 4 * n + 4, 4) << 32;
	if (at < PCI_WINDOW || size > PCI_WINDOW_SIZE || at - PCI_WINDOW > PCI_WINDOW_SIZE - size)
		return NOWHERE;
	return at;
}

void bars_place(struct assigned *a)
{
	bool on = assigned_has_memory(a);

	for (int n = 0; n < NR_BARS; n++)
		if (a->bars[n].size)
			move(a, &a->bars[n], on ? wanted(a, n) : NOWHERE);
}

void bars_remove(struct assigned *a)
{
	for (int n = 0; n < NR_BARS; n++)
		move(a, &a->bars[n], NOWHERE);
}

static void device_access(struct assigned *a, u64 at, u64 *value, unsigned int len, bool write)
{
	u64 bytes = htole64(*value);

	/* What fails is as on a bus: lost, or all ones. */
	if (write) {
		if (pwrite(a->fd, &bytes, len, at) < 0)
			return;
	} else if (pread(a->fd, &bytes, len, at) == (ssize_t)len) {
		*value = le64toh(bytes);
	}
}

bool bars_access(struct assigned *a, u64 address, u64 *value, unsigned int len, bool write)
{
	for (int n = 0; n < NR_BARS; n++) {
		struct bar *b = &a->bars[n];
		u64 offset = address - b->at;

		if (b->at == NOWHERE || address < b->at || b->size < len || offset > b->size - len)
			continue;
		if (table_covers(a, n, offset))
			table_access(a, offset - a->table_offset, value, len, write);
		else
			device_access(a, b->file + offset, value, len, write);
		return true;
	}
	return false;
}
