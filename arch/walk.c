// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Stage 1 of the EL1&0 regime, for the kernel that wants to read what the guest's CPU
 * fetched (Arm ARM D8.2, G5.4, G5.5): the long format of AArch64 and AArch32, and the
 * short one. A walk says where the tables put an address now; who uses the answer
 * has to know whether it is what the CPU used.
 */
#include <linux/bits.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/types.h>
#include <asm/byteorder.h>
#include "walk.h"

#define SCTLR_M		BIT_ULL(0)
#define SCTLR_EE	BIT_ULL(25)
#define TCR_EPD0	BIT_ULL(7)
#define TCR_EPD1	BIT_ULL(23)
#define TCR_IPS		GENMASK_ULL(34, 32)
#define TCR_IPS_52	(6ULL << 32)
#define TCR_DS		BIT_ULL(59)
#define TTBCR_EAE	BIT_ULL(31)
#define TTBCR_PD0	BIT_ULL(4)
#define TTBCR_PD1	BIT_ULL(5)

#define DESC_VALID	BIT_ULL(0)
#define DESC_TABLE	BIT_ULL(1)	/* at the last level: a page, and not reserved */
#define LAST_LEVEL	3

/* One half of the address space in the long format. */
struct range {
	u64 ttbr;
	unsigned int bits;	/* of address that the tables resolve */
	unsigned int shift;	/* of the granule */
	bool off;		/* no walk (EPD) */
	bool wide;		/* descriptors have bits 51:50 of an address in 9:8 (TCR_EL1.DS) */
	bool wide_ttbr;		/* the table's address has bits 51:48 in 5:2 */
};

static u64 bits_of(u64 val, unsigned int high, unsigned int low)
{
	return (val & GENMASK_ULL(high, low)) >> low;
}

static int read_desc(const struct keel_walk *w, u64 ipa, unsigned int size, u64 *desc)
{
	__le64 raw = 0;
	int err = w->read(w->ctx, ipa, &raw, size);

	*desc = __le64_to_cpu(raw);
	if (w->sctlr & SCTLR_EE)
		*desc = __builtin_bswap64(*desc) >> (64 - 8 * size);
	return err;
}

/* ---- the long format ---- */

/* Address of a table, page or block, of which the bits below shift do not count. */
static u64 out_address(const struct range *r, u64 desc, unsigned int shift)
{
	if (r->wide)
		return (desc & GENMASK_ULL(49, 0) & ~GENMASK_ULL(shift - 1, 0)) |
		       bits_of(desc, 9, 8) << 50;
	/* bits 15:12 are none of an address with this granule, and zero on CPUs of 48 bits */
	if (r->shift == 16)
		return (desc & GENMASK_ULL(47, 0) & ~GENMASK_ULL(shift - 1, 0)) |
		       bits_of(desc, 15, 12) << 48;
	return desc & GENMASK_ULL(47, 0) & ~GENMASK_ULL(shift - 1, 0);
}

/* Bits below the table's size are taken for zero, whatever they are (Arm ARM D24.2, TTBR0_EL1). */
static u64 first_table(const struct range *r, unsigned int index_bits)
{
	u64 base = r->ttbr & GENMASK_ULL(47, 1) & ~GENMASK_ULL(index_bits + 2, 0);

	if (r->wide_ttbr)
		return (base & GENMASK_ULL(47, 6)) | bits_of(r->ttbr, 5, 2) << 48;
	return base;
}

static int walk_long(const struct keel_walk *w, const struct range *r, u64 va, u64 *ipa)
{
	unsigned int stride = r->shift - 3;
	unsigned int levels = (r->bits - r->shift + stride - 1) / stride;
	unsigned int shift = r->shift + (levels - 1) * stride;
	unsigned int index_bits = r->bits - shift;
	u64 table = first_table(r, index_bits), desc;
	unsigned int level;
	int err;

	for (level = LAST_LEVEL + 1 - levels;; level++) {
		if (w->level)
			*w->level = level;
		err = read_desc(w, table + bits_of(va, shift + index_bits - 1, shift) * 8, 8,
				&desc);
		if (err)
			return err;
		if (!(desc & DESC_VALID) || (level == LAST_LEVEL && !(desc & DESC_TABLE)))
			return -EAGAIN;
		if (level == LAST_LEVEL || !(desc & DESC_TABLE))
			break;
		table = out_address(r, desc, r->shift);
		shift -= stride;
		index_bits = stride;
	}
	*ipa = out_address(r, desc, shift) | (va & GENMASK_ULL(shift - 1, 0));
	return 0;
}

/* TG0 and TG1 have codes of their own for 4, 16 and 64 KiB. */
static unsigned int granule(const struct keel_walk *w, bool high)
{
	static const u8 tg0[4] = { 12, 16, 14, 0 }, tg1[4] = { 0, 14, 12, 16 };

	return high ? tg1[bits_of(w->tcr, 31, 30)] : tg0[bits_of(w->tcr, 15, 14)];
}

