// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: arch/mdscr.h hyp/mpam_bits.h
 *
 * Every MDSCR_EL1 of a guest that a VMM debugs: nothing steps but what the VMM steps, EL2 is never
 * stepped, and all else is the guest's. Every PSTATE after a trapped instruction: a step that was
 * is not lost. Every label of memory partitioning: no guest chooses one, or reads how many there
 * are.
 */
#include "arch/mdscr.h"
#include "hyp/mpam_bits.h"
#include "prove.h"

static void labels(void)
{
	u64 host = any_u64(), v;
	bool hcr = any_bool();

	v = keel_mpam2_guest(host, hcr);
	holds(!((v ^ host) & GENMASK_ULL(47, 0)) && v >> 63 == host >> 63);
	holds((v >> 48 & 3) == 3 && !(v >> 50 & 1));
	implies(!hcr, v >> 58 & 1);
	v = keel_mpamhcr_guest(host);
	holds((v >> 31 & 1) && !(v & 3) && !((v ^ host) & ~(BIT_ULL(31) | 3)));
	v = keel_mpam1_guest(host);
	holds(v >> 63 && !(v >> 48 & 0x7fff) && !((v ^ host) & GENMASK_ULL(47, 0)));
}

int main(void)
{
	u64 guest = any_u64(), before = any_u64(), v;
	bool step = any_bool(), hw = any_bool(), lost = any_bool();

	v = keel_mdscr_vmm(guest, step, hw);
	holds((v & 1) == step);
	holds(!(v >> 13 & 1));
	holds((v >> 15 & 1) == ((guest >> 15 & 1) || hw));
	holds(!((v ^ guest) & ~(BIT_ULL(0) | BIT_ULL(13) | BIT_ULL(15))));
	reached(hw && !(guest >> 15 & 1) && (guest >> 13 & 1));

	v = keel_mdscr_pstate(guest, before, step, lost);
	implies(!step || !lost, v == guest);
	implies(step && lost && (before >> 21 & 1), v == before);
	holds(v == guest || v == before);
	implies(v != guest, v >> 21 & 1);
	reached(v != guest);
	labels();
	return 0;
}

/* mutant: arch/mdscr.h: s/~(KEEL_MDSCR_SS | KEEL_MDSCR_KDE)/~KEEL_MDSCR_SS/ */
/* mutant: arch/mdscr.h: s/mdscr |= KEEL_MDSCR_MDE/mdscr = KEEL_MDSCR_MDE/ */
/* mutant: arch/mdscr.h: s/lost \&\& step \&\& before/lost \&\& before/ */
/* mutant: hyp/mpam_bits.h: s/return hcr ? val : val | KEEL_MPAM2_TIDR;/return val;/ */
/* mutant: hyp/mpam_bits.h: s/(host \& ~KEEL_MPAMHCR_VPM)/host/ */
/* mutant: hyp/mpam_bits.h: s/(mpam0 \& KEEL_MPAM_LABELS) | KEEL_MPAM_EN/mpam0 | KEEL_MPAM_EN/ */
