// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: hyp/hpfar.h mmu/fault_kind.h
 *
 * Every syndrome of an abort: HPFAR_EL2 is believed exactly where the architecture says that it is
 * valid, and less with the erratum. Every status code: by its two upper parts what kind it is, and
 * no two kinds overlap.
 */
#include <asm/esr.h>
#include "hyp/hpfar.h"
#include "mmu/fault_kind.h"
#include "prove.h"

int main(void)
{
	u64 esr = any_u64();
	bool erratum = any_bool(), s1ptw = esr >> 7 & 1;
	u8 fsc = any_below(64);
	enum keel_fault_kind kind = keel_fault_kind(fsc);

	implies(!erratum, keel_hpfar_is_valid(esr, erratum) == (s1ptw || (esr & 0x3c) != 0xc));
	implies(erratum,
		keel_hpfar_is_valid(esr, erratum) ==
			(s1ptw || ((esr & 0x3c) != 0xc && (esr & 0x3c) != 4)));
	holds(keel_hpfar_is_doubtful(esr, erratum) == (erratum && (esr & 0x3c) == 4));
	reached(erratum && s1ptw && (esr & 0x3c) == 4);

	holds((kind == KEEL_FAULT_IS_TRANSLATION) == (fsc >> 2 == 1 || fsc == 0x2b));
	holds((kind == KEEL_FAULT_IS_ADDRESS_SIZE) == (fsc >> 2 == 0 || fsc == 0x29));
	holds((kind == KEEL_FAULT_IS_ACCESS) == (fsc >> 2 == 2));
	holds((kind == KEEL_FAULT_IS_PERMISSION) == (fsc >> 2 == 3));
	holds((kind == KEEL_FAULT_IS_CONFLICT) == (fsc == 0x30));
	/* external aborts and errors of parity, on walks from level -1 on or not */
	holds((kind == KEEL_FAULT_IS_EXTERNAL) == (fsc >> 4 == 1 &&
						   ((fsc & 7) >= 3 || !(fsc & 7))));
	reached(kind == KEEL_FAULT_IS_OTHER && fsc < 0x20);
	reached(kind == KEEL_FAULT_IS_TRANSLATION && fsc > 0x20);
	return 0;
}

/* mutant: hyp/hpfar.h: s/!= ESR_ELx_FSC_PERM \&\&/!= ESR_ELx_FSC_FAULT \&\&/ */
/* mutant: hyp/hpfar.h: s/if (esr \& ESR_ELx_S1PTW)/if (0)/ */
/* mutant: hyp/hpfar.h: s/return erratum \&\& /return / */
/* mutant: mmu/fault_kind.h: s/case 0x04 ... 0x07:/case 0x05 ... 0x07:/ */
/* mutant: mmu/fault_kind.h: s/case 0x13 ... 0x17:/case 0x11 ... 0x17:/ */
/* mutant: mmu/fault_kind.h: s/case 0x2b:/case 0x2a:/ */
