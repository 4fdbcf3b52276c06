// SPDX-License-Identifier: GPL-2.0-only
/* pure: nested/forward.c */
/*
 * Whose a trapped access of a guest hypervisor's guest is. Proves:
 *  - for at least one register or instruction of each control: it is the hypervisor's
 *    exactly with that bit, in the direction that the bit is about
 *  - through all encodings: each bit is about as many as the architecture has
 *  - keel_forward_timer() is the same for those that it is for
 *  - without a control set nothing is the hypervisor's, and what has no trap never is
 */
#include <linux/bits.h>
#include <linux/types.h>
#include "ktap.h"
#include "nested/forward.h"

#define SYS(op0, op1, crn, crm, op2)	((op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)
#define FGT(name)	(KEEL_FORWARD_FGT + KEEL_FGT_##name)
#define HCR		KEEL_FORWARD_HCR
#define MDCR		KEEL_FORWARD_MDCR
#define CNTHCTL		KEEL_FORWARD_CNTHCTL
#define ICH		KEEL_FORWARD_ICH
#define R		1
#define W		2

static const struct { u32 sysreg; unsigned int reg, bit, on; } samples[] = {
	{ SYS(3, 0, 1, 0, 0), HCR, 26, W },		/* SCTLR_EL1: TVM, TRVM, and by FEAT_FGT */
	{ SYS(3, 0, 1, 0, 0), HCR, 30, R },
	{ SYS(3, 0, 1, 0, 0), FGT(HFGRTR), 29, R },
	{ SYS(3, 0, 1, 0, 0), FGT(HFGWTR), 29, W },
	{ SYS(3, 0, 13, 0, 1), HCR, 26, W },		/* CONTEXTIDR_EL1 */
	{ SYS(3, 0, 0, 0, 6), HCR, 16, R },		/* REVIDR_EL1: TID1 */
	{ SYS(3, 3, 0, 0, 1), HCR, 17, R },		/* CTR_EL0: TID2 */
	{ SYS(3, 2, 0, 0, 0), HCR, 49, R | W },		/* CSSELR_EL1: TID4 */
	{ SYS(3, 0, 0, 7, 2), HCR, 18, R },		/* ID_AA64MMFR2_EL1: TID3 */
	{ SYS(3, 0, 1, 0, 1), HCR, 21, R | W },		/* ACTLR_EL1: TACR */
	{ SYS(3, 5, 15, 3, 7), HCR, 20, R | W },	/* IMPLEMENTATION DEFINED: TIDCP */
	{ SYS(1, 2, 11, 1, 1), HCR, 20, R | W },	/* SYSL and SYS */
	{ SYS(1, 0, 7, 14, 2), HCR, 22, W },		/* DC CISW: TSW */
	{ SYS(1, 3, 7, 14, 1), HCR, 23, W },		/* DC CIVAC: TPCP */
	{ SYS(1, 3, 7, 5, 1), HCR, 24, W },		/* IC IVAU: TPU, TOCU */
	{ SYS(1, 3, 7, 5, 1), HCR, 52, W },
	{ SYS(1, 0, 7, 1, 0), HCR, 50, W },		/* IC IALLUIS: TICAB */
	{ SYS(1, 3, 7, 4, 1), HCR, 28, W },		/* DC ZVA: TDZ */
	{ SYS(1, 0, 8, 7, 0), HCR, 25, W },		/* TLBI VMALLE1: TTLB */
	{ SYS(1, 0, 8, 3, 1), HCR, 54, W },		/* TLBI VAE1IS: TTLBIS */
	{ SYS(1, 0, 9, 1, 1), HCR, 55, W },		/* TLBI VAE1OSNXS: TTLBOS */
	{ SYS(1, 0, 7, 8, 0), HCR, 44, W },		/* AT S1E1R: AT */
	{ SYS(3, 0, 10, 4, 0), HCR, 35, R | W },	/* LORSA_EL1: TLOR */
	{ SYS(3, 0, 5, 4, 2), HCR, 36, R | W },		/* ERXSTATUS_EL1: TERR */
	{ SYS(3, 0, 2, 3, 1), HCR, 40, R | W },		/* APGAKeyHi_EL1: APK, turned */
	{ SYS(3, 3, 9, 13, 0), MDCR, 6, R | W },	/* PMCCNTR_EL0: TPM */
	{ SYS(3, 3, 14, 11, 6), MDCR, 6, R | W },	/* PMEVCNTR30_EL0 */
	{ SYS(3, 3, 9, 12, 0), MDCR, 5, R | W },	/* PMCR_EL0: TPMCR */
	{ SYS(2, 0, 1, 0, 4), MDCR, 10, W },		/* OSLAR_EL1: TDOSA */
	{ SYS(2, 0, 1, 0, 0), MDCR, 11, R },		/* MDRAR_EL1: TDRA */
	{ SYS(2, 0, 0, 15, 4), MDCR, 9, R | W },	/* DBGBVR15_EL1: TDA */
	{ SYS(2, 0, 0, 2, 2), MDCR, 9, R | W },		/* MDSCR_EL1 */
	{ SYS(2, 3, 0, 1, 0), MDCR, 27, R },		/* MDCCSR_EL0: TDCC */
	{ SYS(3, 0, 1, 0, 2), KEEL_FORWARD_CPTR, 31, R | W },	/* CPACR_EL1: TCPAC */
	{ SYS(3, 3, 14, 0, 1), CNTHCTL, 10, R },	/* CNTPCT_EL0 */
	{ SYS(3, 3, 14, 2, 1), CNTHCTL, 11, R | W },	/* CNTP_CTL_EL0 */
	{ SYS(3, 3, 14, 3, 2), CNTHCTL, 13, R | W },	/* CNTV_CVAL_EL0 */
	{ SYS(3, 3, 14, 0, 6), CNTHCTL, 14, R },	/* CNTVCTSS_EL0 */
	{ SYS(3, 0, 4, 6, 0), ICH, 10, R | W },		/* ICC_PMR_EL1: TC */
	{ SYS(3, 0, 12, 8, 0), ICH, 11, R },		/* ICC_IAR0_EL1: TALL0 */
	{ SYS(3, 0, 12, 12, 1), ICH, 12, W },		/* ICC_EOIR1_EL1: TALL1 */
	{ SYS(3, 0, 12, 11, 1), ICH, 14, W },		/* ICC_DIR_EL1: TDIR */
	{ SYS(3, 0, 12, 11, 5), HCR, 4, W },		/* ICC_SGI1R_EL1: IMO, FMO */
	{ SYS(3, 0, 12, 11, 7), HCR, 3, W },
	{ SYS(3, 0, 2, 1, 3), FGT(HFGRTR), 8, R },	/* APIBKeyHi_EL1 */
	{ SYS(3, 3, 13, 0, 2), FGT(HFGWTR), 35, W },	/* TPIDR_EL0 */
	{ SYS(3, 0, 12, 12, 7), FGT(HFGRTR), 39, R },	/* ICC_IGRPEN1_EL1 */
	{ SYS(3, 0, 5, 4, 4), FGT(HFGRTR), 46, R },	/* ERXPFGF_EL1 */
	{ SYS(2, 0, 0, 3, 5), FGT(HDFGRTR), 0, R },	/* DBGBCR3_EL1 */
	{ SYS(2, 0, 1, 0, 4), FGT(HDFGWTR), 8, W },	/* OSLAR_EL1 */
	{ SYS(3, 3, 14, 15, 6), FGT(HDFGWTR), 13, W },	/* PMEVTYPER30_EL0 */
	{ SYS(3, 3, 14, 15, 7), FGT(HDFGRTR), 14, R },	/* PMCCFILTR_EL0 */
	{ SYS(1, 0, 7, 9, 1), FGT(HFGITR), 17, W },	/* AT S1E1WP */
	{ SYS(1, 0, 8, 2, 7), FGT(HFGITR), 37, W },	/* TLBI RVAALE1IS */
	{ SYS(1, 3, 7, 3, 7), FGT(HFGITR), 50, W },	/* CPP RCTX */
};

