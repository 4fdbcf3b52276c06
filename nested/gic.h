/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest hypervisor's own list registers, as its GIC's status registers tell of them. Pure. */
#ifndef KEEL_NESTED_GIC_H
#define KEEL_NESTED_GIC_H

#include <linux/types.h>

/* ICH_EISR_EL2 and ICH_ELRSR_EL2 of n list registers. */
u64 keel_ich_eisr(const u64 *lr, unsigned int n);
u64 keel_ich_elrsr(const u64 *lr, unsigned int n);
/* ICH_MISR_EL2. With ICH_HCR_EL2.En the maintenance interrupt is asserted if it is not 0. */
u64 keel_ich_misr(u64 hcr, u64 vmcr, const u64 *lr, unsigned int n);
/* ICH_VTR_EL2 as the guest sees it, from the CPU's. */
u64 keel_ich_vtr(u64 vtr);

#endif
