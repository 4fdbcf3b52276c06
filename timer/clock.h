/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's physical counter, from which all guest time derives. */
#ifndef KEEL_TIMER_CLOCK_H
#define KEEL_TIMER_CLOCK_H

#include <linux/types.h>
#include <clocksource/arm_arch_timer.h>

/*
 * Ordered after earlier instructions, errata of the host's counters handled.
 * On every host that booted at EL2 the kernel's reader is the one of CNTPCT_EL0
 * (or of CNTVCT_EL0 at EL2, which has no offset).
 */
static inline u64 keel_clock_now(void)
{
	return arch_timer_read_counter();
}

#endif
