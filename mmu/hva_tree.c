// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * The tree of slots by host address. Many slots may have the same address, so
 * an invalidation that began anew whenever it let others in would take a time
 * that grows with the square of their number, while reclaim waits for it. So a
 * walk keeps its place: the node it comes to next, which a removal moves on.
 */
#include "hva_tree.h"

void keel_hva_tree_init(struct keel_hva_tree *tree)
{
	tree->root = RB_ROOT_CACHED;
	INIT_LIST_HEAD(&tree->walks);
}

void keel_hva_tree_insert(struct keel_hva_tree *tree, struct interval_tree_node *node)
{
	interval_tree_insert(node, &tree->root);
}

static void advance(struct keel_hva_walk *walk)
{
	walk->next = interval_tree_iter_next(walk->next, walk->start, walk->last);
}

void keel_hva_tree_remove(struct keel_hva_tree *tree, struct interval_tree_node *node)
{
	struct keel_hva_walk *walk;

	list_for_each_entry(walk, &tree->walks, entry)
		if (walk->next == node)
			advance(walk);
	interval_tree_remove(node, &tree->root);
}

void keel_hva_walk_begin(struct keel_hva_tree *tree, struct keel_hva_walk *walk,
			 unsigned long start, unsigned long last)
{
	walk->start = start;
	walk->last = last;
	walk->next = interval_tree_iter_first(&tree->root, start, last);
	list_add(&walk->entry, &tree->walks);
}

struct interval_tree_node *keel_hva_walk_next(struct keel_hva_walk *walk)
{
	struct interval_tree_node *node = walk->next;

	if (node)
		advance(walk);
	return node;
}

void keel_hva_walk_end(struct keel_hva_walk *walk)
{
	list_del(&walk->entry);
}
