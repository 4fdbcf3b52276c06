// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/ldst.c */
/*
 * Proves: each encoding of AArch64's loads and stores, by a table of the manual's
 * bit patterns, moves the registers, sizes and addresses that it says, and what is
 * not in the table is refused. All values of the bits that choose the instruction,
 * samples of those that are numbers.
 */
#include "arch/ldst.h"
#include "bitrows.h"
#include "ktap.h"

/* Rows name what they have. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

enum form { OFFSET, POST, PRE, INDEX, LITERAL, STRUCT, LANE, EACH, ZVA };

/*
 * Letters: n, t, u, m registers; i signed and j unsigned immediate in units of scale; S shift
 * by the size; Q, x place of a lane; er registers less one.
 */
struct row {
	struct bitrow enc;
	enum form form;
	bool load, vector, sign, reg64;
	u8 size, nr, scale;
	u8 selem, rpt;		/* structures */
	u8 extend;		/* 'w' UXTW, 's' SXTW, 'x' */
};

static struct row rows[600];
static unsigned int nr_rows;

static void add(const char *text, struct row r)
{
	r.enc = bitrow(text);
	rows[nr_rows++] = r;
}

/*
 * opc and size by what they are called in the manual's table of loads and stores of one register.
 */
static const struct { const char *size, *opc; struct row r; } general[] = {
	{ "00", "00", { .size = 1 } },
	{ "00", "01", { .size = 1, .load = true } },
	{ "00", "10", { .size = 1, .load = true, .sign = true, .reg64 = true } },
	{ "00", "11", { .size = 1, .load = true, .sign = true } },
	{ "01", "00", { .size = 2 } },
	{ "01", "01", { .size = 2, .load = true } },
	{ "01", "10", { .size = 2, .load = true, .sign = true, .reg64 = true } },
	{ "01", "11", { .size = 2, .load = true, .sign = true } },
	{ "10", "00", { .size = 4 } },
	{ "10", "01", { .size = 4, .load = true } },
	{ "10", "10", { .size = 4, .load = true, .sign = true, .reg64 = true } },
	{ "11", "00", { .size = 8 } },
	{ "11", "01", { .size = 8, .load = true, .reg64 = true } },
}, vector[] = {
	{ "00", "00", { .size = 1 } }, { "00", "01", { .size = 1, .load = true } },
	{ "00", "10", { .size = 16 } }, { "00", "11", { .size = 16, .load = true } },
	{ "01", "00", { .size = 2 } }, { "01", "01", { .size = 2, .load = true } },
	{ "10", "00", { .size = 4 } }, { "10", "01", { .size = 4, .load = true } },
	{ "11", "00", { .size = 8 } }, { "11", "01", { .size = 8, .load = true } },
};

/* z: size, c: opc, v: vector */
static const struct { const char *text; enum form form; bool no_vector; u8 extend; } forms[] = {
	{ "zz111v00 cc0iiiii iiii00nn nnnttttt", OFFSET },
	{ "zz111v00 cc0iiiii iiii01nn nnnttttt", POST },
	{ "zz111v00 cc0iiiii iiii10nn nnnttttt", OFFSET, .no_vector = true },
	{ "zz111v00 cc0iiiii iiii11nn nnnttttt", PRE },
	{ "zz111v00 cc1mmmmm 010S10nn nnnttttt", INDEX, .extend = 'w' },
	{ "zz111v00 cc1mmmmm 011S10nn nnnttttt", INDEX, .extend = 'x' },
	{ "zz111v00 cc1mmmmm 110S10nn nnnttttt", INDEX, .extend = 's' },
	{ "zz111v00 cc1mmmmm 111S10nn nnnttttt", INDEX, .extend = 'x' },
	{ "zz111v01 ccjjjjjj jjjjjjnn nnnttttt", OFFSET },
	{ "zz011v01 cc0iiiii iiii00nn nnnttttt", OFFSET, .no_vector = true },	/* LDAPUR, STLUR */
};

#define NR(a)	(sizeof(a) / sizeof((a)[0]))

static void add_single(unsigned int f, const char *size, const char *opc, bool vec, struct row r)
{
	char a[64], b[64], c[64];

	r.nr = 1;
	r.vector = vec;
	r.form = forms[f].form;
	r.extend = forms[f].extend;
	r.scale = strchr(forms[f].text, 'j') ? r.size : 1;
	bitrow_fill(a, forms[f].text, 'z', size);
	bitrow_fill(b, a, 'c', opc);
	add(bitrow_fill(c, b, 'v', vec ? "1" : "0"), r);
}

