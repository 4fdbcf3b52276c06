/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vCPU's registers by the ids of KVM_{GET,SET}_ONE_REG, for the kernel. vCPU mutex held, not
 * resident or own thread.
 */
#ifndef KEEL_ARCH_ONEREG_H
#define KEEL_ARCH_ONEREG_H

#include <linux/types.h>

struct keel_vcpu;

#define KEEL_ONEREG_MAX	256	/* bytes of the widest register */

/*
 * As KVM_GET_ONE_REG and KVM_SET_ONE_REG, with the same errors but -EFAULT; buf is aligned
 * to 8 bytes and has KVM_REG_SIZE(id) of them.
 */
int keel_onereg_read(struct keel_vcpu *vcpu, u64 id, void *buf);
int keel_onereg_write(struct keel_vcpu *vcpu, u64 id, const void *buf);

typedef void (*keel_onereg_fn)(struct keel_vcpu *vcpu, u64 id, void *arg);
/* Call fn for each register of KVM_GET_REG_LIST. */
void keel_onereg_each(struct keel_vcpu *vcpu, keel_onereg_fn fn, void *arg);

#endif
