// SPDX-License-Identifier: GPL-2.0-only
/* What is counted of a vCPU, by name. */
#include <linux/build_bug.h>
#include "exit_stat.h"
#include "stats_defs.h"

#define COUNT	(KVM_STATS_TYPE_CUMULATIVE | KVM_STATS_UNIT_NONE | KVM_STATS_BASE_POW10)
#define NSECS	(KVM_STATS_TYPE_CUMULATIVE | KVM_STATS_UNIT_SECONDS | KVM_STATS_BASE_POW10)
#define HIST	(KVM_STATS_TYPE_LOG_HIST | KVM_STATS_UNIT_SECONDS | KVM_STATS_BASE_POW10)
#define BY_EC	(KVM_STATS_TYPE_LINEAR_HIST | KVM_STATS_UNIT_NONE | KVM_STATS_BASE_POW10)
#define FLAG	(KVM_STATS_TYPE_INSTANT | KVM_STATS_UNIT_BOOLEAN | KVM_STATS_BASE_POW10)

/* Of a tier, by enum keel_exit_class. */
#define TIMES(tier) \
	{ tier "_other_hist", HIST, -9, KEEL_STAT_BUCKETS }, \
	{ tier "_interrupt_hist", HIST, -9, KEEL_STAT_BUCKETS }, \
	{ tier "_wait_hist", HIST, -9, KEEL_STAT_BUCKETS }, \
	{ tier "_call_hist", HIST, -9, KEEL_STAT_BUCKETS }, \
	{ tier "_sysreg_hist", HIST, -9, KEEL_STAT_BUCKETS }, \
	{ tier "_abort_hist", HIST, -9, KEEL_STAT_BUCKETS }

/*
 * In the order of struct keel_vcpu_stat, then of enum keel_exit_tier; names that KVM has mean what
 * they mean there.
 */
const struct keel_stats_def keel_stats_defs[KEEL_NR_STATS_DEFS] = {
	{ "exits", COUNT },
	{ "mmio_exit_user", COUNT },
	{ "mmio_exit_kernel", COUNT },
	{ "wfi_exit_stat", COUNT },
	{ "wfe_exit_stat", COUNT },
	{ "hvc_exit_stat", COUNT },
	{ "signal_exits", COUNT },
	{ "abort_exits", COUNT },
	{ "halt_attempted_poll", COUNT },
	{ "halt_successful_poll", COUNT },
	{ "halt_wakeup", COUNT },
	{ "halt_poll_success_ns", NSECS, -9 },
	{ "halt_poll_fail_ns", NSECS, -9 },
	{ "halt_wait_ns", NSECS, -9 },
	{ "blocking", FLAG },
	{ "its_memory_waits", COUNT },
	{ "halt_poll_success_hist", HIST, -9, KEEL_STAT_BUCKETS },
	{ "halt_poll_fail_hist", HIST, -9, KEEL_STAT_BUCKETS },
	{ "halt_wait_hist", HIST, -9, KEEL_STAT_BUCKETS },
	{ "exits_by_ec", BY_EC, 0, KEEL_STAT_ECS, 1 },
	TIMES("host_time"),
	TIMES("el2_time"),
	TIMES("inplace_time"),
};

/*
 * Of struct keel_vcpu_stat: all of one value, three histograms and the classes. The rest is times
 * of exits.
 */
static_assert(sizeof(struct keel_vcpu_stat) ==
	      (KEEL_NR_STATS_DEFS - KEEL_NR_TIERS * KEEL_NR_CLASSES - 4 + 3 * KEEL_STAT_BUCKETS +
	       KEEL_STAT_ECS) *
		      sizeof(u64));