static void add_singles(void)
{
	for (unsigned int f = 0; f < NR(forms); f++) {
		for (unsigned int i = 0; i < NR(general); i++)
			add_single(f, general[i].size, general[i].opc, false, general[i].r);
		for (unsigned int i = 0; i < NR(vector) && !forms[f].no_vector; i++)
			add_single(f, vector[i].size, vector[i].opc, true, vector[i].r);
	}
}

static void add_pairs(void)
{
	static const struct { const char *text; struct row r; } pairs[] = {
		{ "0010100m m0iiiiii iuuuuunn nnnttttt", { .size = 4 } },
		{ "0010100m m1iiiiii iuuuuunn nnnttttt", { .size = 4, .load = true } },
		{ "1010100m m0iiiiii iuuuuunn nnnttttt", { .size = 8 } },
		{ "1010100m m1iiiiii iuuuuunn nnnttttt", { .size = 8, .load = true, .reg64 = true } },
		{ "0010110m m0iiiiii iuuuuunn nnnttttt", { .size = 4, .vector = true } },
		{ "0010110m m1iiiiii iuuuuunn nnnttttt", { .size = 4, .vector = true, .load = true } },
		{ "0110110m m0iiiiii iuuuuunn nnnttttt", { .size = 8, .vector = true } },
		{ "0110110m m1iiiiii iuuuuunn nnnttttt", { .size = 8, .vector = true, .load = true } },
		{ "1010110m m0iiiiii iuuuuunn nnnttttt", { .size = 16, .vector = true } },
		{ "1010110m m1iiiiii iuuuuunn nnnttttt", { .size = 16, .vector = true, .load = true } },
		{ "0110100m m1iiiiii iuuuuunn nnnttttt", { .size = 4, .load = true, .sign = true, .reg64 = true } },
	};
	static const struct { const char *mode; enum form form; } modes[] = {
		{ "00", OFFSET }, { "01", POST }, { "10", OFFSET }, { "11", PRE },
	};

	for (unsigned int i = 0; i < NR(pairs); i++)
		for (unsigned int m = pairs[i].r.sign; m < 4; m++) {
			struct row r = pairs[i].r;
			char text[64];

			r.nr = 2;
			r.scale = r.size;
			r.form = modes[m].form;
			add(bitrow_fill(text, pairs[i].text, 'm', modes[m].mode), r);
		}
}

static void add_literals(void)
{
	struct row r = { .form = LITERAL, .load = true, .nr = 1, .scale = 4 };

	r.size = 4;
	add("00011000 iiiiiiii iiiiiiii iiittttt", r);
	r.vector = true;
	add("00011100 iiiiiiii iiiiiiii iiittttt", r);
	r.size = 8;
	add("01011100 iiiiiiii iiiiiiii iiittttt", r);
	r.size = 16;
	add("10011100 iiiiiiii iiiiiiii iiittttt", r);
	r = (struct row) { .form = LITERAL, .load = true, .nr = 1, .scale = 4, .size = 8, .reg64 = true };
	add("01011000 iiiiiiii iiiiiiii iiittttt", r);
	r.size = 4;
	r.sign = true;
	add("10011000 iiiiiiii iiiiiiii iiittttt", r);
}

static void add_ordered(void)
{
	static const char *const sizes[] = { "00", "01", "10", "11" };

	for (unsigned int i = 0; i < 4; i++) {
		struct row st = { .form = OFFSET, .nr = 1, .size = 1 << i }, ld = st;
		char text[64];

		ld.load = true;
		ld.reg64 = i == 3;
		/* STLLR */
		add(bitrow_fill(text, "zz001000 10011111 011111nn nnnttttt", 'z', sizes[i]), st);
		/* STLR */
		add(bitrow_fill(text, "zz001000 10011111 111111nn nnnttttt", 'z', sizes[i]), st);
		/* LDLAR */
		add(bitrow_fill(text, "zz001000 11011111 011111nn nnnttttt", 'z', sizes[i]), ld);
		/* LDAR */
		add(bitrow_fill(text, "zz001000 11011111 111111nn nnnttttt", 'z', sizes[i]), ld);
		/* LDAPR */
		add(bitrow_fill(text, "zz111000 10111111 110000nn nnnttttt", 'z', sizes[i]), ld);
	}
}

static const char *const sizes[] = { "00", "01", "10", "11" };

