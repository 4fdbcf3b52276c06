// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/ldst32.c arch/ldst.c arch/aarch32_insn.c */
/*
 * Proves: each encoding of AArch32's loads and stores in A32 and T32, by a table of the
 * manual's bit patterns, moves the registers, sizes and addresses that it says, and what
 * is not in the table is refused; and each mode's registers are those of AArch64 that
 * the architecture says.
 */
#include "arch/aarch32_insn.h"
#include "arch/ldst.h"
#include "bitrows.h"
#include "ktap.h"
#include <asm/ptrace.h>

/* Rows name what they have. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#define NR(a)	(sizeof(a) / sizeof((a)[0]))

/*
 * What a row's letters mean. P, U, W as in the manual; t, u registers, n base, m index, i
 * immediate, l list.
 */
enum form { IMM, REG, SHIFTED, DUAL_IMM, DUAL_REG, LIST, FLOAT, FLOATS, T_PUSH, T_POP, T_LIST };

struct row {
	const char *text;
	enum form form;
	bool load;
	u8 size;
	bool sign;
	int scale;		/* of the immediate; 0: 1 */
	bool pre, post;		/* fixed: an offset, or post-indexed, without P, U and W */
	bool t32;
	struct bitrow enc;
};

static struct row a32[] = {
	{ "1110 010P U0W0 nnnn tttt iiiiiiiiiiii", IMM, false, 4 },
	{ "1110 010P U0W1 nnnn tttt iiiiiiiiiiii", IMM, true, 4 },
	{ "1110 010P U1W0 nnnn tttt iiiiiiiiiiii", IMM, false, 1 },
	{ "1110 010P U1W1 nnnn tttt iiiiiiiiiiii", IMM, true, 1 },
	{ "1110 011P U0W0 nnnn tttt sssss yy0 mmmm", SHIFTED, false, 4 },
	{ "1110 011P U0W1 nnnn tttt sssss yy0 mmmm", SHIFTED, true, 4 },
	{ "1110 011P U1W0 nnnn tttt sssss yy0 mmmm", SHIFTED, false, 1 },
	{ "1110 011P U1W1 nnnn tttt sssss yy0 mmmm", SHIFTED, true, 1 },
	{ "1110 000P U1W0 nnnn tttt iiii 1011 iiii", IMM, false, 2 },
	{ "1110 000P U1W1 nnnn tttt iiii 1011 iiii", IMM, true, 2 },
	{ "1110 000P U1W1 nnnn tttt iiii 1101 iiii", IMM, true, 1, true },
	{ "1110 000P U1W1 nnnn tttt iiii 1111 iiii", IMM, true, 2, true },
	{ "1110 000P U0W0 nnnn tttt 0000 1011 mmmm", REG, false, 2 },
	{ "1110 000P U0W1 nnnn tttt 0000 1011 mmmm", REG, true, 2 },
	{ "1110 000P U0W1 nnnn tttt 0000 1101 mmmm", REG, true, 1, true },
	{ "1110 000P U0W1 nnnn tttt 0000 1111 mmmm", REG, true, 2, true },
	{ "1110 000P U1W0 nnnn tttt iiii 1101 iiii", DUAL_IMM, true, 4 },
	{ "1110 000P U1W0 nnnn tttt iiii 1111 iiii", DUAL_IMM, false, 4 },
	{ "1110 000P U0W0 nnnn tttt 0000 1101 mmmm", DUAL_REG, true, 4 },
	{ "1110 000P U0W0 nnnn tttt 0000 1111 mmmm", DUAL_REG, false, 4 },
	{ "1110 100P U0W0 nnnn llllllllllllllll", LIST, false, 4 },
	{ "1110 100P U0W1 nnnn llllllllllllllll", LIST, true, 4 },
	{ "1110 1101 UD00 nnnn tttt 1010 iiiiiiii", FLOAT, false, 4, .scale = 4 },
	{ "1110 1101 UD01 nnnn tttt 1010 iiiiiiii", FLOAT, true, 4, .scale = 4 },
	{ "1110 1101 UD00 nnnn tttt 1011 iiiiiiii", FLOAT, false, 8, .scale = 4 },
	{ "1110 1101 UD01 nnnn tttt 1011 iiiiiiii", FLOAT, true, 8, .scale = 4 },
	{ "1110 1100 1DW0 nnnn tttt 1010 iiiiiiii", FLOATS, false, 4 },
	{ "1110 1100 1DW1 nnnn tttt 1010 iiiiiiii", FLOATS, true, 4 },
	{ "1110 1100 1DW0 nnnn tttt 1011 iiiiiii0", FLOATS, false, 8 },
	{ "1110 1100 1DW1 nnnn tttt 1011 iiiiiii0", FLOATS, true, 8 },
	{ "1110 110P 0DW0 nnnn tttt 1010 iiiiiiii", FLOATS, false, 4 },
	{ "1110 110P 0DW1 nnnn tttt 1010 iiiiiiii", FLOATS, true, 4 },
	{ "1110 110P 0DW0 nnnn tttt 1011 iiiiiii0", FLOATS, false, 8 },
	{ "1110 110P 0DW1 nnnn tttt 1011 iiiiiii0", FLOATS, true, 8 },
};

