/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which controls of EL2 follow from a guest's ID registers: what it is not
 * offered traps, where the CPU has a trap for it. Pure.
 */
#ifndef KEEL_ARCH_IDTRAPS_H
#define KEEL_ARCH_IDTRAPS_H

#include <linux/types.h>

enum keel_idtrap_reg {
	KEEL_TRAP_HCR,
	KEEL_TRAP_HCRX,
	KEEL_TRAP_MDCR,
	KEEL_TRAP_HFGRTR,
	KEEL_TRAP_HFGWTR,
	KEEL_TRAP_HFGITR,
	KEEL_TRAP_HDFGRTR,
	KEEL_TRAP_HDFGWTR,
	KEEL_NR_TRAP_REGS
};

enum keel_idtrap_kind {
	KEEL_TRAP_LESS,		/* the bits are set while the field is less than min */
	KEEL_TRAP_OPEN,		/* they are set from min on, and the feature traps without them */
	KEEL_TRAP_ALWAYS,	/* whatever the field is */
};

struct keel_idtrap {
	u8 idx;			/* KEEL_IDLIMITS_IDX() */
	u8 shift;		/* of the field */
	u8 kind;
	u8 min;			/* LESS, OPEN */
	u8 reg;			/* whose bits they are: enum keel_idtrap_reg */
	u64 bits;
};

/* The rows, for whoever wants to hold them to the fields. */
const struct keel_idtrap *keel_idtraps_rows(unsigned int *nr);
/* Bits to set in each control, from the values that the guest reads. */
void keel_idtraps_compute(const u64 *idregs, u64 set[KEEL_NR_TRAP_REGS]);

#endif
