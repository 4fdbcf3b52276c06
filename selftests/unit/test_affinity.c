// SPDX-License-Identifier: GPL-2.0-only
/*
 * Proves: ids and affinities of vCPUs are each other's inverse and no two vCPUs share
 * an affinity; an SGI's value names the affinities that IHI 0069, 12.2.21, says, and
 * is taken for a single one only if it is.
 */
#include <linux/bitops.h>
#include "hyp/affinity.h"
#include "ktap.h"

#define NR_IDS	512	/* of vCPUs in a VM */

static void test_ids(void)
{
	for (unsigned int id = 0; id < 1U << 20; id++)
		if (keel_affinity_to_id(keel_affinity_of_id(id)) != id)
			CHECK_EQ(id, 0);
	for (unsigned int id = 0; id < NR_IDS; id++)
		CHECK_EQ(keel_affinity_of_id(id) & ~0xff00ffffffULL, 0);
	/* one write of ICC_SGI1R_EL1 without RS reaches the sixteen of level 0 */
	CHECK_EQ(keel_affinity_of_id(15), 15);
	CHECK_EQ(keel_affinity_of_id(16), 0x100);
	CHECK_EQ(keel_affinity_of_id(0x1000), 0x10000);
}

/* The value for targets of a cluster, by the positions of its fields. */
static u64 sgir(u64 aff3, u64 aff2, u64 aff1, u64 rs, u64 targets)
{
	return aff3 << 48 | rs << 44 | aff2 << 32 | aff1 << 16 | targets;
}

static void test_single(void)
{
	u64 affinity;

	for (unsigned int rs = 0; rs < 16; rs++)
		for (unsigned int bit = 0; bit < 16; bit++) {
			CHECK(keel_sgi_is_single(sgir(0xa3, 0xa2, 0xa1, rs, 1 << bit), &affinity));
			CHECK_EQ(affinity, 0xa300a2a100ULL | rs << 4 | bit);
		}
}

static void test_others(void)
{
	u64 affinity = 7;

	for (u64 targets = 0; targets < 1 << 16; targets++)
		if (keel_sgi_is_single(targets, &affinity) != (__builtin_popcountll(targets) == 1))
			CHECK_EQ(targets, 0);
	CHECK(!keel_sgi_is_single(KEEL_SGI_IRM | 1, &affinity));
	/* bits beyond the list say nothing about targets */
	CHECK(!keel_sgi_is_single(~0xffffULL & ~KEEL_SGI_IRM, &affinity));
	CHECK(keel_sgi_is_single((~0xffffULL & ~KEEL_SGI_IRM) | 4, &affinity));
	CHECK_EQ(affinity, 0xff00ffff00ULL | 15 << 4 | 2);
}

int main(void)
{
	RUN(test_ids);
	RUN(test_single);
	RUN(test_others);
	return ktap_done();
}
