/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a guest's own stage 1 puts an address. Pure. */
#ifndef KEEL_ARCH_WALK_H
#define KEEL_ARCH_WALK_H

#include <linux/types.h>

/* Registers of the EL1&0 regime, and a way to its tables: 0, or -errno, which ends the walk. */
struct keel_walk {
	u64 sctlr, tcr, ttbr0, ttbr1;
	bool aarch32;		/* of EL1 */
	int *level;		/* of what is read next, in the long format: -1 to 3; or NULL */
	int (*read)(void *ctx, u64 ipa, void *data, size_t len);
	void *ctx;
};

/*
 * Geometry alone: permissions, attributes and flags are not looked at. -EAGAIN: the tables
 * have no such address; else what read() says.
 */
int keel_walk(const struct keel_walk *w, u64 va, u64 *ipa);

#endif
