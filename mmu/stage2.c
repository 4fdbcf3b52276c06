// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stage-2 tables on this machine: what the CPUs can do, VTCR_EL2
 * and VTTBR_EL2, memory types, pages for tables, and range operations that
 * let other waiters in. Does not decide what is mapped (fault.c) or when it
 * goes away (notifier.c, memslot.c).
 */
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/vmstat.h>
#include <asm/cacheflush.h>
#include <asm/cpufeature.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>
#include "../core/errata.h"
#include "../core/log.h"
#include "../hyp/tlb_range.h"
#include "memattr.h"
#include "stage2.h"
#include "vmid.h"

/* VTCR_EL2 (Arm ARM D24.2.203), by our own names: the kernel's differ between versions. */
#define VTCR_T0SZ	GENMASK_ULL(5, 0)
#define VTCR_SL0	GENMASK_ULL(7, 6)
#define VTCR_IRGN0_WBWA	BIT_ULL(8)
#define VTCR_ORGN0_WBWA	BIT_ULL(10)
#define VTCR_SH0_INNER	(3ULL << 12)
#define VTCR_TG0	GENMASK_ULL(15, 14)
#define VTCR_PS		GENMASK_ULL(18, 16)
#define VTCR_VS		BIT_ULL(19)
#define VTCR_HA		BIT_ULL(21)
#define VTCR_HD		BIT_ULL(22)
#define VTCR_ONE	BIT_ULL(31)

#define HAFDBS_DBM	2	/* ID_AA64MMFR1_EL1.HAFDBS */

/* Leaf attributes: MemAttr[3:0] at [5:2], SH at [9:8]. */
#define ATTR_MEM	GENMASK_ULL(5, 2)
#define ATTR_SH_INNER	(3ULL << 8)

/* As KEEL_STAGE2_PART, of cache lines. */
#define CLEAN_PART	SZ_2M

struct keel_stage2_caps keel_stage2_caps __ro_after_init;

static bool hw_dirty = true;
module_param(hw_dirty, bool, 0444);
MODULE_PARM_DESC(hw_dirty, "let CPUs that can note which pages a guest has written, for the log of dirty pages");

/* ---- what the machine can do ---- */

static unsigned int field(u64 reg, unsigned int shift)
{
	return (reg >> shift) & 0xf;
}

/*
 * ID_AA64MMFR0_EL1 for stage 2 with the host's granule: 0 none, 1 yes, 2 with
 * 52-bit descriptors. TGranX_2 is 0 where it says no more than stage 1's
 * TGranX, 1 none, 2 yes, 3 52 bits (Arm ARM D24.2.64).
 */
static unsigned int __init granule_support(u64 mmfr0)
{
	unsigned int stage2, stage1;

	if (PAGE_SHIFT == 16) {
		stage2 = field(mmfr0, 36);
		stage1 = field(mmfr0, 24) ? 0 : 1;
	} else if (PAGE_SHIFT == 14) {
		stage2 = field(mmfr0, 32);
		stage1 = field(mmfr0, 20);
	} else {
		stage2 = field(mmfr0, 40);
		stage1 = (field(mmfr0, 28) + 1) & 0xf;
	}
	return stage2 ? stage2 - 1 : stage1;
}

static int __init probe(struct keel_stage2_caps *caps)
{
	u64 mmfr0 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1);
	u64 mmfr1 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR1_EL1);
	u64 mmfr2 = read_sanitised_ftr_reg(SYS_ID_AA64MMFR2_EL1);
	u64 ctr = read_sanitised_ftr_reg(SYS_CTR_EL0);
	unsigned int granule = granule_support(mmfr0);

	if (!granule) {
		keel_err("CPUs do not support %lu KiB pages at stage 2", PAGE_SIZE / 1024);
		return -EOPNOTSUPP;
	}
	*caps = (struct keel_stage2_caps){
		.pa_bits = keel_pgt_pa_bits(field(mmfr0, 0)),
		.vmid_bits = field(mmfr1, 4) == 2 ? 16 : 8,
		.af = field(mmfr1, 0) && !keel_errata_has(AF),
		.dirty = hw_dirty && field(mmfr1, 0) >= HAFDBS_DBM && !keel_errata_has(AF) && !keel_errata_has(DBM),
		.fwb = field(mmfr2, 40),
		/*
		 * the kernel keeps this to itself also in a crash kernel, beside CPUs that stand
		 * still in the old one
		 */
		.cnp = cpus_have_cap(ARM64_HAS_CNP) && !keel_errata_has(CNP),
		.idc = ctr & BIT(28),
		.dic = ctr & BIT(29),
		.pipt = ((ctr >> 14) & 3) == 3,
	};
	hw_dirty = caps->dirty;	/* who reads the parameter learns what is so */
	/* 64K pages have the 52-bit format wherever the addresses have the bits (FEAT_LPA). */
	caps->wide = caps->pa_bits > 48 && (granule >= 2 || PAGE_SHIFT == 16);
	if (!caps->wide)
		caps->pa_bits = min_t(u8, caps->pa_bits, 48);
	return 0;
}