#define T32_SINGLE(sign, size2, l, load, bytes, is_signed) \
	{ "1111 100" sign "1" size2 l " nnnn tttt iiiiiiiiiiii", IMM, load, bytes, is_signed, .pre = true, .t32 = true }, \
	{ "1111 100" sign "0" size2 l " nnnn tttt 1PUW iiiiiiii", IMM, load, bytes, is_signed, .t32 = true }, \
	{ "1111 100" sign "0" size2 l " nnnn tttt 0000 00ss mmmm", SHIFTED, load, bytes, is_signed, .pre = true, \
	  .t32 = true }
/* ... and a literal, where the above have no base */
#define T32_LITERAL(sign, size2, bytes, is_signed) \
	{ "1111 100" sign "U" size2 "1 1111 tttt iiiiiiiiiiii", IMM, true, bytes, is_signed, .pre = true, .t32 = true }

static struct row t32[] = {
	T32_SINGLE("0", "00", "0", false, 1, false), T32_SINGLE("0", "00", "1", true, 1, false),
	T32_SINGLE("0", "01", "0", false, 2, false), T32_SINGLE("0", "01", "1", true, 2, false),
	T32_SINGLE("0", "10", "0", false, 4, false), T32_SINGLE("0", "10", "1", true, 4, false),
	T32_SINGLE("1", "00", "1", true, 1, true), T32_SINGLE("1", "01", "1", true, 2, true),
	T32_LITERAL("0", "00", 1, false), T32_LITERAL("0", "01", 2, false), T32_LITERAL("0", "10", 4, false),
	T32_LITERAL("1", "00", 1, true), T32_LITERAL("1", "01", 2, true),
	{ "1110 100P U1W0 nnnn tttt uuuu iiiiiiii", DUAL_IMM, false, 4, .scale = 4, .t32 = true },
	{ "1110 100P U1W1 nnnn tttt uuuu iiiiiiii", DUAL_IMM, true, 4, .scale = 4, .t32 = true },
	{ "1110 100P U0W0 nnnn llllllllllllllll", LIST, false, 4, .t32 = true },
	{ "1110 100P U0W1 nnnn llllllllllllllll", LIST, true, 4, .t32 = true },
	{ "1110 1101 UD00 nnnn tttt 1010 iiiiiiii", FLOAT, false, 4, .scale = 4, .t32 = true },
	{ "1110 1101 UD01 nnnn tttt 1010 iiiiiiii", FLOAT, true, 4, .scale = 4, .t32 = true },
	{ "1110 1101 UD00 nnnn tttt 1011 iiiiiiii", FLOAT, false, 8, .scale = 4, .t32 = true },
	{ "1110 1101 UD01 nnnn tttt 1011 iiiiiiii", FLOAT, true, 8, .scale = 4, .t32 = true },
	{ "1110 110P UDW0 nnnn tttt 1010 iiiiiiii", FLOATS, false, 4, .t32 = true },
	{ "1110 110P UDW1 nnnn tttt 1010 iiiiiiii", FLOATS, true, 4, .t32 = true },
	{ "1110 110P UDW0 nnnn tttt 1011 iiiiiii0", FLOATS, false, 8, .t32 = true },
	{ "1110 110P UDW1 nnnn tttt 1011 iiiiiii0", FLOATS, true, 8, .t32 = true },
};

