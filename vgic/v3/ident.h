/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words by which a GIC says what it is and whether it is on, as the guest reads them. Any
 * context.
 */
#ifndef KEEL_VGIC_V3_IDENT_H
#define KEEL_VGIC_V3_IDENT_H

#include <linux/bits.h>
#include <linux/types.h>

struct keel_vm;

/* GICD_CTLR's enables of a GICv3 with GICD_CTLR.DS = 1 */
#define KEEL_CTLR_ENABLE0	BIT(0)
#define KEEL_CTLR_ENABLE1	BIT(1)
#define KEEL_CTLR_ENABLES	(KEEL_CTLR_ENABLE0 | KEEL_CTLR_ENABLE1)

u32 keel_ident_ctlr(const struct keel_vm *vm);		/* a GICv3's GICD_CTLR */
u32 keel_ident_ctlr_written(const struct keel_vm *vm);	/* its enables as they were written last */
u32 keel_ident_typer(const struct keel_vm *vm);		/* a GICv3's GICD_TYPER */

#endif
