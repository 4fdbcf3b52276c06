/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The calls that the host side makes into EL2 code. vhe/ and nvhe/ hold twins
 * of each; nothing else asks which mode it is.
 */
#ifndef KEEL_HYP_HYP_H
#define KEEL_HYP_HYP_H

#include <linux/types.h>
#include "../core/types.h"
#include "context.h"

struct keel_vcpu;
struct keel_s2;

/* What stage-2 TLB maintenance and the world switch need to know of a VM's tables. */
struct keel_s2 {
	u64 vttbr;	/* VMID | BADDR; written under the VMID lock, read with IRQs off [a] */
	u64 vtcr;	/* [I] */
};

/* Enter the guest once and come back. IRQs off, preemption off, vCPU resident. Returns enum keel_exit_code. */
int keel_hyp_run(struct keel_vcpu *vcpu);

/*
 * EL1 register residency. load(): make vcpu's EL1 state resident on this CPU
 * (IRQs off). put(): write it back to memory wherever it is resident (may IPI:
 * IRQs on, preemptible or not). evict(): write back and forget whoever is
 * resident on this CPU (IRQs off; CPU offline, suspend, unload).
 */
void keel_hyp_load(struct keel_vcpu *vcpu);
void keel_hyp_put(struct keel_vcpu *vcpu);
void keel_hyp_evict_this_cpu(void);

/*
 * Read or write one of the vCPU's system registers, wherever it is. Context:
 * vCPU mutex held; IRQs on (a register resident on another CPU is fetched by
 * an IPI), preemption may be on.
 */
u64 keel_sr_read(struct keel_vcpu *vcpu, enum keel_reg reg);
void keel_sr_write(struct keel_vcpu *vcpu, enum keel_reg reg, u64 val);

/* The vCPU's ICH_VMCR_EL2, wherever it is. The vCPU's own thread, outside the guest; may be about to sleep. */
u32 keel_hyp_gic_vmcr(struct keel_vcpu *vcpu);

/*
 * Stage-2 TLB maintenance for one VM, by broadcast, complete on return (the
 * leading DSB that orders the page-table store is included). Any context in
 * which IRQs may be turned off; callers hold the VM's mmu lock or own the
 * tables. vhe/tlb.c, nvhe/tlb.c.
 */
void keel_tlb_flush_vmid(const struct keel_s2 *s2);
/* One leaf at this level, as the tables had it; nothing is known of tables above. */
void keel_tlb_flush_ipa(const struct keel_s2 *s2, ipa_t ipa, int level);
/* Every leaf in the range, and cached walks through freed tables. */
void keel_tlb_flush_range(const struct keel_s2 *s2, ipa_t start, u64 size);
/* This CPU only, stage 1 entries and instruction cache of one VM: another of its vCPUs ran here last. IRQs off. */
void keel_tlb_flush_local(const struct keel_s2 *s2);
/* Every VMID on every CPU: VMID rollover. IRQs off. */
void keel_tlb_flush_all(void);
/* Which invalidations the CPUs have. Once, before any of the above. */
void keel_tlb_module_init(void);

/* Once at load, any CPU: learn which features the world switch minds. */
void keel_hyp_probe(void);

/* Per-CPU taking and giving back of EL2. IRQs off, on the CPU itself. */
int keel_hyp_enable_cpu(void);
void keel_hyp_disable_cpu(void);

#endif
