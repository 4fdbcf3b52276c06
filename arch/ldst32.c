// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Loads and stores of AArch32, by their encoding in A32 and T32 (Arm ARM F3.1, F4.1).
 * Not emulated: what has r15 as a destination or source, the other mode's registers,
 * exclusives, element and structure loads of Advanced SIMD, half-precision, and what the
 * architecture leaves unpredictable. The condition is not looked at: the instruction was executed.
 */
#include <linux/bitops.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include "ldst.h"
#include "ldst_bits.h"

#define SP	13
#define LR	14
#define PC	15

static bool is_load(u32 insn)
{
	return insn & BIT(20);
}

static bool is_up(u32 insn)
{
	return insn & BIT(23);
}

static bool has_p(u32 insn)
{
	return insn & BIT(24);
}

static bool has_w(u32 insn)
{
	return insn & BIT(21);
}

static s64 with_sign(bool up, u32 val)
{
	return up ? (s64)val : -(s64)val;
}

static void start(struct keel_ldst *d, bool load, unsigned int size)
{
	memset(d, 0, sizeof(*d));
	d->aarch32 = true;
	d->load = load;
	d->size = size;
}

static void add(struct keel_ldst *d, unsigned int reg)
{
	d->elem[d->nr++].reg = reg;
}

static bool moves(const struct keel_ldst *d, unsigned int reg)
{
	unsigned int i;

	for (i = 0; i < d->nr && !d->vector; i++)
		if (d->elem[i].reg == reg)
			return true;
	return false;
}

/* A literal is loaded without write-back. */
static bool set_base(struct keel_ldst *d, unsigned int reg)
{
	d->base = reg == PC ? KEEL_LDST_PC : reg;
	return reg != PC || (d->load && !d->write_back && !d->index_at);
}

/* Offset, pre-indexed or post-indexed, by an immediate or by the index register. */
static void set_index(struct keel_ldst *d, bool pre, bool wback, bool by_reg, s64 imm)
{
	d->write_back = wback;
	d->index_at = pre && by_reg;
	d->index_step = wback && by_reg;
	d->at = pre ? imm : 0;
	d->step = wback ? imm : 0;
}

/* None of the registers is r15, and write-back is to none that is moved. */
static bool is_predictable(const struct keel_ldst *d)
{
	return !moves(d, PC) && !(d->write_back && moves(d, d->base));
}

/* ---- A32, one or two registers ---- */

static void set_index_a32(struct keel_ldst *d, u32 insn, bool by_reg, u32 imm)
{
	set_index(d, has_p(insn), !has_p(insn) || has_w(insn), by_reg,
		  by_reg ? 0 : with_sign(is_up(insn), imm));
	if (!by_reg)
		return;
	d->index.reg = field(insn, 3, 0);
	d->index.subtract = !is_up(insn);
}

/* An immediate shift: 0 has a meaning of its own for all but LSL. */
static void set_shift(struct keel_ldst *d, u32 insn)
{
	unsigned int by = field(insn, 11, 7);

	d->index.extend = field(insn, 6, 5);
	if (d->index.extend == KEEL_LDST_ROR && !by)
		d->index.extend = KEEL_LDST_RRX;
	d->index.shift = by || d->index.extend == KEEL_LDST_LSL || d->index.extend == KEEL_LDST_RRX
				 ? by
				 : 32;
}

/* LDR, STR and those of bytes, privileged or not */
static bool a32_word_or_byte(u32 insn, struct keel_ldst *d)
{
	bool by_reg = insn & BIT(25);

	if (by_reg && insn & BIT(4))
		return false;	/* media instructions */
	start(d, is_load(insn), insn & BIT(22) ? 1 : 4);
	add(d, field(insn, 15, 12));
	set_index_a32(d, insn, by_reg, field(insn, 11, 0));
	if (!set_base(d, field(insn, 19, 16)) || !is_predictable(d))
		return false;
	if (!by_reg)
		return true;
	set_shift(d, insn);
	return d->index.reg != PC;
}

/* Halves, signed bytes and pairs, by L and the bits between the two of the immediate. */
static const struct extra {
	bool load, sign, dual;
	u8 size;
} extras[8] = {
	[1] = { .size = 2 },
	[2] = { .load = true, .dual = true, .size = 4 },
	[3] = { .dual = true, .size = 4 },
	[5] = { .load = true, .size = 2 },
	[6] = { .load = true, .sign = true, .size = 1 },
	[7] = { .load = true, .sign = true, .size = 2 },
};

