// SPDX-License-Identifier: GPL-2.0-only
/*
 * GICH (IHI 0048B, 5.3) around the guest's runs. Its registers are banked by
 * CPU. While the host runs the interface is off (GICH_HCR.En = 0), whatever
 * the other registers hold.
 *
 * What the guest does to its own interface is read back at every exit, so that
 * no vCPU has state in a CPU that it left.
 */
#include <linux/acpi.h>
#include <linux/errno.h>
#include <linux/io.h>
#include <linux/irqchip/arm-gic.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/of.h>
#include <linux/of_address.h>
#include <linux/of_irq.h>
#include <linux/percpu.h>
#include "../../core/log.h"
#include "../../core/objects.h"
#include "gich.h"
#include "../hw.h"
#include "lr.h"

#define VTR_LRS		GENMASK(5, 0)
/* of KEEL_ICH_*, those that GICH_HCR has, at the same place */
#define HCR_BITS	GENMASK(7, 0)
#define FRAME_SIZE	0x1000UL

/* Entries of "reg" in the device tree binding arm,gic. */
enum { REG_GICH = 2, REG_GICV = 3 };

struct frames {
	struct resource gich, gicv;
	int irq;		/* maintenance interrupt; or -errno */
};

/* What the registers hold, so that only changes are written. [o] */
struct live {
	u32 vmcr, apr;
	/* list registers from here on are empty and ask for no maintenance interrupt */
	u8 lrs;
};

static DEFINE_PER_CPU(struct live, live);
static void __iomem *gich;	/* [I] after init */
static phys_addr_t gicv;	/* [I] */
static bool is_gic;		/* [I] */

static const struct of_device_id gic_ids[] = {
	{ .compatible = "arm,gic-400" },
	{ .compatible = "arm,cortex-a15-gic" },
	{ .compatible = "arm,cortex-a7-gic" },
	{ .compatible = "qcom,msm-qgic2" },
	{}
};

static int find_in_dt(struct frames *f)
{
	struct device_node *node = of_find_matching_node(NULL, gic_ids);
	int err;

	if (!node)
		return -ENODEV;
	is_gic = true;
	err = of_address_to_resource(node, REG_GICH, &f->gich) ?:
	      of_address_to_resource(node, REG_GICV, &f->gicv);
	f->irq = of_irq_get(node, 0);
	of_node_put(node);
	return err ? -ENODEV : 0;
}

#ifdef CONFIG_ACPI
static void set_frame(struct resource *r, u64 base, u64 size)
{
	r->start = base;
	r->end = base + size - 1;
}

/* The frames are banked: each CPU's entry has the same addresses. No sizes are told. */
static int find_in_acpi(struct frames *f)
{
	const struct acpi_madt_generic_interrupt *gicc;
	struct acpi_table_header *table;
	int err = -ENODEV;

	if (acpi_disabled || ACPI_FAILURE(acpi_get_table(ACPI_SIG_MADT, 0, &table)))
		return -ENODEV;
	gicc = keel_hw_madt_gicc(table, false);
	is_gic = keel_hw_madt_gicc(table, true);
	if (gicc && gicc->gich_base_address && gicc->gicv_base_address) {
		set_frame(&f->gich, gicc->gich_base_address, FRAME_SIZE);
		set_frame(&f->gicv, gicc->gicv_base_address, KEEL_GICV_SIZE);
		f->irq = keel_hw_register_maintenance(gicc);
		err = 0;
	}
	acpi_put_table(table);
	return err;
}
#else
static int find_in_acpi(struct frames *f)
{
	return -ENODEV;
}
#endif

/*
 * The guest gets whole pages of the host's. What else is in them would be the
 * guest's as well.
 */
static bool safe_to_map(const struct resource *r)
{
	return IS_ALIGNED(r->start, PAGE_SIZE) && IS_ALIGNED(resource_size(r), PAGE_SIZE) &&
	       resource_size(r) >= KEEL_GICV_SIZE;
}

static void describe(void)
{
	u32 vtr = readl_relaxed(gich + GICH_VTR);

	keel_gic_hw = (struct keel_gic_hw) {
		.model = KEEL_GIC_V2,
		.lrs = min_t(unsigned int, (vtr & VTR_LRS) + 1, KEEL_NR_LRS),
		.pri_bits = 5,
		.aprs = 1,
	};
}

