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
#include <linux/pgtable.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>
#include "../arch/arch.h"
#include "../core/compat.h"
#include "../core/vcpu.h"
#include "memslot.h"
#include "notifier.h"
#include "stage2.h"
#include "window.h"

struct fault {
	struct keel_vcpu *vcpu;
	struct keel_mmu *mmu;
	const struct keel_exit *exit;
	ipa_t ipa;			/* of the page */
	bool write, exec, perm;
	unsigned long seq;

	/* of the slot, as it was after seq; the pointer is good only once seq has been checked */
	struct keel_slot *slot;
	u64 slot_base, slot_size;
	unsigned long hva;		/* of the page */
	bool read_only, log;

	u64 pfn;
	struct page *page;		/* pinned, or NULL for a frame without one */
	bool writable, device;
	int level;
	u64 size;
};

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
static int make_young(struct keel_mmu *mmu, ipa_t ipa)
{
	read_lock(&mmu->lock);
	keel_pgt_make_young(&mmu->pgt, ipa.v);
	read_unlock(&mmu->lock);
	dsb(ishst);	/* Arm ARM D8.2.7: walks see the flag; spares the guest a second fault */
	return KEEL_RESUME;
}

/* ---- slot ---- */

/* False: this access has no memory. */
static bool find_slot(struct fault *f)
{
	struct keel_vm *vm = f->vcpu->vm;
	int idx = srcu_read_lock(&vm->srcu);
	struct keel_slot *slot = keel_memslot_find(f->mmu, f->ipa);

	if (slot) {
		f->slot = slot;
		f->slot_base = slot->base;
		f->slot_size = slot->size;
		f->hva = keel_memslot_hva(slot, f->ipa);
		f->read_only = slot->flags & KVM_MEM_READONLY;
		f->log = slot->flags & KVM_MEM_LOG_DIRTY_PAGES;
	}
	srcu_read_unlock(&vm->srcu, idx);
	return slot && !(f->write && f->read_only);
}

/* ---- pin ---- */

/* Writable at once if that costs nothing: a read is often followed by a write. */
static bool pin_fast_writable(struct fault *f)
{
	struct page *page;

	if (f->read_only || get_user_pages_fast_only(f->hva, 1, FOLL_WRITE, &page) != 1)
		return false;
	if (f->page)
		put_page(f->page);
	f->page = page;
	f->writable = true;
	return true;
}

/* VM_PFNMAP, VM_IO: frames that have no page to pin. The notifier alone guards them. */
static int follow_frame(struct fault *f, struct vm_area_struct *vma)
{
	unsigned long pfn;
	bool writable;
	int ret = keel_compat_follow_pfn(vma, f->hva, &pfn, &writable);

	if (ret)
		return ret;
	if (f->write && !writable)
		return -EFAULT;
	f->pfn = pfn;
	f->writable = writable && !f->read_only;
	f->device = !pfn_is_map_memory(pfn);
	return 0;
}

static int pin_frame(struct fault *f)
{
	struct mm_struct *mm = f->vcpu->vm->mm;
	struct vm_area_struct *vma;
	bool unlocked = false;
	int ret = -EFAULT;

	mmap_read_lock(mm);
	vma = find_vma_intersection(mm, f->hva, f->hva + 1);
	if (!vma || !(vma->vm_flags & (VM_PFNMAP | VM_IO)))
		goto out;
	ret = follow_frame(f, vma);
	if (!ret)
		goto out;
	ret = fixup_user_fault(mm, f->hva, f->write ? FAULT_FLAG_WRITE : 0, &unlocked);
	if (unlocked && !ret)
		ret = -EAGAIN;	/* vma may be gone */
	else if (!ret)
		ret = follow_frame(f, vma);
out:
	mmap_read_unlock(mm);
	return ret;
}

static int pin(struct fault *f)
{
	long n;

	if (!pin_fast_writable(f)) {
		n = get_user_pages_unlocked(f->hva, 1, &f->page,
					    FOLL_HWPOISON | (f->write ? FOLL_WRITE : 0));
		if (n != 1) {
			f->page = NULL;
			return n == -EFAULT ? pin_frame(f) : n < 0 ? n : -EFAULT;
		}
		f->writable = f->write;
		if (!f->write)
			pin_fast_writable(f);
	}
	f->pfn = page_to_pfn(f->page);
	return 0;
}

static void unpin(struct fault *f)
{
	if (!f->page)
		return;
	folio_mark_accessed(page_folio(f->page));
	put_page(f->page);
}

/* What KVM_RUN makes of memory that cannot be had. Broken hardware under it is told to the VMM by a signal. */
static int pin_failed(const struct fault *f, int err)
{
	switch (err) {
	case -EHWPOISON:
		send_sig_mceerr(BUS_MCEERR_AR, (void __user *)f->hva, PAGE_SHIFT, current);
		return KEEL_RESUME;
	case -EAGAIN:
	case -EBUSY:
		cond_resched();
		return KEEL_RESUME;
	case -EINTR:
	case -ERESTARTSYS:
		return -EINTR;
	default:
		return fatal_signal_pending(current) ? -EINTR : -EFAULT;
	}
}

