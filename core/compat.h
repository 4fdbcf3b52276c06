/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the host kernels that keel supports, and definitions of
 * the KVM ABI that are newer than the oldest host's headers. With core/host.c
 * the only place that looks at the kernel's version.
 */
#ifndef KEEL_CORE_COMPAT_H
#define KEEL_CORE_COMPAT_H

#include <linux/version.h>
#include <linux/kvm.h>
#include "../uapi/keel.h"

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "keel needs Linux 6.1 or later"
#endif

/* Since 6.8 eventfd_signal() takes no count. Users include <linux/eventfd.h>. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 8, 0)
#define keel_compat_eventfd_signal(ctx) eventfd_signal(ctx)
#else
#define keel_compat_eventfd_signal(ctx) ((void)eventfd_signal(ctx, 1))
#endif

/* The CPU capability "GIC system registers in use" was renamed in 6.3. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 3, 0)
#define KEEL_CAP_GICV3	ARM64_HAS_GIC_CPUIF_SYSREGS
#else
#define KEEL_CAP_GICV3	ARM64_HAS_SYSREG_GIC_CPUIF
#endif

/*
 * kvm_run.immediate_exit: user space may write it at any time. Since 6.11 the
 * kernel's own view of the structure gives the byte another name; it follows
 * request_interrupt_window in every version.
 */
static inline bool keel_immediate_exit(const struct kvm_run *run)
{
	return READ_ONCE((&run->request_interrupt_window)[1]);
}

#endif
