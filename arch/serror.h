/* SPDX-License-Identifier: GPL-2.0-only */
/* What becomes of a physical SError that came while a guest ran. Pure. */
#ifndef KEEL_ARCH_SERROR_H
#define KEEL_ARCH_SERROR_H

#include <linux/types.h>

enum keel_serror_verdict {
	KEEL_SERROR_IGNORE,	/* corrected, or not consumed: the guest goes on */
	KEEL_SERROR_GUEST,	/* the guest cannot go on, everything else can */
	KEEL_SERROR_FATAL,	/* where the error has spread nobody knows */
};

/*
 * esr: ESR_EL2, or DISR_EL1, which has the same fields in the same places. ras: the CPUs have
 * FEAT_RAS.
 */
enum keel_serror_verdict keel_serror_verdict(u64 esr, bool ras);

#endif
