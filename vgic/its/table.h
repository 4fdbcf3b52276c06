/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * What of an ITS is in guest memory: the tables that GITS_BASER<n> names, in
 * the format of ABI revision 0 (the KVM API's arm-vgic-its document), and the
 * attributes of the registers that hold their addresses.
 */
#ifndef KEEL_VGIC_ITS_TABLE_H
#define KEEL_VGIC_ITS_TABLE_H

#include <linux/bits.h>
#include <linux/types.h>

#define KEEL_ITS_PAGE		0x10000u	/* the one page size of tables: 64 KiB */
#define KEEL_ITS_ENTRY		8u		/* bytes of each kind of entry */
#define KEEL_ITS_PER_PAGE	(KEEL_ITS_PAGE / KEEL_ITS_ENTRY)
#define KEEL_ITS_ID_BITS	16		/* of events, devices, collections */
#define KEEL_ITS_NR_IDS		(1u << KEEL_ITS_ID_BITS)

/* GITS_BASER<n>, GITS_CBASER */
#define KEEL_ITS_VALID		BIT_ULL(63)
#define KEEL_ITS_INDIRECT	BIT_ULL(62)

/* Where in a register its memory attributes are: shareability is at 11:10 everywhere. */
struct keel_its_attrs {
	u8 inner, outer;	/* shifts of the cacheability fields */
};
extern const struct keel_its_attrs keel_its_attrs_its, keel_its_attrs_redist;

/* val with attributes that a coherent machine gives in place of those it has no use for. */
u64 keel_its_sane_attrs(u64 val, const struct keel_its_attrs *at);

/* GITS_BASER<n> as it reads back when val was written. */
u64 keel_its_baser(u64 val, u32 type, bool may_be_indirect);
#define KEEL_ITS_TYPE_DEVICE		1u
#define KEEL_ITS_TYPE_COLLECTION	4u
/* GITS_CBASER likewise. */
u64 keel_its_cbaser(u64 val);
/* Bytes of the command queue. */
u32 keel_its_queue_size(u64 cbaser);
u64 keel_its_queue_base(u64 cbaser);

/* Entries of the table's first level. */
u32 keel_its_level1_entries(u64 baser);
/*
 * The address of the entry of id in a flat table, or of that of its page in the first level. False:
 * out of range.
 */
bool keel_its_level1(u64 baser, u32 id, u64 *addr);
/*
 * The address of the entry of id in the page that the first level's entry names. False: there is
 * none.
 */
bool keel_its_level2(u64 entry, u32 id, u64 *addr);

/* Device Table Entry; next: distance to the next valid one, 0: none. */
struct keel_its_dte {
	bool valid;
	u8 event_bits;		/* 1..16 where it can be used: 32 */
	u32 next;
	u64 itt;
};
u64 keel_its_dte_encode(struct keel_its_dte d);
struct keel_its_dte keel_its_dte_decode(u64 entry);

/* rdbase of a collection that is mapped to no vCPU */
#define KEEL_ITS_UNMAPPED	0xffffffffu

struct keel_its_cte {
	bool valid;
	u32 rdbase;
	u16 collection;
};
u64 keel_its_cte_encode(struct keel_its_cte c);
struct keel_its_cte keel_its_cte_decode(u64 entry);

/* Interrupt Translation Entry; intid 0: not valid. */
struct keel_its_ite {
	u32 intid, next;
	u16 collection;
};
u64 keel_its_ite_encode(struct keel_its_ite i);
static inline u64 keel_its_ite_addr(u64 itt, u32 event)
{
	return itt + (u64)event * KEEL_ITS_ENTRY;
}
struct keel_its_ite keel_its_ite_decode(u64 entry);

#endif
