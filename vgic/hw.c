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
#include <linux/stddef.h>
#include "../core/errata.h"
#include "../core/host.h"
#include "../core/log.h"
#include "../core/objects.h"
#include "../hyp/hyp.h"
#include "v2/gich.h"
#include "v2/kind.h"
#include "v3/apr.h"
#include "hw.h"
#include "vgic.h"

/* ICH_VTR_EL2 (IHI 0069, 12.4.13) */
#define VTR_LRS		GENMASK(4, 0)
#define VTR_TDS		BIT(19)
#define VTR_A3V		BIT(21)
#define VTR_SEIS	BIT(22)
#define VTR_IDBITS	GENMASK(25, 23)
#define VTR_PREBITS	GENMASK(28, 26)
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
const struct acpi_madt_generic_interrupt *keel_hw_madt_gicc(const struct acpi_table_header *madt,
							    bool any)
{
	const void *end = (const void *)madt + madt->length;
	const void *p = (const struct acpi_table_madt *)madt + 1;
	const struct acpi_madt_generic_interrupt *gicc;
	const struct acpi_subtable_header *sub;

	for (; p + sizeof(*sub) <= end; p += sub->length) {
		sub = p;
		gicc = p;
		if (sub->length < sizeof(*sub) || p + sub->length > end)
			break;
		if (sub->type != ACPI_MADT_TYPE_GENERIC_INTERRUPT)
			continue;
		if (any)
			return gicc;
		/* the structure has grown with each ACPI; a firmware's may end earlier */
		if (sub->length < offsetofend(struct acpi_madt_generic_interrupt, vgic_interrupt) ||
		    !gicc->vgic_interrupt)
			continue;
		return gicc;
	}
	return NULL;
}

int keel_hw_register_maintenance(const struct acpi_madt_generic_interrupt *gicc)
{
	int trigger = gicc->flags & ACPI_MADT_VGIC_IRQ_MODE ? ACPI_EDGE_SENSITIVE :
							      ACPI_LEVEL_SENSITIVE;

	return acpi_register_gsi(NULL, gicc->vgic_interrupt, trigger, ACPI_ACTIVE_HIGH);
}

static int find_in_acpi(void)
{
	const struct acpi_madt_generic_interrupt *gicc;
	struct acpi_table_header *table;
	int irq;

	if (acpi_disabled || ACPI_FAILURE(acpi_get_table(ACPI_SIG_MADT, 0, &table)))
		return -ENODEV;
	gicc = keel_hw_madt_gicc(table, false);
	irq = gicc ? keel_hw_register_maintenance(gicc) : -ENODEV;
	acpi_put_table(table);
	return irq;
}
#else
static int find_in_acpi(void)
{
	return -ENODEV;
}
#endif

static int request_maintenance(int irq)
{
	int err;

	if (irq <= 0)
		return irq ?: -ENODEV;
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
		.model = KEEL_GIC_V3,
		.is_gic = true,
		.lrs = min_t(unsigned int, FIELD_GET(VTR_LRS, vtr) + 1, KEEL_NR_LRS),
		.pri_bits = FIELD_GET(VTR_PRIBITS, vtr) + 1,
		.id_bits = FIELD_GET(VTR_IDBITS, vtr),
		.aprs = keel_apr_regs(FIELD_GET(VTR_PREBITS, vtr) + 1),
		.seis = vtr & VTR_SEIS,
		.a3v = vtr & VTR_A3V,
		.dir_trap = vtr & VTR_TDS ? KEEL_ICH_TDIR : KEEL_ICH_TC,
	};
}

bool keel_vgic_supported(void)
{
	return keel_gic_hw.model == KEEL_GIC_V3 || keel_v2_offered();
}

bool keel_vgic_has_sysregs(void)
{
	return keel_gic_hw.model == KEEL_GIC_V3;
}

static int __init init_v3(void)
{
	int err = request_maintenance(acpi_disabled ? find_in_dt() : find_in_acpi());

	if (!err)
		probe();
	return err;
}

static int __init init_v2(void)
{
	int irq = keel_gich_init(), err = request_maintenance(irq);

	if (err && irq > 0) {
		keel_gich_exit();
		keel_gic_hw = (struct keel_gic_hw){};
	}
	keel_gic_hw.is_gic = keel_gich_is_gic();
	return err;
}

/*
 * ThunderX 30115: a guest's writes of group registers can take interrupts from
 * the host. Apple's GICv3: its locally made SErrors leave the guest.
 */
static bool __init is_unfit(void)
{
	if (!keel_errata_has(NO_GIC))
		return false;
	keel_info("no GIC of the host's for guests: its virtual CPU interface has an erratum");
	return true;
}

static void __init init_model(void)
{
	int err;

	if (is_unfit())
		return;
	err = keel_host_has_gicv3() ? init_v3() : init_v2();
	if (err)
		keel_info(
			"no GIC of the host's for guests: it has no virtual CPU interface or no maintenance interrupt (%d)",
			err);
}

/* Guests can do without: there is a GICv2 in software, and user space has GICs as well. */
int __init keel_vgic_module_init(void)
{
	init_model();
	if (keel_host_has_gicv3())
		keel_gic_hw.is_gic = true;
	return 0;
}

void keel_vgic_module_exit(void)
{
	if (maint_irq)
		free_percpu_irq(maint_irq, &cookie);
	keel_gich_exit();
}

void keel_vgic_enable_cpu(void)
{
	if (keel_gic_hw.model == KEEL_GIC_V2)
		keel_gich_reset_cpu();
	if (maint_irq)
		enable_percpu_irq(maint_irq, IRQ_TYPE_NONE);
}

void keel_vgic_disable_cpu(void)
{
	if (maint_irq)
		disable_percpu_irq(maint_irq);
}

/*
 * Nobody else restores GICH. Of a GICv3's registers the world switch assumes nothing when it takes
 * the CPU.
 */
void keel_vgic_wake_cpu(void)
{
	if (keel_gic_hw.model == KEEL_GIC_V2)
		keel_gich_reset_cpu();
}
