// SPDX-License-Identifier: GPL-2.0-only
/* What exits were for, and how long a tick of the counter is. */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/init.h>
#include <linux/math64.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <linux/time64.h>
#include <asm/arch_timer.h>
#include "../hyp/hyp.h"
#include "exit_stat.h"

const u8 keel_exit_stat_class[KEEL_STAT_ECS] = {
#define EXIT(ec, class, el2, inplace, host)	[ec] = KEEL_CLASS_##class,
#include "../hyp/exits.def"
	[KEEL_STAT_ECS - 1] = KEEL_CLASS_INTERRUPT,
};

/* Of vCPUs that are made from now on. */
static bool exit_times;
module_param(exit_times, bool, 0644);
MODULE_PARM_DESC(exit_times, "Time the exits of new vCPUs that are answered at EL2 or in place: slower ones, for the statistics");

int keel_exit_stat_vcpu_init(struct keel_vcpu *vcpu)
{
	struct keel_exit_times *times;

	if (!READ_ONCE(exit_times))
		return 0;
	times = alloc_pages_exact(sizeof(*times), GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!times)
		return -ENOMEM;
	vcpu->ctx.exit_times = keel_hyp_share(times, PAGE_ALIGN(sizeof(*times)));
	if (!vcpu->ctx.exit_times) {
		free_pages_exact(times, sizeof(*times));
		return -ENOMEM;
	}
	vcpu->exit_times = times;
	vcpu->ctx.flags |= KEEL_CTX_TIMED | KEEL_CTX_APART | KEEL_CTX_FAST_MORE;
	return 0;
}

void keel_exit_stat_vcpu_destroy(struct keel_vcpu *vcpu)
{
	if (!vcpu->exit_times)
		return;
	keel_hyp_unshare(vcpu->exit_times, PAGE_ALIGN(sizeof(*vcpu->exit_times)));
	free_pages_exact(vcpu->exit_times, sizeof(*vcpu->exit_times));
}

/* ns of a tick, as a power of two. */
static unsigned int tick_shift __ro_after_init;

void __init keel_exit_stat_init(void)
{
	u64 eighths = div_u64(8 * (u64)NSEC_PER_SEC, arch_timer_get_cntfrq());

	/* the nearest: 1.5 times the one below belongs to the one above */
	tick_shift = max(fls64(eighths + eighths / 3), 4) - 4;
}

/* NULL: there are none. */
static const u64 *row_of(const struct keel_vcpu *vcpu, enum keel_exit_tier tier,
			 enum keel_exit_class class)
{
	if (tier == KEEL_TIER_HOST)
		return vcpu->host_time[class];
	if (!vcpu->exit_times)
		return NULL;
	return tier == KEEL_TIER_EL2 ? vcpu->exit_times->el2[class]
				     : vcpu->exit_times->inplace[class];
}

void keel_exit_stat_times(const struct keel_vcpu *vcpu, enum keel_exit_tier tier,
			  enum keel_exit_class class, u64 times[KEEL_STAT_BUCKETS])
{
	const u64 *row = row_of(vcpu, tier, class);
	unsigned int zeroes;

	memset(times, 0, KEEL_STAT_BUCKETS * sizeof(*times));
	for (zeroes = 0; row && zeroes < 64; zeroes++)
		times[min(64 - zeroes + tick_shift, KEEL_STAT_BUCKETS - 1U)] +=
			READ_ONCE(row[zeroes]);
}
