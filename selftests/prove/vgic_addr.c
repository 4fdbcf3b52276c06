// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: vgic/addr.c
 *
 * Every attribute of the GIC's devices: fields are where the KVM API's document has them; a range
 * is taken if it is aligned and within the guest's addresses; two overlap exactly if they have a
 * byte in common.
 */
#include <linux/errno.h>
#include "vgic/addr.h"
#include "prove.h"

int main(void)
{
	u64 a = any_u64(), b = any_u64(), as = any_u32(), bs = any_u32(), byte = any_u64(),
		val = any_u64();
	unsigned int bits = 32 + any_below(21);
	struct keel_addr_region r = keel_addr_region_decode(val);
	int ret = keel_addr_check(a, as, 0x10000, bits);

	holds(keel_addr_region_encode(r) == val);
	holds(!(r.base & 0xffff) && r.base >> 52 == 0 && r.count < 4096 && r.index < 4096 &&
	      r.flags < 16);
	implies(!ret, !(a & 0xffff) && a + as <= 1ull << bits && a < 1ull << bits);
	implies(ret == -E2BIG, a + as > 1ull << bits || a >= 1ull << bits);
	given(a + as >= a && b + bs >= b);
	if (byte - a < as && byte - b < bs)
		holds(keel_addr_overlap(a, as, b, bs));
	holds(keel_addr_overlap(a, as, b, bs) == keel_addr_overlap(b, bs, a, as));
	implies(keel_addr_overlap(a, as, b, bs), a > b ? a - b < bs : b - a < as);
	reached(keel_addr_overlap(a, as, b, bs) && a + as < b + bs && a > b);
	holds(keel_addr_mpidr((u32)val) == (((val & 0xff000000) << 8) | (val & 0xffffff)));
	holds(keel_addr_sysreg(val) >> 19 == (val >> 14 & 3) &&
	      (keel_addr_sysreg(val) >> 16 & 7) == (val >> 11 & 7));
	holds((keel_addr_sysreg(val) >> 12 & 15) == (val >> 7 & 15) &&
	      (keel_addr_sysreg(val) & 0xfff) == ((val >> 3 & 15) << 8 | (val & 7) << 5));
	return 0;
}

/* mutant: vgic/addr.c: s/return a < b + b_size/return a <= b + b_size/ */
/* mutant: vgic/addr.c: s/size > limit - base ?/0 ?/ */
/* mutant: vgic/addr.c: s/ \&\& a_size \&\& b_size;/;/ */
/* mutant: vgic/addr.c: s/base \& (align - 1) ||/0 ||/ */
/* mutant: vgic/addr.c: s/(affinity >> 24) << 32/(affinity >> 24) << 24/ */
/* mutant: vgic/addr.c: s/val \& REGION_FLAGS) >> 12/val \& REGION_FLAGS) >> 13/ */
