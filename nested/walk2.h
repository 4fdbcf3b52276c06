/* SPDX-License-Identifier: GPL-2.0-only */
/* Stage 2 as a guest hypervisor has it in its memory: where its guest's address is. Pure. */
#ifndef KEEL_NESTED_WALK2_H
#define KEEL_NESTED_WALK2_H

#include <linux/types.h>

/* What the hypervisor's registers say, and what its CPU can do. */
struct keel_walk2 {
	u64 vtcr, vttbr;
	bool big_endian;	/* SCTLR_EL2.EE */
	/* bit (shift / 2 - 6) for each granule of 2^shift bytes: 12, 14, 16 */
	u8 granules;
	u8 pa_bits;		/* 32 to 48: ID_AA64MMFR0_EL1.PARange */
	bool xnx;		/* FEAT_XNX */
	bool ha;		/* the access flag may be set by the walk: FEAT_HAFDBS */
	/* Of its memory: 0, or -errno: there is none, and the walk aborts. */
	int (*read)(void *ctx, u64 pa, void *data, unsigned int len);
	void *ctx;
};

enum keel_walk2_end {
	KEEL_WALK2_OK, KEEL_WALK2_ADDRESS_SIZE, KEEL_WALK2_TRANSLATION, KEEL_WALK2_ACCESS_FLAG,
	KEEL_WALK2_ABORT,	/* external abort on the walk */
	KEEL_WALK2_PERMISSION,	/* the leaf does not let it be done: keel_walk2_check() */
};

/* What is to be done there. */
struct keel_walk2_access {
	bool read, write, exec;
	bool el0;		/* ... by EL0 */
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

/*
 * At most four reads. Whatever the registers and the memory hold, there is an end that the
 * architecture has.
 */
struct keel_walk2_result keel_walk2(const struct keel_walk2 *w, u64 ipa);
/* Of a walk that ended well: may it be done? If not it has ended with a permission fault. */
void keel_walk2_check(struct keel_walk2_result *res, struct keel_walk2_access access);
/* The status code (DFSC, IFSC, FST) of one that has not. */
u8 keel_walk2_status(const struct keel_walk2_result *res);
/*
 * ID_AA64MMFR0_EL1 and ID_AA64MMFR1_EL1 as the hypervisor reads them, into w: granules, pa_bits,
 * ha.
 */
void keel_walk2_features(struct keel_walk2 *w, u64 mmfr0, u64 mmfr1);
/* The shift of what VTCR_EL2.TG0 says, or of another that is there if that is not; 0: none is. */
unsigned int keel_walk2_granule(const struct keel_walk2 *w);

#endif
