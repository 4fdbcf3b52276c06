// SPDX-License-Identifier: GPL-2.0-only
/*
 * Coprocessor registers of AArch32 as views of the AArch64 system registers
 * that the architecture maps them to (Arm ARM K10.2): a row says which one, and
 * which half of it. sysreg.c's table then knows how to emulate the access.
 *
 * What is not in a table is UNDEFINED on purpose: trace, the GIC's ICC
 * registers, IMPLEMENTATION DEFINED registers.
 */
#include <linux/bsearch.h>
#include <linux/kernel.h>
#include <asm/debug-monitors.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>
#include "../core/compat.h"
#include "../core/objects.h"
#include "../hyp/hyp.h"
#include "arch.h"
#include "cp15.h"
#include "idfields.h"
#include "mdscr.h"
#include "sysreg.h"

enum part {
	WORD,		/* the register as a whole; 32 bits are all it has in AArch32 */
	LOW,		/* bits 31:0, the others stay */
	HIGH,		/* bits 63:32, the others stay */
};

#define USER	4U	/* modes: EL0 may, as far as EL1 and the CPU let it */

struct row {
	u16 key;			/* opc1, CRn, CRm, opc2 */
	u8 modes;			/* KEEL_SYSREG_*, USER */
	u8 part;
	u32 enc;			/* sys_reg() of the AArch64 register; 0: none */
	keel_sysreg_access access;	/* NULL: as the AArch64 register */
};

#define KEY(opc1, crn, crm, opc2)	((opc1) << 11 | (crn) << 7 | (crm) << 3 | (opc2))
#define R	KEEL_SYSREG_R
#define W	KEEL_SYSREG_W
#define RW	KEEL_SYSREG_RW

