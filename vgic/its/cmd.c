// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* Decoding of the ITS's commands (IHI 0069, 5.3). */
#include <linux/bits.h>
#include "cmd.h"

static u64 field(u64 dw, unsigned int hi, unsigned int lo)
{
	return (dw & GENMASK_ULL(hi, lo)) >> lo;
}

struct keel_its_cmd keel_its_cmd_decode(const u64 dw[4])
{
	struct keel_its_cmd cmd = {
		.op = field(dw[0], 7, 0),
		.device = field(dw[0], 63, 32),
		.event = field(dw[1], 31, 0),
		.event_bits = field(dw[1], 4, 0) + 1,
		.intid = field(dw[1], 63, 32),
		.collection = field(dw[2], 15, 0),
		.rdbase = field(dw[2], 47, 16),
		.rdbase2 = field(dw[3], 47, 16),
		.itt = dw[2] & GENMASK_ULL(51, 8),
		.valid = field(dw[2], 63, 63),
	};

	if (cmd.op == KEEL_ITS_MAPI)
		cmd.intid = cmd.event;
	return cmd;
}
