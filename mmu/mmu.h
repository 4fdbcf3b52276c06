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
#include <linux/wait.h>
#include <linux/xarray.h>
#include "../core/types.h"
#include "../hyp/hyp.h"
#include "dirty_ring.h"
#include "hva_tree.h"
#include "inval.h"
#include "pgtable.h"
#include "slot_tree.h"

struct keel_vm;
struct keel_vcpu;
struct keel_exit;

/* Pages for tables, taken before the lock. [v] */
#define KEEL_TABLE_CACHE	4
struct keel_table_cache {
	unsigned int nr;
	void *pages[KEEL_TABLE_CACHE];
};

/* A page that was in no slot when keel_mmu_slots() was that. [v] */
struct keel_bare_page {
	u64 page;
	unsigned int slots;
};

/*
 * A walk of the guest's, or cache maintenance, that may have been refused a write: of this page,
 * when mmu.rights_changes was that. [v]
 */
struct keel_doubt {
	u64 page;
	unsigned long changes;
};

/* The slots in their three orders; mmu/memslot.c says who protects what. */
struct keel_memslots {
	struct keel_slot_tree by_ipa;
	struct keel_hva_tree by_hva;
	struct xarray by_id;
	u64 bytes;		/* of all of them */
};

/*
 * Guest physical pages that are a device of the host's, or of the kernel's. [I] once size is set,
 * with release.
 */
struct keel_window {
	ipa_t ipa;
	hpa_t pa;
	u64 size;
	/* nothing is mapped, whatever slots are there: a device of the bus has it */
	bool hole;
};

/* How user space wants to be told of dirty pages. slots_lock; ring_bytes in vm->lock too */
struct keel_log_mode {
	bool manual;		/* KVM_GET_DIRTY_LOG only tells, KVM_CLEAR_DIRTY_LOG clears */
	bool initially_set;	/* a log begins with all pages dirty, and none protected */
	u32 ring_bytes;		/* of each vCPU's ring; 0: bitmaps of the slots */
	bool ring_bitmap;	/* bitmaps beside the rings, for what no vCPU writes */
	/* bytes of blocks that are split at a time before they are written; 0: none are */
	u64 split_chunk;
};

/*
 * One set of stage-2 tables, and who ran on it: what a vCPU of the VM runs on
 * (vcpu->s2). All that is mapped there comes from the slots of mmu, under its lock [m].
 */
struct keel_stage2 {
	struct keel_s2 hw;		/* what EL2 loads: [I] but for the VMID, mmu/vmid.c */
	u64 vmid;			/* generation and VMID, mmu/vmid.c [a] */
	struct keel_pgt pgt;		/* [m]; mapping needs the lock for reading only */
	struct keel_mmu *mmu;		/* [I] */
	/* [I] what counts its tables but for the root; NULL: nothing */
	atomic_long_t *nr_tables;
	/* [o] own CPU, IRQs off: which vCPU, and context of it, ran on the CPU last; -1 none */
	int __percpu *last_vcpu;
};

struct keel_shadows;

/*
 * [m] lock for writing   [s] changed under slots_lock and lock, read under vm->srcu or either lock
 */
struct keel_mmu {
	/* the VM's memory as the slots have it: for each vCPU at its creation */
	struct keel_stage2 s2;
	unsigned int ipa_bits;		/* [I] 32..52: width of the slots' addresses */
	rwlock_t lock;
	struct mmu_notifier notifier;
	struct keel_inval inval;	/* of addresses of the VMM's [m] */
	wait_queue_head_t inval_end;	/* faults that wait for one to be over */
	struct keel_memslots slots;	/* [s] */
	struct keel_slot *withdrawn;	/* [s] it goes, and what it has mapped too */
	/* what is withheld, by page frame; mmu/rights.h; changes under slots_lock */
	struct xarray rights;
	/* each begins and ends: odd, one is under way; slots_lock, read under any or none */
	unsigned long rights_changes;
	struct keel_window window;
	struct keel_log_mode log;
	/* mmu/shadow.h; NULL: no vCPU has virtual EL2 [m], then [I] */
	struct keel_shadows *shadows;
	unsigned int nr_shadowed;	/* vCPUs that have; slots_lock */
	struct mutex slots_lock;	/* serialises changes of slots; outside lock */
};

