// SPDX-License-Identifier: GPL-2.0-only
/*
 * TLB maintenance for guests, at EL2 of an nVHE host. The instructions act on
 * the VMID in VTTBR_EL2, which is 0 while the host runs. The order of stage 2
 * and stage 1 is explained in vhe/tlb.c; the host has checked that the VM has a
 * VMID, and EL2's own translation is another regime.
 */
#include <linux/bits.h>
#include <linux/mm.h>
#include <asm/barrier.h>
#include <asm/pgtable-hwdef.h>
#include <asm/sysreg.h>
#include "../../hyp/tlb_range.h"
#include "image.h"

#define tlbi(op)	asm volatile("tlbi " #op ::: "memory")
#define tlbi_arg(op, arg) asm volatile("tlbi " #op ", %0" :: "r" (arg) : "memory")

struct host {
	u64 tcr, sctlr;
};

/*
 * As keel_el1_block(), for the host's own registers: HCR_EL2 does not change, EL1's translation
 * goes on as it is.
 */
static void enter_vm(u64 vttbr, u64 vtcr, struct host *h)
{
	/*
	 * Arm ARM D8.17.5: the change of the tables before the TLBI; R_LFHQG: the
	 * host's walks, which go on after its call, before VTTBR_EL2 changes. After
	 * the TLBI the DSB that completes it does the same for leave_vm().
	 */
	dsb(ish);
	if (keel_image_cpu()->features.at_erratum) {
		h->tcr = read_sysreg(tcr_el1);
		h->sctlr = read_sysreg(sctlr_el1);
		write_sysreg(h->tcr | TCR_EPD0_MASK | TCR_EPD1_MASK, tcr_el1);
		isb();
		write_sysreg(h->sctlr | SCTLR_ELx_M, sctlr_el1);
		isb();	/* before VTTBR_EL2 changes */
	}
	write_sysreg(vtcr, vtcr_el2);
	write_sysreg(vttbr, vttbr_el2);
	isb();	/* Arm ARM D24.1.2.2: both before the TLBI */
}

static void leave_vm(const struct host *h)
{
	write_sysreg(0, vttbr_el2);
	isb();	/* the host's VMID before it translates again */
	if (!keel_image_cpu()->features.at_erratum)
		return;
	write_sysreg(h->sctlr, sctlr_el1);
	isb();
	write_sysreg(h->tcr, tcr_el1);
	isb();
}

/* As finish() of vhe/tlb.c. */
void keel_el2_tlb_complete(void)
{
	dsb(ish);
	if (keel_image_cpu()->features.tlbi_erratum) {
		tlbi_arg(vale2is, 0UL);
		dsb(ish);
	}
	isb();
}

/* After the stage-2 part. */
static void finish_flush(void)
{
	dsb(ish);	/* stage 2 is gone everywhere, before ... */
	tlbi(vmalle1is);	/* ... what was combined from it */
	keel_el2_tlb_complete();
}

static bool has_vmid(u64 vttbr)
{
	return vttbr & KEEL_VTTBR_VMID;
}

long keel_el2_tlb_vmid(u64 vttbr, u64 vtcr)
{
	struct host h;

	if (!has_vmid(vttbr))
		return -EINVAL;
	enter_vm(vttbr, vtcr, &h);
	tlbi(vmalls12e1is);
	keel_el2_tlb_complete();
	leave_vm(&h);
	return 0;
}

long keel_el2_tlb_ipa(u64 vttbr, u64 vtcr, u64 operand)
{
	struct host h;

	if (!has_vmid(vttbr))
		return -EINVAL;
	enter_vm(vttbr, vtcr, &h);
	tlbi_arg(ipas2e1is, operand);
	finish_flush();
	leave_vm(&h);
	return 0;
}

/* The assembler need not know FEAT_TLBIRANGE: TLBI RIPAS2E1IS. */
static void flush_ranged(u64 op)
{
	asm volatile("sys #4, c8, c0, #2, %0" :: "r" (op) : "memory");
}

/* With LPA2 the operand of a range has other units: not used. */
static void flush_pages(u64 start, u64 pages, bool range)
{
	u64 op, n;

	for (; pages; pages -= n, start += n << PAGE_SHIFT) {
		n = 1;
		if (range && pages > 1) {
			n = keel_tlb_range_operand(start, pages, PAGE_SHIFT, &op);
			flush_ranged(op);
		} else {
			tlbi_arg(ipas2e1is, keel_tlb_ipa_operand(start, PAGE_SHIFT, 0));
		}
	}
}

long keel_el2_tlb_range(u64 vttbr, u64 vtcr, u64 start, u64 pages)
{
	struct host h;

	/* the host asks for less; this bounds the cost of a bogus request */
	if (!has_vmid(vttbr) || pages > keel_tlb_most_pages(true))
		return -EINVAL;
	enter_vm(vttbr, vtcr, &h);
	flush_pages(start, pages, keel_image_cpu()->features.tlbi_range && !(vtcr & KEEL_VTCR_DS));
	finish_flush();
	leave_vm(&h);
	return 0;
}

long keel_el2_tlb_local(u64 vttbr, u64 vtcr)
{
	struct host h;

	if (!has_vmid(vttbr))
		return -EINVAL;
	enter_vm(vttbr, vtcr, &h);
	tlbi(vmalle1);
	asm volatile("ic iallu" ::: "memory");
	dsb(nsh);	/* this CPU's own invalidations: the non-shareable domain suffices */
	isb();
	leave_vm(&h);
	return 0;
}

long keel_el2_tlb_all(void)
{
	dsb(ishst);	/* Arm ARM D8.17.5 */
	tlbi(alle1is);
	/* a VPIPT instruction cache is tagged by VMID too */
	asm volatile("ic ialluis" ::: "memory");
	keel_el2_tlb_complete();
	return 0;
}
