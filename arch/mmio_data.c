// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Conversion between a general-purpose register and the bytes of an emulated
 * access: width, byte order, sign extension, 32-bit destinations. The bytes are
 * what a real load or store would leave in memory at rising addresses.
 */
#include <linux/string.h>
#include <linux/types.h>
#include <asm/byteorder.h>
#include "mmio_data.h"

/* The low len bytes, in reverse if need be. */
static u64 in_order(struct keel_mmio_form form, u64 val)
{
	unsigned int unused = 64 - 8 * form.len;

	return form.big_endian ? __builtin_bswap64(val) >> unused : val << unused >> unused;
}

void keel_mmio_data_store(struct keel_mmio_form form, u64 reg, u8 mem[8])
{
	__le64 bytes = __cpu_to_le64(in_order(form, reg));

	memcpy(mem, &bytes, sizeof(bytes));
}

u64 keel_mmio_data_load(struct keel_mmio_form form, const u8 mem[8])
{
	u64 sign = 1ULL << (8 * form.len - 1);
	__le64 bytes;
	u64 val;

	memcpy(&bytes, mem, sizeof(bytes));
	val = in_order(form, __le64_to_cpu(bytes));
	if (form.sign_extend)
		val = (val ^ sign) - sign;
	/* Writing Wt zeroes the upper half of Xt. */
	return form.reg64 ? val : (u32)val;
}
