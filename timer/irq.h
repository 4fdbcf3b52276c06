/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's interrupts of the guest's timers. */
#ifndef KEEL_TIMER_IRQ_H
#define KEEL_TIMER_IRQ_H

#include <linux/lockdep.h>
#include <linux/percpu.h>
#include <linux/types.h>
#include "timer.h"

/* What was made of the interrupt on this CPU. [o] */
struct keel_timer_irq_state_on_cpu {
	bool masked, active;
};
DECLARE_PER_CPU(struct keel_timer_irq_state_on_cpu, keel_timer_irq_states[KEEL_NR_TIMERS]);
extern unsigned int keel_timer_irq_numbers[KEEL_NR_TIMERS];	/* [I] after init; 0: none */

/*
 * Find and request the virtual timer's interrupt (DT or ACPI). Of a host at EL1
 * this tells whether its EL2 is Linux's: a kernel that was entered at EL1 ticks by
 * the virtual timer itself, whatever the CPU's ID registers say of EL2.
 */
int keel_timer_irq_module_init(void);
void keel_timer_irq_module_exit(void);
void keel_timer_irq_enable_cpu(void);		/* on the CPU */
void keel_timer_irq_disable_cpu(void);

/*
 * The timer has an interrupt for guests: the virtual one always, the physical one where the host
 * leaves it.
 */
static inline bool keel_timer_irq_has(enum keel_timer_id id)
{
	return keel_timer_irq_numbers[id];
}

/*
 * For a timer that has one, IRQs off: let its interrupt reach this CPU, or not because its line is
 * high already.
 */
void keel_timer_irq_do_mask(enum keel_timer_id id, bool mask);
static inline void keel_timer_irq_mask(enum keel_timer_id id, bool mask)
{
	lockdep_assert_irqs_disabled();
	if (__this_cpu_read(keel_timer_irq_states[id].masked) != mask)
		keel_timer_irq_do_mask(id, mask);
}

/* IRQs off. */
static inline bool keel_timer_irq_is_active(enum keel_timer_id id)
{
	lockdep_assert_irqs_disabled();
	return __this_cpu_read(keel_timer_irq_states[id].active);
}

/*
 * For a timer that has one, IRQs off: let its interrupt be active on this CPU,
 * because a guest has it pending or active at its GIC and will deactivate it,
 * or not.
 */
void keel_timer_irq_do_set_active(enum keel_timer_id id, bool active);
static inline void keel_timer_irq_set_active(enum keel_timer_id id, bool active)
{
	if (keel_timer_irq_is_active(id) != active)
		keel_timer_irq_do_set_active(id, active);
}

/* IRQs off: the guest deactivated it. */
static inline void keel_timer_irq_was_deactivated(enum keel_timer_id id)
{
	__this_cpu_write(keel_timer_irq_states[id].active, false);
}

/* The host's INTID. After init. */
u32 keel_timer_irq_intid(enum keel_timer_id id);

#endif
