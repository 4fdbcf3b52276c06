/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A device of the host's as the guest sees it. Configuration space is VFIO's
 * but for what the VMM holds of it; the registers in its BARs are the guest's
 * by memory slots; interrupts come by eventfds.
 */
#ifndef ASSIGNED_H
#define ASSIGNED_H

#include "pci.h"

#define CONFIG_SIZE 256		/* no extended capabilities */
#define NR_BARS 6
#define NOWHERE (~0ull)

/* Pages of a BAR that the guest may reach by itself. */
struct piece {
	u64 offset, size;
	void *memory;
	u32 slot;
};

struct bar {
	u64 size;		/* 0: not there */
	u64 file;		/* where it begins in the device's file */
	u64 at;			/* guest physical address, or NOWHERE */
	struct piece pieces[2];	/* before and behind the MSI-X table */
	int nr_pieces;
};

/* What a device sends as interrupt n. */
struct vector {
	int fd;			/* eventfd: VFIO signals it */
	u32 gsi;
	bool wired;		/* to the guest, by an irqfd */
};

struct vectors {
	u32 index;		/* VFIO_PCI_MSI_IRQ_INDEX or VFIO_PCI_MSIX_IRQ_INDEX */
	u32 capability;		/* where it is in configuration space; 0: none */
	u32 count;
	struct vector *vector;
};

struct assigned {
	struct pci_device pci;	/* first: the one is got from the other */
	struct machine *machine;
	const char *name;
	int number;		/* on the bus */
	int fd;			/* VFIO's device */
	u64 config;		/* where configuration space begins in its file */
	u32 power;		/* where in it the power state is, 0: it is always on */

	/*
	 * Of configuration space: what the VMM holds, which bits, and which of them the guest
	 * writes.
	 */
	u8 shadow[CONFIG_SIZE], held[CONFIG_SIZE], writable[CONFIG_SIZE];

	struct bar bars[NR_BARS];
	struct vectors msi, msix;
	int table_bar;		/* the MSI-X table is there, -1: none */
	u64 table_offset;
	u8 *table;		/* as the guest has written it */

	u32 active;		/* VFIO_PCI_*_IRQ_INDEX that is on */
	bool has_intx;
	int intx, resample;	/* eventfds */
	bool told;		/* that something of it does not work */
};

/* assigned.c; assigned_create() is in vmm.h */
u64 assigned_config(struct assigned *a, u32 offset, unsigned int len);
/* Where a capability begins, 0: it has none of that kind. */
u32 assigned_capability(struct assigned *a, u8 id);
/* Do its BARs answer: is memory switched on, and the device awake? */
bool assigned_has_memory(struct assigned *a);
/* Once for each device, since a guest can have it said as often as it likes. */
void assigned_complain(struct assigned *a, const char *what);
/* The VMM holds these bits, which begin as value. */
void assigned_hold(struct assigned *a, u32 offset, unsigned int len, u64 value, u64 held,
		   u64 writable);

/* bar.c: find them; bring them to where configuration space says; away, before that is true */
void bars_create(struct assigned *a);
void bars_place(struct assigned *a);
void bars_remove(struct assigned *a);
bool bars_access(struct assigned *a, u64 address, u64 *value, unsigned int len, bool write);

/* msi.c: find the capabilities; do as configuration space and table say */
void interrupts_create(struct assigned *a);
void interrupts_update(struct assigned *a);
/* Is it within the MSI-X table? */
bool table_covers(const struct assigned *a, int bar, u64 offset);
void table_access(struct assigned *a, u64 offset, u64 *value, unsigned int len, bool write);

#endif
