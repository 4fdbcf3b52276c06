// SPDX-License-Identifier: GPL-2.0-only
/*
 * MDSCR_EL1 under a VMM's debugger: never the guest's SS or KDE, whatever the VMM
 * asks for, and all else as the guest has it. PSTATE after a step: the one before
 * where the CPU loses it, and only there.
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

static void step_pstate(void)
{
	const u64 ss = 1ULL << 21, now = 0x3c5, then[] = { 0x3c5, 0x3c5 | ss, ss, 0x80000000, 0x80000000 | ss };

	for (unsigned int i = 0; i < sizeof(then) / sizeof(then[0]); i++) {
		CHECK_EQ(keel_mdscr_pstate(now, then[i], true, true), then[i] & ss ? then[i] : now);
		CHECK_EQ(keel_mdscr_pstate(now, then[i], false, true), now);
		CHECK_EQ(keel_mdscr_pstate(now, then[i], true, false), now);
		CHECK_EQ(keel_mdscr_pstate(now, then[i], false, false), now);
	}
}

int main(void)
{
	RUN(step_pstate);
	RUN(every_bit);
	return ktap_done();
}