static u64 ctl[KEEL_NR_FORWARD];

static void set(unsigned int reg, u64 val)
{
	unsigned int i;

	for (i = 0; i < KEEL_NR_FORWARD; i++)
		ctl[i] = 0;
	ctl[reg] = val;
}

static void by_sample(void)
{
	unsigned int i;

	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		u64 bit = 1ULL << samples[i].bit;

		set(samples[i].reg, bit);
		CHECK_EQ(keel_forward_sysreg(ctl, samples[i].sysreg, false), samples[i].on & R);
		CHECK_EQ(keel_forward_sysreg(ctl, samples[i].sysreg, true), samples[i].on >> 1);
		set(0, 0);
		CHECK(!keel_forward_sysreg(ctl, samples[i].sysreg, true));
	}
}

/*
 * Of all encodings those that some register has trap. A bit that is set has more trap, never less.
 */
static u32 trapped[1 << 16];
static unsigned int nr_trapped;

static bool traps_by(unsigned int reg, u32 sysreg)
{
	set(reg, ~0ULL);
	return keel_forward_sysreg(ctl, sysreg, false) || keel_forward_sysreg(ctl, sysreg, true);
}

static void find_trapped(void)
{
	unsigned int reg;
	u32 e;

	for (e = 0; e < 1 << 16; e++) {
		for (reg = 0; reg < KEEL_NR_FORWARD && !traps_by(reg, e << 5); reg++)
			;
		if (reg < KEEL_NR_FORWARD)
			trapped[nr_trapped++] = e << 5;
	}
	CHECK(nr_trapped > 4096 && nr_trapped < 6000);
}

