// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/aarch32_insn.c */
/*
 * Proves: conditions by syndrome and by ITSTATE agree with a table written out
 * from the Arm ARM (F1.3.1) for all sixteen conditions and all flags; classes
 * without a condition always execute; an IT block advances to its end.
 */
#include <asm/esr.h>
#include <asm/ptrace.h>
#include <linux/bits.h>
#include "arch/aarch32_insn.h"
#include "ktap.h"

#define EC(n)	((u64)(n) << ESR_ELx_EC_SHIFT)
#define CV	(1u << 24)
#define COND(c)	((u64)(c) << 20)

static bool table(unsigned int cond, unsigned int nzcv)
{
	bool n = nzcv & 8, z = nzcv & 4, c = nzcv & 2, v = nzcv & 1;
	const bool is[16] = { z, !z, c, !c, n, !n, v, !v, c && !z, !c || z,
			      n == v, n != v, !z && n == v, z || n != v, true, true };

	return is[cond];
}

static u64 pstate(unsigned int nzcv)
{
	return (u64)nzcv << 28 | PSR_AA32_MODE_SVC;
}

/* ITSTATE as SPSR_EL2 has it. */
static u64 it(unsigned int state)
{
	return (u64)(state >> 2) << 10 | (u64)(state & 3) << 25;
}

static void test_conditions(void)
{
	unsigned int cond, nzcv;

	for (cond = 0; cond < 16; cond++)
		for (nzcv = 0; nzcv < 16; nzcv++) {
			u64 esr = EC(ESR_ELx_EC_CP15_32) | CV | COND(cond);

			CHECK_EQ(keel_aarch32_insn_fails(pstate(nzcv), esr), !table(cond, nzcv));
			/* Thumb: the syndrome says nothing, the block's first condition counts */
			CHECK_EQ(keel_aarch32_insn_fails(pstate(nzcv) | PSR_AA32_T_BIT | it(cond << 4 | 8),
							 EC(ESR_ELx_EC_CP15_32)),
				 !table(cond, nzcv));
		}
	/* neither a block nor a condition */
	CHECK(!keel_aarch32_insn_fails(pstate(0) | PSR_AA32_T_BIT, EC(ESR_ELx_EC_WFx)));
	CHECK(!keel_aarch32_insn_fails(pstate(0), EC(ESR_ELx_EC_WFx) | COND(0)));
}

static void test_classes(void)
{
	static const unsigned int conditional[] = {
		ESR_ELx_EC_WFx, ESR_ELx_EC_CP15_32, ESR_ELx_EC_CP15_64, ESR_ELx_EC_CP14_MR,
		ESR_ELx_EC_CP14_LS, ESR_ELx_EC_FP_ASIMD, ESR_ELx_EC_CP10_ID, ESR_ELx_EC_CP14_64,
	};
	unsigned int ec, i, found = 0;

	for (i = 0; i < 8; i++)
		CHECK(keel_aarch32_insn_fails(pstate(0), EC(conditional[i]) | CV));
	for (ec = 0; ec < 64; ec++)
		found += keel_aarch32_insn_fails(pstate(0), EC(ec) | CV);
	CHECK(found >= 8 && found <= 12);
	/* aborts use the same bits for something else */
	CHECK(!keel_aarch32_insn_fails(pstate(0), EC(ESR_ELx_EC_DABT_LOW) | CV));
	CHECK(!keel_aarch32_insn_fails(pstate(0), EC(ESR_ELx_EC_HVC32) | CV));
	/* SMC: only if the CPU does not know that the condition held */
	CHECK(!keel_aarch32_insn_fails(pstate(0), EC(ESR_ELx_EC_SMC32) | CV));
	CHECK(keel_aarch32_insn_fails(pstate(0), EC(ESR_ELx_EC_SMC32) | CV | BIT(19)));
	/* AArch64 */
	CHECK(!keel_aarch32_insn_fails(PSR_MODE_EL1h, EC(ESR_ELx_EC_WFx) | CV));
}

static void test_advance(void)
{
	/* ITTEE EQ: 0000 0111 -> 0000 1110 -> 0001 1100 -> 0001 1000 -> 0 */
	static const u8 steps[] = { 0x07, 0x0e, 0x1c, 0x18, 0x00, 0x00 };
	u64 rest = ~(it(0xff));
	unsigned int i;

	for (i = 0; i + 1 < sizeof(steps); i++)
		CHECK_EQ(keel_aarch32_insn_advance(rest | it(steps[i])), rest | it(steps[i + 1]));
	CHECK_EQ(keel_aarch32_insn_advance(it(0xe8)), 0);
	CHECK_EQ(keel_aarch32_insn_advance(it(0xa4)), it(0xa8));
}

static void test_modes(void)
{
	unsigned int m, valid = 0;

	for (m = 0; m < 32; m++)
		valid += keel_aarch32_insn_mode_valid(m | ~0x1fULL);
	CHECK_EQ(valid, 7);
	CHECK(!keel_aarch32_insn_mode_valid(PSR_MODE_EL1h));
	CHECK(!keel_aarch32_insn_mode_valid(0x16));	/* Monitor */
	CHECK(!keel_aarch32_insn_mode_valid(0x1a));	/* Hyp */
	CHECK(keel_aarch32_insn_mode_is_flat(PSR_AA32_MODE_USR));
	CHECK(keel_aarch32_insn_mode_is_flat(PSR_AA32_MODE_SYS));
	CHECK(!keel_aarch32_insn_mode_is_flat(PSR_AA32_MODE_IRQ));
}

int main(void)
{
	RUN(test_conditions);
	RUN(test_classes);
	RUN(test_advance);
	RUN(test_modes);
	return ktap_done();
}
