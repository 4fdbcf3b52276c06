// SPDX-License-Identifier: GPL-2.0-only
/* pure: hyp/gicc.c */
/*
 * A GICv2's CPU interface in software against another one, which has interrupts
 * and a stack of priorities in the place of list registers and bits. Proves, over random
 * lives: every register reads the same and every write does the same; a line is
 * high if and only if GICC_IAR is not 1023; FIQ is for Group 0 with FIQEn alone; the
 * host is asked for what list registers ask it for; each sequence of four accesses
 * to two interrupts, with each EOImode, group and binary point, ends alike.
 */
#include <stdlib.h>
#include <string.h>
#include "hyp/gicc.h"
#include "vgic/hw.h"
#include "vgic/irq.h"
#include "ktap.h"

#define ROUNDS	40000
#define STEPS	50

/* ---- the other one ---- */

struct irq {
	unsigned int id, from, priority, group;
	bool pending, active, hw, tells;
};

static struct {
	unsigned int n, pmr, bpr, abpr;
	bool on[2], ack_ctl, fiq_en, cbpr, split;
	struct irq irq[KEEL_NR_LRS];
	/* group priorities that are active, the last one runs */
	unsigned int stack[33], depth;
	/* what the host wants to hear of */
	bool no_more, unlisted, on_enable[2], on_disable[2];
	unsigned int ended, eois;
	bool tell;
} m;

static unsigned int running(void)
{
	return m.depth ? m.stack[m.depth - 1] : 256;
}

/* Table 3-2: the field of the group priority begins at this bit. */
static unsigned int group_priority(const struct irq *irq)
{
	unsigned int first = irq->group && !m.cbpr ? m.abpr : m.bpr + 1;

	return first >= 8 ? 0 : irq->priority / (1u << first) * (1u << first);
}

static struct irq *first_pending(void)
{
	struct irq *best = NULL;

	for (unsigned int i = 0; i < m.n; i++) {
		struct irq *irq = &m.irq[i];

		if (!irq->pending || irq->active || !m.on[irq->group])
			continue;
		if (!best || irq->priority < best->priority ||
		    (irq->priority == best->priority && irq->id < best->id))
			best = irq;
	}
	return best;
}

static struct irq *signalled(void)
{
	struct irq *irq = first_pending();

	return irq && irq->priority < m.pmr && group_priority(irq) < running() ? irq : NULL;
}

static unsigned int id_of(const struct irq *irq, bool alias)
{
	if (!irq)
		return 1023;
	if (alias)
		return irq->group ? irq->id | irq->from << 10 : 1023;
	return irq->group && !m.ack_ctl ? 1022 : irq->id | irq->from << 10;
}

static unsigned int take(bool alias)
{
	struct irq *irq = signalled();
	unsigned int id = id_of(irq, alias), left = 0;

	if (id == 1022 || id == 1023)
		return id;
	irq->pending = false;
	irq->active = true;
	m.stack[m.depth++] = group_priority(irq);
	for (unsigned int i = 0; i < m.n; i++)
		left += m.irq[i].pending;
	m.tell |= m.no_more && !left;
	return id;
}

static struct irq *active(unsigned int val)
{
	unsigned int id = val & 1023;

	for (unsigned int i = 0; i < m.n; i++)
		if (m.irq[i].active && m.irq[i].id == id &&
		    (id >= 16 || m.irq[i].from == (val >> 10 & 7)))
			return &m.irq[i];
	return NULL;
}

static void over(struct irq *irq)
{
	irq->active = false;
	if (irq->pending)
		return;
	if (irq->hw)
		m.ended = irq - m.irq + 1;
	else
		m.tell |= irq->tells;
}

static void end(unsigned int val, bool alias)
{
	struct irq *irq = active(val);

	if ((val & 1023) >= 1020 || !m.depth || (alias && irq && !irq->group))
		return;
	m.depth--;
	if (m.split)
		return;
	if (irq) {
		over(irq);
	} else if (m.unlisted) {
		m.eois++;
		m.tell = true;
	}
}

static void control(unsigned int val)
{
	for (unsigned int g = 0; g < 2; g++) {
		bool on = val >> g & 1;

		if (on != m.on[g])
			m.tell |= on ? m.on_enable[g] : m.on_disable[g];
		m.on[g] = on;
	}
	m.ack_ctl = val & 4;
	m.fiq_en = val & 8;
	m.cbpr = val & 16;
	m.split = val & 512;
}

static unsigned int aprs(void)
{
	unsigned int bits = 0;

	for (unsigned int i = 0; i < m.depth; i++)
		bits |= 1u << m.stack[i] / 8;
	return bits;
}

