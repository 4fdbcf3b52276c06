/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's PMUv3 as arithmetic on its registers. What its counters count is
 * added from outside: a counter's value is what cntr[] has plus what its event
 * has counted (pmu_event.c). Pure.
 */
#ifndef KEEL_ARCH_PMU_LOGIC_H
#define KEEL_ARCH_PMU_LOGIC_H

#include <linux/types.h>

#define KEEL_PMU_CYCLE		31	/* PMCCNTR_EL0 among the counters */
#define KEEL_PMU_NR		32

/* PMCR_EL0 (Arm ARM D24.5.7) */
#define KEEL_PMCR_E		(1U << 0)
#define KEEL_PMCR_P		(1U << 1)
#define KEEL_PMCR_C		(1U << 2)
#define KEEL_PMCR_LC		(1U << 6)
#define KEEL_PMCR_LP		(1U << 7)
/* what a write leaves behind: all but P and C of bits 7:0 */
#define KEEL_PMCR_KEPT		0xf9U
#define KEEL_PMCR_N_SHIFT	11

/* PMUSERENR_EL0 (D24.5.21) */
#define KEEL_PMUSERENR_EN	(1U << 0)
#define KEEL_PMUSERENR_SW	(1U << 1)
#define KEEL_PMUSERENR_CR	(1U << 2)
#define KEEL_PMUSERENR_ER	(1U << 3)
#define KEEL_PMUSERENR_ALL	0xfU

/* PMEVTYPER<n>_EL0 (D24.5.12) */
#define KEEL_PMTYPER_P		(1U << 31)	/* not at EL1 */
#define KEEL_PMTYPER_U		(1U << 30)	/* not at EL0 */
/* of non-secure EL1 and EL0, as a guest's are: it counts there if these are as P and U */
#define KEEL_PMTYPER_NSK	(1U << 29)
#define KEEL_PMTYPER_NSU	(1U << 28)
#define KEEL_PMTYPER_NSH	(1U << 27)	/* at EL2 */
#define KEEL_PMTYPER_M		(1U << 26)	/* EL3 */

/* ID_AA64DFR0_EL1.PMUVer */
#define KEEL_PMUVER_V3		1
#define KEEL_PMUVER_V3P1	4
#define KEEL_PMUVER_V3P5	6

enum keel_pmu_event {
	KEEL_PMU_SW_INCR = 0x00,
	KEEL_PMU_CPU_CYCLES = 0x11,
	KEEL_PMU_CHAIN = 0x1e,
};

struct keel_pmu_regs {
	u64 cntr[KEEL_PMU_NR];
	u64 typer[KEEL_PMU_NR];		/* PMCCFILTR_EL0 is the cycle counter's */
	u32 cnten, inten, ovs;		/* PMCNTENSET_EL0, PMINTENSET_EL1, PMOVSSET_EL0 */
	u32 pmcr;			/* without N */
	u8 sel, userenr;		/* PMSELR_EL0, PMUSERENR_EL0 */
	u8 n;				/* PMCR_EL0.N: the VM's */
	u8 version;			/* ID_AA64DFR0_EL1.PMUVer: the VM's */
	bool el2, el3;			/* ID_AA64PFR0_EL1 says that they are there: the VM's */
	bool at_el2;			/* what runs at the CPU's EL1 is virtual EL2 */
};

/* Event counters there are, and the cycle counter: a bit each. */
u32 keel_pmu_implemented(const struct keel_pmu_regs *r);
/* Number of events that a PMU of this version can name. */
u32 keel_pmu_nr_events(unsigned int version);
/* PMEVTYPER<n>_EL0's bits that stay of what a guest writes. */
u32 keel_pmu_typer_mask(const struct keel_pmu_regs *r);
/* What counter i counts. */
u32 keel_pmu_event(const struct keel_pmu_regs *r, unsigned int i);
/* Where it does not count: KEEL_PMTYPER_P at the CPU's EL1, KEEL_PMTYPER_U at EL0. */
u32 keel_pmu_excluded(const struct keel_pmu_regs *r, unsigned int i);
/* Is it there and enabled? */
bool keel_pmu_counts(const struct keel_pmu_regs *r, unsigned int i);
/* As a guest sees this value of counter i: 32 or 64 bits. */
u64 keel_pmu_value(const struct keel_pmu_regs *r, unsigned int i, u64 val);
/* Events from this value to the next overflow, 1..S64_MAX; and from one overflow to the next. */
u64 keel_pmu_distance(const struct keel_pmu_regs *r, unsigned int i, u64 val);
u64 keel_pmu_period(const struct keel_pmu_regs *r, unsigned int i);
/* Counter i went past its end: note it, and count it where the next one chains. */
void keel_pmu_overflow(struct keel_pmu_regs *r, unsigned int i);
/* PMSWINC_EL0 was written. */
void keel_pmu_swinc(struct keel_pmu_regs *r, u32 mask);
/* The overflow interrupt's line. */
bool keel_pmu_level(const struct keel_pmu_regs *r);

/* PMCR_EL0 as a guest reads it; and the bits to keep of a written value. lc: LC is RES1. */
u64 keel_pmu_pmcr(const struct keel_pmu_regs *r);
u32 keel_pmu_pmcr_kept(u64 val, bool lc);

/* The events of one PMCEID<n>_EL0: common ones 0..63, and 0x4000..0x403f; filter NULL: all. */
u64 keel_pmu_pmceid(const struct keel_pmu_regs *r, unsigned int which, u64 common, u64 extended,
		    const unsigned long *filter);

#endif
