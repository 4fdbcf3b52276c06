/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/* Whether HPFAR_EL2 says where a guest's abort was. esr: ESR_EL2 of a data or instruction abort. */
#ifndef KEEL_HYP_HPFAR_H
#define KEEL_HYP_HPFAR_H

#include <linux/types.h>
#include <asm/esr.h>

/*
 * Cortex-A57 834220: what is reported as a translation fault of stage 2 may be a
 * permission fault of stage 1, and HPFAR_EL2 says nothing then. erratum: the CPU has it.
 */
static inline bool keel_hpfar_is_doubtful(u64 esr, bool erratum)
{
	return erratum && (esr & ESR_ELx_FSC_TYPE) == ESR_ELx_FSC_FAULT;
}

/* It is not valid for a permission fault that was not met on a stage-1 walk (Arm ARM D24.2.58). */
static inline bool keel_hpfar_is_valid(u64 esr, bool erratum)
{
	if (esr & ESR_ELx_S1PTW)
		return true;
	return (esr & ESR_ELx_FSC_TYPE) != ESR_ELx_FSC_PERM &&
	       !keel_hpfar_is_doubtful(esr, erratum);
}

#endif
