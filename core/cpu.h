/* SPDX-License-Identifier: GPL-2.0-only */
/* Host CPUs coming and going: hotplug, suspend, CPU idle states, reboot. */
#ifndef KEEL_CORE_CPU_H
#define KEEL_CORE_CPU_H

#include <linux/types.h>

/* Take every online CPU and those that come later. Sleepable; -errno leaves nothing behind. */
int keel_cpu_init(void);
void keel_cpu_exit(void);

/* The machine goes down (reboot, kexec): no guest may be entered any more. Any context. */
bool keel_cpu_stopping(void);

/* May a guest be entered on this CPU? Not while it goes away or the machine does. IRQs off. */
bool keel_cpu_taken(void);

#endif