static unsigned int model_read(unsigned int offset)
{
	switch (offset) {
	case 0x00:
		return m.on[0] | m.on[1] << 1 | m.ack_ctl << 2 | m.fiq_en << 3 | m.cbpr << 4 |
		       m.split << 9;
	case 0x04: return m.pmr;
	case 0x08: return m.bpr;
	case 0x0c: return take(false);
	case 0x14: return m.depth ? running() : 255;
	case 0x18: return id_of(first_pending(), false);
	case 0x1c: return m.abpr;
	case 0x20: return take(true);
	case 0x28: return id_of(first_pending(), true);
	case 0xd0: return aprs();
	case 0xfc: return 0x04b2043b;
	}
	return 0;
}

static bool model_write(unsigned int offset, unsigned int val)
{
	struct irq *irq;

	switch (offset) {
	case 0x00: control(val); break;
	case 0x04: m.pmr = val & 0xf8; break;
	case 0x08: m.bpr = (val & 7) < 2 ? 2 : val & 7; break;
	case 0x1c: m.abpr = (val & 7) < 3 ? 3 : val & 7; break;
	case 0x10: end(val, false); break;
	case 0x24: end(val, true); break;
	case 0x1000:
		if (!m.split)
			break;
		irq = active(val);
		if (!irq)
			return false;
		over(irq);
	}
	return true;
}

/* ---- both ---- */

static struct keel_ctx_gic g;

static u64 lr_of(const struct irq *irq)
{
	return irq->id | irq->from << 10 | (u64)irq->priority << KEEL_LR_PRIO_SHIFT |
	       (irq->group ? KEEL_LR_GROUP1 : 0) | (irq->hw ? KEEL_LR_HW : irq->tells ? KEEL_LR_EOI : 0) |
	       (irq->pending ? KEEL_LR_PENDING : 0) | (irq->active ? KEEL_LR_ACTIVE : 0);
}

/* No two have the same number, but SGIs of several senders. */
static struct irq random_irq(unsigned int i, unsigned int like)
{
	struct irq irq = { .id = i < 4 ? i / 2 : 20 + i, .from = i < 4 ? i % 2 * 3 : 0 };

	irq.priority = random() % 32 * 8;
	if (like)
		irq.priority &= 0x38;
	irq.group = random() & 1;
	irq.hw = i >= 4 && random() % 3 == 0;
	irq.tells = random() & 1;
	irq.pending = random() % 4;
	return irq;
}

static void both_write(unsigned int offset, unsigned int val)
{
	bool a = keel_gicc_write(&g, offset, val), b = model_write(offset, val);

	CHECK_EQ(a, b);
}

static void fill(unsigned int n, unsigned int like)
{
	u32 events;

	memset(&g, 0, sizeof(g));
	memset(&m, 0, sizeof(m));
	m.bpr = 2;
	m.abpr = 3;
	m.n = n;
	for (unsigned int i = 0; i < n; i++) {
		m.irq[i] = random_irq(i, like);
		g.lr[i] = lr_of(&m.irq[i]);
	}
	events = (m.no_more = random() & 1) ? KEEL_ICH_NPIE : 0;
	events |= (m.unlisted = random() & 1) ? KEEL_ICH_LRENPIE : 0;
	for (unsigned int i = 0; i < 2; i++) {
		events |= (m.on_enable[i] = random() & 1) ? KEEL_ICH_GRP_EIE(i) : 0;
		events |= (m.on_disable[i] = random() & 1) ? KEEL_ICH_GRP_DIE(i) : 0;
	}
	keel_gicc_begin(&g, n, events);
}

/* The line, and what IAR, for whichever group, would say. */
static void compare_lines(void)
{
	struct keel_ctx_gic copy = g;
	const struct irq *irq = signalled();
	unsigned int want = !irq ? KEEL_GICC_NONE : !irq->group && m.fiq_en ? KEEL_GICC_FIQ : KEEL_GICC_IRQ;

	CHECK_EQ(keel_gicc_signal(&g), want);
	CHECK_EQ(keel_gicc_read(&copy, 0x0c) == 1023, want == KEEL_GICC_NONE);
}

static void compare(void)
{
	for (unsigned int i = 0; i < m.n; i++)
		CHECK_EQ(g.lr[i], lr_of(&m.irq[i]));
	CHECK_EQ(g.ap0r[0], aprs());
	CHECK_EQ(g.refill, m.tell);
	CHECK_EQ(g.ended, m.ended);
	CHECK_EQ(g.eoicount, m.eois);
	compare_lines();
	g.refill = m.tell = false;
	g.ended = m.ended = 0;
	g.eoicount = m.eois = 0;
}

static unsigned int some_id(void)
{
	unsigned int i = random() % (KEEL_NR_LRS + 2);

	if (i < m.n)
		return m.irq[i].id | m.irq[i].from << 10;
	return i < KEEL_NR_LRS ? 1020 + i % 4 : (unsigned int)random();
}

static const u32 all[] = {
	0x00, 0x04, 0x08, 0x0c, 0x10, 0x14, 0x18, 0x1c,	  0x20,
	0x24, 0x28, 0x2c, 0xd0, 0xd4, 0xe0, 0xfc, 0x1000, 0x1004,
};

