// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* Search in a frame's table of registers, and the fields per interrupt. Locking is frame.c's. */
#include "field.h"
#include "regmap.h"

static u32 get_group(const struct keel_irq_state *s)
{
	return keel_field_get(s, KEEL_GROUP);
}

static void set_group(struct keel_irq_state *s, u32 val)
{
	keel_field_set(s, KEEL_GROUP, val);
}

static u32 get_enable(const struct keel_irq_state *s)
{
	return keel_field_get(s, KEEL_ENABLE);
}

static void set_enable(struct keel_irq_state *s, u32 val)
{
	keel_field_set(s, KEEL_ENABLE, val);
}

static void clear_enable(struct keel_irq_state *s, u32 val)
{
	keel_field_set(s, KEEL_DISABLE, val);
}

static u32 get_pending(const struct keel_irq_state *s)
{
	return keel_irq_pending(s);
}

static void set_pending(struct keel_irq_state *s, u32 val)
{
	s->latch = true;
}

/* What is pending because of its line stays so. */
static void clear_pending(struct keel_irq_state *s, u32 val)
{
	s->latch = false;
}

/* User space saves line and latch one by one. */
static u32 get_latch(const struct keel_irq_state *s)
{
	return s->latch;
}

static void set_latch(struct keel_irq_state *s, u32 val)
{
	s->latch = val;
}

static u32 get_active(const struct keel_irq_state *s)
{
	return s->active;
}

static void set_active(struct keel_irq_state *s, u32 val)
{
	keel_irq_activate(s);
}

static void clear_active(struct keel_irq_state *s, u32 val)
{
	s->active = false;
}

static u32 get_priority(const struct keel_irq_state *s)
{
	return keel_field_get(s, KEEL_PRIORITY);
}

static void set_priority(struct keel_irq_state *s, u32 val)
{
	keel_field_set(s, KEEL_PRIORITY, val);
}

static u32 get_config(const struct keel_irq_state *s)
{
	return keel_field_get(s, KEEL_CONFIG);
}

static void set_config(struct keel_irq_state *s, u32 val)
{
	keel_field_set(s, KEEL_CONFIG, val);
}

const struct keel_regmap_field keel_regmap_group = {
	.get = get_group, .set = set_group, .withdraws = true,
};
const struct keel_regmap_field keel_regmap_set_enable = {
	.get = get_enable, .set = set_enable, .ones = KEEL_FIELD_ONES(KEEL_ENABLE),
};
const struct keel_regmap_field keel_regmap_clear_enable = {
	.get = get_enable, .set = clear_enable, .ones = KEEL_FIELD_ONES(KEEL_DISABLE),
	.withdraws = true,
};
const struct keel_regmap_field keel_regmap_set_pending = {
	.get = get_pending, .set = set_pending, .ones = true, .sync_read = true,
};
const struct keel_regmap_field keel_regmap_clear_pending = {
	.get = get_pending, .set = clear_pending, .ones = true, .sync_read = true,
	.sync_write = true,
};
const struct keel_regmap_field keel_regmap_user_pending = {
	.get = get_latch, .set = set_latch,
};
const struct keel_regmap_field keel_regmap_set_active = {
	.get = get_active, .set = set_active, .ones = true, .sync_read = true, .sync_write = true,
};
const struct keel_regmap_field keel_regmap_clear_active = {
	.get = get_active, .set = clear_active, .ones = true, .sync_read = true, .sync_write = true,
};
const struct keel_regmap_field keel_regmap_priority = {
	.get = get_priority, .set = set_priority, .withdraws = true,
};
const struct keel_regmap_field keel_regmap_config = {
	.get = get_config, .set = set_config,
};
const struct keel_regmap_field keel_regmap_none = {};

static const struct keel_regmap_reg *search(const struct keel_regmap *map, u32 offset)
{
	unsigned int lo = 0, hi = map->nr;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;
		const struct keel_regmap_reg *reg = &map->reg[mid];

		if (offset < reg->offset)
			hi = mid;
		else if (offset - reg->offset >= reg->len)
			lo = mid + 1;
		else
			return reg;
	}
	return NULL;
}

const struct keel_regmap_reg *keel_regmap_find(const struct keel_regmap *map, u32 offset, int len)
{
	const struct keel_regmap_reg *reg;

	if (len != KEEL_W8 && len != KEEL_W32 && len != KEEL_W64)
		return NULL;
	if (offset & (len - 1))
		return NULL;
	reg = search(map, offset);
	return reg && (reg->widths & len) ? reg : NULL;
}

u32 keel_regmap_intid(const struct keel_regmap_reg *reg, u32 offset)
{
	return (offset - reg->offset) * 8 / reg->bits;
}

static unsigned int shift(const struct keel_regmap_reg *reg, u32 offset)
{
	return (offset - reg->offset) % reg->size * 8;
}

static u64 ones(int len)
{
	return len == KEEL_W64 ? ~0ULL : (1ULL << (len * 8)) - 1;
}

u64 keel_regmap_slice(const struct keel_regmap_reg *reg, u32 offset, int len, u64 val)
{
	return val >> shift(reg, offset) & ones(len);
}

u64 keel_regmap_place(const struct keel_regmap_reg *reg, u32 offset, u64 val)
{
	return val << shift(reg, offset);
}

u64 keel_regmap_mask(const struct keel_regmap_reg *reg, u32 offset, int len)
{
	return ones(len) << shift(reg, offset);
}
