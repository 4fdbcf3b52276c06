// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Conversion between a general-purpose register and the bytes of an emulated
 * access: width, byte order, sign extension, 32-bit destinations. The bytes are
 * what a real load or store would leave in memory at rising addresses.
 */
#include <linux/types.h>
#include "mmio_data.h"

static unsigned int byte_shift(struct keel_mmio_form form, unsigned int i)
{
	return 8 * (form.big_endian ? form.len - 1 - i : i);
}

void keel_mmio_data_store(struct keel_mmio_form form, u64 reg, u8 mem[8])
{
	unsigned int i;

	for (i = 0; i < 8; i++)
		mem[i] = i < form.len ? reg >> byte_shift(form, i) : 0;
}

u64 keel_mmio_data_load(struct keel_mmio_form form, const u8 mem[8])
{
	u64 sign = 1ULL << (8 * form.len - 1);
	u64 val = 0;
	unsigned int i;

	for (i = 0; i < form.len; i++)
		val |= (u64)mem[i] << byte_shift(form, i);
	if (form.sign_extend)
		val = (val ^ sign) - sign;
	/* Writing Wt zeroes the upper half of Xt. */
	return form.reg64 ? val : (u32)val;
}
