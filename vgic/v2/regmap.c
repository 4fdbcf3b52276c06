// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* Fields per interrupt that only a GICv2's distributor has (IHI 0048B, 4.3). */
#include "../regmap.h"

static u32 get_pending(const struct keel_irq_state *s)
{
	return keel_irq_pending(s);
}

/* An SGI is pending for somebody: GICD_SGIR and GICD_SPENDSGIR<n> say for whom. */
static void set_pending(struct keel_irq_state *s, u32 val)
{
	if (!s->by_sender)
		s->latch = true;
}

static void clear_pending(struct keel_irq_state *s, u32 val)
{
	if (!s->by_sender)
		s->latch = false;
}

/* User space restores an SGI as its vCPU's own, unless it says more by GICD_SPENDSGIR<n>. */
static void user_set_pending(struct keel_irq_state *s, u32 val)
{
	if (s->by_sender)
		keel_irq_add_senders(s, s->targets);
	else
		s->latch = true;
}

static void user_clear_pending(struct keel_irq_state *s, u32 val)
{
	s->senders = 0;
	s->latch = false;
}

static u32 get_targets(const struct keel_irq_state *s)
{
	return s->targets;
}

static void set_targets(struct keel_irq_state *s, u32 val)
{
	if (s->intid >= KEEL_NR_PRIVATE)
		s->targets = val;
}

static u32 get_senders(const struct keel_irq_state *s)
{
	return s->senders;
}

static void add_senders(struct keel_irq_state *s, u32 val)
{
	keel_irq_add_senders(s, val);
}

static void remove_senders(struct keel_irq_state *s, u32 val)
{
	keel_irq_remove_senders(s, val);
}

const struct keel_regmap_field keel_regmap2_set_pending = {
	.get = get_pending, .set = set_pending, .ones = true, .sync_read = true,
};
const struct keel_regmap_field keel_regmap2_clear_pending = {
	.get = get_pending, .set = clear_pending, .ones = true, .sync_read = true,
	.sync_write = true,
};
const struct keel_regmap_field keel_regmap2_user_set_pending = {
	.get = get_pending, .set = user_set_pending, .ones = true,
};
const struct keel_regmap_field keel_regmap2_user_clear_pending = {
	.get = get_pending, .set = user_clear_pending, .ones = true,
};
const struct keel_regmap_field keel_regmap2_targets = {
	.get = get_targets, .set = set_targets, .withdraws = true, .routes = true,
};
const struct keel_regmap_field keel_regmap2_add_senders = {
	.get = get_senders, .set = add_senders, .ones = true,
};
const struct keel_regmap_field keel_regmap2_remove_senders = {
	.get = get_senders, .set = remove_senders, .ones = true,
};
