/* SPDX-License-Identifier: GPL-2.0-only */
/* Writing an image: first to learn its size, then into memory. */
#ifndef KEEL_IMAGE_OUT_H
#define KEEL_IMAGE_OUT_H

#include <linux/errno.h>
#include <linux/string.h>
#include "format.h"

struct keel_image_out {
	void *start;		/* NULL: only count */
	u64 room, len;
	u64 section;		/* where the open one begins */
	u32 sections;
	int err;		/* the first error; then the rest does not matter */
};

/*
 * Room for size bytes, a multiple of 8, all of which the caller writes; NULL: there is none, or
 * nothing is written.
 */
static inline void *keel_image_reserve(struct keel_image_out *out, u64 size)
{
	void *at = out->start + out->len;

	out->len += size;
	/* who counted saw less */
	if (out->start && out->len > out->room)
		out->err = out->err ?: -EAGAIN;
	return out->start && !out->err ? at : NULL;
}

static inline void keel_image_put(struct keel_image_out *out, const void *record, u64 size)
{
	void *at = keel_image_reserve(out, size);

	if (at)
		memcpy(at, record, size);
}

static inline void keel_image_begin(struct keel_image_out *out, u32 tag, u32 index)
{
	struct keel_image_section s = { .tag = tag, .version = 1, .index = index };

	out->section = out->len;
	out->sections++;
	keel_image_put(out, &s, sizeof(s));
}

static inline void keel_image_end(struct keel_image_out *out)
{
	struct keel_image_section *s = out->start + out->section;

	if (out->start && !out->err)
		s->len = out->len - out->section - sizeof(*s);
}

/* A section that is one record. */
static inline void keel_image_section(struct keel_image_out *out, u32 tag, u32 index,
				      const void *record, u64 size)
{
	keel_image_begin(out, tag, index);
	keel_image_put(out, record, size);
	keel_image_end(out);
}

#endif
