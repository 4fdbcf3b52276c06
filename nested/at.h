/* SPDX-License-Identifier: GPL-2.0-only */
/* Address translation instructions of virtual EL2 that trap. */
#ifndef KEEL_NESTED_AT_H
#define KEEL_NESTED_AT_H

#include <linux/types.h>
#include "../arch/sysreg.h"

struct keel_sysreg_trap;
struct keel_vcpu;

/*
 * AT with op1=0 or 4, CRn=7, of the address *val: the answer is in the guest's PAR_EL1. vCPU mutex;
 * sleepable.
 */
enum keel_sysreg_answer keel_nested_at(struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t,
				       u64 *val);

#endif
