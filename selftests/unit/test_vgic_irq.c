// SPDX-License-Identifier: GPL-2.0-only
/* pure: vgic/irq.c */
/*
 * Proves: what an interrupt does over random lives of lines, register writes
 * and rounds in a list register is what a model of the GIC architecture says
 * (edge: the four states of IHI 0069, 4.1.2; level-sensitive: line, software
 * pending and active apart); the list register's fields, of which an active
 * one keeps its priority and group; the list's order.
 */
#include <stdlib.h>
#include "vgic/irq.h"
#include "ktap.h"

/* The architecture's view, written without the code under test. */
enum edge_state { IDLE, PEND, ACT, ACT_PEND };

struct model {
	enum edge_state edge;		/* edge-triggered only */
	bool line, soft, act;		/* level-sensitive only */
	bool level, hw, enabled;
	bool known;			/* the CPU interface knows it as active, with these */
	unsigned char priority;
	bool group1;
};

static bool m_active(const struct model *m)
{
	return m->level ? m->act : m->edge == ACT || m->edge == ACT_PEND;
}

static bool m_pending(const struct model *m)
{
	return m->level ? m->line || m->soft : m->edge == PEND || m->edge == ACT_PEND;
}

static void m_pend(struct model *m)
{
	if (m->level)
		m->soft = true;
	else
		m->edge = m_active(m) ? ACT_PEND : PEND;
}

static void m_clear_pend(struct model *m)
{
	if (m->level)
		m->soft = false;
	else
		m->edge = m_active(m) ? ACT : IDLE;
}

static void m_line(struct model *m, bool level)
{
	m->line = level;
	if (level && !m->level)
		m_pend(m);
}

static void m_set_active(struct model *m, bool on)
{
	if (m->level)
		m->act = on;
	else if (on)
		m->edge = m_pending(m) ? ACT_PEND : ACT;
	else
		m->edge = m_pending(m) ? PEND : IDLE;
}

static void m_ack(struct model *m)
{
	m_clear_pend(m);
	m_set_active(m, true);
}

static void compare(const struct keel_irq_state *s, const struct model *m)
{
	CHECK_EQ(s->active, m_active(m));
	CHECK_EQ(keel_irq_pending(s), m_pending(m));
	CHECK_EQ(s->line, m->line);
	CHECK_EQ(keel_irq_wanted(s), m_active(m) || (m_pending(m) && m->enabled));
	CHECK_EQ(keel_irq_deliverable(s), m_pending(m) && m->enabled);
	CHECK(!s->lr_latch);
}

static void start(struct keel_irq_state *s, struct model *m)
{
	*m = (struct model) { .level = rand() & 1, .hw = (rand() & 3) == 0, .enabled = true };
	*s = (struct keel_irq_state) {
		.intid = rand() % 1020, .priority = rand(), .enabled = true, .group1 = rand() & 1,
		.level = m->level, .hw = m->hw, .hwintid = 27,
	};
}

/* What a register write or a device does. */
static void outside(struct keel_irq_state *s, struct model *m)
{
	bool level = rand() & 1;

	switch (rand() % 7) {
	case 0:
		CHECK_EQ(keel_irq_set_line(s, level), m->level ? level != m->line : level);
		m_line(m, level);
		break;
	case 1:
		s->latch = true;
		m_pend(m);
		break;
	case 2:
		s->latch = false;
		m_clear_pend(m);
		break;
	case 3:
		s->enabled = m->enabled = level;
		break;
	case 4:
		if (level)
			keel_irq_activate(s);
		else
			s->active = false;
		m_set_active(m, level);
		m->known = false;
		break;
	case 5:
		CHECK_EQ(keel_irq_deactivate(s), m_active(m) && m->level && !m->hw);
		m_set_active(m, false);
		break;
	case 6:
		s->priority = rand();
		s->group1 = level;
		break;
	}
}

static void check_fields(const struct keel_irq_state *s, const struct model *m, u64 lr)
{
	bool pends = m_pending(m) && m->enabled;

	if (m_active(m) && (m->level || m->hw))
		pends = false;
	CHECK_EQ(!!(lr & (1ULL << 62)), pends);
	CHECK_EQ(!!(lr & (1ULL << 63)), m_active(m));
	CHECK_EQ(!!(lr & (1ULL << 61)), m->hw);
	CHECK_EQ(!!(lr & (1ULL << 60)), m->group1);
	CHECK_EQ(lr & 0xffffffff, s->intid);
	CHECK_EQ((lr >> 48) & 0xff, m->priority);
	if (m->hw)
		CHECK_EQ((lr >> 32) & 0x3ff, 27);
	else
		CHECK_EQ((lr >> 32) & 0x3ff, m->level ? 1 << 9 : 0);	/* EOI */
}

/*
 * A round in the guest, which acknowledges and ends what it is shown. The
 * source may act meanwhile. What the guest is shown as pending of a line that
 * fell it may still take: no real CPU withdraws an interrupt in no time.
 */
