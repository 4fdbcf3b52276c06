// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Limits of the ID registers: one line per field that is not simply hidden.
 * A field is offered only if everything it promises is switched, emulated or
 * of no concern to EL2. Field positions are the Arm ARM's (D24.2).
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/types.h>
#include "idlimits.h"

#define RO	false
#define WR	true
#define FIELD(n, s, k, m, w)	{ .name = #n, .shift = (s), .kind = KEEL_ID_##k, .max = (m), .writable = (w) }
#define FLOOR(n, s, k, m, f)	{ .name = #n, .shift = (s), .kind = KEEL_ID_##k, .max = (m), .floor = (f), .writable = WR }
#define HIDE(n, s)		FIELD(n, s, HIDDEN, 0, WR)	/* hidden, yet in KVM's writable mask */

/* AArch32 registers describe EL0 only: the host's, lower is safe. */
#define A32(s)			FIELD(aa32, s, LOWER, 15, WR)

static const struct keel_idfield aa32_all[] = {
	A32(0), A32(4), A32(8), A32(12), A32(16), A32(20), A32(24), A32(28),
};

static const struct keel_idfield pfr0[] = {
	A32(0), A32(4), A32(8), A32(12), A32(16),
	HIDE(AMU, 20),
	A32(24),
	FIELD(RAS, 28, LOWER, 1, WR),
};

static const struct keel_idfield pfr1[] = {
	A32(0), A32(4), A32(8),
	HIDE(Virtualization, 12),
	A32(16), A32(20),
	HIDE(Virt_frac, 24),
	FIELD(GIC, 28, LOWER, 1, WR),		/* as ID_AA64PFR0_EL1.GIC */
};

static const struct keel_idfield dfr0[] = {
	FLOOR(CopDbg, 0, LOWER, 9, 6),
	FIELD(CopSDbg, 4, LOWER, 9, WR),
	HIDE(MMapDbg, 8),
	HIDE(CopTrc, 12),
	HIDE(MMapTrc, 16),
	FIELD(MProfDbg, 20, LOWER, 15, WR),
	HIDE(PerfMon, 24),
	HIDE(TraceFilt, 28),
};

static const struct keel_idfield mmfr0[] = {
	A32(0), A32(4),
	FIELD(OuterShr, 8, SIGNED, 7, WR),
	A32(12), A32(16), A32(20), A32(24),
	FIELD(InnerShr, 28, SIGNED, 7, WR),
};

static const struct keel_idfield mmfr4[] = {
	FIELD(SpecSEI, 0, HIGHER, 0, WR),
	A32(4), A32(8), A32(12), A32(16), A32(20),
	HIDE(CCIDX, 24),
	HIDE(EVT, 28),
};

static const struct keel_idfield pfr2[] = {
	FIELD(CSV3, 0, LOWER, 1, WR),
	FIELD(SSBS, 4, LOWER, 1, WR),
	HIDE(RAS_frac, 8),
};

static const struct keel_idfield aa64pfr0[] = {
	FIELD(EL0, 0, LOWER, 2, WR),
	FIELD(EL1, 4, LOWER, 2, WR),
	HIDE(EL2, 8),
	HIDE(EL3, 12),
	FIELD(FP, 16, SIGNED, 1, RO),
	FIELD(AdvSIMD, 20, SIGNED, 1, RO),
	FIELD(GIC, 24, LOWER, 1, WR),		/* idreg.c: 0 once the VM runs without an in-kernel GICv3 */
	FIELD(RAS, 28, LOWER, 1, RO),		/* virtual SErrors carry VSESR_EL2 */
	FIELD(SVE, 32, LOWER, 1, RO),		/* idreg.c: 0 without KVM_ARM_VCPU_SVE, as all of ID_AA64ZFR0_EL1 */
	HIDE(SEL2, 36),
	FIELD(DIT, 48, LOWER, 1, WR),
	HIDE(RME, 52),
	FIELD(CSV2, 56, LOWER, 1, WR),		/* 2 promises SCXTNUM, which is not switched */
	FIELD(CSV3, 60, LOWER, 1, WR),
};

static const struct keel_idfield aa64pfr1[] = {
	FIELD(BT, 0, LOWER, 1, WR),
	FIELD(SSBS, 4, LOWER, 2, WR),
	FIELD(CSV2_frac, 32, LOWER, 1, WR),
};

static const struct keel_idfield aa64pfr2[] = { HIDE(FPMR, 32) };

