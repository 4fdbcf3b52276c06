/* SPDX-License-Identifier: GPL-2.0-only */
/* Breakpoint and watchpoint registers to and from the CPU; EL2, IRQs off. */
#ifndef KEEL_HYP_DEBUG_H
#define KEEL_HYP_DEBUG_H

struct keel_debug_regs;

/* All implemented pairs (keel_hyp_features.brps, wrps). */
void keel_debug_regs_save(struct keel_debug_regs *d);
void keel_debug_regs_load(const struct keel_debug_regs *d);

#endif
