// SPDX-License-Identifier: GPL-2.0-only
/*
 * The two trees of slots by guest address. A reader may walk through a tree
 * that changes under it, when two changes follow each other quickly: it then
 * sees nodes that are whole (they are linked by a release, and never freed
 * within a grace period), may miss what it looks for, and searches again.
 */
#include <linux/compiler.h>
#include <asm/barrier.h>
#include "memslot.h"
#include "slot_tree.h"

static void insert(struct rb_root *root, struct keel_slot *slot, struct rb_node *node, int which)
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		if (slot->base < container_of(parent, struct keel_slot, ipa_node[which])->base)
			link = &parent->rb_left;
		else
			link = &parent->rb_right;
	}
	node->__rb_parent_color = (unsigned long)parent;
	node->rb_left = node->rb_right = NULL;
	/* pairs with the dependent reads of search() */
	smp_store_release(link, node);
	rb_insert_color(node, root);
}

/*
 * Send readers to the tree that is not about to change: they see that before they could see the
 * change.
 */
static void turn(struct keel_slot_tree *tree)
{
	smp_wmb();	/* the changes so far; pairs with the acquire in find() */
	WRITE_ONCE(tree->seq, tree->seq + 1);
	smp_wmb();	/* the changes to come; pairs with the smp_rmb() in find() */
}

void keel_slot_tree_insert(struct keel_slot_tree *tree, struct keel_slot *slot)
{
	turn(tree);
	insert(&tree->root[0], slot, &slot->ipa_node[0], 0);
	turn(tree);
	insert(&tree->root[1], slot, &slot->ipa_node[1], 1);
}

void keel_slot_tree_remove(struct keel_slot_tree *tree, struct keel_slot *slot)
{
	turn(tree);
	rb_erase(&slot->ipa_node[0], &tree->root[0]);
	turn(tree);
	rb_erase(&slot->ipa_node[1], &tree->root[1]);
}

/* Slots do not overlap each other, so "overlaps" is a consistent "equal". */
static struct keel_slot *search(const struct rb_root *root, int which, u64 start, u64 end)
{
	struct rb_node *node = READ_ONCE(root->rb_node);
	struct keel_slot *slot;

	while (node) {
		slot = container_of(node, struct keel_slot, ipa_node[which]);
		if (end <= slot->base)
			node = READ_ONCE(node->rb_left);
		else if (start >= slot->base + slot->size)
			node = READ_ONCE(node->rb_right);
		else
			return slot;
	}
	return NULL;
}

struct keel_slot *keel_slot_tree_find(const struct keel_slot_tree *tree, u64 start, u64 end)
{
	struct keel_slot *slot;
	unsigned int seq;

	if (start >= end)
		return NULL;
	do {
		seq = smp_load_acquire(&tree->seq);	/* pairs with turn() */
		slot = search(&tree->root[seq & 1], seq & 1, start, end);
		smp_rmb();	/* pairs with turn(): a change that search() saw is counted */
	} while (READ_ONCE(tree->seq) != seq);
	return slot;
}
