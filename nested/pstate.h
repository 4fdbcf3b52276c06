/* SPDX-License-Identifier: GPL-2.0-only */
/* PSTATE of virtual EL2, and what ERET makes of it. Pure. */
#ifndef KEEL_NESTED_PSTATE_H
#define KEEL_NESTED_PSTATE_H

#include <linux/types.h>

/* Where an exception return goes to. */
enum keel_eret_to {
	KEEL_ERET_EL2,		/* virtual EL2 */
	KEEL_ERET_EL0,		/* EL0 under it (HCR_EL2.TGE is 1) */
	KEEL_ERET_BELOW,	/* EL1, or EL0 of a guest: a context of its own */
	KEEL_ERET_ILLEGAL,
};

/* Of a CPU whose exception levels are all AArch64. tge: the guest's HCR_EL2.TGE. */
enum keel_eret_to keel_pstate_eret(u64 spsr, bool tge);
/* What counts of SPSR_EL2: debugged: where the return is, debug exceptions are enabled. */
u64 keel_pstate_returned(u64 spsr, bool debugged);
/* PSTATE for the CPU after it, from the one before and that; not for BELOW. */
u64 keel_pstate_after_eret(u64 pstate, u64 spsr, enum keel_eret_to to);

/* EL2t and EL2h as the CPU has them, EL1t and EL1h, and back; EL0 stays as it is. */
u64 keel_pstate_to_cpu(u64 pstate);
u64 keel_pstate_from_cpu(u64 pstate);
/* Is it one of EL2, or of EL1? */
bool keel_pstate_is_el2(u64 pstate);
bool keel_pstate_is_el1(u64 pstate);

#endif
