// SPDX-License-Identifier: GPL-2.0-only
/*
 * Posting an SGI, in every order in which the accesses of one or two senders,
 * of one SGI or two, and of the receiver can follow each other: each SGI that
 * counts as sent is found by the receiver or by a sender that was told to look
 * for it, and no other; and whoever was not told so relies on nobody but the
 * receiver. The receiver is as in core/run.c and core/block.c: it says where it
 * is, then looks.
 */
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <linux/compiler.h>

/* Each access of a sender is a step of its own. */
static void step(void);
#undef READ_ONCE
#define READ_ONCE(x)	({ step(); *(const volatile __typeof__(x) *)&(x); })
#include "hyp/post.h"
#include "ktap.h"

#define SENDERS	2
#define STACK	(64 * 1024)

static ucontext_t scheduler, sender[SENDERS];
static int running;		/* which sender */
static int nr_bits;		/* 1: all senders send the same SGI */
static bool over[SENDERS];
static enum keel_post sent[SENDERS];
static unsigned long posted;
static int mode;
static unsigned int found[SENDERS];	/* by bit: how often somebody found it */
static unsigned int before[SENDERS];	/* by sender: how often that was when it set the bit */

static void step(void)
{
	swapcontext(&sender[running], &scheduler);
}

static void set(unsigned long *word, u64 bits)
{
	step();
	before[running] = found[running % nr_bits];
	*word |= bits;
}

static u64 bit_of(int i)
{
	return 1u << (4 + i % nr_bits);
}

static void collect(void)
{
	for (int i = 0; i < nr_bits; i++)
		found[i] += !!(posted & bit_of(i));
	posted = 0;
}

/* Who is told to looks for the receiver, and wakes it if there is something: some time later. */
static void send(int i)
{
	sent[i] = keel_post(&posted, &mode, bit_of(i), set);
	if (sent[i] == KEEL_POST_TELL) {
		step();
		collect();
	}
	over[i] = true;
	step();
}

static void go_on(int i)
{
	running = i;
	swapcontext(&scheduler, &sender[i]);
}

/* Where the receiver says that it is; -1: it looks. */
static const int enters[] = { KEEL_IN_GUEST, -1, KEEL_OUTSIDE, KEEL_ASLEEP, -1, KEEL_OUTSIDE };
static const int sleeps[] = { KEEL_ASLEEP, -1, KEEL_OUTSIDE, KEEL_IN_GUEST, -1 };

/* After a look nobody who need do nothing more is still waiting for another sender. */
static void receive(int what)
{
	if (what >= 0) {
		mode = what;
		return;
	}
	collect();
	for (int i = 0; i < SENDERS; i++)
		CHECK(sent[i] != KEEL_POST_DONE || found[i % nr_bits] > before[i]);
}

/* ---- all orders, one after the other: what was chosen at each point, and out of how many ---- */

static struct { int chosen, of; } path[64];
static int depth;

static int choose(int n)
{
	path[depth].of = n;
	return path[depth++].chosen;
}

/* The next order, from the last point on where there is another choice. False: that was all. */
static bool next_order(void)
{
	while (depth-- && ++path[depth].chosen == path[depth].of)
		path[depth].chosen = 0;
	return depth >= 0;
}

/* ---- one order ---- */

static void make_sender(int i, char *stack)
{
	over[i] = false;
	getcontext(&sender[i]);
	sender[i].uc_stack.ss_sp = stack;
	sender[i].uc_stack.ss_size = STACK;
	makecontext(&sender[i], (void (*)(void))send, 1, i);
}

static void begin(int nr_senders, char *stacks)
{
	posted = 0;
	memset(found, 0, sizeof(found));
	memset(sent, 0, sizeof(sent));
	mode = KEEL_OUTSIDE;
	depth = 0;
	for (int i = 0; i < nr_senders; i++) {
		make_sender(i, stacks + i * STACK);
		go_on(i);	/* up to its first access */
	}
}

/* The receiver's next look is certain where it is outside; else it may be long in coming. */
static void judge(int nr_senders)
{
	unsigned int sends[SENDERS] = {};

	if (mode == KEEL_OUTSIDE)
		receive(-1);
	for (int i = 0; i < nr_senders; i++)
		sends[i % nr_bits] += sent[i] != KEEL_POST_NO;
	for (int i = 0; i < nr_bits; i++) {
		CHECK_EQ(!!found[i], !!sends[i]);
		CHECK(found[i] <= sends[i]);
	}
	CHECK_EQ(posted, 0);
}

static void run(int nr_senders, const int *steps, int nr_steps, char *stacks)
{
	int able[SENDERS + 1], n, i, done = 0;

	begin(nr_senders, stacks);
	for (;;) {
		for (i = n = 0; i < nr_senders; i++)
			if (!over[i])
				able[n++] = i;
		if (done < nr_steps)
			able[n++] = SENDERS;
		if (!n)
			break;
		i = able[choose(n)];
		if (i == SENDERS)
			receive(steps[done++]);
		else
			go_on(i);
	}
	judge(nr_senders);
}

static void all_orders(int nr_senders, const int *steps, int nr_steps)
{
	char *stacks = malloc(SENDERS * STACK);
	unsigned long orders = 0;

	memset(path, 0, sizeof(path));
	do {
		run(nr_senders, steps, nr_steps, stacks);
		orders++;
	} while (!ktap_case_failed && next_order());
	/* a sender with one access can come at any point of the receiver's */
	CHECK(ktap_case_failed || orders > (unsigned long)nr_steps);
	printf("# %lu orders\n", orders);
	free(stacks);
}

#define ALL_ORDERS(n, steps)	all_orders(n, steps, sizeof(steps) / sizeof(steps[0]))

static void one_sender(void)
{
	nr_bits = 1;
	ALL_ORDERS(1, enters);
	ALL_ORDERS(1, sleeps);
}

static void two_senders(void)
{
	nr_bits = 2;
	ALL_ORDERS(2, enters);
	ALL_ORDERS(2, sleeps);
}

static void two_of_one_sgi(void)
{
	nr_bits = 1;
	ALL_ORDERS(2, enters);
	ALL_ORDERS(2, sleeps);
}

int main(void)
{
	RUN(one_sender);
	RUN(two_senders);
	RUN(two_of_one_sgi);
	return ktap_done();
}