/* A view of an AArch64 register; the same with a function of its own; no register behind it. */
#define ROW(opc1, crn, crm, opc2, m, p, n) \
	{ .key = KEY(opc1, crn, crm, opc2), .modes = (m), .part = (p), .enc = SYS_##n }
#define OWN(opc1, crn, crm, opc2, m, n, fn) \
	{ .key = KEY(opc1, crn, crm, opc2), .modes = (m), .enc = SYS_##n, .access = (fn) }
#define RAZ(opc1, crn, crm, opc2, m) \
	{ .key = KEY(opc1, crn, crm, opc2), .modes = (m), .access = keel_sysreg_raz_wi }

/* PMEVCNTR<n>, of which MCR leaves the upper half as it is, and PMEVTYPER<n> */
#define CNT(n)	ROW(0, 14, 8 + (n) / 8, (n) % 8, RW | USER, LOW, PMEVCNTRn_EL0(n))
#define TYP(n)	ROW(0, 14, 12 + (n) / 8, (n) % 8, RW | USER, WORD, PMEVTYPERn_EL0(n))

/* MCR and MRC of p15; CRn 0, opc1 0, CRm 1 to 7 is read_id(). */
static const struct row cp15[] = {
	ROW(0, 0, 0, 1, R, WORD, CTR_EL0),
	RAZ(0, 0, 0, 2, R),				/* TCMTR */
	RAZ(0, 0, 0, 3, R),				/* TLBTR */
	ROW(0, 0, 0, 6, R, WORD, REVIDR_EL1),
	ROW(0, 1, 0, 0, RW, WORD, SCTLR_EL1),
	ROW(0, 1, 0, 1, RW, LOW, ACTLR_EL1),
	ROW(0, 1, 0, 3, RW, HIGH, ACTLR_EL1),		/* ACTLR2 */
	ROW(0, 2, 0, 0, RW, LOW, TTBR0_EL1),
	ROW(0, 2, 0, 1, RW, LOW, TTBR1_EL1),
	ROW(0, 2, 0, 2, RW, LOW, TCR_EL1),		/* TTBCR */
	ROW(0, 2, 0, 3, RW, HIGH, TCR_EL1),		/* TTBCR2 */
	ROW(0, 3, 0, 0, RW, WORD, DACR32_EL2),
	ROW(0, 4, 6, 0, RW, WORD, ICC_PMR_EL1),
	ROW(0, 5, 0, 0, RW, WORD, ESR_EL1),		/* DFSR */
	ROW(0, 5, 0, 1, RW, WORD, IFSR32_EL2),
	ROW(0, 5, 1, 0, RW, WORD, AFSR0_EL1),		/* ADFSR */
	ROW(0, 5, 1, 1, RW, WORD, AFSR1_EL1),		/* AIFSR */
	/* Error records: none. Both halves of each. */
	ROW(0, 5, 3, 0, R, WORD, ERRIDR_EL1),
	ROW(0, 5, 3, 1, RW, WORD, ERRSELR_EL1),
	ROW(0, 5, 4, 0, R, WORD, ERXFR_EL1),
	ROW(0, 5, 4, 1, RW, WORD, ERXCTLR_EL1),
	ROW(0, 5, 4, 2, RW, WORD, ERXSTATUS_EL1),
	ROW(0, 5, 4, 3, RW, WORD, ERXADDR_EL1),
	ROW(0, 5, 4, 4, R, WORD, ERXFR_EL1),
	ROW(0, 5, 4, 5, RW, WORD, ERXCTLR_EL1),
	ROW(0, 5, 4, 7, RW, WORD, ERXADDR_EL1),
	ROW(0, 5, 5, 0, RW, WORD, ERXMISC0_EL1),
	ROW(0, 5, 5, 1, RW, WORD, ERXMISC0_EL1),
	ROW(0, 5, 5, 4, RW, WORD, ERXMISC1_EL1),
	ROW(0, 5, 5, 5, RW, WORD, ERXMISC1_EL1),
	ROW(0, 6, 0, 0, RW, LOW, FAR_EL1),		/* DFAR */
	ROW(0, 6, 0, 2, RW, HIGH, FAR_EL1),		/* IFAR */
	ROW(0, 7, 6, 2, W, WORD, DC_ISW),
	ROW(0, 7, 10, 2, W, WORD, DC_CSW),
	ROW(0, 7, 14, 2, W, WORD, DC_CISW),
	ROW(0, 9, 12, 0, RW | USER, WORD, PMCR_EL0),
	ROW(0, 9, 12, 1, RW | USER, WORD, PMCNTENSET_EL0),
	ROW(0, 9, 12, 2, RW | USER, WORD, PMCNTENCLR_EL0),
	ROW(0, 9, 12, 3, RW | USER, WORD, PMOVSCLR_EL0),
	ROW(0, 9, 12, 4, W | USER, WORD, PMSWINC_EL0),
	ROW(0, 9, 12, 5, RW | USER, WORD, PMSELR_EL0),
	ROW(0, 9, 12, 6, R | USER, LOW, PMCEID0_EL0),
	ROW(0, 9, 12, 7, R | USER, LOW, PMCEID1_EL0),
	ROW(0, 9, 13, 0, RW | USER, LOW, PMCCNTR_EL0),
	ROW(0, 9, 13, 1, RW | USER, WORD, PMXEVTYPER_EL0),
	ROW(0, 9, 13, 2, RW | USER, LOW, PMXEVCNTR_EL0),
	ROW(0, 9, 14, 0, RW | USER, WORD, PMUSERENR_EL0),
	ROW(0, 9, 14, 1, RW, WORD, PMINTENSET_EL1),
	ROW(0, 9, 14, 2, RW, WORD, PMINTENCLR_EL1),
	ROW(0, 9, 14, 3, RW | USER, WORD, PMOVSSET_EL0),
	ROW(0, 9, 14, 4, R | USER, HIGH, PMCEID0_EL0),		/* PMCEID2 */
	ROW(0, 9, 14, 5, R | USER, HIGH, PMCEID1_EL0),		/* PMCEID3 */
	ROW(0, 9, 14, 6, R, WORD, PMMIR_EL1),
	ROW(0, 10, 2, 0, RW, LOW, MAIR_EL1),		/* PRRR, MAIR0 */
	ROW(0, 10, 2, 1, RW, HIGH, MAIR_EL1),		/* NMRR, MAIR1 */
	ROW(0, 10, 3, 0, RW, LOW, AMAIR_EL1),
	ROW(0, 10, 3, 1, RW, HIGH, AMAIR_EL1),
	ROW(0, 12, 11, 1, W, WORD, ICC_DIR_EL1),
	ROW(0, 12, 11, 3, R, WORD, ICC_RPR_EL1),
	ROW(0, 12, 12, 4, RW, WORD, ICC_CTLR_EL1),
	ROW(0, 12, 12, 5, RW, WORD, ICC_SRE_EL1),
	ROW(0, 13, 0, 1, RW, WORD, CONTEXTIDR_EL1),
	ROW(0, 14, 2, 0, RW | USER, WORD, CNTP_TVAL_EL0),
	ROW(0, 14, 2, 1, RW | USER, WORD, CNTP_CTL_EL0),
	ROW(0, 14, 3, 0, RW | USER, WORD, CNTV_TVAL_EL0),
	ROW(0, 14, 3, 1, RW | USER, WORD, CNTV_CTL_EL0),
	KEEL_PMU_EACH(CNT),
	KEEL_PMU_EACH(TYP),
	ROW(0, 14, 15, 7, RW | USER, WORD, PMCCFILTR_EL0),
	ROW(1, 0, 0, 0, R, WORD, CCSIDR_EL1),
	ROW(1, 0, 0, 1, R, WORD, CLIDR_EL1),
	ROW(1, 0, 0, 7, R, WORD, AIDR_EL1),
	ROW(2, 0, 0, 0, RW, WORD, CSSELR_EL1),
};

/* MCRR and MRRC of p15: opc1 and CRm only. */
static const struct row cp15_wide[] = {
	ROW(0, 0, 2, 0, RW, WORD, TTBR0_EL1),
	ROW(0, 0, 9, 0, RW | USER, WORD, PMCCNTR_EL0),
	ROW(0, 0, 12, 0, W, WORD, ICC_SGI1R_EL1),
	ROW(0, 0, 14, 0, R | USER, WORD, CNTPCT_EL0),
	ROW(1, 0, 2, 0, RW, WORD, TTBR1_EL1),
	ROW(1, 0, 12, 0, W, WORD, ICC_ASGI1R_EL1),
	ROW(1, 0, 14, 0, R | USER, WORD, CNTVCT_EL0),
	ROW(2, 0, 12, 0, W, WORD, ICC_SGI0R_EL1),
	ROW(2, 0, 14, 0, RW | USER, WORD, CNTP_CVAL_EL0),
	ROW(3, 0, 14, 0, RW | USER, WORD, CNTV_CVAL_EL0),
	ROW(8, 0, 14, 0, R | USER, WORD, CNTPCTSS_EL0),
	ROW(9, 0, 14, 0, R | USER, WORD, CNTVCTSS_EL0),
};

/* DBGDIDR, Arm ARM G8.3.16: numbers less one as in ID_AA64DFR0_EL1, Armv8 debug, EL3's two bits. */
static bool didr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	const u64 *id = vcpu->ctx.idregs;
	u64 wrps = KEEL_IDFIELD(id, AA64DFR0, WRPs), brps = KEEL_IDFIELD(id, AA64DFR0, BRPs);
	u64 ctx_cmps = KEEL_IDFIELD(id, AA64DFR0, CTX_CMPs), el3 = !!KEEL_IDFIELD(id, AA64PFR0, EL3);

	*val = wrps << 28 | brps << 24 | ctx_cmps << 20 | 6 << 16 | el3 << 14 | el3 << 12;
	return true;
}

/* DBGDSCRext lacks the bits by which AArch64 steps and debugs its kernel. */
static bool dscr_ext(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	u64 hidden = KEEL_MDSCR_SS | KEEL_MDSCR_KDE;

	if (write)
		*val = (*val & ~hidden) | (vcpu->ctx.sys[KEEL_MDSCR_EL1] & hidden);
	if (!r->access(vcpu, r, write, val))
		return false;
	if (!write)
		*val &= ~hidden;
	return true;
}

/* The key locks; anything else unlocks (Arm ARM G8.3.28). */
static bool oslar(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	*val = (u32)*val == 0xc5acce55;
	return r->access(vcpu, r, write, val);
}

#define BREAK(n) \
	{ .key = KEY(0, 0, n, 4), .modes = RW, .part = LOW, .enc = SYS_DBGBVRn_EL1(n) }, \
	{ .key = KEY(0, 0, n, 5), .modes = RW, .part = WORD, .enc = SYS_DBGBCRn_EL1(n) }, \
	{ .key = KEY(0, 0, n, 6), .modes = RW, .part = WORD, .enc = SYS_DBGWVRn_EL1(n) }, \
	{ .key = KEY(0, 0, n, 7), .modes = RW, .part = WORD, .enc = SYS_DBGWCRn_EL1(n) }
/* DBGBXVR<n> */
#define BREAKX(n) \
	{ .key = KEY(0, 1, n, 1), .modes = RW, .part = HIGH, .enc = SYS_DBGBVRn_EL1(n) }

/* MCR and MRC of p14. The debug communications channel has nobody at its other end. */
static const struct row cp14[] = {
	{ .key = KEY(0, 0, 0, 0), .modes = R | USER, .access = didr },
	RAZ(0, 0, 0, 2, RW),				/* DBGDTRRXext */
	BREAK(0),
	RAZ(0, 0, 1, 0, R | USER),			/* DBGDSCRint */
	BREAK(1),
	ROW(0, 0, 2, 0, RW, WORD, MDCCINT_EL1),
	OWN(0, 0, 2, 2, RW, MDSCR_EL1, dscr_ext),
	BREAK(2),
	RAZ(0, 0, 3, 2, RW),				/* DBGDTRTXext */
	BREAK(3),
	BREAK(4),
	RAZ(0, 0, 5, 0, RW | USER),			/* DBGDTRRXint, DBGDTRTXint */
	BREAK(5),
	RAZ(0, 0, 6, 0, RW),				/* DBGWFAR */
	RAZ(0, 0, 6, 2, RW),				/* DBGOSECCR */
	BREAK(6),
	ROW(0, 0, 7, 0, RW, WORD, DBGVCR32_EL2),
	BREAK(7),
	BREAK(8),
	BREAK(9),
	BREAK(10),
	BREAK(11),
	BREAK(12),
	BREAK(13),
	BREAK(14),
	BREAK(15),
	RAZ(0, 1, 0, 0, R | USER),			/* DBGDRAR: no ROM table */
	BREAKX(0),
	OWN(0, 1, 0, 4, W, OSLAR_EL1, oslar),
	BREAKX(1),
	ROW(0, 1, 1, 4, R, WORD, OSLSR_EL1),
	BREAKX(2),
	BREAKX(3),
	RAZ(0, 1, 3, 4, RW),				/* DBGOSDLR */
	BREAKX(4),
	RAZ(0, 1, 4, 4, RW),				/* DBGPRCR */
	BREAKX(5),
	BREAKX(6),
	BREAKX(7),
	BREAKX(8),
	BREAKX(9),
	BREAKX(10),
	BREAKX(11),
	BREAKX(12),
	BREAKX(13),
	BREAKX(14),
	BREAKX(15),
	RAZ(0, 2, 0, 0, R | USER),			/* DBGDSAR */
	RAZ(0, 7, 0, 7, R),				/* DBGDEVID2 */
	RAZ(0, 7, 1, 7, R),				/* DBGDEVID1 */
	RAZ(0, 7, 2, 7, R),				/* DBGDEVID */
	ROW(0, 7, 8, 6, RW, WORD, DBGCLAIMSET_EL1),
	ROW(0, 7, 9, 6, RW, WORD, DBGCLAIMCLR_EL1),
	ROW(0, 7, 14, 6, R, WORD, DBGAUTHSTATUS_EL1),
};

/* MRRC of p14 */
static const struct row cp14_wide[] = {
	RAZ(0, 0, 1, 0, R | USER),			/* DBGDRAR */
	RAZ(0, 0, 2, 0, R | USER),			/* DBGDSAR */
};

static const struct keel_sysreg *target(const struct row *row)
{
	return keel_sysreg_find(keel_sysreg_table, keel_sysreg_nr, row->enc);
}

static bool table_valid(const struct row *rows, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (i && rows[i - 1].key >= rows[i].key)
			return false;
		if (rows[i].enc ? !target(&rows[i]) : !rows[i].access)
			return false;
	}
	return true;
}

