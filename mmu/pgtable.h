/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * Translation tables in the format of Armv8 stage 2: geometry as data, one
 * walker, and the operations on a range of guest physical addresses. The
 * tables' memory, their physical addresses and the TLB are reached through
 * struct keel_pgt_ops, so the code runs unchanged on a build machine.
 *
 * Callers hold the tables' lock: "shared" operations may run in parallel with
 * each other, "exclusive" ones run alone. No table is freed under the shared
 * lock, so a walker never meets a freed one.
 */
#ifndef KEEL_MMU_PGTABLE_H
#define KEEL_MMU_PGTABLE_H

#include <linux/bits.h>
#include <linux/types.h>

#define KEEL_PGT_LEVELS		4	/* levels 0..3; concatenation makes level -1 needless */
#define KEEL_PGT_BITS		48	/* of addresses */
#define KEEL_PGT_WIDE_BITS	52	/* ... with 52-bit descriptors */
#define KEEL_PGT_MAX_ROOT	16	/* concatenated tables, Arm ARM D8.2.8 */

/* Bits of a stage-2 leaf that this file understands (Arm ARM D8.3.2). */
#define KEEL_PTE_VALID		BIT_ULL(0)
#define KEEL_PTE_TABLE		BIT_ULL(1)	/* levels 0..2: a table; level 3: a page */
#define KEEL_PTE_R		BIT_ULL(6)	/* S2AP[0] */
#define KEEL_PTE_W		BIT_ULL(7)	/* S2AP[1] */
#define KEEL_PTE_AF		BIT_ULL(10)
/* with VTCR_EL2.HD: a write sets W by itself (D8.5.2) */
#define KEEL_PTE_DBM		BIT_ULL(51)
#define KEEL_PTE_XN		BIT_ULL(54)	/* XN[1]; XN[0] (bit 53) stays 0 */
/*
 * Ignored by the CPU (D8.3.2, "software use"): W may be set without asking anybody, and only the
 * log took it away.
 */
#define KEEL_PTE_MAY_W		BIT_ULL(56)
#define KEEL_PTE_PERMS \
	(KEEL_PTE_R | KEEL_PTE_W | KEEL_PTE_AF | KEEL_PTE_XN | KEEL_PTE_MAY_W | KEEL_PTE_DBM)
/* Written by the guest since W was taken from it, as far as the hardware has said so. */
#define KEEL_PTE_WRITTEN	(KEEL_PTE_W | KEEL_PTE_DBM)

/* An invalid entry that somebody is replacing: only he may write it. */
#define KEEL_PTE_LOCKED		BIT_ULL(55)

struct keel_pgt_geo {
	u8 page_shift;		/* 12, 14 or 16 */
	u8 ipa_bits;
	u8 start;		/* level of the initial lookup */
	u8 nr_root;		/* tables concatenated there */
	bool wide;		/* 52-bit descriptors: LPA2 (4K, 16K) or LPA (64K) */
};

struct keel_pgt_ops {
	/* a zeroed table or NULL; cache is what map() was given */
	void *(*alloc)(void *cache);
	void (*free)(void *arg, void *table);		/* no CPU reaches it any more */
	u64 (*to_phys)(const void *table);
	void *(*to_virt)(u64 phys);
	/* Both complete on return and begin with a DSB that orders the entry's store. */
	void (*flush_leaf)(void *arg, u64 ipa, int level);
	void (*flush_range)(void *arg, u64 ipa, u64 size);	/* tables' cached walks too */
};

struct keel_pgt {
	struct keel_pgt_geo geo;
	const struct keel_pgt_ops *ops;
	void *arg;		/* for free and the flushes */
	/*
	 * Whoever wants to know of writes to pages with KEEL_PTE_MAY_W that are write-protected:
	 * the hardware lets them happen and notes them in the entry. Called for an entry with
	 * KEEL_PTE_WRITTEN that leaves the tables, but not where a block comes in its table's
	 * place: nobody logs that by pages. NULL: such a write faults. Lock held.
	 */
	void (*written)(struct keel_pgt *pgt, u64 ipa);
	/* nr_root contiguous zeroed tables, aligned to their size; the caller's */
	u64 *root;
};

/* One leaf to be mapped. */
struct keel_pgt_map {
	u64 ipa, pa;		/* aligned to the size of level */
	u64 attr;		/* KEEL_PTE_PERMS and memory attributes */
	int level;
	void *cache;		/* for ops->alloc */
	bool perm_fault;	/* a CPU was refused by what is there now: its TLB entry must go */
	bool exclusive;		/* the caller holds the lock exclusively */
};

