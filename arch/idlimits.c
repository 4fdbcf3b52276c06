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

#define PMU_IMPDEF	0xf	/* PMUVer, PerfMon: a PMU that is none of Arm's */

#define FIELD(n, s, k, m)	{ .name = #n, .shift = (s), .kind = KEEL_ID_##k, .max = (m) }
#define FLOOR(n, s, k, m, f)	{ .name = #n, .shift = (s), .kind = KEEL_ID_##k, .max = (m), .floor = (f) }
#define HIDE(n, s)		FIELD(n, s, HIDDEN, 0)
#define HOST(n, s)		FIELD(n, s, HOST, 0)
/* Says something about EL2, EL3 or the Secure state, where no guest is. */
#define ABOVE(n, s)		FIELD(n, s, LOWER, 15)

/* AArch32 registers describe EL0 only: the host's, lower is safe. */
#define A32(s)			FIELD(aa32, s, LOWER, 15)

static const struct keel_idfield aa32_all[] = {
	A32(0), A32(4), A32(8), A32(12), A32(16), A32(20), A32(24), A32(28),
};

static const struct keel_idfield pfr0[] = {
	A32(0), A32(4), A32(8), A32(12), A32(16),
	HIDE(AMU, 20),
	A32(24),
	FIELD(RAS, 28, LOWER, 1),
};

static const struct keel_idfield pfr1[] = {
	A32(0), A32(4), A32(8), A32(12), A32(16), A32(20), A32(24),
	FIELD(GIC, 28, LOWER, 1),		/* as ID_AA64PFR0_EL1.GIC */
};

static const struct keel_idfield dfr0[] = {
	FLOOR(CopDbg, 0, LOWER, 10, 6),
	A32(4), A32(8), A32(12), A32(16), A32(20),
	FLOOR(PerfMon, 24, PMU, 6, 3),		/* as ID_AA64DFR0_EL1.PMUVer */
	HIDE(TraceFilt, 28),
};

static const struct keel_idfield mmfr0[] = {
	A32(0), A32(4),
	FIELD(OuterShr, 8, SIGNED, 7),
	A32(12), A32(16), A32(20), A32(24),
	FIELD(InnerShr, 28, SIGNED, 7),
};

static const struct keel_idfield mmfr4[] = {
	FIELD(SpecSEI, 0, HIGHER, 0),
	A32(4), A32(8), A32(12), A32(16), A32(20),
	HIDE(CCIDX, 24),
	A32(28),
};

static const struct keel_idfield pfr2[] = {
	FIELD(CSV3, 0, LOWER, 1),
	FIELD(SSBS, 4, LOWER, 1),
	HIDE(RAS_frac, 8),
};

static const struct keel_idfield aa64pfr0[] = {
	FLOOR(EL0, 0, LOWER, 2, 1),
	FLOOR(EL1, 4, LOWER, 2, 1),
	ABOVE(EL2, 8),
	ABOVE(EL3, 12),
	FIELD(FP, 16, SIGNED, 1),
	FIELD(AdvSIMD, 20, SIGNED, 1),
	/* idreg.c: 0 once the VM runs without an in-kernel GICv3 */
	FIELD(GIC, 24, LOWER, 1),
	FIELD(RAS, 28, LOWER, 2),		/* virtual SErrors carry VSESR_EL2; no records */
	/* idreg.c: 0 without KVM_ARM_VCPU_SVE, as all of ID_AA64ZFR0_EL1 */
	FIELD(SVE, 32, LOWER, 1),
	ABOVE(SEL2, 36),
	/* shown by kernels before 6.13, though no guest could use it */
	FIELD(MPAM, 40, IGNORED, 0),
	HIDE(AMU, 44),
	FIELD(DIT, 48, LOWER, 1),
	ABOVE(RME, 52),
	FIELD(CSV2, 56, LOWER, 1),		/* 2 promises SCXTNUM, which is not switched */
	FIELD(CSV3, 60, LOWER, 1),
};

static const struct keel_idfield aa64pfr1[] = {
	FIELD(BT, 0, LOWER, 1),
	FIELD(SSBS, 4, LOWER, 2),
	FIELD(RAS_frac, 12, LOWER, 1),
	FIELD(MPAM_frac, 16, IGNORED, 0),
	FIELD(CSV2_frac, 32, LOWER, 1),
	HIDE(DF2, 56),
};

