// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stage-2 faults, step by step: classify, find the slot, pin the page behind
 * it, choose the size, map. Nothing is locked from one step to the next: the
 * last one checks under mmu->lock that neither the slots nor the VMM's
 * address space changed since the first, and otherwise the guest just takes
 * the fault again.
 *
 * vCPU mutex held, sleepable, IRQs on; current->mm is vm->mm, so that
 * userfaultfd and signals reach the thread that runs the vCPU.
 */
#include <linux/mm.h>
#include <linux/sched.h>
#include "../arch/arch.h"
#include "../core/objects.h"
#include "../core/trace.h"
#include "fault.h"
#include "log.h"
#include "memslot.h"
#include "notifier.h"
#include "stage2.h"
#include "window.h"

/* ---- classify ---- */

enum kind { KIND_TRANSLATION, KIND_PERMISSION, KIND_ACCESS, KIND_ADDRESS_SIZE, KIND_EXTERNAL, KIND_OTHER };

/* Fault status codes, Arm ARM D24.2.40, "DFSC". Level -1 has codes of its own. */
static enum kind classify(u8 fsc)
{
	switch (fsc) {
	case 0x00 ... 0x03:
	case 0x29:
		return KIND_ADDRESS_SIZE;
	case 0x04 ... 0x07:
	case 0x2b:
		return KIND_TRANSLATION;
	case 0x08 ... 0x0b:
		return KIND_ACCESS;
	case 0x0c ... 0x0f:
		return KIND_PERMISSION;
	case 0x10:
	case 0x13 ... 0x17:
	case 0x18:
	case 0x1b ... 0x1f:
		return KIND_EXTERNAL;
	default:
		return KIND_OTHER;
	}
}

/*
 * A table walk writes only to set a flag in a descriptor, and that is what is
 * refused when it meets a permission fault; cache maintenance is refused when
 * it needs to be able to write (DC IVAC).
 */
static bool is_write(const struct keel_abort *abort, bool perm)
{
	if (abort->s1ptw)
		return perm;
	if (abort->exec)
		return false;
	return abort->write || (abort->cm && perm);
}

/* ---- outcomes without a mapping ---- */

static int inject_abort(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	if (exit->abort.exec)
		keel_inject_iabt(vcpu, exit->far);
	else
		keel_inject_dabt(vcpu, exit->far);
	return KEEL_RESUME;
}

/* No memory, or memory that must not be written: a device, for those accesses a device can have. */
static int not_memory(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	if (exit->abort.exec || exit->abort.s1ptw)
		return inject_abort(vcpu, exit);
	if (exit->abort.cm) {
		/* a device has no cache line to maintain */
		keel_exit_skip(&vcpu->ctx);
		return KEEL_RESUME;
	}
	return keel_mmio_abort(vcpu, exit);
}

/* Beyond what this VM may address. Beyond what the CPU claims to address it is the guest's own table's fault. */
static int out_of_range(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	if (exit->ipa.v >> keel_mmu_ipa_limit())
		keel_inject_size_fault(vcpu, exit->abort.exec, exit->far);
	else
		inject_abort(vcpu, exit);
	return KEEL_RESUME;
}

/* Only the flag is missing: no look at the slots or the VMM. Whatever happens, the guest tries again. */
static int make_young(struct keel_stage2 *s2, ipa_t ipa)
{
	read_lock(&s2->mmu->lock);
	keel_pgt_make_young(&s2->pgt, ipa.v);
	read_unlock(&s2->mmu->lock);
	dsb(ishst);	/* Arm ARM D8.2.7: walks see the flag; spares the guest a second fault */
	return KEEL_RESUME;
}

/* ---- slot ---- */

static ipa_t page_of(ipa_t addr)
{
	return ipa(addr.v & PAGE_MASK);
}

/* vm->srcu or mmu->lock. False: this access has no memory. */
static bool use_slot(struct keel_fault *f, struct keel_slot *slot)
{
	if (!slot)
		return false;
	f->slot = slot;
	f->slot_base = slot->base;
	f->slot_size = slot->size;
	f->hva = keel_memslot_hva(slot, f->ipa);
	f->read_only = slot->flags & KVM_MEM_READONLY;
	f->log = slot->flags & KVM_MEM_LOG_DIRTY_PAGES;
	return !(f->write && f->read_only);
}

static bool find_slot(struct keel_fault *f)
{
	struct keel_vm *vm = f->vcpu->vm;
	int idx = srcu_read_lock(&vm->srcu);
	bool found = use_slot(f, keel_memslot_find(f->mmu, f->ipa));

	srcu_read_unlock(&vm->srcu, idx);
	return found;
}

/* ---- grant ---- */

