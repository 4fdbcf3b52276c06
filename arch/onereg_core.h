/* SPDX-License-Identifier: GPL-2.0-only */
/* ONE_REG's core registers: the members of struct kvm_regs. */
#ifndef KEEL_ARCH_ONEREG_CORE_H
#define KEEL_ARCH_ONEREG_CORE_H

#include <linux/kvm.h>

struct keel_vcpu;

/*
 * -ENOENT beyond struct kvm_regs, -EINVAL between registers, of the wrong size or value, and V with
 * SVE. buf: arch/onereg.h
 */
int keel_onereg_core_get(struct keel_vcpu *vcpu, u64 id, void *buf);
int keel_onereg_core_set(struct keel_vcpu *vcpu, u64 id, const void *buf);
/* What both would say before they look at a value. */
int keel_onereg_core_check(const struct keel_vcpu *vcpu, u64 id);

/* The i-th id, for the list. */
unsigned int keel_onereg_core_nr(const struct keel_vcpu *vcpu);
u64 keel_onereg_core_id(const struct keel_vcpu *vcpu, unsigned int i);

#endif