unsigned int keel_mmu_ipa_limit(void)
{
	return keel_stage2_caps.pa_bits;
}

u32 keel_mmu_block_sizes(void)
{
	if (PAGE_SHIFT == 12)
		return SZ_4K | SZ_2M | SZ_1G;
	return PAGE_SHIFT == 14 ? SZ_16K | SZ_32M : SZ_64K | SZ_512M;
}

bool keel_mmu_caches_frames(void)
{
	return keel_stage2_caps.fwb && keel_stage2_caps.dic;
}

/* ---- pages for tables ---- */

/*
 * Pages that become or were tables of a stage 2: counted as SecPageTables in /proc/meminfo and as
 * sec_pagetables of the cgroup that pays for them.
 */
static void *alloc_tables(unsigned int order)
{
	unsigned long tables = __get_free_pages(GFP_KERNEL_ACCOUNT | __GFP_ZERO, order);

	if (tables)
		mod_lruvec_page_state(virt_to_page((void *)tables), NR_SECONDARY_PAGETABLE,
				      1 << order);
	return (void *)tables;
}

static void free_tables(void *tables, unsigned int order)
{
	mod_lruvec_page_state(virt_to_page(tables), NR_SECONDARY_PAGETABLE, -(1 << order));
	free_pages((unsigned long)tables, order);
}

int keel_stage2_topup(struct keel_table_cache *cache)
{
	void *page;

	while (cache->nr < KEEL_TABLE_CACHE) {
		page = alloc_tables(0);
		if (!page)
			return -ENOMEM;
		cache->pages[cache->nr++] = page;
	}
	return 0;
}

void keel_stage2_drop(struct keel_table_cache *cache)
{
	while (cache->nr)
		free_tables(cache->pages[--cache->nr], 0);
}

static void *take_page(void *arg)
{
	struct keel_table_cache *cache = arg;

	return cache->nr ? cache->pages[--cache->nr] : NULL;
}

static void free_table(void *arg, void *table)
{
	struct keel_stage2 *s2 = container_of(arg, struct keel_stage2, hw);

	if (s2->nr_tables)
		atomic_long_dec(s2->nr_tables);
	free_tables(table, 0);
}

static u64 table_phys(const void *table)
{
	return __pa(table);
}

static void *table_virt(u64 phys)
{
	return __va(phys);
}

static void flush_leaf(void *arg, u64 addr, int level)
{
	keel_tlb_flush_ipa(arg, ipa(addr), level);
}

static void flush_range(void *arg, u64 addr, u64 size)
{
	keel_tlb_flush_range(arg, ipa(addr), size);
}

static const struct keel_pgt_ops host_ops = {
	.alloc = take_page,
	.free = free_table,
	.to_phys = table_phys,
	.to_virt = table_virt,
	.flush_leaf = flush_leaf,
	.flush_range = flush_range,
};

/* ---- life cycle ---- */

/*
 * Start level as VTCR_EL2.SL0 has it: counted from level 2 with 4K pages, from level 3 with others.
 */
static unsigned int encode_start(const struct keel_pgt_geo *geo)
{
	return (geo->page_shift == 12 ? 2 : 3) - geo->start;
}

