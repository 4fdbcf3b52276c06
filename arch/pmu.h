/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's PMUv3. Its registers are memory and every access traps; what its
 * counters count is counted by events of the host's perf, made for the thread that
 * runs the vCPU. Sleepable and with the vCPU mutex held unless said otherwise.
 */
#ifndef KEEL_ARCH_PMU_H
#define KEEL_ARCH_PMU_H

#include <linux/jump_label.h>
#include <linux/kvm.h>
#include <linux/percpu.h>
#include "../core/objects.h"

/* --- pmu.c --- */
bool keel_pmu_supported(void);
/* Some vCPU has a PMU: until then no path of others asks. */
DECLARE_STATIC_KEY_FALSE(keel_pmu_used);

static inline bool keel_pmu_on(const struct keel_vcpu *vcpu)
{
	return static_branch_unlikely(&keel_pmu_used) && vcpu->arch.pmu.on;
}

void keel_pmu_vm_destroy(struct keel_vm *vm);
void keel_pmu_vcpu_init(struct keel_vcpu *vcpu);	/* no lock: nobody knows the vCPU yet */
void keel_pmu_vcpu_destroy(struct keel_vcpu *vcpu);	/* no lock: nobody knows it any more */
/*
 * KVM_ARM_VCPU_INIT: the VM's PMU, if none is chosen yet, becomes this CPU's. config_lock held.
 * -ENODEV: it has none.
 */
int keel_pmu_choose(struct keel_vm *vm);
/* That succeeded: the vCPU has a PMU. */
void keel_pmu_turn_on(struct keel_vcpu *vcpu);
void keel_pmu_reset(struct keel_vcpu *vcpu);
/* config_lock held. -EINVAL: no INIT, or an interrupt that does not suit the VM's GIC. */
int keel_pmu_first_run(struct keel_vcpu *vcpu);
/* Its registers, with what is the VM's brought up to date, and overflows noted. */
struct keel_pmu_regs *keel_pmu_regs(struct keel_vcpu *vcpu);
/* KEEL_REQ_PMU: registers were written or a counter overflowed. The thread that runs the vCPU. */
void keel_pmu_serve(struct keel_vcpu *vcpu);
/* May the guest run on this CPU? Preemption off. refuse(): verdict, the run page says why not. */
bool keel_pmu_fits(const struct keel_vcpu *vcpu);
int keel_pmu_refuse(struct keel_vcpu *vcpu, unsigned int cpu);

/* --- pmu_event.c --- */
/*
 * Value of counter i, and a new one; which is to count something else. The next entry sees to it.
 */
u64 keel_pmu_event_value(struct keel_vcpu *vcpu, unsigned int i);
/* The same by the thread that runs the vCPU, in place: IRQs off, and what is to be done is done. */
u64 keel_pmu_event_value_inplace(struct keel_vcpu *vcpu, unsigned int i);
void keel_pmu_event_set(struct keel_vcpu *vcpu, unsigned int i, u64 val);
void keel_pmu_event_renew(struct keel_vcpu *vcpu, u32 counters);
/* Make events as the registers want them. The thread that runs the vCPU. */
void keel_pmu_event_apply(struct keel_vcpu *vcpu);
void keel_pmu_event_release_all(struct keel_vcpu *vcpu);
/* Handler of an NMI's irq_work. */
void keel_pmu_event_work(struct irq_work *work);

/* --- pmu_trap.c --- */
/*
 * The guest's read of a counter's value, in place: IRQs off. esr: of an MRS. False: it is
 * something else, or refused, or takes what may wait; nothing was done.
 */
bool keel_pmu_try_read(struct keel_vcpu *vcpu, u64 esr, u64 *val);

/*
 * --- pmu_world.c: around an entry, with all of DAIF masked if there are pseudo-NMIs, IRQs off ---
 */
void keel_pmu_enter(struct keel_vcpu *vcpu);
void keel_pmu_leave(struct keel_vcpu *vcpu);
/* Filter of one of the CPU's counters, by its number in the architecture. */
void keel_pmu_world_filter(unsigned int counter, u64 val);

/* --- pmu_others.c: the same for the host's own events, if it has any --- */
/* used_mask of what the driver of this CPU's PMU has noted of the CPU; NULL: nothing known. */
DECLARE_PER_CPU(const unsigned long *, keel_pmu_others_used);

/*
 * The CPU's PMU counts something: the next two are needed, both or neither. Stays so as long as
 * IRQs and NMIs are off.
 */
static inline bool keel_pmu_others_any(void)
{
	const unsigned long *used = __this_cpu_read(keel_pmu_others_used);

	return used && *used;
}

/* After keel_pmu_enter(), and after keel_pmu_leave(): NMIs may come in it. */
void keel_pmu_others_enter(struct keel_ctx *ctx);
void keel_pmu_others_leave(struct keel_ctx *ctx);

/* --- pmu_attr.c: KVM_ARM_VCPU_PMU_V3_CTRL --- */
int keel_pmu_has_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr);
int keel_pmu_get_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr);
int keel_pmu_set_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr);

#endif
