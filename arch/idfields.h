/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The registers and fields of idfields.def by name: KEEL_IDX_AA64PFR0 is the register's
 * KEEL_IDLIMITS_IDX(), KEEL_LSB_AA64PFR0_RAS the field's lowest bit. Pure.
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

#endif
