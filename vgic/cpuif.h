/* SPDX-License-Identifier: GPL-2.0-only */
/* The CPU interface as state: ICH_VMCR_EL2 and the active priorities. */
#ifndef KEEL_VGIC_CPUIF_H
#define KEEL_VGIC_CPUIF_H

#include "irq.h"
#include "vgic.h"

/* The group's enable at the CPU interface. */
bool keel_cpuif_group_on(u32 vmcr, bool group1);
/* Group enables and priority mask let this interrupt through. The running priority is not asked. */
bool keel_cpuif_lets(u32 vmcr, const struct keel_irq_state *s);

#endif
