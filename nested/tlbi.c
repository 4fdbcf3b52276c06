// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* Encodings of TLBI with op1=4 (Arm ARM C5.5): CRm says who hears of it, op2 what goes. */
#include <linux/types.h>
#include "tlbi.h"

/* The guest's ID_AA64ISAR0_EL1.TLB from which on there are instructions for the outer shareable domain, and for ranges. */
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
	case 6:					/* VMALLS12E1 */
		return KEEL_TLBI_BELOW;
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
		return KEEL_TLBI_BELOW;
	return (op2 == 2 || op2 == 6) && tlb >= TLB_RANGE ? KEEL_TLBI_BELOW : KEEL_TLBI_NONE;
}

/* For CRm 4: by op2 & 3 OS, local, local range, OS range. */
static enum keel_tlbi stage2(unsigned int op2, unsigned int tlb)
{
	static const unsigned int needs[4] = { TLB_OS, 0, TLB_RANGE, TLB_RANGE };

	return tlb >= needs[op2 & 3] ? KEEL_TLBI_BELOW : KEEL_TLBI_NONE;
}

enum keel_tlbi keel_tlbi_decode(unsigned int crn, unsigned int crm, unsigned int op2, unsigned int tlb, bool xs)
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