/* Module-wide: VTCR values, VMID width, caches. Sleepable; -errno leaves nothing behind. */
int keel_mmu_module_init(void);
void keel_mmu_module_exit(void);
/* A CPU is about to be taken, the first after init as well. No thread of a VMM runs there yet. */
void keel_mmu_take_cpu(void);
/* Largest IPA width this machine can give a guest: KVM_CAP_ARM_VM_IPA_SIZE. */
unsigned int keel_mmu_ipa_limit(void);
/*
 * Frames that are no RAM may be mapped cacheable, if the VMM has them so: no cache
 * needs maintenance by an address that they do not have. KVM_CAP_ARM_CACHEABLE_PFNMAP_SUPPORTED.
 */
bool keel_mmu_caches_frames(void);

/*
 * vm->mm is set. init: ipa_bits already checked against 32..limit. release():
 * stop the notifier, free tables and slots; no vCPU exists any more; called once.
 */
int keel_mmu_init(struct keel_vm *vm, unsigned int ipa_bits);
void keel_mmu_destroy(struct keel_vm *vm);
/*
 * A vCPU's tables, and its ring, if the VM has them; vm->lock. -ENOMEM. And the end, for its table
 * cache too.
 */
int keel_mmu_vcpu_init(struct keel_vcpu *vcpu);
void keel_mmu_vcpu_destroy(struct keel_vcpu *vcpu);

/*
 * Before entry, IRQs off: give the tables a valid VMID. If the VMID changed the
 * caller reloads VTTBR_EL2 from s2->hw. Never returns with VMID 0.
 */
void keel_mmu_vmid_update(struct keel_stage2 *s2);

/* What a guest's abort comes to. Whoever asked acts by it. */
enum keel_fault_verdict {
	KEEL_FAULT_DONE = 1,	/* the guest goes on: the memory is there, or it is to try again */
	KEEL_FAULT_NO_MEMORY,	/* none that may be used so: a device's, if it can be one's */
	KEEL_FAULT_ABORT,	/* an external abort for the guest */
	KEEL_FAULT_SIZE,	/* an address size fault for it */
	KEEL_FAULT_EXTERNAL,	/* the memory itself answered with an external abort */
	KEEL_FAULT_NO_READ,	/* user space withholds that of the page (mmu/rights.c) */
	KEEL_FAULT_NO_WRITE,
	KEEL_FAULT_NO_EXEC,
	/* nothing was done that the guest could see: it needs what may wait */
	KEEL_FAULT_WAIT,
};

/*
 * Data or instruction abort from the guest, decoded. Sleepable, vCPU mutex, IRQs on. A
 * verdict, not WAIT; or -errno for KVM_RUN: -EFAULT, -EINTR, -ENOMEM.
 */
int keel_mmu_fault(struct keel_vcpu *vcpu, const struct keel_exit *exit);

/*
 * The same for a guest of a guest hypervisor's, whose tables are vcpu->s2. exit->ipa is the
 * hypervisor's address of what its own stage 2 has at leaf->at: translation and permission faults
 * alone.
 */
struct keel_mmu_leaf {
	ipa_t at;		/* of the page */
	/* keel_mmu_begin() before that was looked up: the VM's changes, and the hypervisor's */
	unsigned long seq, walk;
	u8 shift;		/* what the hypervisor maps alike around it has 2^shift bytes */
	bool r, w, x;		/* what it lets the guest do */
};
void keel_mmu_begin(const struct keel_vcpu *vcpu, struct keel_mmu_leaf *leaf);
/* Has the VM changed? Then what was read since may be what is not the guest's to see. */
bool keel_mmu_has_changed(const struct keel_vcpu *vcpu, const struct keel_mmu_leaf *leaf);
int keel_mmu_fault_below(struct keel_vcpu *vcpu, const struct keel_exit *exit,
			 const struct keel_mmu_leaf *leaf);

