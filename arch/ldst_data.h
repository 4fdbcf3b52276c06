/* SPDX-License-Identifier: GPL-2.0-only */
/* The registers of a load or store, and its bytes as in memory. Pure. */
#ifndef KEEL_ARCH_LDST_DATA_H
#define KEEL_ARCH_LDST_DATA_H

#include "ldst.h"

struct keel_ldst_regs {
	u64 *x;			/* x0 to x30 */
	u8 *v;			/* V0 to V31, each the low 16 of so many bytes */
	unsigned int v_size;
};

/* data: keel_ldst_bytes() of them; not for DC ZVA. */
void keel_ldst_data_store(const struct keel_ldst *d, bool big_endian,
			  const struct keel_ldst_regs *r, u8 *data);
void keel_ldst_data_load(const struct keel_ldst *d, bool big_endian, const struct keel_ldst_regs *r,
			 const u8 *data);

#endif
