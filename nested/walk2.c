// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * The walk of stage 2 (Arm ARM D8.2, AArch64.S2Walk() and what it calls) for 48 bits of
 * address at most. Where a register holds a value that is reserved, or the CPU lacks what
 * it asks for, the walk ends with a fault of level 0, or takes the nearest that there is.
 */
#include <linux/bits.h>
#include <linux/types.h>
#include <asm/byteorder.h>
#include "walk2.h"

#define VTCR_HA		BIT_ULL(21)
#define DESC_VALID	BIT_ULL(0)
#define DESC_TABLE	BIT_ULL(1)
#define DESC_R		BIT_ULL(6)
#define DESC_W		BIT_ULL(7)
#define DESC_AF		BIT_ULL(10)
#define LAST_LEVEL	3
#define MIN_T0SZ	16	/* 48 bits */
#define MAX_T0SZ	39
#define MAX_CONCAT	4	/* sixteen tables side by side */

/* What VTCR_EL2 and VTTBR_EL2 come to. */
struct regime {
	unsigned int granule;	/* shift */
	unsigned int in, out;	/* bits of address */
	int first;		/* level */
	u64 base;
};

static u64 bits_of(u64 val, unsigned int high, unsigned int low)
{
	return (val & GENMASK_ULL(high, low)) >> low;
}

static bool has_granule(const struct keel_walk2 *w, unsigned int shift)
{
	return w->granules & BIT(shift / 2 - 6);
}

unsigned int keel_walk2_granule(const struct keel_walk2 *w)
{
	static const u8 tg0[4] = { 12, 16, 14, 0 };
	unsigned int shift = tg0[bits_of(w->vtcr, 15, 14)];

	if (shift && has_granule(w, shift))
		return shift;
	for (shift = 12; shift <= 16; shift += 2)
		if (has_granule(w, shift))
			return shift;
	return 0;
}

static unsigned int out_bits(const struct keel_walk2 *w)
{
	static const u8 ps[8] = { 32, 36, 40, 42, 44, 48, 48, 48 };
	unsigned int bits = ps[bits_of(w->vtcr, 18, 16)];

	return bits < w->pa_bits ? bits : w->pa_bits;
}

/* SL0; 3 is reserved. */
static int first_level(const struct keel_walk2 *w, unsigned int shift)
{
	unsigned int sl0 = bits_of(w->vtcr, 7, 6);

	if (sl0 == 3)
		return -1;
	return (shift == 12 ? 2 : 3) - (int)sl0;
}

/* SL0 = 2 is for CPUs that have more than one table's worth below that level. */
static unsigned int min_pa_bits(const struct keel_walk2 *w, unsigned int shift)
{
	if (bits_of(w->vtcr, 7, 6) < 2)
		return 0;
	return shift == 14 ? 42 : 44;
}

/* Bits that the first level resolves, more than one table has if there are several side by side. */
static int first_bits(const struct regime *r)
{
	return (int)r->in - (LAST_LEVEL - r->first) * (int)(r->granule - 3) - (int)r->granule;
}

static bool set_up(const struct keel_walk2 *w, struct regime *r)
{
	unsigned int t0sz = bits_of(w->vtcr, 5, 0);
	int bits;

	r->granule = keel_walk2_granule(w);
	if (!r->granule || t0sz < MIN_T0SZ || t0sz > MAX_T0SZ)
		return false;
	r->in = 64 - t0sz;
	r->out = out_bits(w);
	r->first = first_level(w, r->granule);
	if (r->first < 0 || r->in > w->pa_bits || w->pa_bits < min_pa_bits(w, r->granule))
		return false;
	bits = first_bits(r);
	if (bits < 1 || bits > (int)r->granule - 3 + MAX_CONCAT)
		return false;
	r->base = w->vttbr & GENMASK_ULL(47, 0) & ~GENMASK_ULL(bits + 2, 0);
	return true;
}

/* A table of 64 KiB pages has no blocks above 512 MiB without 52 bits of address. */
static bool may_be_leaf(const struct regime *r, int level, u64 desc)
{
	if (level == LAST_LEVEL)
		return desc & DESC_TABLE;
	return !(desc & DESC_TABLE) && level >= (r->granule == 12 ? 1 : 2);
}

static struct keel_walk2_result fault(enum keel_walk2_end end, int level)
{
	return (struct keel_walk2_result){ .end = end, .level = level };
}

/* Bits 54:53: with FEAT_XNX for EL0 and EL1 apart, without it 54 alone. */
static void set_exec(struct keel_walk2_result *res, bool xnx, u64 desc)
{
	unsigned int xn = bits_of(desc, 54, 53);

	res->x1 = xnx ? xn == 0 || xn == 3 : !(xn & 2);
	res->x0 = xnx ? xn == 0 || xn == 1 : !(xn & 2);
}

