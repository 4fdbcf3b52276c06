/* SPDX-License-Identifier: GPL-2.0-only */
/* What a load that is emulated puts into its register. */
#ifndef KEEL_HYP_ABORT_H
#define KEEL_HYP_ABORT_H

#include <linux/bitfield.h>
#include <linux/types.h>
#include <asm/esr.h>

/* By ESR_EL2 of an abort with a valid syndrome: cut to the access's size, extended as it asks for. */
static inline u64 keel_hyp_loaded(u64 esr, u64 val)
{
	unsigned int unused = 64 - (8 << FIELD_GET(ESR_ELx_SAS, esr));

	val = esr & ESR_ELx_SSE ? (u64)((s64)(val << unused) >> unused) : val << unused >> unused;
	return esr & ESR_ELx_SF ? val : (u32)val;
}

#endif