/* A pair has an even register first. The index is not among what is loaded. */
static bool add_second(struct keel_ldst *d, u32 insn)
{
	unsigned int t = field(insn, 15, 12);

	if (t & 1 || (!has_p(insn) && has_w(insn)))
		return false;
	add(d, t + 1);
	return !(d->load && (d->index_at || d->index_step) && moves(d, d->index.reg));
}

static bool a32_extra(u32 insn, struct keel_ldst *d)
{
	struct extra e = extras[field(insn, 20, 20) << 2 | field(insn, 6, 5)];
	bool by_reg = !(insn & BIT(22));

	if (!e.size || (by_reg && (field(insn, 11, 8) || field(insn, 3, 0) == PC)))
		return false;
	start(d, e.load, e.size);
	d->sign_extend = e.sign;
	add(d, field(insn, 15, 12));
	set_index_a32(d, insn, by_reg, field(insn, 11, 8) << 4 | field(insn, 3, 0));
	if (e.dual && !add_second(d, insn))
		return false;
	return set_base(d, field(insn, 19, 16)) && is_predictable(d);
}

/* ---- lists ---- */

/* Start and write-back of a list. P: the base's own place is left out; U: upwards. */
static void set_span(struct keel_ldst *d, bool before, bool up, bool wback)
{
	int bytes = keel_ldst_bytes(d);

	d->write_back = wback;
	d->step = up ? bytes : -bytes;
	d->at = up ? 0 : -bytes;
	if (!d->vector && before == up)
		d->at += 4;
}

static void add_list(struct keel_ldst *d, u32 list)
{
	unsigned int i;

	for (i = 0; i < 16; i++)
		if (list & BIT(i))
			add(d, i);
}

/* A base in the list: stored as it was if it is the first, else unpredictable with write-back. */
static bool list_is_good(const struct keel_ldst *d)
{
	if (!d->nr || moves(d, PC) || d->base == PC)
		return false;
	return !d->write_back || !moves(d, d->base) || (!d->load && d->elem[0].reg == d->base);
}

static bool a32_list(u32 insn, struct keel_ldst *d)
{
	if (insn & BIT(22))
		return false;	/* another mode's registers, or a return */
	start(d, is_load(insn), 4);
	add_list(d, field(insn, 15, 0));
	d->base = field(insn, 19, 16);
	set_span(d, has_p(insn), is_up(insn), has_w(insn));
	return list_is_good(d);
}

/* ---- floating point, the same in both sets ---- */

/* D registers are halves of the AArch64 ones, S registers quarters. */
static void add_float(struct keel_ldst *d, u32 insn, unsigned int i)
{
	unsigned int vd = field(insn, 15, 12), high = field(insn, 22, 22);
	unsigned int reg = (d->size == 8 ? high << 4 | vd : vd << 1 | high) + i;
	unsigned int per = 16 / d->size;

	d->elem[d->nr].reg = reg / per;
	d->elem[d->nr++].at = reg % per * d->size;
}

static void start_float(struct keel_ldst *d, u32 insn)
{
	start(d, is_load(insn), insn & BIT(8) ? 8 : 4);
	d->vector = true;
}

static bool one_float(u32 insn, struct keel_ldst *d)
{
	start_float(d, insn);
	add_float(d, insn, 0);
	d->at = with_sign(is_up(insn), field(insn, 7, 0) * 4);
	return set_base(d, field(insn, 19, 16));
}

/* How many; 0: none or too many. An odd number of words of D registers is another instruction's. */
static unsigned int nr_floats(u32 insn)
{
	unsigned int words = field(insn, 7, 0);
	unsigned int first = field(insn, 15, 12), high = field(insn, 22, 22);

	if (!(insn & BIT(8)))
		return (first << 1 | high) + words <= 32 ? words : 0;
	if (words & 1 || words > 32 || (high << 4 | first) + words / 2 > 32)
		return 0;
	return words / 2;
}

static bool floats(u32 insn, struct keel_ldst *d)
{
	unsigned int i, nr = nr_floats(insn);

	if (!nr || field(insn, 19, 16) == PC)
		return false;
	start_float(d, insn);
	for (i = 0; i < nr; i++)
		add_float(d, insn, i);
	d->base = field(insn, 19, 16);
	set_span(d, has_p(insn), is_up(insn), has_w(insn));
	return true;
}

/* By P, U and W. Two are not there, two are other instructions. */
static bool floating(u32 insn, struct keel_ldst *d)
{
	if (field(insn, 11, 9) != 5)
		return false;	/* another coprocessor, or half-precision */
	if (has_p(insn) && !has_w(insn))
		return one_float(insn, d);
	if (has_p(insn) == is_up(insn))
		return false;
	return floats(insn, d);
}

