/* SPDX-License-Identifier: GPL-2.0-only */
/* Fields of instructions, for the decoders of loads and stores. Pure. */
#ifndef KEEL_ARCH_LDST_BITS_H
#define KEEL_ARCH_LDST_BITS_H

#include <linux/types.h>

/* Bits high to low, both included. */
static inline u32 field(u32 insn, unsigned int high, unsigned int low)
{
	return insn << (31 - high) >> (31 - high + low);
}

#endif
