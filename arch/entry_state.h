/* SPDX-License-Identifier: GPL-2.0-only */
/* What an exception taken to the guest's AArch64 EL1 does to PC and PSTATE. */
#ifndef KEEL_ARCH_ENTRY_STATE_H
#define KEEL_ARCH_ENTRY_STATE_H

#include <linux/types.h>

/* Offset of the vector within its group. */
enum keel_vector {
	KEEL_VECTOR_SYNC = 0x000,
	KEEL_VECTOR_IRQ = 0x080,
	KEEL_VECTOR_FIQ = 0x100,
	KEEL_VECTOR_SERROR = 0x180,
};

/* Features of the guest's CPU and control bits of its EL1 that decide PSTATE. */
struct keel_entry_ctl {
	bool pan;	/* FEAT_PAN */
	bool span;	/* SCTLR_EL1.SPAN: leave PSTATE.PAN alone */
	bool ssbs;	/* FEAT_SSBS */
	bool dssbs;	/* SCTLR_EL1.DSSBS: value of PSTATE.SSBS on entry */
	bool mte;	/* FEAT_MTE2 */
	bool nmi;	/* FEAT_NMI */
	bool spintmask;	/* SCTLR_EL1.SPINTMASK */
};

struct keel_entry_state {
	u64 pc, pstate;
};

/* Pure. The PSTATE given must be of EL0 (either width) or AArch64 EL1. */
struct keel_entry_state keel_entry_state_compute(u64 pstate, u64 vbar, enum keel_vector vector,
						 struct keel_entry_ctl ctl);
/* True if this PSTATE is of EL0: syndromes then report a lower exception level. */
bool keel_entry_state_from_el0(u64 pstate);

#endif
