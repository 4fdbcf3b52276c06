/* SPDX-License-Identifier: GPL-2.0-only */
/* The EL2 image as data of the module; its copy is what runs. */
#include <linux/linkage.h>

	.section .rodata, "a"
	.balign	16
SYM_DATA_START(keel_blob)
	.incbin	"image.bin"
SYM_DATA_END_LABEL(keel_blob, SYM_L_GLOBAL, keel_blob_end)
