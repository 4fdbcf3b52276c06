// SPDX-License-Identifier: GPL-2.0-only
/* pure: vgic/regmap.c */
/*
 * The register map of a GIC frame: what an access meets by offset, width and
 * alignment, the parts of 64-bit registers, and the fields per interrupt.
 */
#include "vgic/regmap.h"
#include "ktap.h"

static const struct keel_regmap_reg regs[] = {
	{ .offset = 0x00, .len = 4, .size = 4, .widths = KEEL_W32 },
	{ .offset = 0x08, .len = 8, .size = 8, .widths = KEEL_W32 | KEEL_W64 },
	{ .offset = 0x80, .len = 128, .size = 4, .bits = 1, .widths = KEEL_W32 },
	{ .offset = 0x400, .len = 1024, .size = 4, .bits = 8, .widths = KEEL_W32 | KEEL_W8 },
	{ .offset = 0x6000, .len = 8192, .size = 8, .bits = 64, .widths = KEEL_W32 | KEEL_W64 },
};

static const struct keel_regmap map = { .reg = regs, .nr = sizeof(regs) / sizeof(regs[0]) };

/* The same by looking at every entry. */
static const struct keel_regmap_reg *slow_find(u32 offset, int len)
{
	unsigned int i;

	for (i = 0; i < map.nr; i++)
		if (offset >= regs[i].offset && offset < regs[i].offset + regs[i].len)
			return offset % len == 0 && (regs[i].widths & len) ? &regs[i] : NULL;
	return NULL;
}

static void finds_what_a_walk_finds(void)
{
	static const int lens[] = { 1, 4, 8 };
	u32 offset, i;

	for (offset = 0; offset < 0x10000; offset++)
		for (i = 0; i < 3; i++)
			CHECK(keel_regmap_find(&map, offset, lens[i]) == slow_find(offset, lens[i]));
}

static void refuses_other_widths(void)
{
	int len;

	for (len = -1; len < 20; len++)
		if (len != 1 && len != 4 && len != 8)
			CHECK(!keel_regmap_find(&map, 0x400, len));
	CHECK(!keel_regmap_find(&map, ~0u, 1));
	CHECK(!keel_regmap_find(&map, ~3u, 4));
}

static void interrupts_by_offset(void)
{
	CHECK_EQ(keel_regmap_intid(&regs[2], 0x80), 0);
	CHECK_EQ(keel_regmap_intid(&regs[2], 0xfc), 992);
	CHECK_EQ(keel_regmap_intid(&regs[3], 0x403), 3);
	CHECK_EQ(keel_regmap_intid(&regs[4], 0x6000 + 8 * 40), 40);
	CHECK_EQ(keel_regmap_intid(&regs[4], 0x6004 + 8 * 40), 40);
}

static void halves_of_a_register(void)
{
	const struct keel_regmap_reg *r = &regs[4];
	u64 val = 0x1122334455667788;

	CHECK_EQ(keel_regmap_slice(r, 0x6008, 8, val), val);
	CHECK_EQ(keel_regmap_slice(r, 0x6008, 4, val), 0x55667788);
	CHECK_EQ(keel_regmap_slice(r, 0x600c, 4, val), 0x11223344);
	CHECK_EQ(keel_regmap_place(r, 0x600c, 0x11223344), 0x1122334400000000);
	CHECK_EQ(keel_regmap_mask(r, 0x600c, 4), 0xffffffff00000000);
	CHECK_EQ(keel_regmap_mask(r, 0x6008, 4), 0xffffffff);
	CHECK_EQ(keel_regmap_mask(r, 0x6008, 8), ~0ull);
}

static void pending_is_latch_or_line(void)
{
	struct keel_irq_state s = { .intid = 40, .level = true, .line = true };

	CHECK_EQ(keel_regmap_set_pending.get(&s), 1);
	CHECK_EQ(keel_regmap_user_pending.get(&s), 0);
	keel_regmap_clear_pending.set(&s, 1);
	CHECK_EQ(keel_regmap_clear_pending.get(&s), 1);
	keel_regmap_set_pending.set(&s, 1);
	s.line = false;
	CHECK_EQ(keel_regmap_set_pending.get(&s), 1);
	keel_regmap_user_pending.set(&s, 0);
	CHECK_EQ(keel_regmap_set_pending.get(&s), 0);
	s.level = false;
	s.line = true;
	CHECK_EQ(keel_regmap_set_pending.get(&s), 0);
}

static void fields(void)
{
	struct keel_irq_state s = { .intid = 40 };

	keel_regmap_priority.set(&s, 0xff);
	CHECK_EQ(keel_regmap_priority.get(&s), 0xf8);
	keel_regmap_set_enable.set(&s, 1);
	CHECK_EQ(keel_regmap_clear_enable.get(&s), 1);
	keel_regmap_clear_enable.set(&s, 1);
	CHECK_EQ(keel_regmap_set_enable.get(&s), 0);
	keel_regmap_set_active.set(&s, 1);
	CHECK_EQ(keel_regmap_clear_active.get(&s), 1);
	keel_regmap_clear_active.set(&s, 1);
	CHECK_EQ(keel_regmap_set_active.get(&s), 0);
	keel_regmap_group.set(&s, 1);
	CHECK_EQ(keel_regmap_group.get(&s), 1);
}

/* The lower bit of the field does nothing, and private interrupts are what they are. */
static void config(void)
{
	struct keel_irq_state spi = { .intid = 32 }, ppi = { .intid = 31, .level = true };
	u32 val;

	for (val = 0; val < 4; val++) {
		keel_regmap_config.set(&spi, val);
		CHECK_EQ(keel_regmap_config.get(&spi), val & 2);
		keel_regmap_config.set(&ppi, val);
		CHECK_EQ(keel_regmap_config.get(&ppi), 0);
	}
}

int main(void)
{
	RUN(finds_what_a_walk_finds);
	RUN(refuses_other_widths);
	RUN(interrupts_by_offset);
	RUN(halves_of_a_register);
	RUN(pending_is_latch_or_line);
	RUN(fields);
	RUN(config);
	return ktap_done();
}
