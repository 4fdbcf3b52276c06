/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * Reading an image that somebody may have made up: what holds of it once keel_image_check() said 0.
 */
#ifndef KEEL_IMAGE_PARSE_H
#define KEEL_IMAGE_PARSE_H

#include "format.h"

/* One that was checked, in memory, aligned to 8 bytes. */
struct keel_image {
	const void *start;
	u64 size;
	u64 at;			/* where the last section was found: the next one mostly follows */
};

/*
 * Is it whole and does it make sense by itself: sections in order, each vCPU's and ITS's there
 * once, records of their size, numbers in range, registers with their values. 0; -EINVAL; -EPROTO:
 * it is newer, or has a section that must be known and is not.
 */
int keel_image_check(const void *image, u64 size);
/* The section's contents, with its length, or NULL: there is none. */
const void *keel_image_find(struct keel_image *image, u32 tag, u32 index, u32 *len);
/* The contents of a section that keel_image_check() found there. */
const void *keel_image_get(struct keel_image *image, u32 tag, u32 index);
/* Are these images of VMs that were made the same way, with the same registers? Both checked. */
bool keel_image_alike(struct keel_image *a, struct keel_image *b);

/* The register at a place in KEEL_IMAGE_REGS: bytes that it takes there, 0: malformed. */
u32 keel_image_reg_room(u64 id);

/*
 * The offset of a VM's counter, here and now, that had this one when it was saved. Unless frozen it
 * counts on by what the host's counter did, or, under another load of keel, by the time of day:
 * never backwards.
 */
u64 keel_image_offset(const struct keel_image_clock *saved, u64 offset,
		      const struct keel_image_clock *now, bool freeze);

#endif
