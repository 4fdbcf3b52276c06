// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * What virtual EL2 changes in the ID registers. Positions are the Arm ARM's (D24.2).
 * E2H is always 1, and EL3 is there so that HCR_EL2.HCD is not. Stage 2 has the granules that the
 * host's has which are no smaller than the host's pages, and no FEAT_XNX; there is no FEAT_NV.
 */
#include <linux/types.h>
#include "../arch/idlimits.h"
#include "idview.h"

struct rule {
	u8 idx, shift;
	u8 min, max;
};

#define FIX(crm, op2, shift, val)	{ KEEL_IDLIMITS_IDX(crm, op2), shift, val, val }
#define MOST(crm, op2, shift, max)	{ KEEL_IDLIMITS_IDX(crm, op2), shift, 0, max }

static const struct rule rules[] = {
	/* ID_AA64PFR0_EL1: EL0 to EL3 have AArch64 alone */
	FIX(4, 0, 0, 1), FIX(4, 0, 4, 1), FIX(4, 0, 8, 1), FIX(4, 0, 12, 1),
	FIX(4, 0, 36, 0),	/* SEL2 */
	FIX(4, 0, 40, 0),	/* MPAM */
	FIX(4, 0, 44, 0),	/* AMU */
	FIX(4, 0, 52, 0),	/* RME */
	/* ID_AA64DFR0_EL1 */
	FIX(5, 0, 28, 0),	/* CTX_CMPs */
	/* ID_AA64ISAR1_EL1 */
	FIX(6, 1, 40, 0),	/* SPECRES */
	FIX(6, 1, 60, 0),	/* LS64 */
	/* ID_AA64MMFR0_EL1 */
	MOST(7, 0, 0, 5),	/* PARange: 48 bits */
	FIX(7, 0, 12, 0),	/* SNSMEM */
	FIX(7, 0, 44, 0),	/* EXS */
	MOST(7, 0, 56, 1),	/* FGT */
	MOST(7, 0, 60, 1),	/* ECV: no CNTPOFF_EL2 */
	/* ID_AA64MMFR1_EL1 */
	MOST(7, 1, 0, 1),	/* HAFDBS */
	FIX(7, 1, 8, 1),	/* VH */
	FIX(7, 1, 28, 0),	/* XNX */
	FIX(7, 1, 36, 0),	/* ETS */
	FIX(7, 1, 48, 0),	/* nTLBPA */
	FIX(7, 1, 56, 0),	/* CMOW */
	/* ID_AA64MMFR2_EL1 */
	FIX(7, 2, 16, 0),	/* VARange */
	FIX(7, 2, 20, 0),	/* CCIDX */
	FIX(7, 2, 24, 0),	/* NV */
	FIX(7, 2, 28, 0),	/* ST */
	MOST(7, 2, 48, 1),	/* TTL: without it nobody asks what TLBIs say of levels */
	FIX(7, 2, 52, 0),	/* BBM */
	/* ID_AA64MMFR4_EL1 */
	FIX(7, 4, 20, 0),	/* NV_frac */
	FIX(7, 4, 24, 14),	/* E2H0: not there, nor HCR_EL2.NV1 */
};

static u64 apply(const struct rule *r, u64 val)
{
	u64 field = val >> r->shift & 0xf;

	field = field < r->min ? r->min : field > r->max ? r->max : field;
	return (val & ~((u64)0xf << r->shift)) | field << r->shift;
}

/* ID_AA64MMFR0_EL1.TGRAN<n>_2: 1 none, 2 yes. Of the CPU's 0 says: as stage 1, in another field. */
static u64 stage2_granule(u64 mmfr0, unsigned int shift, unsigned int stage1_shift,
			  bool stage1_none_is_0)
{
	unsigned int own = mmfr0 >> shift & 0xf, stage1 = mmfr0 >> stage1_shift & 0xf;

	if (!own)
		own = (stage1_none_is_0 ? !stage1 : stage1 == 0xf) ? 1 : 2;
	return own == 1 ? 1 : 2;
}

static u64 granules(u64 mmfr0, unsigned int page_shift)
{
	u64 g16 = page_shift > 14 ? 1 : stage2_granule(mmfr0, 32, 20, true);
	u64 g64 = stage2_granule(mmfr0, 36, 24, false);
	u64 g4 = page_shift > 12 ? 1 : stage2_granule(mmfr0, 40, 28, false);

	return (mmfr0 & ~(0xfffULL << 32)) | g16 << 32 | g64 << 36 | g4 << 40;
}

u64 keel_idview(unsigned int idx, u64 val, unsigned int page_shift)
{
	unsigned int i;

	if (idx == KEEL_IDLIMITS_IDX(7, 0))
		val = granules(val, page_shift);
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].idx == idx)
			val = apply(&rules[i], val);
	return val;
}
