/* SPDX-License-Identifier: GPL-2.0-only */
/* Registers that only virtual EL2 has. For vCPUs with it. */
#ifndef KEEL_NESTED_TABLE_H
#define KEEL_NESTED_TABLE_H

#include <linux/types.h>

struct keel_sysreg;
struct keel_vcpu;

/* The rows, sorted by encoding, and one of them or NULL. */
const struct keel_sysreg *keel_nested_table(unsigned int *nr);
const struct keel_sysreg *keel_nested_find(u32 enc);
/* Its access needs nothing but memory, in any context. */
bool keel_nested_is_memory(const struct keel_sysreg *r);
/* Every register to its value at reset. The vCPU is not resident anywhere. */
void keel_nested_reset_table(struct keel_vcpu *vcpu);

#endif