/* LD1 to LD4 and their stores, whole registers */
static void add_multiples(void)
{
	static const struct { const char *opcode; u8 selem, rpt; } ops[] = {
		{ "0000", 4, 1 }, { "0010", 1, 4 }, { "0100", 3, 1 }, { "0110", 1, 3 },
		{ "0111", 1, 1 }, { "1000", 2, 1 }, { "1010", 1, 2 },
	};

	for (unsigned int i = 0; i < NR(ops) * 4 * 8; i++) {
		unsigned int op = i / 32, size = i / 8 % 4, quad = i / 4 % 2, load = i / 2 % 2,
			     post = i % 2;
		struct row r = {
			.form = STRUCT, .vector = true, .load = load, .size = 1 << size,
			.selem = ops[op].selem, .rpt = ops[op].rpt,
		};
		char text[64];

		if (size == 3 && !quad && r.selem > 1)
			continue;
		snprintf(text, sizeof(text), "0%u001100%u%u%s%s%snnnnnttttt", quad, post, load,
			 post ? "0mmmmm" : "000000", ops[op].opcode, sizes[size]);
		r.nr = (quad ? 16 : 8) / r.size * r.selem * r.rpt;
		add(text, r);
	}
}

/* ... and one lane, or one element to each lane */
static void add_lanes(void)
{
	static const struct { const char *tail; u8 size; } lanes[] = {
		{ "00exxx", 1 }, { "01exx0", 2 }, { "10ex00", 4 }, { "10e001", 8 },
	};
	char text[64];

	for (unsigned int i = 0; i < 4 * 4; i++) {
		unsigned int load = i / 2 % 2, post = i % 2;
		struct row r = { .form = LANE, .vector = true, .load = load, .size = lanes[i / 4].size };

		snprintf(text, sizeof(text), "0Q001101%u%ur%s%snnnnnttttt", post, load,
			 post ? "mmmmm" : "00000", lanes[i / 4].tail);
		add(text, r);
		r.form = EACH;
		r.size = 1 << i / 4;
		if (!load)
			continue;
		snprintf(text, sizeof(text), "0Q001101%u1r%s11e0%snnnnnttttt", post,
			 post ? "mmmmm" : "00000", sizes[i / 4]);
		add(text, r);
	}
}

static const struct bitrow *row_at(unsigned int i)
{
	return &rows[i].enc;
}

static struct bittable table = { .row = row_at };

static void make_table(void)
{
	add_singles();
	add_pairs();
	add_literals();
	add_ordered();
	add_multiples();
	add_lanes();
	add("11010101 00001011 01110100 001nnnnn", (struct row) { .form = ZVA });
	table.nr = nr_rows;
	bittable_sort(&table);
}

/* ---- what the table expects ---- */

/* The loops of the manual's pseudocode, one element after the other. */
static unsigned int want_elems(const struct row *r, u32 insn, struct keel_ldst_elem *e)
{
	u32 t = bitrow_get(&r->enc, insn, 't'), q = insn >> 30 & 1, n = 0;
	u32 selem = (bitrow_get(&r->enc, insn, 'e') << 1 | bitrow_get(&r->enc, insn, 'r')) + 1;

	switch (r->form) {
	case STRUCT:
		for (u32 rep = 0; rep < r->rpt; rep++)
			for (u32 lane = 0; lane < (q ? 128u : 64u) / (8 * r->size); lane++) {
				u32 tt = (t + rep) % 32;

				for (u32 s = 0; s < r->selem; s++, tt = (tt + 1) % 32)
					e[n++] = (struct keel_ldst_elem) { tt, lane * r->size };
			}
		return n;
	case LANE:
	case EACH:
		for (u32 s = 0; s < selem; s++, t = (t + 1) % 32) {
			u32 place =
				q << bitrow_width(&r->enc, 'x') | bitrow_get(&r->enc, insn, 'x');

			e[n++] = (struct keel_ldst_elem) { t, r->form == LANE ? place * r->size : 0 };
		}
		return n;
	case ZVA:
		return 0;
	default:
		e[0] = (struct keel_ldst_elem) { t, 0 };
		e[1] = (struct keel_ldst_elem) { bitrow_get(&r->enc, insn, 'u'), 0 };
		return r->nr;
	}
}

static bool has_write_back(const struct row *r, u32 insn)
{
	return r->form == POST || r->form == PRE ||
	       (r->form >= STRUCT && r->form <= EACH && insn & 1 << 23);
}

static bool is_unpredictable(const struct row *r, u32 insn, const struct keel_ldst_elem *e,
			     unsigned int nr)
{
	u32 n = bitrow_get(&r->enc, insn, 'n');

	if (nr == 2 && r->load && (r->form == OFFSET || r->form == POST || r->form == PRE) &&
	    e[0].reg == e[1].reg)
		return true;
	if (r->vector || !has_write_back(r, insn) || n == 31)
		return false;
	return e[0].reg == n || (nr == 2 && e[1].reg == n);
}

