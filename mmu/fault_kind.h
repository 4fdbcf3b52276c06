/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/* What a stage-2 fault is about, by its status code (Arm ARM D24.2.40, "DFSC"). */
#ifndef KEEL_MMU_FAULT_KIND_H
#define KEEL_MMU_FAULT_KIND_H

#include <linux/compiler.h>
#include <linux/types.h>

enum keel_fault_kind {
	KEEL_FAULT_IS_TRANSLATION,
	KEEL_FAULT_IS_PERMISSION,
	KEEL_FAULT_IS_ACCESS,
	KEEL_FAULT_IS_ADDRESS_SIZE,
	KEEL_FAULT_IS_EXTERNAL,
	KEEL_FAULT_IS_CONFLICT, /* a TLB has two entries for the address */
	KEEL_FAULT_IS_OTHER,
};

/* fsc: 6 bits. Level -1 has codes of its own. */
static __always_inline enum keel_fault_kind keel_fault_kind(u8 fsc)
{
	switch (fsc) {
	case 0x00 ... 0x03:
	case 0x29:
		return KEEL_FAULT_IS_ADDRESS_SIZE;
	case 0x04 ... 0x07:
	case 0x2b:
		return KEEL_FAULT_IS_TRANSLATION;
	case 0x08 ... 0x0b:
		return KEEL_FAULT_IS_ACCESS;
	case 0x0c ... 0x0f:
		return KEEL_FAULT_IS_PERMISSION;
	case 0x10:
	case 0x13 ... 0x17:
	case 0x18:
	case 0x1b ... 0x1f:
		return KEEL_FAULT_IS_EXTERNAL;
	case 0x30:
		return KEEL_FAULT_IS_CONFLICT;
	default:
		return KEEL_FAULT_IS_OTHER;
	}
}

#endif
