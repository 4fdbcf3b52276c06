// SPDX-License-Identifier: GPL-2.0-only
/*
 * Owns the host's per-CPU interrupts of the EL1 timers that the host leaves
 * unused: both where Linux is at EL2, the virtual one's where it was entered
 * there and went to EL1. Their only work is to make a running guest exit when its
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
#include "../core/compat.h"
#include "../core/host.h"
#include "../core/log.h"
#include "hw.h"
#include "irq.h"

/* In the device tree binding arm,arch_timer: name, and place where there are no names. */
static const struct {
	const char *name;
	int index;
} in_dt[] = {
	[KEEL_TIMER_VIRT] = { "virt", 2 },
	[KEEL_TIMER_PHYS] = { "phys", 1 },
};

DEFINE_PER_CPU(struct keel_timer_irq_state_on_cpu, keel_timer_irq_states[KEEL_NR_TIMERS]);
unsigned int keel_timer_irq_numbers[KEEL_NR_TIMERS];
static bool driver_waits;	/* [I] after init: the GIC's driver reads back itself */

/*
 * The exit path has stopped the timer before interrupts are on, so mostly
 * these do not run at all. Stopping it once more rules out a storm.
 */
static irqreturn_t handle_virt(int irq, void *state)
{
	keel_hw_stop_virt();
	return IRQ_HANDLED;
}

static irqreturn_t handle_phys(int irq, void *state)
{
	keel_hw_stop_phys();
	return IRQ_HANDLED;
}

static const struct of_device_id timer_ids[] = {
	{ .compatible = "arm,armv8-timer" },
	{ .compatible = "arm,armv7-timer" },
	{}
};

static int find_in_dt(enum keel_timer_id id)
{
	struct device_node *node = of_find_matching_node(NULL, timer_ids);
	int irq;

	if (!node)
		return -ENODEV;
	if (of_property_read_bool(node, "interrupt-names"))
		irq = of_irq_get_byname(node, in_dt[id].name);
	else
		irq = of_irq_get(node, in_dt[id].index);
	of_node_put(node);
	return irq;
}

#ifdef CONFIG_ACPI
static int register_gtdt(u32 gsi, u32 flags)
{
	int trigger = flags & ACPI_GTDT_INTERRUPT_MODE ? ACPI_EDGE_SENSITIVE :
							 ACPI_LEVEL_SENSITIVE;
	int polarity = flags & ACPI_GTDT_INTERRUPT_POLARITY ? ACPI_ACTIVE_LOW :
							      ACPI_ACTIVE_HIGH;

	return gsi ? acpi_register_gsi(NULL, gsi, trigger, polarity) : -ENODEV;
}

/* The mapping is shared with the host's timer driver and stays when keel goes. */
static int find_in_acpi(enum keel_timer_id id)
{
	const struct acpi_table_gtdt *gtdt;
	struct acpi_table_header *table;
	int irq;

	if (acpi_disabled || ACPI_FAILURE(acpi_get_table(ACPI_SIG_GTDT, 0, &table)))
		return -ENODEV;
	gtdt = (const struct acpi_table_gtdt *)table;
	if (id == KEEL_TIMER_VIRT)
		irq = register_gtdt(gtdt->virtual_timer_interrupt, gtdt->virtual_timer_flags);
	else
		irq = register_gtdt(gtdt->non_secure_el1_interrupt, gtdt->non_secure_el1_flags);
	acpi_put_table(table);
	return irq;
}
#else
static int find_in_acpi(enum keel_timer_id id)
{
	return -ENODEV;
}
#endif

static int request(enum keel_timer_id id, irq_handler_t handler)
{
	int irq = acpi_disabled ? find_in_dt(id) : find_in_acpi(id), err;

	if (irq <= 0)
		return -ENODEV;
	err = request_percpu_irq(irq, handler, "keel timer", &keel_timer_irq_states[id]);
	if (!err)
		keel_timer_irq_numbers[id] = irq;
	return err;
}

/* Without the physical timer's interrupt that timer is emulated. */
int __init keel_timer_irq_module_init(void)
{
	int err = request(KEEL_TIMER_VIRT, handle_virt);

	driver_waits = KEEL_COMPAT_GICV3_READS_BACK && keel_host_has_gicv3();
	if (err == -ENODEV)
		keel_err("firmware describes no virtual timer interrupt");
	else if (err == -EBUSY && !keel_hw_owns_phys())
		keel_err(
			"the kernel was not entered at EL2, or another module has the virtual timer's interrupt");
	else if (err)
		keel_err("cannot have the virtual timer's interrupt (%d)", err);
	if (!err && keel_hw_owns_phys())
		request(KEEL_TIMER_PHYS, handle_phys);
	return err == -EBUSY && !keel_hw_owns_phys() ? -ENODEV : err;
}

void keel_timer_irq_module_exit(void)
{
	unsigned int id;

	for (id = 0; id < KEEL_NR_TIMERS; id++)
		if (keel_timer_irq_numbers[id])
			free_percpu_irq(keel_timer_irq_numbers[id], &keel_timer_irq_states[id]);
}

void keel_timer_irq_enable_cpu(void)
{
	unsigned int id;

	for (id = 0; id < KEEL_NR_TIMERS; id++) {
		__this_cpu_write(keel_timer_irq_states[id].masked, false);
		if (keel_timer_irq_numbers[id])
			enable_percpu_irq(keel_timer_irq_numbers[id], IRQ_TYPE_NONE);
	}
}

void keel_timer_irq_disable_cpu(void)
{
	unsigned int id;

	for (id = 0; id < KEEL_NR_TIMERS; id++) {
		if (!keel_timer_irq_numbers[id])
			continue;
		keel_timer_irq_set_active(id, false);
		disable_percpu_irq(keel_timer_irq_numbers[id]);
		__this_cpu_write(keel_timer_irq_states[id].masked, true);
	}
}

void keel_timer_irq_do_mask(enum keel_timer_id id, bool mask)
{
	__this_cpu_write(keel_timer_irq_states[id].masked, mask);
	if (mask)
		disable_percpu_irq(keel_timer_irq_numbers[id]);
	else
		enable_percpu_irq(keel_timer_irq_numbers[id], IRQ_TYPE_NONE);
}

/*
 * A write to the GIC may be on its way for some time yet. A guest entered
 * meanwhile could deactivate the interrupt before it is active, which then stays
 * active for good. What is read comes after the write has arrived, and the barrier
 * after what was read: an ERET does not wait for a load (DDI 0487, B2).
 */
static void wait_until_active(unsigned int irq)
{
	bool active;

	if (!driver_waits)
		irq_get_irqchip_state(irq, IRQCHIP_STATE_ACTIVE, &active);
	dsb(nshld);
}

void keel_timer_irq_do_set_active(enum keel_timer_id id, bool active)
{
	__this_cpu_write(keel_timer_irq_states[id].active, active);
	irq_set_irqchip_state(keel_timer_irq_numbers[id], IRQCHIP_STATE_ACTIVE, active);
	if (active)
		wait_until_active(keel_timer_irq_numbers[id]);
}

/* The GIC is at the root of the interrupt's domains. */
u32 keel_timer_irq_intid(enum keel_timer_id id)
{
	struct irq_data *data = irq_get_irq_data(keel_timer_irq_numbers[id]);

#ifdef CONFIG_IRQ_DOMAIN_HIERARCHY
	while (data && data->parent_data)
		data = data->parent_data;
#endif
	return data ? data->hwirq : 0;
}
