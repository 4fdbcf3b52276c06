/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What keel offers in each field of the ID registers (op0=3 op1=0 CRn=0,
 * CRm 1..7) and what user space may lower, by the table in idfields.def. Pure.
 */
#ifndef KEEL_ARCH_IDLIMITS_H
#define KEEL_ARCH_IDLIMITS_H

#include <linux/types.h>
#include "abi.h"

#define KEEL_IDLIMITS_NR	56
#define KEEL_IDLIMITS_IDX(crm, op2)	(((crm) - 1) * 8 + (op2))

enum keel_idkind {
	KEEL_ID_HIDDEN,		/* 0, the feature is not there */
	KEEL_ID_LOWER,		/* unsigned, less is less; at most max */
	/* two's complement (0xf: not implemented), less is less; at most max */
	KEEL_ID_SIGNED,
	KEEL_ID_HIGHER,		/* the host's; more is safe */
	KEEL_ID_EXACT,		/* the host's */
	KEEL_ID_EITHER,		/* the host's, or max, which is none */
	/* the host's, about what EL2 has: no guest is the better or worse for it */
	KEEL_ID_HOST,
	KEEL_ID_PAUTH,		/* the host's if the vCPUs have pointer authentication, else 0 */
	KEEL_ID_IGNORED,	/* 0; the host's is taken for 0 */
	KEEL_ID_ONCE,		/* the host's at level 6.12, and from then on IGNORED */
	/* as LOWER if they have a PMU, else 0; 15 is one of another architecture: 0 */
	KEEL_ID_PMU,
};

/* What becomes of a feature in a guest that does not have it. */
enum keel_idwithout {
	KEEL_WITHOUT_TRAPS,	/* it traps, by the rows of idfields.def */
	KEEL_WITHOUT_ASKS,	/* it traps always, and who emulates it asks the ID register */
	/* an instruction that nothing traps, or only for a reason of its own */
	KEEL_WITHOUT_CALL,
	KEEL_WITHOUT_PSTATE,	/* a bit of PSTATE, FPCR or an EL1 register that nothing traps */
	KEEL_WITHOUT_WALK,	/* how stage 1 translates, orders or reports: nothing to trap */
	/* says something and offers nothing: about EL2, EL3, speculation, sizes */
	KEEL_WITHOUT_TELLS,
	KEEL_WITHOUT_FEATURE,	/* the vCPUs' features say whether they have it, and what traps */
	KEEL_WITHOUT_SAME,	/* user space cannot take it away */
	KEEL_WITHOUT_HIDDEN,	/* no guest has it */
};

/* One 4-bit field. */
struct keel_idfield {
	const char *name;
	u8 shift;
	u8 kind;
	s8 max;			/* LOWER, SIGNED, EITHER, PMU */
	u8 floor;		/* least value that user space may write */
	u8 without;
};

/* A register; what is in no field is zero. */
struct keel_idlimit {
	const char *name;	/* NULL: unallocated */
	const struct keel_idfield *fields;
	u8 nr;
};

/* EL0 can use AArch32: its ID registers have values */
#define KEEL_IDOFFER_AA32	(1U << 0)
#define KEEL_IDOFFER_PAUTH	(1U << 1)	/* the vCPUs have pointer authentication */
#define KEEL_IDOFFER_PMU	(1U << 2)	/* ... a PMU */

const struct keel_idlimit *keel_idlimits_reg(unsigned int idx);
/* Does the offer depend on the host's register at all? If not, it need not exist there. */
bool keel_idlimits_needs_host(unsigned int idx);
/* The largest value that a guest may see, from the host's sanitised one. */
u64 keel_idlimits_offer(unsigned int idx, enum keel_abi abi, u64 host, unsigned int flags);
u64 keel_idlimits_writable(unsigned int idx, enum keel_abi abi);
/* The fields that belong to pointer authentication. */
u64 keel_idlimits_pauth(unsigned int idx);
/* ... to the PMU. */
u64 keel_idlimits_pmu(unsigned int idx);
/*
 * val without what in-tree kernels once showed of the host's register: written back, it counts as
 * 0.
 */
u64 keel_idlimits_forget(unsigned int idx, enum keel_abi abi, u64 host, u64 val);
/* May user space replace the offer by val? 0 or -EINVAL. */
int keel_idlimits_check(unsigned int idx, enum keel_abi abi, u64 offer, u64 val);

#endif
