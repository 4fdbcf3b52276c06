/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * Slots by host address, and walks over those that overlap a range which
 * outlast changes of the tree.
 */
#ifndef KEEL_MMU_HVA_TREE_H
#define KEEL_MMU_HVA_TREE_H

#include <linux/interval_tree.h>
#include <linux/list.h>

struct keel_hva_tree {
	struct rb_root_cached root;
	struct list_head walks;		/* those in progress */
};

struct keel_hva_walk {
	struct list_head entry;
	unsigned long start, last;
	struct interval_tree_node *next;
};

void keel_hva_tree_init(struct keel_hva_tree *tree);
/* Exclusive, as is what concerns walks. */
void keel_hva_tree_insert(struct keel_hva_tree *tree, struct interval_tree_node *node);
void keel_hva_tree_remove(struct keel_hva_tree *tree, struct interval_tree_node *node);

/* Shared. Nodes that overlap [start, last], without a change between one and the next. */
#define keel_hva_tree_for_each(node, tree, start, last) \
	for (node = interval_tree_iter_first(&(tree)->root, start, last); node; \
	     node = interval_tree_iter_next(node, start, last))

/*
 * The same, where the caller may let others change the tree between one call
 * and the next: each node that is there from begin to end is met once. The
 * node that next() returned may be gone by then. NULL: no more.
 */
void keel_hva_walk_begin(struct keel_hva_tree *tree, struct keel_hva_walk *walk,
			 unsigned long start, unsigned long last);
struct interval_tree_node *keel_hva_walk_next(struct keel_hva_walk *walk);
void keel_hva_walk_end(struct keel_hva_walk *walk);

#endif