static void round_(struct keel_irq_state *s, struct model *m)
{
	u64 lr;
	bool began;

	if (!keel_irq_wanted(s))
		return;
	if (!m_active(m) || !m->known) {
		m->known = true;
		m->priority = s->priority;
		m->group1 = s->group1;
	}
	lr = keel_irq_to_lr(s);
	check_fields(s, m, lr);
	began = lr & (3ULL << 62);
	if (rand() & 1) {
		bool level = rand() & 1;

		keel_irq_set_line(s, level);
		m_line(m, level);
	}
	if ((lr & (1ULL << 62)) && !(lr & (1ULL << 63)) && (rand() & 3)) {
		bool again = !m->level && m->edge == PEND && s->latch;

		lr ^= 3ULL << 62;
		m_ack(m);
		if (again)	/* a second edge that came while the first was in the LR */
			m_pend(m);
	}
	if ((lr & (1ULL << 63)) && (rand() & 1)) {
		lr &= ~(1ULL << 63);
		m_set_active(m, false);
	}
	CHECK_EQ(keel_irq_from_lr(s, lr), began && !(lr >> 62) && m->level && !m->hw);
}

static void test_random_lives(void)
{
	struct keel_irq_state s;
	struct model m;
	unsigned int i, n;

	srand(7);
	for (i = 0; i < 40000; i++) {
		start(&s, &m);
		for (n = 0; n < 50; n++) {
			if (rand() & 1)
				outside(&s, &m);
			else
				round_(&s, &m);
			compare(&s, &m);
		}
	}
}

/* A software-pending level-sensitive interrupt is over when it was taken, not before. */
static void test_level_latch(void)
{
	struct keel_irq_state s = { .intid = 40, .level = true, .enabled = true, .latch = true };
	u64 lr = keel_irq_to_lr(&s);

	CHECK(lr & KEEL_LR_PENDING);
	CHECK(!keel_irq_from_lr(&s, lr));
	CHECK(keel_irq_pending(&s));
	lr = keel_irq_to_lr(&s);
	CHECK(!keel_irq_from_lr(&s, (lr & ~KEEL_LR_STATE) | KEEL_LR_ACTIVE));
	CHECK(!keel_irq_pending(&s) && s.active);
	lr = keel_irq_to_lr(&s);
	CHECK_EQ(lr & KEEL_LR_STATE, KEEL_LR_ACTIVE);
	CHECK(keel_irq_from_lr(&s, lr & ~KEEL_LR_STATE));
	CHECK(!keel_irq_wanted(&s));
}

/* An edge that comes while the interrupt is active is kept, and shown in the same LR. */
static void test_edge_again(void)
{
	struct keel_irq_state s = { .intid = 3, .enabled = true, .latch = true };
	u64 lr = keel_irq_to_lr(&s);

	CHECK(!keel_irq_from_lr(&s, (lr & ~KEEL_LR_STATE) | KEEL_LR_ACTIVE));
	s.latch = true;
	lr = keel_irq_to_lr(&s);
	CHECK_EQ(lr & KEEL_LR_STATE, KEEL_LR_STATE);
	CHECK(!keel_irq_from_lr(&s, lr & ~KEEL_LR_ACTIVE));
	CHECK(keel_irq_wanted(&s) && !s.active);
}

static void test_disabled_is_not_shown(void)
{
	struct keel_irq_state s = { .intid = 3, .latch = true, .active = true };
	u64 lr = keel_irq_to_lr(&s);

	CHECK_EQ(lr & KEEL_LR_STATE, KEEL_LR_ACTIVE);
	keel_irq_from_lr(&s, lr);
	CHECK(s.latch);
}

/* Acknowledged, it is done: no list register is needed to end it. */
static void test_lpi_is_never_active(void)
{
	struct keel_irq_state s = { .intid = KEEL_FIRST_LPI, .enabled = true, .latch = true };
	u64 lr = keel_irq_to_lr(&s);

	CHECK_EQ(lr & KEEL_LR_STATE, KEEL_LR_PENDING);
	CHECK(!keel_irq_from_lr(&s, lr ^ KEEL_LR_STATE));
	CHECK(!s.active && !keel_irq_wanted(&s));
	s.latch = true;
	lr = keel_irq_to_lr(&s);
	keel_irq_from_lr(&s, lr | KEEL_LR_ACTIVE);
	CHECK(!s.active && keel_irq_wanted(&s));
	s.intid--;
	keel_irq_from_lr(&s, lr | KEEL_LR_ACTIVE);
	CHECK(s.active);
}

/* An extended PPI of the host's does not become another interrupt. */
static void test_host_intid(void)
{
	struct keel_irq_state s = { .intid = 27, .enabled = true, .latch = true, .hw = true };

	for (s.hwintid = 16; s.hwintid < 1120; s.hwintid++) {
		s.latch = true;
		CHECK_EQ(keel_irq_to_lr(&s) >> 32 & 0x1fff, s.hwintid);
	}
}

static void test_pmr_mask(void)
{
	CHECK_EQ(keel_irq_pmr_mask(5), 0xf8);
	CHECK_EQ(keel_irq_pmr_mask(7), 0xfe);
	CHECK_EQ(keel_irq_pmr_mask(8), 0xff);
}

int main(void)
{
	RUN(test_random_lives);
	RUN(test_level_latch);
	RUN(test_edge_again);
	RUN(test_disabled_is_not_shown);
	RUN(test_lpi_is_never_active);
	RUN(test_host_intid);
	RUN(test_pmr_mask);
	return ktap_done();
}
