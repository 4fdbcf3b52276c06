/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Affinities of vCPUs, and the value of ICC_SGI1R_EL1 and its kin, which names some
 * of them (IHI 0069, 12.2.21). Pure: for the module, the EL2 image and unit tests.
 */
#ifndef KEEL_HYP_AFFINITY_H
#define KEEL_HYP_AFFINITY_H

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/types.h>

#define KEEL_SGI_TARGETS	GENMASK_ULL(15, 0)
#define KEEL_SGI_AFF1		GENMASK_ULL(23, 16)
#define KEEL_SGI_INTID		GENMASK_ULL(27, 24)
#define KEEL_SGI_AFF2		GENMASK_ULL(39, 32)
#define KEEL_SGI_IRM		BIT_ULL(40)	/* to all but the sender */
#define KEEL_SGI_RS		GENMASK_ULL(47, 44)
#define KEEL_SGI_AFF3		GENMASK_ULL(55, 48)

/*
 * Affinity fields, as in MPIDR_EL1, of the vCPU with that id, unless user space gave
 * it others: sixteen CPUs in level 0, as many as one SGI can address, then eight bits
 * for each level.
 */
static inline u64 keel_affinity_of_id(unsigned int id)
{
	return (id & 0xf) | (u64)(id >> 4 & 0xff) << 8 | (u64)(id >> 12 & 0xff) << 16;
}

/* The way back. Of what is no affinity of an id: some id. */
static inline unsigned int keel_affinity_to_id(u64 affinity)
{
	return (affinity & 0xf) | (affinity >> 8 & 0xff) << 4 | (affinity >> 16 & 0xff) << 12;
}

/* Affinity of the target of bit 0; bit n's is that plus n. */
static inline u64 keel_sgi_cluster(u64 sgir)
{
	return FIELD_GET(KEEL_SGI_AFF3, sgir) << 32 | FIELD_GET(KEEL_SGI_AFF2, sgir) << 16 |
	       FIELD_GET(KEEL_SGI_AFF1, sgir) << 8 | FIELD_GET(KEEL_SGI_RS, sgir) << 4;
}

/* True: it goes to one affinity, which is stored. */
static inline bool keel_sgi_is_single(u64 sgir, u64 *affinity)
{
	u64 targets = sgir & KEEL_SGI_TARGETS;

	if ((sgir & KEEL_SGI_IRM) || !targets || (targets & (targets - 1)))
		return false;
	*affinity = keel_sgi_cluster(sgir) | (unsigned int)__builtin_ctzll(targets);
	return true;
}

#endif
