// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: vgic/irq.c
 * unwind: 1
 *
 * Every state of an interrupt: its list register names it and no other, never holds both states
 * where the architecture forbids that, and what was pending is neither lost nor doubled whether
 * the guest takes it or leaves it.
 */
#include "vgic/irq.h"
#include "prove.h"

static struct keel_irq_state any_irq(void)
{
	struct keel_irq_state s = {
		.intid = any_u32(), .priority = any_u8(), .enabled = any_bool(), .group1 = any_bool(), .level = any_bool(),
		.line = any_bool(), .latch = any_bool(), .active = any_bool(), .shown = any_bool(),
		.shown_priority = any_u8(), .shown_group1 = any_bool(), .hw = any_bool(), .hwintid = any_u32(),
		.by_sender = any_bool(), .senders = any_u8(), .sender = any_below(8),
	};

	given(s.intid < 1 << 24);
	given(s.intid < KEEL_FIRST_LPI || (!s.active && !s.level && !s.hw));
	/* SGIs of a GICv2 are edges of 0 to 15 */
	given(!s.by_sender || (s.intid < 16 && !s.level && !s.hw && s.latch == !!s.senders));
	return s;
}

int main(void)
{
	struct keel_irq_state s = any_irq(), before = s, shown;
	u64 lr = keel_irq_to_lr(&s), back;
	bool was = keel_irq_deliverable(&before);

	holds((lr & 0x3ff) == (before.intid & 0x3ff) || before.intid >= 1024);
	implies(!before.by_sender, (u32)lr == before.intid);
	implies(lr & KEEL_LR_PENDING, was);
	implies((lr & KEEL_LR_STATE) == KEEL_LR_STATE,
		!before.level && !before.hw && !before.by_sender);
	holds(!!(lr & KEEL_LR_ACTIVE) == before.active);
	holds(!!(lr & KEEL_LR_HW) == before.hw);
	implies(before.hw, (lr >> 32 & 0x1fff) == (before.hwintid & 0x1fff));
	implies(before.level && !before.hw, lr & KEEL_LR_EOI);
	implies(was && !before.active, lr & KEEL_LR_PENDING);
	/* what is active ends with the priority and group that it was acknowledged with */
	implies(before.active && before.shown,
		(lr >> 48 & 255) == before.shown_priority &&
			!!(lr & KEEL_LR_GROUP1) == before.shown_group1);
	implies(!before.active, (lr >> 48 & 255) == before.priority);
	shown = s;
	/* left as it was: all that was pending is so again */
	keel_irq_from_lr(&s, lr);
	implies(before.latch, s.latch);
	implies(!before.latch, !s.latch || before.by_sender);
	holds(s.active == before.active && s.senders == before.senders);
	/* taken and ended: the edge is gone, the line is looked at again */
	s = shown;
	back = lr & ~KEEL_LR_STATE;
	implies(keel_irq_from_lr(&s, back), before.level && !before.hw);
	holds(!s.active && !s.lr_latch);
	implies((lr & KEEL_LR_PENDING) && !before.by_sender, !s.latch);
	implies(!(lr & KEEL_LR_PENDING), s.latch == before.latch);
	reached((lr & KEEL_LR_STATE) == KEEL_LR_STATE);
	reached(before.by_sender && s.senders && !before.active);
	reached(before.level && was && before.active);
	return 0;
}

/* mutant: vgic/irq.c: s/s->level || s->hw || s->by_sender/s->hw || s->by_sender/ */
/* mutant: vgic/irq.c: s/s->lr_latch = s->latch;/;/ */
/* mutant: vgic/irq.c: s/s->latch = false;$/;/ */
/* mutant: vgic/irq.c: s/if (!s->active || !s->shown)/if (1)/ */
/* mutant: vgic/irq.c: s/else if (s->level)/if (s->level)/ */
