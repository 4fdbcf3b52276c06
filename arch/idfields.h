/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registers and fields of idfields.def by name: KEEL_IDX_AA64PFR0 is the register's
 * KEEL_IDLIMITS_IDX(), KEEL_LSB_AA64PFR0_RAS the field's lowest bit, KEEL_IDMASK(AA64PFR0, RAS)
 * the field, KEEL_IDFIELD(ctx->idregs, AA64PFR0, RAS) its value. Pure.
 */
#ifndef KEEL_ARCH_IDFIELDS_H
#define KEEL_ARCH_IDFIELDS_H

#include "idlimits.h"

enum {
#define IDREG(reg, name, crm, op2)	KEEL_IDX_##reg = KEEL_IDLIMITS_IDX(crm, op2),
#define IDFIELD(reg, field, lsb, kind, max, floor, levels, without) \
	KEEL_LSB_##reg##_##field = (lsb),
#include "idfields.def"
};

#define KEEL_IDMASK(reg, field)		(0xfULL << KEEL_LSB_##reg##_##field)
#define KEEL_IDFIELD_OF(val, reg, field) \
	(((val) & KEEL_IDMASK(reg, field)) >> KEEL_LSB_##reg##_##field)
#define KEEL_IDFIELD(idregs, reg, field) \
	KEEL_IDFIELD_OF((idregs)[KEEL_IDX_##reg], reg, field)

#endif