static struct row t16[] = {
	{ "0000000000000000 1100 0nnn llllllll", T_LIST, false, 4 },
	{ "0000000000000000 1100 1nnn llllllll", T_LIST, true, 4 },
	{ "0000000000000000 1011 010h llllllll", T_PUSH, false, 4 },
	{ "0000000000000000 1011 1100 llllllll", T_POP, true, 4 },
};

/* ---- what a row expects ---- */

struct want {
	struct keel_ldst_elem e[64];
	int nr, n, base;
	bool wback, by_index;
	u64 at, step;		/* from base, the index included */
};

#define BASE	0x40005678u
#define INDEXED	0x89abcdefu

static const struct row *row;
static u32 insn;

static u32 get(char c)
{
	return bitrow_get(&row->enc, insn, c);
}

static bool has(char c)
{
	return bitrow_width(&row->enc, c);
}

/* A field as the manual has it, and what stands where the row has a digit. */
static bool bit(char c, int place)
{
	return has(c) ? get(c) : insn >> place & 1;
}

static bool lists(const struct want *w, int reg)
{
	for (int i = 0; i < w->nr; i++)
		if (w->e[i].reg == reg)
			return true;
	return false;
}

static void put(struct want *w, int reg, int at)
{
	w->e[w->nr++] = (struct keel_ldst_elem) { reg, at };
}

static u32 shifted(u32 v)
{
	u32 by = get('s'), type = get('y');

	if (type == 0)
		return v << by;
	if (type == 1)
		return by ? v >> by : 0;
	if (type == 2)
		return by ? (u32)((s32)v >> by) : v >> 31 ? ~0u : 0;
	return by ? v >> by | v << (32 - by) : v >> 1;	/* RRX with the carry clear */
}

/* False: unpredictable, undefined, another instruction, or not emulated on purpose. */
static bool want_one(struct want *w)
{
	bool p = row->pre || get('P'), u = has('U') ? get('U') : true;
	bool wback = row->pre ? false : row->t32 ? get('W') : !p || get('W');
	bool by_reg = row->form == REG || row->form == SHIFTED || row->form == DUAL_REG;
	bool dual = row->form == DUAL_IMM || row->form == DUAL_REG;
	u32 offset = by_reg ? shifted(INDEXED) : get('i') * (row->scale ?: 1);
	int t = get('t'), t2 = has('u') ? (int)get('u') : t + 1, m = get('m');

	if (row->t32 && !row->pre && !p && !wback)
		return false;
	put(w, t, 0);
	if (dual)
		put(w, t2, 0);
	w->wback = wback;
	w->by_index = by_reg;
	w->at = p ? (u ? offset : -offset) : 0;
	w->step = u ? offset : -offset;
	if (lists(w, 15) || (wback && lists(w, w->n)))
		return false;
	if (dual && !row->t32 && (t & 1 || (!get('P') && get('W'))))
		return false;
	if (dual && row->t32 && (t == 13 || t2 == 13 || (row->load && t == t2)))
		return false;
	if (dual && by_reg && row->load && (m == t || m == t2))
		return false;
	if (by_reg && m == 15)
		return false;
	if (w->n == 15)
		return row->load && !wback && !by_reg;
	return true;
}

static bool want_list(struct want *w)
{
	bool p = get('P'), u = get('U'), wback = get('W');
	u32 l = get('l'), bytes = 4 * __builtin_popcount(l), lowest = l ? __builtin_ctz(l) : 16;

	for (int i = 0; i < 16; i++)
		if (l >> i & 1)
			put(w, i, 0);
	w->wback = wback;
	w->step = u ? bytes : -bytes;
	w->at = u ? p ? 4 : 0 : p ? -bytes : 4 - bytes;
	if (!l || l >> 15 || w->n == 15)
		return false;
	if (row->t32)
		return p != u && !(l >> 13 & 1) && w->nr >= 2 && !(wback && l >> w->n & 1);
	return !wback || !(l >> w->n & 1) || (!row->load && lowest == (u32)w->n);
}

static void put_float(struct want *w, int i)
{
	int vd = get('t'), d = get('D'), reg = row->size == 8 ? d * 16 + vd : vd * 2 + d;
	int per = row->size == 8 ? 2 : 4;

	put(w, (reg + i) / per, (reg + i) % per * row->size);
}

