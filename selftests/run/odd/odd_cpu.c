// SPDX-License-Identifier: GPL-2.0-only
/*
 * A host whose CPUs differ: while this is loaded, the last CPU says that its
 * counter has another frequency. For the check only. CNTFRQ_EL0 is written at the
 * highest exception level there is, which is EL2 of an emulated host with VHE.
 */
#include <linux/cpumask.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <asm/sysreg.h>
#include <asm/virt.h>

static u64 frequency;

static void change(void *info)
{
	write_sysreg(*(u64 *)info, cntfrq_el0);
}

static void set_last(u64 hz)
{
	smp_call_function_single(cpumask_last(cpu_online_mask), change, &hz, 1);
}

static int __init odd_cpu_init(void)
{
	if (!is_kernel_in_hyp_mode() || num_online_cpus() < 2)
		return -ENODEV;
	frequency = read_sysreg(cntfrq_el0);
	set_last(frequency / 2);
	return 0;
}

static void __exit odd_cpu_exit(void)
{
	set_last(frequency);
}

module_init(odd_cpu_init);
module_exit(odd_cpu_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("a CPU unlike the others, for the check of keel");
