// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Each bit is one of four: one that traps when it is set, which either may set; one that
 * lets something through when it is set, which takes both; one that changes what the guest
 * finds and is the hypervisor's; all others are keel's (Arm ARM D24.2).
 */
#include <linux/bits.h>
#include <linux/types.h>
#include "merge.h"

struct rule {
	u64 either, both, guest;
};

static u64 merge(struct rule r, u64 own, u64 guest)
{
	u64 keels = ~(r.either | r.both | r.guest);

	return (own & keels) | ((own | guest) & r.either) | (own & guest & r.both) |
	       (guest & r.guest);
}

#define B(n)	BIT_ULL(n)

#define HCR_TWE		B(14)
/* TWEDEn, TWEDEL: how long WFE waits before it traps */
#define HCR_TWED	GENMASK_ULL(63, 59)

/*
 * Traps: PTW, TWI, TWE, TID0 to TID3, TSC, TIDCP, TACR, TSW, TPCP, TPU, TTLB, TVM, TDZ, TRVM,
 * TLOR, TERR, TEA, AT, TID4, TICAB, TOCU, TTLBIS, TTLBOS, TID5, and DC, which makes memory more
 * cacheable. To let through: APK, API, FIEN, EnSCXT, ATA.
 *
 * CD and ID are keel's: they make memory less than cacheable, FWB or not, and what a page had
 * before the host cleared it in its cache would be read past that. So is VSE, which keel does not
 * keep. VF and VI are in what keel_merge_lines() says.
 */
static const struct rule hcr = {
	.either = B(2) | B(12) | GENMASK_ULL(25, 13) | B(26) | B(28) | B(30) |
		  B(35) | B(36) | B(37) | B(44) | B(49) | B(50) | B(52) | B(54) | B(55) | B(58),
	.both = B(40) | B(41) | B(47) | B(53) | B(56),
};

/* Without delay where keel has WFE trap; with the hypervisor's where that has it. */
u64 keel_merge_hcr(u64 own, u64 guest)
{
	u64 val = merge(hcr, own, guest) & ~HCR_TWED;

	return own & HCR_TWE || !(guest & HCR_TWE) ? val | (own & HCR_TWED)
						   : val | (guest & HCR_TWED);
}

/* Each has an effect where its kind comes to the hypervisor: IMO for VI, FMO for VF. */
u64 keel_merge_lines(u64 guest)
{
	return (guest & B(4) ? guest & B(7) : 0) | (guest & B(3) ? guest & B(6) : 0);
}

/*
 * Traps: TALLINT. To let through: EnAS0, EnALS, EnASR, SMPME, MSCEn, TCR2En, SCTLR2En, D128En,
 * GCSEn, EnFPM, PACMEn, SRMASKEn. The guest's: FnXS, FGTnXS, VINMI, VFNMI, CMOW, EnSNERR.
 */
u64 keel_merge_hcrx(u64 own, u64 guest)
{
	static const struct rule hcrx = {
		.either = B(6),
		.both = GENMASK_ULL(2, 0) | B(5) | B(11) | B(14) | B(15) | B(17) | B(22) | B(23) | B(24) | B(26),
		.guest = B(3) | B(4) | B(7) | B(8) | B(9) | B(18),
	};

	return merge(hcrx, own, guest);
}

/* TPMCR, TPM, TDE, TDA, TDOSA, TDRA, TPMS, TTRF, TDCC. */
u64 keel_merge_mdcr(u64 own, u64 guest)
{
	static const struct rule mdcr = { .either = GENMASK_ULL(6, 5) | GENMASK_ULL(11, 8) | B(14) | B(19) | B(27) };

	return merge(mdcr, own, guest);
}

/* ZEN, FPEN, SMEN: with TGE = 0 the low bit lets through, and the high one says nothing more. */
static u64 enable(u64 own, u64 guest, unsigned int shift)
{
	return own & guest & B(shift) ? 3ULL << shift : 0;
}

/* TTA, TAM, TCPAC trap; E0POE lets through. */
u64 keel_merge_cptr(u64 own, u64 guest)
{
	static const struct rule cptr = { .either = B(28) | B(30) | B(31), .both = B(29) };
	u64 fields = GENMASK_ULL(17, 16) | GENMASK_ULL(21, 20) | GENMASK_ULL(25, 24);

	return (merge(cptr, own, guest) & ~fields) | enable(own, guest, 16) |
	       enable(own, guest, 20) | enable(own, guest, 24);
}

/* Those whose names begin with n let through when they are set. */
static const u64 n_bits[KEEL_NR_FGT] = {
	[KEEL_FGT_HFGRTR] = GENMASK_ULL(63, 52) | B(50),
	[KEEL_FGT_HFGWTR] = GENMASK_ULL(63, 52) | B(50),
	[KEEL_FGT_HFGITR] = GENMASK_ULL(59, 55),
	[KEEL_FGT_HDFGRTR] = GENMASK_ULL(62, 59),
	[KEEL_FGT_HDFGWTR] = GENMASK_ULL(62, 60),
};

u64 keel_merge_fgt(enum keel_fgt reg, u64 own, u64 guest)
{
	return merge((struct rule){ .either = ~n_bits[reg], .both = n_bits[reg] }, own, guest);
}
