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

/*
 * EL1 registers that a guest can fill while it runs, with a value each, bits 12 to 23 of which may
 * be others.
 */
#define FOR_EL1_REGS(X) \
	X(ttbr1_el1, 0x0000123456789000) X(afsr0_el1, 0x12345678) \
	X(afsr1_el1, 0x87654321) X(amair_el1, 0x1234567887654321) \
	X(esr_el1, 0x56000000) X(far_el1, 0xffff111122223333) \
	X(elr_el1, 0xffff000000345678) X(spsr_el1, 0x60000005) \
	X(tpidr_el1, 0x1111222233334444) X(tpidr_el0, 0x5555666677778888) \
	X(tpidrro_el0, 0x9999aaaabbbbcccc) X(sp_el0, 0xddddeeeeffff0000) \
	X(contextidr_el1, 0x77777777) X(cntkctl_el1, 0x3) \
	X(csselr_el1, 0x2) X(mdscr_el1, 0x1000) X(par_el1, 0x0000aaaa55555f80) \
	X(cntv_cval_el0, 0x7000000000000000) X(cntp_cval_el0, 0x6000000000000000)

static inline void regs_fill(struct all_regs *r, u64 seed)
{
	u64 *word = (u64 *)r;

	for (unsigned int i = 0; i < sizeof(*r) / 8; i++)
		word[i] = (seed << 56 | seed << 32 | i << 8 | seed) * 0x9e3779b97f4a7c15ul;
	r->fpsr = 0x08000000 | (seed & 0xf);	/* QC and flags */
	r->fpcr = (seed & 3) << 22 | (seed & 4) << 22;	/* rounding mode, FZ */
}

#endif
