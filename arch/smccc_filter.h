/* SPDX-License-Identifier: GPL-2.0-only */
/* User space's filter of SMCCC calls, one per VM. */
#ifndef KEEL_ARCH_SMCCC_FILTER_H
#define KEEL_ARCH_SMCCC_FILTER_H

#include <linux/types.h>

struct keel_vm;

/* Action (KVM_SMCCC_FILTER_*) for a function id. Any vCPU of a VM that has run; no lock. */
u8 keel_smccc_filter_action(const struct keel_vm *vm, u32 fn);
void keel_smccc_filter_destroy(struct keel_vm *vm);

#endif
