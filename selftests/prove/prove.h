/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For harnesses of CBMC: any_*() is every value of its type, given() leaves those out for which
 * nothing is promised, holds() has to hold for all others, and reached() has to be possible: a
 * harness whose assumptions contradict each other would prove anything.
 */
#ifndef PROVE_H
#define PROVE_H

#include <linux/bits.h>
#include <linux/types.h>
#include <stddef.h>

/* Names by which CBMC knows that any value is meant. */
u8 nondet_u8(void);
u16 nondet_u16(void);
u32 nondet_u32(void);
u64 nondet_u64(void);
_Bool nondet_bool(void);
#define any_u8		nondet_u8
#define any_u16		nondet_u16
#define any_u32		nondet_u32
#define any_u64		nondet_u64
#define any_bool	nondet_bool

#define given(cond)	__CPROVER_assume(cond)
#define holds(cond)	__CPROVER_assert(cond, #cond)
#define implies(a, b)	holds(!(a) || (b))
#ifdef COVER
#define reached(cond)	__CPROVER_cover(cond)
#else
#define reached(cond)	((void)(cond))
#endif

/* One of 0 to n - 1. */
static inline unsigned int any_below(unsigned int n)
{
	unsigned int v = any_u32();

	given(v < n);
	return v;
}

/* What the unit tests' READ_ONCE() calls. */
void unit_after_read(const volatile void *word)
{
}

#endif
