// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads and stores to no memory that the CPU does not describe (KEEL_CAP_ARM_DECODE_NISV).
 * Proves: registers and bytes come out as by the CPU itself from memory, for pairs,
 * write-back, all sizes of FP and SIMD registers, structures and DC ZVA, at EL1 and EL0, in
 * both byte orders, in accesses of the right size at rising addresses.
 */
#include "lib/lab.h"

/* --- instructions by chance, as the manual builds them --- */

static u32 pick(u32 n)
{
	return lab_random() % n;
}

/* Different from each other, so that nothing is unpredictable. */
static void registers(u32 *a, u32 *b, u32 *c)
{
	do {
		*a = pick(31);
		*b = pick(31);
		*c = pick(31);
	} while (*a == *b || *b == *c || *a == *c);
}

static s64 field(u32 bits, s64 v)
{
	return v & ((1 << bits) - 1);
}

static struct lab_trial trial(u32 insn, u32 base, u32 bytes, u32 part, s64 off)
{
	return (struct lab_trial) {
		.insn = insn, .base = base, .bytes = bytes, .part = part > 8 ? 8 : part, .align = pick(2) ? 16 : 1,
		.off = off, .index = 31,
	};
}

/* LDP, STP, LDNP, STNP, LDPSW */
static struct lab_trial a_pair(void)
{
	u32 v = pick(2), mode = pick(4), load = pick(2), opc = pick(3), t, t2, n, size;
	s64 imm = (s64)pick(128) - 64;

	registers(&t, &t2, &n);
	if (!v && opc == 1) {
		load = 1;
		mode = mode ?: 2;
	}
	if (!pick(8))
		n = 31;
	size = v ? 4 << opc : opc == 2 ? 8 : 4;
	return trial(opc << 30 | 0x28000000 | v << 26 | mode << 23 | load << 22 |
			     field(7, imm) << 15 | t2 << 10 | n << 5 | t,
		     n, 2 * size, size, mode == 1 ? 0 : imm * size);
}

/* Size and opc of a general register, or of a vector register. */
static void form(u32 v, bool with_sign, u32 *size, u32 *opc, u32 *bytes)
{
	do {
		*size = pick(4);
		*opc = pick(4);
	} while (v ? *size && *opc > 1
		   : (*size == 3 && *opc > 1) || (*size == 2 && *opc == 3) ||
				 (*opc > 1 && !with_sign));
	*bytes = v && *opc > 1 ? 16 : 1 << *size;
}

/* Pre- and post-indexed, and unscaled */
static struct lab_trial a_single(void)
{
	u32 v = pick(2), mode = (u32[]){ 0, 1, 3 }[pick(3)], size, opc, bytes, t, n, unused;
	s64 imm = (s64)pick(512) - 256;

	form(v, mode, &size, &opc, &bytes);
	registers(&t, &n, &unused);
	if (!pick(8))
		n = 31;
	return trial(size << 30 | 0x38000000 | v << 26 | opc << 22 | field(9, imm) << 12 |
			     mode << 10 | n << 5 | t,
		     n, bytes, bytes, mode == 1 ? 0 : imm);
}

static struct lab_trial an_unsigned(void)
{
	u32 v = pick(4) ? 1 : 0, imm = pick(4096), size, opc, bytes, t, n, unused;

	form(v, false, &size, &opc, &bytes);
	registers(&t, &n, &unused);
	return trial(size << 30 | 0x39000000 | v << 26 | opc << 22 | imm << 10 | n << 5 | t, n,
		     bytes, bytes, imm * bytes);
}

static struct lab_trial an_indexed(void)
{
	u32 option = (u32[]){ 2, 3, 6, 7 }[pick(4)], shift = pick(2), size, opc, bytes, t, n, m;
	u64 val = lab_random();
	s64 index = option == 2 ? (s64)(u32)val : option == 6 ? (s64)(int)val : (s64)val;
	struct lab_trial r;

