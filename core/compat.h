/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Differences between the host kernels that keel supports, and definitions of
 * the KVM ABI that are newer than the oldest host's headers. What a kernel has
 * is found by its headers (KEEL_HAVE_*: Kbuild), not by its version, if they tell.
 * Documentation/kernels.rst lists all of it.
 */
#ifndef KEEL_CORE_COMPAT_H
#define KEEL_CORE_COMPAT_H

#include <linux/version.h>
#include <linux/kvm.h>
#include <asm/cpucaps.h>
#include <asm/tlbflush.h>
#include "../uapi/keel.h"

/* kvm_run.hypercall.flags is a name since 6.4; its 64 bits were always there, behind ret. */
static inline void keel_compat_hypercall_flags(struct kvm_run *run, __u64 flags)
{
	(&run->hypercall.ret)[1] = flags;
}

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 1, 0)
#error "keel needs Linux 6.1 or later"
#endif

/* Since 6.8 eventfd_signal() takes no count. Users include <linux/eventfd.h>. */
#ifdef KEEL_HAVE_EVENTFD_SIGNAL_ONE
#define keel_compat_eventfd_signal(ctx) eventfd_signal(ctx)
#else
#define keel_compat_eventfd_signal(ctx) ((void)eventfd_signal(ctx, 1))
#endif

/*
 * The GICv3's driver reads an interrupt's active state back once it has set it:
 * since 6.12, and in stable kernels from 6.6.61 and 6.1.117 on. The GICv2's does
 * not. Headers do not tell.
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0) || \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 61) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 7, 0)) || \
	(LINUX_VERSION_CODE >= KERNEL_VERSION(6, 1, 117) && LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0))
#define KEEL_COMPAT_GICV3_READS_BACK	1
#else
#define KEEL_COMPAT_GICV3_READS_BACK	0
#endif

/* The CPU capability "GIC system registers in use": its names since 7.2, since 6.3 and before. */
#if defined(ARM64_HAS_GICV3_CPUIF)
#define KEEL_CAP_GICV3	ARM64_HAS_GICV3_CPUIF
#elif defined(ARM64_HAS_GIC_CPUIF_SYSREGS)
#define KEEL_CAP_GICV3	ARM64_HAS_GIC_CPUIF_SYSREGS
#else
#define KEEL_CAP_GICV3	ARM64_HAS_SYSREG_GIC_CPUIF
#endif

/* "TLBI must be repeated", renamed in 7.3. */
#ifdef ARM64_WORKAROUND_REPEAT_TLBI_SYNC
#define KEEL_CAP_REPEAT_TLBI	ARM64_WORKAROUND_REPEAT_TLBI_SYNC
#else
#define KEEL_CAP_REPEAT_TLBI	ARM64_WORKAROUND_REPEAT_TLBI
#endif

/*
 * What the kernel calls around a system suspend. Since 7.0, and in stable
 * kernels from 6.12.115 on, it hands over data. Users include <linux/syscore_ops.h>.
 */
