/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * Which pages of a slot's log stand for a stretch of guest memory, and which are cleared together.
 */
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

/* Those bits of a word of the log that are pages of a slot of so many. */
static inline u64 keel_log_word_mask(u64 pages, u64 word)
{
	u64 left = pages > word * 64 ? pages - word * 64 : 0;

	return left < 64 ? (1ULL << left) - 1 : ~0ULL;
}

/* Are nr pages from first on, a multiple of 64, whole words of the log or all to its end? */
static inline bool keel_log_is_clearable(u64 pages, u64 first, u64 nr)
{
	return first <= pages && nr <= pages - first && (nr % 64 == 0 || nr == pages - first);
}

#endif