static const struct keel_idfield aa64zfr0[] = {
	FIELD(SVEver, 0, LOWER, 3, WR),
	FIELD(AES, 4, LOWER, 3, WR),
	FIELD(BitPerm, 16, LOWER, 1, WR),
	FIELD(BF16, 20, LOWER, 2, WR),
	FIELD(B16B16, 24, LOWER, 1, WR),
	FIELD(SHA3, 32, LOWER, 1, WR),
	FIELD(SM4, 40, LOWER, 1, WR),
	FIELD(I8MM, 44, LOWER, 1, WR),
	FIELD(F32MM, 52, LOWER, 1, WR),
	FIELD(F64MM, 56, LOWER, 1, WR),
};

static const struct keel_idfield aa64dfr0[] = {
	FLOOR(DebugVer, 0, LOWER, 9, 6),	/* Armv8.4: what hyp/debug.c switches */
	HIDE(PMUVer, 8),
	FIELD(BRPs, 12, EXACT, 0, RO),		/* context-aware ones are the last: numbers must be the CPU's */
	FIELD(WRPs, 20, LOWER, 15, WR),
	FIELD(CTX_CMPs, 28, EXACT, 0, RO),
	FIELD(DoubleLock, 36, SIGNED, 0, WR),
};

static const struct keel_idfield aa64isar0[] = {
	FIELD(AES, 4, LOWER, 2, WR),
	FIELD(SHA1, 8, LOWER, 1, WR),
	FIELD(SHA2, 12, LOWER, 2, WR),
	FIELD(CRC32, 16, LOWER, 1, WR),
	FIELD(ATOMIC, 20, LOWER, 2, WR),
	HIDE(TME, 24),
	FIELD(RDM, 28, LOWER, 1, WR),
	FIELD(SHA3, 32, LOWER, 1, WR),
	FIELD(SM3, 36, LOWER, 1, WR),
	FIELD(SM4, 40, LOWER, 1, WR),
	FIELD(DP, 44, LOWER, 1, WR),
	FIELD(FHM, 48, LOWER, 1, WR),
	FIELD(TS, 52, LOWER, 2, WR),
	FIELD(TLB, 56, LOWER, 2, WR),
	FIELD(RNDR, 60, LOWER, 1, WR),
};

static const struct keel_idfield aa64isar1[] = {
	FIELD(DPB, 0, LOWER, 2, WR),
	FIELD(APA, 4, PAUTH, 0, RO),
	FIELD(API, 8, PAUTH, 0, RO),
	FIELD(JSCVT, 12, LOWER, 1, WR),
	FIELD(FCMA, 16, LOWER, 1, WR),
	FIELD(LRCPC, 20, LOWER, 3, WR),
	FIELD(GPA, 24, PAUTH, 0, RO),
	FIELD(GPI, 28, PAUTH, 0, RO),
	FIELD(FRINTTS, 32, LOWER, 1, WR),
	FIELD(SB, 36, LOWER, 1, WR),
	FIELD(SPECRES, 40, LOWER, 2, WR),
	FIELD(BF16, 44, LOWER, 2, WR),
	FIELD(DGH, 48, LOWER, 1, WR),
	FIELD(I8MM, 52, LOWER, 1, WR),
	FIELD(XS, 56, LOWER, 1, WR),
	HIDE(LS64, 60),
};

static const struct keel_idfield aa64isar2[] = {
	HIDE(WFxT, 0),				/* a blocked WFIT would need a timeout of its own */
	FIELD(RPRES, 4, LOWER, 1, WR),
	FIELD(GPA3, 8, PAUTH, 0, RO),
	FIELD(APA3, 12, PAUTH, 0, RO),
	FIELD(MOPS, 16, LOWER, 1, WR),		/* HCRX_EL2.MSCEn */
	FIELD(BC, 20, LOWER, 1, WR),
	FIELD(PAC_frac, 24, PAUTH, 0, RO),
	FIELD(CLRBHB, 28, LOWER, 1, WR),
	HIDE(SYSREG_128, 32),
	HIDE(SYSINSTR_128, 36),
	FIELD(PRFMSLC, 40, LOWER, 1, WR),
	FIELD(RPRFM, 48, LOWER, 1, WR),
	FIELD(CSSC, 52, LOWER, 1, WR),
	FIELD(LUT, 56, LOWER, 1, WR),
	HIDE(ATS1A, 60),
};

static const struct keel_idfield aa64mmfr0[] = {
	FIELD(PARANGE, 0, LOWER, 6, WR),	/* idreg.c: and at most the IPA limit */
	FIELD(ASIDBITS, 4, LOWER, 2, WR),
	FIELD(BIGEND, 8, LOWER, 1, WR),
	FIELD(SNSMEM, 12, LOWER, 1, WR),
	FIELD(BIGENDEL0, 16, LOWER, 1, WR),
	FIELD(TGRAN16, 20, LOWER, 1, WR),	/* 2 is a 52-bit output address */
	FIELD(TGRAN64, 24, SIGNED, 0, WR),
	FIELD(TGRAN4, 28, SIGNED, 0, WR),	/* 1 is a 52-bit output address */
	FIELD(EXS, 44, LOWER, 1, WR),
	HIDE(FGT, 56),
	HIDE(ECV, 60),
};