/* Reads and writes in all encodings that this bit is about. */
static unsigned int count(unsigned int reg, unsigned int bit, bool write)
{
	unsigned int n = 0, i;

	set(reg, 1ULL << bit);
	for (i = 0; i < nr_trapped; i++)
		n += keel_forward_sysreg(ctl, trapped[i], write);
	return n;
}

static void by_number(void)
{
	/*
	 * reads, writes or instructions; of TIDCP 8 op1, 16 CRm, 8 op2 for two CRn, and twice for
	 * writes
	 */
	static const struct { unsigned int reg, bit, reads, writes; } want[] = {
		{ HCR, 26, 0, 11 }, { HCR, 30, 11, 0 }, { HCR, 16, 2, 0 }, { HCR, 17, 5, 1 }, { HCR, 49, 4, 1 },
		{ HCR, 18, 56, 0 }, { HCR, 21, 1, 1 }, { HCR, 20, 4096, 4096 }, { HCR, 22, 0, 3 }, { HCR, 23, 0, 5 },
		{ HCR, 24, 0, 4 }, { HCR, 52, 0, 3 }, { HCR, 50, 0, 1 }, { HCR, 28, 0, 1 }, { HCR, 25, 0, 96 },
		{ HCR, 54, 0, 32 }, { HCR, 55, 0, 32 }, { HCR, 44, 0, 16 }, { HCR, 35, 5, 4 }, { HCR, 36, 20, 20 },
		{ HCR, 14, 0, 0 }, { HCR, 19, 0, 0 }, { HCR, 40, 10, 10 },
		{ MDCR, 6, 85, 85 }, { MDCR, 5, 1, 1 }, { MDCR, 10, 3, 3 }, { MDCR, 11, 1, 0 }, { MDCR, 9, 75, 73 },
		{ MDCR, 27, 6, 5 },
		{ KEEL_FORWARD_CPTR, 31, 1, 1 }, { KEEL_FORWARD_CPTR, 28, 0, 0 },
		{ CNTHCTL, 10, 2, 0 }, { CNTHCTL, 11, 3, 3 }, { CNTHCTL, 13, 3, 3 }, { CNTHCTL, 14, 2, 0 }, { CNTHCTL, 0, 0, 0 },
		{ ICH, 10, 3, 6 }, { ICH, 11, 8, 7 }, { ICH, 12, 8, 7 }, { ICH, 14, 0, 1 }, { ICH, 0, 0, 0 },
		{ HCR, 3, 0, 3 }, { HCR, 4, 0, 3 }, { HCR, 5, 0, 0 },
	};
	unsigned int i;

	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		CHECK_EQ(count(want[i].reg, want[i].bit, false), want[i].reads);
		CHECK_EQ(count(want[i].reg, want[i].bit, true), want[i].writes);
	}
}

