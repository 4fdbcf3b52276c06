// SPDX-License-Identifier: GPL-2.0-only
/*
 * A host whose CPUs differ, where QEMU gives all of them one model: while this is
 * loaded, the last CPU says what it is not. For the check only, on emulated hosts.
 *
 * Under VHE its counter has another frequency: CNTFRQ_EL0 is written at the highest
 * exception level there is. Under nVHE it is another model ("midr"): what EL1 reads
 * as MIDR_EL1 is VPIDR_EL2, which a piece of code writes that the stub runs at EL2.
 * Not while somebody else has that CPU's EL2. With "late" it becomes so only when
 * it comes online the next time, before what was loaded later has seen it.
 *
 * "zcr", under nVHE and with "late" alone: its vectors are no longer than that, by
 * ZCR_EL2, until it goes. It is not to stay online like that: its kernel would notice.
 *
 * "pmu", in either mode: the kernel's PMU is one of the other CPUs alone.
 */
#include <linux/cpuhotplug.h>
#include <linux/cpumask.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/perf/arm_pmu.h>
#include <linux/perf_event.h>
#include <linux/smp.h>
#include <asm/cputype.h>
#include <asm/sysreg.h>
#include <asm/virt.h>

static uint midr;
module_param(midr, uint, 0444);
static int zcr = -1;
module_param(zcr, int, 0444);
static bool late;
module_param(late, bool, 0444);

static bool pmu;
module_param(pmu, bool, 0444);

static u64 was, odd;
static unsigned int last;
static int state;

/* x0: the number. At EL2 by HVC, the MMU off. */
void odd_cpu_set_midr(void);
void odd_cpu_set_zcr(void);
asm(".pushsection .text, \"ax\"\n"
    ".balign 16\n"
    "odd_cpu_set_midr:\n"
    "	msr	vpidr_el2, x0\n"
    "	mov	x0, xzr\n"
    "	eret\n"
    "odd_cpu_set_zcr:\n"
    "	msr	s3_4_c1_c2_0, x0\n"
    "	mov	x0, xzr\n"
    "	eret\n"
    ".popsection");

static void at_el2(void *code, u64 value)
{
	u64 phys = page_to_phys(vmalloc_to_page(code)) + offset_in_page(code);
	/* no call from here on: it would take the registers */
	register u64 x0 asm("x0") = HVC_SOFT_RESTART;
	register u64 x1 asm("x1") = phys;
	register u64 x2 asm("x2") = value;

	asm volatile("hvc #0" : "+r" (x0), "+r" (x1), "+r" (x2) : : "x3", "x4", "memory");
}

static u64 get(void)
{
	return is_kernel_in_hyp_mode() ? read_sysreg(cntfrq_el0) : read_cpuid_id();
}

static void set(void *value)
{
	if (is_kernel_in_hyp_mode())
		write_sysreg(*(u64 *)value, cntfrq_el0);
	else if (zcr >= 0)
		at_el2(odd_cpu_set_zcr, zcr);
	else
		at_el2(odd_cpu_set_midr, *(u64 *)value);
}

static int came(unsigned int cpu)
{
	if (cpu == last)
		set(&odd);
	return 0;
}

/* An event that nobody has shows whose driver takes it. */
static int change_pmu(void)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_RAW, .size = sizeof(attr), .config = 0x11, .disabled = 1 };
	struct perf_event *event = perf_event_create_kernel_counter(&attr, 0, NULL, NULL, NULL);

	if (IS_ERR(event))
		return PTR_ERR(event);
	if (pmu)
		cpumask_clear_cpu(last, &to_arm_pmu(event->pmu)->supported_cpus);
	else
		cpumask_set_cpu(last, &to_arm_pmu(event->pmu)->supported_cpus);
	perf_event_release_kernel(event);
	return 0;
}

static int __init odd_cpu_init(void)
{
	if (pmu) {
		last = cpumask_last(cpu_online_mask);
		return last ? change_pmu() : -EINVAL;
	}
	if (num_online_cpus() < 2 || is_kernel_in_hyp_mode() == (midr || zcr >= 0) ||
	    (zcr >= 0 && !late))
		return -EINVAL;
	last = cpumask_last(cpu_online_mask);
	was = get();
	odd = midr ?: was / 2;
	if (!late)
		return smp_call_function_single(last, set, &odd, 1);
	state = cpuhp_setup_state_nocalls(CPUHP_AP_ONLINE_DYN, "odd_cpu", came, NULL);
	return min(state, 0);
}

/* What others did meanwhile has left it odd. */
static void restore(void *unused)
{
	if (get() != odd)
		pr_err("BUG: odd_cpu: %#llx is no longer %#llx\n", get(), odd);
	set(&was);
}

static void __exit odd_cpu_exit(void)
{
	if (pmu) {
		pmu = false;
		change_pmu();
		return;
	}
	if (late)
		cpuhp_remove_state_nocalls(state);
	if (zcr >= 0)
		return;
	smp_call_function_single(last, restore, NULL, 1);
}

module_init(odd_cpu_init);
module_exit(odd_cpu_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("a CPU unlike the others, for the check of keel");
