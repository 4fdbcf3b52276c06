/* SPDX-License-Identifier: GPL-2.0-only */
/* What keel asks of the host kernel where kernels differ or symbols are not exported. */
#ifndef KEEL_CORE_HOST_H
#define KEEL_CORE_HOST_H

#include <linux/context_tracking.h>
#include <linux/kconfig.h>
#include <linux/rcupdate.h>
#include <linux/rseq.h>
#include <linux/types.h>
#include <linux/vtime.h>
#ifdef KEEL_HAVE_ENTRY_VIRT		/* since 6.18 */
#include <linux/entry-virt.h>
#else
#include <linux/entry-kvm.h>
#endif

#if defined(CONFIG_VIRT_XFER_TO_GUEST_WORK) || defined(CONFIG_KVM_XFER_TO_GUEST_WORK)
#define KEEL_HOST_HAS_GUEST_WORK
#endif

/* Can keel run on this host? 0, or -errno after a message for the administrator. Sleepable. */
int keel_host_check(void);

/* The interrupt controller's CPU interface is that of GICv3: system registers. */
bool keel_host_has_gicv3(void);

/*
 * The kernel has set memory partitioning (MPAM) up: every CPU has it, and firmware
 * leaves its registers to EL2. Never before Linux 6.13. hcr: with MPAMHCR_EL2.
 */
bool keel_host_has_mpam(void);
bool keel_host_has_mpam_hcr(void);

/*
 * What of KEEL_KCAP_* (errata_table.h) this kernel works around, a bit each. After the CPUs were
 * brought up.
 */
u32 keel_host_kcaps(void);

/*
 * Accounting and RCU around the time in the guest. IRQs off, no reader of RCU. It is a thread that
 * gives the CPU away, not one that is preempted: who waits for all tasks (RCU Tasks) need not wait
 * until KVM_RUN ends.
 */
static inline void keel_host_guest_enter(void)
{
	vtime_account_guest_enter();
	if (!context_tracking_guest_enter())
		rcu_note_context_switch(false);
}

static inline void keel_host_guest_exit(void)
{
	context_tracking_guest_exit();
}

/*
 * Does the CPU stream, or have ZA on (SME)? So it may for whoever ran before this thread: no guest
 * may be entered in streaming mode. Preemption off.
 */
static inline bool keel_host_streams(void)
{
#ifdef CONFIG_ARM64_SME
	return system_supports_sme() && read_sysreg_s(SYS_SVCR);
#else
	return false;
#endif
}

/* After the interrupts of the exit were served, IRQs off: the time was the guest's. */
static inline void keel_host_guest_account(void)
{
	vtime_account_guest_exit();
}

/*
 * Between the two above, IRQs off: may code run that wakes others or walks what RCU protects? Not
 * where RCU takes the CPU for idle meanwhile (nohz_full).
 */
static inline bool keel_host_has_rcu(void)
{
	return !context_tracking_enabled_this_cpu();
}

/* And code that takes a spinlock? Not where one may sleep. */
static inline bool keel_host_is_watching(void)
{
	return !IS_ENABLED(CONFIG_PREEMPT_RT) && keel_host_has_rcu();
}

/*
 * The kernel's PMU driver leaves it to a hypervisor that the events which exclude
 * the host count in guests alone. Where it cannot do without, and is built for none, it
 * does not.
 */
bool keel_host_counts_guests(void);

/*
 * What the kernel would do at a return to user space: signals, rescheduling,
 * task work. pending: the guest must not be entered now. Any context.
 * work: do it; -EINTR: a signal must be delivered, KVM_RUN ends. Sleepable.
 */
#ifdef KEEL_HOST_HAS_GUEST_WORK
static inline bool keel_host_work_pending(void)
{
	return __xfer_to_guest_mode_work_pending();
}
#else
bool keel_host_work_pending(void);
#endif

int keel_host_do_work(void);
static inline int keel_host_work(void)
{
	return keel_host_work_pending() ? keel_host_do_work() : 0;
}

/*
 * Last in KVM_RUN, once work was done in it: from 6.19 on the kernel takes a move to another CPU
 * for seen by that, and the thread's rseq area has the old one. Any context of the thread.
 */
static inline void keel_host_back(void)
{
#ifdef KEEL_HAVE_RSEQ_VIRT
	rseq_virt_userspace_exit();
#endif
}

#endif
