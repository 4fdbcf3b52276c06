// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VMM's side of a fault: which page is behind an address of its address
 * space, may it be written, and how large is it mapped there. The page stays
 * pinned until it is in the guest's tables; from then on the notifier guards it.
 */
#include <linux/hugetlb.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/pgtable.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/swap.h>
#include "../core/compat.h"
#include "../core/objects.h"
#include "fault.h"
#include "rights.h"
#include "stage2.h"
#include "window.h"

/* ---- pin ---- */

/* Writable at once if that costs nothing: a read is often followed by a write. */
static bool pin_fast(struct keel_fault *f)
{
	struct page *page;

	if (f->read_only || get_user_pages_fast_only(f->hva, 1, FOLL_WRITE, &page) != 1)
		return false;
	if (f->page)
		put_page(f->page);
	f->page = page;
	f->ram = true;
	f->writable = true;
	return true;
}

static bool is_cacheable(pgprot_t prot)
{
	switch (FIELD_GET(PTE_ATTRINDX_MASK, pgprot_val(prot))) {
	case MT_DEVICE_nGnRnE:
	case MT_DEVICE_nGnRE:
	case MT_NORMAL_NC:
		return false;
	default:
		return true;
	}
}

/*
 * RAM is cacheable. What is none is as the VMM's mapping and its entry (prot) have it, which a
 * driver may make differ, or Normal-NC where the driver allows.
 */
static int choose_memory(struct keel_fault *f, const struct vm_area_struct *vma, pgprot_t prot)
{
	f->ram = pfn_is_map_memory(f->pfn);
	if (f->ram)
		return 0;
	if (vma->vm_flags & VM_PFNMAP) {
		f->vma_start = vma->vm_start;
		f->vma_end = vma->vm_end;
	}
	if (is_cacheable(vma->vm_page_prot) && is_cacheable(prot))
		return keel_mmu_caches_frames() ? 0 : -EFAULT;
	f->mem = vma->vm_flags & KEEL_VM_ANY_UNCACHED ? KEEL_S2_NC : KEEL_S2_DEVICE;
	return 0;
}

bool keel_pin_refuses(struct vm_area_struct *vma, unsigned long hva)
{
	unsigned long pfn;
	pgprot_t prot;
	bool writable;

	if (keel_mmu_caches_frames() || !is_cacheable(vma->vm_page_prot))
		return false;
	return !keel_compat_follow_pfn(vma, hva, &pfn, &prot, &writable) &&
	       !pfn_is_map_memory(pfn) && is_cacheable(prot);
}

/* VM_PFNMAP, VM_IO: frames that have no page to pin. The notifier alone guards them. */
static int follow_frame(struct keel_fault *f, struct vm_area_struct *vma)
{
	unsigned long pfn;
	pgprot_t prot;
	bool writable;
	int ret = keel_compat_follow_pfn(vma, f->hva, &pfn, &prot, &writable);

	if (ret)
		return ret;
	if (f->write && !writable)
		return -EFAULT;
	f->pfn = pfn;
	f->writable = writable && !f->read_only;
	return choose_memory(f, vma, prot);
}

static int pin_frame(struct keel_fault *f)
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

int keel_pin_page(struct keel_fault *f)
{
	long n;

	f->mem = 0;
	f->vma_start = f->vma_end = 0;
	if (!pin_fast(f)) {
		if (!f->may_wait)
			return -EAGAIN;
		n = get_user_pages_unlocked(f->hva, 1, &f->page,
					    FOLL_HWPOISON | KEEL_FOLL_INTERRUPTIBLE |
						    KEEL_FOLL_HONOR_NUMA |
						    (f->write ? FOLL_WRITE : 0));
		if (n != 1) {
			f->page = NULL;
			return n == -EFAULT ? pin_frame(f) : n < 0 ? n : -EFAULT;
		}
		f->ram = true;
		f->writable = f->write;
		if (!f->write)
			pin_fast(f);
	}
	f->pfn = page_to_pfn(f->page);
	return 0;
}

void keel_unpin(struct keel_fault *f)
{
	if (!f->page)
		return;
	folio_mark_accessed(page_folio(f->page));
	put_page(f->page);
}

/* How much is lost with the page: of a huge page of hugetlb all. */
static short lost_shift(const struct keel_fault *f)
{
	struct mm_struct *mm = f->vcpu->vm->mm;
	struct vm_area_struct *vma;
	short shift = PAGE_SHIFT;

	mmap_read_lock(mm);
	vma = find_vma_intersection(mm, f->hva, f->hva + 1);
	if (vma)
		shift = ilog2(vma_kernel_pagesize(vma));
	mmap_read_unlock(mm);
	return shift;
}

/*
 * What becomes of memory that cannot be had. Broken hardware that a guest touches is told to the
 * VMM by a signal.
 */
