/* SPDX-License-Identifier: GPL-2.0-only */
/* What virtual EL2 needs of the CPU. Its hosts are VHE hosts. */
#ifndef KEEL_VHE_NESTED_H
#define KEEL_VHE_NESTED_H

#include <linux/types.h>

struct keel_vcpu;

/*
 * AT S1E1R or S1E1W with the vCPU's own EL1 registers. -EFAULT: the walk met memory that
 * aborts; -EAGAIN: this CPU is not keel's any more. IRQs and preemption on.
 */
int keel_vhe_nested_at(struct keel_vcpu *vcpu, u64 va, bool write, u64 *par);

/* PACGA with this key, its low and its high half. IRQs on. */
u64 keel_vhe_pacga(const u64 key[2], u64 x, u64 modifier);

#endif
