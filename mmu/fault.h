/* SPDX-License-Identifier: GPL-2.0-only */
/* One stage-2 fault on its way through mmu/fault.c and mmu/pin.c. */
#ifndef KEEL_MMU_FAULT_H
#define KEEL_MMU_FAULT_H

#include "mmu.h"

struct keel_slot;
struct page;

struct keel_fault {
	struct keel_vcpu *vcpu;
	struct keel_mmu *mmu;
	struct keel_stage2 *s2;		/* where it is to be mapped */
	const struct keel_exit *exit;
	ipa_t ipa;			/* of the page */
	/* where it is to be mapped: the same, but for a guest hypervisor's guest */
	ipa_t at;
	u8 most;			/* at most 2^most bytes at once */
	u8 barred;			/* KEEL_NO_*: what a guest hypervisor withholds */
	bool below;			/* the tables are a shadow */
	unsigned long walk;		/* as of keel_mmu_leaf, if below */
	bool write, exec, perm;
	bool may_wait;			/* or mmu->lock is held for reading, IRQs off */
	bool bring;			/* no guest has touched the page, if may_wait */
	unsigned long seq;

	/* of the slot, as it was after seq; the pointer is good only once seq has been checked */
	struct keel_slot *slot;
	u64 slot_base, slot_size;
	unsigned long hva;		/* of the page */
	bool read_only, log;
	unsigned int withheld;	/* KEEL_NO_* */

	u64 pfn;
	struct page *page;		/* pinned, or NULL for a frame without one */
	unsigned long vma_start, vma_end;	/* of VM_PFNMAP that is no RAM; or 0 */
	bool writable, ram;
	unsigned int mem;		/* KEEL_S2_DEVICE, KEEL_S2_NC, or 0: cacheable */
	int level;
	u64 size;
};

/*
 * The page behind hva, to page or pfn; writable at once if that costs nothing.
 * 0 or -errno, which keel_pin_failed() makes a verdict or -errno for KVM_RUN of. If it
 * may not wait: a page that the VMM may write and has mapped, or -EAGAIN.
 */
int keel_pin_page(struct keel_fault *f);
int keel_pin_failed(const struct keel_fault *f, int err);
void keel_unpin(struct keel_fault *f);
/* How much can be mapped at once around the page: level, size. */
void keel_pin_choose_size(struct keel_fault *f);
/*
 * No fault could serve this frame of a VM_PFNMAP mapping: it is cacheable, no RAM, and the CPU
 * cannot have such memory cacheable. False as well where there is none yet. mmap_lock held.
 */
bool keel_pin_refuses(struct vm_area_struct *vma, unsigned long hva);

#endif
