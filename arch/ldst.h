/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A load or store instruction as what it does: elements at rising addresses, and
 * what becomes of the base register. For those that the CPU does not describe in
 * its syndrome. Pure.
 */
#ifndef KEEL_ARCH_LDST_H
#define KEEL_ARCH_LDST_H

#include <linux/types.h>

/* The most that is moved: sixteen D registers. */
#define KEEL_LDST_MAX_BYTES	128
#define KEEL_LDST_MAX_ELEMS	64

/* Values of base, beside the registers. */
#define KEEL_LDST_SP		31
/* AArch32: of the second instruction behind, a multiple of 4 */
#define KEEL_LDST_PC		32
#define KEEL_LDST_ZR		31	/* of an element, in AArch64 */

/* How the index register is changed before it is added. */
enum keel_ldst_extend {
	KEEL_LDST_LSL, KEEL_LDST_LSR, KEEL_LDST_ASR, KEEL_LDST_ROR, KEEL_LDST_RRX,
	KEEL_LDST_UXTW, KEEL_LDST_SXTW
};

/* One element: a register and, of a vector register, the byte where it begins. */
struct keel_ldst_elem {
	u8 reg, at;
};

struct keel_ldst {
	bool load, vector;
	bool sign_extend, reg64;	/* loads of general registers: as in a syndrome */
	bool clear;			/* vector loads: what is not loaded becomes zero */
	/* registers are those that the mode has, addresses 32 bits */
	bool aarch32;
	/* vector loads: an element goes to each place of so many bytes; 0: to its own */
	u8 replicate;
	u8 size, nr;			/* bytes of an element, and how many of them */
	/* DC ZVA: nothing of the above, a block of so many bytes becomes zero */
	u16 zero;
	struct keel_ldst_elem elem[KEEL_LDST_MAX_ELEMS];

	u8 base;
	bool index_at, index_step;	/* the index counts for the address, for the new base */
	bool write_back;
	/* bytes from base to the first element, and to its new value */
	s64 at, step;
	struct {
		u8 reg, extend, shift;
		bool subtract;
	} index;
};

/*
 * False: it is none, or one that is not emulated: atomics, exclusives, SVE, what moves
 * tags or authenticates, what the architecture leaves unpredictable. *d is good only if true.
 * zva: bytes of DC ZVA's block.
 */
bool keel_ldst_decode(u32 insn, unsigned int zva, struct keel_ldst *d);
/*
 * A32, and T32 of 16 or 32 bits (the first half above). Elements have numbers of r0 to r14.
 * arch/ldst32.c
 */
bool keel_ldst32_decode_a32(u32 insn, struct keel_ldst *d);
bool keel_ldst32_decode_t16(u16 insn, struct keel_ldst *d);
bool keel_ldst32_decode_t32(u32 insn, struct keel_ldst *d);
/* Is this half the first of two? */
bool keel_ldst32_is_wide(u16 half);

/* Bytes that are accessed. */
static inline unsigned int keel_ldst_bytes(const struct keel_ldst *d)
{
	return d->zero ?: d->size * d->nr;
}

/* Address of the first byte, and the new base, by the registers' values. carry: for RRX. */
u64 keel_ldst_address(const struct keel_ldst *d, u64 base, u64 index, bool carry);
u64 keel_ldst_new_base(const struct keel_ldst *d, u64 base, u64 index, bool carry);

#endif
