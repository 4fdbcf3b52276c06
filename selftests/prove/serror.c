// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: arch/serror.c
 *
 * Every syndrome of an SError, on CPUs with and without FEAT_RAS: what a CPU could not contain is
 * never passed over nor given to a guest, and only what says that nothing was lost is passed over.
 */
#include <asm/esr.h>
#include "arch/serror.h"
#include "prove.h"

int main(void)
{
	u64 esr = any_u64();
	bool ras = any_bool(), known = ras && !(esr >> 24 & 1);
	enum keel_serror_verdict v = keel_serror_verdict(esr, ras);
	unsigned int aet = esr >> 10 & 7;

	implies(!known, v == KEEL_SERROR_GUEST);
	implies(v == KEEL_SERROR_IGNORE, known && (esr & 63) == 0x11 && (aet == 2 || aet == 6));
	/* UC, and what has no meaning yet */
	implies(known && aet != 1 && aet != 2 && aet != 3 && aet != 6, v == KEEL_SERROR_FATAL);
	implies(known && (esr & 63) != 0x11, v == KEEL_SERROR_FATAL);
	/* UEU and UER are the guest's */
	implies(known && (esr & 63) == 0x11 && (aet == 1 || aet == 3), v == KEEL_SERROR_GUEST);
	reached(v == KEEL_SERROR_GUEST && known);
	reached(v == KEEL_SERROR_IGNORE && aet == 6);
	reached(v == KEEL_SERROR_FATAL && (esr & 63) == 0x11 && aet == 7);
	return 0;
}

/* mutant: arch/serror.c: s/if (!ras || (esr \& ESR_ELx_IDS))/if (!ras)/ */
/* mutant: arch/serror.c: s/if (!ras || (esr \& ESR_ELx_IDS))/if (esr \& ESR_ELx_IDS)/ */
/* mutant: arch/serror.c: s/case ESR_ELx_AET_UEU:/case ESR_ELx_AET_UC:/ */
/* mutant: arch/serror.c: s/!= ESR_ELx_FSC_SERROR)/== 0)/ */
/* mutant: arch/serror.c: s/case ESR_ELx_AET_UER:/case 4 << 10:/ */
