// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shadow tables of a VM: which there are, whose they are, and what goes out of them. Faults are
 * mapped there by fault.c as in the VM's own.
 *
 * A leaf of a shadow does not know which page of the VM's it maps. A set of pages, too large at
 * most, says whether any may be mapped (touched); if so, all that is in the shadows goes, and comes
 * back by faults. A bit is set before the leaf and under the same lock, and the set is emptied only
 * when the shadows are.
 *
 * Their tables are as many as the VM's memory deserves, at most, and not as the guest hypervisor's
 * guests have addresses, which may all be of one page: at the bound they are emptied.
 *
 * Locks: keys says which shadow is whose, outside mmu->lock; what is mapped is under mmu->lock as
 * in any tables. Dirty pages are not noted by the hardware there (pgt.written): a protected
 * page's next write faults.
 */
#include <linux/bitmap.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include "../core/objects.h"
#include "../hyp/tlb_range.h"
#include "shadow.h"
#include "stage2.h"

#define MAX_BITS	48	/* of a guest's address, without 52-bit descriptors */
#define BUCKET_SHIFT	21
#define NR_BUCKETS	32768	/* addresses beyond 64 GiB share them */
#define PER_VCPU	2
/*
 * For each vCPU with virtual EL2. With pages of 4 KiB it is a guest of a GiB by pages. With larger
 * ones it is no less than a load needs that crosses a page, of a guest whose tables are far apart.
 */
#define MIN_TABLES	(PAGE_SIZE == SZ_64K ? 64 : SZ_2M / PAGE_SIZE)
#define NOBODYS		(~0ULL)	/* VTTBR_EL2 with CnP: nobody's key */

struct keel_shadow {
	struct keel_stage2 s2;
	u64 vttbr, vtcr;	/* whose it is [k] */
	unsigned int users;	/* vCPUs that have it [k] */
	u64 used;		/* when it last was given to one [k] */
};

/* [k] keys   [m] mmu->lock for writing */
struct keel_shadows {
	struct mutex keys;
	u64 clock;				/* [k] */
	/* that the hypervisor has told of [m]; read with acquire before its tables are */
	unsigned long changes;
	unsigned int nr;			/* [k] and [m] */
	struct keel_shadow *all[PER_VCPU * KEEL_MAX_VCPUS];	/* [k] and [m] */
	atomic_long_t nr_tables;		/* of all of them, but for the roots */
	DECLARE_BITMAP(touched, NR_BUCKETS);	/* bits are set under mmu->lock, and cleared [m] */
};

/* ---- life ---- */

static unsigned int width(void)
{
	return min_t(unsigned int, keel_stage2_caps.pa_bits, MAX_BITS);
}

static struct keel_shadow *make(struct keel_mmu *mmu)
{
	struct keel_shadow *s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);

	if (!s)
		return NULL;
	if (keel_stage2_init(&s->s2, mmu, width())) {
		kfree(s);
		return NULL;
	}
	s->s2.nr_tables = &mmu->shadows->nr_tables;
	/* vCPUs of the hypervisor's may be at two regimes under one VMID */
	s->s2.hw.vttbr &= ~(u64)KEEL_VTTBR_CNP;
	s->vttbr = NOBODYS;
	return s;
}

static void publish(struct keel_mmu *mmu, struct keel_shadow *s)
{
	struct keel_shadows *sh = mmu->shadows;

	mutex_lock(&sh->keys);
	write_lock(&mmu->lock);
	sh->all[sh->nr++] = s;
	write_unlock(&mmu->lock);
	mutex_unlock(&sh->keys);
}

static int make_pool(struct keel_mmu *mmu)
{
	struct keel_shadows *sh;

	if (mmu->shadows)
		return 0;
	/* nor is VMID of the VM's own tables that of one regime: no vCPU has run yet */
	mmu->s2.hw.vttbr &= ~(u64)KEEL_VTTBR_CNP;
	sh = kvzalloc(sizeof(*sh), GFP_KERNEL_ACCOUNT);
	if (!sh)
		return -ENOMEM;
	mutex_init(&sh->keys);
	write_lock(&mmu->lock);
	mmu->shadows = sh;
	write_unlock(&mmu->lock);
	return 0;
}

/*
 * What was made before memory ran out stays, and is not too much: the next try makes what is
 * missing.
 */
static int fill_pool(struct keel_mmu *mmu)
{
	struct keel_shadows *sh = mmu->shadows;
	unsigned int i,
		wanted = min_t(unsigned int, ++mmu->nr_shadowed *PER_VCPU, ARRAY_SIZE(sh->all));

	for (i = sh->nr; i < wanted; i++) {
		struct keel_shadow *s = make(mmu);

		if (!s) {
			mmu->nr_shadowed--;
			return -ENOMEM;
		}
		publish(mmu, s);
	}
	return 0;
}

