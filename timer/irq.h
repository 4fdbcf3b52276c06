/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's interrupt of the guest's virtual timer. */
#ifndef KEEL_TIMER_IRQ_H
#define KEEL_TIMER_IRQ_H

#include <linux/types.h>

int keel_irq_module_init(void);
void keel_irq_module_exit(void);
void keel_irq_enable_cpu(void);		/* on the CPU */
void keel_irq_disable_cpu(void);

/* IRQs off: let the timer's interrupt reach this CPU, or not because its line is high already. */
void keel_irq_mask(bool mask);

/*
 * IRQs off: let the timer's interrupt be active on this CPU, because a guest
 * has it pending or active at its GIC and will deactivate it, or not.
 */
void keel_irq_set_active(bool active);
/* IRQs off: the guest deactivated it. */
void keel_irq_was_deactivated(void);
/* The host's INTID. After init. */
u32 keel_irq_intid(void);

#endif
