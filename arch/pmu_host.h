/* SPDX-License-Identifier: GPL-2.0-only */
/* The PMUs of the host's CPUs. */
#ifndef KEEL_ARCH_PMU_HOST_H
#define KEEL_ARCH_PMU_HOST_H

#include <linux/cpumask.h>
#include <linux/types.h>

struct arm_pmu;

struct keel_pmu_host {
	struct arm_pmu *driver;
	const struct cpumask *cpus;	/* that have it; the driver may add some */
	int type;			/* perf's number for it */
	u8 n;				/* event counters */
	u8 slots;			/* PMMIR_EL1.SLOTS */
	u64 common, extended;		/* events 0..63 and 0x4000..0x403f that it has */
};

/* Once at load; sleepable, as all of these. */
void keel_pmu_host_module_init(void);
/* A CPU comes online. */
void keel_pmu_host_take_cpu(unsigned int cpu);
/* PMUVer that guests can have at most; 0: no PMU. */
unsigned int keel_pmu_host_version(void);
bool keel_pmu_host_any(void);		/* guests can have a PMU */
/* Of a CPU, of a type; NULL: unknown. They stay. */
const struct keel_pmu_host *keel_pmu_host_of_cpu(unsigned int cpu);
const struct keel_pmu_host *keel_pmu_host_of_type(int type);

/* pmu_others.c: this is the CPU's PMU. */
void keel_pmu_others_know(struct arm_pmu *pmu, unsigned int cpu);

#endif
