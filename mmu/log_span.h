/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/* Which pages of a slot's log stand for a stretch of guest memory. */
#ifndef KEEL_MMU_LOG_SPAN_H
#define KEEL_MMU_LOG_SPAN_H

#include <linux/minmax.h>
#include <linux/types.h>

/*
 * The pages that [offset, offset + len) touches, len > 0, of a slot of size
 * bytes: how many, from *first on. None beyond the slot, whatever is asked for:
 * a bit there would take the right to write from the slot that follows, and
 * nobody would flush that slot's addresses.
 */
static inline u64 keel_log_span(u64 offset, u64 len, u64 size, unsigned int page_shift, u64 *first)
{
	*first = offset >> page_shift;
	if (offset >= size)
		return 0;
	len = min(len, size - offset);
	return ((offset + len - 1) >> page_shift) - *first + 1;
}

#endif
