// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vendor hypervisor call by which a guest learns the host's wall clock and
 * the value of its own counter at the same instant.
 */
#include <linux/arm-smccc.h>
#include <linux/clocksource_ids.h>
#include <linux/kernel.h>
#include <linux/ktime.h>
#include <linux/timekeeping.h>
#include "../core/compat.h"
#include "../core/objects.h"
#include "ptp.h"
#include "smccc.h"

/* The pair is only of use while the host keeps time by the counter that guests see. */
void keel_ptp_call(struct keel_vcpu *vcpu)
{
	const struct keel_timer_vm *timer = &vcpu->vm->timer;
	struct system_time_snapshot snap;
	u64 cycles, now;

	keel_compat_real_snapshot(&snap);
	if (snap.cs_id != CSID_ARM_ARCH_COUNTER) {
		keel_smccc_return(vcpu, SMCCC_RET_NOT_SUPPORTED, 0, 0, 0);
		return;
	}
	switch ((u32)vcpu->ctx.x[1]) {
	case KVM_PTP_VIRT_COUNTER:
		cycles = snap.cycles - READ_ONCE(timer->voffset);
		break;
	case KVM_PTP_PHYS_COUNTER:
		cycles = snap.cycles - READ_ONCE(timer->poffset);
		break;
	default:
		keel_smccc_return(vcpu, SMCCC_RET_NOT_SUPPORTED, 0, 0, 0);
		return;
	}
	now = ktime_to_ns(keel_compat_snapshot_real(&snap));
	keel_smccc_return(vcpu, upper_32_bits(now), lower_32_bits(now),
			  upper_32_bits(cycles), lower_32_bits(cycles));
}
