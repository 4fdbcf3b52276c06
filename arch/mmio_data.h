/* SPDX-License-Identifier: GPL-2.0-only */
/* The bytes of an emulated load or store, seen as memory and as a register. */
#ifndef KEEL_ARCH_MMIO_DATA_H
#define KEEL_ARCH_MMIO_DATA_H

#include <linux/types.h>

struct keel_mmio_form {
	u8 len;			/* 1, 2, 4 or 8 */
	bool big_endian;	/* of the guest's data accesses at this moment */
	bool sign_extend;	/* loads */
	bool reg64;		/* loads: Xt rather than Wt */
};

/* Pure. Bytes of memory that a store of the register makes; the rest of mem is zeroed. */
void keel_mmio_data_store(struct keel_mmio_form form, u64 reg, u8 mem[8]);
/* Pure. Value of the 64-bit register after a load of these bytes. */
u64 keel_mmio_data_load(struct keel_mmio_form form, const u8 mem[8]);

#endif
