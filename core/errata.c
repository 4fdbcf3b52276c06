// SPDX-License-Identifier: GPL-2.0-only
/*
 * Looks at each CPU when keel loads and decides which workarounds are on, for
 * all CPUs alike: a vCPU moves between them. What the kernel works around counts
 * as well as the CPU's number, since either may know more than the other: the
 * kernel may be older than the erratum, or its list newer than keel's.
 */
#include <linux/bits.h>
#include <linux/cpu.h>
#include <linux/cpumask.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <asm/cputype.h>
#include <asm/sysreg.h>
#include "errata.h"
#include "host.h"
#include "log.h"

u32 keel_errata_fixes;

static unsigned int fixes;
module_param(fixes, uint, 0444);
MODULE_PARM_DESC(fixes, "workarounds for CPU errata to have in any case, as bits (Documentation/errata.rst)");

static void read_id(void *info)
{
	struct keel_cpu_id *id = info;

	*id = (struct keel_cpu_id) {
		.midr = read_cpuid_id(),
		.revidr = read_sysreg_s(SYS_REVIDR_EL1),
		.smt = MPIDR_AFFINITY_LEVEL(read_cpuid_mpidr(), 0),
	};
}

static bool is_here(const struct keel_erratum *row, u32 kcaps)
{
	struct keel_cpu_id id;
	int cpu;

	if (kcaps & BIT(row->kcap))
		return true;
	for_each_online_cpu(cpu) {
		smp_call_function_single(cpu, read_id, &id, 1);
		if (keel_errata_row_has(row, id))
			return true;
	}
	return false;
}

void __init keel_errata_module_init(void)
{
	u32 kcaps = keel_host_kcaps();
	const struct keel_erratum *row;
	unsigned int i;

	keel_errata_fixes = fixes & (BIT(KEEL_NR_FIXES) - 1);
	cpus_read_lock();
	for (i = 0; (row = keel_errata_row(i)); i++) {
		if (!is_here(row, kcaps))
			continue;
		keel_info("minds CPU erratum %s", row->name);
		keel_errata_fixes |= row->fixes;
	}
	cpus_read_unlock();
	if (keel_errata_has(TRUST))
		keel_info(
			"guests without their own workaround for a CPU erratum can stop this machine: run none that you do not trust");
}

bool keel_errata_cpu_known(void)
{
	struct keel_cpu_id id;

	read_id(&id);
	return !(keel_errata_of_cpu(id) & ~keel_errata_fixes);
}
