// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Loads and stores of AArch64 by their encoding (Arm ARM C4.1, "Loads and Stores").
 * What is not in the table, or falls through a line of it, is not emulated.
 */
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "ldst.h"
#include "ldst_bits.h"

static unsigned int rt(u32 insn)
{
	return field(insn, 4, 0);
}

static unsigned int rn(u32 insn)
{
	return field(insn, 9, 5);
}

static unsigned int rm(u32 insn)
{
	return field(insn, 20, 16);
}

static bool is_vector(u32 insn)
{
	return insn & BIT(26);
}

static bool is_load(u32 insn)
{
	return insn & BIT(22);
}

/* ---- what is moved ---- */

static bool set_vector(struct keel_ldst *d, unsigned int log2, bool load)
{
	if (log2 > 4)
		return false;
	d->vector = true;
	d->load = load;
	d->clear = load;
	d->size = 1 << log2;
	return true;
}

/* opc: store, load, load with sign to X, load with sign to W. */
static bool set_general(struct keel_ldst *d, unsigned int log2, unsigned int opc)
{
	if (opc >= 2 && log2 + opc - 2 >= 3)
		return false;
	d->load = opc;
	d->sign_extend = opc >= 2;
	d->reg64 = opc == 2 || log2 == 3;
	d->size = 1 << log2;
	return true;
}

/* One register, by the fields size, V, opc and Rt. */
static bool set_single(struct keel_ldst *d, u32 insn)
{
	unsigned int size = field(insn, 31, 30), opc = field(insn, 23, 22);

	d->nr = 1;
	d->elem[0].reg = rt(insn);
	d->base = rn(insn);
	if (is_vector(insn))
		return set_vector(d, (opc & 2) << 1 | size, opc & 1);
	return set_general(d, size, opc);
}

/* ---- what becomes of the base ---- */

static void set_post(struct keel_ldst *d, s64 by)
{
	d->step = by;
	d->write_back = true;
}

static void set_pre(struct keel_ldst *d, s64 by)
{
	d->at = by;
	set_post(d, by);
}

/* Write-back to a register that is moved as well is unpredictable. */
static bool base_is_free(const struct keel_ldst *d)
{
	unsigned int i;

	for (i = 0; i < d->nr && !d->vector; i++)
		if (d->elem[i].reg == d->base && d->base != KEEL_LDST_SP)
			return false;
	return true;
}

static s64 imm9(u32 insn)
{
	return sign_extend64(field(insn, 20, 12), 8);
}

/* ---- one register ---- */

/* LDUR and its kind, LDAPUR, STLUR */
static bool unscaled(u32 insn, struct keel_ldst *d)
{
	d->at = imm9(insn);
	return set_single(d, insn);
}

static bool unprivileged(u32 insn, struct keel_ldst *d)
{
	return !is_vector(insn) && unscaled(insn, d);
}

static bool post_indexed(u32 insn, struct keel_ldst *d)
{
	set_post(d, imm9(insn));
	return set_single(d, insn) && base_is_free(d);
}

static bool pre_indexed(u32 insn, struct keel_ldst *d)
{
	set_pre(d, imm9(insn));
	return set_single(d, insn) && base_is_free(d);
}

static bool scaled(u32 insn, struct keel_ldst *d)
{
	if (!set_single(d, insn))
		return false;
	d->at = field(insn, 21, 10) * d->size;
	return true;
}

static bool indexed(u32 insn, struct keel_ldst *d)
{
	static const s8 extends[8] = {
		-1, -1, KEEL_LDST_UXTW, KEEL_LDST_LSL, -1, -1, KEEL_LDST_SXTW, KEEL_LDST_LSL
	};
	s8 extend = extends[field(insn, 15, 13)];

	if (extend < 0 || !set_single(d, insn))
		return false;
	d->index_at = true;
	d->index.reg = rm(insn);
	d->index.extend = extend;
	d->index.shift = insn & BIT(12) ? __builtin_ctz(d->size) : 0;
	return true;
}

/* LDAR, LDLAR, STLR, STLLR: opc is L alone */
static bool ordered(u32 insn, struct keel_ldst *d)
{
	d->nr = 1;
	d->elem[0].reg = rt(insn);
	d->base = rn(insn);
	return set_general(d, field(insn, 31, 30), is_load(insn));
}

static bool ldapr(u32 insn, struct keel_ldst *d)
{
	d->nr = 1;
	d->elem[0].reg = rt(insn);
	d->base = rn(insn);
	return set_general(d, field(insn, 31, 30), 1);
}