static const struct keel_idfield aa64pfr2[] = {
	HIDE(MTESTOREONLY, 4), HIDE(MTEFAR, 8), HIDE(GCIE, 12), HIDE(FPMR, 32),
};

static const struct keel_idfield aa64zfr0[] = {
	FIELD(SVEver, 0, LOWER, 3),
	FIELD(AES, 4, LOWER, 3),
	HIDE(EltPerm, 12),
	FIELD(BitPerm, 16, LOWER, 1),
	FIELD(BF16, 20, LOWER, 2),
	FIELD(B16B16, 24, LOWER, 1),
	FIELD(SHA3, 32, LOWER, 1),
	FIELD(SM4, 40, LOWER, 1),
	FIELD(I8MM, 44, LOWER, 1),
	HIDE(F16MM, 48),
	FIELD(F32MM, 52, LOWER, 1),
	FIELD(F64MM, 56, LOWER, 1),
};

/* Of one bit each; hidden, four at a time. */
static const struct keel_idfield aa64fpfr0[] = {
	HIDE(F8E, 0), HIDE(F8MM, 4), HIDE(F8DP8, 12), HIDE(F8DP, 24), HIDE(F8, 28),
};

static const struct keel_idfield aa64dfr0[] = {
	/* Armv8.8: what hyp/debug.c switches; 8.9 has banks */
	FLOOR(DebugVer, 0, LOWER, 10, 6),
	FIELD(PMUVer, 8, PMU, 6),		/* PMUv3 for Armv8.5 */
	/* context-aware ones are the last: numbers must be the CPU's */
	FIELD(BRPs, 12, EXACT, 0),
	FIELD(WRPs, 20, LOWER, 15),
	FIELD(CTX_CMPs, 28, EXACT, 0),
	FIELD(DoubleLock, 36, SIGNED, 0),
};

static const struct keel_idfield aa64isar0[] = {
	FIELD(AES, 4, LOWER, 2),
	FIELD(SHA1, 8, LOWER, 1),
	FIELD(SHA2, 12, LOWER, 2),
	FIELD(CRC32, 16, LOWER, 1),
	FIELD(ATOMIC, 20, LOWER, 2),
	HIDE(TME, 24),
	FIELD(RDM, 28, LOWER, 1),
	FIELD(SHA3, 32, LOWER, 1),
	FIELD(SM3, 36, LOWER, 1),
	FIELD(SM4, 40, LOWER, 1),
	FIELD(DP, 44, LOWER, 1),
	FIELD(FHM, 48, LOWER, 1),
	FIELD(TS, 52, LOWER, 2),
	FIELD(TLB, 56, LOWER, 2),
	FIELD(RNDR, 60, LOWER, 1),
};

static const struct keel_idfield aa64isar1[] = {
	FIELD(DPB, 0, LOWER, 2),
	FIELD(APA, 4, PAUTH, 0),
	FIELD(API, 8, PAUTH, 0),
	FIELD(JSCVT, 12, LOWER, 1),
	FIELD(FCMA, 16, LOWER, 1),
	FIELD(LRCPC, 20, LOWER, 3),
	FIELD(GPA, 24, PAUTH, 0),
	FIELD(GPI, 28, PAUTH, 0),
	FIELD(FRINTTS, 32, LOWER, 1),
	FIELD(SB, 36, LOWER, 1),
	FIELD(SPECRES, 40, LOWER, 2),
	FIELD(BF16, 44, LOWER, 2),
	FIELD(DGH, 48, LOWER, 1),
	FIELD(I8MM, 52, LOWER, 1),
	FIELD(XS, 56, LOWER, 1),
	HIDE(LS64, 60),
};

static const struct keel_idfield aa64isar2[] = {
	FIELD(WFxT, 0, LOWER, 2),
	FIELD(RPRES, 4, LOWER, 1),
	FIELD(GPA3, 8, PAUTH, 0),
	FIELD(APA3, 12, PAUTH, 0),
	FIELD(MOPS, 16, LOWER, 1),
	FIELD(BC, 20, LOWER, 1),
	FIELD(PAC_frac, 24, PAUTH, 0),
	FIELD(CLRBHB, 28, LOWER, 1),
	HIDE(SYSREG_128, 32),
	HIDE(SYSINSTR_128, 36),
	FIELD(PRFMSLC, 40, LOWER, 1),
	HIDE(PCDPHINT, 44),
	FIELD(RPRFM, 48, LOWER, 1),
	FIELD(CSSC, 52, LOWER, 1),
	FIELD(LUT, 56, LOWER, 1),
	HIDE(ATS1A, 60),
};

