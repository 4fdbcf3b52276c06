/* SPDX-License-Identifier: GPL-2.0-only */
/* What a VM and its vCPUs hold of their PMU. Letters as in core/objects.h. */
#ifndef KEEL_ARCH_PMU_STATE_H
#define KEEL_ARCH_PMU_STATE_H

#include <linux/irq_work.h>
#include <linux/types.h>
#include "pmu_logic.h"

struct keel_vcpu;
struct keel_pmu_host;
struct perf_event;

struct keel_pmu_vm {
	/* [c] fixed after the first run; NULL: none is chosen */
	const struct keel_pmu_host *host;
	bool pinned;			/* [c] user space chose it: vCPUs run on its CPUs only */
	u8 n;				/* [c] PMCR_EL0.N, read without */
	u8 slots;			/* [c] PMMIR_EL1.SLOTS */
	/* [c] fixed after the first run: events that may be counted; NULL: all */
	unsigned long *filter;
};

/* A counter's host event; none while there is nothing to count. */
struct keel_pmu_slot {
	struct keel_vcpu *vcpu;		/* [I] */
	struct perf_event *event;	/* [v] counts for the thread that made it */
	u32 excluded;			/* [v] keel_pmu_excluded() of when it was made */
};

/* All [v] unless said otherwise. */
struct keel_pmu_vcpu {
	bool on;			/* the vCPU has a PMU */
	bool created;			/* KVM_ARM_VCPU_PMU_V3_INIT was done */
	bool line;			/* level of the overflow interrupt, as last told */
	u16 irq;			/* INTID, 0: none was set */
	struct keel_pmu_regs regs;
	struct keel_pmu_slot slot[KEEL_PMU_NR];
	u32 running;			/* counters whose event is enabled */
	u32 renew;			/* ... whose event is to be another one */
	u32 rearm;			/* ... whose value was written */
	unsigned long raised;		/* [a] counters that overflowed, not yet in PMOVSSET_EL0 */
	struct irq_work work;		/* an overflow told by an NMI */

	/* [o] while the guest runs: */
	u64 host_userenr, host_sel;	/* the host's PMUSERENR_EL0, PMSELR_EL0 */
};

#endif
