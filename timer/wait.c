// SPDX-License-Identifier: GPL-2.0-only
/*
 * A wait that the guest limits (WFIT). Whoever sleeps arms the vCPU's soft timer for its end as
 * well.
 */
#include "../core/objects.h"
#include "../nested/below.h"
#include "arith.h"
#include "clock.h"
#include "timer.h"

bool keel_timer_limit_wait(struct keel_vcpu *vcpu, u64 until)
{
	u64 offset = READ_ONCE(vcpu->vm->timer.voffset), now = keel_clock_now();

	if (keel_below_is_live(vcpu))
		offset += keel_nv_read(vcpu->nv, KEEL_PAGE_CNTVOFF_EL2);
	if (keel_arith_expired(until, now - offset))
		return false;
	vcpu->timer.wait_end = keel_arith_deadline(KEEL_TIMER_ENABLE, until, offset, now);
	return true;
}

void keel_timer_unlimit_wait(struct keel_vcpu *vcpu)
{
	vcpu->timer.wait_end = KEEL_TIMER_NEVER;
}

bool keel_timer_wait_over(const struct keel_vcpu *vcpu)
{
	return keel_clock_now() >= vcpu->timer.wait_end;
}
