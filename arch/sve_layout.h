/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SVE as numbers: sets of vector lengths, and where in a vCPU's state (hyp/sve.h) a
 * register of ONE_REG is. Lengths are in units of 128 bits ("vq"); in a set bit vq - 1
 * stands for one. Pure.
 */
#ifndef KEEL_ARCH_SVE_LAYOUT_H
#define KEEL_ARCH_SVE_LAYOUT_H

#include <linux/types.h>

/*
 * What guests are offered where CPUs differ: each length that all CPUs have, up to the
 * first that only some have. A guest that asks for less than its longest gets the
 * longest the CPU has below that, which must be the same everywhere.
 */
u32 keel_sve_layout_offer(u32 all, u32 any);
/* May a CPU with these lengths run guests that were offered those? */
bool keel_sve_layout_suffices(u32 offer, u32 cpu);

/* The longest of a set; 0: it is empty. */
unsigned int keel_sve_layout_longest(u32 set);
/* The set without what is longer than vq. */
u32 keel_sve_layout_upto(u32 set, unsigned int vq);

/*
 * The longest of the set that user space wants (KVM_REG_ARM64_SVE_VLS), if it has
 * all that is offered up to there and nothing else; 0: it has not, or is empty.
 */
unsigned int keel_sve_layout_wanted(const u64 *words, u32 offer);

/*
 * Bytes of the state, and bytes of the register in user memory: what is above the former reads as
 * zero.
 */
struct keel_sve_region {
	unsigned int offset, size, user_size;
};

/*
 * A Z or P register or FFR by its ONE_REG id, of a vCPU whose longest vector is vq.
 * -EINVAL: no such id. -ENOENT: slices other than the first, which holds all there is,
 * and vq 0.
 */
int keel_sve_layout_region(u64 id, unsigned int vq, struct keel_sve_region *r);

/* The i-th of those ids. */
#define KEEL_SVE_NR_REGS	49
u64 keel_sve_layout_id(unsigned int i);

#endif
