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

/* Registers that later headers name. Users include <asm/sysreg.h>. */
#ifndef SYS_SP_EL1
#define SYS_SP_EL1		sys_reg(3, 4, 4, 1, 0)
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
 * The end of a TLB invalidation. Kernels that keep the repeated TLBI of
 * ARM64_WORKAROUND_REPEAT_TLBI out of __tlbi() have this macro for it.
 */
#ifdef __repeat_tlbi_sync
#define keel_compat_tlbi_complete() \
	do { dsb(ish); __repeat_tlbi_sync(vale2is, 0); } while (0)
#else
#define keel_compat_tlbi_complete()	dsb(ish)
#endif

/* AmpereOne erratum AC03_CPU_38: no hardware access flag at stage 2. Users include <asm/cpufeature.h>. */
#ifdef ARM64_WORKAROUND_AMPERE_AC03_CPU_38
#define keel_compat_stage2_af_broken()	cpus_have_cap(ARM64_WORKAROUND_AMPERE_AC03_CPU_38)
#else
#define keel_compat_stage2_af_broken()	false
#endif

/*
 * The frame behind a VM_PFNMAP or VM_IO mapping that user space has faulted
 * in; mmap lock held. 0, or -errno if nothing is mapped there. Users include
 * <linux/mm.h>. Since 6.12 by follow_pfnmap_start(), before 6.10 by follow_pte(mm).
 */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#define keel_compat_follow_pfn(vma_, addr_, pfn_, writable_) \
({ \
	struct follow_pfnmap_args args_ = { .vma = (vma_), .address = (addr_) }; \
	int ret_ = follow_pfnmap_start(&args_); \
	if (!ret_) { \
		*(pfn_) = args_.pfn; \
		*(writable_) = args_.writable; \
		follow_pfnmap_end(&args_); \
	} \
	ret_; \
})
#elif LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
#error "keel does not know follow_pte() of 6.10 and 6.11"
#else
#define keel_compat_follow_pfn(vma_, addr_, pfn_, writable_) \
({ \
	spinlock_t *ptl_; \
	pte_t *ptep_, pte_; \
	int ret_ = follow_pte((vma_)->vm_mm, addr_, &ptep_, &ptl_); \
	if (!ret_) { \
		__acquire(ptl_); \
		pte_ = READ_ONCE(*ptep_); \
		*(pfn_) = pte_pfn(pte_); \
		*(writable_) = pte_write(pte_); \
		pte_unmap_unlock(ptep_, ptl_); \
	} \
	ret_; \
})
#endif

#endif
