// SPDX-License-Identifier: GPL-2.0-only
/* pure: vgic/irq.c vgic/v2/lr.c vgic/v2/regmap.c */
/*
 * What a GICv2 has of its own. Proves: the fields of GICH_LR<n>; an SGI is
 * taken once for each vCPU that sent it, over random lives, as a model says;
 * the distributor's fields of SGIs and targets.
 */
#include <stdlib.h>
#include "vgic/v2/lr.h"
#include "vgic/regmap.h"
#include "ktap.h"

static struct keel_irq_state sgi(u32 intid)
{
	return (struct keel_irq_state){
		.intid = intid, .enabled = true, .by_sender = true, .targets = 1 << 2,
	};
}

static void fields(void)
{
	struct keel_irq_state s = {
		.intid = 1019, .priority = 0xa8, .enabled = true, .level = true, .line = true,
	};
	u32 v = keel_lr2_encode(keel_irq_to_lr(&s));

	CHECK_EQ(v, 1019 | 1u << 19 | 0x15u << 23 | 1u << 28);
	s.hw = true;
	s.hwintid = 27;
	s.group1 = true;
	CHECK_EQ(keel_lr2_encode(keel_irq_to_lr(&s)),
		 1019 | 27u << 10 | 0x15u << 23 | 1u << 28 | 1u << 30 | 1u << 31);
	s.active = true;
	CHECK_EQ(keel_lr2_encode(keel_irq_to_lr(&s)) >> 28, 0xe);

	s = sgi(7);
	keel_irq_add_senders(&s, 1 << 5);
	CHECK_EQ(keel_lr2_encode(keel_irq_to_lr(&s)), 7 | 5u << 10 | 1u << 28);
}

static void states(void)
{
	u64 lr = 40 | 0x80ull << KEEL_LR_PRIO_SHIFT | KEEL_LR_GROUP1;

	CHECK_EQ(keel_lr2_update(lr | KEEL_LR_PENDING, 0), lr);
	CHECK_EQ(keel_lr2_update(lr, 1u << 28), lr | KEEL_LR_PENDING);
	CHECK_EQ(keel_lr2_update(lr | KEEL_LR_PENDING, 1u << 29), lr | KEEL_LR_ACTIVE);
	CHECK_EQ(keel_lr2_update(lr, 3u << 28), lr | KEEL_LR_STATE);
}

/* One round in a list register; the guest takes it, ends it, both or nothing. */
static void round_in_lr(struct keel_irq_state *s, u8 *waiting, int *active_from)
{
	u64 lr = keel_irq_to_lr(s);
	unsigned int sender = lr >> KEEL_LR_SENDER_SHIFT & 7;
	int does = rand() % 4;

	CHECK_EQ((lr & KEEL_LR_STATE) == KEEL_LR_STATE, false);
	if (lr & KEEL_LR_PENDING) {
		CHECK(*waiting >> sender & 1);
		CHECK_EQ(!!(lr & KEEL_LR_EOI), !!(*waiting & ~(1 << sender)));
		if (does & 1) {
			*waiting &= ~(1 << sender);
			*active_from = sender;
			lr ^= KEEL_LR_STATE;
		}
	} else {
		CHECK_EQ(!!(lr & KEEL_LR_EOI), *waiting != 0);
	}
	if (lr & KEEL_LR_ACTIVE) {
		CHECK_EQ(sender, *active_from);
		if (does & 2) {
			lr &= ~KEEL_LR_STATE;
			*active_from = -1;
		}
	}
	CHECK(!keel_irq_from_lr(s, lr));
}

static void senders(void)
{
	int i, active_from = -1;
	struct keel_irq_state s = sgi(3);
	u8 waiting = 0, some;

	srand(2);
	for (i = 0; i < 100000; i++) {
		some = 1 << rand() % 8 | 1 << rand() % 8;
		switch (rand() % 4) {
		case 0:
			keel_irq_add_senders(&s, some);
			waiting |= some;
			break;
		case 1:
			keel_irq_remove_senders(&s, some);
			waiting &= ~some;
			break;
		default:
			if (keel_irq_wanted(&s))
				round_in_lr(&s, &waiting, &active_from);
		}
		CHECK_EQ(s.senders, waiting);
		CHECK_EQ(keel_irq_pending(&s), waiting != 0);
		CHECK_EQ(s.active, active_from >= 0);
	}
}

static void distributor(void)
{
	struct keel_irq_state s = sgi(4), spi = { .intid = 40 };

	keel_regmap2_set_pending.set(&s, 1);
	CHECK(!keel_irq_pending(&s));
	keel_regmap2_add_senders.set(&s, 0x81);
	CHECK_EQ(keel_regmap2_add_senders.get(&s), 0x81);
	keel_regmap2_clear_pending.set(&s, 1);
	CHECK_EQ(keel_regmap2_set_pending.get(&s), 1);
	keel_regmap2_remove_senders.set(&s, 0x80);
	CHECK_EQ(s.senders, 1);
	keel_regmap2_user_set_pending.set(&s, 1);
	CHECK_EQ(s.senders, 1 | 1 << 2);
	keel_regmap2_user_clear_pending.set(&s, 1);
	CHECK_EQ(s.senders, 0);
	CHECK(!s.latch);
	keel_regmap2_targets.set(&s, 0xff);
	CHECK_EQ(keel_regmap2_targets.get(&s), 1 << 2);

	keel_regmap2_targets.set(&spi, 0xff);
	CHECK_EQ(keel_regmap2_targets.get(&spi), 0xff);
	keel_regmap2_set_pending.set(&spi, 1);
	CHECK(spi.latch);
	keel_regmap2_clear_pending.set(&spi, 1);
	CHECK(!spi.latch);
	keel_regmap2_user_set_pending.set(&spi, 1);
	CHECK(spi.latch && !spi.senders);
	keel_regmap2_user_clear_pending.set(&spi, 1);
	CHECK(!spi.latch);
}

int main(void)
{
	RUN(fields);
	RUN(states);
	RUN(senders);
	RUN(distributor);
	return ktap_done();
}
