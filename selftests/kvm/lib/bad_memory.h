/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory that aborts all accesses: a hole in the memory map of QEMU's "virt" machine, through
 * /dev/mem; or, mapped as RAM, through /dev/bad_memory of the check's module of that name.
 */
#ifndef BAD_MEMORY_H
#define BAD_MEMORY_H

#include "vm.h"

/* One page of it, mapped here. Ends the case as skipped where there is nothing of the kind. */
void *bad_memory(void);
/*
 * A guest's: a load, so that stage 2 has it. What that comes to depends on FEAT_RAS.
 * guest_skip_sync() handles VEC_SYNC, and VEC_SERROR afterwards.
 */
void guest_touch_bad(u64 ipa);

#endif