static unsigned int encode_granule(const struct keel_pgt_geo *geo)
{
	switch (geo->page_shift) {
	case 16:
		return 1;
	case 14:
		return 2;
	default:
		return 0;
	}
}

static unsigned int encode_pa_size(const struct keel_pgt_geo *geo)
{
	unsigned int parange = field(read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1), 0);

	return min(parange, geo->wide ? 6U : 5U);
}

static u64 make_vtcr(const struct keel_pgt_geo *geo)
{
	u64 vtcr = VTCR_ONE | VTCR_SH0_INNER | VTCR_ORGN0_WBWA | VTCR_IRGN0_WBWA;

	vtcr |= FIELD_PREP(VTCR_T0SZ, 64 - geo->ipa_bits);
	vtcr |= FIELD_PREP(VTCR_SL0, encode_start(geo));
	vtcr |= FIELD_PREP(VTCR_TG0, encode_granule(geo));
	vtcr |= FIELD_PREP(VTCR_PS, encode_pa_size(geo));
	if (geo->wide && geo->page_shift != 16)
		vtcr |= KEEL_VTCR_DS;
	if (keel_stage2_caps.vmid_bits == 16)
		vtcr |= VTCR_VS;
	if (keel_stage2_caps.af)
		vtcr |= VTCR_HA;
	if (keel_stage2_caps.dirty)
		vtcr |= VTCR_HD;
	return vtcr;
}

/* VTTBR_EL2 without a VMID: BADDR[51:48] is at [5:2] (Arm ARM D24.2.204). */
static u64 make_vttbr(u64 root)
{
	return (root & GENMASK_ULL(47, 6)) | (root >> 48 << 2) | keel_stage2_caps.cnp;
}

/* The wide format costs range invalidations, so only those have it who need it. */
static bool needs_wide(unsigned int ipa_bits)
{
	return keel_stage2_caps.wide && (ipa_bits > 48 || PHYS_MASK_SHIFT > 48);
}

static unsigned int root_order(const struct keel_pgt *pgt)
{
	return get_order((size_t)pgt->geo.nr_root << PAGE_SHIFT);
}

int keel_stage2_init(struct keel_stage2 *s2, struct keel_mmu *mmu, unsigned int ipa_bits)
{
	struct keel_pgt *pgt = &s2->pgt;
	int ret;

	ret = keel_pgt_geo_init(&pgt->geo, PAGE_SHIFT, ipa_bits, needs_wide(ipa_bits));
	if (ret)
		return ret;
	pgt->ops = &host_ops;
	pgt->arg = &s2->hw;
	ret = keel_vmid_init(s2);
	if (ret)
		return ret;
	/*
	 * pages of one order are aligned to their size, as concatenated tables must be (Arm ARM
	 * D8.2.8)
	 */
	pgt->root = alloc_tables(root_order(pgt));
	if (!pgt->root) {
		keel_vmid_destroy(s2);
		return -ENOMEM;
	}
	s2->mmu = mmu;
	s2->hw.vtcr = make_vtcr(&pgt->geo);
	s2->hw.vttbr = make_vttbr(__pa(pgt->root));
	return 0;
}

void keel_stage2_destroy(struct keel_stage2 *s2)
{
	write_lock(&s2->mmu->lock);
	keel_stage2_unmap(s2, ipa(0), keel_stage2_end(s2), true);
	write_unlock(&s2->mmu->lock);
	free_tables(s2->pgt.root, root_order(&s2->pgt));
	s2->pgt.root = NULL;
	keel_vmid_destroy(s2);
}

/* ---- mapping and ranges ---- */

static u64 make_attr(unsigned int prot)
{
	unsigned int mem =
		keel_memattr(prot & KEEL_S2_DEVICE, prot & KEEL_S2_NC, keel_stage2_caps.fwb);
	u64 attr = KEEL_PTE_AF | (prot & KEEL_S2_NO_R ? 0 : KEEL_PTE_R);

	if (prot & KEEL_S2_W)
		attr |= KEEL_PTE_W;
	if (prot & KEEL_S2_MAY_W)
		attr |= KEEL_PTE_MAY_W;
	if (!(prot & KEEL_S2_X))
		attr |= KEEL_PTE_XN;
	return attr | FIELD_PREP(ATTR_MEM, mem);
}

