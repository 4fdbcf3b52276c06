// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stage-2 faults, step by step: classify, find the slot, grant what only the log
 * withholds, pin the page behind, choose the size, make it coherent, map. The steps
 * are the same for all; f->may_wait is the policy.
 *
 * Who may wait holds nothing from one step to the next: the last one checks under
 * mmu->lock that neither the slots nor the VMM's address space changed since the
 * first, and otherwise the guest just takes the fault again. Sleepable, IRQs on;
 * current->mm is vm->mm, so that userfaultfd and signals reach the thread that runs
 * the vCPU.
 *
 * Who may not has mmu->lock for reading all the way, which keeps the slot alive and
 * the notifier waiting, and comes to KEEL_FAULT_WAIT at the first step that needs more.
 *
 * vCPU mutex held. What the guest or user space is told of it is not decided here.
 */
#include <linux/mm.h>
#include <asm/esr.h>
#include "../arch/exit.h"
#include "../core/objects.h"
#include "../core/trace.h"
#include "fault.h"
#include "fault_kind.h"
#include "log.h"
#include "memslot.h"
#include "notifier.h"
#include "rights.h"
#include "shadow.h"
#include "stage2.h"
#include "window.h"

/* ---- what is not about the slots ---- */

/*
 * Beyond what this VM may address. Beyond what the CPU claims to address it is the guest's own
 * table's fault.
 */
static int out_of_range(ipa_t ipa)
{
	return ipa.v >> keel_mmu_ipa_limit() ? KEEL_FAULT_SIZE : KEEL_FAULT_ABORT;
}

/*
 * Only the flag is missing: no look at the slots or the VMM. Whatever happens, the guest tries
 * again.
 */
static int make_young(struct keel_stage2 *s2, ipa_t ipa)
{
	read_lock(&s2->mmu->lock);
	keel_pgt_make_young(&s2->pgt, ipa.v);
	read_unlock(&s2->mmu->lock);
	dsb(ishst);	/* Arm ARM D8.2.7: walks see the flag; spares the guest a second fault */
	return KEEL_FAULT_DONE;
}

/*
 * Two entries for one address in a TLB: a guest that changes the size of its blocks without a
 * break brings that about, where the CPU does not resolve it itself. Who of the VM's CPUs has
 * them is not said, nor in which stage (Arm ARM D8.16.3).
 */
static int forget_all(struct keel_stage2 *s2)
{
	keel_tlb_flush_vmid(&s2->hw);
	return KEEL_FAULT_DONE;
}

/*
 * From here to resolve() the steps are inlined into both of their users: with calls a
 * grant in place costs 7% more.
 */

/* ---- grant ---- */

/*
 * A write to a page that only the log keeps from being written. The VMM may
 * write it: it could when the page was mapped, and before that changes the
 * notifier takes the page out of the tables. So nobody is asked, and while
 * mmu->lock is held the page stays. slot: the page's.
 */
static __always_inline bool grant_locked(struct keel_fault *f, struct keel_slot *slot)
{
	u64 pa;

	lockdep_assert_held(&f->mmu->lock);
	if (!slot || !keel_pgt_grant_write(&f->s2->pgt, f->at.v, &pa))
		return false;
	SetPageDirty(pfn_to_page(pa >> PAGE_SHIFT));
	if (slot->flags & KVM_MEM_LOG_DIRTY_PAGES)
		keel_log_mark(f->vcpu, slot, f->ipa, PAGE_SIZE);
	return true;
}

static __always_inline bool grant(struct keel_fault *f)
{
	bool granted;

	if (!f->may_wait)
		return grant_locked(f, f->slot);
	read_lock(&f->mmu->lock);
	granted = grant_locked(f, keel_memslot_find(f->mmu, f->ipa));
	read_unlock(&f->mmu->lock);
	return granted;
}

/* ---- slot ---- */

