// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/entry_state.c */
/*
 * Proves: PC and PSTATE after an exception to AArch64 EL1 follow the Arm ARM's
 * TakeException() for every origin, vector and control bit.
 */
#include <asm/ptrace.h>
#include <linux/bits.h>
#include "arch/entry_state.h"
#include "ktap.h"

#define VBAR	0xffff800010081000ULL
#define DAIF	(PSR_D_BIT | PSR_A_BIT | PSR_I_BIT | PSR_F_BIT)

static const struct keel_entry_ctl none;

static void test_vectors(void)
{
	static const struct { u64 mode, group; } from[] = {
		{ PSR_MODE_EL1t, 0x000 }, { PSR_MODE_EL1h, 0x200 }, { PSR_MODE_EL0t, 0x400 },
		{ PSR_MODE32_BIT | 0x0, 0x600 },
	};
	static const u64 vectors[] = { KEEL_VECTOR_SYNC, KEEL_VECTOR_IRQ, KEEL_VECTOR_FIQ,
				       KEEL_VECTOR_SERROR };
	unsigned int i, j;

	for (i = 0; i < 4; i++)
		for (j = 0; j < 4; j++)
			CHECK_EQ(keel_entry_state_compute(from[i].mode, VBAR, vectors[j], none).pc,
				 VBAR + from[i].group + 0x80 * j);
	/* VBAR_EL1[10:0] are RES0 */
	CHECK_EQ(keel_entry_state_compute(PSR_MODE_EL1h, VBAR | 0x7ff, 0, none).pc, VBAR + 0x200);
}

/* Each single PSTATE bit, then all: what survives with no feature at all. */
static void test_bits_that_survive(void)
{
	u64 keep = 0xf0000000ULL | PSR_DIT_BIT;
	unsigned int bit;

	for (bit = 4; bit < 64; bit++) {
		u64 old = BIT_ULL(bit) | PSR_MODE_EL1h;
		u64 new = keel_entry_state_compute(old, VBAR, 0, none).pstate;

		CHECK_EQ(new, DAIF | PSR_MODE_EL1h | (BIT_ULL(bit) & keep));
	}
	CHECK_EQ(keel_entry_state_compute(~0ULL, VBAR, 0, none).pstate, DAIF | PSR_MODE_EL1h | keep);
}

static void test_pan(void)
{
	struct keel_entry_ctl ctl = { .pan = true };

	CHECK(keel_entry_state_compute(0, VBAR, 0, ctl).pstate & PSR_PAN_BIT);
	ctl.span = true;
	CHECK(!(keel_entry_state_compute(0, VBAR, 0, ctl).pstate & PSR_PAN_BIT));
	CHECK(keel_entry_state_compute(PSR_PAN_BIT, VBAR, 0, ctl).pstate & PSR_PAN_BIT);
	ctl.pan = false;
	CHECK(!(keel_entry_state_compute(PSR_PAN_BIT, VBAR, 0, ctl).pstate & PSR_PAN_BIT));
}

static void test_features(void)
{
	struct keel_entry_ctl ctl = { .ssbs = true };

	/* the old SSBS does not matter */
	CHECK(!(keel_entry_state_compute(PSR_SSBS_BIT, VBAR, 0, ctl).pstate & PSR_SSBS_BIT));
	ctl.dssbs = true;
	CHECK(keel_entry_state_compute(0, VBAR, 0, ctl).pstate & PSR_SSBS_BIT);
	ctl.ssbs = false;
	CHECK(!(keel_entry_state_compute(0, VBAR, 0, ctl).pstate & PSR_SSBS_BIT));

	ctl = (struct keel_entry_ctl) { .mte = true };
	CHECK(keel_entry_state_compute(0, VBAR, 0, ctl).pstate & PSR_TCO_BIT);
	ctl = (struct keel_entry_ctl) { .nmi = true };
	CHECK(keel_entry_state_compute(0, VBAR, 0, ctl).pstate & BIT_ULL(13));
	ctl.spintmask = true;
	CHECK(!(keel_entry_state_compute(0, VBAR, 0, ctl).pstate & BIT_ULL(13)));
}

static void test_origin(void)
{
	CHECK(keel_entry_state_from_el0(PSR_MODE_EL0t | 0x80000000));
	CHECK(keel_entry_state_from_el0(PSR_MODE32_BIT));
	CHECK(!keel_entry_state_from_el0(PSR_MODE_EL1t));
	CHECK(!keel_entry_state_from_el0(PSR_MODE_EL1h));
}

int main(void)
{
	RUN(test_vectors);
	RUN(test_bits_that_survive);
	RUN(test_pan);
	RUN(test_features);
	RUN(test_origin);
	return ktap_done();
}
