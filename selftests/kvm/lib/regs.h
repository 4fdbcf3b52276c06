/* SPDX-License-Identifier: GPL-2.0-only */
/* All registers that a program has, loaded and stored around one event. */
#ifndef REGS_H
#define REGS_H

#include "ktap.h"

struct all_regs {
	u64 x[31], pad;
	u64 v[32][2];
	u64 fpsr, fpcr;
};

/* What happens between the two; x0 and x1 as the comments say. */
enum event {
	EVENT_NONE,
	EVENT_HVC,	/* results in x0 to x3 */
	EVENT_SMC,	/* results in x0 to x3 */
	EVENT_LOAD,	/* ldr x1, [x0] */
	EVENT_STORE,	/* str x1, [x0] */
	EVENT_WFE,
	EVENT_WFI,
	EVENT_IDREG,	/* x0 := ID_AA64PFR0_EL1 */
	EVENT_SPIN,	/* count x1 down to 0 */
	EVENT_SYSCALL,	/* result in x0 */
	NR_EVENTS
};

/* Load all registers from in, let the event happen, store all to out. */
void regs_event(const struct all_regs *in, struct all_regs *out, u64 event);

/* Z, P and FFR registers. buffers: 32 * vl + 17 * vl / 8 bytes. */
void sve_load(const void *in);
void sve_store(void *out);
u64 sve_vl(void);
u64 pac_sign(u64 value, u64 modifier);

static inline void regs_fill(struct all_regs *r, u64 seed)
{
	u64 *word = (u64 *)r;

	for (unsigned int i = 0; i < sizeof(*r) / 8; i++)
		word[i] = (seed << 56 | seed << 32 | i << 8 | seed) * 0x9e3779b97f4a7c15ul;
	r->fpsr = 0x08000000 | (seed & 0xf);	/* QC and flags */
	r->fpcr = (seed & 3) << 22 | (seed & 4) << 22;	/* rounding mode, FZ */
}

#endif
