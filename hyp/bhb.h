/* SPDX-License-Identifier: GPL-2.0-only */
/* Protection against a guest's branch history (Spectre-BHB). */
#ifndef KEEL_HYP_BHB_H
#define KEEL_HYP_BHB_H

/* KEEL_BHB_* for this CPU, and the loop's length (0: no loop). Preemption off. */
unsigned int keel_bhb_choose(unsigned int *loops);

#endif
