// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* Coding and checks of the GIC's device attributes. Layouts: the KVM API's arm-vgic-v3 document. */
#include <linux/bits.h>
#include <linux/errno.h>
#include "addr.h"

#define REGION_INDEX	GENMASK_ULL(11, 0)
#define REGION_FLAGS	GENMASK_ULL(15, 12)
#define REGION_BASE	GENMASK_ULL(51, 16)

struct keel_addr_region keel_addr_region_decode(u64 val)
{
	return (struct keel_addr_region){
		.index = val & REGION_INDEX,
		.flags = (val & REGION_FLAGS) >> 12,
		.base = val & REGION_BASE,
		.count = val >> 52,
	};
}

u64 keel_addr_region_encode(struct keel_addr_region r)
{
	return (u64)r.count << 52 | r.base | (u64)r.flags << 12 | r.index;
}

int keel_addr_check(u64 base, u64 size, u64 align, unsigned int ipa_bits)
{
	u64 limit = 1ULL << ipa_bits;

	if (base & (align - 1) || base + size < base)
		return -EINVAL;
	return base >= limit || size > limit - base ? -E2BIG : 0;
}

bool keel_addr_overlap(u64 a, u64 a_size, u64 b, u64 b_size)
{
	return a < b + b_size && b < a + a_size && a_size && b_size;
}

u64 keel_addr_mpidr(u32 affinity)
{
	return (u64)(affinity >> 24) << 32 | (affinity & GENMASK(23, 0));
}

/* op0 15:14, op1 13:11, CRn 10:7, CRm 6:3, op2 2:0, as in a register id of KVM_GET_ONE_REG. */
u32 keel_addr_sysreg(u64 attr)
{
	u32 op0 = attr >> 14 & 3, op1 = attr >> 11 & 7, crn = attr >> 7 & 15;
	u32 crm = attr >> 3 & 15, op2 = attr & 7;

	return op0 << 19 | op1 << 16 | crn << 12 | crm << 8 | op2 << 5;
}
