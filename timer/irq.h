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

#endif
