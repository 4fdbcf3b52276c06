/* SPDX-License-Identifier: GPL-2.0-only */
/* TLB invalidations that virtual EL2 executes. Pure. */
#ifndef KEEL_NESTED_TLBI_H
#define KEEL_NESTED_TLBI_H

#include <linux/types.h>

enum keel_tlbi {
	KEEL_TLBI_NONE,		/* UNDEFINED */
	KEEL_TLBI_EL2_ALL,	/* translations of EL2 itself, all or more than one */
	KEEL_TLBI_EL2_VA,	/* of one address and ASID, as the operand says */
	/* of what is below */
	KEEL_TLBI_ALLE1,	/* all of it */
	KEEL_TLBI_VMALLS12,	/* both stages of the current VMID */
	KEEL_TLBI_IPA,		/* stage 2 of it: keel_tlbi_ipa() */
	KEEL_TLBI_IPA_RANGE,	/* keel_tlbi_ipa_range() */
	/* of stage 1 of EL1&0, or of EL2&0 with HCR_EL2.TGE: all, and by the operand */
	KEEL_TLBI_VMALL,
	KEEL_TLBI_VA, KEEL_TLBI_VAA, KEEL_TLBI_ASID,
};

/* op0=1, op1=0, CRn 8 or 9. Ranges are all of it. */
enum keel_tlbi keel_tlbi_decode_el1(unsigned int crn, unsigned int crm, unsigned int op2,
				    unsigned int tlb, bool xs);

/* op0=1, op1=4, CRn 8 or 9. tlb: ID_AA64ISAR0_EL1.TLB, xs: ID_AA64ISAR1_EL1.XS of the guest. */
enum keel_tlbi keel_tlbi_decode(unsigned int crn, unsigned int crm, unsigned int op2,
				unsigned int tlb, bool xs);

/* Addresses of stage 2 from first to last, both included; none if last < first. */
struct keel_tlbi_span {
	u64 first, last;
};

/*
 * What IPAS2E1 and its kin say, and RIPAS2E1 and its kin. shift: of the granule that the tables
 * have (VTCR_EL2.TG0): 12, 14 or 16. bits: of address that stage 2 translates, 32 to 48. ttl:
 * the guest has FEAT_TTL. What is covered is what the instruction promises or more.
 */
struct keel_tlbi_span keel_tlbi_ipa(u64 operand, unsigned int shift, unsigned int bits, bool ttl);
struct keel_tlbi_span keel_tlbi_ipa_range(u64 operand, unsigned int bits);

#endif