static const struct keel_idfield aa64isar3[] = {
	HIDE(FAMINMAX, 4), HIDE(LSUI, 16), HIDE(LSFE, 24), HIDE(FPRCVT, 28),
};

static const struct keel_idfield aa64mmfr0[] = {
	/* of stage 1; what the VM can address is its own affair */
	FIELD(PARANGE, 0, LOWER, 6),
	FIELD(ASIDBITS, 4, LOWER, 2),
	FIELD(BIGEND, 8, LOWER, 1),
	FIELD(SNSMEM, 12, LOWER, 1),
	FIELD(BIGENDEL0, 16, LOWER, 1),
	FIELD(TGRAN16, 20, LOWER, 2),
	FIELD(TGRAN64, 24, SIGNED, 0),
	FIELD(TGRAN4, 28, SIGNED, 1),
	/* stage 2's granules; 1: none */
	FIELD(TGRAN16_2, 32, EITHER, 1),
	FIELD(TGRAN64_2, 36, EITHER, 1),
	FIELD(TGRAN4_2, 40, EITHER, 1),
	FIELD(EXS, 44, LOWER, 1),
	ABOVE(FGT, 56),
	FIELD(ECV, 60, LOWER, 2),
};

static const struct keel_idfield aa64mmfr1[] = {
	FIELD(HAFDBS, 0, LOWER, 2),
	HOST(VMIDBits, 4),
	HOST(VH, 8),
	FIELD(HPDS, 12, LOWER, 2),
	FIELD(LO, 16, LOWER, 1),		/* no regions */
	FIELD(PAN, 20, LOWER, 3),
	FIELD(SpecSEI, 24, HIGHER, 0),
	HOST(XNX, 28),
	HOST(TWED, 32),
	FIELD(ETS, 36, LOWER, 3),
	HOST(HCX, 40),
	FIELD(AFP, 44, LOWER, 1),
	HIDE(nTLBPA, 48),
	FIELD(TIDCP1, 52, LOWER, 1),
	HIDE(CMOW, 56),
	FIELD(ECBHB, 60, LOWER, 1),
};

static const struct keel_idfield aa64mmfr2[] = {
	FIELD(CnP, 0, LOWER, 1),
	FIELD(UAO, 4, LOWER, 1),
	FIELD(LSM, 8, LOWER, 1),
	FIELD(IESB, 12, LOWER, 1),
	FIELD(VARange, 16, LOWER, 1),
	FIELD(NV, 24, ONCE, 0),
	FIELD(ST, 28, LOWER, 1),
	FIELD(AT, 32, LOWER, 1),
	HOST(IDS, 36),
	HOST(FWB, 40),
	FIELD(TTL, 48, LOWER, 1),
	FIELD(BBM, 52, LOWER, 2),
	HOST(EVT, 56),
	FIELD(E0PD, 60, LOWER, 1),
};

static const struct keel_idfield aa64mmfr3[] = { HIDE(TCRX, 0), HIDE(SCTLRX, 4), HIDE(S1PIE, 8), HIDE(S1POE, 16) };
static const struct keel_idfield aa64mmfr4[] = { HIDE(NV_frac, 20) };

/* With the masks that the kernels' KVM_ARM_GET_REG_WRITABLE_MASKS has for it. */
#define REG(crm, op2, n, f, m612, m73) \
	[KEEL_IDLIMITS_IDX(crm, op2)] = { \
		.name = n, .fields = f, .nr = sizeof(f) / sizeof((f)[0]), \
		.mask = { [KEEL_ABI_6_12] = (m612), [KEEL_ABI_7_3] = (m73) } }
#define A32REG(crm, op2, n, f)	REG(crm, op2, n, f, 0xffffffff, 0xffffffff)
#define RAZ(crm, op2, n)	[KEEL_IDLIMITS_IDX(crm, op2)] = { .name = n }