/*
 * The same where nothing may wait, IRQs off: memory that the VMM has mapped already, as
 * long as the cache has pages for tables. DONE, NO_MEMORY, WAIT, or what is withheld.
 */
int keel_mmu_try_fault(struct keel_vcpu *vcpu, const struct keel_exit *exit);
/*
 * The last page that was in no slot is remembered: devices are accessed again and
 * again. is_bare: it is that one. note_bare: it was in none of those that
 * keel_mmu_slots() counted before the look. vCPU mutex, IRQs on or off.
 */
bool keel_mmu_is_bare(const struct keel_vcpu *vcpu, ipa_t page);
void keel_mmu_note_bare(struct keel_vcpu *vcpu, ipa_t page, unsigned int slots);

/* KVM_SET_USER_MEMORY_REGION(2), whole semantics of the KVM API document and its errno. */
int keel_memslot_set(struct keel_vm *vm, const struct kvm_userspace_memory_region2 *mem);
#define KEEL_NR_MEMSLOTS	32767

/*
 * Kernel access to guest memory through the slots (PV structures, GIC tables);
 * -EFAULT outside slots, on a read-only slot write, and where no page is behind the slot, as with a
 * device's registers: a guest may choose the address. -ENOMEM: the host has none for it now.
 * Sleepable, a task of vm->mm; takes vm->srcu itself.
 */
int keel_guest_read(struct keel_vm *vm, ipa_t ipa, void *data, size_t len);
int keel_guest_write(struct keel_vm *vm, ipa_t ipa, const void *data, size_t len);
/*
 * The same for what a vCPU in KVM_RUN is the cause of, a page or two each time: its ring tells.
 * vCPU mutex.
 */
int keel_guest_write_by(struct keel_vcpu *vcpu, ipa_t ipa, const void *data, size_t len);
/*
 * KEEL_FAULT_NO_READ or NO_WRITE where user space withholds that of the page from the vCPU, else 0.
 */
int keel_guest_refusal(struct keel_vcpu *vcpu, ipa_t ipa, bool write);
/*
 * If it is old it becomes new, at once for whoever looks: a descriptor. -EAGAIN: it is not;
 * -EFAULT, -ENOMEM, as of write_by.
 */
int keel_guest_exchange_by(struct keel_vcpu *vcpu, ipa_t ipa, u64 old, u64 new);
/* As read, a word within one page, as the guest sees it that has its caches off. */
int keel_guest_fetch(struct keel_vm *vm, ipa_t ipa, void *data, size_t len);
/* true if ipa lies in a slot */
bool keel_guest_is_memory(struct keel_vm *vm, ipa_t ipa);
/* true if keel_guest_write() finds a page there, as long as the VMM lets it; as sleepable */
bool keel_guest_may_write(struct keel_vm *vm, ipa_t ipa);
/* true if some of it does, as of keel_mmu_slots(): another number, other slots. Any context. */
bool keel_guest_has_memory(struct keel_vm *vm, ipa_t start, u64 size);
static inline unsigned int keel_mmu_slots(const struct keel_mmu *mmu)
{
	/* pairs with the changes of the tree */
	return smp_load_acquire(&mmu->slots.by_ipa.seq);
}

/*
 * mmu/window.c: the guest's accesses to [ipa, ipa + size), which take precedence
 * over slots, go to the host's device at pa. One per VM; config_lock held.
 * -EINVAL: not on the host's page boundaries.
 */
