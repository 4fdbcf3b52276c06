/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What keel offers in each field of the ID registers (op0=3 op1=0 CRn=0,
 * CRm 1..7) and what user space may lower. Pure.
 */
#ifndef KEEL_ARCH_IDLIMITS_H
#define KEEL_ARCH_IDLIMITS_H

#include <linux/types.h>

#define KEEL_IDLIMITS_NR	56
#define KEEL_IDLIMITS_IDX(crm, op2)	(((crm) - 1) * 8 + (op2))

enum keel_idkind {
	KEEL_ID_HIDDEN,		/* 0, the feature is not there */
	KEEL_ID_LOWER,		/* unsigned, less is less; at most max */
	KEEL_ID_SIGNED,		/* two's complement (0xf: not implemented), less is less; at most max */
	KEEL_ID_HIGHER,		/* the host's; more is safe */
	KEEL_ID_EXACT,		/* the host's */
	KEEL_ID_PAUTH,		/* the host's if the vCPUs have pointer authentication, else 0 */
};

/* One 4-bit field. */
struct keel_idfield {
	const char *name;
	u8 shift;
	u8 kind;
	s8 max;			/* LOWER, SIGNED */
	u8 floor;		/* least value that user space may write */
	bool writable;		/* part of KVM_ARM_GET_REG_WRITABLE_MASKS */
};

/* A register; fields that are not listed are zero and not writable. */
struct keel_idlimit {
	const char *name;	/* NULL: unallocated */
	const struct keel_idfield *fields;
	u8 nr;
};

#define KEEL_IDOFFER_AA32	(1U << 0)	/* EL0 can use AArch32: its ID registers have values */
#define KEEL_IDOFFER_PAUTH	(1U << 1)	/* the vCPUs have pointer authentication */

const struct keel_idlimit *keel_idlimits_reg(unsigned int idx);
/* Does the offer depend on the host's register at all? If not, it need not exist there. */
bool keel_idlimits_needs_host(unsigned int idx);
/* The largest value that a guest may see, from the host's sanitised one. */
u64 keel_idlimits_offer(unsigned int idx, u64 host, unsigned int flags);
u64 keel_idlimits_writable(unsigned int idx);
/* The fields that belong to pointer authentication. */
u64 keel_idlimits_pauth(unsigned int idx);
/* val without what in-tree kernels once showed of the host's register: written back, it counts as 0. */
u64 keel_idlimits_forget(unsigned int idx, u64 host, u64 val);
/* May user space replace the offer by val? 0 or -EINVAL. */
int keel_idlimits_check(unsigned int idx, u64 offer, u64 val);

#endif
