// SPDX-License-Identifier: GPL-2.0-only
/* Loading and unloading: what is checked, in which order parts come up, and the way back. */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include "../arch/arch.h"
#include "../arch/mitigation.h"
#include "../arch/pmu_host.h"
#include "../arch/pmu_sample.h"
#include "../arch/sve.h"
#include "../hyp/hyp.h"
#include "../image/image.h"
#include "../mmu/mmu.h"
#include "../nested/nested.h"
#include "../timer/irq.h"
#include "../timer/timer.h"
#include "../vgic/its/its.h"
#include "../vgic/vgic.h"
#include "cpu.h"
#include "debugfs.h"
#include "device.h"
#include "errata.h"
#include "exit_stat.h"
#include "host.h"
#include "irqfd.h"
#include "log.h"
#include "trace.h"
#include "vfio.h"

/* What the kernel and the CPUs are: nothing of it has to be undone. */
static int __init look_at_host(void)
{
	int err = keel_host_check() ?: keel_device_check() ?: keel_sysreg_module_init();

	if (err)
		return err;
	keel_trace_init();
	keel_exit_stat_init();
	keel_errata_module_init();
	keel_image_module_init();
	keel_mode_init();
	return 0;
}

/* What VMs need before a CPU is taken. */
static int __init init_parts(void)
{
	int err;

	keel_mitigation_module_init();
	err = keel_mmu_module_init();
	if (err)
		return err;
	err = keel_timer_module_init() ?: keel_vgic_module_init();
	if (err)
		goto err_mmu;
	err = keel_vgic_device_register() ?: keel_its_device_register() ?: keel_vfio_register() ?:
	      keel_irqfd_module_init();
	if (!err)
		return 0;
	keel_vgic_module_exit();
err_mmu:
	keel_mmu_module_exit();
	return err;
}

static void exit_parts(void)
{
	keel_irqfd_module_exit();
	keel_vgic_module_exit();
	keel_mmu_module_exit();
}

/* CPUs, and then users. */
static int __init open_for_use(void)
{
	int err = keel_cpu_init();

	if (err)
		return err;
	keel_sve_settle();
	keel_nested_module_init();
	keel_idreg_module_init();
	keel_pmu_host_module_init();
	keel_pmu_sample_register();
	keel_debugfs_init();
	err = keel_device_init();
	if (!err)
		return 0;
	keel_debugfs_exit();
	keel_pmu_sample_unregister();
	keel_cpu_exit();
	return err;
}

static int __init keel_init(void)
{
	int err = look_at_host();

	/* before anything is asked of EL2: it tells whether that is Linux's */
	err = err ?: keel_timer_irq_module_init();
	if (err)
		return err;
	err = keel_hyp_module_init();
	if (err)
		goto err_irq;
	err = init_parts();
	if (err)
		goto err_hyp;
	err = open_for_use();
	if (err)
		goto err_parts;
	keel_info("%s, guests up to %u bits of address", keel_mode_name(), keel_mmu_ipa_limit());
	return 0;

err_parts:
	exit_parts();
err_hyp:
	keel_hyp_module_exit();
err_irq:
	keel_timer_irq_module_exit();
	return err;
}

/* No fd is open any more: each holds the module. */
static void __exit keel_exit(void)
{
	keel_device_exit();
	keel_debugfs_exit();
	keel_pmu_sample_unregister();
	keel_cpu_exit();
	exit_parts();
	keel_hyp_module_exit();
	keel_timer_irq_module_exit();
	rcu_barrier();
}

module_init(keel_init);
module_exit(keel_exit);
MODULE_DESCRIPTION("KVM-compatible hypervisor for arm64");
MODULE_AUTHOR("The keel developers");
MODULE_VERSION(KEEL_VERSION);
MODULE_LICENSE("GPL");