#ifdef KEEL_HAVE_SYSCORE
#define KEEL_SYSCORE_ARG	void *unused
#define keel_compat_syscore(name, suspend_, resume_) \
	static const struct syscore_ops name##_ops = { .suspend = (suspend_), .resume = (resume_) }; \
	static struct syscore name = { .ops = &name##_ops }
#define keel_compat_syscore_register(s)		register_syscore(s)
#define keel_compat_syscore_unregister(s)	unregister_syscore(s)
#else
#define KEEL_SYSCORE_ARG	void
#define keel_compat_syscore(name, suspend_, resume_) \
	static struct syscore_ops name = { .suspend = (suspend_), .resume = (resume_) }
#define keel_compat_syscore_register(s)		register_syscore_ops(s)
#define keel_compat_syscore_unregister(s)	unregister_syscore_ops(s)
#endif

/* The timer's function is an argument since 6.13. Users include <linux/hrtimer.h>. */
#ifdef KEEL_HAVE_HRTIMER_SETUP
#define keel_compat_hrtimer_setup(timer, fn, clock, mode)	hrtimer_setup(timer, fn, clock, mode)
#else
#define keel_compat_hrtimer_setup(timer, fn, clock, mode) \
	do { hrtimer_init(timer, clock, mode); (timer)->function = (fn); } while (0)
#endif

/*
 * The wall clock with the counter it was read by. Since 7.2 for any clock. Users include
 * <linux/timekeeping.h>.
 */
#ifdef KEEL_HAVE_SNAPSHOT_ID
#define keel_compat_real_snapshot(s)	ktime_get_snapshot_id(CLOCK_REALTIME, s)
#define keel_compat_snapshot_real(s)	((s)->systime)
#else
#define keel_compat_real_snapshot(s)	ktime_get_snapshot(s)
#define keel_compat_snapshot_real(s)	((s)->real)
#endif

/*
 * The FP/SIMD registers are the kernel's between the two, and nobody's afterwards. Since
 * 6.19 the caller may give the kernel memory to keep its own use of them in; with
 * preemption off, as it is here, it needs none. Users include <asm/neon.h>.
 */
#ifdef KEEL_HAVE_NEON_STATE
#define keel_compat_fpsimd_begin()	kernel_neon_begin(NULL)
#define keel_compat_fpsimd_end()	kernel_neon_end(NULL)
#else
#define keel_compat_fpsimd_begin()	kernel_neon_begin()
#define keel_compat_fpsimd_end()	kernel_neon_end()
#endif

/*
 * A driver says that a guest may have its frames Normal, non-cacheable: since 6.9. Users include
 * <linux/mm.h>.
 */
#ifdef KEEL_HAVE_ANY_UNCACHED
#define KEEL_VM_ANY_UNCACHED	VM_ALLOW_ANY_UNCACHED
#else
#define KEEL_VM_ANY_UNCACHED	0UL
#endif

/*
 * Whoever waits for a page is woken by any signal, and not by fatal ones alone: since 6.2. Users
 * include <linux/mm.h>.
 */
#ifdef KEEL_HAVE_FOLL_INTERRUPTIBLE
#define KEEL_FOLL_INTERRUPTIBLE	FOLL_INTERRUPTIBLE
#else
#define KEEL_FOLL_INTERRUPTIBLE	0
#endif

/*
 * An access for a guest counts as one for the balance between NUMA nodes: since 6.6 only if it says
 * so. Users include <linux/mm.h>.
 */
#ifdef KEEL_HAVE_FOLL_HONOR_NUMA
#define KEEL_FOLL_HONOR_NUMA	FOLL_HONOR_NUMA_FAULT
#else
#define KEEL_FOLL_HONOR_NUMA	0
#endif

/* What test_young() and its like return: bool since 7.2. Users include <linux/mmu_notifier.h>. */
#define keel_compat_young_t	typeof(((struct mmu_notifier_ops *)NULL)->test_young(NULL, NULL, 0))

/*
 * To be first in a wait queue and to take the event from all behind. Since 6.17
 * there can be one such, under a name of its own: nonzero if there is another.
 * Users include <linux/wait.h>.
 */
#ifdef KEEL_HAVE_WAIT_EXCLUSIVE
#define keel_compat_wait_exclusive(queue, entry)	add_wait_queue_priority_exclusive(queue, entry)
#else
#define keel_compat_wait_exclusive(queue, entry)	(add_wait_queue_priority(queue, entry), 0)
#endif

/* Registers that later headers name. Users include <asm/sysreg.h>. */
#ifndef SYS_SP_EL1
#define SYS_SP_EL1		sys_reg(3, 4, 4, 1, 0)
#endif
#ifndef SYS_MDCR_EL2
#define SYS_MDCR_EL2		sys_reg(3, 4, 1, 1, 1)
#endif
#ifndef SYS_BRBCR_EL1
#define SYS_BRBCR_EL1		sys_reg(2, 1, 9, 0, 0)
#endif
#ifndef SYS_PMSCR_EL12
#define SYS_PMSCR_EL12		sys_reg(3, 5, 9, 9, 0)
#endif
#ifndef SYS_TCR2_EL1
#define SYS_TCR2_EL1		sys_reg(3, 0, 2, 0, 3)
#endif
#ifndef SYS_PIR_EL1
#define SYS_PIRE0_EL1		sys_reg(3, 0, 10, 2, 2)
#define SYS_PIR_EL1		sys_reg(3, 0, 10, 2, 3)
#endif
#ifndef SYS_ERXPFGF_EL1
#define SYS_ERXPFGF_EL1		sys_reg(3, 0, 5, 4, 4)
#define SYS_ERXPFGCTL_EL1	sys_reg(3, 0, 5, 4, 5)
#define SYS_ERXPFGCDN_EL1	sys_reg(3, 0, 5, 4, 6)
#define SYS_ERXMISC2_EL1	sys_reg(3, 0, 5, 5, 2)
#define SYS_ERXMISC3_EL1	sys_reg(3, 0, 5, 5, 3)
#endif
#ifndef SYS_CNTPCT_EL0
#define SYS_CNTPCT_EL0		sys_reg(3, 3, 14, 0, 1)
#endif
#ifndef SYS_CNTVCT_EL0
#define SYS_CNTVCT_EL0		sys_reg(3, 3, 14, 0, 2)
#endif
#ifndef SYS_CNTV_TVAL_EL0
#define SYS_CNTV_TVAL_EL0	sys_reg(3, 3, 14, 3, 0)
#endif

#ifndef SYS_PMICFILTR_EL0
#define SYS_PMICFILTR_EL0	sys_reg(3, 3, 9, 6, 0)
#endif
#ifndef SYS_PMSELR_EL0
#define SYS_PMSELR_EL0		sys_reg(3, 3, 9, 12, 5)
#endif

/*
 * The event counters of a CPU's PMU; and hw_perf_event.idx as a number of the
 * architecture's, 31 being the cycle counter, or -1. Before 6.12 that one came first
 * and counted among them. Users include <linux/perf/arm_pmu.h>.
 */
#ifdef KEEL_HAVE_PMU_CNTR_MASK
#define keel_compat_pmu_counters(pmu)	bitmap_weight((pmu)->cntr_mask, 31)
static inline int keel_compat_pmu_index(int idx)
{
	return idx;
}
#else
#define keel_compat_pmu_counters(pmu)	((pmu)->num_events - 1)
static inline int keel_compat_pmu_index(int idx)
{
	return idx ? idx - (idx > 0) : 31;
}
#endif

/*
 * perf asks a hypervisor which samples of a PMU are a guest's. Kernels built without KVM do not.
 */
#if defined(CONFIG_GUEST_PERF_EVENTS) && defined(CONFIG_ARM_PMU)
#define KEEL_COMPAT_GUEST_SAMPLES
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

/*
 * The frame behind a VM_PFNMAP or VM_IO mapping that user space has faulted
 * in; mmap lock held. 0, or -errno if nothing is mapped there. Users include
 * <linux/mm.h>. Since 6.12 by follow_pfnmap_start(), before 6.10 by follow_pte(mm).
 */
#ifdef KEEL_HAVE_FOLLOW_PFNMAP
#define keel_compat_follow_pfn(vma_, addr_, pfn_, prot_, writable_) \
({ \
	struct follow_pfnmap_args args_ = { .vma = (vma_), .address = (addr_) }; \
	int ret_ = follow_pfnmap_start(&args_); \
	if (!ret_) { \
		*(pfn_) = args_.pfn; \
		*(prot_) = args_.pgprot; \
		*(writable_) = args_.writable; \
		follow_pfnmap_end(&args_); \
	} \
	ret_; \
})
#elif !defined(KEEL_HAVE_FOLLOW_PTE_MM)
#error "keel does not know follow_pte() of 6.10 and 6.11"
#else
#define keel_compat_follow_pfn(vma_, addr_, pfn_, prot_, writable_) \
({ \
	spinlock_t *ptl_; \
	pte_t *ptep_, pte_; \
	int ret_ = follow_pte((vma_)->vm_mm, addr_, &ptep_, &ptl_); \
	if (!ret_) { \
		__acquire(ptl_); \
		pte_ = READ_ONCE(*ptep_); \
		*(pfn_) = pte_pfn(pte_); \
		*(prot_) = pte_pgprot(pte_); \
		*(writable_) = pte_write(pte_); \
		pte_unmap_unlock(ptep_, ptl_); \
	} \
	ret_; \
})
#endif

#endif
