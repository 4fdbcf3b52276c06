/* SPDX-License-Identifier: GPL-2.0-only */
/* What this machine's CPUs have that the world switch minds. */
#ifndef KEEL_HYP_FEATURES_H
#define KEEL_HYP_FEATURES_H

#include <linux/types.h>

/* Fixed widths: the host hands the structure to the EL2 image. */
struct keel_hyp_features {
	bool ras, fgt, hcx, gicv3;
	bool aa32;			/* EL0 can use AArch32 on every CPU */
	u8 brps, wrps;			/* breakpoint and watchpoint pairs, as counts */
	u8 lrs, aprs;			/* list registers, active-priority registers of each group */
	bool at_erratum;		/* ARM64_WORKAROUND_SPECULATIVE_AT */
	bool tlbi_erratum;		/* ARM64_WORKAROUND_REPEAT_TLBI */
	bool par_erratum;		/* ARM64_WORKAROUND_1508412 */
	bool hcr_erratum;		/* AmpereOne AC04_CPU_23 */
	bool tlbi_range;		/* FEAT_TLBIRANGE */
};

/*
 * Set once at load, before any vCPU. The host has one, and the EL2 image its
 * own copy of that name (nvhe/switch.c).
 */
extern struct keel_hyp_features keel_hyp_features;

/* Host side, at load. lrs and aprs are EL2's to find. */
void keel_features_probe(void);

#endif
