/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * System registers that some CPUs want accessed with barriers. Nothing else
 * touches them in that way: tools/build/guarded-registers looks for it in what
 * was built. Any mode, keel.ko and the EL2 image each with its own copy.
 */
#ifndef KEEL_HYP_GUARDED_H
#define KEEL_HYP_GUARDED_H

#include <linux/types.h>
#include <asm/barrier.h>
#include <asm/sysreg.h>

/* PAR_EL1. */
u64 keel_guarded_read_par(void);
/* HCR_EL2. Takes effect at the next context synchronisation, as any write. */
void keel_guarded_write_hcr(u64 val);

/*
 * For a loop, with keel_hyp_features.par_erratum looked up before it; the
 * function has to be one of those that guarded-registers knows.
 * Cortex-A77 1508412: a PAR_EL1 read close to loads of device or non-cacheable
 * memory can stop the core.
 */
static __always_inline u64 keel_guarded_par(bool fence)
{
	u64 par;

	if (!fence)
		return read_sysreg(par_el1);
	dmb(sy);
	par = read_sysreg(par_el1);
	dmb(sy);
	return par;
}

#endif
