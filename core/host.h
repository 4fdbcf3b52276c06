/* SPDX-License-Identifier: GPL-2.0-only */
/* What keel asks of the host kernel where kernels differ or symbols are not exported. */
#ifndef KEEL_CORE_HOST_H
#define KEEL_CORE_HOST_H

#include <linux/types.h>

/* Can keel run on this host? 0, or -errno after a message for the administrator. Sleepable. */
int keel_host_check(void);

/* The interrupt controller's CPU interface is that of GICv3: system registers. */
bool keel_host_has_gicv3(void);

/* Accounting and RCU around the time in the guest. IRQs off. */
void keel_host_guest_enter(void);
void keel_host_guest_exit(void);
/* After the interrupts of the exit were served, IRQs off: the time was the guest's. */
void keel_host_guest_account(void);

/*
 * What the kernel would do at a return to user space: signals, rescheduling,
 * task work. pending: the guest must not be entered now. Any context.
 * work: do it; -EINTR: a signal must be delivered, KVM_RUN ends. Sleepable.
 */
bool keel_host_work_pending(void);
int keel_host_work(void);

#endif
