// SPDX-License-Identifier: GPL-2.0-only
/* KVM_PRE_FAULT_MEMORY: a range comes into the tables before the guest touches it. */
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include "../core/objects.h"
#include "mmu.h"

#define TRIES	100

/* Of the leaf that maps the address; 0: none does. */
static u64 leaf_size(struct keel_stage2 *s2, u64 addr)
{
	int level;
	u64 leaf;

	read_lock(&s2->mmu->lock);
	leaf = keel_pgt_lookup(&s2->pgt, addr, &level);
	read_unlock(&s2->mmu->lock);
	return leaf ? keel_pgt_level_size(&s2->pgt.geo, level) : 0;
}

/* How many bytes from pos on are done, or -errno. */
static s64 done_from(struct keel_vcpu *vcpu, u64 pos, enum keel_fault_verdict verdict)
{
	u64 size;

	switch (verdict) {
	case KEEL_FAULT_DONE:
		size = leaf_size(vcpu->s2, pos);
		return size ? size - (pos & (size - 1)) : 0;
	case KEEL_FAULT_NO_READ:
		return PAGE_SIZE;	/* may not be read: nothing to bring */
	case KEEL_FAULT_NO_MEMORY:
		return -ENOENT;
	default:
		return -EFAULT;
	}
}

/* A page or block: its size from pos on, or -errno. Again where the VMM changed it meanwhile. */
static s64 bring_one(struct keel_vcpu *vcpu, u64 pos)
{
	unsigned int i;

	for (i = 0; i < TRIES; i++) {
		int verdict;
		s64 done;

		if (signal_pending(current))
			return -EINTR;
		cond_resched();
		verdict = keel_mmu_bring(vcpu, ipa(pos));
		done = verdict < 0 ? verdict : done_from(vcpu, pos, verdict);

		if (done)
			return done;
	}
	return -EAGAIN;
}

static int bring(struct keel_vcpu *vcpu, struct kvm_pre_fault_memory *range)
{
	s64 done;

	while (range->size) {
		done = bring_one(vcpu, range->gpa);
		if (done < 0)
			return done;
		done = min_t(u64, done, range->size);
		range->gpa += done;
		range->size -= done;
	}
	return 0;
}

int keel_mmu_prefault(struct keel_vcpu *vcpu, struct kvm_pre_fault_memory *range)
{
	u64 size = range->size;
	int err;

	if (range->flags || !keel_mmu_is_range(range->gpa, size))
		return -EINVAL;
	err = bring(vcpu, range);
	return range->size < size ? 0 : err;
}