int keel_shadow_add(struct keel_vm *vm)
{
	struct keel_mmu *mmu = &vm->mmu;
	int err;

	mutex_lock(&mmu->slots_lock);
	err = make_pool(mmu) ?: fill_pool(mmu);
	mutex_unlock(&mmu->slots_lock);
	return err;
}

void keel_shadow_destroy(struct keel_mmu *mmu)
{
	struct keel_shadows *sh = mmu->shadows;
	unsigned int i;

	if (!sh)
		return;
	for (i = 0; i < sh->nr; i++) {
		keel_stage2_destroy(&sh->all[i]->s2);
		kfree(sh->all[i]);
	}
	kvfree(sh);
	mmu->shadows = NULL;
}

/* ---- keys ---- */

static struct keel_shadow *find(struct keel_shadows *sh, u64 vttbr, u64 vtcr)
{
	unsigned int i;

	for (i = 0; i < sh->nr; i++)
		if (sh->all[i]->vttbr == vttbr && sh->all[i]->vtcr == vtcr)
			return sh->all[i];
	return NULL;
}

/* Nobody has it, and that for the longest time. */
static struct keel_shadow *least_used(struct keel_shadows *sh)
{
	struct keel_shadow *s = NULL;
	unsigned int i;

	for (i = 0; i < sh->nr; i++)
		if (!sh->all[i]->users && (!s || sh->all[i]->used < s->used))
			s = sh->all[i];
	return s;
}

static struct keel_shadow *take_over(struct keel_shadows *sh, u64 vttbr, u64 vtcr)
{
	struct keel_shadow *s = least_used(sh);

	if (!s)
		return NULL;
	if (s->vttbr != NOBODYS) {
		write_lock(&s->s2.mmu->lock);
		keel_stage2_unmap(&s->s2, ipa(0), keel_stage2_end(&s->s2), true);
		write_unlock(&s->s2.mmu->lock);
		/* its stage 1 is another as well */
		keel_tlb_flush_vmid(&s->s2.hw);
	}
	s->vttbr = vttbr;
	s->vtcr = vtcr;
	return s;
}

struct keel_stage2 *keel_shadow_get(struct keel_vm *vm, u64 vttbr, u64 vtcr)
{
	struct keel_shadows *sh = vm->mmu.shadows;
	struct keel_shadow *s;

	mutex_lock(&sh->keys);
	s = find(sh, vttbr, vtcr) ?: take_over(sh, vttbr, vtcr);
	if (s) {
		s->users++;
		s->used = ++sh->clock;
	}
	mutex_unlock(&sh->keys);
	return s ? &s->s2 : NULL;
}

void keel_shadow_put(struct keel_vm *vm, struct keel_stage2 *s2)
{
	struct keel_shadows *sh = vm->mmu.shadows;

	mutex_lock(&sh->keys);
	container_of(s2, struct keel_shadow, s2)->users--;
	mutex_unlock(&sh->keys);
}

/* ---- all that is in them ---- */

static bool is_empty(struct keel_stage2 *s2)
{
	u64 end = keel_stage2_end(s2).v;

	return keel_pgt_next(&s2->pgt, 0, end) == end;
}

/* What was mapped while the lock was dropped may be of any page. */
static void forget_touched(struct keel_shadows *sh)
{
	unsigned int i;

	for (i = 0; i < sh->nr; i++)
		if (!is_empty(&sh->all[i]->s2))
			return;
	bitmap_zero(sh->touched, NR_BUCKETS);
}

static void empty_all(struct keel_shadows *sh, bool may_yield)
{
	unsigned int i;

	for (i = 0; i < sh->nr; i++) {
		keel_stage2_unmap(&sh->all[i]->s2, ipa(0), keel_stage2_end(&sh->all[i]->s2),
				  may_yield);
		/* there may be many, and nothing in them */
		if (may_yield)
			cond_resched_rwlock_write(&sh->all[i]->s2.mmu->lock);
	}
	forget_touched(sh);
}

/* ---- the hypervisor's invalidations ---- */

static bool is_of(const struct keel_shadow *s, int vmid)
{
	return s->vttbr != NOBODYS && (vmid == KEEL_SHADOW_ALL || s->vttbr >> 48 == vmid);
}

void keel_shadow_unmap(struct keel_vm *vm, int vmid, u64 first, u64 last)
{
	struct keel_shadows *sh = vm->mmu.shadows;
	struct keel_mmu *mmu = &vm->mmu;
	unsigned int i;
	u64 end;

	mutex_lock(&sh->keys);
	for (i = 0; i < sh->nr; i++) {
		end = min(last, keel_stage2_end(&sh->all[i]->s2).v - 1) + 1;
		if (!is_of(sh->all[i], vmid) || first >= end)
			continue;
		write_lock(&mmu->lock);
		/*
		 * who has walked the hypervisor's tables before, walks once more; release: and
		 * finds what it has there now
		 */
		if (sh->all[i]->users)
			smp_store_release(&sh->changes, sh->changes + 1);
		keel_stage2_unmap(&sh->all[i]->s2, ipa(first), ipa(end), true);
		write_unlock(&mmu->lock);
	}
	mutex_unlock(&sh->keys);
}

