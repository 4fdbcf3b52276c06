/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory that is swapped out, to zram where that can be had. */
#ifndef SWAP_H
#define SWAP_H

#include "vm.h"

bool swap_on(void);
void swap_off(void);
/* How many of this process's pages are swap entries; of these. */
u64 swap_pages(void);
u64 swap_pages_of(const void *p, u64 size);

#endif
