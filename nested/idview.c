// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * What virtual EL2 changes in the ID registers.
 * E2H is always 1, and EL3 is there so that HCR_EL2.HCD is not. Stage 2 has the granules that the
 * host's has which are no smaller than the host's pages, and no FEAT_XNX; there is no FEAT_NV.
 */
#include <linux/types.h>
#include "../arch/idfields.h"
#include "idview.h"

struct rule {
	u8 idx, shift;
	u8 min, max;
};

#define FIX(reg, field, val) \
	{ KEEL_IDX_##reg, KEEL_LSB_##reg##_##field, val, val }
#define MOST(reg, field, max) \
	{ KEEL_IDX_##reg, KEEL_LSB_##reg##_##field, 0, max }

static const struct rule rules[] = {
	/* EL0 to EL3 have AArch64 alone */
	FIX(AA64PFR0, EL0, 1), FIX(AA64PFR0, EL1, 1), FIX(AA64PFR0, EL2, 1), FIX(AA64PFR0, EL3, 1),
	FIX(AA64PFR0, SEL2, 0),
	FIX(AA64PFR0, MPAM, 0),
	FIX(AA64PFR0, AMU, 0),
	FIX(AA64PFR0, RME, 0),
	FIX(AA64DFR0, CTX_CMPs, 0),
	FIX(AA64ISAR1, SPECRES, 0),
	FIX(AA64ISAR1, LS64, 0),
	MOST(AA64MMFR0, PARANGE, 5),	/* 48 bits */
	FIX(AA64MMFR0, SNSMEM, 0),
	FIX(AA64MMFR0, EXS, 0),
	MOST(AA64MMFR0, FGT, 1),
	MOST(AA64MMFR0, ECV, 1),	/* no CNTPOFF_EL2 */
	MOST(AA64MMFR1, HAFDBS, 1),
	FIX(AA64MMFR1, VH, 1),
	FIX(AA64MMFR1, XNX, 0),
	FIX(AA64MMFR1, ETS, 0),
	FIX(AA64MMFR1, nTLBPA, 0),
	FIX(AA64MMFR1, CMOW, 0),
	FIX(AA64MMFR2, VARange, 0),
	FIX(AA64MMFR2, CCIDX, 0),
	FIX(AA64MMFR2, NV, 0),
	FIX(AA64MMFR2, ST, 0),
	MOST(AA64MMFR2, TTL, 1),	/* without it nobody asks what TLBIs say of levels */
	FIX(AA64MMFR2, BBM, 0),
	FIX(AA64MMFR4, NV_frac, 0),
	FIX(AA64MMFR4, E2H0, 14),	/* not there, nor HCR_EL2.NV1 */
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

#define LSB(field)	KEEL_LSB_AA64MMFR0_##field

static u64 granules(u64 mmfr0, unsigned int page_shift)
{
	u64 g16 = page_shift > 14 ? 1 :
		  stage2_granule(mmfr0, LSB(TGRAN16_2), LSB(TGRAN16), true);
	u64 g64 = stage2_granule(mmfr0, LSB(TGRAN64_2), LSB(TGRAN64), false);
	u64 g4 = page_shift > 12 ? 1 :
		 stage2_granule(mmfr0, LSB(TGRAN4_2), LSB(TGRAN4), false);

	mmfr0 &= ~(KEEL_IDMASK(AA64MMFR0, TGRAN16_2) | KEEL_IDMASK(AA64MMFR0, TGRAN64_2) |
		   KEEL_IDMASK(AA64MMFR0, TGRAN4_2));
	return mmfr0 | g16 << LSB(TGRAN16_2) | g64 << LSB(TGRAN64_2) | g4 << LSB(TGRAN4_2);
}

u64 keel_idview(unsigned int idx, u64 val, unsigned int page_shift)
{
	unsigned int i;

	if (idx == KEEL_IDX_AA64MMFR0)
		val = granules(val, page_shift);
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].idx == idx)
			val = apply(&rules[i], val);
	return val;
}
