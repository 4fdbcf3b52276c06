// SPDX-License-Identifier: GPL-2.0-only
/* Which hosts are refused by what their ID registers say, for each bit by itself. */
#include "core/host_id.h"
#include "ktap.h"

/* ID_AA64PFR0_EL1.EL2, bits 11 to 8 (Arm ARM D24.2.72). */
static void el2(void)
{
	CHECK(!keel_host_id_has_el2(0));
	for (unsigned int bit = 0; bit < 64; bit++)
		CHECK_EQ(keel_host_id_has_el2(1ULL << bit), bit >= 8 && bit <= 11);
}

/* ID_AA64PFR2_EL1.GCIE, bits 15 to 12 (GICv5 specification, "ID_AA64PFR2_EL1"). */
static void gicv5(void)
{
	CHECK(!keel_host_id_has_gicv5(0));
	for (unsigned int bit = 0; bit < 64; bit++)
		CHECK_EQ(keel_host_id_has_gicv5(1ULL << bit), bit >= 12 && bit <= 15);
}

int main(void)
{
	RUN(el2);
	RUN(gicv5);
	return ktap_done();
}
