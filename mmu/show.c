// SPDX-License-Identifier: GPL-2.0-only
/* What of a VM's addresses stage 2 maps, and how. */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include "../core/objects.h"
#include "pgtable.h"
#include "show.h"
#include "stage2.h"

#define PART	SZ_64M	/* looked at under the lock in one go */

/* Leaves that are alike and one after the other. */
struct stretch {
	struct seq_file *m;
	const struct keel_pgt_geo *geo;
	struct keel_pgt_span span;	/* size 0: none */
};

static void print(struct stretch *s)
{
	const struct keel_pgt_span *p = &s->span;

	if (!p->size)
		return;
	seq_printf(s->m, "%#018llx-%#018llx %8lluK %c%c%c%c %s\n", p->ipa, p->ipa + p->size,
		   keel_pgt_level_size(s->geo, p->level) / SZ_1K, p->attr & KEEL_PTE_R ? 'R' : '-',
		   p->attr & KEEL_PTE_W ? 'W' : '-', p->attr & KEEL_PTE_XN ? '-' : 'X',
		   p->attr & KEEL_PTE_AF ? 'A' : '-', keel_stage2_kind(p->attr));
}

static bool continues(const struct keel_pgt_span *p, const struct keel_pgt_span *next)
{
	return p->size && p->ipa + p->size == next->ipa && p->attr == next->attr && p->level == next->level;
}

static void note(void *arg, const struct keel_pgt_span *leaf)
{
	struct stretch *s = arg;

	if (continues(&s->span, leaf)) {
		s->span.size += leaf->size;
		return;
	}
	print(s);
	s->span = *leaf;
}

/* Where the next part begins. */
static u64 show_part(struct keel_mmu *mmu, u64 pos, u64 end, struct stretch *s)
{
	u64 next;

	read_lock(&mmu->lock);
	pos = keel_pgt_next(&mmu->pgt, pos, end);
	next = min(end, (pos | (PART - 1)) + 1);
	keel_pgt_for_each_leaf(&mmu->pgt, pos, next, note, s);
	read_unlock(&mmu->lock);
	return next;
}

int keel_mmu_show(struct seq_file *m, struct keel_vm *vm)
{
	struct keel_mmu *mmu = &vm->mmu;
	struct stretch s = { .m = m, .geo = &mmu->pgt.geo };
	u64 pos = 0, end = 1ULL << mmu->pgt.geo.ipa_bits;

	/* what overflows is done again, with more room */
	while (pos < end && !seq_has_overflowed(m)) {
		if (fatal_signal_pending(current))
			return -EINTR;
		pos = show_part(mmu, pos, end, &s);
		cond_resched();
	}
	print(&s);
	return 0;
}
