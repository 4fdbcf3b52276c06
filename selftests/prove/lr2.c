// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: vgic/v2/lr.c
 *
 * Every list register in the GICv2's form: number, state, group, priority, sender and the host's
 * number are those of the other form, and state alone comes back.
 */
#include "vgic/irq.h"
#include "vgic/v2/lr.h"
#include "prove.h"

int main(void)
{
	u64 lr = any_u64(), back;
	u32 v2 = keel_lr2_encode(lr), other = any_u32();

	holds((v2 & 0x3ff) == (lr & 0x3ff));
	holds((v2 >> 28 & 3) == lr >> 62);
	holds((v2 >> 30 & 1) == (lr >> 60 & 1) && v2 >> 31 == (lr >> 61 & 1));
	holds((v2 >> 23 & 31) == (lr >> 51 & 31));
	implies(lr & KEEL_LR_HW, (v2 >> 10 & 0x3ff) == (lr >> 32 & 0x3ff));
	implies(!(lr & KEEL_LR_HW), (v2 >> 10 & 7) == (lr >> 10 & 7) &&
		(v2 >> 19 & 1) == (lr >> 41 & 1));
	back = keel_lr2_update(lr, other);
	holds(back >> 62 == (other >> 28 & 3) && !((back ^ lr) << 2));
	holds(keel_lr2_update(lr, v2) == lr);
	reached((lr & KEEL_LR_HW) && (v2 & 1 << 19));
	return 0;
}

/* mutant: vgic/v2/lr.c: s/\& 0xff) >> 3 << LR2_PRIO_SHIFT/\& 0xff) << LR2_PRIO_SHIFT/ */
/* mutant: vgic/v2/lr.c: s/lr \&= ~KEEL_LR_STATE;/;/ */
/* mutant: vgic/v2/lr.c: s/val |= lr \& LR2_CPUID;/;/ */
/* mutant: vgic/v2/lr.c: s/lr >> KEEL_LR_PINTID_SHIFT \& LR2_INTID/lr >> KEEL_LR_PINTID_SHIFT/ */
/* mutant: vgic/v2/lr.c: s/if (lr2 \& LR2_ACTIVE)/if (lr2 \& LR2_PENDING)/ */
