/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The interval tree's calls on a list in the tree's order: by start, those with
 * the same start by age. A removed node is poisoned, as whoever uses it then
 * reads rubbish in the kernel as well.
 */
#ifndef KEEL_UNIT_LINUX_INTERVAL_TREE_H
#define KEEL_UNIT_LINUX_INTERVAL_TREE_H

#include <stddef.h>

struct interval_tree_node {
	unsigned long start, last;
	struct interval_tree_node *next;
};

struct rb_root_cached {
	struct interval_tree_node *first;
};

#define RB_ROOT_CACHED	((struct rb_root_cached){ NULL })

static inline void interval_tree_insert(struct interval_tree_node *node,
					struct rb_root_cached *root)
{
	struct interval_tree_node **link = &root->first;

	while (*link && (*link)->start <= node->start)
		link = &(*link)->next;
	node->next = *link;
	*link = node;
}

static inline void interval_tree_remove(struct interval_tree_node *node,
					struct rb_root_cached *root)
{
	struct interval_tree_node **link = &root->first;

	while (*link != node)
		link = &(*link)->next;
	*link = node->next;
	node->next = (void *)1;
}

static inline struct interval_tree_node *interval_tree_overlap(struct interval_tree_node *node,
							       unsigned long start,
							       unsigned long last)
{
	while (node && (node->last < start || node->start > last))
		node = node->next;
	return node;
}

static inline struct interval_tree_node *interval_tree_iter_first(struct rb_root_cached *root,
								  unsigned long start,
								  unsigned long last)
{
	return interval_tree_overlap(root->first, start, last);
}

static inline struct interval_tree_node *interval_tree_iter_next(struct interval_tree_node *node,
								 unsigned long start,
								 unsigned long last)
{
	return interval_tree_overlap(node->next, start, last);
}

#endif
