/* SPDX-License-Identifier: GPL-2.0-only */
/* Descriptors of a vCPU's statistics; those of one value each come first. */
#ifndef KEEL_CORE_STATS_DEFS_H
#define KEEL_CORE_STATS_DEFS_H

#include "stats_layout.h"

#define KEEL_NR_STATS_DEFS	38

extern const struct keel_stats_def keel_stats_defs[KEEL_NR_STATS_DEFS];

/* The n-th's name if it is of one value; NULL: there is no such. */
static inline const char *keel_stats_name(unsigned int n)
{
	return n < KEEL_NR_STATS_DEFS && !keel_stats_defs[n].size ? keel_stats_defs[n].name : NULL;
}

#endif
