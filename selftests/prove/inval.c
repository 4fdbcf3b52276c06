// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: mmu/inval.h
 *
 * Any two notifier calls, one after the other or one within the other, and a fault that looked
 * before, between or after: what it found out about an address that was on its way out is not used,
 * and what began after all of them were over is.
 */
#include "mmu/inval.h"
#include "prove.h"

int main(void)
{
	struct keel_inval v = { .seq = any_u64() };
	unsigned long s1 = any_u64(), e1 = any_u64(), s2 = any_u64(), e2 = any_u64(),
		addr = any_u64(), seq, mid;
	bool second = any_bool();
	u64 size = 1ull << (12 + any_below(19)), from = addr & ~(size - 1);

	given(s1 < e1 && s2 < e2 && addr < 1ull << 52 && e1 < 1ull << 52 && e2 < 1ull << 52);
	seq = keel_inval_seq(&v);
	holds(!keel_inval_retry(&v, seq, addr, size));
	keel_inval_begin(&v, s1, e1);
	holds(keel_inval_meets(&v, addr, size) == (from < e1 && s1 < from + size));
	if (second)
		keel_inval_begin(&v, s2, e2);
	mid = keel_inval_seq(&v);
	implies(from < e1 && s1 < from + size, keel_inval_retry(&v, mid, addr, size));
	implies(second && from < e2 && s2 < from + size, keel_inval_retry(&v, mid, addr, size));
	keel_inval_end(&v);
	if (second) {
		/* the other one still goes on */
		implies(from < e1 && s1 < from + size,
			keel_inval_retry(&v, keel_inval_seq(&v), addr, size));
		keel_inval_end(&v);
	}
	holds(keel_inval_retry(&v, seq, addr, size) && keel_inval_retry(&v, mid, addr, size));
	holds(!keel_inval_retry(&v, keel_inval_seq(&v), addr, size));
	keel_inval_begin(&v, s2, e2);
	/* what was wide is not so any more */
	holds(keel_inval_meets(&v, addr, size) == (from < e2 && s2 < from + size));
	reached(second && e1 < s2 && addr > e1 && addr < s2);
	reached(addr < s1 && from + size > s1);
	return 0;
}

/* mutant: mmu/inval.h: s/v->count ? min(v->start, start) : start/start/ */
/* mutant: mmu/inval.h: s/v->count ? max(v->end, end) : end/max(v->end, end)/ */
/* mutant: mmu/inval.h: s/unsigned long start = addr \& ~(size - 1);/unsigned long start = addr;/ */
/* mutant: mmu/inval.h: s/start + size > v->start/start >= v->start/ */
/* mutant: mmu/inval.h: s/return keel_inval_meets(v, addr, size) ||/return/ */
/* mutant: mmu/inval.h: s/keel_inval_changed(v);/;/ */
