// SPDX-License-Identifier: GPL-2.0-only
/* What of a VM's addresses stage 2 maps, and how. */
#include <linux/seq_file.h>
#include <linux/sizes.h>
#include "../core/objects.h"
#include "pgtable.h"
#include "show.h"
#include "stage2.h"

/* looked at under the lock in one go, and in the file's buffer at once */
#define PART	(u64)SZ_64M

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
	return p->size && p->ipa + p->size == next->ipa && p->attr == next->attr &&
	       p->level == next->level;
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

/* A record of the file is a part of the address space, of which pos is the number. */
static void *seek(struct seq_file *m, loff_t *pos)
{
	struct keel_mmu *mmu = &((struct keel_vm *)m->private)->mmu;
	u64 end = 1ULL << mmu->s2.pgt.geo.ipa_bits, ipa = (u64)*pos * PART;

	if (ipa < end) {
		read_lock(&mmu->lock);
		ipa = keel_pgt_next(&mmu->s2.pgt, ipa, end);
		read_unlock(&mmu->lock);
	}
	*pos = ipa / PART;
	return ipa < end ? pos : NULL;
}

static void *seek_next(struct seq_file *m, void *v, loff_t *pos)
{
	++*pos;
	return seek(m, pos);
}

static void stop(struct seq_file *m, void *v)
{
}

static int show_part(struct seq_file *m, void *v)
{
	struct keel_mmu *mmu = &((struct keel_vm *)m->private)->mmu;
	struct stretch s = { .m = m, .geo = &mmu->s2.pgt.geo };
	u64 ipa = *(loff_t *)v * PART;

	read_lock(&mmu->lock);
	keel_pgt_for_each_leaf(&mmu->s2.pgt, ipa, ipa + PART, note, &s);
	read_unlock(&mmu->lock);
	print(&s);
	return 0;
}

const struct seq_operations keel_mmu_sops = {
	.start = seek, .next = seek_next, .stop = stop, .show = show_part,
};
