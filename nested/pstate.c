// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Virtual EL2 in PSTATE, and exception returns from it (Arm ARM D1.4.4,
 * AArch64.ExceptionReturn(), SetPSTATEFromPSR(), DebugExceptionReturnSS()).
 */
#include <linux/bits.h>
#include <linux/types.h>
#include "pstate.h"

#define MODE		GENMASK_ULL(4, 0)	/* nRW, EL, 0, SP */
#define MODE_EL		GENMASK_ULL(3, 2)
#define EL1		BIT_ULL(2)
#define EL2		BIT_ULL(3)
#define MODE_EL0t	0
#define MODE_EL1t	4
#define MODE_EL1h	5
#define MODE_EL2t	8
#define MODE_EL2h	9

#define PSR_IL		BIT_ULL(20)
#define PSR_SS		BIT_ULL(21)
#define PSR_PAN		BIT_ULL(22)
#define PSR_NZCV	GENMASK_ULL(31, 28)
#define PSR_DAIF	GENMASK_ULL(9, 6)
/* What an illegal return takes from SPSR all the same. */
#define PSR_ILLEGAL	(PSR_NZCV | PSR_DAIF | PSR_PAN | PSR_SS)
/* What is above bit 31 belongs to features that no such guest has. */
#define PSR_BITS	GENMASK_ULL(31, 0)

bool keel_pstate_is_el2(u64 pstate)
{
	return (pstate & MODE) == MODE_EL2t || (pstate & MODE) == MODE_EL2h;
}

bool keel_pstate_is_el1(u64 pstate)
{
	return (pstate & MODE) == MODE_EL1t || (pstate & MODE) == MODE_EL1h;
}

u64 keel_pstate_to_cpu(u64 pstate)
{
	return keel_pstate_is_el2(pstate) ? (pstate & ~MODE_EL) | EL1 : pstate;
}

u64 keel_pstate_from_cpu(u64 pstate)
{
	return keel_pstate_is_el1(pstate) ? (pstate & ~MODE_EL) | EL2 : pstate;
}

enum keel_eret_to keel_pstate_eret(u64 spsr, bool tge)
{
	switch (spsr & MODE) {
	case MODE_EL2t:
	case MODE_EL2h:
		return KEEL_ERET_EL2;
	case MODE_EL1t:
	case MODE_EL1h:
		return tge ? KEEL_ERET_ILLEGAL : KEEL_ERET_BELOW;
	case MODE_EL0t:
		return tge ? KEEL_ERET_EL0 : KEEL_ERET_BELOW;
	}
	return KEEL_ERET_ILLEGAL;
}

/*
 * Software step begins where it could not have an exception. The CPU's own return, which is keel's,
 * sees to the rest.
 */
u64 keel_pstate_returned(u64 spsr, bool debugged)
{
	return debugged ? spsr & ~PSR_SS : spsr;
}

u64 keel_pstate_after_eret(u64 pstate, u64 spsr, enum keel_eret_to to)
{
	if (to == KEEL_ERET_ILLEGAL)
		return (pstate & ~PSR_ILLEGAL) | (spsr & PSR_ILLEGAL) | PSR_IL;
	return keel_pstate_to_cpu(spsr & PSR_BITS);
}