static bool want_float(struct want *w)
{
	u32 offset = get('i') * 4;

	put_float(w, 0);
	w->at = get('U') ? offset : -offset;
	return w->n != 15 || row->load;
}

static bool want_floats(struct want *w)
{
	bool p = bit('P', 24), u = bit('U', 23), wback = bit('W', 21);
	u32 words = get('i') << (row->size == 8), bytes = words * 4;
	int vd = get('t'), d = get('D'), first = row->size == 8 ? d * 16 + vd : vd * 2 + d;
	int n = bytes / row->size;

	if (p == u || (p && !wback) || !n || first + n > 32 || n > (row->size == 8 ? 16 : 32) ||
	    w->n == 15)
		return false;
	for (int i = 0; i < n; i++)
		put_float(w, i);
	w->wback = wback;
	w->at = u ? 0 : -bytes;
	w->step = u ? bytes : -bytes;
	return true;
}

static bool want_narrow(struct want *w)
{
	u32 l = get('l');

	for (int i = 0; i < 8; i++)
		if (l >> i & 1)
			put(w, i, 0);
	if (get('h'))
		put(w, 14, 0);
	w->n = row->form == T_LIST ? w->n : 13;
	w->wback = !(row->form == T_LIST && row->load && l >> w->n & 1);
	w->step = row->form == T_PUSH ? -4 * w->nr : 4 * w->nr;
	w->at = row->form == T_PUSH ? -4 * w->nr : 0;
	if (!w->nr)
		return false;
	return row->load || row->form != T_LIST || !(l >> w->n & 1) || w->e[0].reg == w->n;
}

static bool want(struct want *w)
{
	memset(w, 0, sizeof(*w));
	w->n = has('n') ? (int)get('n') : 15;
	switch (row->form) {
	case LIST:
		return want_list(w);
	case FLOAT:
		return want_float(w);
	case FLOATS:
		return want_floats(w);
	case T_PUSH:
	case T_POP:
	case T_LIST:
		return want_narrow(w);
	default:
		return want_one(w);
	}
}

static bool same(const struct want *w, const struct keel_ldst *d)
{
	bool ok = d->aarch32 && d->load == row->load && d->size == row->size && d->nr == w->nr &&
		  !d->zero && d->vector == (row->form == FLOAT || row->form == FLOATS) &&
		  !d->clear && !d->replicate && d->base == (w->n == 15 ? KEEL_LDST_PC : w->n) &&
		  d->write_back == w->wback && !memcmp(d->elem, w->e, w->nr * sizeof(w->e[0])) &&
		  !d->reg64;

	if (row->load)
		ok = ok && d->sign_extend == row->sign;
	if (w->by_index)
		ok = ok && d->index.reg == get('m');
	ok = ok && keel_ldst_address(d, BASE, INDEXED, false) == (u32)(BASE + w->at);
	if (w->wback)
		ok = ok && keel_ldst_new_base(d, BASE, INDEXED, false) == (u32)(BASE + w->step);
	return ok && keel_ldst_bytes(d) <= KEEL_LDST_MAX_BYTES;
}

/* ---- all of them ---- */

static struct row *rows;

static const struct bitrow *row_at(unsigned int i)
{
	return &rows[i].enc;
}

static struct bittable table;
static bool (*decode)(u32 insn, struct keel_ldst *d);
static unsigned long decoded;
static int bad;

static void use(struct row *r, unsigned int nr, bool (*by)(u32, struct keel_ldst *))
{
	for (u32 top = 0; top < 2048; top++)
		free(table.first[top]);
	rows = r;
	for (unsigned int i = 0; i < nr; i++)
		r[i].enc = bitrow(r[i].text);
	table = (struct bittable) { .row = row_at, .nr = nr };
	bittable_sort(&table);
	decode = by;
	decoded = bad = 0;
}

/* A literal is a row of its own where a base of 15 means one. */
static int find(u32 word)
{
	int found = -1;

	for (const u16 *i = table.first[word >> 21]; *i; i++)
		if (bitrow_match(&rows[*i - 1].enc, word) &&
		    (found < 0 || !bitrow_width(&rows[*i - 1].enc, 'n')))
			found = *i - 1;
	return found;
}

