/* SPDX-License-Identifier: GPL-2.0-only */
/* The EL2 image inside the module. */
#ifndef KEEL_NVHE_BLOB_H
#define KEEL_NVHE_BLOB_H

#include <linux/types.h>

/* As image.lds writes it; offsets from the header's start, which is the text's. */
struct keel_image_header {
	u32 rodata, data, end;	/* where the text ends, and so on: multiples of 4 KiB */
	u32 start;		/* entry with the MMU off */
	u32 vectors, guest_vectors;
	u32 off, off_end;	/* code that runs with the MMU off */
};

extern const char keel_blob[], keel_blob_end[];

#endif
