/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/* What the CPU's ID registers say against this host. */
#ifndef KEEL_CORE_HOST_ID_H
#define KEEL_CORE_HOST_ID_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/types.h>

/* ID_AA64PFR0_EL1: EL2 is there. The kernel may have been entered at EL1 all the same. */
static inline bool keel_host_id_has_el2(u64 pfr0)
{
	return FIELD_GET(GENMASK_ULL(11, 8), pfr0);
}

/*
 * ID_AA64PFR2_EL1.GCIE: the CPU interface is a GICv5's, of which a GICv3's for guests may be a
 * part. The kernel opens its registers to EL1 (ICH_HFGRTR_EL2 and its kin) and switches them on
 * (ICH_VCTLR_EL2): a guest would have the host's interrupts.
 */
static inline bool keel_host_id_has_gicv5(u64 pfr2)
{
	return FIELD_GET(GENMASK_ULL(15, 12), pfr2);
}

#endif