static void judge(u32 word)
{
	struct keel_ldst d;
	struct want w;
	int i = find(word);
	bool got = decode(word, &d), wanted;

	insn = word;
	row = &rows[i < 0 ? 0 : i];
	wanted = i >= 0 && want(&w);
	decoded += got;
	if ((got == wanted && (!got || same(&w, &d))) || bad++ > 20)
		return;
	printf("# %08x: %s, row %s\n", word, got ? "decoded" : "refused", i >= 0 ? row->text : "none");
}

static u64 state = 88172645463325252ull;

static u32 any(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 16;
}

/*
 * All values of the upper half that may choose, all of the lower for some, samples for the others.
 */
static void judge_all(u32 first, u32 last)
{
	for (u32 high = first; high <= last; high++)
		for (u32 i = 0; i < 300; i++)
			judge(high << 16 | (any() & 0xffff));
	for (u32 high = first; high <= last; high += 0x10)
		for (u32 low = 0; low < 0x10000; low += 3)
			judge((high | (any() & 0xf)) << 16 | low);
}

static void test_a32(void)
{
	use(a32, NR(a32), keel_ldst32_decode_a32);
	judge_all(0xe000, 0xefff);
	for (u32 cond = 0; cond < 14; cond++) {
		struct keel_ldst d, e;

		CHECK(keel_ldst32_decode_a32(0x08b90007 | cond << 28, &d));
		CHECK(keel_ldst32_decode_a32(0xe8b90007, &e));
		CHECK(d.nr == e.nr && d.base == e.base);
	}
	CHECK_EQ(bad, 0);
	CHECK(decoded > 100000);
	for (int i = 0; i < 2000000; i++) {
		struct keel_ldst d;

		CHECK(!keel_ldst32_decode_a32(any() | 0xf0000000, &d));
	}
}

static void test_t32(void)
{
	use(t32, NR(t32), keel_ldst32_decode_t32);
	judge_all(0xe800, 0xffff);
	CHECK_EQ(bad, 0);
	CHECK(decoded > 100000);
}

static bool narrow(u32 word, struct keel_ldst *d)
{
	return keel_ldst32_decode_t16(word, d);
}

static void test_t16(void)
{
	use(t16, NR(t16), narrow);
	for (u32 i = 0; i < 0x10000; i++) {
		judge(i);
		CHECK_EQ(keel_ldst32_is_wide(i), i >= 0xe800);
	}
	CHECK_EQ(bad, 0);
	CHECK(decoded > 2000);
}

/* ldr r0, [r1, r2, rrx] */
static void test_rrx(void)
{
	struct keel_ldst d;

	CHECK(keel_ldst32_decode_a32(0xe7910062, &d));
	CHECK_EQ(keel_ldst_address(&d, 0x1000, 0x10, true), 0x80001008);
	CHECK_EQ(keel_ldst_address(&d, 0x1000, 0x10, false), 0x1008);
}

static void test_registers_of_modes(void)
{
	static const struct { u64 mode; u8 first, reg[7]; } modes[] = {
		{ PSR_AA32_MODE_USR, 8, { 8, 9, 10, 11, 12, 13, 14 } },
		{ PSR_AA32_MODE_SYS, 8, { 8, 9, 10, 11, 12, 13, 14 } },
		{ PSR_AA32_MODE_FIQ, 8, { 24, 25, 26, 27, 28, 29, 30 } },
		{ PSR_AA32_MODE_IRQ, 13, { 17, 16 } },
		{ PSR_AA32_MODE_SVC, 13, { 19, 18 } },
		{ PSR_AA32_MODE_ABT, 13, { 21, 20 } },
		{ PSR_AA32_MODE_UND, 13, { 23, 22 } },
	};

	for (unsigned int i = 0; i < NR(modes); i++)
		for (unsigned int r = 0; r < 15; r++)
			CHECK_EQ(keel_aarch32_insn_reg(modes[i].mode | 0x1f0, r),
				 r < modes[i].first ? r : modes[i].reg[r - modes[i].first]);
}

int main(void)
{
	RUN(test_a32);
	RUN(test_t32);
	RUN(test_t16);
	RUN(test_rrx);
	RUN(test_registers_of_modes);
	return ktap_done();
}
