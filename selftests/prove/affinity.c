// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: hyp/affinity.h
 *
 * Every vCPU's number and every value of ICC_SGI1R_EL1: a number comes back from the affinity that
 * it has, no two have the same, and the CPU that an SGI is for by itself is the only one of its
 * cluster that it names.
 */
#include "hyp/affinity.h"
#include "prove.h"

int main(void)
{
	u64 sgir = any_u64(), aff = 0, cluster = keel_sgi_cluster(sgir);
	unsigned int id = any_below(1 << 20), other = any_below(1 << 20);

	holds(keel_affinity_to_id(keel_affinity_of_id(id)) == id);
	implies(id != other, keel_affinity_of_id(id) != keel_affinity_of_id(other));
	/* MPIDR_EL1 has nothing else there; one SGI reaches all of level 0 */
	holds(!(keel_affinity_of_id(id) & ~0xffff0full));
	holds(!(cluster & ~0xff00fffff0ull));
	holds((cluster >> 32 & 255) == (sgir >> 48 & 255) &&
	      (cluster >> 16 & 255) == (sgir >> 32 & 255));
	holds((cluster >> 8 & 255) == (sgir >> 16 & 255) &&
	      (cluster >> 4 & 15) == (sgir >> 44 & 15));
	if (keel_sgi_is_single(sgir, &aff)) {
		holds(!(sgir >> 40 & 1) && (sgir & 0xffff) == 1u << (aff & 15) &&
		      (aff & ~15ull) == cluster);
	} else {
		unsigned int a = any_below(16), b = any_below(16);

		/* to all, to nobody, or to two */
		implies(!(sgir >> 40 & 1) && (sgir >> a & 1), (sgir & 0xffff) != 1u << a);
		reached(a != b && (sgir >> a & 1) && (sgir >> b & 1));
	}
	reached(keel_sgi_is_single(sgir, &aff) && aff >> 32);
	reached(id >> 12 && keel_affinity_of_id(id) >> 16);
	return 0;
}

/* mutant: hyp/affinity.h: s/(targets \& (targets - 1))/0/ */
/* mutant: hyp/affinity.h: s/(sgir \& KEEL_SGI_IRM) ||/0 ||/ */
/* mutant: hyp/affinity.h: s/FIELD_GET(KEEL_SGI_RS, sgir) << 4/FIELD_GET(KEEL_SGI_RS, sgir)/ */
/* mutant: hyp/affinity.h: s/(u64)(id >> 4 \& 0xff) << 8/(u64)(id >> 4 \& 0xf) << 8/ */
/* mutant: hyp/affinity.h: s/(affinity >> 16 \& 0xff) << 12/(affinity >> 16 \& 0xff) << 11/ */
