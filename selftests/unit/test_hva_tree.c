// SPDX-License-Identifier: GPL-2.0-only
/* pure: mmu/hva_tree.c */
/*
 * Walks over slots by host address, while slots come and go between one step
 * and the next: each that stays is met exactly once, whatever happens to the
 * others, and the number of steps is the number of slots.
 */
#include <stdbool.h>
#include <stdlib.h>
#include "mmu/hva_tree.h"
#include "ktap.h"

#define N	200

static struct keel_hva_tree tree;

static struct slot {
	struct interval_tree_node node;
	bool linked, stays;
	unsigned int met[2];	/* by each walk */
} slots[N];

static void add(struct slot *slot, unsigned long start, unsigned long size)
{
	*slot = (struct slot){ .node.start = start, .node.last = start + size - 1, .linked = true };
	keel_hva_tree_insert(&tree, &slot->node);
}

static void drop(struct slot *slot)
{
	keel_hva_tree_remove(&tree, &slot->node);
	slot->linked = false;
	slot->stays = false;
}

static bool step(struct keel_hva_walk *walk, unsigned int which)
{
	struct interval_tree_node *node = keel_hva_walk_next(walk);

	if (node)
		list_entry(node, struct slot, node)->met[which]++;
	return node;
}

/* One page behind all of them, and somebody else gets the lock after each. */
static void same_address(void)
{
	struct keel_hva_walk walk;
	unsigned int steps = 0;

	keel_hva_tree_init(&tree);
	for (unsigned int i = 0; i < N; i++)
		add(&slots[i], 0x1000, 0x1000);
	keel_hva_walk_begin(&tree, &walk, 0x1000, 0x1fff);
	while (step(&walk, 0))
		steps++;
	keel_hva_walk_end(&walk);
	CHECK_EQ(steps, N);
	for (unsigned int i = 0; i < N; i++)
		CHECK_EQ(slots[i].met[0], 1);
	CHECK(tree.walks.next == &tree.walks);
}

/* The next one goes, all that follow go, and the one that was just met goes. */
static void removed_ahead(void)
{
	struct keel_hva_walk walk;

	keel_hva_tree_init(&tree);
	for (unsigned int i = 0; i < 6; i++)
		add(&slots[i], i * 0x1000, 0x1000);
	keel_hva_walk_begin(&tree, &walk, 0, 0x5fff);
	drop(&slots[0]);
	CHECK(keel_hva_walk_next(&walk) == &slots[1].node);
	drop(&slots[1]);
	drop(&slots[2]);
	drop(&slots[3]);
	CHECK(keel_hva_walk_next(&walk) == &slots[4].node);
	drop(&slots[5]);
	CHECK(!keel_hva_walk_next(&walk));
	keel_hva_walk_end(&walk);
}

static void change_any(void)
{
	struct slot *slot = &slots[rand() % N];

	if (slot->linked)
		drop(slot);
	else
		add(slot, (unsigned long)(rand() % 8) << 12, (unsigned long)(1 + rand() % 4) << 12);
}

static bool overlaps(const struct slot *slot, unsigned long start, unsigned long last)
{
	return slot->node.start <= last && slot->node.last >= start;
}

/* Two invalidations at once, of ranges of their own, and changes between all of their steps. */
static void random_changes(void)
{
	struct keel_hva_walk walks[2];
	static const unsigned long start[2] = { 0x2000, 0x1000 }, last[2] = { 0x5fff, 0x2fff };
	bool going[2] = { true, true };

	for (unsigned int i = 0; i < N; i++)
		slots[i].stays = slots[i].linked;
	for (unsigned int i = 0; i < 2; i++)
		keel_hva_walk_begin(&tree, &walks[i], start[i], last[i]);
	while (going[0] || going[1]) {
		unsigned int i = rand() % 2;

		going[i] = going[i] && step(&walks[i], i);
		change_any();
	}
	for (unsigned int i = 0; i < 2; i++)
		keel_hva_walk_end(&walks[i]);
	for (unsigned int n = 0; n < N; n++)
		for (unsigned int i = 0; slots[n].stays && i < 2; i++)
			CHECK_EQ(slots[n].met[i], overlaps(&slots[n], start[i], last[i]));
}

static void changes_between_steps(void)
{
	srand(1);
	for (unsigned int round = 0; round < 300; round++) {
		keel_hva_tree_init(&tree);
		for (unsigned int i = 0; i < N; i++)
			slots[i] = (struct slot){};
		for (unsigned int i = 0; i < N; i++)
			change_any();
		random_changes();
	}
}

int main(void)
{
	RUN(same_address);
	RUN(removed_ahead);
	RUN(changes_between_steps);
	return ktap_done();
}
