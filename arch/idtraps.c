// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Which bits of EL2's controls trap a feature, by the field of the ID registers that offers it.
 * The rows are those of idfields.def, the bits' names and places are here.
 */
#include <linux/bits.h>
#include <linux/types.h>
#include "idfields.h"
#include "idtraps.h"

#define HCR_TLOR	BIT_ULL(35)
#define HCR_TTLBOS	BIT_ULL(55)
#define HCR_TID5	BIT_ULL(58)
#define MDCR_PMU	(BIT_ULL(6) | BIT_ULL(5))	/* TPM, TPMCR */
#define MDCR_TDOSA	BIT_ULL(10)
#define MDCR_TDRA	BIT_ULL(11)
#define MDCR_TPMS	BIT_ULL(14)
#define MDCR_TTRF	BIT_ULL(19)
/* HFGRTR_EL2, HFGWTR_EL2 */
#define SCXTNUM		(BIT_ULL(31) | BIT_ULL(30))	/* of EL0 and EL1 */
/* HDFGRTR_EL2, HDFGWTR_EL2 */
#define DBGCLAIM	BIT_ULL(5)
#define OSECCR		BIT_ULL(10)
/* HDFGRTR_EL2 */
#define TRBIDR		BIT_ULL(51)
#define PMBIDR		BIT_ULL(63)
#define HCRX_MOPS	(BIT_ULL(11) | BIT_ULL(10))	/* MSCEn, and MCE2: mops.h */
/* HFGITR_EL2 */
#define DC_CVAP		BIT_ULL(8)
#define DC_CVADP	BIT_ULL(9)
#define AT_PAN		(BIT_ULL(16) | BIT_ULL(17))			/* ATS1E1RP, ATS1E1WP */
#define TLBI_OS		GENMASK_ULL(23, 18)
#define TLBI_RANGE	(GENMASK_ULL(27, 24) | GENMASK_ULL(41, 34))
#define RCTX		GENMASK_ULL(50, 48)				/* CFP, DVP, CPP */
#define COSP_RCTX	BIT_ULL(60)
#define AT_S1E1A	BIT_ULL(62)

static const struct keel_idtrap rows[] = {
#define IDTRAP(reg_, field, when, min_, control, bits_) \
	{ .idx = KEEL_IDX_##reg_, .shift = KEEL_LSB_##reg_##_##field, .kind = KEEL_TRAP_##when, \
	  .min = (min_), .reg = KEEL_TRAP_##control, .bits = (bits_) },
#include "idfields.def"
};

const struct keel_idtrap *keel_idtraps_rows(unsigned int *nr)
{
	*nr = sizeof(rows) / sizeof(rows[0]);
	return rows;
}

static bool is_set(const struct keel_idtrap *row, u64 idreg)
{
	unsigned int val = (idreg >> row->shift) & 0xf;

	switch (row->kind) {
	case KEEL_TRAP_LESS:
		return val < row->min;
	case KEEL_TRAP_OPEN:
		return val >= row->min;
	}
	return true;
}

void keel_idtraps_compute(const u64 *idregs, u64 set[KEEL_NR_TRAP_REGS])
{
	unsigned int i;

	for (i = 0; i < KEEL_NR_TRAP_REGS; i++)
		set[i] = 0;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (is_set(&rows[i], idregs[rows[i].idx]))
			set[rows[i].reg] |= rows[i].bits;
}