/*
 * A write to a page that only the log keeps from being written. The VMM may
 * write it: it could when the page was mapped, and before that changes the
 * notifier takes the page out of the tables. So nobody is asked, and while
 * mmu->lock is held the page stays. slot: the page's.
 */
static bool grant(struct keel_vcpu *vcpu, struct keel_slot *slot, ipa_t page)
{
	u64 pa;

	lockdep_assert_held(&vcpu->vm->mmu.lock);
	if (!keel_pgt_grant_write(&vcpu->s2->pgt, page.v, &pa))
		return false;
	SetPageDirty(pfn_to_page(pa >> PAGE_SHIFT));
	if (slot->flags & KVM_MEM_LOG_DIRTY_PAGES)
		keel_log_mark(vcpu, slot, page, PAGE_SIZE);
	return true;
}

static bool try_grant(struct keel_vcpu *vcpu, ipa_t page)
{
	struct keel_mmu *mmu = &vcpu->vm->mmu;
	struct keel_slot *slot;
	bool granted;

	read_lock(&mmu->lock);
	slot = keel_memslot_find(mmu, page);
	granted = slot && grant(vcpu, slot, page);
	read_unlock(&mmu->lock);
	return granted;
}

/* ---- map ---- */

/* With the log on a page is writable only from its first write on, which is logged. */
static unsigned int choose_prot(const struct keel_fault *f)
{
	unsigned int prot = f->mem;

	if (f->writable && (!f->log || f->write))
		prot |= KEEL_S2_W;
	if (f->writable && f->page)
		prot |= KEEL_S2_MAY_W;
	/* a mapping not yet executable tells when the instruction caches must forget the page */
	if (!f->mem && (f->exec || keel_stage2_caps.dic))
		prot |= KEEL_S2_X;
	return prot;
}

static struct keel_stage2_map make_map(const struct keel_fault *f)
{
	u64 offset = f->ipa.v & (f->size - 1);

