// SPDX-License-Identifier: GPL-2.0-only
/*
 * MPAM registers around a guest: EL2 keeps its labels, every register that EL1 could
 * reach traps by one of the two ways, no PARTID is virtual, and EL1 has EL0's labels.
 */
#include "hyp/mpam_bits.h"
#include "ktap.h"

#define LABELS	0x0000ffffffffffffULL

static const u64 hosts[] = {
	0,
	~0ULL,
	1ULL << 63,
	1ULL << 50,
	0x8004000000000000ULL,
	0x8000123456789abcULL,
	0x0000ffffffffffffULL,
};

#define FOR(v)	for (const u64 *v = hosts; v < hosts + sizeof(hosts) / sizeof(hosts[0]); v++)

static void el2(void)
{
	FOR(host) {
		u64 with = keel_mpam2_guest(*host, true), without = keel_mpam2_guest(*host, false);

		CHECK_EQ(with & LABELS, *host & LABELS);
		CHECK_EQ(with >> 63, *host >> 63);
		/* TRAPMPAM1EL1, TRAPMPAM0EL1, no EnMPAMSM */
		CHECK_EQ((with >> 48) & 7, 3);
		CHECK_EQ(without, with | 1ULL << 58);
		CHECK_EQ((with >> 58) & 1, (*host >> 58) & 1);
	}
}

static void hcr(void)
{
	FOR(host) {
		CHECK_EQ(keel_mpamhcr_guest(*host) & 3, 0);
		CHECK_EQ((keel_mpamhcr_guest(*host) >> 31) & 1, 1);
		CHECK_EQ(keel_mpamhcr_guest(*host) | 3 | 1ULL << 31, *host | 3 | 1ULL << 31);
	}
}

static void el1(void)
{
	CHECK_EQ(keel_mpam1_guest(0), 0x8000000000000000ULL);
	CHECK_EQ(keel_mpam1_guest(0x123456789abcULL), 0x8000123456789abcULL);
	CHECK_EQ(keel_mpam1_guest(0x8004123456789abcULL), 0x8000123456789abcULL);
	CHECK_EQ(keel_mpam1_guest(~0ULL), 0x8000ffffffffffffULL);
}

int main(void)
{
	RUN(el2);
	RUN(hcr);
	RUN(el1);
	return ktap_done();
}
