/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which of the distributor's registers EL2 answers by itself, by the table in dist.def. Pure: for
 * the EL2 image and unit tests. The host's way is dist.c.
 */
#ifndef KEEL_VGIC_DIST_FAST_H
#define KEEL_VGIC_DIST_FAST_H

#include <linux/compiler.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/kernel.h>
#include <linux/types.h>
#include "../../hyp/gic_share.h"
#include "../field.h"
#include "../regmap.h"

/* where: in share. */
static inline bool keel_dist_read_shared(const struct keel_gic_share *share, size_t where, u64 *val)
{
	if (!where)
		return false;
	*val = READ_ONCE(*(const u32 *)((const char *)share + where));
	return true;
}

/* A read of 32 bits at offset. False: no register of that width, or not EL2's. */
static inline bool keel_dist_read_word(const struct keel_gic_share *share, u32 offset, u64 *val)
{
	switch (offset) {
#define DIST_WORD(offset_, shared, read, write, user_write) \
	case (offset_): \
		return keel_dist_read_shared(share, shared, val);
#define SHARED(word)	offsetof(struct keel_gic_share, word)
#include "dist.def"
#undef SHARED
	}
	return false;
}

/* The fields of an access: their kind, width, first interrupt and number. */
struct keel_dist_fields {
	enum keel_field kind;
	u32 bits, intid, n;
};

/* len: a power of two. False: no fields, or no access that they take, or not EL2's. */
static inline bool keel_dist_find_fields(u32 offset, unsigned int len, struct keel_dist_fields *f)
{
	if (offset & (len - 1))
		return false;
	switch (offset) {
#define DIST_FIELDS(offset_, bits_, widths_, kind_, field, user_field) \
	case (offset_) ... (offset_) + 1024 * (bits_) / 8 - 1: \
		*f = (struct keel_dist_fields){ \
			(kind_), (bits_), (offset - (offset_)) * 8 / (bits_), len * 8 / (bits_) \
		}; \
		return (kind_) != KEEL_NO_FIELD && (len & (widths_));
#include "dist.def"
	}
	return false;
}

#endif