/* -EINVAL if this granule cannot express so many bits. */
int keel_pgt_geo_init(struct keel_pgt_geo *geo, unsigned int page_shift, unsigned int ipa_bits,
		      bool wide);
/* Bits of physical addresses that tables of this format can have, by ID_AA64MMFR0_EL1.PARange. */
unsigned int keel_pgt_pa_bits(unsigned int parange);
u64 keel_pgt_level_size(const struct keel_pgt_geo *geo, int level);
/* page, or a block the architecture has */
bool keel_pgt_has_leaf(const struct keel_pgt_geo *geo, int level);
u64 keel_pgt_leaf(const struct keel_pgt_geo *geo, u64 pa, int level, u64 attr);
u64 keel_pgt_leaf_pa(const struct keel_pgt_geo *geo, u64 entry, int level);

/*
 * Shared. Map a leaf, or relax the permissions of the one that is there
 * (never takes any away); a larger leaf in the way is split, and maps what it
 * did if the new one is a part of it with other permissions.
 *   0        mapped, or as good as
 *   -EAGAIN  lost a race: take the fault again
 *   -EBUSY   a table is in the way of a block: again with exclusive
 *   -ENOMEM  ops->alloc gave nothing
 *   -EFAULT  a descriptor has no room for this pa
 */
int keel_pgt_map(struct keel_pgt *pgt, const struct keel_pgt_map *map);
/* Shared. Set the access flag of the leaf at ipa. -ENOENT: there is none; -EAGAIN: lost a race. */
int keel_pgt_make_young(struct keel_pgt *pgt, u64 ipa);
/*
 * Shared. A CPU was refused a write: set W, and the access flag, of the page at
 * ipa if it has KEEL_PTE_MAY_W. False: it is none of those, or a race was lost.
 */
bool keel_pgt_grant_write(struct keel_pgt *pgt, u64 ipa, u64 *pa);
/* Shared. Call fn for each page of the range whose entry has KEEL_PTE_WRITTEN, which stays. */
void keel_pgt_for_each_written(struct keel_pgt *pgt, u64 start, u64 end,
			       void (*fn)(void *arg, u64 ipa), void *arg);
/*
 * Shared. Was a leaf in the range accessed? clear: forget that; TLBs are not flushed, so it is a
 * hint.
 */
bool keel_pgt_age(struct keel_pgt *pgt, u64 start, u64 end, bool clear);
/* A stretch that one leaf maps. */
struct keel_pgt_span {
	u64 ipa, pa, size;
	u64 attr;		/* of the leaf, as in struct keel_pgt_map */
	int level;
};
/* Shared. Call fn for each within the range, in order of addresses. */
void keel_pgt_for_each_leaf(struct keel_pgt *pgt, u64 start, u64 end,
			    void (*fn)(void *arg, const struct keel_pgt_span *span), void *arg);
/*
 * Shared. The block at ipa, if there is one, becomes a table of its parts with
 * its permissions. 0; -EAGAIN, lost a race; -ENOMEM, ops->alloc(cache) gave nothing.
 */
int keel_pgt_split(struct keel_pgt *pgt, u64 ipa, void *cache);
/* Shared. The first address of the range that is in a block, or end. */
u64 keel_pgt_next_block(struct keel_pgt *pgt, u64 start, u64 end);
/*
 * Shared. The first address of the range where the functions above and below find something, or
 * end.
 */
u64 keel_pgt_next(struct keel_pgt *pgt, u64 start, u64 end);
/* Shared. The leaf entry that translates ipa, or 0; *level is where it is. */
u64 keel_pgt_lookup(struct keel_pgt *pgt, u64 ipa, int *level);

/*
 * Exclusive. Unmap every leaf that touches the range (all of it: a block at
 * the edge goes as a whole, and faults in again), free the tables that become
 * empty. The TLB is flushed on return.
 */
void keel_pgt_unmap(struct keel_pgt *pgt, u64 start, u64 end);
/*
 * Exclusive. Write-protect every leaf that touches the range. True: something changed, and the
 * caller flushes.
 */
bool keel_pgt_wrprotect(struct keel_pgt *pgt, u64 start, u64 end);
/*
 * Exclusive. The same for good: no leaf that touches the range is written again, by whatever way,
 * before it is mapped anew with that right. What the hardware has noted is told (written). True:
 * the caller flushes.
 */
bool keel_pgt_withdraw_write(struct keel_pgt *pgt, u64 start, u64 end);

#endif
