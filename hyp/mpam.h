/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory partitioning around a guest. It is not offered: the guest's accesses to the
 * registers trap, and what it does with memory counts as its thread's. Only where
 * the host's kernel has MPAM in use (keel_host_has_mpam()): a firmware that keeps it
 * to itself traps EL2's accesses too. EL2, IRQs off.
 */
#ifndef KEEL_HYP_MPAM_H
#define KEEL_HYP_MPAM_H

#include <asm/sysreg.h>
#include "features.h"
#include "mpam_bits.h"

/* Not every supported host's header names them. */
#define KEEL_SYS_MPAMHCR_EL2	sys_reg(3, 4, 10, 4, 0)
#define KEEL_SYS_MPAM2_EL2	sys_reg(3, 4, 10, 5, 0)
#define KEEL_SYS_MPAM0_EL1	sys_reg(3, 0, 10, 5, 1)
#define KEEL_SYS_MPAM1_EL12	sys_reg(3, 5, 10, 5, 0)

/* The host's registers that the guest displaces. */
struct keel_mpam {
	u64 mpam2, mpamhcr;
};

static inline void keel_mpam_read(struct keel_mpam *host)
{
	if (!keel_hyp_features.mpam)
		return;
	host->mpam2 = read_sysreg_s(KEEL_SYS_MPAM2_EL2);
	if (keel_hyp_features.mpam_hcr)
		host->mpamhcr = read_sysreg_s(KEEL_SYS_MPAMHCR_EL2);
}

static inline void keel_mpam_enter(const struct keel_mpam *host)
{
	if (!keel_hyp_features.mpam)
		return;
	write_sysreg_s(keel_mpam2_guest(host->mpam2, keel_hyp_features.mpam_hcr),
		       KEEL_SYS_MPAM2_EL2);
	if (keel_hyp_features.mpam_hcr)
		write_sysreg_s(keel_mpamhcr_guest(host->mpamhcr), KEEL_SYS_MPAMHCR_EL2);
}

static inline void keel_mpam_leave(const struct keel_mpam *host)
{
	if (!keel_hyp_features.mpam)
		return;
	write_sysreg_s(host->mpam2, KEEL_SYS_MPAM2_EL2);
	if (keel_hyp_features.mpam_hcr)
		write_sysreg_s(host->mpamhcr, KEEL_SYS_MPAMHCR_EL2);
}

#endif