/* ---- choose size ---- */

/* Is this huge entry the one that maps our page, as we want it? */
static bool same_page(const struct fault *f, u64 pfn, bool writable, unsigned long size)
{
	return pfn + ((f->hva & (size - 1)) >> PAGE_SHIFT) == f->pfn && (writable || !f->writable);
}

/*
 * How the VMM's own tables map hva: hugetlb or transparent huge pages alike.
 * IRQs off keep the tables from being freed under a walk without locks, as in
 * get_user_pages_fast(). What they say is confirmed by the check of seq.
 */
static unsigned int host_shift(const struct fault *f)
{
	struct mm_struct *mm = f->vcpu->vm->mm;
	pgd_t *pgdp = pgd_offset(mm, f->hva), pgd = READ_ONCE(*pgdp);
	p4d_t *p4dp, p4d;
	pud_t *pudp, pud;
	pmd_t pmd;

	if (pgd_none(pgd))
		return PAGE_SHIFT;
	p4dp = p4d_offset_lockless(pgdp, pgd, f->hva);
	p4d = READ_ONCE(*p4dp);
	if (p4d_none(p4d))
		return PAGE_SHIFT;
	pudp = pud_offset_lockless(p4dp, p4d, f->hva);
	pud = READ_ONCE(*pudp);
	if (!pud_present(pud))
		return PAGE_SHIFT;
	if (pud_leaf(pud))
		return same_page(f, pud_pfn(pud), pud_write(pud), PUD_SIZE) ? PUD_SHIFT : PAGE_SHIFT;
	pmd = READ_ONCE(*pmd_offset_lockless(pudp, pud, f->hva));
	if (!pmd_present(pmd) || !pmd_leaf(pmd))
		return PAGE_SHIFT;
	return same_page(f, pmd_pfn(pmd), pmd_write(pmd), PMD_SIZE) ? PMD_SHIFT : PAGE_SHIFT;
}

/* Same offset within a block on both sides, and all of the block in the slot. */
static bool fits(const struct fault *f, u64 size)
{
	u64 block = f->ipa.v & ~(size - 1);

	if ((f->ipa.v ^ f->hva) & (size - 1))
		return false;
	return block >= f->slot_base && block + size <= f->slot_base + f->slot_size;
}

static void choose_size(struct fault *f)
{
	const struct keel_pgt_geo *geo = &f->mmu->pgt.geo;
	unsigned int shift;
	unsigned long flags;

	f->level = 3;
	f->size = PAGE_SIZE;
	/* a log is kept by pages; and no block of the VMM's is made of single ones */
	if (!f->page || f->log || !PageCompound(f->page))
		return;
	local_irq_save(flags);
	shift = host_shift(f);
	local_irq_restore(flags);
	for (; f->level > 1 && keel_pgt_has_leaf(geo, f->level - 1); f->level--) {
		u64 size = keel_pgt_level_size(geo, f->level - 1);

		if (size > 1ULL << shift || !fits(f, size))
			return;
		f->size = size;
	}
}

/* ---- map ---- */

/* With the log on a page is writable only from its first write on, which is logged. */
static unsigned int choose_prot(const struct fault *f)
{
	unsigned int prot = f->device ? KEEL_S2_DEVICE : 0;

	if (f->writable && (!f->log || f->write))
		prot |= KEEL_S2_W;
	/* a mapping not yet executable tells when the instruction caches must forget the page */
	if (!f->device && (f->exec || keel_stage2_caps.dic))
		prot |= KEEL_S2_X;
	return prot;
}

static struct keel_stage2_map make_map(const struct fault *f)
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
static int map_locked(struct fault *f, const struct keel_stage2_map *map)
{
	int ret;

	if (keel_notifier_retry(f->mmu, f->seq, f->hva))
		return -EAGAIN;
	ret = keel_stage2_map(f->mmu, map, &f->vcpu->table_cache);
	if (ret || !(map->prot & KEEL_S2_W))
		return ret;
	/* before an invalidation can follow: it will not ask the guest's entry for a dirty bit */
	if (f->page)
		SetPageDirty(f->page);
	if (f->log)
		keel_memslot_mark_dirty(f->slot, f->ipa, PAGE_SIZE);
	return 0;
}