int keel_stage2_map(struct keel_stage2 *s2, const struct keel_stage2_map *map,
		    struct keel_table_cache *cache)
{
	const struct keel_pgt_geo *geo = &s2->pgt.geo;
	struct keel_pgt_map m = {
		.ipa = map->ipa.v, .pa = map->pa.v, .attr = make_attr(map->prot), .level = map->level,
		.cache = cache, .perm_fault = map->perm_fault, .exclusive = map->exclusive,
	};
	unsigned int had = cache->nr;
	int ret;

	lockdep_assert_held(&s2->mmu->lock);
	/* with LPA2 the bits of SH are address bits, and VTCR_EL2.SH0 gives the shareability */
	if (!geo->wide || geo->page_shift == 16)
		m.attr |= ATTR_SH_INNER;
	ret = keel_pgt_map(&s2->pgt, &m);
	if (s2->nr_tables && had != cache->nr)
		atomic_long_add(had - cache->nr, s2->nr_tables);
	/*
	 * a walk sees the new entry only after this (Arm ARM D8.2.7): spares the guest a second
	 * fault
	 */
	dsb(ishst);
	return ret;
}

static u64 part_end(const struct keel_stage2 *s2, u64 start, u64 end)
{
	u64 part = max_t(u64, KEEL_STAGE2_PART, keel_pgt_level_size(&s2->pgt.geo, 2));

	return min(end, (start | (part - 1)) + 1);
}

void keel_stage2_unmap(struct keel_stage2 *s2, ipa_t start, ipa_t end, bool may_yield)
{
	u64 pos, next;

	lockdep_assert_held_write(&s2->mmu->lock);
	for (pos = start.v; (pos = keel_pgt_next(&s2->pgt, pos, end.v)) < end.v; pos = next) {
		next = part_end(s2, pos, end.v);
		keel_pgt_unmap(&s2->pgt, pos, next);
		if (may_yield)
			cond_resched_rwlock_write(&s2->mmu->lock);
	}
}

void keel_stage2_wrprotect(struct keel_stage2 *s2, ipa_t start, ipa_t end)
{
	u64 pos, next;

	lockdep_assert_held_write(&s2->mmu->lock);
	for (pos = start.v; (pos = keel_pgt_next(&s2->pgt, pos, end.v)) < end.v; pos = next) {
		next = part_end(s2, pos, end.v);
		if (keel_pgt_wrprotect(&s2->pgt, pos, next))
			keel_tlb_flush_range(&s2->hw, ipa(pos), next - pos);
		cond_resched_rwlock_write(&s2->mmu->lock);
	}
}

void keel_stage2_withdraw_write(struct keel_stage2 *s2, ipa_t start, ipa_t end, bool may_yield)
{
	u64 pos, next;

	lockdep_assert_held_write(&s2->mmu->lock);
	for (pos = start.v; (pos = keel_pgt_next(&s2->pgt, pos, end.v)) < end.v; pos = next) {
		next = part_end(s2, pos, end.v);
		if (keel_pgt_withdraw_write(&s2->pgt, pos, next))
			keel_tlb_flush_range(&s2->hw, ipa(pos), next - pos);
		if (may_yield)
			cond_resched_rwlock_write(&s2->mmu->lock);
	}
}

/* A chunk from the first block on, or as far as the cache reaches: where it stopped. */
static u64 split_some(struct keel_stage2 *s2, u64 pos, u64 end, u64 chunk,
		      struct keel_table_cache *cache)
{
	u64 size = keel_pgt_level_size(&s2->pgt.geo, 2);
	int ret;

	read_lock(&s2->mmu->lock);
	end = part_end(s2, pos, end);
	pos = keel_pgt_next_block(&s2->pgt, pos, end);
	end = min(end, (pos | (chunk - 1)) + 1);
	while (pos < end && (ret = keel_pgt_split(&s2->pgt, pos, cache)) != -ENOMEM)
		/* a block that somebody else is changing is left to the guest's write */
		pos = keel_pgt_next_block(&s2->pgt, ret ? pos + size : pos, end);
	read_unlock(&s2->mmu->lock);
	return pos;
}

