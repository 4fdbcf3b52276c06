// SPDX-License-Identifier: GPL-2.0-only
/* A host kernel without CONFIG_ARM_PMU counts nothing, so guests have no PMU. */
#include <linux/stddef.h>
#include "pmu.h"
#include "pmu_host.h"

DEFINE_PER_CPU(const unsigned long *, keel_pmu_others_used);

void keel_pmu_host_module_init(void)
{
}

void keel_pmu_host_take_cpu(unsigned int cpu)
{
}

unsigned int keel_pmu_host_version(void)
{
	return 0;
}

bool keel_pmu_host_any(void)
{
	return false;
}

const struct keel_pmu_host *keel_pmu_host_of_cpu(unsigned int cpu)
{
	return NULL;
}

const struct keel_pmu_host *keel_pmu_host_of_type(int type)
{
	return NULL;
}

void keel_pmu_others_enter(struct keel_ctx *ctx)
{
}

void keel_pmu_others_leave(struct keel_ctx *ctx)
{
}
