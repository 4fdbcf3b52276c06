/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Encodings written as 32 characters, as in the manual's tables: 0, 1, and letters that name
 * fields.
 */
#ifndef KEEL_UNIT_BITROWS_H
#define KEEL_UNIT_BITROWS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/types.h>

struct bitrow {
	char bits[40];
	u32 mask, value;
};

/* Blanks are for the reader. '.' may be anything and has no name. */
static inline struct bitrow bitrow(const char *text)
{
	struct bitrow r = { .bits = "" };
	int n = 0;

	for (; *text; text++) {
		if (*text == ' ')
			continue;
		r.bits[n++] = *text;
		r.mask = r.mask << 1 | (*text == '0' || *text == '1');
		r.value = r.value << 1 | (*text == '1');
	}
	if (n != 32) {
		printf("Bail out! %s has %d bits\n", r.bits, n);
		exit(1);
	}
	return r;
}

static inline bool bitrow_match(const struct bitrow *r, u32 insn)
{
	return (insn & r->mask) == r->value;
}

/* The field, wherever its bits are, from the left; 0: there is none. And how many bits. */
static inline u32 bitrow_get(const struct bitrow *r, u32 insn, char name)
{
	u32 v = 0;

	for (int i = 0; i < 32; i++)
		if (r->bits[i] == name)
			v = v << 1 | (insn >> (31 - i) & 1);
	return v;
}

static inline int bitrow_width(const struct bitrow *r, char name)
{
	int n = 0;

	for (int i = 0; i < 32; i++)
		n += r->bits[i] == name;
	return n;
}

/* Two's complement. */
static inline s64 bitrow_signed(const struct bitrow *r, u32 insn, char name)
{
	s64 v = bitrow_get(r, insn, name), top = 1ll << (bitrow_width(r, name) - 1);

	return v >= top ? v - 2 * top : v;
}

/* The row's text with the characters of one field given. */
static inline const char *bitrow_fill(char *buf, const char *text, char name, const char *digits)
{
	char *to = buf;

	for (; *text; text++)
		*to++ = *text == name && *digits ? *digits++ : *text;
	*to = 0;
	return buf;
}

/* One row at most has the instruction. first: rows of each value of bits 31:21, to be quick. */
struct bittable {
	const struct bitrow *(*row)(unsigned int i);
	unsigned int nr;
	u16 *first[2048];
};

static inline void bittable_sort(struct bittable *t)
{
	for (u32 top = 0; top < 2048; top++) {
		unsigned int n = 0;

		t->first[top] = calloc(t->nr + 1, sizeof(u16));
		for (unsigned int i = 0; i < t->nr; i++) {
			const struct bitrow *r = t->row(i);

			if (((top << 21) & r->mask & 0xffe00000) == (r->value & 0xffe00000))
				t->first[top][n++] = i + 1;
		}
	}
}

/* -1: none. Two is a mistake of the table's. */
static inline int bittable_find(const struct bittable *t, u32 insn)
{
	int found = -1;

	for (const u16 *i = t->first[insn >> 21]; *i; i++) {
		if (!bitrow_match(t->row(*i - 1), insn))
			continue;
		if (found >= 0) {
			printf("Bail out! %08x is %s and %s\n", insn, t->row(found)->bits,
			       t->row(*i - 1)->bits);
			exit(1);
		}
		found = *i - 1;
	}
	return found;
}

#endif
