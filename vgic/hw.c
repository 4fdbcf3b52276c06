// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's side of the virtual CPU interface: what it has, and its
 * maintenance interrupt. That only has to end the guest's run; the exit path
 * reads the list registers anyway and turns the interface off, which lowers
 * the line.
 */
#include <linux/acpi.h>
#include <linux/bitfield.h>
#include <linux/errno.h>
#include <linux/interrupt.h>
#include <linux/minmax.h>
#include <linux/of.h>
#include <linux/of_irq.h>
#include <linux/percpu.h>
#include "../core/host.h"
#include "../core/log.h"
#include "../hyp/hyp.h"
#include "hw.h"
#include "vgic.h"

/* ICH_VTR_EL2 (IHI 0069, 12.4.13) */
#define VTR_LRS		GENMASK(4, 0)
#define VTR_TDS		BIT(19)
#define VTR_A3V		BIT(21)
#define VTR_SEIS	BIT(22)
#define VTR_IDBITS	GENMASK(25, 23)
#define VTR_PRIBITS	GENMASK(31, 29)

struct keel_gic_hw keel_gic_hw;
static unsigned int maint_irq;		/* [I] after init; 0: no GICv3 for guests */
static DEFINE_PER_CPU(int, cookie);

static irqreturn_t handle(int irq, void *unused)
{
	return IRQ_HANDLED;
}

static int find_in_dt(void)
{
	struct device_node *node = of_find_compatible_node(NULL, NULL, "arm,gic-v3");
	int irq;

	if (!node)
		return -ENODEV;
	irq = of_irq_get(node, 0);
	of_node_put(node);
	return irq;
}

#ifdef CONFIG_ACPI
/* The first CPU that is there says it for all: a PPI has one number. */
static int find_in_madt(const struct acpi_table_madt *madt)
{
	const void *end = (const void *)madt + madt->header.length, *p = madt + 1;
	const struct acpi_madt_generic_interrupt *gicc;
	const struct acpi_subtable_header *sub;

	for (; p + sizeof(*sub) <= end; p += sub->length) {
		sub = p;
		gicc = p;
		if (sub->length < sizeof(*sub) || p + sub->length > end)
			break;
		if (sub->type != ACPI_MADT_TYPE_GENERIC_INTERRUPT || sub->length < sizeof(*gicc) ||
		    !gicc->vgic_interrupt)
			continue;
		return acpi_register_gsi(NULL, gicc->vgic_interrupt,
					 gicc->flags & ACPI_MADT_VGIC_IRQ_MODE ? ACPI_EDGE_SENSITIVE :
										 ACPI_LEVEL_SENSITIVE,
					 ACPI_ACTIVE_HIGH);
	}
	return -ENODEV;
}

static int find_in_acpi(void)
{
	struct acpi_table_header *table;
	int irq;

	if (acpi_disabled || ACPI_FAILURE(acpi_get_table(ACPI_SIG_MADT, 0, &table)))
		return -ENODEV;
	irq = find_in_madt((struct acpi_table_madt *)table);
	acpi_put_table(table);
	return irq;
}
#else
static int find_in_acpi(void)
{
	return -ENODEV;
}
#endif

static int request_maintenance(void)
{
	int irq = acpi_disabled ? find_in_dt() : find_in_acpi(), err;

	if (irq <= 0)
		return -ENODEV;
	err = request_percpu_irq(irq, handle, "keel vgic", &cookie);
	if (err)
		return err;
	maint_irq = irq;
	return 0;
}

/* One CPU speaks for all: Linux demands the same of them for in-tree KVM. */
static void probe(void)
{
	u32 vtr = keel_hyp_gic_vtr();

	keel_gic_hw = (struct keel_gic_hw) {
		.lrs = min_t(unsigned int, FIELD_GET(VTR_LRS, vtr) + 1, KEEL_NR_LRS),
		.pri_bits = FIELD_GET(VTR_PRIBITS, vtr) + 1,
		.id_bits = FIELD_GET(VTR_IDBITS, vtr),
		.seis = vtr & VTR_SEIS,
		.a3v = vtr & VTR_A3V,
		.dir_trap = vtr & VTR_TDS ? KEEL_ICH_TDIR : KEEL_ICH_TC,
	};
}

bool keel_vgic_supported(void)
{
	return maint_irq;
}

int __init keel_vgic_module_init(void)
{
	int err;

	if (!keel_host_has_gicv3())
		return 0;
	err = request_maintenance();
	if (err) {
		keel_info("no GICv3 for guests: no maintenance interrupt (%d)", err);
		return 0;
	}
	probe();
	return 0;
}

void keel_vgic_module_exit(void)
{
	if (maint_irq)
		free_percpu_irq(maint_irq, &cookie);
}

void keel_vgic_enable_cpu(void)
{
	if (maint_irq)
		enable_percpu_irq(maint_irq, IRQ_TYPE_NONE);
}

void keel_vgic_disable_cpu(void)
{
	if (maint_irq)
		disable_percpu_irq(maint_irq);
}
