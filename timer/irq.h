/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's interrupts of the guest's timers. */
#ifndef KEEL_TIMER_IRQ_H
#define KEEL_TIMER_IRQ_H

#include <linux/types.h>
#include "timer.h"

int keel_irq_module_init(void);
void keel_irq_module_exit(void);
void keel_irq_enable_cpu(void);		/* on the CPU */
void keel_irq_disable_cpu(void);

/* The timer has an interrupt for guests: the virtual one always, the physical one where the host leaves it. */
bool keel_irq_has(enum keel_timer_id id);

/* For a timer that has one, IRQs off: let its interrupt reach this CPU, or not because its line is high already. */
void keel_irq_mask(enum keel_timer_id id, bool mask);

/*
 * For a timer that has one, IRQs off: let its interrupt be active on this CPU,
 * because a guest has it pending or active at its GIC and will deactivate it,
 * or not.
 */
void keel_irq_set_active(enum keel_timer_id id, bool active);
/* IRQs off: the guest deactivated it. */
void keel_irq_was_deactivated(enum keel_timer_id id);
/* The host's INTID. After init. */
u32 keel_irq_intid(enum keel_timer_id id);

#endif
