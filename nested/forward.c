// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * The traps of HCR_EL2, MDCR_EL2, CPTR_EL2, CNTHCTL_EL2, ICH_HCR_EL2 and of FEAT_FGT, by what they
 * are about (Arm ARM D24.2). Each row is one bit and a set of encodings; a register may have
 * several. Those of features that a guest with virtual EL2 does not have are left out.
 */
#include <linux/bits.h>
#include <linux/types.h>
#include "forward.h"

#define HCRX_FGTNXS	BIT_ULL(4)

#define SYS(op0, op1, crn, crm, op2)	((op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)
#define ALL	SYS(3U, 7, 15, 15, 7)
#define ANY_OP2	SYS(3U, 7, 15, 15, 0)
#define ANY_CRM	SYS(3U, 7, 15, 0, 7)
#define R	1
#define W	2
#define RW	3

#define SET(mask, op0, op1, crn, crm, op2, reg, bit, on) \
	{ (mask), SYS(op0, op1, crn, crm, op2) & (mask), KEEL_FORWARD_##reg, (bit), (on) }
#define ONE(op0, op1, crn, crm, op2, reg, bit, on)	SET(ALL, op0, op1, crn, crm, op2, reg, bit, on)
/* Registers of EL1, and instructions. */
#define EL1(crn, crm, op2, reg, bit, on)	ONE(3, 0, crn, crm, op2, reg, bit, on)
#define INSN(op1, crn, crm, op2, bit)		{ ALL, SYS(1, op1, crn, crm, op2), FGT(HFGITR), (bit), W }
#define INSNS(op1, crn, crm, op2, bit)		ONE(1, op1, crn, crm, op2, HCR, bit, W)

#define FGT(name)	(KEEL_FORWARD_FGT + KEEL_FGT_##name)
#define FINE_ON(op0, op1, crn, crm, op2, rreg, wreg, bit) \
	{ ALL, SYS(op0, op1, crn, crm, op2), FGT(rreg), (bit), R }, \
	{ ALL, SYS(op0, op1, crn, crm, op2), FGT(wreg), (bit), W }
/*
 * Reads by HFGRTR_EL2 and writes by HFGWTR_EL2; the former alone; as above for debug and the PMU.
 */
#define FINE(op1, crn, crm, op2, bit)	FINE_ON(3, op1, crn, crm, op2, HFGRTR, HFGWTR, bit)
#define FINE_R(op1, crn, crm, op2, bit)	{ ALL, SYS(3, op1, crn, crm, op2), FGT(HFGRTR), (bit), R }
#define DEBUG(op0, op1, crn, crm, op2, bit)	FINE_ON(op0, op1, crn, crm, op2, HDFGRTR, HDFGWTR, bit)
#define DEBUG_R(op0, op1, crn, crm, op2, bit)	{ ALL, SYS(op0, op1, crn, crm, op2), FGT(HDFGRTR), (bit), R }
#define DEBUG_W(op0, op1, crn, crm, op2, bit)	{ ALL, SYS(op0, op1, crn, crm, op2), FGT(HDFGWTR), (bit), W }
#define DEBUG_N(mask, op0, op1, crn, crm, op2, bit) \
	{ (mask), SYS(op0, op1, crn, crm, op2) & (mask), FGT(HDFGRTR), (bit), R }, \
	{ (mask), SYS(op0, op1, crn, crm, op2) & (mask), FGT(HDFGWTR), (bit), W }

/* TVM and TRVM */
#define VM(crn, crm, op2)	EL1(crn, crm, op2, HCR, 26, W), EL1(crn, crm, op2, HCR, 30, R)

static const struct keel_forward_row rows[] = {
	VM(1, 0, 0), VM(2, 0, 0), VM(2, 0, 1), VM(2, 0, 2), VM(5, 1, 0), VM(5, 1, 1), VM(5, 2, 0), VM(6, 0, 0),
	VM(10, 2, 0), VM(10, 3, 0), VM(13, 0, 1),
	/*
	 * TID1: REVIDR, AIDR. TID2 and TID4: CTR, CCSIDR, CLIDR, CSSELR. TID3: the ID registers,
	 * and those to come
	 */
	EL1(0, 0, 6, HCR, 16, R), ONE(3, 1, 0, 0, 7, HCR, 16, R),
	ONE(3, 3, 0, 0, 1, HCR, 17, R), ONE(3, 1, 0, 0, 0, HCR, 17, R), ONE(3, 1, 0, 0, 1, HCR, 17, R),
	ONE(3, 1, 0, 0, 2, HCR, 17, R), ONE(3, 2, 0, 0, 0, HCR, 17, RW),
	ONE(3, 1, 0, 0, 0, HCR, 49, R), ONE(3, 1, 0, 0, 1, HCR, 49, R), ONE(3, 1, 0, 0, 2, HCR, 49, R),
	ONE(3, 2, 0, 0, 0, HCR, 49, RW),
#define ID(crm)	SET(ANY_OP2, 3, 0, 0, crm, 0, HCR, 18, R)
	ID(1), ID(2), ID(3), ID(4), ID(5), ID(6), ID(7),
	/* TACR */
	EL1(1, 0, 1, HCR, 21, RW),
	/* TIDCP: what is IMPLEMENTATION DEFINED, registers and instructions, CRn 11 and 15 */
	SET(SYS(3U, 0, 15, 0, 0), 3, 0, 11, 0, 0, HCR, 20, RW), SET(SYS(3U, 0, 15, 0, 0), 3, 0, 15, 0, 0, HCR, 20, RW),
	SET(SYS(3U, 0, 15, 0, 0), 1, 0, 11, 0, 0, HCR, 20, RW), SET(SYS(3U, 0, 15, 0, 0), 1, 0, 15, 0, 0, HCR, 20, RW),
	/* TSW: DC ISW, CSW, CISW */
	INSNS(0, 7, 6, 2, 22), INSNS(0, 7, 10, 2, 22), INSNS(0, 7, 14, 2, 22),
	/* TPCP: DC IVAC, CVAC, CVAP, CVADP, CIVAC */
	INSNS(0, 7, 6, 1, 23), INSNS(3, 7, 10, 1, 23), INSNS(3, 7, 12, 1, 23), INSNS(3, 7, 13, 1, 23),
	INSNS(3, 7, 14, 1, 23),
	/* TPU and TOCU: IC IVAU, IALLU, IALLUIS, DC CVAU; TICAB: IC IALLUIS */
	INSNS(3, 7, 5, 1, 24), INSNS(0, 7, 5, 0, 24), INSNS(0, 7, 1, 0, 24), INSNS(3, 7, 11, 1, 24),
	INSNS(3, 7, 5, 1, 52), INSNS(0, 7, 5, 0, 52), INSNS(3, 7, 11, 1, 52), INSNS(0, 7, 1, 0, 50),
	/* TDZ: DC ZVA */
	INSNS(3, 7, 4, 1, 28),
	/* TTLB: all of EL1's TLBI; TTLBIS, TTLBOS: some of them. CRn 9 is nXS */
#define TLB(crm, bit)	SET(ANY_OP2, 1, 0, 8, crm, 0, HCR, bit, W), SET(ANY_OP2, 1, 0, 9, crm, 0, HCR, bit, W)
	TLB(1, 25), TLB(2, 25), TLB(3, 25), TLB(5, 25), TLB(6, 25), TLB(7, 25),
	TLB(2, 54), TLB(3, 54), TLB(1, 55), TLB(5, 55),
	/* AT */
	SET(ANY_OP2, 1, 0, 7, 8, 0, HCR, 44, W), SET(ANY_OP2, 1, 0, 7, 9, 0, HCR, 44, W),
	/* TLOR */
	EL1(10, 4, 0, HCR, 35, RW), EL1(10, 4, 1, HCR, 35, RW), EL1(10, 4, 2, HCR, 35, RW), EL1(10, 4, 3, HCR, 35, RW),
	EL1(10, 4, 7, HCR, 35, R),
	/* TERR: error records, but for the injection of faults into them */
	SET(ANY_OP2, 3, 0, 5, 3, 0, HCR, 36, RW), SET(SYS(3U, 7, 15, 15, 4), 3, 0, 5, 4, 0, HCR, 36, RW),
	SET(ANY_OP2, 3, 0, 5, 5, 0, HCR, 36, RW),
	/* APK: the keys of pointer authentication */
	SET(SYS(3U, 7, 15, 15, 4), 3, 0, 2, 1, 0, HCR, 40, RW), SET(SYS(3U, 7, 15, 15, 4), 3, 0, 2, 2, 0, HCR, 40, RW),
	SET(SYS(3U, 7, 15, 15, 6), 3, 0, 2, 3, 0, HCR, 40, RW),

	/* MDCR_EL2: TPM, TPMCR, TDOSA, TDRA, TDA */
#define PM(op1, crn, crm, op2)	ONE(3, op1, crn, crm, op2, MDCR, 6, RW)
	SET(ANY_OP2, 3, 3, 9, 12, 0, MDCR, 6, RW), SET(ANY_OP2, 3, 3, 9, 13, 0, MDCR, 6, RW),
	PM(3, 9, 14, 0), PM(3, 9, 14, 3), PM(0, 9, 14, 1), PM(0, 9, 14, 2), PM(0, 9, 14, 6),
	SET(SYS(3U, 7, 15, 8, 0), 3, 3, 14, 8, 0, MDCR, 6, RW),
	ONE(3, 3, 9, 12, 0, MDCR, 5, RW),
	ONE(2, 0, 1, 0, 4, MDCR, 10, W), ONE(2, 0, 1, 1, 4, MDCR, 10, R), ONE(2, 0, 1, 3, 4, MDCR, 10, RW),
	ONE(2, 0, 1, 4, 4, MDCR, 10, RW),
	ONE(2, 0, 1, 0, 0, MDCR, 11, R),
	SET(ANY_CRM, 2, 0, 0, 0, 4, MDCR, 9, RW), SET(ANY_CRM, 2, 0, 0, 0, 5, MDCR, 9, RW),
	SET(ANY_CRM, 2, 0, 0, 0, 6, MDCR, 9, RW), SET(ANY_CRM, 2, 0, 0, 0, 7, MDCR, 9, RW),
	ONE(2, 0, 0, 0, 2, MDCR, 9, RW), ONE(2, 0, 0, 2, 0, MDCR, 9, RW), ONE(2, 0, 0, 2, 2, MDCR, 9, RW),
	ONE(2, 0, 0, 3, 2, MDCR, 9, RW), ONE(2, 0, 0, 6, 2, MDCR, 9, RW), ONE(2, 0, 7, 8, 6, MDCR, 9, RW),
	ONE(2, 0, 7, 9, 6, MDCR, 9, RW), ONE(2, 0, 7, 14, 6, MDCR, 9, R), ONE(2, 3, 0, 1, 0, MDCR, 9, R),
	ONE(2, 3, 0, 4, 0, MDCR, 9, RW), ONE(2, 3, 0, 5, 0, MDCR, 9, RW),

	/* TDCC */
	ONE(2, 0, 0, 0, 2, MDCR, 27, RW), ONE(2, 0, 0, 2, 0, MDCR, 27, RW), ONE(2, 0, 0, 3, 2, MDCR, 27, RW),
	ONE(2, 3, 0, 1, 0, MDCR, 27, R), ONE(2, 3, 0, 4, 0, MDCR, 27, RW), ONE(2, 3, 0, 5, 0, MDCR, 27, RW),

	/* CPTR_EL2.TCPAC */
	EL1(1, 0, 2, CPTR, 31, RW),

	/* CNTHCTL_EL2: EL1PCTEN, EL1PTEN, EL1TVT, EL1TVCT */
#define TIMER(crm, op2, bit, on)	ONE(3, 3, 14, crm, op2, CNTHCTL, bit, on)
	TIMER(0, 1, 10, R), TIMER(0, 5, 10, R), TIMER(2, 0, 11, RW), TIMER(2, 1, 11, RW), TIMER(2, 2, 11, RW),
	TIMER(3, 0, 13, RW), TIMER(3, 1, 13, RW), TIMER(3, 2, 13, RW), TIMER(0, 2, 14, R), TIMER(0, 6, 14, R),

	/* ICH_HCR_EL2: TC, TALL0, TALL1, TDIR; SGIs trap by HCR_EL2.FMO and IMO as well */
#define ICC(crm, op2, reg, bit, on)	EL1(12, crm, op2, reg, bit, on)
	EL1(4, 6, 0, ICH, 10, RW), ICC(11, 1, ICH, 10, W), ICC(11, 3, ICH, 10, R), ICC(11, 5, ICH, 10, W),
	ICC(11, 6, ICH, 10, W), ICC(11, 7, ICH, 10, W), ICC(12, 4, ICH, 10, RW),
	ICC(8, 0, ICH, 11, R), ICC(8, 1, ICH, 11, W), ICC(8, 2, ICH, 11, R), ICC(8, 3, ICH, 11, RW),
	ICC(8, 4, ICH, 11, RW), ICC(8, 5, ICH, 11, RW), ICC(8, 6, ICH, 11, RW), ICC(8, 7, ICH, 11, RW),
	ICC(12, 6, ICH, 11, RW),
	ICC(12, 0, ICH, 12, R), ICC(12, 1, ICH, 12, W), ICC(12, 2, ICH, 12, R), ICC(12, 3, ICH, 12, RW),
	ICC(9, 0, ICH, 12, RW), ICC(9, 1, ICH, 12, RW), ICC(9, 2, ICH, 12, RW), ICC(9, 3, ICH, 12, RW),
	ICC(12, 7, ICH, 12, RW),
	ICC(11, 1, ICH, 14, W),
	ICC(11, 5, HCR, 3, W), ICC(11, 6, HCR, 3, W), ICC(11, 7, HCR, 3, W),
	ICC(11, 5, HCR, 4, W), ICC(11, 6, HCR, 4, W), ICC(11, 7, HCR, 4, W),

	/* HFGRTR_EL2, HFGWTR_EL2, in the order of bits */
	FINE(0, 5, 1, 0, 0), FINE(0, 5, 1, 1, 1), FINE_R(1, 0, 0, 7, 2), FINE(0, 10, 3, 0, 3),
	FINE(0, 2, 2, 0, 4), FINE(0, 2, 2, 1, 4), FINE(0, 2, 2, 2, 5), FINE(0, 2, 2, 3, 5),
	FINE(0, 2, 3, 0, 6), FINE(0, 2, 3, 1, 6), FINE(0, 2, 1, 0, 7), FINE(0, 2, 1, 1, 7),
	FINE(0, 2, 1, 2, 8), FINE(0, 2, 1, 3, 8), FINE_R(1, 0, 0, 0, 9), FINE_R(1, 0, 0, 1, 10),
	FINE(0, 13, 0, 1, 11), FINE(0, 1, 0, 2, 12), FINE(2, 0, 0, 0, 13), FINE_R(3, 0, 0, 1, 14),
	FINE_R(3, 0, 0, 7, 15), FINE(0, 5, 2, 0, 16), FINE(0, 6, 0, 0, 17), FINE_R(0, 12, 1, 0, 18),
	FINE(0, 10, 4, 3, 19), FINE(0, 10, 4, 1, 20), FINE_R(0, 10, 4, 7, 21), FINE(0, 10, 4, 2, 22),
	FINE(0, 10, 4, 0, 23), FINE(0, 10, 2, 0, 24), FINE_R(0, 0, 0, 0, 25), FINE_R(0, 0, 0, 5, 26),
	FINE(0, 7, 4, 0, 27), FINE_R(0, 0, 0, 6, 28), FINE(0, 1, 0, 0, 29), FINE(0, 13, 0, 7, 30),
	FINE(3, 13, 0, 7, 31), FINE(0, 2, 0, 2, 32), FINE(0, 13, 0, 4, 33), FINE(3, 13, 0, 3, 34),
	FINE(3, 13, 0, 2, 35), FINE(0, 2, 0, 0, 36), FINE(0, 2, 0, 1, 37), FINE(0, 12, 0, 0, 38),
	FINE(0, 12, 12, 6, 39), FINE(0, 12, 12, 7, 39), FINE_R(0, 5, 3, 0, 40), FINE(0, 5, 3, 1, 41),
	FINE_R(0, 5, 4, 0, 42), FINE(0, 5, 4, 1, 43), FINE(0, 5, 4, 2, 44),
	FINE(0, 5, 5, 0, 45), FINE(0, 5, 5, 1, 45), FINE(0, 5, 5, 2, 45), FINE(0, 5, 5, 3, 45),
	FINE_R(0, 5, 4, 4, 46), FINE(0, 5, 4, 5, 47), FINE(0, 5, 4, 6, 48), FINE(0, 5, 4, 3, 49),

	/* HDFGRTR_EL2, HDFGWTR_EL2 */
	DEBUG_N(ANY_CRM, 2, 0, 0, 0, 5, 0), DEBUG_N(ANY_CRM, 2, 0, 0, 0, 4, 1), DEBUG_N(ANY_CRM, 2, 0, 0, 0, 7, 2),
	DEBUG_N(ANY_CRM, 2, 0, 0, 0, 6, 3), DEBUG(2, 0, 0, 2, 2, 4), DEBUG(2, 0, 7, 8, 6, 5), DEBUG(2, 0, 7, 9, 6, 5),
	DEBUG_R(2, 0, 7, 14, 6, 6), DEBUG(2, 0, 1, 4, 4, 7), DEBUG_W(2, 0, 1, 0, 4, 8), DEBUG_R(2, 0, 1, 1, 4, 9),
	DEBUG(2, 0, 0, 6, 2, 10), DEBUG(2, 0, 1, 3, 4, 11),
	DEBUG_N(SYS(3U, 7, 15, 12, 0), 3, 3, 14, 8, 0, 12), DEBUG(3, 3, 9, 13, 2, 12), DEBUG(3, 3, 9, 13, 1, 13),
	DEBUG(3, 3, 14, 15, 7, 14), DEBUG(3, 3, 9, 13, 0, 15), DEBUG(3, 3, 9, 12, 1, 16), DEBUG(3, 3, 9, 12, 2, 16),
	DEBUG(3, 0, 9, 14, 1, 17), DEBUG(3, 0, 9, 14, 2, 17), DEBUG(3, 3, 9, 12, 3, 18), DEBUG(3, 3, 9, 14, 3, 18),
	DEBUG(3, 3, 9, 12, 5, 19), DEBUG_W(3, 3, 9, 12, 4, 20), DEBUG_W(3, 3, 9, 12, 0, 21), DEBUG_R(3, 0, 9, 14, 6, 22),
	DEBUG(3, 3, 9, 14, 0, 57), DEBUG_R(3, 3, 9, 12, 6, 58), DEBUG_R(3, 3, 9, 12, 7, 58),
	/* PMEVTYPER<n>, of which the last place is PMCCFILTR's */
	DEBUG_N(ANY_OP2, 3, 3, 14, 12, 0, 13), DEBUG_N(ANY_OP2, 3, 3, 14, 13, 0, 13), DEBUG_N(ANY_OP2, 3, 3, 14, 14, 0, 13),
	DEBUG_N(SYS(3U, 7, 15, 15, 4), 3, 3, 14, 15, 0, 13), DEBUG_N(SYS(3U, 7, 15, 15, 6), 3, 3, 14, 15, 4, 13),
	DEBUG(3, 3, 14, 15, 6, 13),

	/* HFGITR_EL2 */
	INSN(0, 7, 1, 0, 0), INSN(0, 7, 5, 0, 1), INSN(3, 7, 5, 1, 2), INSN(0, 7, 6, 1, 3), INSN(0, 7, 6, 2, 4),
	INSN(0, 7, 10, 2, 5), INSN(0, 7, 14, 2, 6), INSN(3, 7, 11, 1, 7), INSN(3, 7, 12, 1, 8), INSN(3, 7, 13, 1, 9),
	INSN(3, 7, 14, 1, 10), INSN(3, 7, 4, 1, 11), INSN(0, 7, 8, 0, 12), INSN(0, 7, 8, 1, 13), INSN(0, 7, 8, 2, 14),
	INSN(0, 7, 8, 3, 15), INSN(0, 7, 9, 0, 16), INSN(0, 7, 9, 1, 17), INSN(3, 7, 10, 1, 54),
	/* each TLBI in both forms */
#define TLBI(crm, op2, bit)	INSN(0, 8, crm, op2, bit), INSN(0, 9, crm, op2, bit)
	TLBI(1, 0, 18), TLBI(1, 1, 19), TLBI(1, 2, 20), TLBI(1, 3, 21), TLBI(1, 5, 22), TLBI(1, 7, 23),
	TLBI(5, 1, 24), TLBI(5, 3, 25), TLBI(5, 5, 26), TLBI(5, 7, 27),
	TLBI(3, 0, 28), TLBI(3, 1, 29), TLBI(3, 2, 30), TLBI(3, 3, 31), TLBI(3, 5, 32), TLBI(3, 7, 33),
	TLBI(2, 1, 34), TLBI(2, 3, 35), TLBI(2, 5, 36), TLBI(2, 7, 37),
	TLBI(6, 1, 38), TLBI(6, 3, 39), TLBI(6, 5, 40), TLBI(6, 7, 41),
	TLBI(7, 0, 42), TLBI(7, 1, 43), TLBI(7, 2, 44), TLBI(7, 3, 45), TLBI(7, 5, 46), TLBI(7, 7, 47),
	INSN(3, 7, 3, 4, 48), INSN(3, 7, 3, 5, 49), INSN(3, 7, 3, 7, 50),
};

/* HCRX_EL2.FGTnXS: the traps of TLBI are not for its nXS forms. */
static bool is_exempt(const u64 ctl[KEEL_NR_FORWARD], const struct keel_forward_row *row,
		      u32 sysreg)
{
	return row->reg == FGT(HFGITR) && (sysreg & SYS(3U, 0, 15, 0, 0)) == SYS(1, 0, 9, 0, 0) &&
	       ctl[KEEL_FORWARD_HCRX] & HCRX_FGTNXS;
}

bool keel_forward_sysreg(const u64 ctl[KEEL_NR_FORWARD], u32 sysreg, bool write)
{
	const struct keel_forward_row *row;
	u8 on = write ? W : R;

	for (row = rows; row < rows + sizeof(rows) / sizeof(rows[0]); row++)
		if ((sysreg & row->mask) == row->sysreg && (row->on & on) &&
		    (ctl[row->reg] & BIT_ULL(row->bit)) && !is_exempt(ctl, row, sysreg))
			return true;
	return false;
}

#define EL1PCTEN	BIT_ULL(10)
#define EL1PTEN		BIT_ULL(11)
#define EL1TVT		BIT_ULL(13)
#define EL1TVCT		BIT_ULL(14)

bool keel_forward_timer(u64 cnthctl, unsigned int crm, unsigned int op2)
{
	if (crm)
		return cnthctl & (crm == 2 ? EL1PTEN : EL1TVT);
	return cnthctl & (op2 & 1 ? EL1PCTEN : EL1TVCT);
}