static const struct keel_idlimit limits[KEEL_IDLIMITS_NR] = {
	A32REG(1, 0, "ID_PFR0_EL1", pfr0),
	A32REG(1, 1, "ID_PFR1_EL1", pfr1),
	A32REG(1, 2, "ID_DFR0_EL1", dfr0),
	RAZ(1, 3, "ID_AFR0_EL1"),
	A32REG(1, 4, "ID_MMFR0_EL1", mmfr0),
	A32REG(1, 5, "ID_MMFR1_EL1", aa32_all),
	A32REG(1, 6, "ID_MMFR2_EL1", aa32_all),
	A32REG(1, 7, "ID_MMFR3_EL1", aa32_all),
	A32REG(2, 0, "ID_ISAR0_EL1", aa32_all),
	A32REG(2, 1, "ID_ISAR1_EL1", aa32_all),
	A32REG(2, 2, "ID_ISAR2_EL1", aa32_all),
	A32REG(2, 3, "ID_ISAR3_EL1", aa32_all),
	A32REG(2, 4, "ID_ISAR4_EL1", aa32_all),
	A32REG(2, 5, "ID_ISAR5_EL1", aa32_all),
	A32REG(2, 6, "ID_MMFR4_EL1", mmfr4),
	A32REG(2, 7, "ID_ISAR6_EL1", aa32_all),
	A32REG(3, 0, "MVFR0_EL1", aa32_all),
	A32REG(3, 1, "MVFR1_EL1", aa32_all),
	A32REG(3, 2, "MVFR2_EL1", aa32_all),
	A32REG(3, 4, "ID_PFR2_EL1", pfr2),
	RAZ(3, 5, "ID_DFR1_EL1"),
	A32REG(3, 6, "ID_MMFR5_EL1", aa32_all),
	REG(4, 0, "ID_AA64PFR0_EL1", aa64pfr0, 0xffff00f00f00ffff, 0xffff00f0ff00ffff),
	REG(4, 1, "ID_AA64PFR1_EL1", aa64pfr1, 0x0000000f000000ff, 0x0f00000f0000f0ff),
	REG(4, 2, "ID_AA64PFR2_EL1", aa64pfr2, 0x0000000f00000000, 0x0000000f0000fff0),
	REG(4, 4, "ID_AA64ZFR0_EL1", aa64zfr0, 0x0ff0ff0f0fff00ff, 0x0fffff0f0ffff0ff),
	RAZ(4, 5, "ID_AA64SMFR0_EL1"),
	REG(4, 7, "ID_AA64FPFR0_EL1", aa64fpfr0, 0xf0000003, 0xfc0080ff),
	REG(5, 0, "ID_AA64DFR0_EL1", aa64dfr0, 0x000000f000f00f0f, 0x000000f000f00f0f),
	RAZ(5, 1, "ID_AA64DFR1_EL1"),
	RAZ(5, 4, "ID_AA64AFR0_EL1"),
	RAZ(5, 5, "ID_AA64AFR1_EL1"),
	REG(6, 0, "ID_AA64ISAR0_EL1", aa64isar0, 0xfffffffffffffff0, 0xfffffffff0fffff0),
	REG(6, 1, "ID_AA64ISAR1_EL1", aa64isar1, 0xffffffff00fff00f, 0xffffffff00fff00f),
	REG(6, 2, "ID_AA64ISAR2_EL1", aa64isar2, 0xffff0fffffff00ff, 0xffffffffffff00ff),
	REG(6, 3, "ID_AA64ISAR3_EL1", aa64isar3, 0, 0xff0f00f0),
	REG(7, 0, "ID_AA64MMFR0_EL1", aa64mmfr0, 0xff00f000ffffff0f, 0xff00ffffffffff0f),
	REG(7, 1, "ID_AA64MMFR1_EL1", aa64mmfr1, 0xfffff0f00ffff00f, 0xffffffff0ffff00f),
	REG(7, 2, "ID_AA64MMFR2_EL1", aa64mmfr2, 0xf0ff000ff00fffff, 0xf0ff000ff00fffff),
	REG(7, 3, "ID_AA64MMFR3_EL1", aa64mmfr3, 0x00000000000f0f0f, 0x00000000000f0fff),
	REG(7, 4, "ID_AA64MMFR4_EL1", aa64mmfr4, 0, 0x0000000000f00000),
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

static unsigned int lower(unsigned int host, int max)
{
	return (int)host < max ? host : (unsigned int)max;
}

static unsigned int offer_field(const struct keel_idfield *f, enum keel_abi abi, unsigned int host,
				unsigned int flags)
{
	switch (f->kind) {
	case KEEL_ID_LOWER:
		return lower(host, f->max);
	case KEEL_ID_SIGNED:
		return to_signed(host) < f->max ? host : (unsigned int)f->max & 0xf;
	case KEEL_ID_HIGHER:
	case KEEL_ID_EXACT:
	case KEEL_ID_EITHER:
	case KEEL_ID_HOST:
		return host;
	case KEEL_ID_ONCE:
		return abi < KEEL_ABI_7_3 ? host : 0;
	case KEEL_ID_PAUTH:
		return flags & KEEL_IDOFFER_PAUTH ? host : 0;
	case KEEL_ID_PMU:
		return flags & KEEL_IDOFFER_PMU && host != PMU_IMPDEF ? lower(host, f->max) : 0;
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

u64 keel_idlimits_offer(unsigned int idx, enum keel_abi abi, u64 host, unsigned int flags)
{
	const struct keel_idfield *f = limits[idx].fields;
	unsigned int i;
	u64 val = 0;

	if (is_aa32(idx) && !(flags & KEEL_IDOFFER_AA32))
		return 0;
	for (i = 0; i < limits[idx].nr; i++, f++)
		val |= (u64)offer_field(f, abi, get(host, f->shift), flags) << f->shift;
	return val;
}

u64 keel_idlimits_writable(unsigned int idx, enum keel_abi abi)
{
	return limits[idx].mask[abi];
}

static u64 of_kind(unsigned int idx, enum keel_idkind kind)
{
	const struct keel_idfield *f = limits[idx].fields;
	unsigned int i;
	u64 val = 0;

	for (i = 0; i < limits[idx].nr; i++, f++)
		if (f->kind == kind)
			val |= mask(f);
	return val;
}

u64 keel_idlimits_pauth(unsigned int idx)
{
	return of_kind(idx, KEEL_ID_PAUTH);
}

u64 keel_idlimits_pmu(unsigned int idx)
{
	return of_kind(idx, KEEL_ID_PMU);
}

static bool is_forgotten(const struct keel_idfield *f, enum keel_abi abi)
{
	return f->kind == KEEL_ID_IGNORED || (f->kind == KEEL_ID_ONCE && abi >= KEEL_ABI_7_3);
}

u64 keel_idlimits_forget(unsigned int idx, enum keel_abi abi, u64 host, u64 val)
{
	const struct keel_idfield *f = limits[idx].fields;
	u64 pmu = keel_idlimits_pmu(idx);
	unsigned int i;

	/* shown as well, of a PMU that is none of Arm's: all ones in a field */
	if (pmu && (val & pmu) == pmu)
		val &= ~pmu;
	for (i = 0; i < limits[idx].nr; i++, f++)
		if (is_forgotten(f, abi) && !((val ^ host) & mask(f)))
			val &= ~mask(f);
	return val;
}

static bool lowered_ok(const struct keel_idfield *f, unsigned int offer, unsigned int val)
{
	switch (f->kind) {
	case KEEL_ID_LOWER:
	case KEEL_ID_HOST:
		return val < offer && val >= f->floor;
	case KEEL_ID_PMU:
		return !val || (val < offer && val >= f->floor);
	case KEEL_ID_SIGNED:
		return to_signed(val) < to_signed(offer);
	case KEEL_ID_HIGHER:
		return val > offer;
	case KEEL_ID_EITHER:
		return val == (unsigned int)f->max;
	}
	return false;
}

/* keel 0.9 showed 0 in these, and its VMs come with that. */
static bool was_zero(const struct keel_idfield *f)
{
	return f->kind == KEEL_ID_HOST || f->kind == KEEL_ID_EITHER;
}

static bool field_ok(const struct keel_idfield *f, u64 writable, unsigned int offer,
		     unsigned int val)
{
	if (val == offer || (!val && was_zero(f)))
		return true;
	return (writable & mask(f)) == mask(f) && lowered_ok(f, offer, val);
}

int keel_idlimits_check(unsigned int idx, enum keel_abi abi, u64 offer, u64 val)
{
	const struct keel_idfield *f = limits[idx].fields;
	u64 fixed = ~0ULL;
	unsigned int i;

	for (i = 0; i < limits[idx].nr; i++, f++) {
		fixed &= ~mask(f);
		if (!field_ok(f, limits[idx].mask[abi], get(offer, f->shift), get(val, f->shift)))
			return -EINVAL;
	}
	return (val ^ offer) & fixed ? -EINVAL : 0;
}
