/* SPDX-License-Identifier: GPL-2.0-only */
/* ID registers of a guest with virtual EL2. Pure. */
#ifndef KEEL_NESTED_IDVIEW_H
#define KEEL_NESTED_IDVIEW_H

#include <linux/types.h>

/*
 * What such a guest has in the place of val, which is what one without may have at most. idx:
 * KEEL_IDLIMITS_IDX(). page_shift: of the host's pages.
 */
u64 keel_idview(unsigned int idx, u64 val, unsigned int page_shift);

#endif