/* What is written to the active priorities alone has no model: bits have no order. */
static void random_write(void)
{
	static const u32 to[] = { 0x00, 0x04, 0x08, 0x1c, 0x10, 0x10, 0x10, 0x24, 0x1000, 0x1000, 0x0c, 0x14, 0x18, 0xfc, 0x1004 };
	u32 offset = to[random() % (sizeof(to) / sizeof(to[0]))];

	switch (offset) {
	case 0x00:
		both_write(offset, random() & ~(random() & 3));
		break;
	case 0x04:
		both_write(offset, random() | (random() & 1 ? 0xf8 : 0));
		break;
	case 0x10:
	case 0x24:
	case 0x1000:
		both_write(offset, some_id());
		break;
	default:
		both_write(offset, random());
	}
}

static void step(void)
{
	u32 offset;

	if (random() % 2) {
		random_write();
		return;
	}
	offset = random() % 3 ? 0x0c : all[random() % (sizeof(all) / sizeof(all[0]))];
	CHECK_EQ(keel_gicc_read(&g, offset), model_read(offset));
}

static void lives(void)
{
	for (unsigned int round = 0; round < ROUNDS && !ktap_case_failed; round++) {
		fill(random() % (KEEL_NR_LRS + 1), random() & 1);
		both_write(0x04, 0xf8);
		both_write(0x00, 1 + random() % 3);
		for (unsigned int i = 0; i < STEPS && !ktap_case_failed; i++) {
			step();
			compare();
		}
	}
}

/* ---- all sequences of a few accesses ---- */

static void one_access(unsigned int which)
{
	switch (which) {
	case 0:
		CHECK_EQ(keel_gicc_read(&g, 0x0c), model_read(0x0c));
		break;
	case 1:
		CHECK_EQ(keel_gicc_read(&g, 0x20), model_read(0x20));
		break;
	case 2 ... 3:
		both_write(0x10, 40 + which - 2);
		break;
	case 4 ... 5:
		both_write(0x1000, 40 + which - 4);
		break;
	}
}

static void sequence(unsigned int how, unsigned int what)
{
	static const u8 bprs[] = { 2, 4, 7 };

	fill(2, 0);
	for (unsigned int i = 0; i < 2; i++) {
		m.irq[i] = (struct irq){
			.id = 40 + i, .priority = i ? 0x20 : 0x28, .group = how >> i & 1, .pending = true,
			.hw = i, .tells = true,
		};
		g.lr[i] = lr_of(&m.irq[i]);
	}
	keel_gicc_begin(&g, 2, g.events);
	both_write(0x04, how & 4 ? 0xf8 : 0x28);
	both_write(0x00, 3 | (how >> 3 & 3) << 2 | (how >> 5 & 1) << 4 | (how >> 6 & 1) << 9);
	both_write(0x08, bprs[how >> 7]);
	both_write(0x1c, bprs[how >> 7] + 1);
	for (unsigned int i = 0; i < 4; i++, what /= 6) {
		one_access(what % 6);
		compare();
	}
}

static void sequences(void)
{
	for (unsigned int how = 0; how < 3 << 7; how++)
		for (unsigned int what = 0; what < 6 * 6 * 6 * 6 && !ktap_case_failed; what++)
			sequence(how, what);
}

/* ---- by hand ---- */

/* A list of any length that the host may have left there is not read beyond its end. */
static void bounded(void)
{
	fill(KEEL_NR_LRS, 0);
	g.listed = g.first = 255;
	CHECK(keel_gicc_read(&g, 0x0c) == 1023);
	CHECK(keel_gicc_write(&g, 0x10, 5));
}

/* User space restores binary points that are too low, and active priorities. */
static void restored(void)
{
	fill(1, 0);
	g.lr[0] = 40 | 0x50ull << KEEL_LR_PRIO_SHIFT | KEEL_LR_PENDING;
	g.vmcr = 0xf8u << 24 | 1;
	g.ap0r[0] = 1 << 10;
	keel_gicc_begin(&g, 1, 0);
	CHECK_EQ(keel_gicc_read(&g, 0x08), 2);
	CHECK_EQ(keel_gicc_read(&g, 0x1c), 3);
	CHECK_EQ(keel_gicc_read(&g, 0x14), 0x50);
	CHECK_EQ(keel_gicc_signal(&g), KEEL_GICC_NONE);
	CHECK_EQ(keel_gicc_read(&g, 0x0c), 1023);
	CHECK(keel_gicc_write(&g, 0xd0, 1 << 11));
	CHECK_EQ(keel_gicc_signal(&g), KEEL_GICC_IRQ);
	CHECK_EQ(keel_gicc_read(&g, 0x0c), 40);
	CHECK_EQ(keel_gicc_read(&g, 0xd0), 3 << 10);
}

int main(void)
{
	srandom(1);
	RUN(lives);
	RUN(sequences);
	RUN(bounded);
	RUN(restored);
	return ktap_done();
}
