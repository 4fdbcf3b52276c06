/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/* Memory partitioning (FEAT_MPAM): what the registers hold around a guest. */
#ifndef KEEL_HYP_MPAM_BITS_H
#define KEEL_HYP_MPAM_BITS_H

#include <linux/bits.h>
#include <linux/types.h>

/* Arm ARM D24.8: MPAM2_EL2, MPAMHCR_EL2, MPAM1_EL1, MPAM0_EL1. */
#define KEEL_MPAM_EN		BIT_ULL(63)
#define KEEL_MPAM2_TIDR		BIT_ULL(58)	/* MPAMIDR_EL1 traps, since FEAT_MPAMv1p1 */
#define KEEL_MPAM2_ENSM		BIT_ULL(50)	/* 0: MPAMSM_EL1 traps */
#define KEEL_MPAM2_TRAP0	BIT_ULL(49)	/* MPAM0_EL1 */
#define KEEL_MPAM2_TRAP1	BIT_ULL(48)	/* MPAM1_EL1 */
/* PARTIDs and PMGs, in all of them but MPAMHCR_EL2 */
#define KEEL_MPAM_LABELS	GENMASK_ULL(47, 0)
#define KEEL_MPAMHCR_TIDR	BIT_ULL(31)	/* MPAMIDR_EL1 traps */
#define KEEL_MPAMHCR_VPM	GENMASK_ULL(1, 0)	/* EL1's and EL0's PARTIDs are virtual */

/* From the host's MPAM2_EL2, whose labels are EL2's own. hcr: there is an MPAMHCR_EL2. */
static inline u64 keel_mpam2_guest(u64 host, bool hcr)
{
	u64 val = (host & ~KEEL_MPAM2_ENSM) | KEEL_MPAM2_TRAP0 | KEEL_MPAM2_TRAP1;

	return hcr ? val : val | KEEL_MPAM2_TIDR;
}

static inline u64 keel_mpamhcr_guest(u64 host)
{
	return (host & ~KEEL_MPAMHCR_VPM) | KEEL_MPAMHCR_TIDR;
}

/*
 * MPAM1_EL1 of guests under VHE: EL1 has the labels that their thread has in user space, as EL0 has
 * by itself.
 */
static inline u64 keel_mpam1_guest(u64 mpam0)
{
	return (mpam0 & KEEL_MPAM_LABELS) | KEEL_MPAM_EN;
}

#endif