void keel_stage2_split(struct keel_stage2 *s2, ipa_t start, ipa_t end, u64 chunk)
{
	struct keel_table_cache cache = {};
	u64 pos = start.v;

	while (pos < end.v && !keel_stage2_topup(&cache)) {
		pos = split_some(s2, pos, end.v, chunk, &cache);
		cond_resched();
	}
	keel_stage2_drop(&cache);
}

/* ---- caches ---- */

/* The shortest line of a data cache, of all CPUs so far. */
static unsigned long dcache_line;

/* The kernel looks the register up in a table, which is too long for each page. */
void keel_mmu_take_cpu(void)
{
	/* DminLine, words */
	WRITE_ONCE(dcache_line, 4UL << field(read_sanitised_ftr_reg(SYS_CTR_EL0), 16));
}

/* To the point of coherency; complete on return. The kernel's own routine is not exported. */
static void clean_inval_poc(void *va, u64 size)
{
	unsigned long line = READ_ONCE(dcache_line);
	unsigned long pos = (unsigned long)va & ~(line - 1), end = (unsigned long)va + size;

	for (; pos < end; pos += line)
		asm volatile("dc civac, %0" :: "r" (pos) : "memory");
	dsb(sy);	/* Arm ARM D7.5.9.5: complete for every observer, cached or not */
}

void keel_stage2_flush_icache(void)
{
	if (keel_stage2_caps.dic)
		return;
	asm volatile("ic ialluis" ::: "memory");
	dsb(ish);	/* Arm ARM D7.5.9.7; the guest's entry is the context synchronisation */
}

/*
 * Data written through the D cache becomes what is fetched; by address only where no alias can hide
 * it.
 */
static void sync_icache(void *va, u64 size)
{
	unsigned long start = (unsigned long)va;

	caches_clean_inval_pou(start, start + size);
	if (!keel_stage2_caps.pipt)
		keel_stage2_flush_icache();
}

void keel_stage2_make_coherent(hpa_t pa, u64 size, bool exec)
{
	u64 pos, part;

	for (pos = 0; pos < size; pos += part) {
		part = min_t(u64, size - pos, CLEAN_PART);
		if (!keel_stage2_caps.fwb)
			clean_inval_poc(__va(pa.v + pos), part);
		if (exec && !(keel_stage2_caps.idc && keel_stage2_caps.dic))
			sync_icache(__va(pa.v + pos), part);
		if (pos + part < size)
			cond_resched();
	}
}

bool keel_stage2_is_coherent(bool exec)
{
	return keel_stage2_caps.fwb && (!exec || (keel_stage2_caps.idc && keel_stage2_caps.dic));
}

/* Not with FWB: what is cacheable is RAM. */
static void clean_leaf(void *arg, const struct keel_pgt_span *leaf)
{
	if (FIELD_GET(ATTR_MEM, leaf->attr) == KEEL_MEM_NORMAL_WB)
		clean_inval_poc(__va(leaf->pa), leaf->size);
}

void keel_stage2_clean_range(struct keel_stage2 *s2, ipa_t start, ipa_t end)
{
	u64 pos, next;

	for (pos = start.v; pos < end.v; pos = next) {
		read_lock(&s2->mmu->lock);
		pos = keel_pgt_next(&s2->pgt, pos, end.v);
		next = min(end.v, (pos | (CLEAN_PART - 1)) + 1);
		keel_pgt_for_each_leaf(&s2->pgt, pos, next, clean_leaf, NULL);
		read_unlock(&s2->mmu->lock);
		cond_resched();
	}
}

const char *keel_stage2_kind(u64 attr)
{
	switch (FIELD_GET(ATTR_MEM, attr)) {
	case KEEL_MEM_DEVICE_nGnRE:
		return "device";
	case KEEL_MEM_NORMAL_NC:
		return "uncached";
	default:
		return "memory";
	}
}

/* ---- module ---- */

int __init keel_mmu_module_init(void)
{
	return probe(&keel_stage2_caps) ?: keel_vmid_module_init(keel_stage2_caps.vmid_bits);
}

void keel_mmu_module_exit(void)
{
	keel_vmid_module_exit();
}
