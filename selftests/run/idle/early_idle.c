// SPDX-License-Identifier: GPL-2.0-only
/*
 * A CPU that goes to deep idle, where it loses EL2's vectors, while a hypervisor
 * takes the others: right behind the call by which it takes them. For the check only,
 * on a host at EL1 with a GICv2. The parameter idled counts.
 */
#include <linux/cpu_pm.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/smp.h>
#include <asm/virt.h>

#define CPU	1	/* not the one that loads the hypervisor */

static atomic_t idled;
module_param_named(idled, idled.counter, int, 0444);

/* Firmware gives EL2 back as the kernel wants it at boot: with the stub's vectors. */
static void lose_el2(void)
{
	register unsigned long x0 asm("x0") = HVC_RESET_VECTORS;

	asm volatile("hvc #0" : "+r" (x0) : : "x1", "x2", "x3", "memory");
}

/* IRQs off. */
static void idle(void *unused)
{
	if (!cpu_pm_enter()) {
		lose_el2();
		cpu_pm_exit();
	}
	atomic_inc(&idled);
}

static call_single_data_t call = CSD_INIT(idle, NULL);

static int cpus_taken(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	if (raw_smp_processor_id() != CPU && !smp_call_function_single_async(CPU, &call))
		while (!atomic_read(&idled))
			cpu_relax();
	return 0;
}

static struct kretprobe probe = { .kp.symbol_name = "__cpuhp_setup_state", .handler = cpus_taken };

static int __init early_idle_init(void)
{
	return register_kretprobe(&probe);
}

static void __exit early_idle_exit(void)
{
	unregister_kretprobe(&probe);
}

module_init(early_idle_init);
module_exit(early_idle_exit);
MODULE_DESCRIPTION("deep idle while a hypervisor takes the CPUs");
MODULE_LICENSE("GPL");
