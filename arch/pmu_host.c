// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which PMUs the host has. The kernel tells nobody: a disabled event, made for a
 * CPU and given back, shows which driver takes it, and the driver's structure is
 * public. Drivers of CPU PMUs are part of the kernel and stay.
 */
#include <linux/bitfield.h>
#include <linux/build_bug.h>
#include <linux/cred.h>
#include <linux/err.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <linux/perf/arm_pmu.h>
#include <linux/perf_event.h>
#include <linux/sched/task.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>
#include "../core/compat.h"
#include "../core/host.h"
#include "pmu_host.h"
#include "pmu_logic.h"

/* Kinds of CPU in one machine. */
#define MAX_HOSTS	8

#define PMUVER_IMPDEF	0xf	/* a PMU of another architecture */
#define PMMIR_SLOTS	GENMASK_ULL(7, 0)

static struct keel_pmu_host hosts[MAX_HOSTS];
static unsigned int nr_hosts;		/* [release after hosts[]] */
static DEFINE_MUTEX(probe_lock);

unsigned int keel_pmu_host_version(void)
{
	/* ID_AA64DFR0_EL1.PMUVer */
	unsigned int version = (read_sanitised_ftr_reg(SYS_ID_AA64DFR0_EL1) >> 8) & 0xf;

	return version == PMUVER_IMPDEF ? 0 : min_t(unsigned int, version, KEEL_PMUVER_V3P5);
}

static_assert(ARMV8_PMUV3_MAX_COMMON_EVENTS == BITS_PER_LONG);

static struct keel_pmu_host describe(struct arm_pmu *pmu)
{
	return (struct keel_pmu_host) {
		.driver = pmu,
		.cpus = &pmu->supported_cpus,
		.type = pmu->pmu.type,
		.n = keel_compat_pmu_counters(pmu),
		.slots = FIELD_GET(PMMIR_SLOTS, pmu->reg_pmmir),
		.common = pmu->pmceid_bitmap[0],
		.extended = pmu->pmceid_ext_bitmap[0],
	};
}

/*
 * NULL: nobody counts cycles there, or not an Arm CPU's PMU, whose drivers are all named after the
 * architecture.
 */
static struct arm_pmu *ask(unsigned int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_RAW,
		.size = sizeof(attr),
		.config = KEEL_PMU_CPU_CYCLES,
		.disabled = 1,
	};
	struct perf_event *event = perf_event_create_kernel_counter(&attr, cpu, NULL, NULL, NULL);
	struct arm_pmu *pmu = NULL;

	if (IS_ERR(event))
		return NULL;
	if (event->pmu->name && !strncmp(event->pmu->name, "armv", 4))
		pmu = to_arm_pmu(event->pmu);
	perf_event_release_kernel(event);
	return pmu;
}

/*
 * For a CPU that came late it is a VMM that gets here, which perf may not let have a CPU's events.
 */
static struct arm_pmu *ask_as_kernel(unsigned int cpu)
{
	struct cred *kernel = prepare_kernel_cred(&init_task);
	const struct cred *own;
	struct arm_pmu *pmu;

	if (!kernel)
		return NULL;
	own = override_creds(kernel);
	pmu = ask(cpu);
	revert_creds(own);
	put_cred(kernel);
	return pmu;
}

static const struct keel_pmu_host *known(unsigned int cpu)
{
	unsigned int i, nr = smp_load_acquire(&nr_hosts);

	for (i = 0; i < nr; i++)
		if (cpumask_test_cpu(cpu, hosts[i].cpus))
			return &hosts[i];
	return NULL;
}

static void add(struct arm_pmu *pmu)
{
	unsigned int cpu;

	hosts[nr_hosts] = describe(pmu);
	smp_store_release(&nr_hosts, nr_hosts + 1);
	for_each_cpu(cpu, &pmu->supported_cpus)
		keel_pmu_others_know(pmu, cpu);
}

static void probe(unsigned int cpu)
{
	struct arm_pmu *pmu;

	mutex_lock(&probe_lock);
	if (!known(cpu) && nr_hosts < MAX_HOSTS) {
		pmu = ask_as_kernel(cpu);
		if (pmu)
			add(pmu);
	}
	mutex_unlock(&probe_lock);
}

static void probe_all(void)
{
	unsigned int cpu;

	if (!keel_pmu_host_version() || !keel_host_counts_guests())
		return;
	for_each_online_cpu(cpu)
		if (!known(cpu))
			probe(cpu);
}

void keel_pmu_host_module_init(void)
{
	probe_all();
}

/*
 * With ACPI the driver has added the CPU to a PMU that it knew; one that nobody knew is found by
 * probe_all().
 */
void keel_pmu_host_take_cpu(unsigned int cpu)
{
	const struct keel_pmu_host *host = known(cpu);

	if (host)
		keel_pmu_others_know(host->driver, cpu);
}

bool keel_pmu_host_any(void)
{
	probe_all();
	return smp_load_acquire(&nr_hosts);
}

const struct keel_pmu_host *keel_pmu_host_of_cpu(unsigned int cpu)
{
	if (!known(cpu))
		probe_all();
	return known(cpu);
}

const struct keel_pmu_host *keel_pmu_host_of_type(int type)
{
	unsigned int i, nr;

	probe_all();
	nr = smp_load_acquire(&nr_hosts);
	for (i = 0; i < nr; i++)
		if (hosts[i].type == type)
			return &hosts[i];
	return NULL;
}
