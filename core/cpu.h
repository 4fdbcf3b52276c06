/* SPDX-License-Identifier: GPL-2.0-only */
/* Host CPUs coming and going: hotplug, suspend, CPU idle states, reboot. */
#ifndef KEEL_CORE_CPU_H
#define KEEL_CORE_CPU_H

#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/types.h>

DECLARE_PER_CPU(bool, keel_cpu_is_taken);	/* [o] */
extern bool keel_cpu_stop;			/* [a] set once */
/* [a] How often the host's counter may have begun anew under a kernel that goes on: hibernation. */
extern unsigned int keel_cpu_counters;

/* Take every online CPU and those that come later. Sleepable; -errno leaves nothing behind. */
int keel_cpu_init(void);
void keel_cpu_exit(void);

/* The machine goes down (reboot, kexec): no guest may be entered any more. Any context. */
static inline bool keel_cpu_stopping(void)
{
	return READ_ONCE(keel_cpu_stop);
}

/* May a guest be entered on this CPU? Not while it goes away or the machine does. IRQs off. */
static inline bool keel_cpu_taken(void)
{
	lockdep_assert_irqs_disabled();
	return __this_cpu_read(keel_cpu_is_taken);
}

/* The same for one that is not taken: it may only have been about to idle. IRQs off. */
bool keel_cpu_try_wake(void);

#endif
