/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counting exits by what they were for, and the time from each to the next entry,
 * user space's part and sleep included. The vCPU's own thread, at its entries and
 * exits, always: so few instructions, and what can wait is done when somebody reads.
 */
#ifndef KEEL_CORE_EXIT_STAT_H
#define KEEL_CORE_EXIT_STAT_H

#include <linux/bitops.h>
#include <linux/minmax.h>
#include <asm/esr.h>
#include <asm/sysreg.h>
#include "objects.h"

void keel_exit_stat_init(void);	/* module load */

/* enum keel_exit_class by exception class; the last is an interrupt's. */
extern const u8 keel_exit_stat_class[KEEL_STAT_ECS];

/* Bucket of a histogram: [0, 1), [1, 2), [2, 4) ... ns; the last has all that is longer. */
static inline unsigned int keel_exit_stat_bucket(u64 ns)
{
	return min(fls64(ns), KEEL_STAT_BUCKETS - 1);
}

/*
 * The times of a tier's exits of a class in such buckets. A tick counts as the power of two of ns
 * that it is nearest to. The latter two tiers' are counted if the parameter exit_times was set when
 * the vCPU was made.
 */
enum keel_exit_tier { KEEL_TIER_HOST, KEEL_TIER_EL2, KEEL_TIER_INPLACE, KEEL_NR_TIERS };
void keel_exit_stat_times(const struct keel_vcpu *vcpu, enum keel_exit_tier tier,
			  enum keel_exit_class class, u64 times[KEEL_STAT_BUCKETS]);

/* The vCPU's part of that, after its context is EL2's to see. -ENOMEM. */
int keel_exit_stat_vcpu_init(struct keel_vcpu *vcpu);
void keel_exit_stat_vcpu_destroy(struct keel_vcpu *vcpu);

/* A vCPU was made: what comes before its first entry counts as "other". */
static inline void keel_exit_stat_begin(struct keel_vcpu *vcpu)
{
	vcpu->left_for = vcpu->host_time[KEEL_CLASS_OTHER];
	vcpu->left_at = read_sysreg(cntvct_el0);
}

/* Without an ISB the counter may be read a little early: buckets double. */
static inline void keel_exit_stat_left(struct keel_vcpu *vcpu, int code)
{
	unsigned int why = code == KEEL_EXIT_SYNC ? ESR_ELx_EC(vcpu->ctx.esr) : KEEL_STAT_ECS - 1;

	vcpu->stat.exits++;
	vcpu->stat.exits_by_ec[why]++;
	vcpu->left_for = vcpu->host_time[keel_exit_stat_class[why]];
	vcpu->left_at = read_sysreg(cntvct_el0);
}

static inline void keel_exit_stat_enter(struct keel_vcpu *vcpu)
{
	u64 ticks = read_sysreg(cntvct_el0) - vcpu->left_at;

	vcpu->left_for[__builtin_clzll(ticks | 1)]++;
}

#endif
