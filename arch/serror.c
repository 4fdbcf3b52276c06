// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * The verdict goes by the severity that the CPU gives (ESR_ELx.AET, Arm ARM
 * D24.2.40). An error that it could not contain, or cannot place, may be in the
 * host's memory as well: to go on would be to lose data in silence, which is worse
 * than the machine. In-tree KVM decides so too.
 */
#include <asm/esr.h>
#include "serror.h"

enum keel_serror_verdict keel_serror_verdict(u64 esr, bool ras)
{
	/* no architected syndrome: as ever, whoever ran has made it */
	if (!ras || (esr & ESR_ELx_IDS))
		return KEEL_SERROR_GUEST;
	/* AET means something with this code only */
	if ((esr & ESR_ELx_FSC) != ESR_ELx_FSC_SERROR)
		return KEEL_SERROR_FATAL;
	switch (esr & ESR_ELx_AET) {
	case ESR_ELx_AET_CE:
	case ESR_ELx_AET_UEO:	/* restartable: who consumes the data gets an error of his own */
		return KEEL_SERROR_IGNORE;
	case ESR_ELx_AET_UEU:
	case ESR_ELx_AET_UER:
		return KEEL_SERROR_GUEST;
	default:		/* UC, and what is not allocated */
		return KEEL_SERROR_FATAL;
	}
}
