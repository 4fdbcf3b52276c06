/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shadow tables: where the guests of a guest hypervisor (nested.rst) have their memory. What the
 * hypervisor's own stage 2 and the VM's slots come to together, for each pair of VTTBR_EL2 and
 * VTCR_EL2 that its vCPUs run with. They are a cache as a TLB is: whatever is mapped there is
 * in the slots, and may go at any time.
 */
#ifndef KEEL_MMU_SHADOW_H
#define KEEL_MMU_SHADOW_H

#include "mmu.h"
#include "stage2.h"

/* Two more, for a vCPU with virtual EL2. They stay until the VM ends. -ENOMEM. Sleepable. */
int keel_shadow_add(struct keel_vm *vm);
/* No vCPU runs. */
void keel_shadow_destroy(struct keel_mmu *mmu);

/*
 * The tables for these registers, VTTBR_EL2 without CnP and without what is no VMID; empty if there
 * were none. Whoever has them puts them back. As many vCPUs may have one each as called
 * keel_shadow_add(); else NULL. Sleepable.
 */
struct keel_stage2 *keel_shadow_get(struct keel_vm *vm, u64 vttbr, u64 vtcr);
void keel_shadow_put(struct keel_vm *vm, struct keel_stage2 *s2);

/*
 * The hypervisor's invalidations. Its VMID, or KEEL_SHADOW_ALL. unmap: its guests' addresses from
 * first to last; faults that walked its tables before do not map any more. for_each: of those with
 * the VMID. Sleepable.
 */
#define KEEL_SHADOW_ALL	(-1)
void keel_shadow_unmap(struct keel_vm *vm, int vmid, u64 first, u64 last);
void keel_shadow_for_each(struct keel_vm *vm, int vmid,
			  void (*fn)(const struct keel_s2 *s2, void *arg), void *arg);

/*
 * What the hypervisor had before, its tables and what they were to its guests, is of no account:
 * its CPUs are reset. Sleepable.
 */
void keel_shadow_forget(struct keel_mmu *mmu);
/*
 * Counts up at each invalidation. Before a walk of the hypervisor's tables, and under mmu->lock
 * before what it found is mapped.
 */
unsigned long keel_shadow_changes(const struct keel_mmu *mmu);

/* Before a fault that maps in one of them: there are not too many tables. Sleepable. */
void keel_shadow_make_room(struct keel_mmu *mmu);
/* A block of the VM's memory is about to be mapped in one of them. mmu->lock. */
void keel_shadow_touch(struct keel_mmu *mmu, ipa_t start, u64 size);
/* Nothing of the range of the VM's memory is mapped there any more. As keel_stage2_unmap(). */
void keel_shadow_unmap_memory(struct keel_mmu *mmu, ipa_t start, ipa_t end, bool may_yield);
/* Is anything of it? If not, nothing is. mmu->lock. */
bool keel_shadow_has_memory(const struct keel_mmu *mmu, ipa_t start, ipa_t end);
/* Nothing of it may be written there, which is flushed on return. As keel_stage2_wrprotect(). */
void keel_shadow_wrprotect_memory(struct keel_mmu *mmu, ipa_t start, ipa_t end);

/* A range of the VM's memory goes out of all tables. As keel_stage2_unmap(). */
static inline void keel_shadow_unmap_all(struct keel_mmu *mmu, ipa_t start, ipa_t end,
					 bool may_yield)
{
	keel_shadow_unmap_memory(mmu, start, end, may_yield);
	keel_stage2_unmap(&mmu->s2, start, end, may_yield);
}

#endif