static const struct keel_idfield aa64mmfr1[] = {
	FIELD(HAFDBS, 0, LOWER, 2, WR),
	FIELD(HPDS, 12, LOWER, 2, WR),
	HIDE(LO, 16),
	FIELD(PAN, 20, LOWER, 3, WR),
	FIELD(SpecSEI, 24, HIGHER, 0, WR),
	FIELD(ETS, 36, LOWER, 3, WR),
	FIELD(AFP, 44, LOWER, 1, WR),
	HIDE(nTLBPA, 48),
	FIELD(TIDCP1, 52, LOWER, 1, WR),
	HIDE(CMOW, 56),
	FIELD(ECBHB, 60, LOWER, 1, WR),
};

static const struct keel_idfield aa64mmfr2[] = {
	FIELD(CnP, 0, LOWER, 1, WR),
	FIELD(UAO, 4, LOWER, 1, WR),
	FIELD(LSM, 8, LOWER, 1, WR),
	FIELD(IESB, 12, LOWER, 1, WR),
	FIELD(VARange, 16, LOWER, 1, WR),
	FIELD(ST, 28, LOWER, 1, WR),
	FIELD(AT, 32, LOWER, 1, WR),
	FIELD(IDS, 36, LOWER, 2, RO),
	FIELD(TTL, 48, LOWER, 1, WR),
	FIELD(BBM, 52, LOWER, 2, WR),
	FIELD(E0PD, 60, LOWER, 1, WR),
};

static const struct keel_idfield aa64mmfr3[] = { HIDE(TCRX, 0), HIDE(S1PIE, 8), HIDE(S1POE, 16) };

#define REG(crm, op2, n, f) \
	[KEEL_IDLIMITS_IDX(crm, op2)] = { .name = n, .fields = f, .nr = sizeof(f) / sizeof((f)[0]) }
#define RAZ(crm, op2, n)	[KEEL_IDLIMITS_IDX(crm, op2)] = { .name = n }

static const struct keel_idlimit limits[KEEL_IDLIMITS_NR] = {
	REG(1, 0, "ID_PFR0_EL1", pfr0),
	REG(1, 1, "ID_PFR1_EL1", pfr1),
	REG(1, 2, "ID_DFR0_EL1", dfr0),
	RAZ(1, 3, "ID_AFR0_EL1"),
	REG(1, 4, "ID_MMFR0_EL1", mmfr0),
	REG(1, 5, "ID_MMFR1_EL1", aa32_all),
	REG(1, 6, "ID_MMFR2_EL1", aa32_all),
	REG(1, 7, "ID_MMFR3_EL1", aa32_all),
	REG(2, 0, "ID_ISAR0_EL1", aa32_all),
	REG(2, 1, "ID_ISAR1_EL1", aa32_all),
	REG(2, 2, "ID_ISAR2_EL1", aa32_all),
	REG(2, 3, "ID_ISAR3_EL1", aa32_all),
	REG(2, 4, "ID_ISAR4_EL1", aa32_all),
	REG(2, 5, "ID_ISAR5_EL1", aa32_all),
	REG(2, 6, "ID_MMFR4_EL1", mmfr4),
	REG(2, 7, "ID_ISAR6_EL1", aa32_all),
	REG(3, 0, "MVFR0_EL1", aa32_all),
	REG(3, 1, "MVFR1_EL1", aa32_all),
	REG(3, 2, "MVFR2_EL1", aa32_all),
	REG(3, 4, "ID_PFR2_EL1", pfr2),
	RAZ(3, 5, "ID_DFR1_EL1"),
	REG(3, 6, "ID_MMFR5_EL1", aa32_all),
	REG(4, 0, "ID_AA64PFR0_EL1", aa64pfr0),
	REG(4, 1, "ID_AA64PFR1_EL1", aa64pfr1),
	REG(4, 2, "ID_AA64PFR2_EL1", aa64pfr2),
	REG(4, 4, "ID_AA64ZFR0_EL1", aa64zfr0),
	RAZ(4, 5, "ID_AA64SMFR0_EL1"),
	RAZ(4, 7, "ID_AA64FPFR0_EL1"),
	REG(5, 0, "ID_AA64DFR0_EL1", aa64dfr0),
	RAZ(5, 1, "ID_AA64DFR1_EL1"),
	RAZ(5, 4, "ID_AA64AFR0_EL1"),
	RAZ(5, 5, "ID_AA64AFR1_EL1"),
	REG(6, 0, "ID_AA64ISAR0_EL1", aa64isar0),
	REG(6, 1, "ID_AA64ISAR1_EL1", aa64isar1),
	REG(6, 2, "ID_AA64ISAR2_EL1", aa64isar2),
	RAZ(6, 3, "ID_AA64ISAR3_EL1"),
	REG(7, 0, "ID_AA64MMFR0_EL1", aa64mmfr0),
	REG(7, 1, "ID_AA64MMFR1_EL1", aa64mmfr1),
	REG(7, 2, "ID_AA64MMFR2_EL1", aa64mmfr2),
	REG(7, 3, "ID_AA64MMFR3_EL1", aa64mmfr3),
	RAZ(7, 4, "ID_AA64MMFR4_EL1"),
};