bool keel_cp15_tables_valid(void)
{
	return table_valid(cp15, ARRAY_SIZE(cp15)) &&
	       table_valid(cp15_wide, ARRAY_SIZE(cp15_wide)) &&
	       table_valid(cp14, ARRAY_SIZE(cp14)) && table_valid(cp14_wide, ARRAY_SIZE(cp14_wide));
}

static int compare(const void *key, const void *row)
{
	return *(const u16 *)key - ((const struct row *)row)->key;
}

static const struct row *find(const struct row *rows, unsigned int n, const struct keel_cp_trap *t)
{
	u16 key = KEY(t->opc1, t->crn, t->crm, t->opc2);

	return bsearch(&key, rows, n, sizeof(*rows), compare);
}

static bool from_el0(const struct keel_vcpu *vcpu)
{
	return (vcpu->ctx.pstate & PSR_AA32_MODE_MASK) == PSR_AA32_MODE_USR;
}

/* One half of a register; the other keeps its value. */
static bool access_half(struct keel_vcpu *vcpu, const struct keel_sysreg *r,
			keel_sysreg_access access, unsigned int shift, bool write, u64 *val)
{
	u64 mask = GENMASK_ULL(31, 0) << shift;
	u64 whole = 0;

	if (!access(vcpu, r, false, &whole))
		return false;
	if (!write) {
		*val = (whole & mask) >> shift;
		return true;
	}
	whole = (whole & ~mask) | ((*val << shift) & mask);
	return access(vcpu, r, true, &whole);
}

