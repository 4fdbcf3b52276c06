// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: core/ioeventfd_match.h
 * unwind: 9
 *
 * Any two ioeventfds that may be assigned, and any write: if both would take it they may not both
 * exist, and if they may not there is a write that both would take.
 */
#include "core/ioeventfd_match.h"
#include "prove.h"

static u32 any_len(void)
{
	static const u32 lens[] = { 0, 1, 2, 4, 8 };

	return lens[any_below(5)];
}

static struct kvm_ioeventfd any_assignment(void)
{
	struct kvm_ioeventfd a =
		{ .addr = any_u64(), .len = any_len(), .datamatch = any_u64(), .flags = any_u32() };

	given(!keel_ioeventfd_check(&a));
	return a;
}

int main(void)
{
	struct kvm_ioeventfd x = any_assignment(), y = any_assignment();
	struct keel_ioeventfd_key a = keel_ioeventfd_key(&x), b = keel_ioeventfd_key(&y);
	u64 addr = any_u64(), val = any_u64();
	int len = any_len();
	bool both;

	given(len);
	holds(keel_ioeventfd_collide(&a, &b) == keel_ioeventfd_collide(&b, &a));
	implies(keel_ioeventfd_same(&a, &b), keel_ioeventfd_collide(&a, &b));
	holds(keel_ioeventfd_same(&a, &a));
	both = keel_ioeventfd_takes(&a, addr, len, &val) &&
		keel_ioeventfd_takes(&b, addr, len, &val);
	implies(both && a.space == b.space, keel_ioeventfd_collide(&a, &b));
	if (keel_ioeventfd_collide(&a, &b)) {
		/* one of them says which */
		val = a.any ? b.datamatch : a.datamatch;
		len = a.len ?: b.len ?: 4;
		holds(a.space == b.space);
		implies(len == 8 || !(val >> 8 * len),
			keel_ioeventfd_takes(&a, a.addr, len, &val) &&
			keel_ioeventfd_takes(&b, a.addr, len, &val));
	}
	val = any_u64();
	implies(keel_ioeventfd_takes(&a, addr, 2, &val) && a.len && !a.any,
		a.datamatch == (u16)val);
	implies(!(x.flags & KVM_IOEVENTFD_FLAG_DATAMATCH) && x.len == 4,
		keel_ioeventfd_takes(&a, x.addr, 4, &val));
	holds(x.addr + x.len >= x.addr);
	implies(!a.len, a.any);
	reached(both && !a.len && b.len == 8 && !b.any);
	reached(keel_ioeventfd_collide(&a, &b) && !a.any && !b.any && a.len == 1);
	reached(!keel_ioeventfd_collide(&a, &b) && a.addr == b.addr && a.space == b.space &&
		a.len == b.len);
	return 0;
}

/* mutant: core/ioeventfd_match.h: s/if (!a->len || !b->len)/if (!a->len)/ */
/*
 * mutant: core/ioeventfd_match.h: s/(a->any || b->any || a->datamatch == b->datamatch)/(a->any ||
 * a->datamatch == b->datamatch)/
 */
/* mutant: core/ioeventfd_match.h: s/return k->len == (u32)len \&\& (k->any/return (k->any/ */
/* mutant: core/ioeventfd_match.h: s/a->addr + a->len < a->addr/0/ */
/* mutant: core/ioeventfd_match.h: s/if (a->space != b->space || /if (/ */
