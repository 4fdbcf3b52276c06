/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that aborts all accesses: a hole in the memory map of QEMU's "virt" machine, through
 * /dev/mem; or, mapped as RAM, through /dev/bad_memory of the check's module of that name.
 */
#ifndef BAD_MEMORY_H
#define BAD_MEMORY_H

/* One page of it, mapped here. Ends the case as skipped where there is nothing of the kind. */
void *bad_memory(void);

#endif
