/* SPDX-License-Identifier: GPL-2.0-only */
/* What virtual CPU interface the host's GIC has. */
#ifndef KEEL_VGIC_HW_H
#define KEEL_VGIC_HW_H

#include <linux/bits.h>
#include <linux/types.h>

/* ICH_HCR_EL2 (IHI 0069, 12.4.3); the kernel's headers name some of them. */
#define KEEL_ICH_EN		BIT(0)
#define KEEL_ICH_LRENPIE	BIT(2)
#define KEEL_ICH_NPIE		BIT(3)
/* VGrp0EIE, VGrp1EIE: the group was enabled */
#define KEEL_ICH_GRP_EIE(grp)	BIT(4 + 2 * (grp))
#define KEEL_ICH_GRP_DIE(grp)	BIT(5 + 2 * (grp))	/* VGrp0DIE, VGrp1DIE: it was disabled */
#define KEEL_ICH_TC		BIT(10)
#define KEEL_ICH_TALL0		BIT(11)
#define KEEL_ICH_TALL1		BIT(12)
#define KEEL_ICH_TDIR		BIT(14)
#define KEEL_ICH_EOICOUNT_SHIFT	27
#define KEEL_ICH_VMCR_EOIM	BIT(9)		/* ICH_VMCR_EL2.VEOIM, GICH_VMCR.VEM */
/* A guest without a GIC: every ICC_* access of its is UNDEFINED. */
#define KEEL_ICH_TRAP_ALL	((u32)(KEEL_ICH_TC | KEEL_ICH_TALL0 | KEEL_ICH_TALL1 | KEEL_ICH_TDIR))

/* What guests can have of the host's. */
enum keel_gic_model { KEEL_GIC_NONE, KEEL_GIC_V2, KEEL_GIC_V3 };

struct keel_gic_hw {
	u8 model;		/* enum keel_gic_model */
	bool is_gic;		/* the host's own is a GIC, whatever of it guests can have */
	u8 lrs;			/* list registers */
	u8 pri_bits, id_bits;	/* virtual priority bits; ICC_CTLR_EL1.IDbits (GICv3) */
	u8 aprs;		/* registers of active priorities, for each group (apr.h) */
	bool seis, a3v;
	/* the bit of ICH_HCR_EL2 by which ICC_DIR_EL1 traps; 0: none does */
	u32 dir_trap;
};

extern struct keel_gic_hw keel_gic_hw;	/* [I] after module init */

struct acpi_table_header;
struct acpi_madt_generic_interrupt;
/*
 * The MADT's first CPU interface that has a maintenance interrupt, or NULL: a PPI has one number
 * on all CPUs. any: the first one, whatever it has.
 */
const struct acpi_madt_generic_interrupt *keel_hw_madt_gicc(const struct acpi_table_header *madt,
							    bool any);
/* Its Linux number, or -errno. */
int keel_hw_register_maintenance(const struct acpi_madt_generic_interrupt *gicc);

#endif