/*
 * A walk of the guest's tables or cache maintenance that a page refuses counts as a write where
 * pages can be read (arch/decode.c). What refused it may have been other rights than those of now:
 * so it is a read at first, and what these rights refuse again a write. False: for who may wait to
 * find out.
 */
static bool settle_doubt(struct keel_fault *f)
{
	const struct keel_abort *a = &f->exit->abort;
	struct keel_doubt *d = &f->vcpu->doubt, now = { f->ipa.v, keel_rights_changes(f->mmu) };

	if (!f->perm || !f->write || !(a->s1ptw || a->cm))
		return true;
	if (d->page == now.page && d->changes == now.changes && !(now.changes & 1))
		return true;
	if (!f->may_wait)
		return false;
	*d = now;
	f->write = false;
	return true;
}

/*
 * What the guest wants of what is withheld, as a verdict, or 0. Of a page that cannot be read a
 * walk wants that.
 */
static int refusal(const struct keel_fault *f)
{
	const struct keel_abort *a = &f->exit->abort;
	bool reads = !f->write || (f->perm && (a->s1ptw || a->cm));

	if (f->exec)
		return f->withheld & KEEL_NO_X ? KEEL_FAULT_NO_EXEC : 0;
	if (reads && f->withheld & KEEL_NO_R)
		return KEEL_FAULT_NO_READ;
	return f->write && f->withheld & KEEL_NO_W ? KEEL_FAULT_NO_WRITE : 0;
}

static noinline int look_up_rights(struct keel_fault *f)
{
	f->withheld = keel_rights_look_up(f->mmu, f->ipa);
	return settle_doubt(f) ? refusal(f) : KEEL_FAULT_WAIT;
}

/* As it is now. Under vm->srcu or mmu->lock. */
static __always_inline void note_slot(struct keel_fault *f)
{
	const struct keel_slot *slot = f->slot;

	f->slot_base = slot->base;
	f->slot_size = slot->size;
	f->hva = keel_memslot_hva(slot, f->ipa);
	f->read_only = slot->flags & KVM_MEM_READONLY;
	f->log = slot->flags & KVM_MEM_LOG_DIRTY_PAGES;
}

/* vm->srcu or mmu->lock. 0: it is the slot's page that is needed. */
static __always_inline int look_up(struct keel_fault *f)
{
	unsigned int slots = keel_mmu_slots(f->mmu);
	int ret;

	f->slot = keel_memslot_find(f->mmu, f->ipa);
	if (!f->slot) {
		keel_mmu_note_bare(f->vcpu, f->ipa, slots);
		return KEEL_FAULT_NO_MEMORY;
	}
	f->withheld = 0;
	ret = keel_rights_used(f->mmu) ? look_up_rights(f) : 0;
	if (ret)
		return ret;
	f->withheld |= f->barred;
	if (!f->may_wait && !keel_log_has_room(f->vcpu, f->slot))
		return KEEL_FAULT_WAIT;
	if (f->perm && f->write && grant(f))
		return KEEL_FAULT_DONE;
	note_slot(f);
	return f->write && f->read_only ? KEEL_FAULT_NO_MEMORY : 0;
}

static __always_inline int find_slot(struct keel_fault *f)
{
	struct srcu_struct *srcu = &f->vcpu->vm->srcu;
	int idx, ret;

	if (!f->may_wait)
		return look_up(f);
	idx = srcu_read_lock(srcu);
	ret = look_up(f);
	srcu_read_unlock(srcu, idx);
	return ret;
}

/* ---- map ---- */

/* With the log on a page is writable only from its first write on, which is logged. */
static unsigned int choose_prot(const struct keel_fault *f)
{
	bool writable = f->writable && !(f->withheld & KEEL_NO_W);
	unsigned int prot = f->mem;

	if (f->withheld & KEEL_NO_R)
		prot |= KEEL_S2_NO_R;
	if (writable && (!f->log || f->write))
		prot |= KEEL_S2_W;
	if (writable && f->page && !f->below)
		prot |= KEEL_S2_MAY_W;
	/* a mapping not yet executable tells when the instruction caches must forget the page */
	if (!f->mem && (f->exec || keel_stage2_caps.dic) && !(f->withheld & KEEL_NO_X))
		prot |= KEEL_S2_X;
	return prot;
}

