// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* The two forms of a list register, one into the other. */
#include <linux/bits.h>
#include "lr.h"

#define LR2_INTID	0x3ffU
#define LR2_CPUID	(7U << 10)	/* without HW: who sent the SGI */
#define LR2_PINTID_SHIFT 10		/* with HW */
#define LR2_EOI		BIT(19)		/* without HW */
#define LR2_PRIO_SHIFT	23		/* the five upper bits of a priority */
#define LR2_PENDING	BIT(28)
#define LR2_ACTIVE	BIT(29)
#define LR2_GROUP1	BIT(30)
#define LR2_HW		BIT(31)

u32 keel_lr2_encode(u64 lr)
{
	u32 val = (lr & LR2_INTID) | (u32)(lr >> KEEL_LR_PRIO_SHIFT & 0xff) >> 3 << LR2_PRIO_SHIFT;

	if (lr & KEEL_LR_HW) {
		val |= LR2_HW | (u32)(lr >> KEEL_LR_PINTID_SHIFT & LR2_INTID) << LR2_PINTID_SHIFT;
	} else {
		val |= lr & LR2_CPUID;
		if (lr & KEEL_LR_EOI)
			val |= LR2_EOI;
	}
	if (lr & KEEL_LR_GROUP1)
		val |= LR2_GROUP1;
	if (lr & KEEL_LR_PENDING)
		val |= LR2_PENDING;
	if (lr & KEEL_LR_ACTIVE)
		val |= LR2_ACTIVE;
	return val;
}

u64 keel_lr2_update(u64 lr, u32 lr2)
{
	lr &= ~KEEL_LR_STATE;
	if (lr2 & LR2_PENDING)
		lr |= KEEL_LR_PENDING;
	if (lr2 & LR2_ACTIVE)
		lr |= KEEL_LR_ACTIVE;
	return lr;
}
