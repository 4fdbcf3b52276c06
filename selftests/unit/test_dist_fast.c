// SPDX-License-Identifier: GPL-2.0-only
/* pure: vgic/regmap.c */
/*
 * The distributor of a GICv3 by its one table (vgic/v3/dist.def): what the host's map and EL2 make
 * of an access at every offset and of every width. The registers are those that are written down
 * here; what EL2 answers is to the host's map the same fields of the same interrupts, and nothing
 * that a list register may know better.
 */
#include "vgic/v3/dist_fast.h"
#include "ktap.h"

/* The host's map but for what the words do. */
static const struct keel_regmap_reg regs[] = {
#define DIST_WORD(offset_, shared, read, write, user_write) \
	{ .offset = (offset_), .len = 4, .size = 4, .widths = KEEL_W32 },
#define DIST_FIELDS(offset_, bits_, widths_, kind, field_, user_field_) \
	{ .offset = (offset_), .len = 1024 * (bits_) / 8, .bits = (bits_), .size = 4, \
	  .widths = (widths_), .field = (field_), .user_field = (user_field_) },
#define DIST_REGS(offset_, len_, bits_, size_, widths_, read, write) \
	{ .offset = (offset_), .len = (len_), .bits = (bits_), .size = (size_), \
	  .widths = (widths_) },
#include "vgic/v3/dist.def"
};

static const struct keel_regmap map = { .reg = regs, .nr = ARRAY_SIZE(regs) };

/* By IHI 0069, 12.9: bytes, bits of an interrupt, widths of access, and what EL2 has of it. */
static const struct {
	u32 offset, len, bits, widths;
	enum keel_field kind;
	const struct keel_regmap_field *field, *user_field;
} written[] = {
	{ 0x0000, 4, 0, 4, KEEL_NO_FIELD, NULL, NULL },
	{ 0x0004, 4, 0, 4, KEEL_NO_FIELD, NULL, NULL },
	{ 0x0008, 4, 0, 4, KEEL_NO_FIELD, NULL, NULL },
	{ 0x000c, 4, 0, 4, KEEL_NO_FIELD, NULL, NULL },
	{ 0x0010, 4, 0, 4, KEEL_NO_FIELD, NULL, NULL },
	{ 0x0080, 0x80, 1, 4, KEEL_GROUP, &keel_regmap_group, NULL },
	{ 0x0100, 0x80, 1, 4, KEEL_ENABLE, &keel_regmap_set_enable, NULL },
	{ 0x0180, 0x80, 1, 4, KEEL_DISABLE, &keel_regmap_clear_enable, NULL },
	{ 0x0200, 0x80, 1, 4, KEEL_NO_FIELD, &keel_regmap_set_pending, &keel_regmap_user_pending },
	{ 0x0280, 0x80, 1, 4, KEEL_NO_FIELD, &keel_regmap_clear_pending, &keel_regmap_none },
	{ 0x0300, 0x80, 1, 4, KEEL_NO_FIELD, &keel_regmap_set_active, NULL },
	{ 0x0380, 0x80, 1, 4, KEEL_NO_FIELD, &keel_regmap_clear_active, NULL },
	{ 0x0400, 0x400, 8, 1 | 4, KEEL_PRIORITY, &keel_regmap_priority, NULL },
	{ 0x0800, 0x400, 8, 1 | 4, KEEL_NO_FIELD, NULL, NULL },
	{ 0x0c00, 0x100, 2, 4, KEEL_CONFIG, &keel_regmap_config, NULL },
	{ 0x0d00, 0x80, 1, 4, KEEL_NO_FIELD, NULL, NULL },
	{ 0x6000, 0x2000, 64, 4 | 8, KEEL_NO_FIELD, NULL, NULL },
	{ 0xffd0, 0x30, 0, 4, KEEL_NO_FIELD, NULL, NULL },
};

static void registers_are_as_written(void)
{
	CHECK_EQ(map.nr, ARRAY_SIZE(written));
	for (unsigned int i = 0; i < ARRAY_SIZE(written); i++) {
		CHECK_EQ(regs[i].offset, written[i].offset);
		CHECK_EQ(regs[i].len, written[i].len);
		CHECK_EQ(regs[i].bits, written[i].bits);
		CHECK_EQ(regs[i].widths, written[i].widths);
		CHECK_EQ(regs[i].size, written[i].bits == 64 ? 8 : 4);
		CHECK(regs[i].field == written[i].field);
		CHECK(regs[i].user_field == written[i].user_field);
	}
}

static enum keel_field kind_at(u32 offset)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(written); i++)
		if (offset - written[i].offset < written[i].len)
			return written[i].kind;
	return KEEL_NO_FIELD;
}

/* EL2 and the host's map about one access. */
static void compare(u32 offset, unsigned int len)
{
	const struct keel_regmap_reg *reg = keel_regmap_find(&map, offset, len);
	enum keel_field kind = reg ? kind_at(offset) : KEEL_NO_FIELD;
	struct keel_dist_fields f;
	bool found = keel_dist_find_fields(offset, len, &f);

	CHECK_EQ(found, kind != KEEL_NO_FIELD);
	if (!found || !reg)
		return;
	CHECK_EQ(f.kind, kind);
	CHECK_EQ(f.bits, reg->bits);
	CHECK_EQ(f.intid, keel_regmap_intid(reg, offset));
	CHECK_EQ(f.n, len * 8 / reg->bits);
	CHECK(f.intid + f.n <= 1024);
	CHECK_EQ(KEEL_FIELD_ONES(f.kind), reg->field->ones);
	CHECK(!reg->field->sync_read && !reg->field->sync_write && !reg->user_field);
}

static void fields_at_every_offset(void)
{
	for (u32 offset = 0; offset < 0x10000; offset++)
		for (unsigned int len = 1; len <= 8; len *= 2)
			compare(offset, len);
	compare(~0U, 1);
	compare(~3U, 4);
	compare(0x10400, 4);
}

static void words_at_every_offset(void)
{
	const struct keel_gic_share share = {
		.self = 1, .spi = 2, .nr_irqs = 3, .ctlr = 4, .typer = 5, .iidr = 6, .hidden = 7,
	};

	for (u32 offset = 0; offset < 0x10000; offset++) {
		u64 val = 99, want = offset == 0 ? 4 : offset == 4 ? 5 : offset == 8 ? 6 : 99;

		CHECK_EQ(keel_dist_read_word(&share, offset, &val), want != 99);
		CHECK_EQ(val, want);
	}
}

/* What a field is to an interrupt, by either. */
static void fields_are_the_same(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(written); i++) {
		const struct keel_regmap_field *field = written[i].field;

		for (u32 n = 0; written[i].kind != KEEL_NO_FIELD && n < 256 * 64; n++) {
			struct keel_irq_state s = {
				.intid = 16 + n / 256, .priority = n, .enabled = n & 1, .group1 = n & 2,
				.level = n & 4,
			}, t = s;
			u32 val = n >> 3 & (BIT(written[i].bits) - 1);

			if (field->ones && !val)
				continue;
			CHECK_EQ(field->get(&s), keel_field_get(&t, written[i].kind));
			field->set(&s, val);
			keel_field_set(&t, written[i].kind, val);
			CHECK(s.priority == t.priority && s.enabled == t.enabled &&
			      s.group1 == t.group1 && s.level == t.level);
		}
	}
}

int main(void)
{
	RUN(registers_are_as_written);
	RUN(fields_at_every_offset);
	RUN(words_at_every_offset);
	RUN(fields_are_the_same);
	return ktap_done();
}