static struct keel_stage2_map make_map(const struct keel_fault *f)
{
	u64 offset = f->ipa.v & (f->size - 1);

	return (struct keel_stage2_map){
		.ipa = ipa(f->at.v - offset),
		.pa = hpa((f->pfn << PAGE_SHIFT) - offset),
		.level = f->level,
		.prot = choose_prot(f),
		.perm_fault = f->perm,
	};
}

/* mmu->lock held, and seq checked: f->slot is alive, and no invalidation has been missed. */
static int map_locked(struct keel_fault *f, const struct keel_stage2_map *map)
{
	int ret;

	if (keel_notifier_retry(f->mmu, f->seq, f->hva, f->size))
		return -EAGAIN;
	if (f->below && keel_shadow_changes(f->mmu) != f->walk)
		return -EAGAIN;
	if (f->below)
		keel_shadow_touch(f->mmu, ipa(f->ipa.v & ~(f->size - 1)), f->size);
	ret = keel_stage2_map(f->s2, map, &f->vcpu->table_cache);
	if (ret || !(map->prot & KEEL_S2_W))
		return ret;
	/* before an invalidation can follow: it will not ask the guest's entry for a dirty bit */
	if (f->page)
		SetPageDirty(f->page);
	if (f->log)
		keel_log_mark(f->vcpu, f->slot, f->ipa, PAGE_SIZE);
	return 0;
}

/*
 * What is no RAM has no address to do that by: it is cacheable only where nothing has to be done.
 * False: that may take long.
 */
static bool make_coherent(const struct keel_fault *f, const struct keel_stage2_map *map)
{
	bool exec = map->prot & KEEL_S2_X;

	if (!f->ram || keel_stage2_is_coherent(exec))
		return true;
	if (!f->may_wait && f->size > PAGE_SIZE)
		return false;
	keel_stage2_make_coherent(map->pa, f->size, exec);
	return true;
}

/* A table stands where the block goes. */
static int map_exclusive(struct keel_fault *f, struct keel_stage2_map *map)
{
	int ret;

	map->exclusive = true;
	write_lock(&f->mmu->lock);
	ret = map_locked(f, map);
	write_unlock(&f->mmu->lock);
	return ret;
}

static int map(struct keel_fault *f)
{
	struct keel_stage2_map map = make_map(f);
	int ret;

	if (!make_coherent(f, &map))
		return -EAGAIN;
	if (!f->may_wait)
		return map_locked(f, &map);
	read_lock(&f->mmu->lock);
	ret = map_locked(f, &map);
	read_unlock(&f->mmu->lock);
	return ret == -EBUSY ? map_exclusive(f, &map) : ret;
}

/* ---- all of it ---- */

/* A device of the host's in the guest's address space. */
static int window(struct keel_fault *f)
{
	/* whose guests have a GICv2 have no virtual EL2 */
	if (f->mmu->window.hole || f->below)
		return KEEL_FAULT_NO_MEMORY;
	if (f->exec || f->perm)
		return KEEL_FAULT_ABORT;
	return keel_stage2_topup(&f->vcpu->table_cache) ?: keel_window_map(f->vcpu, f->ipa) ?: KEEL_FAULT_DONE;
}

/*
 * No instruction is fetched from what is no memory, and no table from Device memory, as HCR_EL2.PTW
 * has it.
 */
static bool is_barred(const struct keel_fault *f)
{
	return (f->mem && f->exec) || (f->mem == KEEL_S2_DEVICE && f->exit->abort.s1ptw);
}

/*
 * The slot is known. The page, if any, is pinned on return, and the caller's. Or -errno; -EAGAIN:
 * it has changed meanwhile.
 */
