/* SPDX-License-Identifier: GPL-2.0-only */
/* As much of it as the pure parts use: nobody else waits for this CPU. */
#ifndef UNIT_LINUX_SCHED_H
#define UNIT_LINUX_SCHED_H

static inline void cond_resched(void)
{
}

#endif
