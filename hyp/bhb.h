/* SPDX-License-Identifier: GPL-2.0-only */
/* Protection against a guest's branch history (Spectre-BHB), and its kin. */
#ifndef KEEL_HYP_BHB_H
#define KEEL_HYP_BHB_H

#include <linux/types.h>

struct keel_spec_cpu;

/* The firmware's call for each mitigation (enum keel_mitigation_id). */
extern const u32 keel_bhb_calls[];

/* This CPU, and its firmware's answers. Preemption off. */
void keel_bhb_read_cpu(struct keel_spec_cpu *cpu);
/* KEEL_BHB_* for this CPU, and the loop's length (0: no loop). Preemption off. */
unsigned int keel_bhb_choose(unsigned int *loops);

#endif