static bool literal(u32 insn, struct keel_ldst *d)
{
	unsigned int opc = field(insn, 31, 30);

	d->nr = 1;
	d->elem[0].reg = rt(insn);
	d->base = KEEL_LDST_PC;
	d->at = sign_extend64(field(insn, 23, 5), 18) * 4;
	if (opc == 3)
		return false;
	if (is_vector(insn))
		return set_vector(d, 2 + opc, true);
	return set_general(d, opc == 1 ? 3 : 2, opc == 2 ? 2 : 1);
}

/* ---- pairs ---- */

enum { PAIR_NON_TEMPORAL, PAIR_POST, PAIR_OFFSET, PAIR_PRE };

/* opc 1 is LDPSW; without L or without a temporal hint it is something else. */
static bool set_pair_form(struct keel_ldst *d, u32 insn)
{
	unsigned int opc = field(insn, 31, 30);
	bool load = is_load(insn);

	if (opc == 3)
		return false;
	if (is_vector(insn))
		return set_vector(d, 2 + opc, load);
	if (opc == 1)
		return load && field(insn, 24, 23) != PAIR_NON_TEMPORAL && set_general(d, 2, 2);
	return set_general(d, opc ? 3 : 2, load);
}

static bool pair(u32 insn, struct keel_ldst *d)
{
	unsigned int mode = field(insn, 24, 23);
	s64 imm;

	d->nr = 2;
	d->elem[0].reg = rt(insn);
	d->elem[1].reg = field(insn, 14, 10);
	d->base = rn(insn);
	if (!set_pair_form(d, insn) || (d->load && d->elem[0].reg == d->elem[1].reg))
		return false;
	imm = sign_extend64(field(insn, 21, 15), 6) * d->size;
	if (mode == PAIR_POST)
		set_post(d, imm);
	else if (mode == PAIR_PRE)
		set_pre(d, imm);
	else
		d->at = imm;
	return !d->write_back || base_is_free(d);
}

/* ---- structures ---- */

/*
 * Registers of a structure, and how many structures beside each other: by opcode of "multiple
 * structures".
 */
static bool multiple_shape(unsigned int opcode, unsigned int *selem, unsigned int *rpt)
{
	static const u8 shapes[16] = {	/* selem << 4 | rpt */
		[0] = 0x41, [2] = 0x14, [4] = 0x31, [6] = 0x13, [7] = 0x11, [8] = 0x21, [10] = 0x12,
	};

	*selem = shapes[opcode] >> 4;
	*rpt = shapes[opcode] & 0xf;
	return *rpt;
}

static void add_elem(struct keel_ldst *d, unsigned int reg, unsigned int at)
{
	d->elem[d->nr].reg = reg % 32;
	d->elem[d->nr++].at = at;
}

static bool multiple(u32 insn, struct keel_ldst *d)
{
	unsigned int width = insn & BIT(30) ? 16 : 8, log2 = field(insn, 11, 10);
	unsigned int selem, rpt, r, at, s;

	if (!multiple_shape(field(insn, 15, 12), &selem, &rpt))
		return false;
	if (log2 == 3 && width == 8 && selem > 1)
		return false;
	set_vector(d, log2, is_load(insn));
	d->base = rn(insn);
	for (r = 0; r < rpt; r++)
		for (at = 0; at < width; at += d->size)
			for (s = 0; s < selem; s++)
				add_elem(d, rt(insn) + r + s, at);
	return true;
}

/* Post-index by the bytes moved, or by a register. */
static bool step_by(u32 insn, struct keel_ldst *d)
{
	d->write_back = true;
	if (rm(insn) == 31) {
		d->step = keel_ldst_bytes(d);
		return true;
	}
	d->index_step = true;
	d->index.reg = rm(insn);
	return true;
}

static bool multiple_post(u32 insn, struct keel_ldst *d)
{
	return multiple(insn, d) && step_by(insn, d);
}

/*
 * Size of a lane; -1: none. Its place is made of Q, S and size, as far as size is not needed for
 * the size.
 */
static int lane_log2(u32 insn)
{
	unsigned int scale = field(insn, 15, 14), size = field(insn, 11, 10);

	if (scale == 2 && size == 1)
		return insn & BIT(12) ? -1 : 3;
	return size & ((1 << scale) - 1) ? -1 : (int)scale;
}

static bool lane(u32 insn, struct keel_ldst *d, unsigned int selem)
{
	unsigned int place =
		!!(insn & BIT(30)) << 3 | !!(insn & BIT(12)) << 2 | field(insn, 11, 10);
	int log2 = lane_log2(insn);
	unsigned int s;

	if (log2 < 0)
		return false;
	set_vector(d, log2, is_load(insn));
	d->clear = false;
	for (s = 0; s < selem; s++)
		add_elem(d, rt(insn) + s, place >> log2 << log2);
	return true;
}

