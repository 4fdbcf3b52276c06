/* SPDX-License-Identifier: GPL-2.0-only */
/* User space's filter of SMCCC calls, one per VM. */
#ifndef KEEL_ARCH_SMCCC_FILTER_H
#define KEEL_ARCH_SMCCC_FILTER_H

#include <linux/types.h>
#include "filter_map.h"

struct keel_vm;
struct keel_smccc_filter;

/* Action (KVM_SMCCC_FILTER_*) for a function id. Any vCPU of a VM that has run; no lock. */
u8 keel_smccc_filter_action(const struct keel_vm *vm, u32 fn);
void keel_smccc_filter_destroy(struct keel_vm *vm);

/* What a VM's filter has, NULL: it has none. config_lock. */
const struct keel_filter_map *keel_smccc_filter_map(const struct keel_vm *vm);
/*
 * One that is nobody's yet, NULL: -ENOMEM; a range for it: -EEXIST, -ENOMEM. What no filter may
 * change is in it. Sleepable.
 */
struct keel_smccc_filter *keel_smccc_filter_new(void);
int keel_smccc_filter_add(struct keel_smccc_filter *f, struct keel_filter_range range);
/*
 * It becomes that of a VM that has not run, whose old one is returned. Either may be NULL.
 * config_lock.
 */
struct keel_smccc_filter *keel_smccc_filter_swap(struct keel_vm *vm, struct keel_smccc_filter *f);
void keel_smccc_filter_free(struct keel_smccc_filter *f);

#endif
