// SPDX-License-Identifier: GPL-2.0-only
/*
 * Taking host CPUs for keel and giving them back: CPU hotplug, system
 * suspend, CPU power-down in idle, reboot and kexec. Before a CPU loses its
 * registers the guest state in it goes to memory.
 */
#include <linux/cpu_pm.h>
#include <linux/cpuhotplug.h>
#include <linux/irqflags.h>
#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/reboot.h>
#include <linux/smp.h>
#include <linux/suspend.h>
#include <linux/syscore_ops.h>
#include "../arch/arch.h"
#include "../arch/mitigation.h"
#include "../arch/pmu_host.h"
#include "../arch/sve.h"
#include "../hyp/hyp.h"
#include "../mmu/mmu.h"
#include "../timer/clock.h"
#include "../timer/timer.h"
#include "compat.h"
#include "cpu.h"
#include "errata.h"
#include "log.h"
#include "objects.h"

static int hotplug_state;
bool keel_cpu_stop;
DEFINE_PER_CPU(bool, keel_cpu_is_taken);
/* [o] put away because its power may go, and not taken since */
static DEFINE_PER_CPU(bool, asleep);

/*
 * Workarounds, and what guests are told, are those of the CPUs that were there at load. IRQs off,
 * on the CPU.
 */
static bool is_as_known(void)
{
	const char *what = !keel_errata_cpu_known() ? "has an erratum that no CPU had" :
			   !keel_mitigation_cpu_suffices() ? "resists speculation attacks less than the others did" :
			   !keel_idreg_cpu_suffices() ? "lacks a feature that every CPU had" : NULL;

	if (what)
		keel_err("CPU %d %s when keel was loaded: load it anew", smp_processor_id(), what);
	return !what;
}

/* IRQs off. A CPU that comes up in a dying machine stays as it is. */
static int enable(void)
{
	int err;

	if (READ_ONCE(keel_cpu_stop) || __this_cpu_read(keel_cpu_is_taken))
		return 0;
	if (!is_as_known())
		return -ENODEV;
	err = keel_hyp_enable_cpu();
	if (err)
		return err;
	keel_timer_enable_cpu();
	keel_vgic_enable_cpu();
	__this_cpu_write(keel_cpu_is_taken, true);
	return 0;
}

/*
 * After power was, or may have been, off. The host's GIC and timer drivers have
 * put back what is theirs: they were there first. Where it fails, no guest is
 * entered here any more. IRQs off.
 */
static void wake(void)
{
	__this_cpu_write(asleep, false);
	keel_vgic_wake_cpu();
	keel_timer_wake_cpu();
	if (!keel_hyp_enable_cpu()) {
		__this_cpu_write(keel_cpu_is_taken, true);
		return;
	}
	keel_vgic_disable_cpu();
	keel_timer_disable_cpu();
}

bool keel_cpu_try_wake(void)
{
	if (__this_cpu_read(asleep))
		wake();
	return keel_cpu_taken();
}

/* IRQs off. */
static void disable(void)
{
	if (__this_cpu_read(asleep))
		wake();
	if (!__this_cpu_read(keel_cpu_is_taken))
		return;
	__this_cpu_write(keel_cpu_is_taken, false);
	keel_vgic_disable_cpu();
	keel_timer_disable_cpu();
	keel_hyp_disable_cpu();
}

/* Hotplug callbacks: on the CPU concerned, in its thread, IRQs on. */
static int take_cpu(unsigned int cpu)
{
	unsigned long flags;
	int err = keel_sve_take_cpu(cpu);

	if (err)
		return err;
	keel_pmu_host_take_cpu(cpu);
	keel_mmu_take_cpu();
	local_irq_save(flags);
	err = enable();
	local_irq_restore(flags);
	return err;
}

/* Other threads may run here until the CPU is down, vCPUs' too: keel_cpu_taken() keeps them out. */
static int give_cpu(unsigned int cpu)
{
	unsigned long flags;

	local_irq_save(flags);
	disable();
	local_irq_restore(flags);
	return 0;
}

unsigned int keel_cpu_counters;
static bool hibernates;		/* kept by the image of the host's memory */
static u64 suspended_at;	/* what the counter was; no other CPU runs then */

/* The last CPU of a suspend; the others went through hotplug. IRQs off. */
static int suspend(KEEL_SYSCORE_ARG)
{
	disable();
	suspended_at = keel_clock_now();
	return 0;
}

