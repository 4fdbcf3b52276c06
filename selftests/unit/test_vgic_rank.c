// SPDX-License-Identifier: GPL-2.0-only
/* pure: vgic/rank.c vgic/irq.c */
/*
 * The order in which a vCPU's interrupts go into list registers, against one
 * that compares every two of them; and whether any is signalled, against a look at each.
 */
#include <stdlib.h>
#include <string.h>
#include "vgic/rank.h"
#include "ktap.h"

#define MAX	40

static struct keel_irq_state irqs[MAX];
static unsigned int nr;

static struct keel_irq_state random_irq(u32 intid)
{
	struct keel_irq_state s = {
		.intid = intid, .enabled = true, .latch = true,
		.priority = random() % 32 << 3, .group1 = random() & 1, .active = random() % 4 == 0,
		.shown = random() & 1, .shown_priority = random() % 32 << 3,
	};

	/* mostly like others */
	if (random() & 1)
		s.priority &= 0x18;
	return s;
}

static struct keel_ranks make(void)
{
	struct keel_ranks r = {};

	nr = random() % (MAX + 1);
	for (unsigned int i = 0; i < nr; i++) {
		irqs[i] = random_irq(i);
		keel_rank_use(&r, keel_rank(&irqs[i]));
	}
	return r;
}

static u8 priority_of(const struct keel_irq_state *s)
{
	return s->active && s->shown ? s->shown_priority : s->priority;
}

static int class_of(const struct keel_irq_state *s, u32 open)
{
	return s->active ? 1 : open >> s->group1 & 1 ? 0 : 2;
}

/* a comes before b, or they have no order. */
static bool may_precede(const struct keel_irq_state *a, const struct keel_irq_state *b, u32 open)
{
	int ca = class_of(a, open), cb = class_of(b, open);

	if (ca != cb)
		return ca < cb;
	return priority_of(a) <= priority_of(b);
}

static void every_one_once_in_order(void)
{
	for (int round = 0; round < 5000; round++) {
		struct keel_ranks r = make();
		struct keel_irq_state order[MAX];
		u32 open = random() & KEEL_ROWS_PENDING;
		unsigned int n = 0, ranks = 0;
		int rank;

		while ((rank = keel_rank_next(&r, open)) >= 0) {
			CHECK(rank < KEEL_NR_RANKS);
			CHECK(++ranks <= KEEL_NR_RANKS);
			for (unsigned int i = 0; i < nr; i++)
				if ((int)keel_rank(&irqs[i]) == rank)
					order[n++] = irqs[i];
		}
		CHECK_EQ(n, nr);
		for (unsigned int i = 0; i + 1 < n; i++)
			CHECK(may_precede(&order[i], &order[i + 1], open));
	}
}

static void signals_what_is_more_urgent_than_the_mask(void)
{
	for (int round = 0; round < 5000; round++) {
		struct keel_ranks r = make();
		u32 groups = random() & KEEL_ROWS_PENDING,
		    mask = random() % 4 ? random() & 0xff : random() % 40;
		bool want = false;

		for (unsigned int i = 0; i < nr; i++)
			want |= !irqs[i].active && groups >> irqs[i].group1 & 1 &&
				irqs[i].priority < mask;
		CHECK_EQ(keel_rank_signals(&r, groups, mask), want);
	}
}

static void ranks_go_one_by_one(void)
{
	struct keel_ranks r = {}, none = {};

	for (unsigned int i = 0; i < KEEL_NR_RANKS; i++)
		keel_rank_use(&r, i);
	for (unsigned int i = 0; i < KEEL_NR_RANKS; i++) {
		CHECK(keel_rank_row(i) < KEEL_NR_ROWS);
		CHECK_EQ(keel_rank_first(i / 64, r.used[i / 64]), i);
		keel_rank_drop(&r, i);
	}
	CHECK(!memcmp(&r, &none, sizeof(r)));
	CHECK_EQ(keel_rank_next(&r, KEEL_ROWS_PENDING), -1);
}

int main(void)
{
	srandom(1);
	RUN(every_one_once_in_order);
	RUN(signals_what_is_more_urgent_than_the_mask);
	RUN(ranks_go_one_by_one);
	return ktap_done();
}
