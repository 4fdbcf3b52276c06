// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/serror.c */
/*
 * SErrors that come while a guest runs: each severity gets the verdict that
 * in-tree KVM gives it, in every syndrome that can carry it.
 */
#include <asm/esr.h>
#include "arch/serror.h"
#include "ktap.h"

#define AET(n)	((unsigned long long)(n) << 10)
#define EA	(1ULL << 9)

static void severities(void)
{
	/* AET: UC, UEU, UEO, UER, two without meaning, CE, one without */
	static const enum keel_serror_verdict want[8] = {
		KEEL_SERROR_FATAL, KEEL_SERROR_GUEST, KEEL_SERROR_IGNORE, KEEL_SERROR_GUEST,
		KEEL_SERROR_FATAL, KEEL_SERROR_FATAL, KEEL_SERROR_IGNORE, KEEL_SERROR_FATAL,
	};

	for (unsigned int aet = 0; aet < 8; aet++) {
		u64 esr = AET(aet) | 0x11;

		CHECK_EQ(keel_serror_verdict(esr, true), want[aet]);
		CHECK_EQ(keel_serror_verdict(esr | EA, true), want[aet]);
		/* ESR_EL2 with its class, DISR_EL1 with its A bit */
		CHECK_EQ(keel_serror_verdict(esr | ESR_ELx_EC_SERROR << ESR_ELx_EC_SHIFT | ESR_ELx_IL, true), want[aet]);
		CHECK_EQ(keel_serror_verdict(esr | 1ULL << 31, true), want[aet]);
	}
}

/* Without the SError's own fault code there is no severity. */
static void uncategorised(void)
{
	for (unsigned int aet = 0; aet < 8; aet++)
		for (unsigned int fsc = 0; fsc < 64; fsc++)
			if (fsc != 0x11)
				CHECK_EQ(keel_serror_verdict(AET(aet) | fsc, true), KEEL_SERROR_FATAL);
}

/* Nothing of an IMPLEMENTATION DEFINED syndrome is looked at, nor anything without FEAT_RAS. */
static void without_syndrome(void)
{
	for (u64 iss = 0; iss < 1 << 13; iss++) {
		CHECK_EQ(keel_serror_verdict(ESR_ELx_IDS | iss, true), KEEL_SERROR_GUEST);
		CHECK_EQ(keel_serror_verdict(iss, false), KEEL_SERROR_GUEST);
	}
}

int main(void)
{
	RUN(severities);
	RUN(uncategorised);
	RUN(without_syndrome);
	return ktap_done();
}
