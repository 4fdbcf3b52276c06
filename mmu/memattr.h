/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * Which memory stage 2 makes of a page, whatever the guest's tables say of it:
 * MemAttr[3:0] of a leaf. Documentation/vfio.rst has what comes of both.
 */
#ifndef KEEL_MMU_MEMATTR_H
#define KEEL_MMU_MEMATTR_H

#include <linux/types.h>

/* Arm ARM D8.6.6; with HCR_EL2.FWB, D8.6.7. The lower two are the same in both. */
#define KEEL_MEM_NORMAL_WB	0xf
#define KEEL_MEM_FWB_WB		0x6
#define KEEL_MEM_NORMAL_NC	0x5
#define KEEL_MEM_DEVICE_nGnRE	0x1

static inline unsigned int keel_memattr(bool device, bool nc, bool fwb)
{
	if (device)
		return KEEL_MEM_DEVICE_nGnRE;
	if (nc)
		return KEEL_MEM_NORMAL_NC;
	return fwb ? KEEL_MEM_FWB_WB : KEEL_MEM_NORMAL_WB;
}

#endif
