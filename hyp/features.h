/* SPDX-License-Identifier: GPL-2.0-only */
/* What this machine's CPUs have that the world switch minds. */
#ifndef KEEL_HYP_FEATURES_H
#define KEEL_HYP_FEATURES_H

#include <linux/types.h>

/* Fixed widths: the host hands the structure to the EL2 image. */
struct keel_hyp_features {
	bool ras, fgt, hcx, gicv3;
	/* the kernel has opened memory partitioning to EL1; and there is MPAMHCR_EL2 */
	bool mpam, mpam_hcr;
	bool aa32;			/* EL0 can use AArch32 on every CPU */
	u8 brps, wrps;			/* breakpoint and watchpoint pairs, as counts */
	/* list registers, active-priority registers of each group */
	u8 lrs, aprs;
	/* KEEL_FIX_* of core/errata_table.h */
	bool at_erratum, tlbi_erratum, par_erratum, hcr_erratum, hpfar_erratum, tsb_erratum;
	bool tlbi_range, tlbi_level;	/* FEAT_TLBIRANGE, FEAT_TTL */
};

/*
 * Set once at load, before any vCPU. The host has one, and the EL2 image its
 * own copy of that name (nvhe/el2/switch.c).
 */
extern struct keel_hyp_features keel_hyp_features;

/* Host side, at load. lrs and aprs are EL2's to find. */
void keel_features_probe(void);

#endif
