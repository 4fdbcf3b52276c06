/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest memory: slots, stage-2 tables of one VM, faults, MMU notifier, VMIDs.
 */
#ifndef KEEL_MMU_MMU_H
#define KEEL_MMU_MMU_H

#include "../uapi/keel.h"
#include <linux/mmu_notifier.h>
#include <linux/mutex.h>
#include <linux/rbtree.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include "../core/types.h"
#include "../hyp/hyp.h"

struct keel_vm;
struct keel_vcpu;
struct keel_exit;
struct keel_memslots;

struct keel_mmu {
	struct keel_s2 s2;		/* what EL2 loads */
	u64 vmid_gen;			/* [a] generation of the VMID in s2.vttbr */
	unsigned int ipa_bits;		/* [I] 32..52 */
	struct keel_pgt *pgt;		/* stage-2 tables; lifetime under lock */
	rwlock_t lock;			/* tables: read = map (parallel faults), write = unmap/protect */
	struct mmu_notifier notifier;
	unsigned long notifier_seq;	/* under lock(write) / read before the fault's lookup */
	long notifier_count;		/* invalidations in progress, under lock */
	unsigned long notifier_start, notifier_end;	/* hva range of those in progress */
	struct keel_memslots __rcu *slots;	/* read under vm->srcu, replaced under slots_lock */
	struct mutex slots_lock;
};

/* Module-wide: VTCR values, VMID width, caches. Sleepable; -errno leaves nothing behind. */
int keel_mmu_module_init(void);
void keel_mmu_module_exit(void);
/* Largest IPA width this machine can give a guest: KVM_CAP_ARM_VM_IPA_SIZE. */
unsigned int keel_mmu_ipa_limit(void);

/*
 * vm->mm is set. init: ipa_bits already checked against 32..limit. release():
 * stop the notifier, free tables and slots; no vCPU exists any more; called once.
 */
int keel_mmu_init(struct keel_vm *vm, unsigned int ipa_bits);
void keel_mmu_destroy(struct keel_vm *vm);

/*
 * Before entry, IRQs off: give the VM a valid VMID. If the VMID changed the
 * caller reloads VTTBR_EL2 from mmu.s2. Never returns with VMID 0.
 */
void keel_mmu_vmid_update(struct keel_mmu *mmu);

/* Data or instruction abort from the guest, decoded. Sleepable, vCPU mutex, IRQs on. Verdict. */
int keel_mmu_fault(struct keel_vcpu *vcpu, const struct keel_exit *exit);

/* KVM_SET_USER_MEMORY_REGION(2), whole semantics of the KVM API document and its errno. */
int keel_memslot_set(struct keel_vm *vm, const struct kvm_userspace_memory_region2 *mem, bool v1);
#define KEEL_NR_MEMSLOTS	32764

/*
 * Kernel access to guest memory through the slots (PV structures, GIC tables);
 * -EFAULT outside slots or on a read-only slot write. Sleepable; takes vm->srcu itself.
 */
int keel_guest_read(struct keel_vm *vm, ipa_t ipa, void *data, size_t len);
int keel_guest_write(struct keel_vm *vm, ipa_t ipa, const void *data, size_t len);
/* true if ipa lies in a slot */
bool keel_guest_is_memory(struct keel_vm *vm, ipa_t ipa);

/* KVM_GET_DIRTY_LOG: see the KVM API document. */
int keel_memslot_dirty_log(struct keel_vm *vm, struct kvm_dirty_log *log);

/* VCPU_INIT of a vCPU that has run: make a reloaded image visible (stage-2 unmap, or I-cache only with FWB). */
void keel_mmu_reset_vm(struct keel_vm *vm);
/* The guest turned its caches on or off (trapped SCTLR/set-way): clean guest memory as needed without FWB. */
void keel_mmu_flush_vm(struct keel_vm *vm);

#endif