static int map_page(struct keel_fault *f)
{
	int ret = f->may_wait ? keel_stage2_topup(&f->vcpu->table_cache) : 0;

	if (ret)
		return ret;
	f->size = PAGE_SIZE;
	ret = keel_pin_page(f);
	if (ret)
		return f->may_wait ? keel_pin_failed(f, ret) : ret;
	if (is_barred(f))
		return KEEL_FAULT_ABORT;
	keel_pin_choose_size(f);
	return map(f) ?: KEEL_FAULT_DONE;
}

/* What map_page() returns comes from here, too. */
static __always_inline int resolve(struct keel_fault *f)
{
	int ret;

	if (f->may_wait && keel_window_has(f->mmu, f->ipa))
		return window(f);
	if (!f->below)
		f->seq = keel_notifier_begin(f->mmu);
	ret = find_slot(f);
	if (ret)
		return ret;
	/*
	 * a page that may be read always is, so this is nothing that mapping could cure, but a
	 * change of rights
	 */
	if (f->perm && !f->write && !f->exec && !f->below && !keel_rights_used(f->mmu))
		return -EFAULT;
	return map_page(f);
}

static ipa_t page_of(ipa_t addr)
{
	return ipa(addr.v & PAGE_MASK);
}

/*
 * The rest is written by the step that finds it out, before another reads it. So both users do
 * without the kernel's clearing of what is on the stack, which takes 65 instructions.
 */
static void init_fault(struct keel_fault *f, struct keel_vcpu *vcpu, const struct keel_exit *exit,
		       bool perm)
{
	f->vcpu = vcpu;
	f->mmu = &vcpu->vm->mmu;
	f->s2 = vcpu->s2;
	f->exit = exit;
	f->ipa = f->at = page_of(exit->ipa);
	f->most = 64;
	f->barred = 0;
	f->below = false;
	f->perm = perm;
	f->exec = exit->abort.exec && !exit->abort.s1ptw;
	f->write = exit->abort.write;
	f->page = NULL;
	f->size = 0;
}

int keel_mmu_try_fault(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	enum keel_fault_kind kind = keel_fault_kind(exit->abort.fsc);
	struct keel_mmu *mmu = &vcpu->vm->mmu;
	struct keel_fault f __uninitialized;
	int ret;

	/* others may come without an address */
	if (kind != KEEL_FAULT_IS_TRANSLATION && kind != KEEL_FAULT_IS_PERMISSION)
		return KEEL_FAULT_WAIT;
	if (keel_window_has(mmu, page_of(exit->ipa)))
		return mmu->window.hole ? KEEL_FAULT_NO_MEMORY : KEEL_FAULT_WAIT;
	if (!read_trylock(&mmu->lock))
		return KEEL_FAULT_WAIT;
	init_fault(&f, vcpu, exit, kind == KEEL_FAULT_IS_PERMISSION);
	f.may_wait = false;
	ret = resolve(&f);
	read_unlock(&mmu->lock);
	keel_unpin(&f);
	return ret < 0 ? KEEL_FAULT_WAIT : ret;
}

/*
 * The next try is to find what made this one fail over. The VMM's address space is changing there;
 * or somebody is replacing the entry, with preemption off but on PREEMPT_RT, where it may be a
 * thread of lower priority which this one has preempted.
 */
static void let_others_finish(const struct keel_fault *f)
{
	if (f->size)
		keel_notifier_wait(f->mmu, f->hva, f->size);
	if (!IS_ENABLED(CONFIG_PREEMPT_RT))
		return;
	write_lock(&f->mmu->lock);
	write_unlock(&f->mmu->lock);
}

static void add_leaf(struct keel_fault *f, const struct keel_mmu_leaf *leaf)
{
	f->below = true;
	f->at = leaf->at;
	f->most = leaf->shift;
	f->seq = leaf->seq;
	f->walk = leaf->walk;
	f->barred = (leaf->r ? 0 : KEEL_NO_R) | (leaf->w ? 0 : KEEL_NO_W) | (leaf->x ? 0 : KEEL_NO_X);
}

