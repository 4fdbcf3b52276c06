// SPDX-License-Identifier: GPL-2.0-only
/* What a GIC says of itself: the guest's distributor and EL2 (share.c) read the same. */
#include "../../core/objects.h"
#include "ident.h"
#include "../its/lpi.h"

#define CTLR_FIXED		(BIT(4) | BIT(6))	/* ARE, DS */

#define TYPER_ID_BITS		10			/* INTIDs without LPIs */
#define TYPER_LPIS		BIT(17)
#define TYPER_NO_1_OF_N		BIT(25)

/*
 * In-tree KVM has one enable for both groups, EnableGrp1, and shows EnableGrp0
 * as 0. A VM that was saved there goes on like that. What is written stays as it
 * is, so that GICD_STATUSR, which tells, may be restored before it or after it.
 */
u32 keel_ident_ctlr_written(const struct keel_vm *vm)
{
	return READ_ONCE(vm->gic.ctlr) >> KEEL_CTLR_WRITTEN_SHIFT;
}

u32 keel_ident_ctlr(const struct keel_vm *vm)
{
	u32 hidden = READ_ONCE(vm->gic.one_enable) ? KEEL_CTLR_ENABLE0 : 0;

	return (keel_ident_ctlr_written(vm) & ~hidden) | CTLR_FIXED;
}

u32 keel_ident_typer(const struct keel_vm *vm)
{
	bool lpis = READ_ONCE(vm->gic.lpi.present);
	u32 id_bits = lpis ? KEEL_LPI_ID_BITS : TYPER_ID_BITS;

	return TYPER_NO_1_OF_N | (lpis ? TYPER_LPIS : 0) | (id_bits - 1) << 19 |
	       (vm->gic.nr_irqs / 32 - 1);
}
