// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUs that lose in deep idle what emulated ones keep: GICH, and under VHE the
 * registers of EL1 and those of EL2 that are about guests. For the check only, on a host with a
 * GICv2. Parameters that count: lost, how often that was; held, how often the
 * guests' timer interrupt was active when a CPU went; left, how often it was
 * so when the CPU was the host's again, which it must not be: no guest on that CPU
 * would be interrupted by its timer; late, how often a guest's tables were in a CPU (VHE) when
 * the host's drivers were told that it goes, which they must not be; called_off,
 * how often a driver then had it stay.
 */
#include <linux/cpu_pm.h>
#include <linux/interrupt.h>
#include <linux/io.h>
#include <linux/irqchip/arm-gic.h>
#include <linux/module.h>
#include <linux/of_address.h>
#include <linux/of_irq.h>
#include <asm/sysreg.h>
#include <asm/virt.h>

#define VIRT_TIMER	2	/* among the interrupts of arm,armv8-timer */
#define GICH_FRAME	2	/* among the frames of a GICv2 */
#define JUNK		0x5a5a5a5a5000UL

static atomic_t lost, held, left, late, called_off;
module_param_named(lost, lost.counter, int, 0444);
module_param_named(held, held.counter, int, 0444);
module_param_named(left, left.counter, int, 0444);
module_param_named(late, late.counter, int, 0444);
module_param_named(called_off, called_off.counter, int, 0444);

static void __iomem *gich;
static int timer_irq;

static bool is_active(void)
{
	bool active = false;

	irq_get_irqchip_state(timer_irq, IRQCHIP_STATE_ACTIVE, &active);
	return active;
}

static void lose_gich(void)
{
	unsigned int i, lrs = (readl(gich + GICH_VTR) & 0x3f) + 1;

	writel(0, gich + GICH_HCR);
	writel(0, gich + GICH_VMCR);
	writel(0, gich + GICH_APR);
	for (i = 0; i < lrs; i++)
		writel(0, gich + GICH_LR0 + 4 * i);
}

/* None of these means anything to a host at EL2. */
static void lose_registers(void)
{
	write_sysreg(JUNK, vttbr_el2);
	write_sysreg(0, vtcr_el2);
	write_sysreg(0, vpidr_el2);
	write_sysreg(0, vmpidr_el2);
	write_sysreg(JUNK, cntvoff_el2);
	write_sysreg_s(JUNK, SYS_TTBR0_EL12);
	write_sysreg_s(JUNK, SYS_TTBR1_EL12);
	write_sysreg_s(JUNK, SYS_VBAR_EL12);
	write_sysreg_s(0, SYS_TCR_EL12);
	write_sysreg_s(0, SYS_MAIR_EL12);
	write_sysreg_s(0, SYS_CPACR_EL12);
	write_sysreg(JUNK, tpidr_el1);
	write_sysreg(JUNK, sp_el1);
}

/* Before the host's drivers and the hypervisor ... */
static int first(struct notifier_block *nb, unsigned long event, void *unused)
{
	if (event == CPU_PM_ENTER) {
		if (is_active())
			atomic_inc(&held);
	} else if (event == CPU_PM_EXIT) {
		lose_gich();
		if (is_kernel_in_hyp_mode())
			lose_registers();
		atomic_inc(&lost);
	}
	return NOTIFY_OK;
}

/*
 * ... as a driver that was there before the hypervisor, and is told before it if that has no other
 * wish ...
 */
static int driver(struct notifier_block *nb, unsigned long event, void *unused)
{
	static atomic_t times;

	if (event != CPU_PM_ENTER)
		return NOTIFY_OK;
	if (is_kernel_in_hyp_mode() && read_sysreg(vttbr_el2))
		atomic_inc(&late);
	if (atomic_inc_return(&times) % 8)
		return NOTIFY_OK;
	atomic_inc(&called_off);
	return NOTIFY_BAD;
}

/* ... and after them. */
static int last(struct notifier_block *nb, unsigned long event, void *unused)
{
	if (event == CPU_PM_EXIT && is_active())
		atomic_inc(&left);
	return NOTIFY_OK;
}

static struct notifier_block first_nb = { .notifier_call = first, .priority = INT_MAX };
static struct notifier_block driver_nb = { .notifier_call = driver, .priority = 1 };
static struct notifier_block last_nb = { .notifier_call = last, .priority = INT_MIN };

static int __init idle_loss_init(void)
{
	struct device_node *gic = of_find_compatible_node(NULL, NULL, "arm,cortex-a15-gic");
	struct device_node *timer = of_find_compatible_node(NULL, NULL, "arm,armv8-timer");

	if (!gic || !timer)
		return -ENODEV;
	gich = of_iomap(gic, GICH_FRAME);
	timer_irq = of_irq_get(timer, VIRT_TIMER);
	of_node_put(gic);
	of_node_put(timer);
	if (!gich || timer_irq <= 0)
		return -ENODEV;
	cpu_pm_register_notifier(&first_nb);
	cpu_pm_register_notifier(&driver_nb);
	cpu_pm_register_notifier(&last_nb);
	return 0;
}

static void __exit idle_loss_exit(void)
{
	cpu_pm_unregister_notifier(&last_nb);
	cpu_pm_unregister_notifier(&driver_nb);
	cpu_pm_unregister_notifier(&first_nb);
	iounmap(gich);
}

module_init(idle_loss_init);
module_exit(idle_loss_exit);
MODULE_DESCRIPTION("Loses what CPUs may lose in idle, in checks");
MODULE_LICENSE("GPL");