/* false: UNDEFINED */
static bool emulate(struct keel_vcpu *vcpu, const struct row *row, bool write, u64 *val)
{
	const struct keel_sysreg *r;
	keel_sysreg_access access;

	if (!row || !(row->modes & (write ? W : R)) || (from_el0(vcpu) && !(row->modes & USER)))
		return false;
	r = row->enc ? target(row) : NULL;
	/* registers that AArch64 never traps are AArch32's own, memory control or vector catch */
	access = row->access ?: r->access ?: keel_sysreg_vm;
	if (row->part == WORD)
		return access(vcpu, r, write, val);
	return access_half(vcpu, r, access, row->part == HIGH ? 32 : 0, write, val);
}

/* Done or UNDEFINED. */
static int finish(struct keel_vcpu *vcpu, bool done)
{
	if (done)
		keel_exit_skip(&vcpu->ctx);
	else
		keel_inject_undef(vcpu);
	return KEEL_RESUME;
}

static u32 get_rt(const struct keel_vcpu *vcpu, u8 rt)
{
	return rt < 31 ? vcpu->ctx.x[rt] : 0;
}

static void set_rt(struct keel_vcpu *vcpu, u8 rt, u32 val)
{
	if (rt < 31)
		vcpu->ctx.x[rt] = val;
}

