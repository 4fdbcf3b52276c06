/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What core/ asks of the guest CPU as software. Context unless said otherwise:
 * sleepable, vCPU mutex held. "Verdict" is enum keel_verdict or -errno.
 */
#ifndef KEEL_ARCH_ARCH_H
#define KEEL_ARCH_ARCH_H

#include <linux/kvm.h>
#include "../core/types.h"
#include "exit.h"

struct keel_vm;
struct keel_vcpu;

/* --- idreg.c, sysreg.c: ID registers and trapped registers --- */
int keel_sysreg_module_init(void);		/* validate tables; -EINVAL: refuse to load */
/* what guests are offered; when the CPUs and the GIC are known */
void keel_idreg_module_init(void);
/*
 * This CPU comes late: the ID registers that guests were offered still hold for all. True before
 * they are. IRQs off.
 */
bool keel_idreg_cpu_suffices(void);
/* sanitised values: host's, limited to what keel offers */
void keel_idreg_vm_init(struct keel_vm *vm);
/*
 * After features are known, and before every first entry: ctx->idregs and what goes with them.
 * keel_traps_compose() follows.
 */
void keel_idreg_apply(struct keel_vcpu *vcpu);
/* EC 0x18; verdict */
int keel_sysreg_trap(struct keel_vcpu *vcpu, const struct keel_exit *exit);
/* Once, for a vCPU that nobody has seen yet; no reset changes it. */
void keel_sysreg_init_mpidr(struct keel_vcpu *vcpu);
/* architectural reset of every other register */
void keel_sysreg_reset(struct keel_vcpu *vcpu);

/* --- onereg.c: user space's view, exact errno of KVM_{GET,SET}_ONE_REG, KVM_GET_REG_LIST --- */
int keel_onereg_get(struct keel_vcpu *vcpu, const struct kvm_one_reg *reg);
int keel_onereg_set(struct keel_vcpu *vcpu, const struct kvm_one_reg *reg);
/* E2BIG with n written back */
int keel_onereg_list(struct keel_vcpu *vcpu, struct kvm_reg_list __user *list);
struct reg_mask_range;
/* KVM_ARM_GET_REG_WRITABLE_MASKS */
int keel_onereg_writable_masks(struct keel_vm *vm, struct reg_mask_range *range);

/* --- reset.c --- */
void keel_reset_target(struct kvm_vcpu_init *init);	/* KVM_ARM_PREFERRED_TARGET */
/* KVM_ARM_VCPU_INIT, any time */
int keel_reset_vcpu_init(struct keel_vcpu *vcpu, const struct kvm_vcpu_init *init);
/* architectural reset; applies vcpu->reset if pending */
void keel_reset_vcpu(struct keel_vcpu *vcpu);
/* KVM_ARM_VCPU_* this host and build can offer */
unsigned long keel_reset_supported_features(void);
/* First KVM_RUN of a vCPU: -EPERM if not finalised, ...; sets has_run. */
int keel_reset_first_run(struct keel_vcpu *vcpu);

/* --- inject.c: exceptions taken to the guest's EL1 --- */
void keel_inject_undef(struct keel_vcpu *vcpu);
/* with this syndrome; not for AArch32 */
void keel_inject_sync(struct keel_vcpu *vcpu, u64 esr);
/* now, masked or not; not for AArch32 */
void keel_inject_irq(struct keel_vcpu *vcpu);
/*
 * For a system register that the guest does not have: FEAT_IDST has a class for those that identify
 * something.
 */
void keel_inject_sysreg(struct keel_vcpu *vcpu, const struct keel_exit *exit);
/* synchronous external aborts: of data, of an instruction fetch */
void keel_inject_dabt(struct keel_vcpu *vcpu, u64 far);
void keel_inject_iabt(struct keel_vcpu *vcpu, u64 far);
/* ... as the exit was: data or instruction, the access itself or the walk of its tables */
void keel_inject_abort(struct keel_vcpu *vcpu, const struct keel_exit *exit);
/* address size fault, level 0 */
void keel_inject_size_fault(struct keel_vcpu *vcpu, bool exec, u64 far);
/* virtual SError with this syndrome (ISS, RAS), sets the line */
void keel_inject_serror(struct keel_vcpu *vcpu, u64 esr);

