/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KEEL_UNIT_LINUX_BITFIELD_H
#define KEEL_UNIT_LINUX_BITFIELD_H

#include <linux/bits.h>

#define FIELD_GET(mask, reg)	(((reg) & (mask)) >> __builtin_ctzll(mask))
#define FIELD_PREP(mask, val)	(((unsigned long long)(val) << __builtin_ctzll(mask)) & (mask))

#endif