/* bring: it is user space that wants the page. leaf: of a guest hypervisor's own, or NULL. */
static int translate(struct keel_vcpu *vcpu, const struct keel_exit *exit, bool perm, bool bring,
		     const struct keel_mmu_leaf *leaf)
{
	const struct keel_mmu *mmu = &vcpu->vm->mmu;
	struct keel_fault f __uninitialized;
	int ret;

	if (exit->ipa.v >> mmu->ipa_bits)
		return out_of_range(exit->ipa);
	if (keel_mmu_is_bare(vcpu, exit->ipa) && !keel_window_has(mmu, exit->ipa))
		return KEEL_FAULT_NO_MEMORY;
	init_fault(&f, vcpu, exit, perm);
	if (leaf)
		add_leaf(&f, leaf);
	f.may_wait = true;
	f.bring = bring;
	ret = resolve(&f);
	keel_unpin(&f);
	if (ret != -EAGAIN)
		return ret;
	let_others_finish(&f);
	return KEEL_FAULT_DONE;
}

void keel_mmu_begin(const struct keel_vcpu *vcpu, struct keel_mmu_leaf *leaf)
{
	leaf->seq = keel_notifier_begin(&vcpu->vm->mmu);
	leaf->walk = keel_shadow_changes(&vcpu->vm->mmu);
}

bool keel_mmu_has_changed(const struct keel_vcpu *vcpu, const struct keel_mmu_leaf *leaf)
{
	return keel_notifier_begin(&vcpu->vm->mmu) != leaf->seq;
}

int keel_guest_refusal(struct keel_vcpu *vcpu, ipa_t ipa, bool write)
{
	struct keel_mmu *mmu = &vcpu->vm->mmu;
	unsigned int withheld = keel_rights_used(mmu) ? keel_rights_look_up(mmu, ipa) : 0;

	if (withheld & (write ? KEEL_NO_W : KEEL_NO_R))
		return write ? KEEL_FAULT_NO_WRITE : KEEL_FAULT_NO_READ;
	return 0;
}

int keel_mmu_fault_below(struct keel_vcpu *vcpu, const struct keel_exit *exit,
			 const struct keel_mmu_leaf *leaf)
{
	keel_shadow_make_room(&vcpu->vm->mmu);
	return translate(vcpu, exit, keel_fault_kind(exit->abort.fsc) == KEEL_FAULT_IS_PERMISSION,
			 false, leaf);
}

int keel_mmu_bring(struct keel_vcpu *vcpu, ipa_t page)
{
	struct keel_exit exit = { .ipa = page, .abort = { .fsc = ESR_ELx_FSC_FAULT } };

	return page.v >> vcpu->vm->mmu.ipa_bits ? KEEL_FAULT_NO_MEMORY
						: translate(vcpu, &exit, false, true, NULL);
}

int keel_mmu_fault(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	enum keel_fault_kind kind = keel_fault_kind(exit->abort.fsc);

	if (keel_traced(KEEL_EVENT_FAULT))
		keel_trace_fault(vcpu->ctx.pc, exit->esr, exit->far,
				 exit->ipa.v & GENMASK_ULL(63, 12));
	switch (kind) {
	case KEEL_FAULT_IS_EXTERNAL:
		return KEEL_FAULT_EXTERNAL;
	case KEEL_FAULT_IS_ACCESS:
		return make_young(vcpu->s2, exit->ipa);
	case KEEL_FAULT_IS_ADDRESS_SIZE:
		return out_of_range(exit->ipa);
	case KEEL_FAULT_IS_TRANSLATION:
	case KEEL_FAULT_IS_PERMISSION:
		return translate(vcpu, exit, kind == KEEL_FAULT_IS_PERMISSION, false, NULL);
	case KEEL_FAULT_IS_CONFLICT:
		return forget_all(vcpu->s2);
	default:
		/* alignment, lock-down, unsupported atomic: what the access was to cannot do it */
		return KEEL_FAULT_ABORT;
	}
}
