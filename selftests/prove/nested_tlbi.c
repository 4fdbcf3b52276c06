// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: nested/tlbi.c
 *
 * Every operand: what is invalidated contains the page and the range that the instruction names
 * (Arm ARM C5.5), and never leaves the addresses that stage 2 has; every encoding, of EL2's
 * and of EL1's: what needs a feature that the guest has not is undefined.
 */
#include "nested/tlbi.h"
#include "prove.h"

int main(void)
{
	unsigned int bits = 32 + any_below(17), shift = 12 + 2 * any_below(3), tg, scale, num,
		     tlb = any_below(3);
	unsigned int crn = 8 + any_below(2), crm = any_below(16), op2 = any_below(8);
	u64 op = any_u64(), first, last, end = 1ull << bits;
	bool xs = any_bool(), ttl = any_bool();
	struct keel_tlbi_span s = keel_tlbi_ipa(op, shift, bits, ttl);
	enum keel_tlbi what = keel_tlbi_decode(crn, crm, op2, tlb, xs);

	first = (op & GENMASK_ULL(35, 0)) << 12;
	implies(first < end, s.first <= first && s.last >= first && s.last < end);
	implies(first < end && (!ttl || !(op >> 46 & 3)),
		s.first <= (first & ~((1ull << shift) - 1)));
	implies(first >= end, s.last < s.first || (s.first < end && s.last < end));
	implies(first < end && !ttl, s.last - s.first >= (1ull << 25) - 1);
	reached(first < end && s.last - s.first == 4095);
	reached(first < end && s.last - s.first == (1ull << 30) - 1);

	s = keel_tlbi_ipa_range(op, bits);
	tg = op >> 46 & 3;
	shift = tg == 1 ? 12 : tg == 2 ? 14 : 16;
	scale = op >> 44 & 3;
	num = op >> 39 & 31;
	first = (op & GENMASK_ULL(36, 0)) << shift;
	last = first + ((u64)(num + 1) << (5 * scale + 1 + shift)) - 1;
	implies(!tg, s.last < s.first);
	implies(tg && first < end,
		s.first <= first && s.last < end && s.last >= (last < end ? last : end - 1));
	reached(tg && first < end && last >= end);

	implies(tlb < 2 && (crm == 2 || crm == 5 || crm == 6), what == KEEL_TLBI_NONE);
	implies(tlb < 1 && crm == 1, what == KEEL_TLBI_NONE);
	implies(crn == 9 && !xs, what == KEEL_TLBI_NONE);
	implies(crm > 7, what == KEEL_TLBI_NONE);
	implies(what == KEEL_TLBI_ALLE1, op2 == 4 && (crm == 1 || crm == 3 || crm == 7));
	implies(what == KEEL_TLBI_VMALLS12, op2 == 6 && (crm == 1 || crm == 3 || crm == 7));
	implies(what == KEEL_TLBI_IPA || what == KEEL_TLBI_IPA_RANGE, crm == 0 || crm == 4);
	implies(what == KEEL_TLBI_IPA_RANGE, tlb == 2);
	reached(what == KEEL_TLBI_IPA && crm == 4 && op2 == 1 && !tlb);

	what = keel_tlbi_decode_el1(crn, crm, op2, tlb, xs);
	implies(crn == 9 && !xs, what == KEEL_TLBI_NONE);
	implies(tlb < 2 && (crm == 2 || crm == 5 || crm == 6), what == KEEL_TLBI_NONE);
	implies(tlb < 1 && crm == 1, what == KEEL_TLBI_NONE);
	implies(!(crm & 3) || crm > 7, what == KEEL_TLBI_NONE);
	reached(what == KEEL_TLBI_ASID && crm == 7 && !tlb);
	return 0;
}

/*
 * mutant: nested/tlbi.c: s/span(ipa \& ~GENMASK_ULL(size - 1, 0), 1ULL << size/span(ipa + 1, 1ULL
 * << size/
 */
/* mutant: nested/tlbi.c: s/last < end ? last : end - 1/last/ */
/* mutant: nested/tlbi.c: s/bits_of(operand, 43, 39) + 1/bits_of(operand, 43, 39)/ */
/*
 * mutant: nested/tlbi.c: s/return tlb >= TLB_RANGE ? range(op2) : KEEL_TLBI_NONE;/return
 * range(op2);/
 */
/* mutant: nested/tlbi.c: s/(last | block) - first + 1/last - first - block/ */
