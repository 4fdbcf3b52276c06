// SPDX-License-Identifier: GPL-2.0-only
/*
 * long:
 * proves: hyp/gicc.c
 * unwind: 17
 *
 * EL2's path of a GICv2's CPU interface in software: any state of it, any register, any value
 * written, as a guest may choose them. No list is left, whatever "listed" and "first" say; nothing
 * that is not in the list is acknowledged; what is acknowledged was more urgent than the mask and
 * than what runs; an active interrupt of the host's that ended is told of.
 */
#include "hyp/gicc.h"
#include "vgic/hw.h"
#include "vgic/irq.h"
#include "prove.h"

#define N	3

static struct keel_ctx_gic g;

int main(void)
{
	u32 offset = any_u32(), val = any_u32(), got, apr;
	u64 old[N];
	bool was_pending = false, done;

	g.vmcr = any_u32();
	g.events = any_u32();
	g.ap0r[0] = apr = any_u32();
	for (unsigned int i = 0; i < N; i++) {
		g.lr[i] = old[i] = any_u64();
		was_pending |= (old[i] & KEEL_LR_STATE) == KEEL_LR_PENDING;
	}
	keel_gicc_begin(&g, any_below(N + 1), g.events);
	holds(g.first <= KEEL_NR_LRS && (g.first == KEEL_NR_LRS || g.first < g.listed));
	implies(keel_gicc_signal(&g) != KEEL_GICC_NONE, was_pending && (g.vmcr & 3));
	if (any_bool()) {
		enum keel_gicc_signal before = keel_gicc_signal(&g);
		u8 first = g.first;

		got = keel_gicc_read(&g, offset);
		if (offset == 0xc && (got & 0x3ff) < 1020) {
			holds(before != KEEL_GICC_NONE && first < g.listed);
			holds((got & 0x1fff) == got && (old[first] & 0x1fff) == got);
			holds((g.lr[first] & KEEL_LR_STATE) == KEEL_LR_ACTIVE);
			holds((old[first] >> 48 & 0xf8) < (g.vmcr >> 27 << 3));
			holds(g.ap0r[0] != apr);
			reached(apr != 0);
		} else if (offset != 0x20) {
			holds(g.ap0r[0] == apr);
			for (unsigned int i = 0; i < N; i++)
				holds(g.lr[i] == old[i]);
		}
		implies(offset == 0xc && before == KEEL_GICC_NONE, (got & 0x3ff) >= 1020);
		reached(offset == 0x20 && got < 1020);
	} else {
		done = keel_gicc_write(&g, offset, val);
		implies(!done, offset == 0x1000);
		holds(g.ended <= g.listed);
		implies(g.ended, (old[g.ended - 1] & KEEL_LR_HW) &&
					 (old[g.ended - 1] & KEEL_LR_ACTIVE) &&
					 !(g.lr[g.ended - 1] & KEEL_LR_STATE));
		for (unsigned int i = 0; i < N; i++)
			holds((g.lr[i] ^ old[i]) == 0 || ((g.lr[i] ^ old[i]) == KEEL_LR_ACTIVE &&
							  !(g.lr[i] & KEEL_LR_ACTIVE)));
		reached(g.ended && offset == 0x10);
		reached(g.ended && offset == 0x1000);
	}
	holds(g.first <= KEEL_NR_LRS && (g.first == KEEL_NR_LRS || g.first < g.listed));
	return 0;
}

/* mutant: hyp/gicc.c: s/i >= NOTHING || priority_of(g->lr\[i\]) >= mask(g) ||/i >= NOTHING ||/ */
/* mutant: hyp/gicc.c: s/g->ended = i + 1;/g->ended = i + 2;/ */
/* mutant: hyp/gicc.c: s/(lr \& KEEL_LR_STATE) != KEEL_LR_PENDING ||/!(lr \& KEEL_LR_PENDING) ||/ */
/* mutant: hyp/gicc.c: s/if ((id \& INTID) >= FIRST_SPECIAL)/if (i == NOTHING)/ */
/* mutant: hyp/gicc.c: s/g->ap0r\[0\] |= BIT(group_priority(g, g->lr\[i\]) >> 3);/;/ */
