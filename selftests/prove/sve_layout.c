// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: arch/sve_layout.c
 * unwind: 9
 *
 * Every register id and vector length: what it names lies within the memory for SVE's registers, no
 * two names in the same place; a CPU that suffices has what was offered and nothing shorter
 * besides.
 */
#include <linux/errno.h>
#include <linux/kvm.h>
#include "hyp/sve.h"
#include "arch/sve_layout.h"
#include "prove.h"

int main(void)
{
	unsigned int vq = 1 + any_below(16), i = any_below(KEEL_SVE_NR_REGS),
		     k = any_below(KEEL_SVE_NR_REGS);
	u64 id = any_u64();
	u32 all = any_u16(), any = any_u16(), cpu = any_u16(), offer;
	struct keel_sve_region r, s;

	if (!keel_sve_layout_region(id, vq, &r)) {
		holds(r.offset + r.size <= keel_sve_size(vq));
		holds(r.size && r.size <= r.user_size);
		holds(r.user_size == 1u << ((id & KVM_REG_SIZE_MASK) >> KVM_REG_SIZE_SHIFT));
	}
	holds(!keel_sve_layout_region(keel_sve_layout_id(i), vq, &r) &&
	      !keel_sve_layout_region(keel_sve_layout_id(k), vq, &s));
	implies(i != k, r.offset + r.size <= s.offset || s.offset + s.size <= r.offset);
	holds(keel_sve_layout_region(id, 0, &r));

	/* all: of every CPU; any: of some */
	given(!(all & ~any) && (all & 1));
	offer = keel_sve_layout_offer(all, any);
	holds(!(offer & ~all));
	/* below the longest that is offered each CPU has the same */
	holds(keel_sve_layout_upto(any, keel_sve_layout_longest(offer)) == offer);
	implies(keel_sve_layout_suffices(offer, cpu), !(offer & ~cpu));
	reached(offer != all);
	reached(keel_sve_layout_suffices(offer, cpu) && cpu != offer);
	reached(i == 48 && k == 31);
	return 0;
}

/*
 * mutant: arch/sve_layout.c: s/KEEL_SVE_NR_Z \* keel_sve_z_size(vq) + p/(KEEL_SVE_NR_Z - 1) *
 * keel_sve_z_size(vq) + p/
 */
/*
 * mutant: arch/sve_layout.c: s/return id % SLICES || !vq ? -ENOENT : 0;/return id % SLICES ?
 * -ENOENT : 0;/
 */
/* mutant: arch/sve_layout.c: s/all \& ((some \& -some) - 1)/all/ */
/* mutant: arch/sve_layout.c: s/KEEL_SVE_NR_P + 1))/KEEL_SVE_NR_P + 2))/ */
/* mutant: arch/sve_layout.c: s/upto(cpu, fls(offer)) == offer;/upto(cpu, fls(offer)) \& offer;/ */
