// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Exception entry as the Arm ARM's AArch64.TakeException() does it, for a
 * target of AArch64 EL1. Applying the result to a vCPU belongs to inject.c.
 */
#include <linux/bits.h>
#include <linux/types.h>
#include <asm/ptrace.h>
#include "entry_state.h"

#define VECTOR_EL1_SP0		0x000
#define VECTOR_EL1_SPX		0x200
#define VECTOR_LOWER_64		0x400
#define VECTOR_LOWER_32		0x600
#define VBAR_BASE		GENMASK_ULL(63, 11)

#define PSTATE_ALLINT		BIT_ULL(13)	/* FEAT_NMI */
#define PSTATE_NZCV		GENMASK_ULL(31, 28)

bool keel_entry_state_from_el0(u64 pstate)
{
	return (pstate & PSR_MODE32_BIT) || (pstate & PSR_MODE_MASK) == PSR_MODE_EL0t;
}

static u64 vector_group(u64 pstate)
{
	if (pstate & PSR_MODE32_BIT)
		return VECTOR_LOWER_32;
	switch (pstate & PSR_MODE_MASK) {
	case PSR_MODE_EL0t:
		return VECTOR_LOWER_64;
	case PSR_MODE_EL1t:
		return VECTOR_EL1_SP0;
	default:
		return VECTOR_EL1_SPX;
	}
}

/* Condition flags and DIT live on; PAN may; everything else starts anew. */
static u64 entry_pstate(u64 old, struct keel_entry_ctl ctl)
{
	u64 new = PSR_MODE_EL1h | PSR_D_BIT | PSR_A_BIT | PSR_I_BIT | PSR_F_BIT;

	new |= old & (PSTATE_NZCV | PSR_DIT_BIT);
	if (ctl.pan)
		new |= ctl.span ? old & PSR_PAN_BIT : PSR_PAN_BIT;
	if (ctl.ssbs && ctl.dssbs)
		new |= PSR_SSBS_BIT;
	if (ctl.mte)
		new |= PSR_TCO_BIT;
	if (ctl.nmi && !ctl.spintmask)
		new |= PSTATE_ALLINT;
	return new;
}

struct keel_entry_state keel_entry_state_compute(u64 pstate, u64 vbar, enum keel_vector vector,
						 struct keel_entry_ctl ctl)
{
	return (struct keel_entry_state) {
		.pc = (vbar & VBAR_BASE) + vector_group(pstate) + vector,
		.pstate = entry_pstate(pstate, ctl),
	};
}
