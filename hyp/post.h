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

/* Where a vCPU is. One that is OUTSIDE looks by itself at what there is for it before it runs or sleeps. */
enum keel_mode { KEEL_OUTSIDE, KEEL_IN_GUEST, KEEL_ASLEEP };

/*
 * False: the vCPU has not seen it and will not, so it must be sent in another
 * way. Should the vCPU come to look meanwhile, whether it saw the bit shows in
 * whether that is still there: if so it is withdrawn. change: atomically clear
 * bits of a word and set others, and return what it was.
 */
static __always_inline bool keel_post(unsigned long *posted, const int *mode, u64 bit,
				      u64 (*change)(unsigned long *word, u64 clear, u64 set))
{
	if (READ_ONCE(*mode) != KEEL_OUTSIDE)
		return false;
	change(posted, 0, bit);
	/* pairs with the barriers between the change of mode and keel_vgic_collect() */
	smp_mb();
	if (READ_ONCE(*mode) == KEEL_OUTSIDE)
		return true;
	return !(change(posted, bit, 0) & bit);
}

#endif
