/* SPDX-License-Identifier: GPL-2.0-only */
/* What keel holds for each host CPU under VHE. */
#ifndef KEEL_VHE_PCPU_H
#define KEEL_VHE_PCPU_H

#include <linux/percpu.h>
#include <linux/types.h>
#include "../hyp/features.h"
#include "../hyp/gicv3.h"

struct keel_s2;
struct keel_vcpu;

/* All [o]: own CPU, IRQs off. */
struct keel_pcpu {
	struct keel_vcpu *resident;	/* whose EL1 state is in the CPU */
	u64 vttbr;			/* last written VTTBR_EL2, to see a new VMID */
	u64 vectors;			/* VBAR_EL2 while a guest runs */
	u64 host_vectors, host_hcr;	/* the host's VBAR_EL2 and HCR_EL2 */
	u64 host_hstr;			/* ... and HSTR_EL2 */
	u64 host_sre, host_ich_hcr;	/* the host's ICC_SRE_EL2 and ICH_HCR_EL2 */
	u64 mpam1;			/* last written MPAM1_EL12; without its enable: unknown */
	struct keel_gicv3_live gic;
	bool enabled;
};

DECLARE_PER_CPU(struct keel_pcpu, keel_pcpu);

/* Write back and forget whoever is resident on this CPU. IRQs off. */
void keel_vhe_evict_this_cpu(void);
/*
 * This CPU only, stage 1 entries of one VM, and if another of its vCPUs ran here last the
 * instruction cache. IRQs off.
 */
void keel_vhe_tlb_flush_local(const struct keel_s2 *s2, bool icache);

#endif
