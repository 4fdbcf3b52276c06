/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EL1's timers of a vCPU with virtual EL2. The CPU's, by whatever name, are virtual
 * EL2's; these are in the page and have no hardware. For vCPUs with virtual EL2; own thread, or
 * vCPU mutex.
 */
#ifndef KEEL_NESTED_EL1TIMER_H
#define KEEL_NESTED_EL1TIMER_H

#include <linux/types.h>

struct keel_vcpu;

/* An access to CNT{P,V}_{TVAL,CTL,CVAL}_EL0 (as sys_reg()) of EL1's; false: it is none of these. */
bool keel_el1timer_access(struct keel_vcpu *vcpu, u32 sysreg, bool write, u64 *val);
/* The same by EL1 itself, and its counters. */
bool keel_el1timer_trap(struct keel_vcpu *vcpu, u32 sysreg, bool write, u64 *val);
/* Their lines at the GIC follow the time. Any context that has the vCPU outside the guest. */
void keel_el1timer_update(struct keel_vcpu *vcpu);
/* Host count at which one of the lines rises, or KEEL_TIMER_NEVER. */
u64 keel_el1timer_deadline(const struct keel_vcpu *vcpu);
/* A line is to be high, or to rise before what was armed for this at the last entry. */
bool keel_el1timer_is_due(const struct keel_vcpu *vcpu);
/* KVM_REG_ARM_TIMER_* and KVM_REG_ARM_PTIMER_*: as for a vCPU without virtual EL2, of EL1. */
int keel_el1timer_get_reg(struct keel_vcpu *vcpu, u64 id, u64 *val);
int keel_el1timer_set_reg(struct keel_vcpu *vcpu, u64 id, u64 val);
/*
 * A count that user space writes moves the VM's at once. CNTVOFF_EL2 may be written after the
 * virtual count that it is part of: the last such count of the VM is held against it again, until
 * some vCPU runs. Sleepable.
 */
void keel_el1timer_cntvoff_set(struct keel_vcpu *vcpu);
/* Before a run: what was told is over. */
void keel_el1timer_settle(struct keel_vcpu *vcpu);

#endif
