// SPDX-License-Identifier: GPL-2.0-only
/*
 * What guests are told of speculation attacks: as good as the worst of the
 * host's CPUs. The kernel's own findings are not exported, so each CPU and its
 * firmware is asked again (hyp/bhb.c); what follows is arch/speculation.c's.
 */
#include <linux/arm-smccc.h>
#include <linux/cache.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/minmax.h>
#include <linux/smp.h>
#include "../hyp/bhb.h"
#include "mitigation.h"
#include "speculation.h"

static enum keel_mitigation_level levels[KEEL_NR_MITIGATIONS] __ro_after_init;
static bool no_meltdown __ro_after_init;

/* IPI, IRQs off */
static void read_cpu(void *cpu)
{
	keel_bhb_read_cpu(cpu);
}

void __init keel_mitigation_module_init(void)
{
	struct keel_spec_cpu c;
	unsigned int i;
	int cpu;

	for (i = 0; i < KEEL_NR_MITIGATIONS; i++)
		levels[i] = KEEL_MITIGATION_UNAFFECTED;
	no_meltdown = true;
	cpus_read_lock();
	for_each_online_cpu(cpu) {
		smp_call_function_single(cpu, read_cpu, &c, 1);
		for (i = 0; i < KEEL_NR_MITIGATIONS; i++)
			levels[i] = min(levels[i], keel_speculation_level(&c, i));
		no_meltdown = no_meltdown && keel_speculation_no_meltdown(&c);
	}
	cpus_read_unlock();
}

bool keel_mitigation_cpu_suffices(void)
{
	struct keel_spec_cpu c;
	unsigned int i;

	keel_bhb_read_cpu(&c);
	for (i = 0; i < KEEL_NR_MITIGATIONS; i++)
		if (keel_speculation_level(&c, i) < levels[i])
			return false;
	return !no_meltdown || keel_speculation_no_meltdown(&c);
}

bool keel_mitigation_no_meltdown(void)
{
	return no_meltdown;
}

enum keel_mitigation_level keel_mitigation_level(enum keel_mitigation_id id)
{
	return levels[id];
}

/* By SMC the exit that brought the guest's call here has made it already (hyp/vectors.S). */
void keel_mitigation_call(enum keel_mitigation_id id)
{
	if (arm_smccc_1_1_get_conduit() == SMCCC_CONDUIT_HVC)
		arm_smccc_1_1_hvc(keel_bhb_calls[id], NULL);
}
