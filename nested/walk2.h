/* SPDX-License-Identifier: GPL-2.0-only */
/* Stage 2 as a guest hypervisor has it in its memory: where its guest's address is. Pure. */
#ifndef KEEL_NESTED_WALK2_H
#define KEEL_NESTED_WALK2_H

#include <linux/types.h>

/* What the hypervisor's registers say, and what its CPU can do. */
struct keel_walk2 {
	u64 vtcr, vttbr;
	bool big_endian;	/* SCTLR_EL2.EE */
	u8 granules;		/* bit (shift / 2 - 6) for each granule of 2^shift bytes: 12, 14, 16 */
	u8 pa_bits;		/* 32 to 48: ID_AA64MMFR0_EL1.PARange */
	bool xnx;		/* FEAT_XNX */
	/* Of its memory: 0, or -errno: there is none, and the walk aborts. */
	int (*read)(void *ctx, u64 pa, void *data, unsigned int len);
	void *ctx;
};

enum keel_walk2_end {
	KEEL_WALK2_OK, KEEL_WALK2_ADDRESS_SIZE, KEEL_WALK2_TRANSLATION, KEEL_WALK2_ACCESS_FLAG,
	KEEL_WALK2_ABORT,	/* external abort on the walk */
};

/* level: of the leaf, or of the fault. */
struct keel_walk2_result {
	u8 end, level;		/* enum keel_walk2_end */
	bool r, w, x0, x1;	/* what may be done there; x0: EL0 may execute, x1: EL1 may */
	bool old;		/* the access flag is to be set in the descriptor ... */
	u64 desc, desc_at;	/* ... which is this, at that address */
	u8 shift;		/* the leaf has 2^shift bytes */
	u64 pa;
};

/* At most four reads. Whatever the registers and the memory hold, there is an end that the architecture has. */
struct keel_walk2_result keel_walk2(const struct keel_walk2 *w, u64 ipa);

#endif
