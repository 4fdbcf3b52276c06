// SPDX-License-Identifier: GPL-2.0-only
/*
 * long:
 * proves: arch/ldst_data.c arch/mmio_data.c
 * unwind: 33
 *
 * Two elements of any size of any two registers that exist, and of vector registers of 16 and 32
 * bytes: what is stored is the registers' in order, what is loaded of that is the same again,
 * nothing beyond the data and no other register is touched, and register 31 is zero and stays so.
 */
#include "arch/ldst_data.h"
#include "prove.h"

#define REGS	3	/* as many as there are here */

static u64 x[32];
static u8 v[REGS * 32], data[2 * 16 + 1];

static void general(unsigned int size, unsigned int a, unsigned int b)
{
	struct keel_ldst d =
		{ .nr = 2, .size = size, .sign_extend = any_bool(), .reg64 = any_bool() };
	struct keel_ldst_regs r = { .x = x };
	u64 old_a = any_u64(), old_b = any_u64(), other = any_u64(), mask = size == 8 ? ~0ull :
		(1ull << 8 * size) - 1;
	bool big = any_bool();

	d.elem[0].reg = a;
	d.elem[1].reg = b;
	given(size < 8 || d.reg64);
	x[a] = old_a;
	x[b] = old_b;
	x[7] = other;
	data[2 * size] = 0x5a;
	keel_ldst_data_store(&d, big, &r, data);
	holds(data[big ? size - 1 : 0] == (a == KEEL_LDST_ZR ? 0 : (u8)old_a));
	holds(data[size + (big ? 0 : size - 1)] == (u8)(old_b >> 8 * (size - 1)));
	x[a] = x[b] = 5;
	keel_ldst_data_load(&d, big, &r, data);
	implies(a == KEEL_LDST_ZR, x[a] == 5);
	holds((x[b] & mask) == (old_b & mask));
	implies(!d.sign_extend, x[b] == (old_b & mask));
	implies(!d.reg64, !(x[b] >> 32));
	implies(d.sign_extend && d.reg64, (x[b] >> 63) == (old_b >> (8 * size - 1) & 1));
	holds(x[7] == other && data[2 * size] == 0x5a);
	reached(big && d.sign_extend && x[b] >> 63);
}

static void vectors(unsigned int size, unsigned int v_size)
{
	struct keel_ldst d =
		{ .nr = 2, .vector = true, .size = size, .aarch32 = any_bool(),
		  .clear = any_bool() };
	struct keel_ldst_regs r = { .v = v, .v_size = v_size };
	u8 low = any_u8(), high = any_u8(), above = any_u8(), kept = any_u8();
	bool big = any_bool();

	d.elem[0].reg = 0;
	d.elem[1].reg = 2;
	d.elem[1].at = 16 - size;
	v[0] = low;
	v[12] = kept;
	v[2 * v_size + 15] = high;
	v[v_size - 1] = v_size > 16 ? above : v[v_size - 1];
	v[v_size] = 0x33;
	data[2 * size] = 0x5a;
	keel_ldst_data_store(&d, big, &r, data);
	holds(data[big ? size - 1 : 0] == low && data[size + (big ? 0 : size - 1)] == high);
	keel_ldst_data_load(&d, big, &r, data);
	holds(v[0] == low && v[2 * v_size + 15] == high && v[v_size] == 0x33 &&
	      data[2 * size] == 0x5a);
	implies(v_size > 16, v[v_size - 1] == (d.aarch32 ? above : 0));
	/* a part of a register that is not loaded */
	implies(size == 4, v[12] == (d.clear && !d.aarch32 ? 0 : kept));
	reached(v_size > 16 && d.aarch32 && above);
}

/* One after the other, so that CBMC knows the sizes. */
int main(void)
{
	for (unsigned int size = 1; size <= 8; size *= 2)
		if (any_bool()) {
			if (any_bool())
				general(size, 3, 30);
			else
				general(size, KEEL_LDST_ZR, 0);
			return 0;
		}
	for (unsigned int size = 4; size <= 16; size *= 2)
		if (any_bool()) {
			vectors(size, size == 8 ? 16 : 32);
			return 0;
		}
	return 0;
}

/* mutant: arch/ldst_data.c: s/e.reg == KEEL_LDST_ZR ? 0 : r->x/r->x/ */
/* mutant: arch/ldst_data.c: s/else if (e.reg != KEEL_LDST_ZR)/else/ */
/* mutant: arch/ldst_data.c: s/from\[big ? size - 1 - i : i\]/from[i]/ */
/* mutant: arch/ldst_data.c: s/keep = d->clear ? 0 : 16/keep = d->clear ? 0 : 8/ */
/* mutant: arch/ldst_data.c: s/if (d->aarch32)/if (0)/ */
/* mutant: arch/ldst_data.c: s/memcpy(data, bytes, d->size);/memcpy(data, bytes, 8);/ */
