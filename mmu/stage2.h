/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stage 2 on this machine, for the other files of mmu/: what the
 * CPUs can do, memory types, operations on ranges, cache maintenance.
 */
#ifndef KEEL_MMU_STAGE2_H
#define KEEL_MMU_STAGE2_H

#include <linux/sizes.h>
#include <linux/types.h>
#include "mmu.h"

/*
 * The most entries of tables, by what they map, between two turns of others for the
 * lock: each may have to be noted in a log.
 */
#define KEEL_STAGE2_PART	SZ_256M

/* What all CPUs of this machine can do. [I] after keel_mmu_module_init(). */
struct keel_stage2_caps {
	u8 pa_bits;		/* ID_AA64MMFR0_EL1.PARange */
	u8 vmid_bits;		/* 8 or 16 */
	bool wide;		/* 52-bit stage-2 descriptors with the host's granule */
	bool af;		/* hardware sets the access flag */
	bool dirty;		/* and lets pages be written that are marked for it, KEEL_PTE_DBM */
	bool fwb;		/* FEAT_S2FWB: the guest cannot make memory less than cacheable */
	bool cnp;		/* FEAT_TTCNP */
	bool idc, dic;		/* CTR_EL0: D clean to PoU, I invalidation not needed */
	bool pipt;		/* instruction caches without aliases */
};

extern struct keel_stage2_caps keel_stage2_caps;

/* What a mapping may be used for, besides reading. */
#define KEEL_S2_W	BIT(0)
#define KEEL_S2_X	BIT(1)
#define KEEL_S2_DEVICE	BIT(2)	/* Device-nGnRE, never with X */
#define KEEL_S2_MAY_W	BIT(3)	/* the VMM may write the page, which has a struct page */
#define KEEL_S2_NC	BIT(4)	/* Normal, non-cacheable; never with X */
#define KEEL_S2_NO_R	BIT(5)	/* and not for reading */

/*
 * Empty tables for addresses of ipa_bits, to map what mmu has. Sleepable; -ENOMEM, -EINVAL: nothing
 * is left. destroy: no CPU has them.
 */
int keel_stage2_init(struct keel_stage2 *s2, struct keel_mmu *mmu, unsigned int ipa_bits);
void keel_stage2_destroy(struct keel_stage2 *s2);
/* The end of its addresses. */
static inline ipa_t keel_stage2_end(const struct keel_stage2 *s2)
{
	return ipa(1ULL << s2->pgt.geo.ipa_bits);
}

/* Fill a vCPU's cache so that one keel_stage2_map() cannot run out. Sleepable. */
int keel_stage2_topup(struct keel_table_cache *cache);
void keel_stage2_drop(struct keel_table_cache *cache);

/*
 * One fault's mapping; results as of keel_pgt_map(). s2->mmu->lock held, for writing if exclusive.
 */
struct keel_stage2_map {
	ipa_t ipa;
	hpa_t pa;
	int level;
	unsigned int prot;	/* KEEL_S2_* */
	bool perm_fault, exclusive;
};
int keel_stage2_map(struct keel_stage2 *s2, const struct keel_stage2_map *map,
		    struct keel_table_cache *cache);

/*
 * [start, end) with s2->mmu->lock held for writing. unmap with may_yield, and
 * wrprotect, may drop and retake it after each part.
 */
void keel_stage2_unmap(struct keel_stage2 *s2, ipa_t start, ipa_t end, bool may_yield);
void keel_stage2_wrprotect(struct keel_stage2 *s2, ipa_t start, ipa_t end);
/*
 * The VMM may not write its pages in the range any more: nor may the guest, before it has asked
 * again. may_yield: as unmap.
 */
void keel_stage2_withdraw_write(struct keel_stage2 *s2, ipa_t start, ipa_t end, bool may_yield);
/*
 * Blocks in the range become pages with the same rights, as long as there is memory for tables.
 * Sleepable, no lock.
 */
void keel_stage2_split(struct keel_stage2 *s2, ipa_t start, ipa_t end, u64 chunk);

/*
 * Before a mapping of normal memory: what the guest sees uncached, or fetches, is what the host
 * wrote. Sleeps if it is more than a page.
 */
void keel_stage2_make_coherent(hpa_t pa, u64 size, bool exec);
/* It is on this machine without that. */
bool keel_stage2_is_coherent(bool exec);
/*
 * Clean and invalidate to the point of coherency all memory that is mapped in the range; not with
 * FWB. s2->mmu->lock not held.
 */
void keel_stage2_clean_range(struct keel_stage2 *s2, ipa_t start, ipa_t end);
void keel_stage2_flush_icache(void);
/* What a leaf is by its attributes, in a word. */
const char *keel_stage2_kind(u64 attr);

#endif
