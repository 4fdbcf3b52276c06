// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/mmio_data.c */
/*
 * Proves: bytes and registers of emulated accesses agree for every width, byte
 * order, sign extension and register size; nothing beyond the width leaks.
 */
#include <string.h>
#include <linux/types.h>
#include "arch/mmio_data.h"
#include "ktap.h"

#define REG	0x8192a3b4c5d6e7f8ULL

static void test_store_bytes(void)
{
	static const u8 le[8] = { 0xf8, 0xe7, 0xd6, 0xc5, 0xb4, 0xa3, 0x92, 0x81 };
	unsigned int size, i;
	u8 mem[8];

	for (size = 0; size < 4; size++) {
		struct keel_mmio_form f = { .len = 1 << size };

		memset(mem, 0x55, 8);
		keel_mmio_data_store(f, REG, mem);
		for (i = 0; i < 8; i++)
			CHECK_EQ(mem[i], i < f.len ? le[i] : 0);
		f.big_endian = true;
		memset(mem, 0x55, 8);
		keel_mmio_data_store(f, REG, mem);
		for (i = 0; i < 8; i++)
			CHECK_EQ(mem[i], i < f.len ? le[f.len - 1 - i] : 0);
	}
}

/* Independent model: shift up, then arithmetic or logical shift down, then cut. */
static u64 model(struct keel_mmio_form f, u64 stored)
{
	unsigned int drop = 64 - 8 * f.len;
	u64 v = f.sign_extend ? (u64)((s64)(stored << drop) >> drop) : stored << drop >> drop;

	return f.reg64 ? v : v & 0xffffffff;
}

static void test_round_trip(void)
{
	static const u64 values[] = { 0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0x7fffffff,
				      0x80000000, REG, ~0ULL, 1ULL << 63, 0x5a5a5a5a5a5a5a5aULL };
	unsigned int bits, i;

	for (bits = 0; bits < 32; bits++) {
		struct keel_mmio_form f = {
			.len = 1 << (bits & 3), .big_endian = bits & 4,
			.sign_extend = bits & 8, .reg64 = bits & 16,
		};

		for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
			u8 mem[8];

			keel_mmio_data_store(f, values[i], mem);
			CHECK_EQ(keel_mmio_data_load(f, mem), model(f, values[i]));
		}
	}
}

/* User space may leave rubbish behind the bytes that were asked for. */
static void test_rubbish_ignored(void)
{
	static const u8 mem[8] = { 0x12, 0x34, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	struct keel_mmio_form f = { .len = 2, .reg64 = true };

	CHECK_EQ(keel_mmio_data_load(f, mem), 0x3412);
	f.big_endian = true;
	CHECK_EQ(keel_mmio_data_load(f, mem), 0x1234);
}

int main(void)
{
	RUN(test_store_bytes);
	RUN(test_round_trip);
	RUN(test_rubbish_ignored);
	return ktap_done();
}