bool keel_ldst32_decode_a32(u32 insn, struct keel_ldst *d)
{
	if (field(insn, 31, 28) == 15)
		return false;	/* prefetches, Advanced SIMD, modes */
	switch (field(insn, 27, 25)) {
	case 0:
		return (insn & 0x90) == 0x90 && a32_extra(insn, d);
	case 2:
	case 3:
		return a32_word_or_byte(insn, d);
	case 4:
		return a32_list(insn, d);
	case 6:
		return floating(insn, d);
	}
	return false;
}

/*
 * ---- T32, 16 bits: what has write-back; the others are described, but LDR (literal) need not be
 * ----
 */

static bool t16_list(u16 insn, struct keel_ldst *d)
{
	start(d, insn & BIT(11), 4);
	add_list(d, field(insn, 7, 0));
	d->base = field(insn, 10, 8);
	/* what is loaded wins */
	set_span(d, false, true, !(d->load && moves(d, d->base)));
	return list_is_good(d);
}

static bool t16_stack(u16 insn, struct keel_ldst *d)
{
	bool load = insn & BIT(11);

	start(d, load, 4);
	add_list(d, field(insn, 7, 0));
	if (insn & BIT(8))
		add(d, load ? PC : LR);
	d->base = SP;
	set_span(d, !load, load, true);
	return list_is_good(d);
}

bool keel_ldst32_decode_t16(u16 insn, struct keel_ldst *d)
{
	if (insn >> 12 == 0xc)
		return t16_list(insn, d);
	if ((insn & 0xf600) == 0xb400)
		return t16_stack(insn, d);
	return false;
}

/* ---- T32, 32 bits ---- */

static bool t32_list(u32 insn, struct keel_ldst *d)
{
	bool up = is_up(insn);

	if (has_p(insn) == up || insn & BIT(SP))
		return false;
	start(d, is_load(insn), 4);
	add_list(d, field(insn, 15, 0));
	d->base = field(insn, 19, 16);
	set_span(d, !up, up, has_w(insn));
	return d->nr >= 2 && d->base != PC && is_predictable(d);
}

static bool t32_dual(u32 insn, struct keel_ldst *d)
{
	unsigned int t = field(insn, 15, 12), t2 = field(insn, 11, 8);

	if (!has_p(insn) && !has_w(insn))
		return false;	/* exclusives, table branches */
	start(d, is_load(insn), 4);
	add(d, t);
	add(d, t2);
	set_index(d, has_p(insn), has_w(insn), false,
		  with_sign(is_up(insn), field(insn, 7, 0) * 4));
	if (t == SP || t2 == SP || (d->load && t == t2))
		return false;
	return set_base(d, field(insn, 19, 16)) && is_predictable(d);
}

/* Bits 10 to 8 are P, U and W here. */
static bool t32_imm8(u32 insn, struct keel_ldst *d)
{
	bool pre = insn & BIT(10), up = insn & BIT(9), wback = insn & BIT(8);

	set_index(d, pre, wback, false, with_sign(up, field(insn, 7, 0)));
	return pre || wback;
}

static bool t32_reg(u32 insn, struct keel_ldst *d)
{
	if (field(insn, 11, 6))
		return false;
	set_index(d, true, false, true, 0);
	d->index.reg = field(insn, 3, 0);
	d->index.shift = field(insn, 5, 4);
	return d->index.reg != PC;
}

static bool t32_offset(u32 insn, struct keel_ldst *d)
{
	if (is_up(insn) || field(insn, 19, 16) == PC) {
		set_index(d, true, false, false, with_sign(is_up(insn), field(insn, 11, 0)));
		return true;
	}
	return insn & BIT(11) ? t32_imm8(insn, d) : t32_reg(insn, d);
}

static bool t32_single(u32 insn, struct keel_ldst *d)
{
	unsigned int log2 = field(insn, 22, 21);
	bool sign = insn & BIT(24);

	if (log2 == 3 || (sign && (log2 == 2 || !is_load(insn))))
		return false;
	start(d, is_load(insn), 1 << log2);
	d->sign_extend = sign;
	add(d, field(insn, 15, 12));
	return t32_offset(insn, d) && set_base(d, field(insn, 19, 16)) && is_predictable(d);
}

bool keel_ldst32_decode_t32(u32 insn, struct keel_ldst *d)
{
	switch (field(insn, 31, 25)) {
	case 0x74:
		return insn & BIT(22) ? t32_dual(insn, d) : t32_list(insn, d);
	case 0x76:
		return floating(insn, d);
	case 0x7c:
		return t32_single(insn, d);
	}
	return false;
}

bool keel_ldst32_is_wide(u16 half)
{
	return half >> 11 >= 0x1d;
}