static void resume(KEEL_SYSCORE_ARG)
{
	/* the memory is that of then, and the counter has begun anew, and may have come to more */
	if (hibernates || keel_clock_now() < suspended_at)
		WRITE_ONCE(keel_cpu_counters, keel_cpu_counters + 1);
	enable();
}

keel_compat_syscore(syscore, suspend, resume);

/*
 * A CPU in deep idle loses its EL1 registers, what keel has set at EL2, and
 * maybe the registers of its GIC's interfaces. The timer's share of that the
 * host's timer driver restores. IRQs off.
 *
 * Going is told to keel before the GIC's driver, who may put the redistributor to sleep: no
 * register of the CPU interface, nor the redistributor's, is to be written after that
 * (GICv3 specification, "GICR_WAKER"). Coming back is told to it after that driver.
 */
static int going(struct notifier_block *nb, unsigned long event, void *unused)
{
	if (event != CPU_PM_ENTER || !__this_cpu_read(keel_cpu_is_taken))
		return NOTIFY_OK;
	keel_hyp_disable_cpu();
	keel_timer_quiet_cpu();
	__this_cpu_write(keel_cpu_is_taken, false);
	__this_cpu_write(asleep, true);
	return NOTIFY_OK;
}

/*
 * Not told of an idle that another driver has called off after going() and before this: the next
 * entry wakes the CPU then.
 */
static int come_back(struct notifier_block *nb, unsigned long event, void *unused)
{
	if ((event == CPU_PM_EXIT || event == CPU_PM_ENTER_FAILED) && __this_cpu_read(asleep))
		wake();
	return NOTIFY_OK;
}

/* The host's drivers have 0. */
static struct notifier_block going_nb = { .notifier_call = going, .priority = 100 };
static struct notifier_block back_nb = { .notifier_call = come_back, .priority = -100 };

/* Before user space is frozen, and after it goes on. */
static int hibernation(struct notifier_block *nb, unsigned long event, void *unused)
{
	if (event == PM_HIBERNATION_PREPARE)
		hibernates = true;
	else if (event == PM_POST_HIBERNATION)
		hibernates = false;
	return NOTIFY_OK;
}

static struct notifier_block hibernation_nb = { .notifier_call = hibernation };

static int register_power(void)
{
	int err = cpu_pm_register_notifier(&back_nb);

	if (err)
		return err;
	err = cpu_pm_register_notifier(&going_nb);
	if (err)
		goto err_back;
	err = register_pm_notifier(&hibernation_nb);
	if (!err)
		return 0;

	cpu_pm_unregister_notifier(&going_nb);
err_back:
	cpu_pm_unregister_notifier(&back_nb);
	return err;
}

static void unregister_power(void)
{
	unregister_pm_notifier(&hibernation_nb);
	cpu_pm_unregister_notifier(&going_nb);
	cpu_pm_unregister_notifier(&back_nb);
}

static void stop_cpu(void *unused)
{
	disable();
}

/* Reboot, halt, kexec: user space may still run, so that guests are first kept out. */
static int reboot(struct notifier_block *nb, unsigned long event, void *unused)
{
	WRITE_ONCE(keel_cpu_stop, true);
	/* the IPI ends a guest's run; its next entry sees the flag */
	on_each_cpu(stop_cpu, NULL, 1);
	return NOTIFY_OK;
}

static struct notifier_block reboot_nb = { .notifier_call = reboot };

/*
 * Who is told of what takes registers away is told from the first CPU on: one that
 * was taken may lose its power in idle before the last one is.
 */
int keel_cpu_init(void)
{
	int err = register_reboot_notifier(&reboot_nb);

	if (err)
		return err;
	err = register_power();
	if (err)
		goto err_reboot;
	keel_compat_syscore_register(&syscore);
	hotplug_state =
		cpuhp_setup_state(CPUHP_AP_ONLINE_DYN, "virt/keel:online", take_cpu, give_cpu);
	if (hotplug_state >= 0)
		return 0;

	err = hotplug_state;
	keel_compat_syscore_unregister(&syscore);
	unregister_power();
err_reboot:
	unregister_reboot_notifier(&reboot_nb);
	return err;
}

void keel_cpu_exit(void)
{
	cpuhp_remove_state(hotplug_state);
	keel_compat_syscore_unregister(&syscore);
	unregister_power();
	unregister_reboot_notifier(&reboot_nb);
}