/* LD1R to LD4R */
static bool replicated(u32 insn, struct keel_ldst *d, unsigned int selem)
{
	unsigned int s;

	if (!is_load(insn) || insn & BIT(12))
		return false;
	set_vector(d, field(insn, 11, 10), true);
	d->replicate = insn & BIT(30) ? 16 : 8;
	for (s = 0; s < selem; s++)
		add_elem(d, rt(insn) + s, 0);
	return true;
}

static bool structure(u32 insn, struct keel_ldst *d)
{
	unsigned int selem = (field(insn, 13, 13) << 1 | field(insn, 21, 21)) + 1;

	d->base = rn(insn);
	if (field(insn, 15, 14) == 3)
		return replicated(insn, d, selem);
	return lane(insn, d, selem);
}

static bool structure_post(u32 insn, struct keel_ldst *d)
{
	return structure(insn, d) && step_by(insn, d);
}

/* ---- all of them ---- */

static const struct row {
	u32 mask, value;
	bool (*decode)(u32 insn, struct keel_ldst *d);
} rows[] = {
	{ 0x3b000000, 0x39000000, scaled },
	{ 0x3a000000, 0x28000000, pair },
	{ 0x3b200c00, 0x38000000, unscaled },
	{ 0x3b200c00, 0x38000400, post_indexed },
	{ 0x3b200c00, 0x38000800, unprivileged },
	{ 0x3b200c00, 0x38000c00, pre_indexed },
	{ 0x3b200c00, 0x38200800, indexed },
	{ 0x3b000000, 0x18000000, literal },
	{ 0xbfbf0000, 0x0c000000, multiple },
	{ 0xbfa00000, 0x0c800000, multiple_post },
	{ 0xbf9f0000, 0x0d000000, structure },
	{ 0xbf800000, 0x0d800000, structure_post },
	{ 0x3fbf7c00, 0x089f7c00, ordered },
	{ 0x3ffffc00, 0x38bfc000, ldapr },
	{ 0x3f200c00, 0x19000000, unscaled },
};

static bool zero_block(u32 insn, unsigned int zva, struct keel_ldst *d)
{
	d->zero = zva;
	d->base = rt(insn);
	return zva;
}

bool keel_ldst_decode(u32 insn, unsigned int zva, struct keel_ldst *d)
{
	unsigned int i;

	memset(d, 0, sizeof(*d));
	if ((insn & ~0x1fu) == 0xd50b7420)	/* DC ZVA, Xt */
		return zero_block(insn, zva, d);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if ((insn & rows[i].mask) == rows[i].value)
			return rows[i].decode(insn, d);
	return false;
}

/* ---- addresses ---- */

static u32 index32(const struct keel_ldst *d, u32 val, bool carry)
{
	unsigned int by = d->index.shift;

	switch (d->index.extend) {
	case KEEL_LDST_LSR:
		return by < 32 ? val >> by : 0;
	case KEEL_LDST_ASR:
		return (s32)val >> min(by, 31u);
	case KEEL_LDST_ROR:
		return val >> by | val << (-by & 31);
	case KEEL_LDST_RRX:
		return val >> 1 | (u32)carry << 31;
	default:
		return val << by;
	}
}

static u64 index_value(const struct keel_ldst *d, u64 val, bool carry)
{
	if (d->aarch32)
		val = index32(d, val, carry);
	else if (d->index.extend == KEEL_LDST_UXTW)
		val = (u64)(u32)val << d->index.shift;
	else if (d->index.extend == KEEL_LDST_SXTW)
		val = (u64)(s64)(s32)val << d->index.shift;
	else
		val <<= d->index.shift;
	return d->index.subtract ? -val : val;
}

static u64 cut(const struct keel_ldst *d, u64 addr)
{
	return d->aarch32 ? (u32)addr : addr;
}

u64 keel_ldst_address(const struct keel_ldst *d, u64 base, u64 index, bool carry)
{
	u64 addr = base + d->at;

	if (d->index_at)
		addr += index_value(d, index, carry);
	if (d->zero)
		addr &= -(u64)d->zero;
	return cut(d, addr);
}

u64 keel_ldst_new_base(const struct keel_ldst *d, u64 base, u64 index, bool carry)
{
	return cut(d, base + d->step + (d->index_step ? index_value(d, index, carry) : 0));
}
