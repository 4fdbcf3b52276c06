/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trapped coprocessor accesses of AArch32, from EL1 or EL0. Verdicts; vCPU mutex held, sleepable.
 */
#ifndef KEEL_ARCH_CP15_H
#define KEEL_ARCH_CP15_H

#include <linux/types.h>

struct keel_vcpu;
struct keel_exit;

int keel_cp15_mcr(struct keel_vcpu *vcpu, const struct keel_exit *exit);	/* MCR, MRC p15 */
int keel_cp15_mcrr(struct keel_vcpu *vcpu, const struct keel_exit *exit);	/* MCRR, MRRC p15 */
int keel_cp15_mcr14(struct keel_vcpu *vcpu, const struct keel_exit *exit);	/* MCR, MRC p14 */
int keel_cp15_mcrr14(struct keel_vcpu *vcpu, const struct keel_exit *exit);	/* MRRC p14 */
/* VMRS of an ID register */
int keel_cp15_vmrs(struct keel_vcpu *vcpu, const struct keel_exit *exit);

/* The tables are sorted and refer to known registers. Once, at load. */
bool keel_cp15_tables_valid(void);

#endif
