/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest hypervisor's own list registers: as its GIC's status registers tell of them, and as the
 * CPU has them while a guest of its runs. Pure.
 */
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

/* What of ICH_VMCR_EL2 there is. */
#define KEEL_ICH_VMCR_FIELDS	0xfffc021fU

/*
 * Of n list registers those that hold something, as the CPU is to have them; from[]: which each of
 * them is. Returns how many. HW is not the CPU's, whose interrupts are not the hypervisor's: in its
 * place the CPU tells by a maintenance interrupt when it is over.
 */
unsigned int keel_ich_load(const u64 *lr, unsigned int n, u64 *cpu, u8 *from);
/* The hypervisor's list register after the run, from what the CPU made of it. */
u64 keel_ich_fold(u64 lr, u64 cpu);
/* The hypervisor's own interrupt that its guest has ended by that, or -1. */
int keel_ich_ended(u64 lr, u64 cpu);
/*
 * ICH_HCR_EL2 for the CPU. told: the maintenance interrupt is asserted, there is no more to be
 * told.
 */
u32 keel_ich_hcr_for_cpu(u64 hcr, bool told);
/* ICH_HCR_EL2 with this EOIcount. */
u64 keel_ich_fold_count(u64 hcr, unsigned int count);
/* Is any pending and not active? */
bool keel_ich_has_pending(const u64 *lr, unsigned int n);

#endif