#define BASE	0x1234567887654321ull
#define INDEXED	0xfedcba9889abcdefull

static s64 immediate(const struct row *r, u32 insn)
{
	if (bitrow_width(&r->enc, 'j'))
		return (s64)bitrow_get(&r->enc, insn, 'j') * r->scale;
	return bitrow_width(&r->enc, 'i') ? bitrow_signed(&r->enc, insn, 'i') * r->scale : 0;
}

static u64 want_address(const struct row *r, u32 insn)
{
	u64 m = r->extend == 'w' ? INDEXED & 0xffffffff : r->extend == 's' ? INDEXED | 0xffffffff00000000 : INDEXED;

	if (r->form == ZVA)
		return BASE / 64 * 64;
	if (r->form == INDEX)
		return BASE + m * (bitrow_get(&r->enc, insn, 'S') ? r->size : 1);
	return r->form == POST ? BASE : BASE + immediate(r, insn);
}

static u64 want_new_base(const struct row *r, u32 insn, unsigned int bytes)
{
	if (r->form == POST || r->form == PRE)
		return BASE + immediate(r, insn);
	return BASE + (bitrow_get(&r->enc, insn, 'm') == 31 ? bytes : INDEXED);
}

static bool same(const struct row *r, u32 insn, const struct keel_ldst *d)
{
	struct keel_ldst_elem e[KEEL_LDST_MAX_ELEMS];
	unsigned int nr = want_elems(r, insn, e), bytes = r->form == ZVA ? 64 : nr * r->size;
	u32 base = r->form == LITERAL ? KEEL_LDST_PC : bitrow_get(&r->enc, insn, 'n');
	bool clear = r->vector && r->load && r->form != LANE;
	bool ok = d->load == r->load && d->vector == r->vector && d->clear == clear &&
		  !d->aarch32 && d->zero == (r->form == ZVA ? 64 : 0) && d->nr == nr &&
		  d->base == base && d->write_back == has_write_back(r, insn) &&
		  keel_ldst_bytes(d) == bytes;

	if (r->form != ZVA)
		ok = ok && d->size == r->size && !memcmp(d->elem, e, nr * sizeof(e[0]));
	if (!r->vector && r->load)
		ok = ok && d->sign_extend == r->sign && d->reg64 == r->reg64;
	if (r->load)
		ok = ok && d->replicate == (r->form == EACH ? insn & 1 << 30 ? 16 : 8 : 0);
	if (d->index_at || d->index_step)
		ok = ok && d->index.reg == bitrow_get(&r->enc, insn, 'm');
	ok = ok && keel_ldst_address(d, BASE, INDEXED, false) == want_address(r, insn);
	if (d->write_back)
		ok = ok &&
		     keel_ldst_new_base(d, BASE, INDEXED, false) == want_new_base(r, insn, bytes);
	return ok;
}

static unsigned long decoded, refused;

static bool judge(u32 insn)
{
	struct keel_ldst_elem e[KEEL_LDST_MAX_ELEMS];
	struct keel_ldst d;
	int i = bittable_find(&table, insn);
	bool got = keel_ldst_decode(insn, 64, &d);
	bool want = i >= 0 && !is_unpredictable(&rows[i], insn, e, want_elems(&rows[i], insn, e));

	decoded += got;
	refused += !got;
	if (got == want && (!got || same(&rows[i], insn, &d)))
		return true;
	printf("# %08x: %s, row %s\n", insn, got ? "decoded" : "refused", i >= 0 ? rows[i].enc.bits : "none");
	return false;
}

static void test_every_load_and_store(void)
{
	static const u32 regs[][2] = { { 0, 1 }, { 5, 5 }, { 31, 31 }, { 30, 29 }, { 31, 2 }, { 3, 31 }, { 9, 14 } };
	int bad = 0;

	for (u32 top = 0; top < 2048; top++) {
		if ((top << 21 & 0x0a000000) != 0x08000000)
			continue;
		for (u32 middle = 0; middle < 2048; middle++)
			for (unsigned int i = 0; i < NR(regs) && bad < 20; i++)
				bad += !judge(top << 21 | middle << 10 | regs[i][0] << 5 |
					      regs[i][1]);
	}
	CHECK_EQ(bad, 0);
	CHECK(decoded > 100000 && refused > 100000);
	printf("# %lu decoded, %lu refused\n", decoded, refused);
}