int keel_mmu_set_window(struct keel_vm *vm, ipa_t ipa, hpa_t pa, u64 size);
/*
 * In its place: the pages of the host's size around it are no memory, so that accesses go to the
 * bus.
 */
void keel_mmu_set_hole(struct keel_vm *vm, ipa_t ipa, u64 size);

/* Whole pages, some, and no wrap. */
bool keel_mmu_is_range(u64 start, u64 size);
/*
 * mmu/rights.c. KVM_SET_MEMORY_ATTRIBUTES: KEEL_MEMORY_NO_* for a range, all of it or none.
 * When it returns no vCPU has the old rights. -EINVAL, -ENOMEM, -EINTR. Sleepable.
 */
int keel_rights_set(struct keel_vm *vm, const struct kvm_memory_attributes *attr);
/*
 * mmu/prefault.c. KVM_PRE_FAULT_MEMORY: the rest is in range on return. 0: some of it is done;
 * -EINVAL, -ENOENT: no slot, -EINTR, -EFAULT, -EHWPOISON, -ENOMEM. Sleepable, vCPU mutex.
 */
int keel_mmu_prefault(struct keel_vcpu *vcpu, struct kvm_pre_fault_memory *range);
/*
 * A page as by a read of the guest's. As keel_mmu_fault(), also beyond the slots' addresses:
 * NO_MEMORY; and -EHWPOISON.
 */
int keel_mmu_bring(struct keel_vcpu *vcpu, ipa_t page);

/* mmu/log.c. KVM_GET_DIRTY_LOG, KVM_CLEAR_DIRTY_LOG: see the KVM API document. Sleepable. */
int keel_log_get(struct keel_vm *vm, const struct kvm_dirty_log *log);
int keel_log_clear(struct keel_vm *vm, const struct kvm_clear_dirty_log *log);
/* KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2, of logs that begin from now on. -EINVAL. */
int keel_log_set_manual(struct keel_vm *vm, u64 mode);

/*
 * KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE: bytes. -EINVAL: not 0 and not one of the sizes; a slot
 * exists.
 */
int keel_log_set_split(struct keel_vm *vm, u64 chunk);
/* Sizes that a stage-2 leaf may have, as a bitmap: KVM_CAP_ARM_SUPPORTED_BLOCK_SIZES. */
u32 keel_mmu_block_sizes(void);

/* mmu/ring.c. KVM_CAP_DIRTY_LOG_RING_ACQ_REL; vm->lock, no vCPU yet. -EINVAL, -E2BIG. */
int keel_ring_enable(struct keel_vm *vm, u64 bytes);
/* KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP. -EINVAL: no ring, or a slot exists. */
int keel_ring_enable_bitmap(struct keel_vm *vm);
/*
 * KVM_RESET_DIRTY_RINGS: how many entries; a fatal signal ends it early. -EINVAL: no rings.
 * Sleepable.
 */
int keel_ring_reset(struct keel_vm *vm);
/*
 * The ring's page at this offset of the vCPU fd's mapping, or NULL; and whether one is in a range
 * of them.
 */
#define KEEL_RING_PAGE_OFFSET	64
struct page *keel_ring_page(const struct keel_vcpu *vcpu, unsigned long pgoff);
bool keel_ring_meets(const struct keel_vcpu *vcpu, unsigned long pgoff, unsigned long nr);
/* KEEL_REQ_RING: must the vCPU go to user space first? If not the request is gone. vCPU mutex. */
bool keel_ring_must_leave(struct keel_vcpu *vcpu);

/*
 * VCPU_INIT of a vCPU that has run: make a reloaded image visible (stage-2 unmap, or I-cache only
 * with FWB).
 */
void keel_mmu_reset_vm(struct keel_vm *vm);
/*
 * The guest turned its caches on or off (trapped SCTLR/set-way): clean guest memory as needed
 * without FWB.
 */
void keel_mmu_flush_vm(struct keel_vm *vm);

#endif
