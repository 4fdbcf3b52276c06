/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * A vCPU's virtual CPU interface, as the CPU has it or as software does (gicc.h). A part of struct
 * keel_ctx.
 */
#ifndef KEEL_HYP_GIC_STATE_H
#define KEEL_HYP_GIC_STATE_H

#include <linux/types.h>

#define KEEL_NR_LRS	16

/* lr and hcr are per entry, the rest stays in the CPU with a resident vCPU if in_cpu. */
struct keel_ctx_gic {
	u64 lr[KEEL_NR_LRS];
	u32 hcr;		/* ICH_HCR_EL2 while in the guest; En only with used != 0 */
	u32 vmcr;		/* ICH_VMCR_EL2, GICH_VMCR */
	u32 ap0r[4], ap1r[4];	/* ICH_AP{0,1}R<n>_EL2; ap0r[0] alone: GICH_APR */
	u8 used;		/* list registers in use from the first on */
	u8 eoicount;		/* after an exit: EOIs of what was in no list register */
	bool present;		/* the VM has an in-kernel GIC */
	bool counts;		/* eoicount is wanted whatever hcr says; VHE alone */
	bool in_cpu;		/* its CPU interface is the CPU's registers: a GICv3 */

	/* A GICv2's CPU interface in software: while in the guest lr is its list, and used is 0. */
	bool soft;
	u8 listed;		/* entries of lr, from the first on */
	/* which of them is pending and comes before others; KEEL_NR_LRS: none */
	u8 first;
	/* KEEL_ICH_*: what asks for a refill, as the hardware's maintenance interrupt does */
	u32 events;
	bool refill;		/* one of them came */
	/* entry, counted from 1, that was an interrupt of the host's and is over; 0: none */
	u8 ended;
};

#endif