const struct keel_idlimit *keel_idlimits_reg(unsigned int idx)
{
	return &limits[idx];
}

static unsigned int get(u64 reg, unsigned int shift)
{
	return (reg >> shift) & 0xf;
}

static int to_signed(unsigned int v)
{
	return v & 8 ? (int)v - 16 : (int)v;
}

static u64 mask(const struct keel_idfield *f)
{
	return (u64)0xf << f->shift;
}

static bool is_aa32(unsigned int idx)
{
	return idx < KEEL_IDLIMITS_IDX(4, 0);
}

static unsigned int offer_field(const struct keel_idfield *f, unsigned int host, unsigned int flags)
{
	switch (f->kind) {
	case KEEL_ID_LOWER:
		return (int)host < f->max ? host : (unsigned int)f->max;
	case KEEL_ID_SIGNED:
		return to_signed(host) < f->max ? host : (unsigned int)f->max & 0xf;
	case KEEL_ID_HIGHER:
	case KEEL_ID_EXACT:
		return host;
	case KEEL_ID_PAUTH:
		return flags & KEEL_IDOFFER_PAUTH ? host : 0;
	}
	return 0;
}

bool keel_idlimits_needs_host(unsigned int idx)
{
	unsigned int i;

	for (i = 0; i < limits[idx].nr; i++)
		if (limits[idx].fields[i].kind != KEEL_ID_HIDDEN)
			return true;
	return false;
}

u64 keel_idlimits_offer(unsigned int idx, u64 host, unsigned int flags)
{
	const struct keel_idfield *f = limits[idx].fields;
	unsigned int i;
	u64 val = 0;

	if (is_aa32(idx) && !(flags & KEEL_IDOFFER_AA32))
		return 0;
	for (i = 0; i < limits[idx].nr; i++, f++)
		val |= (u64)offer_field(f, get(host, f->shift), flags) << f->shift;
	return val;
}

u64 keel_idlimits_writable(unsigned int idx)
{
	const struct keel_idfield *f = limits[idx].fields;
	unsigned int i;
	u64 val = 0;

	for (i = 0; i < limits[idx].nr; i++, f++)
		if (f->writable)
			val |= mask(f);
	return val;
}

u64 keel_idlimits_pauth(unsigned int idx)
{
	const struct keel_idfield *f = limits[idx].fields;
	unsigned int i;
	u64 val = 0;

	for (i = 0; i < limits[idx].nr; i++, f++)
		if (f->kind == KEEL_ID_PAUTH)
			val |= mask(f);
	return val;
}

/* Kernels before 6.13 showed the host's MPAM to guests, though none could use it. */
static u64 once_shown(unsigned int idx)
{
	switch (idx) {
	case KEEL_IDLIMITS_IDX(4, 0):
		return GENMASK_ULL(43, 40);	/* ID_AA64PFR0_EL1.MPAM */
	case KEEL_IDLIMITS_IDX(4, 1):
		return GENMASK_ULL(19, 16);	/* ID_AA64PFR1_EL1.MPAM_frac */
	default:
		return 0;
	}
}

u64 keel_idlimits_forget(unsigned int idx, u64 host, u64 val)
{
	u64 mask = once_shown(idx);

	return (val ^ host) & mask ? val : val & ~mask;
}

static bool field_ok(const struct keel_idfield *f, unsigned int offer, unsigned int val)
{
	if (val == offer)
		return true;
	switch (f->kind) {
	case KEEL_ID_LOWER:
		return val < offer && val >= f->floor;
	case KEEL_ID_SIGNED:
		return to_signed(val) < to_signed(offer);
	case KEEL_ID_HIGHER:
		return val > offer;
	}
	return false;
}

int keel_idlimits_check(unsigned int idx, u64 offer, u64 val)
{
	const struct keel_idfield *f = limits[idx].fields;
	u64 fixed = ~keel_idlimits_writable(idx);
	unsigned int i;

	if ((val ^ offer) & fixed)
		return -EINVAL;
	for (i = 0; i < limits[idx].nr; i++, f++)
		if (f->writable && !field_ok(f, get(offer, f->shift), get(val, f->shift)))
			return -EINVAL;
	return 0;
}
