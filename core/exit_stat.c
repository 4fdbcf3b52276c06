// SPDX-License-Identifier: GPL-2.0-only
/* What exits were for, and how long a tick of the counter is. */
#include <linux/init.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <asm/arch_timer.h>
#include "exit_stat.h"

const u8 keel_exit_stat_class[KEEL_STAT_ECS] = {
	[ESR_ELx_EC_WFx]		= KEEL_CLASS_WAIT,
	[ESR_ELx_EC_HVC32]		= KEEL_CLASS_CALL,
	[ESR_ELx_EC_SMC32]		= KEEL_CLASS_CALL,
	[ESR_ELx_EC_HVC64]		= KEEL_CLASS_CALL,
	[ESR_ELx_EC_SMC64]		= KEEL_CLASS_CALL,
	[ESR_ELx_EC_SYS64]		= KEEL_CLASS_SYSREG,
	[ESR_ELx_EC_CP15_32]		= KEEL_CLASS_SYSREG,
	[ESR_ELx_EC_CP15_64]		= KEEL_CLASS_SYSREG,
	[KEEL_EC_POSTED]		= KEEL_CLASS_SYSREG,
	[KEEL_EC_REFILL]		= KEEL_CLASS_ABORT,
	[ESR_ELx_EC_IABT_LOW]		= KEEL_CLASS_ABORT,
	[ESR_ELx_EC_DABT_LOW]		= KEEL_CLASS_ABORT,
	[KEEL_STAT_ECS - 1]		= KEEL_CLASS_INTERRUPT,
};

/* ns of a tick, as a power of two. */
static unsigned int tick_shift __ro_after_init;

void __init keel_exit_stat_init(void)
{
	u64 eighths = div_u64(8 * (u64)NSEC_PER_SEC, arch_timer_get_cntfrq());

	/* the nearest: 1.5 times the one below belongs to the one above */
	tick_shift = max(fls64(eighths + eighths / 3), 4) - 4;
}

void keel_exit_stat_times(const struct keel_vcpu *vcpu, enum keel_exit_class class, u64 times[KEEL_STAT_BUCKETS])
{
	unsigned int zeroes;

	memset(times, 0, KEEL_STAT_BUCKETS * sizeof(*times));
	for (zeroes = 0; zeroes < 64; zeroes++)
		times[min(64 - zeroes + tick_shift, KEEL_STAT_BUCKETS - 1U)] +=
			READ_ONCE(vcpu->host_time[class][zeroes]);
}
