// SPDX-License-Identifier: GPL-2.0-only
/*
 * Invalidations against a fault, over all histories of six steps in eight pages of the
 * VMM's: a fault that began anywhere in a history and is to be mapped at its end has to
 * begin anew when any page of its block is on its way out, or was meanwhile; and only
 * then, or for the sake of one range for several. What it may wait for is in progress there,
 * and its end is seen by the number.
 */
#include "mmu/inval.h"
#include "ktap.h"

#define PAGES	8
#define STEPS	6
#define MOST	3	/* in progress at once */

struct range {
	unsigned int start, end;
};

static const struct range ranges[] = { { 0, 1 }, { 3, 4 }, { 4, 5 }, { 2, 6 }, { 7, 8 }, { 0, 8 } };

#define NR_RANGES	(sizeof(ranges) / sizeof(ranges[0]))

/* What is true, told in the plainest way. */
struct model {
	struct keel_inval inval;
	struct range open[MOST];
	unsigned int nr;
	unsigned long began[STEPS + 1];		/* keel_inval_seq() before each step */
	bool gone[STEPS + 1][PAGES];		/* on its way out at any time since then */
	bool over[STEPS + 1];			/* any that has ended since */
};

static unsigned long asked;

static bool meets(const bool *pages, unsigned int start, unsigned int size)
{
	for (unsigned int i = start; i < start + size; i++)
		if (pages[i])
			return true;
	return false;
}

/* Now, not since a fault began. */
static void ask_now(const struct model *m, unsigned int addr, unsigned int size)
{
	bool open[PAGES] = {}, meets_now = keel_inval_meets(&m->inval, addr, size);

	for (unsigned int i = 0; i < m->nr; i++)
		for (unsigned int page = m->open[i].start; page < m->open[i].end; page++)
			open[page] = true;
	if (meets(open, addr & ~(size - 1), size))
		CHECK(meets_now);
	else if (!m->nr)
		CHECK(!meets_now);
	else if (m->nr == 1 && m->inval.end - m->inval.start == m->open[0].end - m->open[0].start)
		CHECK(!meets_now);
}

static void ask(const struct model *m, unsigned int from, unsigned int addr, unsigned int size)
{
	bool retry = keel_inval_retry(&m->inval, m->began[from], addr, size);

	asked++;
	if (m->over[from] || meets(m->gone[from], addr & ~(size - 1), size))
		CHECK(retry);
	else if (!m->nr)
		CHECK(!retry);
	else if (m->nr == 1 && m->inval.end - m->inval.start == m->open[0].end - m->open[0].start)
		CHECK(!retry);
}

static void ask_all(const struct model *m, unsigned int step)
{
	for (unsigned int size = 1; size <= PAGES; size *= 2)
		for (unsigned int addr = 0; addr < PAGES; addr++)
			ask_now(m, addr, size);
	for (unsigned int from = 0; from <= step; from++)
		for (unsigned int size = 1; size <= PAGES; size *= 2)
			for (unsigned int addr = 0; addr < PAGES; addr++)
				ask(m, from, addr, size);
}

/* A fault begins before this step: what is on its way out now is so for it. */
static void begin_fault(struct model *m, unsigned int step)
{
	m->began[step] = keel_inval_seq(&m->inval);
	m->over[step] = false;
	for (unsigned int page = 0; page < PAGES; page++) {
		m->gone[step][page] = false;
		for (unsigned int i = 0; i < m->nr; i++)
			m->gone[step][page] |= page >= m->open[i].start && page < m->open[i].end;
	}
}

static void walk(const struct model *before, unsigned int step);

static void begin(const struct model *before, unsigned int step, struct range r)
{
	struct model m = *before;

	keel_inval_begin(&m.inval, r.start, r.end);
	m.open[m.nr++] = r;
	for (unsigned int from = 0; from <= step; from++)
		for (unsigned int page = r.start; page < r.end; page++)
			m.gone[from][page] = true;
	walk(&m, step + 1);
}

static void end(const struct model *before, unsigned int step, unsigned int which)
{
	struct model m = *before;

	keel_inval_end(&m.inval);
	CHECK(keel_inval_seq(&m.inval) != keel_inval_seq(&before->inval));
	m.open[which] = m.open[--m.nr];
	for (unsigned int from = 0; from <= step; from++)
		m.over[from] = true;
	walk(&m, step + 1);
}

static void walk(const struct model *before, unsigned int step)
{
	struct model m = *before;

	begin_fault(&m, step);
	ask_all(&m, step);
	if (step == STEPS)
		return;
	for (unsigned int i = 0; m.nr < MOST && i < NR_RANGES; i++)
		begin(&m, step, ranges[i]);
	for (unsigned int i = 0; i < m.nr; i++)
		end(&m, step, i);
}

static void every_history(void)
{
	struct model m = {};

	walk(&m, 0);
	CHECK(asked > 1000000);
}

/* A change of the slots is none of the VMM's addresses, and of all. */
static void changes(void)
{
	struct keel_inval v = {};
	unsigned long seq = keel_inval_seq(&v);

	CHECK(!keel_inval_retry(&v, seq, 5, 1));
	keel_inval_changed(&v);
	CHECK(keel_inval_retry(&v, seq, 5, 1));
	CHECK(!keel_inval_retry(&v, keel_inval_seq(&v), 5, 1));
}

int main(void)
{
	RUN(every_history);
	RUN(changes);
	return ktap_done();
}
