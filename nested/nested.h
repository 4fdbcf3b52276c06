/* SPDX-License-Identifier: GPL-2.0-only */
/* Virtual EL2: what the rest of keel calls. vCPU mutex unless said otherwise. */
#ifndef KEEL_NESTED_NESTED_H
#define KEEL_NESTED_NESTED_H

#include <linux/types.h>
#include "../arch/sysreg.h"

struct keel_exit;
struct keel_sysreg_trap;
struct keel_vcpu;
struct keel_vm;

/* At load, when the CPUs and the GIC are known: may guests have virtual EL2 (parameter nested)? */
void keel_nested_module_init(void);
bool keel_nested_offered(void);

/* ---- life of a vCPU; those for one without virtual EL2 do nothing ---- */
/* Its features are known. -ENOMEM. Sleepable. */
int keel_nested_vcpu_init(struct keel_vcpu *vcpu);
void keel_nested_vcpu_destroy(struct keel_vcpu *vcpu);
/* After all other registers; not resident. */
void keel_nested_reset(struct keel_vcpu *vcpu);
/* -EINVAL: there is no GICv3, or two of its own interrupts are one. config_lock held. */
int keel_nested_first_run(struct keel_vcpu *vcpu);
/* The VM's vCPUs have virtual EL2. config_lock held, none has run. */
void keel_nested_claim(struct keel_vm *vm);

/* ---- running ---- */
/* An MSR, MRS or SYS that traps and is none of arch/sysreg.c's. *val is read or to be written. */
enum keel_sysreg_answer keel_nested_trap(struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t,
					 u64 *val);
/* ERET, ERETAA or ERETAB of virtual EL2; HVC, which is its own. Verdict. */
int keel_nested_eret(struct keel_vcpu *vcpu, const struct keel_exit *exit);
int keel_nested_hvc(struct keel_vcpu *vcpu, const struct keel_exit *exit);
/*
 * Before an instruction ends that user space has answered, on a vCPU with virtual EL2: the
 * registers of what it is part of are in their places. keel_nested_park() after.
 */
void keel_nested_show(struct keel_vcpu *vcpu);
/*
 * Before a run's first entry: what user space told takes effect. PSTATE may be one that does not
 * run: then virtual EL2 hears of it.
 */
void keel_nested_settle(struct keel_vcpu *vcpu);
/* After a run: the registers are where user space finds them. */
void keel_nested_park(struct keel_vcpu *vcpu);
/*
 * The lines at the GIC that are virtual EL2's affair, and bits that it cannot change, follow what
 * it has written. The vCPU is outside the guest.
 */
void keel_nested_lines(struct keel_vcpu *vcpu);

/*
 * ICH_*_EL2 and ICC_SRE_EL2 for user space; sysreg as sys_reg(), no vCPU runs. val NULL: is there
 * such a register? -ENXIO: no; -EINVAL: it has one value, and this is another.
 */
int keel_nested_gic_uaccess(struct keel_vcpu *vcpu, u32 sysreg, bool write, u64 *val);

#endif