	return (struct keel_stage2_map){
		.ipa = ipa(f->ipa.v - offset),
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

static int map(struct keel_fault *f)
{
	struct keel_stage2_map map = make_map(f);
	int ret;

	/* what is no RAM has no address to do that by: it is cacheable only where nothing has to be done */
	if (f->ram && !keel_stage2_is_coherent(map.prot & KEEL_S2_X))
		keel_stage2_make_coherent(map.pa, f->size, map.prot & KEEL_S2_X);
	read_lock(&f->mmu->lock);
	ret = map_locked(f, &map);
	read_unlock(&f->mmu->lock);
	if (ret != -EBUSY)
		return ret;
	/* a table stands where the block goes */
	map.exclusive = true;
	write_lock(&f->mmu->lock);
	ret = map_locked(f, &map);
	write_unlock(&f->mmu->lock);
	return ret;
}

/* ---- all of it ---- */

static void init_fault(struct keel_fault *f, struct keel_vcpu *vcpu, const struct keel_exit *exit, bool perm)
{
	*f = (struct keel_fault) {
		.vcpu = vcpu, .mmu = &vcpu->vm->mmu, .s2 = vcpu->s2, .exit = exit,
		.ipa = page_of(exit->ipa),
		.perm = perm,
		.exec = exit->abort.exec && !exit->abort.s1ptw,
		.write = is_write(&exit->abort, perm),
	};
}

/*
 * Somebody else is replacing the entry. On PREEMPT_RT that may be a thread of lower
 * priority which this one has preempted: it is waited for, asleep.
 */
static void let_others_finish(struct keel_mmu *mmu)
{
	if (!IS_ENABLED(CONFIG_PREEMPT_RT)) {
		cond_resched();
		return;
	}
	write_lock(&mmu->lock);
	write_unlock(&mmu->lock);
}

/* No instruction is fetched from what is no memory, and no table from Device memory, as HCR_EL2.PTW has it. */
static bool is_barred(const struct keel_fault *f)
{
	return (f->mem && f->exec) || (f->mem == KEEL_S2_DEVICE && f->exit->abort.s1ptw);
}

static int in_window(struct keel_fault *f)
{
	if (f->mmu->window.hole)
		return not_memory(f->vcpu, f->exit);
	if (f->exec || f->perm)
		return inject_abort(f->vcpu, f->exit);
	return keel_window_map(f->vcpu, f->ipa) ?: KEEL_RESUME;
}

static int fault_in(struct keel_fault *f)
{
	int ret;

	if (f->perm && f->write && try_grant(f->vcpu, f->ipa))
		return KEEL_RESUME;
	ret = keel_stage2_topup(&f->vcpu->table_cache);
	if (ret)
		return ret;
	if (keel_window_has(f->mmu, f->ipa))
		return in_window(f);
	f->seq = keel_notifier_begin(f->mmu);
	if (!find_slot(f))
		return not_memory(f->vcpu, f->exit);
	/* a page that may be read always is, so this is nothing that mapping could cure */
	if (f->perm && !f->write && !f->exec)
		return -EFAULT;
	ret = keel_pin_page(f);
	if (ret)
		return keel_pin_failed(f, ret);
	if (is_barred(f))
		return inject_abort(f->vcpu, f->exit);	/* pinned by nobody */
	keel_pin_choose_size(f);
	ret = map(f);
	keel_unpin(f);
	if (ret == -EAGAIN) {
		let_others_finish(f->mmu);
		ret = 0;
	}
	return ret ?: KEEL_RESUME;
}

/* The rest of fault_in() for a page that is pinned. mmu->lock held. False: nothing was mapped. */
static bool map_pinned(struct keel_fault *f)
{
	struct keel_stage2_map map;

	keel_pin_choose_size(f);
	map = make_map(f);
	if (!keel_stage2_is_coherent(map.prot & KEEL_S2_X)) {
		if (f->size > PAGE_SIZE)
			return false;
		keel_stage2_make_coherent(map.pa, f->size, map.prot & KEEL_S2_X);
	}
	return !map_locked(f, &map);
}

static bool try_pin(struct keel_fault *f)
{
	f->seq = keel_notifier_begin(f->mmu);
	if (!keel_pin_fast(f))
		return false;
	/* what is pinned fast is no device */
	f->pfn = page_to_pfn(f->page);
	return map_pinned(f);
}

static bool try_slot(struct keel_fault *f, struct keel_vcpu *vcpu, struct keel_slot *slot)
{
	struct keel_exit exit = keel_exit_decode(vcpu->ctx.esr, vcpu->ctx.far, vcpu->ctx.hpfar);
	enum kind kind = classify(exit.abort.fsc);
	bool perm = kind == KIND_PERMISSION;

	if ((kind != KIND_TRANSLATION && !perm) || !keel_log_has_room(vcpu, slot))
		return false;
	if (perm && is_write(&exit.abort, true) && grant(vcpu, slot, page_of(exit.ipa)))
		return true;
	init_fault(f, vcpu, &exit, perm);
	return use_slot(f, slot) && !(perm && !f->write && !f->exec) && try_pin(f);
}

/* Held all the way, mmu->lock keeps the slot alive and the notifier waiting. */
bool keel_mmu_try_fault(struct keel_vcpu *vcpu, ipa_t page)
{
	struct keel_mmu *mmu = &vcpu->vm->mmu;
	struct keel_slot *slot;
	struct keel_fault f;
	bool done = false;

	if (keel_window_has(mmu, page) || !read_trylock(&mmu->lock))
		return false;
	f.page = NULL;
	slot = keel_memslot_find(mmu, page);
	if (slot)
		done = try_slot(&f, vcpu, slot);
	else
		keel_mmu_note_bare(vcpu, page);
	read_unlock(&mmu->lock);
	keel_unpin(&f);
	return done;
}

static int translate(struct keel_vcpu *vcpu, const struct keel_exit *exit, bool perm)
{
	ipa_t page = page_of(exit->ipa);
	struct keel_fault f;

	if (exit->ipa.v >> vcpu->vm->mmu.ipa_bits)
		return out_of_range(vcpu, exit);
	if (keel_mmu_no_memory(vcpu, page) && !keel_window_has(&vcpu->vm->mmu, page))
		return not_memory(vcpu, exit);
	init_fault(&f, vcpu, exit, perm);
	return fault_in(&f);
}

int keel_mmu_fault(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	enum kind kind = classify(exit->abort.fsc);

	if (keel_traced(KEEL_EVENT_FAULT))
		keel_trace_fault(vcpu->ctx.pc, exit->esr, exit->far, exit->ipa.v & GENMASK_ULL(63, 12));
	switch (kind) {
	case KIND_EXTERNAL:
		/* no proof that the page is bad, which a guest must not be able to feign: hardware.rst */
		keel_inject_serror(vcpu, BIT(24));	/* ISS.IDS */
		return KEEL_RESUME;
	case KIND_ACCESS:
		return make_young(vcpu->s2, exit->ipa);
	case KIND_ADDRESS_SIZE:
		return out_of_range(vcpu, exit);
	case KIND_TRANSLATION:
	case KIND_PERMISSION:
		return translate(vcpu, exit, kind == KIND_PERMISSION);
	default:
		/* alignment, lock-down, unsupported atomic: what the access was to cannot do it */
		return inject_abort(vcpu, exit);
	}
}
