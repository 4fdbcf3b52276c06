// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * TLBI with op1=4, and with op1=0 (Arm ARM C5.5). Encodings: CRm says who hears of it, op2 what
 * goes. Operands of those about stage 2, for 48 bits of address: a page or an entry of the level
 * that TTL says, or a range.
 */
#include <linux/bits.h>
#include <linux/types.h>
#include "tlbi.h"

/*
 * The guest's ID_AA64ISAR0_EL1.TLB from which on there are instructions for the outer shareable
 * domain, and for ranges.
 */
#define TLB_OS		1
#define TLB_RANGE	2

/* By op2, for CRm 1 (OS), 3 (IS) and 7. */
static enum keel_tlbi whole(unsigned int op2)
{
	switch (op2) {
	case 0:					/* ALLE2 */
		return KEEL_TLBI_EL2_ALL;
	case 1:					/* VAE2 */
	case 5:					/* VALE2 */
		return KEEL_TLBI_EL2_VA;
	case 4:					/* ALLE1 */
		return KEEL_TLBI_ALLE1;
	case 6:					/* VMALLS12E1 */
		return KEEL_TLBI_VMALLS12;
	}
	return KEEL_TLBI_NONE;
}

/* RVAE2, RVALE2: for CRm 2 (IS), 5 (OS) and 6. */
static enum keel_tlbi range(unsigned int op2)
{
	return op2 == 1 || op2 == 5 ? KEEL_TLBI_EL2_ALL : KEEL_TLBI_NONE;
}

/* IPAS2E1, IPAS2LE1 and their ranges: for CRm 0 (IS). */
static enum keel_tlbi stage2_is(unsigned int op2, unsigned int tlb)
{
	if (op2 == 1 || op2 == 5)
		return KEEL_TLBI_IPA;
	return (op2 == 2 || op2 == 6) && tlb >= TLB_RANGE ? KEEL_TLBI_IPA_RANGE : KEEL_TLBI_NONE;
}

/* For CRm 4: by op2 & 3 OS, local, local range, OS range. */
static enum keel_tlbi stage2(unsigned int op2, unsigned int tlb)
{
	static const unsigned int needs[4] = { TLB_OS, 0, TLB_RANGE, TLB_RANGE };

	if (tlb < needs[op2 & 3])
		return KEEL_TLBI_NONE;
	return op2 & 2 ? KEEL_TLBI_IPA_RANGE : KEEL_TLBI_IPA;
}

enum keel_tlbi keel_tlbi_decode(unsigned int crn, unsigned int crm, unsigned int op2,
				unsigned int tlb, bool xs)
{
	if (crn != 8 && !(crn == 9 && xs))
		return KEEL_TLBI_NONE;
	switch (crm) {
	case 0:
		return stage2_is(op2, tlb);
	case 1:
		return tlb >= TLB_OS ? whole(op2) : KEEL_TLBI_NONE;
	case 3:
	case 7:
		return whole(op2);
	case 2:
	case 5:
	case 6:
		return tlb >= TLB_RANGE ? range(op2) : KEEL_TLBI_NONE;
	case 4:
		return stage2(op2, tlb);
	}
	return KEEL_TLBI_NONE;
}

/* Of EL1, by op2: for CRm 1 (OS), 3 (IS) and 7. */
static enum keel_tlbi whole_el1(unsigned int op2)
{
	switch (op2) {
	case 0:					/* VMALLE1 */
		return KEEL_TLBI_VMALL;
	case 1:					/* VAE1 */
	case 5:					/* VALE1 */
		return KEEL_TLBI_VA;
	case 2:					/* ASIDE1 */
		return KEEL_TLBI_ASID;
	case 3:					/* VAAE1 */
	case 7:					/* VAALE1 */
		return KEEL_TLBI_VAA;
	}
	return KEEL_TLBI_NONE;
}

enum keel_tlbi keel_tlbi_decode_el1(unsigned int crn, unsigned int crm, unsigned int op2,
				    unsigned int tlb, bool xs)
{
	if (crn != 8 && !(crn == 9 && xs))
		return KEEL_TLBI_NONE;
	switch (crm) {
	case 1:
		return tlb >= TLB_OS ? whole_el1(op2) : KEEL_TLBI_NONE;
	case 3:
	case 7:
		return whole_el1(op2);
	/* RVAE1, RVAAE1, RVALE1, RVAALE1: IS, OS, and of this CPU */
	case 2:
	case 5:
	case 6:
		return tlb >= TLB_RANGE && op2 & 1 ? KEEL_TLBI_VMALL : KEEL_TLBI_NONE;
	}
	return KEEL_TLBI_NONE;
}

static u64 bits_of(u64 val, unsigned int high, unsigned int low)
{
	return (val & GENMASK_ULL(high, low)) >> low;
}

/* A granule's code in TTL and TG; 0: none is said. */
static unsigned int granule(unsigned int code)
{
	static const u8 shift[4] = { 0, 12, 14, 16 };

	return shift[code];
}

/* The largest block: 1 GiB, 32 MiB, 512 MiB. */
static unsigned int largest(unsigned int shift)
{
	return shift == 12 ? 30 : shift + shift - 3;
}

/* Not further than stage 2 goes. Neither first nor size is near 2^64: nothing wraps. */
static struct keel_tlbi_span span(u64 first, u64 size, unsigned int bits)
{
	u64 end = 1ULL << bits, last = first + size - 1;

	if (first >= end)
		return (struct keel_tlbi_span){ .first = 1, .last = 0 };
	return (struct keel_tlbi_span){ .first = first, .last = last < end ? last : end - 1 };
}

/*
 * With FEAT_TTL bits 47:44 are granule and level. A level that has no entries of memory says
 * nothing.
 */
struct keel_tlbi_span keel_tlbi_ipa(u64 operand, unsigned int shift, unsigned int bits, bool ttl)
{
	unsigned int said = ttl ? granule(bits_of(operand, 47, 46)) : 0;
	unsigned int level = bits_of(operand, 45, 44);
	unsigned int size = largest(shift);
	u64 ipa = bits_of(operand, 35, 0) << 12;

	if (said && level >= (said == 12 ? 1 : 2))
		size = said + (3 - level) * (said - 3);
	return span(ipa & ~GENMASK_ULL(size - 1, 0), 1ULL << size, bits);
}

/*
 * BaseADDR in units of the granule, 2^(5 * SCALE + 1) * (NUM + 1) granules. A granule that is
 * none: nothing is promised. An entry that the range lies in goes with it: the range is taken
 * to the borders of the largest block.
 */
struct keel_tlbi_span keel_tlbi_ipa_range(u64 operand, unsigned int bits)
{
	unsigned int shift = granule(bits_of(operand, 47, 46)), scale = bits_of(operand, 45, 44);
	u64 first = bits_of(operand, 36, 0) << shift, last, block;

	if (!shift)
		return (struct keel_tlbi_span){ .first = 1, .last = 0 };
	last = first + ((bits_of(operand, 43, 39) + 1) << (5 * scale + 1 + shift)) - 1;
	block = GENMASK_ULL(largest(shift) - 1, 0);
	first &= ~block;
	return span(first, (last | block) - first + 1, bits);
}
