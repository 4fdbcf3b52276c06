/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/* MDSCR_EL1 while a VMM debugs a guest, and PSTATE after a step. */
#ifndef KEEL_ARCH_MDSCR_H
#define KEEL_ARCH_MDSCR_H

#include <linux/bits.h>
#include <linux/types.h>

/* MDSCR_EL1. Later headers than 6.12's have no names for them in C. */
#define KEEL_MDSCR_SS	BIT_ULL(0)
#define KEEL_MDSCR_KDE	BIT_ULL(13)
#define KEEL_MDSCR_MDE	BIT_ULL(15)

/*
 * What goes into the CPU. Debug exceptions are EL2's then (MDCR_EL2.TDE), so that
 * those of the guest need no KDE: set, it would let EL2 itself be stepped, by the SS
 * that is meant for the guest, wherever PSTATE.D is clear (Arm ARM D2.4).
 * guest: its own value; step: the VMM steps it; hw: by its breakpoint registers.
 */
static inline u64 keel_mdscr_vmm(u64 guest, bool step, bool hw)
{
	u64 mdscr = guest & ~(KEEL_MDSCR_SS | KEEL_MDSCR_KDE);

	if (step)
		mdscr |= KEEL_MDSCR_SS;
	if (hw)
		mdscr |= KEEL_MDSCR_MDE;
	return mdscr;
}

#define KEEL_MDSCR_PSTATE_SS	BIT_ULL(21)

/*
 * PSTATE after a trapped PAuth instruction. before: as the VMM's step was entered with it, which
 * had to be (its SS) for the instruction to be the one that was stepped. lost: SPSR_EL2 is not
 * to be believed there.
 */
static inline u64 keel_mdscr_pstate(u64 pstate, u64 before, bool step, bool lost)
{
	return lost && step && before & KEEL_MDSCR_PSTATE_SS ? before : pstate;
}

#endif
