// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: vgic/field.h vgic/regmap.c vgic/v2/regmap.c vgic/irq.c
 *
 * Every field of a distributor's registers, every state of an interrupt and every value: what was
 * written is read, what a field is not about stays as it was, and the registers' tables do what
 * EL2 does by itself (vgic/field.h).
 */
#include "vgic/field.h"
#include "vgic/regmap.h"
#include "prove.h"

static struct keel_irq_state s, t, old;

static const struct keel_regmap_field *const fields[] = {
	&keel_regmap_group, &keel_regmap_set_enable, &keel_regmap_clear_enable,
		&keel_regmap_priority, &keel_regmap_config,
};
static const enum keel_field kinds[] =
	{ KEEL_GROUP, KEEL_ENABLE, KEEL_DISABLE, KEEL_PRIORITY, KEEL_CONFIG };

static void any_state(void)
{
	s = (struct keel_irq_state){
		.intid = any_below(1020), .priority = any_u8(), .enabled = any_bool(),
			.group1 = any_bool(), .level = any_bool(),
		.line = any_bool(), .latch = any_bool(), .active = any_bool(), .targets = any_u8(),
		.by_sender = any_bool(), .senders = any_u8(), .sender = any_below(8),
	};
	given(!s.by_sender || (s.intid < 16 && !s.level && s.latch == !!s.senders));
	given(s.by_sender || !s.senders);
	t = old = s;
}

static bool is_alike(const struct keel_irq_state *a, const struct keel_irq_state *b)
{
	return a->intid == b->intid && a->priority == b->priority && a->enabled == b->enabled &&
		a->group1 == b->group1 &&
	       a->level == b->level && a->line == b->line && a->latch == b->latch &&
		       a->active == b->active &&
	       a->targets == b->targets && a->senders == b->senders;
}

/* The GICv2's own. */
static void senders(void)
{
	u8 val = any_u8();

	any_state();
	given(s.by_sender);
	keel_regmap2_add_senders.set(&s, val);
	holds(s.senders == (old.senders | val) && s.latch == !!s.senders);
	keel_regmap2_remove_senders.set(&s, val);
	holds(s.senders == (old.senders & ~val) && s.latch == !!s.senders);
	keel_regmap2_set_pending.set(&s, 1);
	keel_regmap2_clear_pending.set(&s, 1);
	holds(s.senders == (old.senders & ~val) && s.latch == !!s.senders);
	keel_regmap2_user_clear_pending.set(&s, 1);
	holds(!s.senders && !s.latch);
	keel_regmap2_targets.set(&s, val);
	holds(s.targets == old.targets);
	reached(old.senders & val);
}

int main(void)
{
	unsigned int i = any_below(5);
	u32 val = any_u32() & (i < 3 ? 1 : i == 3 ? 255 : 3);

	any_state();
	given(!fields[i]->ones || val);
	fields[i]->set(&s, val);
	keel_field_set(&t, kinds[i], val);
	holds(is_alike(&s, &t));
	holds(fields[i]->get(&s) == keel_field_get(&s, kinds[i]));
	implies(i == 0, s.group1 == val);
	implies(i == 1, s.enabled);
	implies(i == 2, !s.enabled);
	implies(i == 3, fields[i]->get(&s) == (val & 0xf8));
	/* bit 0 is RES0; SGIs and PPIs are as they are */
	implies(i == 4 && s.intid >= 32, fields[i]->get(&s) == (val & 2));
	implies(i == 4 && s.intid < 32, s.level == old.level);
	/* nothing of another kind */
	t = s;
	t.group1 = i == 0 ? old.group1 : t.group1;
	t.enabled = i == 1 || i == 2 ? old.enabled : t.enabled;
	t.priority = i == 3 ? old.priority : t.priority;
	t.level = i == 4 ? old.level : t.level;
	holds(is_alike(&t, &old));
	reached(i == 4 && s.level && !old.level);
	reached(i == 3 && s.priority != val);

	any_state();
	given(!s.by_sender);
	keel_regmap_clear_pending.set(&s, 1);
	/* a line that is high stays pending, an edge does not */
	holds(keel_regmap_set_pending.get(&s) == (s.level && s.line));
	keel_regmap_set_pending.set(&s, 1);
	holds(keel_regmap_clear_pending.get(&s) == 1);
	s.targets = old.targets;
	keel_regmap2_targets.set(&s, val);
	holds(s.targets == (s.intid >= 32 ? val & 0xff : old.targets));
	senders();
	return 0;
}

/* mutant: vgic/field.h: s/val \& KEEL_FIELD_PRIORITY/val/ */
/* mutant: vgic/field.h: s/if (s->intid >= KEEL_NR_PRIVATE)/if (s->intid > KEEL_NR_PRIVATE)/ */
/* mutant: vgic/regmap.c: s/keel_field_set(s, KEEL_DISABLE, val);/s->enabled = val;/ */
/* mutant: vgic/v2/regmap.c: s/s->senders = 0;/;/ */
/* mutant: vgic/v2/regmap.c: s/keel_irq_remove_senders(s, val);/keel_irq_add_senders(s, val);/ */
/* mutant: vgic/v2/regmap.c: s/if (!s->by_sender)$/if (1)/ */
