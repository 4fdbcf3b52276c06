// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/ldst_data.c arch/mmio_data.c */
/*
 * Proves: elements and bytes of loads and stores correspond, in both byte orders, for
 * general and vector registers; a load clears what the architecture says and no more,
 * in registers as long as SVE's too.
 */
#include <stdlib.h>
#include <string.h>
#include "arch/ldst_data.h"
#include "ktap.h"

#define LONG	64	/* bytes of a Z register */

static u64 x[31];
static u8 v[32 * LONG], before[32 * LONG], data[KEEL_LDST_MAX_BYTES];

static void fill(void *to, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		((u8 *)to)[i] = rand() >> 7;
}

static struct keel_ldst_regs regs(unsigned int v_size)
{
	fill(x, sizeof(x));
	fill(v, sizeof(v));
	fill(data, sizeof(data));
	memcpy(before, v, sizeof(v));
	return (struct keel_ldst_regs) { .x = x, .v = v, .v_size = v_size };
}

/* Byte j of an element of so many, as it is in memory. */
static unsigned int place(unsigned int j, unsigned int size, bool big)
{
	return big ? size - 1 - j : j;
}

static void test_general(void)
{
	for (unsigned int n = 0; n < 4000; n++) {
		bool big = n & 1, sign = n & 2, wide = n & 4;
		struct keel_ldst d = { .size = 1 << (n >> 3 & 3), .nr = 2, .sign_extend = sign, .reg64 = wide };
		struct keel_ldst_regs r = regs(16);

		d.elem[0].reg = n % 16;
		d.elem[1].reg = n % 5 ? 16 + n % 15 : KEEL_LDST_ZR;
		keel_ldst_data_store(&d, big, &r, data);
		for (unsigned int i = 0; i < 2; i++)
			for (unsigned int j = 0; j < d.size; j++) {
				u64 val = d.elem[i].reg == 31 ? 0 : x[d.elem[i].reg];

				CHECK_EQ(data[i * d.size + place(j, d.size, big)], val >> 8 * j & 0xff);
			}
		d.load = true;
		fill(data, sizeof(data));
		keel_ldst_data_load(&d, big, &r, data);
		for (unsigned int i = 0; i < 2; i++) {
			s64 val = 0;

			for (unsigned int j = 0; j < d.size; j++)
				val |= (u64)data[i * d.size + place(j, d.size, big)] << 8 * j;
			if (sign)
				val = (s64)((u64)val << (64 - 8 * d.size)) >> (64 - 8 * d.size);
			if (d.elem[i].reg != 31)
				CHECK_EQ(x[d.elem[i].reg], wide ? (u64)val : (u32)val);
		}
	}
}

/* What a byte of V should be after a load. */
static u8 want(const struct keel_ldst *d, bool big, unsigned int reg, unsigned int at)
{
	bool touched = false;

	for (unsigned int i = 0; i < d->nr; i++) {
		unsigned int first = d->elem[i].at, last = first + (d->replicate ?: d->size);

		if (d->elem[i].reg != reg)
			continue;
		touched = true;
		if (at >= first && at < last)
			return data[i * d->size + place((at - first) % d->size, d->size, big)];
	}
	return touched && !d->aarch32 && (d->clear || at >= 16) ? 0 : before[reg * LONG + at];
}

static void check_load(struct keel_ldst *d, bool big)
{
	struct keel_ldst_regs r = regs(LONG);
	int bad = 0;

	d->load = true;
	keel_ldst_data_load(d, big, &r, data);
	for (unsigned int reg = 0; reg < 32; reg++)
		for (unsigned int at = 0; at < LONG; at++)
			bad += v[reg * LONG + at] != want(d, big, reg, at);
	CHECK_EQ(bad, 0);
}

static void check_store(struct keel_ldst *d, bool big)
{
	struct keel_ldst_regs r = regs(LONG);

	d->load = false;
	keel_ldst_data_store(d, big, &r, data);
	for (unsigned int i = 0; i < d->nr; i++)
		for (unsigned int j = 0; j < d->size; j++)
			CHECK_EQ(data[i * d->size + place(j, d->size, big)], v[d->elem[i].reg * LONG + d->elem[i].at + j]);
	CHECK(!memcmp(v, before, sizeof(v)));
}

static void test_vector(void)
{
	for (unsigned int n = 0; n < 4000; n++) {
		struct keel_ldst d = { .vector = true, .size = 1 << n % 5, .clear = n & 32, .aarch32 = n & 64 };

		d.nr = 1 + rand() % (128 / d.size > 64 ? 64 : 128 / d.size);
		for (unsigned int i = 0; i < d.nr; i++) {
			/* no byte twice */
			d.elem[i].reg = (n + i * d.size / 16) % 32;
			d.elem[i].at = i * d.size % 16;
		}
		check_store(&d, n & 128);
		if (d.aarch32)
			d.clear = false;
		check_load(&d, n & 128);
	}
}

static void test_replicated(void)
{
	for (unsigned int n = 0; n < 64; n++) {
		struct keel_ldst d = {
			.vector = true, .clear = true, .size = 1 << n % 4, .nr = 1 + n / 4 % 4, .replicate = n & 16 ? 16 : 8,
		};

		for (unsigned int i = 0; i < d.nr; i++)
			d.elem[i].reg = (30 + i) % 32;
		check_load(&d, n & 32);
	}
}

int main(void)
{
	RUN(test_general);
	RUN(test_vector);
	RUN(test_replicated);
	return ktap_done();
}
