/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers of the host calls' contract that the assembly needs too. */
#ifndef KEEL_NVHE_EL2_BITS_H
#define KEEL_NVHE_EL2_BITS_H

#define KEEL_EL2_VERSION	1

/* Like a fast 64-bit call to a hypervisor vendor (SMCCC, table 6-1), far from the stub's 0..3. */
#define KEEL_CALL_BASE		0xc6004b00
#define KEEL_CALL(nr)		(KEEL_CALL_BASE + (nr))

/*
 * x0 of a host call that ended in a report: the record in this CPU's keel_el2_cpu is to be printed.
 * -EFAULT
 */
#define KEEL_CALL_DIED		-14

/* the CPU's stack lies in the upper half of a block twice its size */
#define KEEL_EL2_STACK_SIZE	8192

#endif