static struct keel_walk2_result leaf(const struct keel_walk2 *w, const struct regime *r, int level,
				     unsigned int shift, u64 desc, u64 ipa)
{
	struct keel_walk2_result res = {
		.level = level, .shift = shift, .desc = desc,
		.r = desc & DESC_R, .w = desc & DESC_W, .old = !(desc & DESC_AF),
		.pa = (desc & GENMASK_ULL(47, shift)) | (ipa & GENMASK_ULL(shift - 1, 0)),
	};

	if (res.pa >> r->out)
		return fault(KEEL_WALK2_ADDRESS_SIZE, level);
	if (res.old && !(w->ha && w->vtcr & VTCR_HA))
		return fault(KEEL_WALK2_ACCESS_FLAG, level);
	set_exec(&res, w->xnx, desc);
	return res;
}

static int read_desc(const struct keel_walk2 *w, u64 at, u64 *desc)
{
	__le64 raw = 0;
	int err = w->read(w->ctx, at, &raw, sizeof(raw));

	*desc = __le64_to_cpu(raw);
	if (w->big_endian)
		*desc = __builtin_bswap64(*desc);
	return err;
}

static struct keel_walk2_result walk(const struct keel_walk2 *w, const struct regime *r, u64 ipa)
{
	unsigned int stride = r->granule - 3, bits = first_bits(r);
	unsigned int shift = r->granule + (LAST_LEVEL - r->first) * stride;
	struct keel_walk2_result res;
	u64 table = r->base, at, desc;
	int level;

	for (level = r->first;; level++) {
		at = table + bits_of(ipa, shift + bits - 1, shift) * 8;
		if (read_desc(w, at, &desc))
			return fault(KEEL_WALK2_ABORT, level);
		if (!(desc & DESC_VALID))
			return fault(KEEL_WALK2_TRANSLATION, level);
		if (may_be_leaf(r, level, desc))
			break;
		if (level == LAST_LEVEL || !(desc & DESC_TABLE))
			return fault(KEEL_WALK2_TRANSLATION, level);
		table = desc & GENMASK_ULL(47, r->granule);
		if (table >> r->out)
			return fault(KEEL_WALK2_ADDRESS_SIZE, level);
		shift -= stride;
		bits = stride;
	}
	res = leaf(w, r, level, shift, desc, ipa);
	res.desc_at = at;
	return res;
}

struct keel_walk2_result keel_walk2(const struct keel_walk2 *w, u64 ipa)
{
	struct regime r;

	if (!set_up(w, &r) || ipa >> r.in)
		return fault(KEEL_WALK2_TRANSLATION, 0);
	if (r.base >> r.out)
		return fault(KEEL_WALK2_ADDRESS_SIZE, 0);
	return walk(w, &r, ipa);
}

void keel_walk2_check(struct keel_walk2_result *res, struct keel_walk2_access access)
{
	if (res->end != KEEL_WALK2_OK)
		return;
	if ((access.read && !res->r) || (access.write && !res->w) ||
	    (access.exec && !(access.el0 ? res->x0 : res->x1)))
		res->end = KEEL_WALK2_PERMISSION;
}

/* Arm ARM D24.2.40, "DFSC": the kind, and the level in the low bits. */
u8 keel_walk2_status(const struct keel_walk2_result *res)
{
	static const u8 kind[] = {
		[KEEL_WALK2_ADDRESS_SIZE] = 0x00, [KEEL_WALK2_TRANSLATION] = 0x04, [KEEL_WALK2_ACCESS_FLAG] = 0x08,
		[KEEL_WALK2_PERMISSION] = 0x0c, [KEEL_WALK2_ABORT] = 0x14,
	};

	return kind[res->end] | res->level;
}

/* TGRAN16_2, TGRAN64_2, TGRAN4_2: 2 where there is stage 2 with such pages. HAFDBS. */
void keel_walk2_features(struct keel_walk2 *w, u64 mmfr0, u64 mmfr1)
{
	static const u8 parange[8] = { 32, 36, 40, 42, 44, 48, 48, 48 };

	w->pa_bits = parange[bits_of(mmfr0, 2, 0)];
	w->ha = bits_of(mmfr1, 3, 0);
	w->granules = (bits_of(mmfr0, 43, 40) == 2 ? 1 : 0) | (bits_of(mmfr0, 35, 32) == 2 ? 2 : 0) |
		      (bits_of(mmfr0, 39, 36) == 2 ? 4 : 0);
}
