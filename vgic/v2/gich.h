/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The virtual CPU interface of a GICv2 host: GICH, which the host drives, and
 * GICV, which the guest has in place of a CPU interface. Memory-mapped, so it
 * is the same at EL1 and at EL2: the world switch knows nothing of it.
 */
#ifndef KEEL_VGIC_V2_GICH_H
#define KEEL_VGIC_V2_GICH_H

#include <linux/types.h>
#include <asm/page.h>

struct keel_vcpu;

#define KEEL_GICV_SIZE	0x2000UL	/* the CPU interface's two pages (IHI 0048B, 4.4) */
#define KEEL_GICV_PAGE	0x1000UL
/*
 * The second page has GICC_DIR and no more. It traps, unless one page of the
 * host's has both: GICH counts what is deactivated without a list register, but
 * does not tell which interrupt it was.
 */
#define KEEL_GICV_DIR_TRAPS	(PAGE_SIZE == KEEL_GICV_PAGE)

/* The host's GIC is a GICv2, with a virtual CPU interface or without. After keel_gich_init(). */
bool keel_gich_is_gic(void);
/* Find and map it. The Linux number of its maintenance interrupt; -ENODEV, -ENXIO, -ENOMEM. */
int keel_gich_init(void);
void keel_gich_exit(void);
/*
 * On the CPU itself, IRQs off: nothing to present. Also when the CPU may have lost its power: then
 * GICH has reset values, or any.
 */
void keel_gich_reset_cpu(void);
/* Guest physical accesses to the CPU interface go here. */
u64 keel_gich_gicv(void);

/* ctx.gic to the hardware and back, right before and after the guest. IRQs off. */
void keel_gich_load(const struct keel_vcpu *vcpu);
void keel_gich_save(struct keel_vcpu *vcpu);

#endif
