/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Allocations and user copies that fail: the n-th that the module asks for next, for the calling
 * thread or for any, the kernel's own as well.
 */
#ifndef FAILING_H
#define FAILING_H

#include "vm.h"

/* Ends the case as skipped where the module selftests/run/failing is not. */
void failing_setup(void);
/* The n-th from now on fails, once. */
void failing_arm(unsigned int n);
/* None any more. True: it did. */
bool failing_disarm(void);
/* The same for all threads. */
void failing_arm_all(unsigned int n);
bool failing_disarm_all(void);
/* Each n-th fails until one of these disarms, failing_struck() so far. */
void failing_arm_every(unsigned int n);
void failing_arm_all_every(unsigned int n);
unsigned int failing_struck(void);

/*
 * What is done with the n-th failing, for n = 1, 2, ... until it does not come to an n-th.
 * act() returns -errno or what is not negative; what failed is done again without failures and
 * has to succeed then, as what did not fail has to. begin() makes what act() needs, end() looks
 * at it and takes it away. recovers: nobody is told of a failure, act() succeeds all the same.
 */
struct failing_trial {
	const char *name;
	void (*begin)(void);
	int (*act)(void);
	void (*end)(void);
	bool recovers;
};

/* How many failures that made, all of which it outlived. */
unsigned int failing_each(const struct failing_trial *t);
/* Each of n trials so, with a word about it; a case that has nothing else to be skipped for. */
void failing_all(const struct failing_trial *t, unsigned int n);

#endif
