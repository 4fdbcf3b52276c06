// SPDX-License-Identifier: GPL-2.0-only
/*
 * TLB maintenance for guests on a VHE host. The instructions act on the VMID
 * in VTTBR_EL2 and, those for stage 1, on EL1&0 only while HCR_EL2.TGE is 0:
 * so every sequence runs with IRQs off between enter_vm() and leave_vm().
 *
 * The sequence for stage 2 is that of Arm ARM D8.17.5: DSB (the entry's store
 * is seen by walks), TLBI of stage 2, DSB (complete: no walk can now refill a
 * combined entry from it), TLBI of stage 1, which drops combined entries, DSB, ISB.
 */
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <asm/cpufeature.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>
#include <asm/tlbflush.h>
#include "../hyp/features.h"
#include "../hyp/guarded.h"
#include "../hyp/hyp.h"
#include "../hyp/tlb_range.h"
#include "../nested/tlbi.h"
#include "pcpu.h"
#include "tlb.h"

struct host {
	unsigned long irq;
	u64 vttbr, vtcr, hcr, tcr, sctlr;
};

/*
 * Cortex-A76 1165522, A55 1530923 and kin: an AT executed speculatively while
 * TGE is 0 could walk this VM's stage 2 with another guest's stage 1. With
 * EPDx set and the MMU on no such walk is made.
 */
static void block_walks(struct host *h)
{
	if (!keel_hyp_features.at_erratum)
		return;
	h->tcr = read_sysreg_s(SYS_TCR_EL12);
	h->sctlr = read_sysreg_s(SYS_SCTLR_EL12);
	write_sysreg_s(h->tcr | TCR_EPD0_MASK | TCR_EPD1_MASK, SYS_TCR_EL12);
	write_sysreg_s(h->sctlr | SCTLR_ELx_M, SYS_SCTLR_EL12);
	isb();	/* before VTTBR_EL2 changes */
}

static void allow_walks(const struct host *h)
{
	if (!keel_hyp_features.at_erratum)
		return;
	isb();	/* TGE is 1 and VTTBR_EL2 the old one before walks are possible again */
	write_sysreg_s(h->tcr, SYS_TCR_EL12);
	write_sysreg_s(h->sctlr, SYS_SCTLR_EL12);
}

/*
 * False: the VM has had no VMID yet, so it has no TLB entry either; its first
 * vCPU to get one will see the tables as they are now (DSB there, DSB here).
 * A VMID of a past generation may belong to another VM: that one loses
 * entries, which is harmless.
 */
static bool enter_vm(const struct keel_s2 *s2, struct host *h)
{
	u64 vttbr;

	/*
	 * Arm ARM D8.17.5: the change of the tables before the TLBI; R_LFHQG: walks
	 * for a guest that this thread has just left, before VTTBR_EL2 changes
	 */
	dsb(ish);
	local_irq_save(h->irq);
	vttbr = READ_ONCE(s2->vttbr);
	if (!(vttbr & KEEL_VTTBR_VMID)) {
		local_irq_restore(h->irq);
		return false;
	}
	h->vttbr = read_sysreg(vttbr_el2);
	h->vtcr = read_sysreg(vtcr_el2);
	h->hcr = read_sysreg(hcr_el2);
	block_walks(h);
	write_sysreg(s2->vtcr, vtcr_el2);
	write_sysreg(vttbr, vttbr_el2);
	isb();	/* 1165522: the tables stand before TGE is cleared */
	keel_guarded_write_hcr(h->hcr & ~HCR_TGE);
	isb();	/* Arm ARM D24.1.2.2: all of it before the TLBI */
	return true;
}

static void leave_vm(const struct host *h)
{
	keel_guarded_write_hcr(h->hcr);
	isb();	/* TGE is set before the tables change: no regime walks a mixture */
	write_sysreg(h->vttbr, vttbr_el2);
	write_sysreg(h->vtcr, vtcr_el2);
	allow_walks(h);
	isb();	/* before what follows, be it a guest's entry */
	local_irq_restore(h->irq);
}