/*
 * Bit 55 chooses, and those between it and the range's are its copies. What is above, tags apart,
 * PC has not.
 */
static int range64(const struct keel_walk *w, u64 va, struct range *r)
{
	bool high = va & BIT_ULL(55);
	u64 copies = high ? ~0ULL : 0;

	r->ttbr = high ? w->ttbr1 : w->ttbr0;
	r->bits = 64 - (high ? bits_of(w->tcr, 21, 16) : bits_of(w->tcr, 5, 0));
	r->shift = granule(w, high);
	r->off = w->tcr & (high ? TCR_EPD1 : TCR_EPD0);
	r->wide = w->tcr & TCR_DS && r->shift != 16;
	r->wide_ttbr = (w->tcr & TCR_IPS) == TCR_IPS_52 && (r->wide || r->shift == 16);
	if (!r->shift || r->bits <= r->shift || r->bits > 52)
		return -EAGAIN;
	return (va ^ copies) & GENMASK_ULL(55, r->bits) ? -EAGAIN : 0;
}

/*
 * TTBR0 has the lowest 2^(32 - T0SZ) bytes, TTBR1 the highest 2^(32 - T1SZ), or with T1SZ = 0 the
 * rest.
 */
static int range32(const struct keel_walk *w, u64 va, struct range *r)
{
	unsigned int t0sz = bits_of(w->tcr, 2, 0), t1sz = bits_of(w->tcr, 18, 16);
	bool low = !t0sz ? !t1sz || va >> (32 - t1sz) != (1u << t1sz) - 1 : !(va >> (32 - t0sz));
	bool high = !low && va >> (32 - t1sz) == (1u << t1sz) - 1;

	r->ttbr = low ? w->ttbr0 : w->ttbr1;
	r->bits = 32 - (low ? t0sz : t1sz);
	r->shift = 12;
	r->off = w->tcr & (low ? TCR_EPD0 : TCR_EPD1);
	return low || high ? 0 : -EAGAIN;
}

static int translate_long(const struct keel_walk *w, u64 va, u64 *ipa)
{
	struct range r = {};
	int err = w->aarch32 ? range32(w, va, &r) : range64(w, va, &r);

	if (err || r.off)
		return -EAGAIN;
	return walk_long(w, &r, va, ipa);
}

/* ---- the short format ---- */

static u64 section(u64 desc, u64 va)
{
	if (desc & BIT_ULL(18))		/* supersection, with bits 39:32 of its address */
		return (desc & GENMASK_ULL(31, 24)) | bits_of(desc, 23, 20) << 32 |
		       bits_of(desc, 8, 5) << 36 | (va & GENMASK_ULL(23, 0));
	return (desc & GENMASK_ULL(31, 20)) | (va & GENMASK_ULL(19, 0));
}

/* Types of a first-level descriptor: 0 none, 1 a table, 2 and 3 a section. */
static int short_first(const struct keel_walk *w, u64 va, u64 *desc)
{
	unsigned int n = bits_of(w->tcr, 2, 0);
	bool high = n && va >> (32 - n);
	unsigned int top = high ? 31 : 31 - n;
	u64 ttbr = high ? w->ttbr1 & GENMASK_ULL(31, 14) : w->ttbr0 & GENMASK_ULL(31, 14 - n);

	if (w->tcr & (high ? TTBCR_PD1 : TTBCR_PD0))
		return -EAGAIN;
	return read_desc(w, ttbr | bits_of(va, top, 20) << 2, 4, desc);
}

static int translate_short(const struct keel_walk *w, u64 va, u64 *ipa)
{
	u64 desc;
	int err = short_first(w, va, &desc);

	if (err)
		return err;
	if (desc & 2) {
		*ipa = section(desc, va);
		return 0;
	}
	if (!(desc & 1))
		return -EAGAIN;
	err = read_desc(w, (desc & GENMASK_ULL(31, 10)) | bits_of(va, 19, 12) << 2, 4, &desc);
	if (err)
		return err;
	if (desc & 2)
		*ipa = (desc & GENMASK_ULL(31, 12)) | (va & GENMASK_ULL(11, 0));
	else if (desc & 1)
		*ipa = (desc & GENMASK_ULL(31, 16)) | (va & GENMASK_ULL(15, 0));
	else
		err = -EAGAIN;
	return err;
}

int keel_walk(const struct keel_walk *w, u64 va, u64 *ipa)
{
	if (!(w->sctlr & SCTLR_M)) {
		*ipa = va;
		return 0;
	}
	if (w->aarch32 && !(w->tcr & TTBCR_EAE))
		return translate_short(w, va, ipa);
	return translate_long(w, va, ipa);
}
