// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Which bits of EL2's controls trap a feature, by the field of the ID registers that
 * offers it. One row for each field that user space may lower, and for some of them
 * more: what becomes of the feature in a guest that does not have it; and rows for what no
 * guest has.
 * Positions are the Arm ARM's (D24.2); bits that a CPU does not have are RES0.
 * AArch32's registers are about instructions of EL0, which nothing traps.
 */
#include <linux/bits.h>
#include <linux/types.h>
#include "idlimits.h"
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

#define ROW(crm, op2, n, s, k)	{ .idx = KEEL_IDLIMITS_IDX(crm, op2), .shift = (s), .kind = KEEL_TRAP_##k }
#define TRAP(crm, op2, n, s, k, m, r, b) \
	{ .idx = KEEL_IDLIMITS_IDX(crm, op2), .shift = (s), .kind = KEEL_TRAP_##k, .min = (m), \
	  .reg = KEEL_TRAP_##r, .bits = (b) }

static const struct keel_idtrap rows[] = {
	/* ID_AA64PFR0_EL1 */
	ROW(4, 0, EL0, 0, CALL), ROW(4, 0, EL1, 4, CALL), ROW(4, 0, EL2, 8, TELLS), ROW(4, 0, EL3, 12, TELLS),
	ROW(4, 0, GIC, 24, ASKS), ROW(4, 0, RAS, 28, ASKS), ROW(4, 0, SEL2, 36, TELLS),
	ROW(4, 0, DIT, 48, PSTATE), ROW(4, 0, RME, 52, TELLS),
	TRAP(4, 0, CSV2, 56, LESS, 2, HFGRTR, SCXTNUM),
	TRAP(4, 0, CSV2, 56, LESS, 2, HFGWTR, SCXTNUM),
	ROW(4, 0, CSV3, 60, TELLS),
	/* ID_AA64PFR1_EL1 */
	ROW(4, 1, BT, 0, PSTATE), ROW(4, 1, SSBS, 4, PSTATE),
	TRAP(4, 1, MTE, 8, HIDE, 0, HCR, HCR_TID5),
	ROW(4, 1, RAS_frac, 12, ASKS),
	ROW(4, 1, CSV2_frac, 32, TELLS),
	/* ID_AA64ZFR0_EL1 */
	ROW(4, 4, SVEver, 0, CALL), ROW(4, 4, AES, 4, CALL), ROW(4, 4, BitPerm, 16, CALL), ROW(4, 4, BF16, 20, CALL),
	ROW(4, 4, B16B16, 24, CALL), ROW(4, 4, SHA3, 32, CALL), ROW(4, 4, SM4, 40, CALL), ROW(4, 4, I8MM, 44, CALL),
	ROW(4, 4, F32MM, 52, CALL), ROW(4, 4, F64MM, 56, CALL),
	/* ID_AA64DFR0_EL1 */
	TRAP(5, 0, DebugVer, 0, ASKS, 0, MDCR, MDCR_TDOSA | MDCR_TDRA),
	TRAP(5, 0, DebugVer, 0, ASKS, 0, HDFGRTR, DBGCLAIM | OSECCR),
	TRAP(5, 0, DebugVer, 0, ASKS, 0, HDFGWTR, DBGCLAIM | OSECCR),
	TRAP(5, 0, PMUVer, 8, ASKS, 0, MDCR, MDCR_PMU),
	ROW(5, 0, WRPs, 20, ASKS),
	TRAP(5, 0, PMSVer, 32, HIDE, 0, MDCR, MDCR_TPMS),
	TRAP(5, 0, PMSVer, 32, HIDE, 0, HDFGRTR, PMBIDR),
	ROW(5, 0, DoubleLock, 36, ASKS),
	TRAP(5, 0, TraceFilt, 40, HIDE, 0, MDCR, MDCR_TTRF),
	TRAP(5, 0, TraceBuffer, 44, HIDE, 0, HDFGRTR, TRBIDR),
	/* ID_AA64ISAR0_EL1 */
	ROW(6, 0, AES, 4, CALL), ROW(6, 0, SHA1, 8, CALL), ROW(6, 0, SHA2, 12, CALL),
	ROW(6, 0, CRC32, 16, CALL), ROW(6, 0, ATOMIC, 20, CALL), ROW(6, 0, RDM, 28, CALL),
	ROW(6, 0, SHA3, 32, CALL), ROW(6, 0, SM3, 36, CALL), ROW(6, 0, SM4, 40, CALL), ROW(6, 0, DP, 44, CALL),
	ROW(6, 0, FHM, 48, CALL), ROW(6, 0, TS, 52, CALL),
	TRAP(6, 0, TLB, 56, LESS, 1, HCR, HCR_TTLBOS),
	TRAP(6, 0, TLB, 56, LESS, 1, HFGITR, TLBI_OS),
	TRAP(6, 0, TLB, 56, LESS, 2, HFGITR, TLBI_RANGE),
	ROW(6, 0, RNDR, 60, CALL),
	/* ID_AA64ISAR1_EL1 */
	TRAP(6, 1, DPB, 0, LESS, 1, HFGITR, DC_CVAP),
	TRAP(6, 1, DPB, 0, LESS, 2, HFGITR, DC_CVADP),
	ROW(6, 1, JSCVT, 12, CALL), ROW(6, 1, FCMA, 16, CALL), ROW(6, 1, LRCPC, 20, CALL),
	ROW(6, 1, FRINTTS, 32, CALL), ROW(6, 1, SB, 36, CALL),
	TRAP(6, 1, SPECRES, 40, LESS, 1, HFGITR, RCTX),
	TRAP(6, 1, SPECRES, 40, LESS, 2, HFGITR, COSP_RCTX),
	ROW(6, 1, BF16, 44, CALL), ROW(6, 1, DGH, 48, CALL), ROW(6, 1, I8MM, 52, CALL),
	ROW(6, 1, XS, 56, CALL),
	/* ID_AA64ISAR2_EL1 */
	ROW(6, 2, WFxT, 0, CALL), ROW(6, 2, RPRES, 4, PSTATE),
	TRAP(6, 2, MOPS, 16, OPEN, 1, HCRX, HCRX_MOPS),
	ROW(6, 2, BC, 20, CALL), ROW(6, 2, CLRBHB, 28, CALL), ROW(6, 2, PRFMSLC, 40, CALL),
	ROW(6, 2, RPRFM, 48, CALL), ROW(6, 2, CSSC, 52, CALL), ROW(6, 2, LUT, 56, CALL),
	TRAP(6, 2, ATS1A, 60, HIDE, 0, HFGITR, AT_S1E1A),
	/* ID_AA64MMFR0_EL1 */
	ROW(7, 0, PARANGE, 0, TELLS), ROW(7, 0, BIGEND, 8, PSTATE), ROW(7, 0, SNSMEM, 12, TELLS),
	ROW(7, 0, BIGENDEL0, 16, PSTATE), ROW(7, 0, TGRAN16, 20, WALK), ROW(7, 0, TGRAN64, 24, WALK),
	ROW(7, 0, TGRAN4, 28, WALK), ROW(7, 0, TGRAN16_2, 32, TELLS), ROW(7, 0, TGRAN64_2, 36, TELLS),
	ROW(7, 0, TGRAN4_2, 40, TELLS), ROW(7, 0, EXS, 44, PSTATE), ROW(7, 0, FGT, 56, TELLS),
	ROW(7, 0, ECV, 60, CALL),
	/* ID_AA64MMFR1_EL1 */
	ROW(7, 1, HAFDBS, 0, WALK), ROW(7, 1, HPDS, 12, WALK),
	TRAP(7, 1, LO, 16, ASKS, 0, HCR, HCR_TLOR),
	TRAP(7, 1, PAN, 20, LESS, 2, HFGITR, AT_PAN),
	ROW(7, 1, SpecSEI, 24, TELLS), ROW(7, 1, TWED, 32, TELLS), ROW(7, 1, ETS, 36, WALK),
	ROW(7, 1, HCX, 40, TELLS), ROW(7, 1, AFP, 44, PSTATE), ROW(7, 1, TIDCP1, 52, PSTATE),
	ROW(7, 1, ECBHB, 60, TELLS),
	/* ID_AA64MMFR2_EL1 */
	ROW(7, 2, CnP, 0, WALK), ROW(7, 2, UAO, 4, PSTATE), ROW(7, 2, LSM, 8, PSTATE),
	ROW(7, 2, IESB, 12, PSTATE), ROW(7, 2, VARange, 16, WALK), ROW(7, 2, ST, 28, WALK),
	ROW(7, 2, AT, 32, CALL), ROW(7, 2, TTL, 48, WALK), ROW(7, 2, BBM, 52, WALK), ROW(7, 2, E0PD, 60, WALK),
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
	/* most rows have none */
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].bits && is_set(&rows[i], idregs[rows[i].idx]))
			set[rows[i].reg] |= rows[i].bits;
}