/*
 * A broadcast is at its end. On some CPUs (Cortex-A76 1286807 and 4118414, A510
 * 2441009 and kin) what it took away may be in use until another one is complete.
 */
static void finish(void)
{
	dsb(ish);
	if (keel_hyp_features.tlbi_erratum) {
		asm volatile("tlbi vale2is, xzr" ::: "memory");
		dsb(ish);
	}
	isb();
}

/* After the stage-2 part. */
static void finish_flush(void)
{
	dsb(ish);	/* stage 2 is gone everywhere, before ... */
	__tlbi(vmalle1is);	/* ... what was combined from it */
	finish();
}

void keel_vhe_tlb_flush_vmid(const struct keel_s2 *s2)
{
	struct host h;

	if (!enter_vm(s2, &h))
		return;
	__tlbi(vmalls12e1is);
	finish();
	leave_vm(&h);
}

void keel_vhe_tlb_flush_ipa(const struct keel_s2 *s2, ipa_t ipa, int level)
{
	struct host h;

	if (!enter_vm(s2, &h))
		return;
	__tlbi(ipas2e1is,
	       keel_tlb_ipa_operand(ipa.v, PAGE_SHIFT, keel_hyp_features.tlbi_level ? level : 0));
	finish_flush();
	leave_vm(&h);
}

/* Whole ranges at once, an odd page by itself. With LPA2 the operand has other units: not used. */
static void flush_pages(u64 start, u64 pages, bool range)
{
	u64 op, n;

	for (; pages; pages -= n, start += n << PAGE_SHIFT) {
		n = 1;
		if (range && pages > 1) {
			n = keel_tlb_range_operand(start, pages, PAGE_SHIFT, &op);
			__tlbi(ripas2e1is, op);
		} else {
			__tlbi(ipas2e1is, keel_tlb_ipa_operand(start, PAGE_SHIFT, 0));
		}
	}
}

void keel_vhe_tlb_flush_range(const struct keel_s2 *s2, ipa_t start, u64 size)
{
	bool range = keel_hyp_features.tlbi_range && !(s2->vtcr & KEEL_VTCR_DS);
	u64 pages = size >> PAGE_SHIFT;
	struct host h;

	if (pages > keel_tlb_most_pages(range)) {
		keel_vhe_tlb_flush_vmid(s2);
		return;
	}
	if (!enter_vm(s2, &h))
		return;
	flush_pages(start.v, pages, range);
	finish_flush();
	leave_vm(&h);
}

static void flush_el1(enum keel_tlbi what, u64 operand)
{
	switch (what) {
	case KEEL_TLBI_VA:
		__tlbi(vae1is, operand);
		break;
	case KEEL_TLBI_VAA:
		__tlbi(vaae1is, operand);
		break;
	case KEEL_TLBI_ASID:
		__tlbi(aside1is, operand);
		break;
	default:
		__tlbi(vmalle1is);
	}
}

void keel_vhe_tlb_flush_el1(const struct keel_s2 *s2, enum keel_tlbi what, u64 operand)
{
	struct host h;

	if (!enter_vm(s2, &h))
		return;
	flush_el1(what, operand);
	finish();
	leave_vm(&h);
}

/* TGE is 0 already. The guest's change of its tables before the TLBI, whatever barriers it had. */
void keel_vhe_tlb_flush_here(enum keel_tlbi what, u64 operand)
{
	dsb(ishst);
	flush_el1(what, operand);
	finish();
}

void keel_vhe_tlb_flush_local(const struct keel_s2 *s2, bool icache)
{
	struct host h;

	if (!enter_vm(s2, &h))
		return;
	__tlbi(vmalle1);
	if (icache)
		asm volatile("ic iallu" ::: "memory");
	dsb(nsh);	/* this CPU's own invalidations: the non-shareable domain suffices */
	isb();
	leave_vm(&h);
}

void keel_vhe_tlb_flush_all(void)
{
	dsb(ishst);	/* Arm ARM D8.17.5 */
	__tlbi(alle1is);
	/* a VPIPT instruction cache is tagged by VMID too */
	asm volatile("ic ialluis" ::: "memory");
	finish();
}
