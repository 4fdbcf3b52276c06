/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * Active priorities, as ICH_AP<g>R<n>_EL2 have them (IHI 0069): a CPU interface with 32, 64 or 128
 * levels of preemption has 1, 2 or 4 registers for each group, and a bit stands for a level. What
 * priority that is follows from how many there are.
 */
#ifndef KEEL_VGIC_V3_APR_H
#define KEEL_VGIC_V3_APR_H

#include <linux/types.h>

#define KEEL_APR_MAX	4	/* registers of a group */
#define KEEL_APR_IDLE	0xffu	/* ICC_RPR_EL1 where nothing is active */

/* Registers of a group, with so many bits of preemption. */
static inline unsigned int keel_apr_regs(unsigned int bits)
{
	return bits >= 7 ? 4 : bits == 6 ? 2 : 1;
}

/* The highest active priority of either group. n: registers of each. */
static inline u32 keel_apr_running(const u32 *ap0r, const u32 *ap1r, unsigned int n)
{
	unsigned int i;
	u32 bits;

	for (i = 0; i < n; i++) {
		bits = ap0r[i] | ap1r[i];
		if (bits)
			return (32 * i + (u32)__builtin_ctz(bits)) * (8 / n);
	}
	return KEEL_APR_IDLE;
}

/*
 * The same priorities, of a CPU interface with n registers for one that has m; where there are too
 * few levels for one it is the next higher that there is, and the answer is false. to may be from.
 */
static inline bool keel_apr_fit(u32 to[KEEL_APR_MAX], unsigned int m, const u32 from[KEEL_APR_MAX],
				unsigned int n)
{
	u32 converted[KEEL_APR_MAX] = {};
	unsigned int i, level, priority;
	bool same = true;

	for (i = 0; i < 32 * n; i++) {
		if (!(from[i / 32] >> i % 32 & 1))
			continue;
		priority = i * (8 / n);
		level = priority / (8 / m);
		same &= priority % (8 / m) == 0;
		converted[level / 32] |= 1U << level % 32;
	}
	for (i = 0; i < KEEL_APR_MAX; i++)
		to[i] = converted[i];
	return same;
}

/* The same; nothing is written where the answer is false. */
static inline bool keel_apr_convert(u32 to[KEEL_APR_MAX], unsigned int m,
				    const u32 from[KEEL_APR_MAX], unsigned int n)
{
	u32 fit[KEEL_APR_MAX];
	unsigned int i;

	if (!keel_apr_fit(fit, m, from, n))
		return false;
	for (i = 0; i < KEEL_APR_MAX; i++)
		to[i] = fit[i];
	return true;
}

#endif
