/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SVE of guests: which lengths there are (sve_lengths.c), and a vCPU's registers as user
 * space has them (sve.c). How they get into the CPU: hyp/fp.c.
 */
#ifndef KEEL_ARCH_SVE_H
#define KEEL_ARCH_SVE_H

#include <linux/kvm.h>
#include <linux/types.h>

struct keel_vcpu;
struct keel_vm;

/*
 * A CPU is about to be taken. Before keel_sve_settle() its vector lengths count for what
 * guests are offered; after it -ENODEV if it lacks one of these or has one between them.
 * Hotplug callback on the CPU, IRQs on.
 */
int keel_sve_take_cpu(unsigned int cpu);
/* Every CPU online was taken: from now on the offer stands. Sleepable. */
void keel_sve_settle(void);
/* The lengths that a guest may have (sve_layout.h); 0: SVE is not offered. */
u32 keel_sve_offer(void);

/* Does the vCPU have SVE (KVM_ARM_VCPU_INIT)? */
bool keel_sve_has(const struct keel_vcpu *vcpu);
/* 0; -EPERM until KVM_ARM_VCPU_FINALIZE, if it has SVE. */
int keel_sve_check_finalized(const struct keel_vcpu *vcpu);

/* All below: vCPU mutex held, sleepable. */

/* KVM_ARM_VCPU_FINALIZE(KVM_ARM_VCPU_SVE): -EINVAL without SVE, -EPERM the second time, -ENOMEM. */
int keel_sve_finalize(struct keel_vcpu *vcpu);
/* The registers become zero. Not resident, or never entered. */
void keel_sve_reset(struct keel_vcpu *vcpu);
void keel_sve_destroy(struct keel_vcpu *vcpu);

/*
 * ONE_REG of coprocessor KVM_REG_ARM64_SVE, as keel_onereg_read() and keel_onereg_write(): -EINVAL,
 * -ENOENT, -EPERM.
 */
int keel_sve_get(struct keel_vcpu *vcpu, u64 id, void *buf);
int keel_sve_set(struct keel_vcpu *vcpu, u64 id, const void *buf);
/*
 * How many bytes of the value keel_sve_set() looks at: a vCPU's vectors may be shorter than the
 * register.
 */
size_t keel_sve_given(const struct keel_vcpu *vcpu, u64 id);
/* What keel_sve_set() would say before it looks at the value. */
int keel_sve_check(const struct keel_vcpu *vcpu, u64 id);
/* The i-th id, for the list; 0 of them without SVE. */
unsigned int keel_sve_nr_regs(const struct keel_vcpu *vcpu);
u64 keel_sve_reg_id(unsigned int i);

#endif
