/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Loads and stores to no memory that the CPU does not describe: decoded from the guest's
 * instruction.
 */
#ifndef KEEL_ARCH_UNDESCRIBED_H
#define KEEL_ARCH_UNDESCRIBED_H

#include <linux/types.h>

struct keel_vcpu;
struct keel_exit;

/* vCPU mutex held, sleepable. */

/* Does this VM want it? */
bool keel_undescribed_wanted(const struct keel_vcpu *vcpu);
/*
 * Does the instruction, or as much of it as devices of the kernel's have. Verdict;
 * -ENOSYS: it is not one that can be done, -ENOMEM: it cannot be read now, and nothing was done.
 */
int keel_undescribed_access(struct keel_vcpu *vcpu, const struct keel_exit *exit);
/* User space has served an access (KEEL_MMIO_PART): its answer. Verdict. */
int keel_undescribed_complete(struct keel_vcpu *vcpu, const u8 data[8]);

#endif
