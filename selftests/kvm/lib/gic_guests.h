/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest does alike with a GICv3 and a GICv2: more interrupts at once than there are
 * list registers, interrupts within interrupts, timers. Of a program on one of the two.
 */
#ifndef GIC_GUESTS_H
#define GIC_GUESTS_H

#include "gic.h"

#define SPIS	64	/* 32..95 */
#define NR_IRQS	96

/* How the program's guests use their CPU interface. The program says it, before it makes a VM. */
struct gic_cpu {
	void (*enable)(void);		/* and the distributor; what comes first in a guest */
	u32 (*acknowledge)(void);
	void (*end)(u32 intid);
};
extern const struct gic_cpu *gic_cpu;

/* Handlers' counts. */
extern u64 gic_nr_taken, gic_ticks[2];	/* virtual, physical timer */

/* Handlers: an interrupt is taken; a timer's is, and the timer turned off. */
void gic_take(struct guest_regs *regs);
void gic_tick(struct guest_regs *regs);

/* A guest: all SPIs at once, with priorities in another order than their numbers. */
void gic_guest_many(u64 arg);

/*
 * So many interrupts active at once, each of which preempts the one before; they have ended in
 * order.
 */
#define GIC_DEPTH	20
#define GIC_NESTED	((1ul << GIC_DEPTH) - 1)	/* their bits, from 32 on */
void gic_nest_prepare(void);
void gic_nest(void);

/* A guest: both timers, with WFI and without. */
void gic_guest_timers(u64 arg);

/*
 * How often WFI returns until the virtual timer's interrupt, which is urgent and gic_tick()'s, has
 * come.
 */
u64 gic_wakes_until_tick(void);

static inline void await(u64 *word, u64 value)
{
	while (load_acquire(word) < value)
		;
}

#endif
