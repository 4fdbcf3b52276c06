/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vCPU's SVE registers in memory: Z0 to Z31, P0 to P15 and FFR, without gaps, each of
 * the size that the vCPU's longest vector gives it, whatever length the guest has
 * chosen for the moment. Lengths are in units of 128 bits ("vq"). Pure.
 */
#ifndef KEEL_HYP_SVE_H
#define KEEL_HYP_SVE_H

#include <linux/types.h>

#define KEEL_SVE_MAX_VQ	16
#define KEEL_SVE_NR_Z	32
#define KEEL_SVE_NR_P	16	/* FFR is like one more */

/* Bytes of one register. */
static inline unsigned int keel_sve_z_size(unsigned int vq)
{
	return 16 * vq;
}

static inline unsigned int keel_sve_p_size(unsigned int vq)
{
	return 2 * vq;
}

/* Bytes of all of them. */
static inline unsigned int keel_sve_size(unsigned int vq)
{
	return KEEL_SVE_NR_Z * keel_sve_z_size(vq) + (KEEL_SVE_NR_P + 1) * keel_sve_p_size(vq);
}

#endif
