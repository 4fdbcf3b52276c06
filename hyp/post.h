/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An SGI for a vCPU that will look for it by itself. Only the order of the
 * accesses is here, so that a test can go through all that may come in between.
 */
#ifndef KEEL_HYP_POST_H
#define KEEL_HYP_POST_H

#include <linux/compiler.h>
#include <linux/types.h>
#include <asm/barrier.h>

/*
 * Where a vCPU is. One that is OUTSIDE looks by itself at what there is for it before it runs or
 * sleeps.
 */
enum keel_mode { KEEL_OUTSIDE, KEEL_IN_GUEST, KEEL_ASLEEP };

enum keel_post {
	KEEL_POST_NO,	/* nothing was done: it must be sent in another way */
	KEEL_POST_DONE,	/* the vCPU looks before it runs or sleeps, or has looked */
	/* the bit is there, but the vCPU may have looked before: somebody must for it */
	KEEL_POST_TELL,
};

/*
 * A bit that is there stays until it is collected: another sender may rely on
 * it, whose SGI is then the same one. set: atomically set bits of a word.
 */
static __always_inline enum keel_post keel_post(unsigned long *posted, const int *mode, u64 bit,
						void (*set)(unsigned long *word, u64 bits))
{
	if (READ_ONCE(*mode) != KEEL_OUTSIDE)
		return KEEL_POST_NO;
	set(posted, bit);
	/* pairs with the barriers between the change of mode and keel_vgic_collect() */
	smp_mb();
	if (READ_ONCE(*mode) == KEEL_OUTSIDE || !(READ_ONCE(*posted) & bit))
		return KEEL_POST_DONE;
	return KEEL_POST_TELL;
}

#endif
