// SPDX-License-Identifier: GPL-2.0-only
/*
 * MDSCR_EL1 under a VMM's debugger: never the guest's SS or KDE, whatever the VMM
 * asks for, and all else as the guest has it.
 */
#include "arch/mdscr.h"
#include "ktap.h"

#define OWN	(KEEL_MDSCR_SS | KEEL_MDSCR_KDE)

static void of_guest(u64 guest)
{
	CHECK_EQ(keel_mdscr_vmm(guest, false, false), guest & ~OWN);
	CHECK_EQ(keel_mdscr_vmm(guest, true, false), (guest & ~OWN) | KEEL_MDSCR_SS);
	CHECK_EQ(keel_mdscr_vmm(guest, false, true), (guest & ~OWN) | KEEL_MDSCR_MDE);
	CHECK_EQ(keel_mdscr_vmm(guest, true, true), (guest & ~OWN) | KEEL_MDSCR_SS | KEEL_MDSCR_MDE);
}

static void every_bit(void)
{
	of_guest(0);
	of_guest(~0ULL);
	for (unsigned int bit = 0; bit < 64; bit++) {
		of_guest(1ULL << bit);
		of_guest(~(1ULL << bit));
	}
}

int main(void)
{
	RUN(every_bit);
	return ktap_done();
}
