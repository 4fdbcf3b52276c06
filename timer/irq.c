// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owns the host's per-CPU interrupt of the EL1 virtual timer, which Linux that
 * was entered at EL2 leaves unused: at EL2 it has that level's own timer, at
 * EL1 it takes the physical one. Its only work is to make a running guest exit when its
 * timer fires; the timer code then looks at the timer itself.
 *
 * The interrupt is a level. A guest that runs on with its line high would exit
 * at once, forever, so the interrupt is disabled on the CPU for that time. For
 * a guest with an in-kernel GIC it is made active instead: the guest's own end
 * of interrupt deactivates it (ICH_LR<n>_EL2.HW), without an exit.
 */
#include <linux/acpi.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/irq.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/percpu.h>
#include "../core/log.h"
#include "hw.h"
#include "irq.h"

/* Order of "interrupts" in the device tree binding arm,arch_timer. */
#define DT_VIRT_INDEX	2

struct cpu_state {
	bool masked;		/* [o] */
	bool active;		/* [o] */
};

static DEFINE_PER_CPU(struct cpu_state, states);
static unsigned int virt_irq;	/* [I] after init */

/*
 * The exit path has stopped the timer before interrupts are on, so mostly this
 * does not run at all. Stopping it once more rules out a storm.
 */
static irqreturn_t handle(int irq, void *state)
{
	keel_hw_stop();
	return IRQ_HANDLED;
}

static const struct of_device_id timer_ids[] = {
	{ .compatible = "arm,armv8-timer" },
	{ .compatible = "arm,armv7-timer" },
	{}
};

static int find_in_dt(void)
{
	struct device_node *node = of_find_matching_node(NULL, timer_ids);
	int irq;

	if (!node)
		return -ENODEV;
	if (of_property_read_bool(node, "interrupt-names"))
		irq = of_irq_get_byname(node, "virt");
	else
		irq = of_irq_get(node, DT_VIRT_INDEX);
	of_node_put(node);
	return irq;
}

#ifdef CONFIG_ACPI
static int register_gtdt(const struct acpi_table_gtdt *gtdt)
{
	u32 flags = gtdt->virtual_timer_flags;
	int trigger = flags & ACPI_GTDT_INTERRUPT_MODE ? ACPI_EDGE_SENSITIVE :
							 ACPI_LEVEL_SENSITIVE;
	int polarity = flags & ACPI_GTDT_INTERRUPT_POLARITY ? ACPI_ACTIVE_LOW :
							      ACPI_ACTIVE_HIGH;

	if (!gtdt->virtual_timer_interrupt)
		return -ENODEV;
	return acpi_register_gsi(NULL, gtdt->virtual_timer_interrupt, trigger, polarity);
}

/* The mapping is shared with the host's timer driver and stays when keel goes. */
static int find_in_acpi(void)
{
	struct acpi_table_header *table;
	int irq;

	if (acpi_disabled || ACPI_FAILURE(acpi_get_table(ACPI_SIG_GTDT, 0, &table)))
		return -ENODEV;
	irq = register_gtdt((struct acpi_table_gtdt *)table);
	acpi_put_table(table);
	return irq;
}
#else
static int find_in_acpi(void)
{
	return -ENODEV;
}
#endif

int __init keel_irq_module_init(void)
{
	int irq = acpi_disabled ? find_in_dt() : find_in_acpi(), err;

	if (irq <= 0) {
		keel_err("firmware describes no virtual timer interrupt (%d)", irq);
		return -ENODEV;
	}
	err = request_percpu_irq(irq, handle, "keel timer", &states);
	if (err) {
		keel_err("cannot have the virtual timer's interrupt %d (%d)", irq, err);
		return err;
	}
	virt_irq = irq;
	return 0;
}

void keel_irq_module_exit(void)
{
	free_percpu_irq(virt_irq, &states);
}

void keel_irq_enable_cpu(void)
{
	__this_cpu_write(states.masked, false);
	enable_percpu_irq(virt_irq, IRQ_TYPE_NONE);
}

void keel_irq_disable_cpu(void)
{
	keel_irq_set_active(false);
	disable_percpu_irq(virt_irq);
	__this_cpu_write(states.masked, true);
}

void keel_irq_mask(bool mask)
{
	lockdep_assert_irqs_disabled();
	if (__this_cpu_read(states.masked) == mask)
		return;
	__this_cpu_write(states.masked, mask);
	if (mask)
		disable_percpu_irq(virt_irq);
	else
		enable_percpu_irq(virt_irq, IRQ_TYPE_NONE);
}

void keel_irq_set_active(bool active)
{
	lockdep_assert_irqs_disabled();
	if (__this_cpu_read(states.active) == active)
		return;
	__this_cpu_write(states.active, active);
	irq_set_irqchip_state(virt_irq, IRQCHIP_STATE_ACTIVE, active);
}

void keel_irq_was_deactivated(void)
{
	__this_cpu_write(states.active, false);
}

/* The GIC is at the root of the interrupt's domains. */
u32 keel_irq_intid(void)
{
	struct irq_data *data = irq_get_irq_data(virt_irq);

#ifdef CONFIG_IRQ_DOMAIN_HIERARCHY
	while (data && data->parent_data)
		data = data->parent_data;
#endif
	return data ? data->hwirq : 0;
}
