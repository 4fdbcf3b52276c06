/* SPDX-License-Identifier: GPL-2.0-only */
/* What virtual EL2 needs of the CPU. Its hosts are VHE hosts. */
#ifndef KEEL_VHE_NESTED_H
#define KEEL_VHE_NESTED_H

#include <linux/types.h>

struct keel_vcpu;

/* In the order of op2 with CRm 8, then those with PSTATE.PAN, with CRm 9. */
enum keel_vhe_at {
	KEEL_VHE_AT_S1E1R, KEEL_VHE_AT_S1E1W, KEEL_VHE_AT_S1E0R, KEEL_VHE_AT_S1E0W,
	KEEL_VHE_AT_S1E1RP, KEEL_VHE_AT_S1E1WP,
};

static inline bool keel_vhe_at_writes(enum keel_vhe_at op)
{
	return op & 1;
}

static inline bool keel_vhe_at_is_el0(enum keel_vhe_at op)
{
	return op == KEEL_VHE_AT_S1E0R || op == KEEL_VHE_AT_S1E0W;
}

/*
 * That instruction with the vCPU's own EL1 registers. -EFAULT: the walk met memory that
 * aborts; -EAGAIN: this CPU is not keel's any more. IRQs and preemption on.
 */
int keel_vhe_nested_at(struct keel_vcpu *vcpu, u64 va, enum keel_vhe_at op, u64 *par);

/* PACGA with this key, its low and its high half. IRQs on. */
u64 keel_vhe_pacga(const u64 key[2], u64 x, u64 modifier);

#endif