static int map(struct fault *f)
{
	struct keel_stage2_map map = make_map(f);
	int ret;

	if (!f->device && !keel_stage2_is_coherent(map.prot & KEEL_S2_X))
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

static struct fault make_fault(struct keel_vcpu *vcpu, const struct keel_exit *exit, enum kind kind)
{
	bool perm = kind == KIND_PERMISSION;

	return (struct fault) {
		.vcpu = vcpu, .mmu = &vcpu->vm->mmu, .exit = exit,
		.ipa = ipa(exit->ipa.v & PAGE_MASK),
		.perm = perm,
		.exec = exit->abort.exec && !exit->abort.s1ptw,
		.write = is_write(&exit->abort, perm),
	};
}

static int fault_in(struct fault *f)
{
	int ret;

	if (keel_mmu_no_memory(f->vcpu, f->ipa) && !keel_window_has(f->mmu, f->ipa))
		return not_memory(f->vcpu, f->exit);
	ret = keel_stage2_topup(&f->vcpu->table_cache);
	if (ret)
		return ret;
	if (keel_window_has(f->mmu, f->ipa))
		return f->exec || f->perm ? inject_abort(f->vcpu, f->exit) :
					    keel_window_map(f->vcpu, f->ipa) ?: KEEL_RESUME;
	f->seq = keel_notifier_begin(f->mmu);
	if (!find_slot(f))
		return not_memory(f->vcpu, f->exit);
	/* a page that may be read always is, so this is nothing that mapping could cure */
	if (f->perm && !f->write && !f->exec)
		return -EFAULT;
	ret = pin(f);
	if (ret)
		return pin_failed(f, ret);
	if (f->device && f->exec) {
		/* no instruction is fetched from a device, pinned by nobody */
		return inject_abort(f->vcpu, f->exit);
	}
	choose_size(f);
	ret = map(f);
	unpin(f);
	if (ret == -EAGAIN) {
		cond_resched();
		ret = 0;
	}
	return ret ?: KEEL_RESUME;
}

/* The rest of fault_in() for a page that is pinned. False: nothing was mapped. */
static bool try_map(struct fault *f)
{
	struct keel_stage2_map map;
	bool done;

	choose_size(f);
	map = make_map(f);
	if (!keel_stage2_is_coherent(map.prot & KEEL_S2_X)) {
		if (f->size > PAGE_SIZE)
			return false;
		keel_stage2_make_coherent(map.pa, f->size, map.prot & KEEL_S2_X);
	}
	if (!read_trylock(&f->mmu->lock))
		return false;
	done = !map_locked(f, &map);
	read_unlock(&f->mmu->lock);
	return done;
}

/* A page that is pinned fast is no device. */
bool keel_mmu_try_fault(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	enum kind kind = classify(exit->abort.fsc);
	struct fault f = make_fault(vcpu, exit, kind);
	bool done;

	if ((kind != KIND_TRANSLATION && kind != KIND_PERMISSION) || exit->ipa.v >> f.mmu->ipa_bits ||
	    keel_window_has(f.mmu, f.ipa))
		return false;
	f.seq = keel_notifier_begin(f.mmu);
	if (!find_slot(&f) || (f.perm && !f.write && !f.exec) || !pin_fast_writable(&f))
		return false;
	f.pfn = page_to_pfn(f.page);
	done = try_map(&f);
	unpin(&f);
	return done;
}

int keel_mmu_fault(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	struct keel_mmu *mmu = &vcpu->vm->mmu;
	enum kind kind = classify(exit->abort.fsc);
	struct fault f = make_fault(vcpu, exit, kind);

	switch (kind) {
	case KIND_EXTERNAL:
		/* the host's RAS code has had its interrupt or SError; the guest gets one as well */
		keel_inject_serror(vcpu, BIT(24));	/* ISS.IDS */
		return KEEL_RESUME;
	case KIND_ACCESS:
		return make_young(mmu, f.ipa);
	case KIND_ADDRESS_SIZE:
		return out_of_range(vcpu, exit);
	case KIND_TRANSLATION:
	case KIND_PERMISSION:
		if (exit->ipa.v >> mmu->ipa_bits)
			return out_of_range(vcpu, exit);
		return fault_in(&f);
	default:
		/* alignment, lock-down, unsupported atomic: what the access was to cannot do it */
		return inject_abort(vcpu, exit);
	}
}

void keel_mmu_vcpu_destroy(struct keel_vcpu *vcpu)
{
	struct keel_table_cache *cache = &vcpu->table_cache;

	while (cache->nr)
		free_page((unsigned long)cache->pages[--cache->nr]);
}

/* ---- the whole VM ---- */

/* Slots are enumerated under slots_lock; the vCPUs may run. */
void keel_mmu_flush_vm(struct keel_vm *vm)
{
	struct keel_mmu *mmu = &vm->mmu;
	struct keel_slot *slot;
	unsigned long id;

	if (keel_stage2_caps.fwb)
		return;
	mutex_lock(&mmu->slots_lock);
	xa_for_each(&mmu->slots.by_id, id, slot)
		keel_stage2_clean_range(mmu, ipa(slot->base), ipa(slot->base + slot->size));
	mutex_unlock(&mmu->slots_lock);
}

void keel_mmu_reset_vm(struct keel_vm *vm)
{
	struct keel_mmu *mmu = &vm->mmu;

	if (keel_stage2_caps.fwb) {
		keel_stage2_flush_icache();
		return;
	}
	/* mapping anew cleans the data caches, and executing anew the instruction caches */
	write_lock(&mmu->lock);
	keel_stage2_unmap(mmu, ipa(0), ipa(1ULL << mmu->ipa_bits), true);
	write_unlock(&mmu->lock);
}