/* Whoever runs on one finds it empty. */
void keel_shadow_forget(struct keel_mmu *mmu)
{
	struct keel_shadows *sh = mmu->shadows;
	unsigned int i;

	if (!sh)
		return;
	mutex_lock(&sh->keys);
	write_lock(&mmu->lock);
	smp_store_release(&sh->changes, sh->changes + 1);
	empty_all(sh, true);
	write_unlock(&mmu->lock);
	for (i = 0; i < sh->nr; i++) {
		if (sh->all[i]->vttbr == NOBODYS)
			continue;
		keel_tlb_flush_vmid(&sh->all[i]->s2.hw);
		if (!sh->all[i]->users)
			sh->all[i]->vttbr = NOBODYS;
	}
	mutex_unlock(&sh->keys);
}

unsigned long keel_shadow_changes(const struct keel_mmu *mmu)
{
	return smp_load_acquire(&mmu->shadows->changes);
}

void keel_shadow_for_each(struct keel_vm *vm, int vmid,
			  void (*fn)(const struct keel_s2 *s2, void *arg), void *arg)
{
	struct keel_shadows *sh = vm->mmu.shadows;
	unsigned int i;

	mutex_lock(&sh->keys);
	for (i = 0; i < sh->nr; i++)
		if (is_of(sh->all[i], vmid))
			fn(&sh->all[i]->s2.hw, arg);
	mutex_unlock(&sh->keys);
}

/* ---- the VM's memory ---- */

static unsigned int bucket(u64 addr)
{
	return (addr >> BUCKET_SHIFT) % NR_BUCKETS;
}

void keel_shadow_touch(struct keel_mmu *mmu, ipa_t start, u64 size)
{
	struct keel_shadows *sh = mmu->shadows;
	u64 pos;

	lockdep_assert_held(&mmu->lock);
	for (pos = start.v; pos < start.v + size; pos += 1ULL << BUCKET_SHIFT)
		if (!test_bit(bucket(pos), sh->touched))
			set_bit(bucket(pos), sh->touched);
}

bool keel_shadow_has_memory(const struct keel_mmu *mmu, ipa_t start, ipa_t end)
{
	const struct keel_shadows *sh = mmu->shadows;
	u64 pos = start.v >> BUCKET_SHIFT, last = (end.v - 1) >> BUCKET_SHIFT;

	if (!sh || start.v >= end.v)
		return false;
	if (last - pos >= NR_BUCKETS)
		return !bitmap_empty(sh->touched, NR_BUCKETS);
	for (; pos <= last; pos++)
		if (test_bit(pos % NR_BUCKETS, sh->touched))
			return true;
	return false;
}

void keel_shadow_unmap_memory(struct keel_mmu *mmu, ipa_t start, ipa_t end, bool may_yield)
{
	lockdep_assert_held_write(&mmu->lock);
	if (keel_shadow_has_memory(mmu, start, end))
		empty_all(mmu->shadows, may_yield);
}

/*
 * For each of the VM's pages, by its size: four times as many as if all were mapped once, by pages.
 */
static long max_tables(const struct keel_mmu *mmu)
{
	return max_t(u64, (u64)READ_ONCE(mmu->shadows->nr) / PER_VCPU * MIN_TABLES,
		     READ_ONCE(mmu->slots.bytes) / PAGE_SIZE * sizeof(u64) * 4 / PAGE_SIZE);
}

void keel_shadow_make_room(struct keel_mmu *mmu)
{
	if (atomic_long_read(&mmu->shadows->nr_tables) < max_tables(mmu))
		return;
	write_lock(&mmu->lock);
	/* who waited for the lock may find it done */
	if (atomic_long_read(&mmu->shadows->nr_tables) >= max_tables(mmu))
		empty_all(mmu->shadows, true);
	write_unlock(&mmu->lock);
}

void keel_shadow_wrprotect_memory(struct keel_mmu *mmu, ipa_t start, ipa_t end)
{
	struct keel_shadows *sh = mmu->shadows;
	unsigned int i;

	lockdep_assert_held_write(&mmu->lock);
	if (!keel_shadow_has_memory(mmu, start, end))
		return;
	for (i = 0; i < sh->nr; i++)
		keel_stage2_wrprotect(&sh->all[i]->s2, ipa(0), keel_stage2_end(&sh->all[i]->s2));
}
