// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* One interrupt as a state machine, and its form in a list register. */
#include <linux/types.h>
#include "irq.h"

bool keel_irq_set_line(struct keel_irq_state *s, bool level)
{
	bool changed = s->line != level;

	s->line = level;
	if (s->level)
		return changed;
	if (level)
		s->latch = true;
	return level;
}

void keel_irq_add_senders(struct keel_irq_state *s, u8 senders)
{
	s->senders |= senders;
	s->latch = s->senders;
}

void keel_irq_remove_senders(struct keel_irq_state *s, u8 senders)
{
	s->senders &= ~senders;
	s->latch = s->senders;
}

/* The guest is told one sender at a time; it exits at that one's end if there are more. */
static u64 take_sender(struct keel_irq_state *s, bool pending)
{
	if (pending && s->senders) {
		s->sender = __builtin_ctz(s->senders);
		keel_irq_remove_senders(s, 1U << s->sender);
	}
	return (u64)s->sender << KEEL_LR_SENDER_SHIFT | (s->senders ? KEEL_LR_EOI : 0);
}

static u64 show(struct keel_irq_state *s)
{
	if (!s->active || !s->shown) {
		s->shown = true;
		s->shown_priority = s->priority;
		s->shown_group1 = s->group1;
	}
	return s->intid | (u64)s->shown_priority << KEEL_LR_PRIO_SHIFT |
	       (s->shown_group1 ? KEEL_LR_GROUP1 : 0);
}

u64 keel_irq_to_lr(struct keel_irq_state *s)
{
	bool pending = keel_irq_deliverable(s);
	u64 lr = show(s);

	if (s->hw)
		lr |= KEEL_LR_HW | (u64)(s->hwintid & KEEL_LR_PINTID) << KEEL_LR_PINTID_SHIFT;
	else if (s->level)
		lr |= KEEL_LR_EOI;
	if (s->active) {
		lr |= KEEL_LR_ACTIVE;
		/*
		 * with HW set both states at once are UNPREDICTABLE; a list register has one sender
		 */
		if (s->level || s->hw || s->by_sender)
			pending = false;
	}
	if (pending) {
		lr |= KEEL_LR_PENDING;
		s->lr_latch = s->latch;
		s->latch = false;
	}
	if (s->by_sender)
		lr |= take_sender(s, pending);
	return lr;
}

bool keel_irq_from_lr(struct keel_irq_state *s, u64 lr)
{
	/* LPIs have no active state */
	s->active = (lr & KEEL_LR_ACTIVE) && s->intid < KEEL_FIRST_LPI;
	if ((lr & KEEL_LR_PENDING) && s->lr_latch) {
		s->latch = true;
		if (s->by_sender)
			s->senders |= 1U << s->sender;
	}
	s->lr_latch = false;
	return !(lr & KEEL_LR_STATE) && s->level && !s->hw;
}

bool keel_irq_deactivate(struct keel_irq_state *s)
{
	bool was = s->active;

	s->active = false;
	return was && s->level && !s->hw;
}
