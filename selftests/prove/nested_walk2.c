// SPDX-License-Identifier: GPL-2.0-only
/*
 * long:
 * proves: nested/walk2.c
 * unwind: 5
 *
 * Whatever registers and memory a guest hypervisor has: the walk ends after four reads at most,
 * each of eight bytes at a multiple of eight within its address width; where it finds a page that
 * is within the width as well, and a fault has a level that exists.
 */
#include "nested/walk2.h"
#include "prove.h"

static unsigned int reads;
static struct keel_walk2 w;

static int read(void *ctx, u64 pa, void *data, unsigned int len)
{
	reads++;
	holds(len == 8 && !(pa & 7) && pa >> w.pa_bits == 0);
	if (any_bool())
		return -1;
	*(u64 *)data = any_u64();
	return 0;
}

int main(void)
{
	static const u8 sizes[] = { 32, 36, 40, 42, 44, 48 };
	u64 ipa = any_u64();
	struct keel_walk2_result r;

	w = (struct keel_walk2){
		.vtcr = any_u64(), .vttbr = any_u64(), .big_endian = any_bool(),
			.granules = any_below(8),
		.pa_bits = sizes[any_below(6)], .xnx = any_bool(), .ha = any_bool(), .read = read,
	};
	r = keel_walk2(&w, ipa);
	holds(reads <= 4);
	holds(r.level <= 3 && r.end <= KEEL_WALK2_ABORT);
	if (r.end != KEEL_WALK2_OK) {
		holds(!r.r && !r.w && !r.x0 && !r.x1 && !r.pa);
		return 0;
	}
	holds(reads >= 1 && r.pa >> w.pa_bits == 0);
	holds(r.shift >= 12 && r.shift <= 30);
	holds((r.pa & ((1ull << r.shift) - 1)) == (ipa & ((1ull << r.shift) - 1)));
	implies(r.old, w.ha && (w.vtcr >> 21 & 1));
	holds(r.r == (r.desc >> 6 & 1) && r.w == (r.desc >> 7 & 1) && r.old == !(r.desc >> 10 & 1));
	implies(!w.xnx, r.x0 == r.x1);
	/* a page, a block */
	holds((r.desc & 1) && (r.level == 3) == (r.desc >> 1 & 1));
	reached(reads == 4);
	reached(r.shift == 30);
	reached(r.shift == 25 && r.old);
	reached(w.xnx && r.x0 != r.x1);
	return 0;
}

/* mutant: nested/walk2.c: s/if (table >> r->out)/if (0)/ */
/* mutant: nested/walk2.c: s/if (res.pa >> r->out)/if (0)/ */
/* mutant: nested/walk2.c: s/if (r.base >> r.out)/if (0)/ */
/* mutant: nested/walk2.c: s/!(w->ha \&\& w->vtcr \& VTCR_HA)/!(w->vtcr \& VTCR_HA)/ */
/* mutant: nested/walk2.c: s/return desc \& DESC_TABLE;/return true;/ */
