/* SPDX-License-Identifier: GPL-2.0-only */
/* Cache identification: CTR_EL0, CLIDR_EL1, CSSELR_EL1, CCSIDR_EL1. */
#ifndef KEEL_ARCH_CACHE_H
#define KEEL_ARCH_CACHE_H

#include <linux/types.h>
#include "abi.h"

struct keel_vm;
struct keel_vcpu;

#define KEEL_CACHE_NR_CCSIDR	14	/* seven levels, data and instruction */

void keel_cache_vm_init(struct keel_vm *vm);
/* Reading CTR_EL0 on any CPU gives what the guest shall see. config_lock. */
bool keel_cache_ctr_is_hardware(const struct keel_vm *vm);

u32 keel_cache_ccsidr(struct keel_vcpu *vcpu, unsigned int csselr);
/* ONE_REG writes: 0, -EINVAL, and -EBUSY for a CTR that changes after the first run. */
int keel_cache_set_ccsidr(struct keel_vcpu *vcpu, unsigned int csselr, u32 val);
int keel_cache_set_clidr(struct keel_vcpu *vcpu, u64 val);
int keel_cache_set_ctr(struct keel_vcpu *vcpu, u64 val);
/* For KVM_ARM_GET_REG_WRITABLE_MASKS. */
u64 keel_cache_ctr_writable(enum keel_abi abi);
u64 keel_cache_clidr_writable(void);

#endif