/* One register for most bits of the fine-grained traps. */
static void by_number_fine(void)
{
	static const u8 pairs[] = { 4, 5, 6, 7, 8, 39 };
	unsigned int bit, i, want;

	for (bit = 0; bit < 50; bit++) {
		want = bit == 45 ? 4 : 1;
		for (i = 0; i < sizeof(pairs); i++)
			want += bit == pairs[i];
		CHECK_EQ(count(FGT(HFGRTR), bit, false), want);
		CHECK_EQ(count(FGT(HFGRTR), bit, true), 0);
		CHECK(count(FGT(HFGWTR), bit, true) == want || !count(FGT(HFGWTR), bit, true));
		CHECK_EQ(count(FGT(HFGITR), bit, true), bit >= 18 && bit <= 47 ? 2 : 1);
		CHECK_EQ(count(FGT(HFGITR), bit, false), 0);
	}
	for (bit = 0; bit < 4; bit++)
		CHECK_EQ(count(FGT(HDFGRTR), bit, false), 16);
	CHECK_EQ(count(FGT(HDFGRTR), 12, false), 33);
	CHECK_EQ(count(FGT(HDFGWTR), 13, true), 32);
}

/* Those that are read-only have no bit for writes. */
static void read_only(void)
{
	static const u8 bits[] = { 2, 9, 10, 14, 15, 18, 21, 25, 26, 28, 40, 42, 46 };
	unsigned int i;

	for (i = 0; i < sizeof(bits); i++)
		CHECK_EQ(count(FGT(HFGWTR), bits[i], true), 0);
}

/* HCRX_EL2.FGTnXS takes the fine-grained traps from TLBI's nXS forms, and no other. */
static void nxs(void)
{
	set(FGT(HFGITR), ~0ULL);
	CHECK(keel_forward_sysreg(ctl, SYS(1, 0, 9, 3, 1), true));
	ctl[KEEL_FORWARD_HCRX] = 1 << 4;
	CHECK(!keel_forward_sysreg(ctl, SYS(1, 0, 9, 3, 1), true));
	CHECK(keel_forward_sysreg(ctl, SYS(1, 0, 8, 3, 1), true));
	ctl[HCR] = 1 << 25;
	CHECK(keel_forward_sysreg(ctl, SYS(1, 0, 9, 3, 1), true));
}

/*
 * EL1's counts and timers by CNTHCTL_EL2 alone, however all else is. Of counts what is read: there
 * is nothing to write.
 */
static void check_timer(u64 cnthctl, unsigned int crm, unsigned int op2, bool write)
{
	unsigned int i;
	u64 others;

	for (others = 0; ; others = ~0ULL) {
		for (i = 0; i < KEEL_NR_FORWARD; i++)
			ctl[i] = others;
		ctl[CNTHCTL] = cnthctl;
		CHECK_EQ(keel_forward_timer(cnthctl, crm, op2), keel_forward_sysreg(ctl, SYS(3, 3, 14, crm, op2), write));
		if (others)
			return;
	}
}

static void timers(void)
{
	static const u8 counts[] = { 1, 2, 5, 6 };
	unsigned int bits, i, crm;

	/* the four bits, and one in their midst */
	for (bits = 0; bits < 1 << 5; bits++) {
		for (i = 0; i < sizeof(counts); i++)
			check_timer((u64)bits << 10, 0, counts[i], false);
		for (crm = 2; crm <= 3; crm++)
			for (i = 0; i < 6; i++)
				check_timer((u64)bits << 10, crm, i / 2, i % 2);
	}
}

/*
 * What is left of registers when everything is set: those of EL2, and with no trap of these kinds.
 */
static void never(void)
{
	unsigned int i;

	for (i = 0; i < KEEL_NR_FORWARD; i++)
		ctl[i] = ~0ULL;
	CHECK(!keel_forward_sysreg(ctl, SYS(3, 4, 1, 1, 0), true));
	CHECK(!keel_forward_sysreg(ctl, SYS(3, 0, 4, 1, 0), true));	/* SP_EL0 */
	CHECK(!keel_forward_sysreg(ctl, SYS(3, 3, 4, 4, 0), false));	/* FPCR */
	/* MIDR_EL1 is not written */
	CHECK(!keel_forward_sysreg(ctl, SYS(3, 0, 0, 0, 0), true));
}

int main(void)
{
	RUN(by_sample);
	RUN(find_trapped);
	RUN(by_number);
	RUN(by_number_fine);
	RUN(read_only);
	RUN(nxs);
	RUN(timers);
	RUN(never);
	return ktap_done();
}