/* Whatever the instruction is, the answer holds what the tables of the engine have room for. */
static bool is_sound(const struct keel_ldst *d)
{
	bool ok = d->zero || keel_ldst_bytes(d) <= KEEL_LDST_MAX_BYTES;

	for (unsigned int i = 0; i < d->nr; i++)
		ok = ok && d->elem[i].reg <= 31 && d->elem[i].at + d->size <= 16;
	return ok && d->nr <= KEEL_LDST_MAX_ELEMS && d->base <= KEEL_LDST_PC &&
	       d->replicate <= 16 && d->index.reg <= 31;
}

static u64 state = 88172645463325252ull;

static u32 any(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 16;
}

static void test_any_word(void)
{
	int bad = 0;

	for (int i = 0; i < 4000000 && bad < 20; i++) {
		u32 insn = any();
		struct keel_ldst d;

		if (i & 1)
			insn = (insn & ~0x0a000000) | 0x08000000;
		bad += !judge(insn);
		if (keel_ldst_decode(insn, 64, &d)) {
			bad += !is_sound(&d);
			keel_ldst_address(&d, any(), any(), any() & 1);
			keel_ldst_new_base(&d, any(), any(), any() & 1);
		}
	}
	CHECK_EQ(bad, 0);
}

static void test_zero_block(void)
{
	struct keel_ldst d;

	for (u32 i = 0; i < 32; i++)
		CHECK(judge(0xd50b7420 | i));
	CHECK(!judge(0) || !keel_ldst_decode(0, 64, &d));
	CHECK(!keel_ldst_decode(0xd50b7460, 64, &d));	/* DC GVA */
	CHECK(!keel_ldst_decode(0xd50b7a20, 64, &d));	/* DC CVAC */
	CHECK(!keel_ldst_decode(0xd50b7420, 0, &d));
	CHECK(keel_ldst_decode(0xd50b7423, 2048, &d));
	CHECK_EQ(keel_ldst_bytes(&d), 2048);
}

/*
 * By name, so that a mistake in the table's own reading of the manual shows. Words by an assembler.
 */
static void test_by_name(void)
{
	static const u32 refused_words[] = {
		0xc85f7c20,	/* ldxr x0, [x1] */
		0xc8027c20,	/* stxr w2, x0, [x1] */
		0xc87f0440,	/* ldxp x0, x1, [x2] */
		0xc8a07c41,	/* cas x0, x1, [x2] */
		0x48207c82,	/* casp x0, x1, x2, x3, [x4] */
		0xf8200041,	/* ldadd x0, x1, [x2] */
		0xf8208041,	/* swp x0, x1, [x2] */
		0xf8200420,	/* ldraa x0, [x1] */
		0xf9800020,	/* prfm pldl1keep, [x1] */
		0xf8800020,	/* prfum pldl1keep, [x1] */
		0xd8000000,	/* prfm pldl1keep, . */
		0xf83fd020,	/* ld64b x0, [x1] */
		0xd9200820,	/* stg x0, [x1] */
		0x69000440,	/* stgp x0, x1, [x2] */
		0xa5e0a020,	/* ld1d {z0.d}, p0/z, [x1] */
		0xd503201f,	/* nop */
	};
	struct keel_ldst d;

	for (unsigned int i = 0; i < NR(refused_words); i++)
		if (keel_ldst_decode(refused_words[i], 64, &d)) {
			printf("# %08x\n", refused_words[i]);
			CHECK(false);
		}
	/* ldp x0, x1, [sp, #-16]! */
	CHECK(keel_ldst_decode(0xa9ff07e0, 64, &d) && d.load && d.nr == 2 && d.size == 8 && d.base == KEEL_LDST_SP &&
	      d.write_back && d.at == -16 && d.step == -16 && d.elem[1].reg == 1);
	/* ld4 {v30.4s-v1.4s}, [x2], #64 */
	CHECK(keel_ldst_decode(0x4cdf085e, 64, &d) && d.nr == 16 && d.size == 4 && d.elem[3].reg == 1 &&
	      d.elem[4].reg == 30 && d.elem[4].at == 4 && d.step == 64);
	/* st1 of the sixth half of v7, [x3], x4 */
	CHECK(keel_ldst_decode(0x4d844867, 64, &d) && d.nr == 1 && d.size == 2 && d.elem[0].at == 10 &&
	      d.index_step && d.index.reg == 4 && !d.load);
}

int main(void)
{
	make_table();
	RUN(test_every_load_and_store);
	RUN(test_any_word);
	RUN(test_zero_block);
	RUN(test_by_name);
	return ktap_done();
}
