/* SPDX-License-Identifier: GPL-2.0-only */
/* What an exception taken to the guest's AArch32 EL1 does to its registers. */
#ifndef KEEL_ARCH_ENTRY_STATE32_H
#define KEEL_ARCH_ENTRY_STATE32_H

#include <linux/types.h>

enum keel_entry32_kind {
	KEEL_ENTRY32_UNDEF,
	KEEL_ENTRY32_PABT,	/* prefetch abort */
	KEEL_ENTRY32_DABT,	/* data abort */
};

/* Control registers of EL1 and features of the CPU that decide the entry. */
struct keel_entry32_ctl {
	u32 sctlr, vbar;
	bool pan;		/* FEAT_PAN */
	bool ssbs;		/* FEAT_SSBS */
};

struct keel_entry32 {
	u64 pstate;		/* layout of SPSR_EL2 */
	u32 pc;
	u32 spsr;		/* for the SPSR of the mode entered; layout of CPSR */
	u32 lr;			/* for R14 of the mode entered */
};

/* Pure. pstate and pc are those of the instruction; pstate is of AArch32. */
struct keel_entry32 keel_entry_state32_compute(u64 pstate, u32 pc, enum keel_entry32_kind kind,
					       struct keel_entry32_ctl ctl);

/*
 * Pure. DFSR or IFSR of a synchronous external abort, or of an address size fault where TTBCR can
 * tell it.
 */
u32 keel_entry_state32_fsr(u32 ttbcr, bool size_fault);

/* Pure. VSESR_EL2 for AArch32 from the ISS of an SError that the CPU reported. */
u64 keel_entry_state32_vsesr(u64 iss);

#endif
