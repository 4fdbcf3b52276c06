/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/* A command of an ITS's queue (IHI 0069, 5.3): 32 bytes, taken apart. */
#ifndef KEEL_VGIC_ITS_CMD_H
#define KEEL_VGIC_ITS_CMD_H

#include <linux/types.h>

#define KEEL_ITS_CMD_SIZE	32

enum keel_its_op {
	KEEL_ITS_MOVI = 0x01,
	KEEL_ITS_INT = 0x03,
	KEEL_ITS_CLEAR = 0x04,
	KEEL_ITS_SYNC = 0x05,
	KEEL_ITS_MAPD = 0x08,
	KEEL_ITS_MAPC = 0x09,
	KEEL_ITS_MAPTI = 0x0a,
	KEEL_ITS_MAPI = 0x0b,
	KEEL_ITS_INV = 0x0c,
	KEEL_ITS_INVALL = 0x0d,
	KEEL_ITS_MOVALL = 0x0e,
	KEEL_ITS_DISCARD = 0x0f,
};

/* Which fields a command has depends on op; the others hold whatever is there. */
struct keel_its_cmd {
	u8 op;
	bool valid;		/* MAPD, MAPC: map, else unmap */
	u8 event_bits;		/* MAPD: 1..32 */
	u32 device, event;
	u32 intid;		/* MAPTI, and MAPI where it is the event */
	u16 collection;
	u32 rdbase, rdbase2;	/* MAPC, MOVALL: Processor_Number */
	u64 itt;		/* MAPD: guest physical */
};

struct keel_its_cmd keel_its_cmd_decode(const u64 dw[4]);

#endif
