// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* Sets of vector lengths; ids and places of the SVE registers. */
#include <linux/bits.h>
#include <linux/bitops.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kvm.h>
#include "../hyp/sve.h"
#include "sve_layout.h"

u32 keel_sve_layout_offer(u32 all, u32 any)
{
	u32 some = any & ~all;

	return some ? all & ((some & -some) - 1) : all;
}

unsigned int keel_sve_layout_longest(u32 set)
{
	return fls(set);
}

u32 keel_sve_layout_upto(u32 set, unsigned int vq)
{
	return set & (u32)(BIT_ULL(vq) - 1);
}

bool keel_sve_layout_suffices(u32 offer, u32 cpu)
{
	return keel_sve_layout_upto(cpu, fls(offer)) == offer;
}

unsigned int keel_sve_layout_wanted(const u64 *words, u32 offer)
{
	unsigned int i, vq = words[0] >> 32 ? 0 : fls(words[0]);

	for (i = 1; i < KVM_ARM64_SVE_VLS_WORDS; i++)
		if (words[i])
			return 0;
	return words[0] == keel_sve_layout_upto(offer, vq) ? vq : 0;
}

#define SLICES	KVM_ARM64_SVE_MAX_SLICES

static_assert(KVM_REG_ARM64_SVE_FFR(0) == KVM_REG_ARM64_SVE_PREG(0, 0) + KEEL_SVE_NR_P * SLICES);

static bool among(u64 id, u64 first, unsigned int nr)
{
	return id >= first && id < first + (u64)nr * SLICES;
}

int keel_sve_layout_region(u64 id, unsigned int vq, struct keel_sve_region *r)
{
	u64 z = id - KVM_REG_ARM64_SVE_ZREG(0, 0), p = id - KVM_REG_ARM64_SVE_PREG(0, 0);

	if (among(id, KVM_REG_ARM64_SVE_ZREG(0, 0), KEEL_SVE_NR_Z)) {
		r->size = keel_sve_z_size(vq);
		r->offset = z / SLICES * r->size;
		r->user_size = keel_sve_z_size(KEEL_SVE_MAX_VQ);
	} else if (among(id, KVM_REG_ARM64_SVE_PREG(0, 0), KEEL_SVE_NR_P + 1)) {
		r->size = keel_sve_p_size(vq);
		r->offset = KEEL_SVE_NR_Z * keel_sve_z_size(vq) + p / SLICES * r->size;
		r->user_size = keel_sve_p_size(KEEL_SVE_MAX_VQ);
	} else {
		return -EINVAL;
	}
	return id % SLICES || !vq ? -ENOENT : 0;
}

u64 keel_sve_layout_id(unsigned int i)
{
	if (i < KEEL_SVE_NR_Z)
		return KVM_REG_ARM64_SVE_ZREG(i, 0);
	i -= KEEL_SVE_NR_Z;
	return i < KEEL_SVE_NR_P ? KVM_REG_ARM64_SVE_PREG(i, 0) : KVM_REG_ARM64_SVE_FFR(0);
}
