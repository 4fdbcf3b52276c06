// SPDX-License-Identifier: GPL-2.0-only
/*
 * The one place for each access that an erratum wants fenced. Functions, not
 * inline: the instruction is to be found by the name of what it stands in.
 */
#include <asm/barrier.h>
#include <asm/sysreg.h>
#include "features.h"
#include "guarded.h"

u64 keel_guarded_read_par(void)
{
	return keel_guarded_par(keel_hyp_features.par_erratum);
}

/*
 * AmpereOne AC04_CPU_23: translations that are under way while HCR_EL2 is
 * written may come out wrong, be they this CPU's loads and stores or walks.
 */
void keel_guarded_write_hcr(u64 val)
{
	if (!keel_hyp_features.hcr_erratum) {
		write_sysreg(val, hcr_el2);
		return;
	}
	dsb(nsh);
	write_sysreg(val, hcr_el2);
	isb();
}
