/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The CPU interface as state, whichever model's: ICH_VMCR_EL2 or GICH_VMCR and the active
 * priorities.
 */
#ifndef KEEL_VGIC_CPUIF_H
#define KEEL_VGIC_CPUIF_H

#include <linux/bitfield.h>
#include "irq.h"
#include "vgic.h"

/*
 * ICH_VMCR_EL2 (IHI 0069, 12.4.12); GICH_VMCR has the enables at the same place, and of the mask
 * the five upper bits
 */
#define KEEL_VMCR_ENG0	BIT(0)
#define KEEL_VMCR_ENG1	BIT(1)
#define KEEL_VMCR_PMR	GENMASK(31, 24)

/* The groups' enables at the CPU interface, as bits 0 and 1. */
static inline u32 keel_cpuif_groups(u32 vmcr)
{
	return vmcr & (KEEL_VMCR_ENG0 | KEEL_VMCR_ENG1);
}

/* The priority mask: what has this priority or a less urgent one is not signalled. */
static inline u32 keel_cpuif_mask(u32 vmcr)
{
	return FIELD_GET(KEEL_VMCR_PMR, vmcr);
}

/*
 * What has this priority or a less urgent one is not signalled: the mask, and for virtual EL2
 * while what is below runs, which is to go on then, what it has active.
 */
u32 keel_cpuif_bound(const struct keel_vcpu *vcpu, u32 vmcr);
/* An interrupt is active no more, whatever has it. Preemptible. */
void keel_cpuif_end(struct keel_vcpu *vcpu, u32 intid);
/* The guest's ICC_DIR_EL1 or GICC_DIR, where the CPU could not do it alone. Preemptible. */
void keel_cpuif_deactivate(struct keel_vcpu *vcpu, u32 intid);

#endif
