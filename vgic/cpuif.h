/* SPDX-License-Identifier: GPL-2.0-only */
/* The CPU interface as state: ICH_VMCR_EL2 and the active priorities. */
#ifndef KEEL_VGIC_CPUIF_H
#define KEEL_VGIC_CPUIF_H

#include "irq.h"
#include "vgic.h"

/* The groups' enables at the CPU interface, as bits 0 and 1. */
u32 keel_cpuif_groups(u32 vmcr);
/* The priority mask: what has this priority or a less urgent one is not signalled. */
u32 keel_cpuif_mask(u32 vmcr);
/* The guest's ICC_DIR_EL1 or GICC_DIR, where the CPU could not do it alone. Preemptible. */
void keel_cpuif_deactivate(struct keel_vcpu *vcpu, u32 intid);

#endif
