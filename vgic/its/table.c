// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* Coding of the ITS's tables and of the registers that name them. */
#include <linux/bits.h>
#include <linux/minmax.h>
#include "table.h"

/* Cacheability and shareability (IHI 0069, 12.19.1) */
#define CACHE_MASK	7ULL
#define CACHE_DEVICE	0	/* outer: as inner */
#define CACHE_NONE	1
#define CACHE_RA_WB	3
#define SHARE_SHIFT	10
#define SHARE_MASK	(3ULL << SHARE_SHIFT)
#define SHARE_INNER	(1ULL << SHARE_SHIFT)
#define SHARE_OUTER	(2ULL << SHARE_SHIFT)

#define BASER_TYPE	GENMASK_ULL(58, 56)
#define BASER_SIZE	GENMASK_ULL(52, 48)
#define BASER_PAGE	GENMASK_ULL(9, 8)
#define BASER_PAGE_64K	BIT_ULL(9)

#define CBASER_LOW	GENMASK_ULL(15, 12)	/* of the address, which is aligned to 64 KiB */

#define DTE_NEXT_MAX	((1u << 14) - 1)
#define ITE_NEXT_MAX	((1u << 16) - 1)

const struct keel_its_attrs keel_its_attrs_its = { .inner = 59, .outer = 53 };
const struct keel_its_attrs keel_its_attrs_redist = { .inner = 7, .outer = 56 };

static u64 get(u64 val, unsigned int hi, unsigned int lo)
{
	return (val & GENMASK_ULL(hi, lo)) >> lo;
}

u64 keel_its_sane_attrs(u64 val, const struct keel_its_attrs *at)
{
	u64 inner = val >> at->inner & CACHE_MASK, outer = val >> at->outer & CACHE_MASK;

	if (inner == CACHE_DEVICE || inner == CACHE_NONE)
		inner = CACHE_RA_WB;
	if (outer > CACHE_NONE)
		outer = CACHE_DEVICE;
	if ((val & SHARE_MASK) == SHARE_OUTER)
		val ^= SHARE_OUTER | SHARE_INNER;
	val &= ~(CACHE_MASK << at->inner | CACHE_MASK << at->outer);
	return val | inner << at->inner | outer << at->outer;
}

u64 keel_its_baser(u64 val, u32 type, bool may_be_indirect)
{
	val &= ~(BASER_TYPE | BASER_SIZE | BASER_PAGE);
	if (!may_be_indirect)
		val &= ~KEEL_ITS_INDIRECT;
	val |= (u64)type << 56 | (u64)(KEEL_ITS_ENTRY - 1) << 48 | BASER_PAGE_64K;
	return keel_its_sane_attrs(val, &keel_its_attrs_its);
}

u64 keel_its_cbaser(u64 val)
{
	return keel_its_sane_attrs(val & ~CBASER_LOW, &keel_its_attrs_its);
}

u32 keel_its_queue_size(u64 cbaser)
{
	return (get(cbaser, 7, 0) + 1) * 4096;
}

u64 keel_its_queue_base(u64 cbaser)
{
	return cbaser & GENMASK_ULL(51, 12);
}

/* With 64 KiB pages bits 51:48 of the address are in 15:12. */
static u64 table_base(u64 baser)
{
	return (baser & GENMASK_ULL(47, 16)) | get(baser, 15, 12) << 48;
}

u32 keel_its_level1_entries(u64 baser)
{
	return (get(baser, 7, 0) + 1) * KEEL_ITS_PER_PAGE;
}

bool keel_its_level1(u64 baser, u32 id, u64 *addr)
{
	u32 index = baser & KEEL_ITS_INDIRECT ? id / KEEL_ITS_PER_PAGE : id;

	if (id >= KEEL_ITS_NR_IDS || index >= keel_its_level1_entries(baser))
		return false;
	*addr = table_base(baser) + (u64)index * KEEL_ITS_ENTRY;
	return true;
}

bool keel_its_level2(u64 entry, u32 id, u64 *addr)
{
	*addr = (entry & GENMASK_ULL(51, 16)) + (u64)(id % KEEL_ITS_PER_PAGE) * KEEL_ITS_ENTRY;
	return entry & KEEL_ITS_VALID;
}

u64 keel_its_dte_encode(struct keel_its_dte d)
{
	if (!d.valid)
		return 0;
	return KEEL_ITS_VALID | (u64)min(d.next, DTE_NEXT_MAX) << 49 |
	       (d.itt & GENMASK_ULL(51, 8)) >> 8 << 5 | (d.event_bits - 1);
}

struct keel_its_dte keel_its_dte_decode(u64 entry)
{
	return (struct keel_its_dte){
		.valid = entry & KEEL_ITS_VALID,
		.next = get(entry, 62, 49),
		.itt = get(entry, 48, 5) << 8,
		.event_bits = get(entry, 4, 0) + 1,
	};
}

u64 keel_its_cte_encode(struct keel_its_cte c)
{
	return c.valid ? KEEL_ITS_VALID | (u64)c.rdbase << 16 | c.collection : 0;
}

struct keel_its_cte keel_its_cte_decode(u64 entry)
{
	return (struct keel_its_cte){
		.valid = entry & KEEL_ITS_VALID,
		.rdbase = get(entry, 47, 16),
		.collection = get(entry, 15, 0),
	};
}

u64 keel_its_ite_encode(struct keel_its_ite i)
{
	return i.intid ? (u64)min(i.next, ITE_NEXT_MAX) << 48 | (u64)i.intid << 16 | i.collection
		       : 0;
}

struct keel_its_ite keel_its_ite_decode(u64 entry)
{
	return (struct keel_its_ite){
		.next = get(entry, 63, 48),
		.intid = get(entry, 47, 16),
		.collection = get(entry, 15, 0),
	};
}