int __init keel_gich_init(void)
{
	struct frames f = {};
	int err = acpi_disabled ? find_in_dt(&f) : find_in_acpi(&f);

	if (err)
		return err;
	if (!safe_to_map(&f.gicv)) {
		keel_info(
			"no GIC of the host's for guests: its virtual CPU interface is not alone in its pages");
		return -ENXIO;
	}
	if (f.irq <= 0)
		return -ENODEV;
	gich = ioremap(f.gich.start, resource_size(&f.gich));
	if (!gich)
		return -ENOMEM;
	gicv = f.gicv.start;
	describe();
	return f.irq;
}

bool keel_gich_is_gic(void)
{
	return is_gic;
}

void keel_gich_exit(void)
{
	if (gich)
		iounmap(gich);
	gich = NULL;
}

u64 keel_gich_gicv(void)
{
	return gicv;
}

static void __iomem *lr_reg(unsigned int n)
{
	return gich + GICH_LR0 + 4 * n;
}

void keel_gich_reset_cpu(void)
{
	unsigned int i;

	writel_relaxed(0, gich + GICH_HCR);
	writel_relaxed(0, gich + GICH_VMCR);
	writel_relaxed(0, gich + GICH_APR);
	for (i = 0; i < keel_gic_hw.lrs; i++)
		writel_relaxed(0, lr_reg(i));
	__this_cpu_write(live.vmcr, 0);
	__this_cpu_write(live.apr, 0);
	__this_cpu_write(live.lrs, 0);
}

/*
 * Without anything to present the interface stays off. What is left in list
 * registers goes all the same: GICV_HPPIR would show another vCPU's.
 */
void keel_gich_load(const struct keel_vcpu *vcpu)
{
	const struct keel_ctx_gic *c = &vcpu->ctx.gic;
	struct live *l = this_cpu_ptr(&live);
	unsigned int i;

	if (l->vmcr != c->vmcr)
		writel_relaxed(c->vmcr, gich + GICH_VMCR);
	if (l->apr != c->ap0r[0])
		writel_relaxed(c->ap0r[0], gich + GICH_APR);
	for (i = 0; i < c->used; i++)
		writel_relaxed(keel_lr2_encode(c->lr[i]), lr_reg(i));
	for (; i < l->lrs; i++)
		writel_relaxed(0, lr_reg(i));
	l->lrs = c->used;
	if (c->used)
		writel_relaxed(c->hcr & HCR_BITS, gich + GICH_HCR);
}

/* GICH_ELRSR names those that ended without a wish for maintenance: they need not be read. */
static void save_lrs(struct keel_ctx_gic *c, struct live *l)
{
	u32 empty = readl_relaxed(gich + GICH_ELRSR0);
	unsigned int i;

	for (i = 0; i < c->used; i++)
		c->lr[i] = keel_lr2_update(c->lr[i], empty & BIT(i) ? 0 : readl_relaxed(lr_reg(i)));
	l->lrs = fls(~empty & (BIT(c->used) - 1));
}

/*
 * EOIs without a list register. With EOImode it would be deactivations, which come by another way.
 */
static bool counts_eois(const struct keel_ctx_gic *c)
{
	return (c->hcr & KEEL_ICH_LRENPIE) &&
	       !(KEEL_GICV_DIR_TRAPS && (c->vmcr & KEEL_ICH_VMCR_EOIM));
}

void keel_gich_save(struct keel_vcpu *vcpu)
{
	struct keel_ctx_gic *c = &vcpu->ctx.gic;
	struct live *l = this_cpu_ptr(&live);

	l->vmcr = c->vmcr = readl_relaxed(gich + GICH_VMCR);
	/* nothing becomes active without a list register */
	if (c->used || c->ap0r[0])
		c->ap0r[0] = readl_relaxed(gich + GICH_APR);
	l->apr = c->ap0r[0];
	if (!c->used)
		return;
	if (counts_eois(c))
		c->eoicount = readl_relaxed(gich + GICH_HCR) >> KEEL_ICH_EOICOUNT_SHIFT;
	save_lrs(c, l);
	writel_relaxed(0, gich + GICH_HCR);
}
