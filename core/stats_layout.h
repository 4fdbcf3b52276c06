/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * Layout of a statistics file (KVM API, KVM_GET_STATS_FD): header, id string,
 * descriptors, then the values. Everything before the values never changes.
 */
#ifndef KEEL_CORE_STATS_LAYOUT_H
#define KEEL_CORE_STATS_LAYOUT_H

#include <linux/kvm.h>
#include <linux/types.h>

/* Room for id and names, including the final 0. */
#define KEEL_STATS_NAME_SIZE	48

/* One or more values, u64s. They lie in the order of their descriptors. */
struct keel_stats_def {
	const char *name;
	u32 flags;		/* KVM_STATS_{TYPE,UNIT,BASE}_* */
	s16 exponent;
	u16 size;		/* values; 0 means 1 */
	u32 bucket_size;	/* of a linear histogram; else 0 */
};

/* Bytes before the values. */
size_t keel_stats_layout_size(unsigned int nr);
/* How many values there are. */
unsigned int keel_stats_layout_values(const struct keel_stats_def *defs, unsigned int nr);
/* Write those bytes. */
void keel_stats_layout_fill(void *buf, const char *id, const struct keel_stats_def *defs,
			    unsigned int nr);

#endif
