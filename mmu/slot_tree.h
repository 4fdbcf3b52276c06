/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Slots by guest physical address, looked up without a lock: two search trees
 * that change one after the other, and a count that tells readers which one
 * to use and whether to search again.
 */
#ifndef KEEL_MMU_SLOT_TREE_H
#define KEEL_MMU_SLOT_TREE_H

#include <linux/rbtree.h>
#include <linux/types.h>

struct keel_slot;

struct keel_slot_tree {
	unsigned int seq;	/* odd: root[0] may be changing; even: root[1] */
	struct rb_root root[2];
};

/*
 * Writers are serialised by the caller. A removed slot may be met by readers until a grace period
 * has passed.
 */
void keel_slot_tree_insert(struct keel_slot_tree *tree, struct keel_slot *slot);
void keel_slot_tree_remove(struct keel_slot_tree *tree, struct keel_slot *slot);

/* Any slot that overlaps [start, end), or NULL. Any context. */
struct keel_slot *keel_slot_tree_find(const struct keel_slot_tree *tree, u64 start, u64 end);

#endif
