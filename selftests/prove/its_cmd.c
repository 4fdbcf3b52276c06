// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: vgic/its/cmd.c
 *
 * Any 32 bytes: each field of a command is what IHI 0069, 5.3, has at its place, and within its
 * width.
 */
#include "vgic/its/cmd.h"
#include "prove.h"

int main(void)
{
	const u64 dw[4] = { any_u64(), any_u64(), any_u64(), any_u64() };
	struct keel_its_cmd c = keel_its_cmd_decode(dw);

	holds(c.op == (u8)dw[0]);
	holds(c.device == dw[0] >> 32);
	holds(c.event == (u32)dw[1]);
	holds(c.event_bits >= 1 && c.event_bits <= 32 && c.event_bits == (dw[1] & 31) + 1);
	implies(c.op == KEEL_ITS_MAPI, c.intid == c.event);
	implies(c.op != KEEL_ITS_MAPI, c.intid == dw[1] >> 32);
	holds(c.collection == (u16)dw[2]);
	holds(c.rdbase == (u32)(dw[2] >> 16) && c.rdbase2 == (u32)(dw[3] >> 16));
	holds(!(c.itt & 0xff) && c.itt >> 52 == 0 &&
	      c.itt >> 8 == (dw[2] >> 8 & GENMASK_ULL(43, 0)));
	holds(c.valid == (bool)(dw[2] >> 63));
	reached(c.op == KEEL_ITS_MAPI && c.event != dw[1] >> 32);
	reached(c.event_bits == 32);
	reached(c.valid && c.itt);
	return 0;
}

/* mutant: vgic/its/cmd.c: s/field(dw\[1\], 4, 0) + 1/field(dw[1], 4, 0)/ */
/* mutant: vgic/its/cmd.c: s/GENMASK_ULL(51, 8)/GENMASK_ULL(52, 8)/ */
/* mutant: vgic/its/cmd.c: s/cmd.op == KEEL_ITS_MAPI)/0)/ */
/* mutant: vgic/its/cmd.c: s/field(dw\[3\], 47, 16)/field(dw[2], 47, 16)/ */
/* mutant: vgic/its/cmd.c: s/field(dw\[2\], 63, 63)/field(dw[2], 62, 62)/ */