static int narrow(struct keel_vcpu *vcpu, const struct row *row, const struct keel_cp_trap *t)
{
	u64 val = t->write ? get_rt(vcpu, t->rt) : 0;
	bool done = emulate(vcpu, row, t->write, &val);

	if (done && !t->write)
		set_rt(vcpu, t->rt, val);
	return finish(vcpu, done);
}

static int wide(struct keel_vcpu *vcpu, const struct row *row, const struct keel_cp_trap *t)
{
	u64 val = t->write ? (u64)get_rt(vcpu, t->rt2) << 32 | get_rt(vcpu, t->rt) : 0;
	bool done = emulate(vcpu, row, t->write, &val);

	if (done && !t->write) {
		set_rt(vcpu, t->rt, val);
		set_rt(vcpu, t->rt2, val >> 32);
	}
	return finish(vcpu, done);
}

static bool is_id(const struct keel_cp_trap *t)
{
	return !t->write && t->opc1 == 0 && t->crn == 0 && t->crm >= 1 && t->crm <= 7;
}

/* Where AArch64 has MVFR<n> and its own ID registers, AArch32 reads zero. */
static u32 read_id(const struct keel_vcpu *vcpu, const struct keel_cp_trap *t)
{
	if (t->crm > 3 || (t->crm == 3 && t->opc2 < 4))
		return 0;
	return vcpu->ctx.idregs[KEEL_IDLIMITS_IDX(t->crm, t->opc2)];
}

int keel_cp15_mcr(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	const struct keel_cp_trap *t = &exit->cp;

	if (!is_id(t) || from_el0(vcpu))
		return narrow(vcpu, find(cp15, ARRAY_SIZE(cp15), t), t);
	set_rt(vcpu, t->rt, read_id(vcpu, t));
	return finish(vcpu, true);
}

int keel_cp15_mcrr(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	return wide(vcpu, find(cp15_wide, ARRAY_SIZE(cp15_wide), &exit->cp), &exit->cp);
}

int keel_cp15_mcr14(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	return narrow(vcpu, find(cp14, ARRAY_SIZE(cp14), &exit->cp), &exit->cp);
}

int keel_cp15_mcrr14(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	return wide(vcpu, find(cp14_wide, ARRAY_SIZE(cp14_wide), &exit->cp), &exit->cp);
}

/*
 * MVFR2, MVFR1, MVFR0 are the specifiers 5, 6, 7 (Arm ARM F6.1, VMRS), and op2 2, 1, 0 of CRm 3 in
 * AArch64.
 */
int keel_cp15_vmrs(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	const struct keel_cp_trap *t = &exit->cp;

	if (t->write || t->crn < 5 || t->crn > 7 || from_el0(vcpu))
		return finish(vcpu, false);
	set_rt(vcpu, t->rt, vcpu->ctx.idregs[KEEL_IDLIMITS_IDX(3, 7 - t->crn)]);
	return finish(vcpu, true);
}
