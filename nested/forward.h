/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whose a trapped register access or instruction of a guest hypervisor's guest is: the
 * hypervisor's, if one of its own controls has it trap. Pure.
 */
#ifndef KEEL_NESTED_FORWARD_H
#define KEEL_NESTED_FORWARD_H

#include <linux/bits.h>
#include <linux/types.h>
#include "merge.h"

/* The hypervisor's controls, as they have effect: without what its CPU does not have. */
enum keel_forward_reg {
	KEEL_FORWARD_HCR,	/* likewise: KEEL_FORWARD_HCR_TURNED */
	KEEL_FORWARD_HCRX, KEEL_FORWARD_MDCR, KEEL_FORWARD_CPTR,
	/* with the bits that let through when they are set turned: KEEL_FORWARD_CNTHCTL_TURNED */
	KEEL_FORWARD_CNTHCTL,
	KEEL_FORWARD_ICH,	/* ICH_HCR_EL2 */
	KEEL_FORWARD_FGT,	/* and on: enum keel_fgt */
	KEEL_NR_FORWARD = KEEL_FORWARD_FGT + KEEL_NR_FGT
};

#define KEEL_FORWARD_HCR_TURNED		BIT_ULL(40)	/* APK */
#define KEEL_FORWARD_CNTHCTL_TURNED	0xc00ULL	/* EL1PCTEN, EL1PTEN */

/* One row: what may have this kind of access trap. */
struct keel_forward_row {
	u32 mask, sysreg;	/* encodings as of sys_reg(), without what is no part of mask */
	u8 reg, bit;
	u8 on;			/* access: bit 0 read, bit 1 write or instruction */
};

/*
 * An MSR, MRS or SYS with op0=1, from EL1 or EL0. write: also for instructions. ctl is indexed by
 * enum keel_forward_reg.
 */
bool keel_forward_sysreg(const u64 ctl[KEEL_NR_FORWARD], u32 sysreg, bool write);
/*
 * The same for EL1's counts and timers (op1=3, CRn=14; CRm 0 and reads, 2, 3): CNTHCTL_EL2, turned,
 * is all that has them trap.
 */
bool keel_forward_timer(u64 cnthctl, unsigned int crm, unsigned int op2);

#endif
