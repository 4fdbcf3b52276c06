// SPDX-License-Identifier: GPL-2.0-only
/* What is counted of a vCPU, by name. */
#include <linux/build_bug.h>
#include "objects.h"
#include "stats_defs.h"

#define COUNT	(KVM_STATS_TYPE_CUMULATIVE | KVM_STATS_UNIT_NONE | KVM_STATS_BASE_POW10)
#define NSECS	(KVM_STATS_TYPE_CUMULATIVE | KVM_STATS_UNIT_SECONDS | KVM_STATS_BASE_POW10)
#define HIST	(KVM_STATS_TYPE_LOG_HIST | KVM_STATS_UNIT_SECONDS | KVM_STATS_BASE_POW10)
#define BY_EC	(KVM_STATS_TYPE_LINEAR_HIST | KVM_STATS_UNIT_NONE | KVM_STATS_BASE_POW10)
#define FLAG	(KVM_STATS_TYPE_INSTANT | KVM_STATS_UNIT_BOOLEAN | KVM_STATS_BASE_POW10)

/* In the order of struct keel_vcpu_stat, then of enum keel_exit_class; names that KVM has mean what they mean there. */
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
	{ "halt_poll_success_hist", HIST, -9, KEEL_STAT_BUCKETS },
	{ "halt_poll_fail_hist", HIST, -9, KEEL_STAT_BUCKETS },
	{ "halt_wait_hist", HIST, -9, KEEL_STAT_BUCKETS },
	{ "exits_by_ec", BY_EC, 0, KEEL_STAT_ECS, 1 },
	{ "host_time_other_hist", HIST, -9, KEEL_STAT_BUCKETS },
	{ "host_time_interrupt_hist", HIST, -9, KEEL_STAT_BUCKETS },
	{ "host_time_wait_hist", HIST, -9, KEEL_STAT_BUCKETS },
	{ "host_time_call_hist", HIST, -9, KEEL_STAT_BUCKETS },
	{ "host_time_sysreg_hist", HIST, -9, KEEL_STAT_BUCKETS },
	{ "host_time_abort_hist", HIST, -9, KEEL_STAT_BUCKETS },
};

/* Of struct keel_vcpu_stat: all of one value, three histograms and the classes. The rest is times of exits. */
static_assert(sizeof(struct keel_vcpu_stat) ==
	      (KEEL_NR_STATS_DEFS - KEEL_NR_CLASSES - 4 + 3 * KEEL_STAT_BUCKETS + KEEL_STAT_ECS) * sizeof(u64));