	form(1, false, &size, &opc, &bytes);
	registers(&t, &n, &m);
	r = trial(size << 30 | 0x3c200800 | opc << 22 | m << 16 | option << 13 | shift << 12 |
			  n << 5 | t,
		  n, bytes, bytes, index * (s64)(shift ? bytes : 1));
	r.index = m;
	r.index_val = val;
	return r;
}

static struct lab_trial a_literal(void)
{
	u32 opc = pick(3), t = pick(32), bytes = 4 << opc;
	struct lab_trial r = trial(opc << 30 | 0x1c000000 | t, LAB_LITERAL, bytes, bytes, 0);

	r.align = 4;
	return r;
}

/* Post-index: 0 none, 1 by the bytes, 2 by a register */
static struct lab_trial with_post(u32 insn, u32 bytes, u32 part)
{
	u32 post = pick(3), n, m, unused;
	struct lab_trial r;

	registers(&n, &m, &unused);
	insn |= post ? 1 << 23 | (post == 1 ? 31 : m) << 16 : 0;
	r = trial(insn | n << 5 | pick(32), n, bytes, part, 0);
	if (post == 2) {
		r.index = m;
		r.index_val = lab_random();
	}
	return r;
}

static struct lab_trial a_structure(void)
{
	static const struct { u8 opcode, selem, rpt; } ops[] = {
		{ 0, 4, 1 }, { 2, 1, 4 }, { 4, 3, 1 }, { 6, 1, 3 }, { 7, 1, 1 }, { 8, 2, 1 }, { 10, 1, 2 },
	};
	u32 op = pick(7), size = pick(4), q = pick(2), load = pick(2);

	if (size == 3 && ops[op].selem > 1)
		q = 1;
	return with_post(q << 30 | 0x0c000000 | load << 22 | ops[op].opcode << 12 | size << 10,
			 (q ? 16 : 8) * ops[op].selem * ops[op].rpt, 1 << size);
}

static struct lab_trial a_lane(void)
{
	u32 log2 = pick(4), q = pick(2), load = pick(2), r = pick(2), e = pick(2);
	/* S and size: the lane, as far as they are not the size */
	u32 place = log2 == 3 ? 1 : pick(8) & (8 - (1 << log2));

	return with_post(q << 30 | 0x0d000000 | load << 22 | r << 21 |
				 (log2 == 3 ? 2 : log2) << 14 | e << 13 | place << 10,
			 (2 * e + r + 1) << log2, 1 << log2);
}

static struct lab_trial a_replicated(void)
{
	u32 log2 = pick(4), q = pick(2), r = pick(2), e = pick(2);

	return with_post(q << 30 | 0x0d40c000 | r << 21 | e << 13 | log2 << 10,
			 (2 * e + r + 1) << log2, 1 << log2);
}

static struct lab_trial a_zero_block(void)
{
	u32 t = pick(31), bytes = 4 << (mrs(dczid_el0) & 15);
	struct lab_trial r = trial(0xd50b7420 | t, t, bytes, 8, 0);

	r.align = bytes;
	r.any_in_block = true;
	return r;
}

static void compare(u32 pstate, bool big)
{
	static struct lab_trial (*const kinds[])(void) = {
		a_pair,	   a_pair,	a_single,    a_single, an_unsigned,  an_indexed,
		a_literal, a_structure, a_structure, a_lane,   a_replicated, a_zero_block,
	};
	struct lab *lab = lab_new(pstate, big);

	for (unsigned int i = 0; i < ktap_times(10) * ARRAY_SIZE(kinds); i++) {
		struct lab_trial t = kinds[i % ARRAY_SIZE(kinds)]();

		lab_compare(lab, &t);
	}
}

static void el1(void)		{ compare(LAB_EL1, false); }
static void el1_big(void)	{ compare(LAB_EL1, true); }
static void el0(void)		{ compare(LAB_EL0, false); }
static void el0_big(void)	{ compare(LAB_EL0, true); }

static const struct ktap_case cases[] = {
	{ "EL1", el1, 120 },
	{ "EL1, big-endian", el1_big, 120 },
	{ "EL0", el0, 120 },
	{ "EL0, big-endian", el0_big, 120 },
};

KTAP_MAIN(cases)
