/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The calls that the host side makes into EL2 code. Each has a twin in vhe/
 * and one in nvhe/, keel_vhe_NAME() and keel_nvhe_NAME(); mode.h chooses, and
 * nothing else asks which mode it is.
 */
#ifndef KEEL_HYP_HYP_H
#define KEEL_HYP_HYP_H

#include <linux/types.h>
#include "../core/types.h"
#include "context.h"
#include "mode.h"

struct keel_vcpu;
struct keel_vm;
struct keel_s2;

/* What stage-2 TLB maintenance and the world switch need to know of a VM's tables. */
struct keel_s2 {
	u64 vttbr;	/* VMID | BADDR; written under the VMID lock, read with IRQs off [a] */
	u64 vtcr;	/* [I] */
};

/*
 * Enter the guest once and come back. IRQs off, preemption off, vCPU resident. Returns enum
 * keel_exit_code.
 */
KEEL_TWINS(int, run, struct keel_vcpu *vcpu);
static inline int keel_hyp_run(struct keel_vcpu *vcpu)
{
	return keel_mode_call(run, vcpu);
}

/*
 * EL2 may read and write this memory from now on, and not any more. Whole pages,
 * or what kvmalloc() gave. Returns where EL2 has it; 0: it cannot. Sleepable.
 */
KEEL_TWINS(u64, share, void *start, size_t size);
static inline u64 keel_hyp_share(void *start, size_t size)
{
	return keel_mode_call(share, start, size);
}

KEEL_TWINS(void, unshare, void *start, size_t size);
static inline void keel_hyp_unshare(void *start, size_t size)
{
	keel_mode_call(unshare, start, size);
}

/* ICH_VTR_EL2 of a host with GICv3. Any CPU that is taken, or before any is. */
KEEL_TWINS(u32, gic_vtr, void);
static inline u32 keel_hyp_gic_vtr(void)
{
	return keel_mode_call(gic_vtr);
}

/*
 * EL1 register residency. load(): make vcpu's EL1 state resident on this CPU
 * (IRQs off). put(): write it back to memory wherever it is resident (may IPI:
 * IRQs on, preemptible or not).
 */
KEEL_TWINS(void, load, struct keel_vcpu *vcpu);
static inline void keel_hyp_load(struct keel_vcpu *vcpu)
{
	keel_mode_call(load, vcpu);
}

/* Is what load() loaded, on the CPU of the last entry, still so? There, IRQs off. */
KEEL_TWINS(bool, is_loaded, const struct keel_vcpu *vcpu);
static inline bool keel_hyp_is_loaded(const struct keel_vcpu *vcpu)
{
	return keel_mode_call(is_loaded, vcpu);
}

KEEL_TWINS(void, put, struct keel_vcpu *vcpu);
static inline void keel_hyp_put(struct keel_vcpu *vcpu)
{
	keel_mode_call(put, vcpu);
}

/*
 * Read or write one of the vCPU's system registers, wherever it is. Context:
 * vCPU mutex held; IRQs on (a register resident on another CPU is fetched by
 * an IPI), preemption may be on; or IRQs off on the CPU that the vCPU is resident on.
 */
KEEL_TWINS(u64, sr_read, struct keel_vcpu *vcpu, enum keel_reg reg);
static inline u64 keel_sr_read(struct keel_vcpu *vcpu, enum keel_reg reg)
{
	return keel_mode_call(sr_read, vcpu, reg);
}

KEEL_TWINS(void, sr_write, struct keel_vcpu *vcpu, enum keel_reg reg, u64 val);
static inline void keel_sr_write(struct keel_vcpu *vcpu, enum keel_reg reg, u64 val)
{
	keel_mode_call(sr_write, vcpu, reg, val);
}

/*
 * The same for its ICH_VMCR_EL2. The vCPU's own thread, which has left the guest, be it only for an
 * answer in place; may be about to sleep.
 */
KEEL_TWINS(u32, gic_vmcr, struct keel_vcpu *vcpu);
static inline u32 keel_hyp_gic_vmcr(struct keel_vcpu *vcpu)
{
	return keel_mode_call(gic_vmcr, vcpu);
}

/*
 * Stage-2 TLB maintenance for one VM, by broadcast, complete on return (the
 * leading DSB that orders the page-table store is included). Any context in
 * which IRQs may be turned off; callers hold the VM's mmu lock or own the
 * tables.
 */
KEEL_TWINS(void, tlb_flush_vmid, const struct keel_s2 *s2);
static inline void keel_tlb_flush_vmid(const struct keel_s2 *s2)
{
	keel_mode_call(tlb_flush_vmid, s2);
}

/* One leaf at this level, as the tables had it; nothing is known of tables above. */
KEEL_TWINS(void, tlb_flush_ipa, const struct keel_s2 *s2, ipa_t ipa, int level);
static inline void keel_tlb_flush_ipa(const struct keel_s2 *s2, ipa_t ipa, int level)
{
	keel_mode_call(tlb_flush_ipa, s2, ipa, level);
}

/* Every leaf in the range, and cached walks through freed tables. */
KEEL_TWINS(void, tlb_flush_range, const struct keel_s2 *s2, ipa_t start, u64 size);
static inline void keel_tlb_flush_range(const struct keel_s2 *s2, ipa_t start, u64 size)
{
	keel_mode_call(tlb_flush_range, s2, start, size);
}

/* Every VMID on every CPU: VMID rollover. IRQs off. */
KEEL_TWINS(void, tlb_flush_all, void);
static inline void keel_tlb_flush_all(void)
{
	keel_mode_call(tlb_flush_all);
}

/*
 * Once at load, before anything else here: learn which features the world
 * switch minds, prepare what is to be at EL2; -errno leaves nothing behind.
 * exit: after the last CPU was given back. Sleepable.
 */
KEEL_TWINS(int, module_init, void);
static inline int keel_hyp_module_init(void)
{
	return keel_mode_call(module_init);
}

KEEL_TWINS(void, module_exit, void);
static inline void keel_hyp_module_exit(void)
{
	keel_mode_call(module_exit);
}

/*
 * Per-CPU taking and giving back of EL2, the state of the vCPU that is
 * resident there goes to memory. IRQs off, on the CPU itself.
 */
KEEL_TWINS(int, enable_cpu, void);
static inline int keel_hyp_enable_cpu(void)
{
	return keel_mode_call(enable_cpu);
}

KEEL_TWINS(void, disable_cpu, void);
static inline void keel_hyp_disable_cpu(void)
{
	keel_mode_call(disable_cpu);
}

#endif