int keel_pin_failed(const struct keel_fault *f, int err)
{
	switch (err) {
	case -EHWPOISON:
		if (f->bring)
			return err;
		send_sig_mceerr(BUS_MCEERR_AR, (void __user *)f->hva, lost_shift(f), current);
		return KEEL_FAULT_DONE;
	case -EAGAIN:
	case -EBUSY:
		return -EAGAIN;
	case -EINTR:
	case -ERESTARTSYS:
		return -EINTR;
	default:
		if (fatal_signal_pending(current))
			return -EINTR;
		return err == -ENOMEM ? err : -EFAULT;
	}
}

/* ---- choose size ---- */

/* Is this huge entry the one that maps our page, as we want it? */
static bool same_page(const struct keel_fault *f, u64 pfn, bool writable, unsigned long size)
{
	return pfn + ((f->hva & (size - 1)) >> PAGE_SHIFT) == f->pfn && (writable || !f->writable);
}

/*
 * Do single entries map a block's frames alike, one after the other, as remap_pfn_range() leaves
 * them?
 */
static bool is_run(const struct keel_fault *f, pmd_t pmd)
{
	const pte_t *ptep = pte_offset_kernel(&pmd, f->hva & PMD_MASK);
	unsigned long first = f->pfn - ((f->hva & ~PMD_MASK) >> PAGE_SHIFT);
	unsigned int i;

	if (!IS_ALIGNED(first, PTRS_PER_PTE))
		return false;
	for (i = 0; i < PTRS_PER_PTE; i++) {
		pte_t pte = READ_ONCE(ptep[i]);

		if (!pte_present(pte) || pte_pfn(pte) != first + i ||
		    (f->writable && !pte_write(pte)) ||
		    (pte_val(pte) ^ pte_val(READ_ONCE(*ptep))) & PTE_ATTRINDX_MASK)
			return false;
	}
	return true;
}

/*
 * How the VMM's own tables map hva: hugetlb, transparent huge pages and blocks of a device alike.
 * IRQs off keep the tables from being freed under a walk without locks, as in
 * get_user_pages_fast(). What they say is confirmed by the check of seq.
 */
static unsigned int host_shift(const struct keel_fault *f)
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
		return same_page(f, pud_pfn(pud), pud_write(pud), PUD_SIZE) ? PUD_SHIFT
									    : PAGE_SHIFT;
	pmd = READ_ONCE(*pmd_offset_lockless(pudp, pud, f->hva));
	if (!pmd_present(pmd))
		return PAGE_SHIFT;
	if (!pmd_leaf(pmd))
		return !f->page && is_run(f, pmd) ? PMD_SHIFT : PAGE_SHIFT;
	return same_page(f, pmd_pfn(pmd), pmd_write(pmd), PMD_SIZE) ? PMD_SHIFT : PAGE_SHIFT;
}

/* A frame's block is in the one mapping whose type it has, and no RAM begins or ends it. */
static bool is_of_one_kind(const struct keel_fault *f, u64 size)
{
	unsigned long hva = f->hva & ~(size - 1);
	u64 pfn = f->pfn & ~((size - 1) >> PAGE_SHIFT);

	if (f->page)
		return true;
	return hva >= f->vma_start && hva + size <= f->vma_end && !pfn_is_map_memory(pfn) &&
	       !pfn_is_map_memory(pfn + (size >> PAGE_SHIFT) - 1);
}

/*
 * Same offset within a block on all sides, and all of the block is the slot's and not the window's,
 * with the same rights.
 */
static bool fits(const struct keel_fault *f, u64 size)
{
	u64 block = f->ipa.v & ~(size - 1);

	if (((f->ipa.v ^ f->hva) | (f->ipa.v ^ f->at.v)) & (size - 1))
		return false;
	if (block < f->slot_base || block + size > f->slot_base + f->slot_size)
		return false;
	return is_of_one_kind(f, size) && !keel_window_meets(f->mmu, ipa(block), size) &&
	       keel_rights_even(f->mmu, ipa(block), size);
}

/* No block of the VMM's is made of single pages; of what has no page, a device's may be. */
static bool may_be_block(const struct keel_fault *f)
{
	return f->page ? PageCompound(f->page) : f->vma_end;
}

void keel_pin_choose_size(struct keel_fault *f)
{
	const struct keel_pgt_geo *geo = &f->s2->pgt.geo;
	unsigned int shift;
	unsigned long flags;

	f->level = 3;
	f->size = PAGE_SIZE;
	/* a log is kept by pages */
	if (f->log || !may_be_block(f))
		return;
	local_irq_save(flags);
	shift = host_shift(f);
	local_irq_restore(flags);
	shift = min_t(unsigned int, shift, f->most);
	for (; f->level > 1 && keel_pgt_has_leaf(geo, f->level - 1); f->level--) {
		u64 size = keel_pgt_level_size(geo, f->level - 1);

		if (size > 1ULL << shift || !fits(f, size))
			return;
		f->size = size;
	}
}
