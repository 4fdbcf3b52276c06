// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: vgic/its/table.c
 *
 * Whatever a guest writes to GITS_BASER<n>, GITS_CBASER and to its tables: an entry's address is
 * within the table that the register names, a second level's within its page; what is decoded
 * from a table is what was encoded, within its width; attributes are settled by one write.
 */
#include "vgic/its/table.h"
#include "prove.h"

static void registers(void)
{
	u64 val = any_u64(), baser = keel_its_baser(val, any_bool() ? 1 : 4, any_bool()), addr,
	    base;
	u32 id = any_u32(), entries = keel_its_level1_entries(baser);

	base = (baser & GENMASK_ULL(47, 16)) | (baser >> 12 & 15) << 48;
	holds((baser >> 48 & 31) + 1 == KEEL_ITS_ENTRY && (baser >> 8 & 3) == 2);
	holds(keel_its_baser(baser, baser >> 56 & 7, true) == baser);
	if (keel_its_level1(baser, id, &addr)) {
		holds(id < KEEL_ITS_NR_IDS);
		holds(addr >= base &&
		      addr + KEEL_ITS_ENTRY <= base + ((baser & 0xff) + 1) * KEEL_ITS_PAGE);
		holds(!(addr % KEEL_ITS_ENTRY));
	} else {
		implies(baser & KEEL_ITS_INDIRECT,
			id >= KEEL_ITS_NR_IDS || id / KEEL_ITS_PER_PAGE >= entries);
		implies(!(baser & KEEL_ITS_INDIRECT), id >= KEEL_ITS_NR_IDS || id >= entries);
	}
	if (keel_its_level2(val, id, &addr))
		holds((val >> 63) &&
		      addr - (val & GENMASK_ULL(51, 16)) <= KEEL_ITS_PAGE - KEEL_ITS_ENTRY);
	val = keel_its_cbaser(val);
	holds(keel_its_cbaser(val) == val);
	holds(keel_its_queue_size(val) >= 4096 && keel_its_queue_size(val) <= 1 << 20);
	holds(!(keel_its_queue_base(val) & 0xffff) && !(keel_its_queue_base(val) >> 52));
	reached((baser & KEEL_ITS_INDIRECT) && id > entries && keel_its_level1(baser, id, &addr));
	reached(base >> 51);
}

static void entries(void)
{
	struct keel_its_dte d = { any_bool(), 1 + any_below(32), any_u32(), any_u64() }, d2;
	struct keel_its_cte c = { any_bool(), any_u32(), any_u16() }, c2;
	struct keel_its_ite i = { any_u32(), any_u32(), any_u16() }, i2;
	u64 any = any_u64();

	d2 = keel_its_dte_decode(keel_its_dte_encode(d));
	holds(d2.valid == d.valid);
	implies(d.valid, d2.event_bits == d.event_bits && d2.itt == (d.itt & GENMASK_ULL(51, 8)));
	implies(d.valid, d2.next == (d.next < 1 << 14 ? d.next : (1 << 14) - 1));
	c2 = keel_its_cte_decode(keel_its_cte_encode(c));
	holds(c2.valid == c.valid);
	implies(c.valid, c2.rdbase == c.rdbase && c2.collection == c.collection);
	i2 = keel_its_ite_decode(keel_its_ite_encode(i));
	holds(i2.intid == i.intid);
	implies(i.intid, i2.collection == i.collection &&
				 i2.next == (i.next < 1 << 16 ? i.next : (1 << 16) - 1));
	d2 = keel_its_dte_decode(any);
	holds(d2.event_bits >= 1 && d2.event_bits <= 32 && !(d2.itt & 0xff) && !(d2.itt >> 52) &&
	      d2.next < 1 << 14);
	reached(d.valid && d.next > 1 << 14);
}

int main(void)
{
	registers();
	entries();
	return 0;
}

/*
 * mutant: vgic/its/table.c: s/index >= keel_its_level1_entries(baser)/index >
 * keel_its_level1_entries(baser)/
 */
/* mutant: vgic/its/table.c: s/get(cbaser, 7, 0) + 1/get(cbaser, 7, 0)/ */
/* mutant: vgic/its/table.c: s/(u64)min(d.next, DTE_NEXT_MAX) << 49/(u64)d.next << 49/ */
/* mutant: vgic/its/table.c: s/id % KEEL_ITS_PER_PAGE/id/ */
/* mutant: vgic/its/table.c: s/get(entry, 48, 5) << 8/get(entry, 48, 4) << 8/ */
