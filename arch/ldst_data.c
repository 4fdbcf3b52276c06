// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* Each element by itself: its size, its byte order. */
#include <linux/string.h>
#include "ldst_data.h"
#include "mmio_data.h"

static struct keel_mmio_form form(const struct keel_ldst *d, bool big)
{
	return (struct keel_mmio_form) {
		.len = d->size, .big_endian = big, .sign_extend = d->sign_extend, .reg64 = d->reg64,
	};
}

/* Between memory and a vector register, either way. */
static void copy(u8 *to, const u8 *from, unsigned int size, bool big)
{
	unsigned int i;

	for (i = 0; i < size; i++)
		to[i] = from[big ? size - 1 - i : i];
}

static u8 *vector(const struct keel_ldst_regs *r, unsigned int reg)
{
	return r->v + (size_t)reg * r->v_size;
}

static void store_general(const struct keel_ldst *d, bool big, u64 val, u8 *data)
{
	u8 bytes[8];

	keel_mmio_data_store(form(d, big), val, bytes);
	memcpy(data, bytes, d->size);
}

static void load_general(const struct keel_ldst *d, bool big, u64 *x, const u8 *data)
{
	u8 bytes[8] = {};

	memcpy(bytes, data, d->size);
	*x = keel_mmio_data_load(form(d, big), bytes);
}

void keel_ldst_data_store(const struct keel_ldst *d, bool big_endian,
			  const struct keel_ldst_regs *r, u8 *data)
{
	unsigned int i;

	for (i = 0; i < d->nr; i++, data += d->size) {
		struct keel_ldst_elem e = d->elem[i];

		if (d->vector)
			copy(data, vector(r, e.reg) + e.at, d->size, big_endian);
		else
			store_general(d, big_endian, e.reg == KEEL_LDST_ZR ? 0 : r->x[e.reg], data);
	}
}

/* In AArch64 what is above V's 16 bytes becomes zero by any write of V. */
static void clear(const struct keel_ldst *d, const struct keel_ldst_regs *r)
{
	unsigned int i, keep = d->clear ? 0 : 16;

	if (d->aarch32)
		return;
	for (i = 0; i < d->nr; i++)
		memset(vector(r, d->elem[i].reg) + keep, 0, r->v_size - keep);
}

static void load_vector(const struct keel_ldst *d, bool big, u8 *v, const u8 *data)
{
	unsigned int at = 0;

	do {
		copy(v + at, data, d->size, big);
		at += d->size;
	} while (at < d->replicate);
}

void keel_ldst_data_load(const struct keel_ldst *d, bool big_endian, const struct keel_ldst_regs *r,
			 const u8 *data)
{
	unsigned int i;

	if (d->vector)
		clear(d, r);
	for (i = 0; i < d->nr; i++, data += d->size) {
		struct keel_ldst_elem e = d->elem[i];

		if (d->vector)
			load_vector(d, big_endian, vector(r, e.reg) + e.at, data);
		else if (e.reg != KEEL_LDST_ZR)
			load_general(d, big_endian, &r->x[e.reg], data);
	}
}