int keel_inject_get_events(struct keel_vcpu *vcpu, struct kvm_vcpu_events *ev);
int keel_inject_set_events(struct keel_vcpu *vcpu, const struct kvm_vcpu_events *ev);

/* --- mmio.c: an access to no memory --- */
/*
 * KEEL_FAULT_NO_MEMORY: in-kernel bus, else fill run page. Also ISV=0 (-ENOSYS, or
 * KVM_EXIT_ARM_NISV). Verdict.
 */
int keel_mmio_abort(struct keel_vcpu *vcpu, const struct keel_exit *exit);
/*
 * Before anything else in KVM_RUN: put user space's answer into Rt and step over the
 * instruction. KEEL_USER: the instruction has one more access for user space.
 */
int keel_mmio_complete(struct keel_vcpu *vcpu);

/* --- undescribed.c --- */
void keel_undescribed_vm_init(struct keel_vm *vm);
/* KEEL_CAP_ARM_DECODE_NISV. -EINVAL: on is neither 0 nor 1. */
int keel_undescribed_enable(struct keel_vm *vm, u64 on);

/* --- smccc.c, psci.c, trng.c, smccc_filter.c --- */
/* HVC #imm; verdict */
int keel_smccc_hvc(struct keel_vcpu *vcpu, const struct keel_exit *exit);
/* trapped SMC; verdict (PC advanced here) */
int keel_smccc_smc(struct keel_vcpu *vcpu, const struct keel_exit *exit);
int keel_psci_call(struct keel_vcpu *vcpu);		/* function id in x0..x3; verdict */
void keel_smccc_vm_init(struct keel_vm *vm);
/*
 * First KVM_RUN, config_lock held or VM settled: may EL2 answer calls by itself
 * (KEEL_CTX_FAST_SMCCC)?
 */
void keel_smccc_first_run(struct keel_vcpu *vcpu);
void keel_smccc_vm_destroy(struct keel_vm *vm);
/*
 * KVM_REG_ARM_FW and FW_FEAT_BMAP registers; -ENOENT unknown, -EINVAL bad value, -EBUSY after the
 * first run.
 */
int keel_smccc_get_fwreg(struct keel_vcpu *vcpu, u64 id, u64 *val);
int keel_smccc_set_fwreg(struct keel_vcpu *vcpu, u64 id, u64 val);
unsigned int keel_smccc_nr_fwregs(const struct keel_vm *vm);
u64 keel_smccc_fwreg_id(unsigned int i);
/* KVM_ARM_VM_SMCCC_CTRL attribute group of the VM. */
int keel_smccc_vm_has_attr(struct keel_vm *vm, const struct kvm_device_attr *attr);
int keel_smccc_vm_set_attr(struct keel_vm *vm, const struct kvm_device_attr *attr);

/* --- debug.c: self-hosted and VMM debug --- */
/* KVM_SET_GUEST_DEBUG */
int keel_debug_set(struct keel_vcpu *vcpu, const struct kvm_guest_debug *dbg);
/* before entry: mdcr, MDSCR.SS, SPSR.SS; IRQs off */
void keel_debug_flush(struct keel_vcpu *vcpu);
void keel_debug_sync(struct keel_vcpu *vcpu);	/* after exit, IRQs off */
/* debug exception routed to EL2; verdict */
int keel_debug_exit(struct keel_vcpu *vcpu, const struct keel_exit *exit);

void keel_debug_reset(struct keel_vcpu *vcpu);
/*
 * After an instruction was emulated while the VMM steps: true if KVM_EXIT_DEBUG must be reported
 * now (run filled).
 */
bool keel_debug_step_done(struct keel_vcpu *vcpu);
/*
 * Before an instruction is completed: it is a step also if the VMM asked for steps only meanwhile.
 */
void keel_debug_step_begin(struct keel_vcpu *vcpu);
/* PSTATE as an exception saves it, and as user space has it: without the VMM's step. */
u64 keel_debug_guest_pstate(const struct keel_vcpu *vcpu);
/*
 * What ctx.pstate has to be where user space sets the guest's to this. A step of the VMM's that has
 * begun goes on.
 */
u64 keel_debug_take_pstate(struct keel_vcpu *vcpu, u64 pstate);
/*
 * Cortex-A510 2077057: a PAuth instruction trapped during a VMM's step; SPSR_EL2 is lost, and was
 * as at the entry.
 */
void keel_debug_mend_pstate(struct keel_vcpu *vcpu);

#endif
