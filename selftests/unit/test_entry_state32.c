// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/entry_state32.c */
/*
 * Proves: PC, PSTATE, SPSR and LR after an exception to AArch32 EL1 follow the
 * Arm ARM's EnterMode() for each kind, instruction set and control bit; fault
 * status and virtual SError syndromes have AArch32's formats.
 */
#include <asm/ptrace.h>
#include <linux/bits.h>
#include "arch/entry_state32.h"
#include "ktap.h"

#define VBAR	0x8000ffe0U
#define PC	0x40001234U
#define T	PSR_AA32_T_BIT
#define SVC	PSR_AA32_MODE_SVC

static struct keel_entry32_ctl ctl(u32 sctlr)
{
	return (struct keel_entry32_ctl) { .sctlr = sctlr, .vbar = VBAR };
}

static void test_kinds(void)
{
	static const struct {
		enum keel_entry32_kind kind;
		u64 mode, masks;
		u32 vector, lr_arm, lr_thumb;
	} k[] = {
		{ KEEL_ENTRY32_UNDEF, PSR_AA32_MODE_UND, PSR_I_BIT, 0x04, 4, 2 },
		{ KEEL_ENTRY32_PABT, PSR_AA32_MODE_ABT, PSR_I_BIT | PSR_A_BIT, 0x0c, 4, 4 },
		{ KEEL_ENTRY32_DABT, PSR_AA32_MODE_ABT, PSR_I_BIT | PSR_A_BIT, 0x10, 8, 8 },
	};
	unsigned int i;

	for (i = 0; i < 3; i++) {
		struct keel_entry32 e = keel_entry_state32_compute(SVC, PC, k[i].kind, ctl(0));

		CHECK_EQ(e.pc, VBAR + k[i].vector);
		CHECK_EQ(e.pstate, k[i].mode | k[i].masks);
		CHECK_EQ(e.lr, PC + k[i].lr_arm);
		CHECK_EQ(e.spsr, SVC);
		e = keel_entry_state32_compute(SVC | T, PC, k[i].kind, ctl(BIT(13)));
		CHECK_EQ(e.pc, 0xffff0000U + k[i].vector);
		CHECK_EQ(e.lr, PC + k[i].lr_thumb);
		CHECK_EQ(e.pstate, k[i].mode | k[i].masks);
		CHECK_EQ(e.spsr, SVC | T);
	}
	/* VBAR[4:0] are no part of the address; addresses wrap */
	CHECK_EQ(keel_entry_state32_compute(SVC, 0xfffffffcU, KEEL_ENTRY32_DABT,
					    (struct keel_entry32_ctl) { .vbar = VBAR | 31 }).pc, VBAR + 0x10);
	CHECK_EQ(keel_entry_state32_compute(SVC, 0xfffffffcU, KEEL_ENTRY32_DABT, ctl(0)).lr, 4);
}

/* Each bit of PSTATE above the mode: does it live on? */
static void test_bits_that_survive(void)
{
	u64 cleared = BIT_ULL(5) | BIT_ULL(9) | GENMASK_ULL(15, 10) | BIT_ULL(20) | BIT_ULL(21) |
		      GENMASK_ULL(26, 25);
	unsigned int bit;

	for (bit = 5; bit < 32; bit++) {
		u64 new = keel_entry_state32_compute(SVC | BIT_ULL(bit), PC, KEEL_ENTRY32_UNDEF,
						     ctl(0))
				  .pstate;

		CHECK_EQ(new, PSR_AA32_MODE_UND | PSR_I_BIT | (BIT_ULL(bit) & ~cleared));
	}
}

static void test_control(void)
{
	struct keel_entry32_ctl c = ctl(BIT(25) | BIT(30));

	CHECK_EQ(keel_entry_state32_compute(SVC, PC, KEEL_ENTRY32_UNDEF, c).pstate,
		 PSR_AA32_MODE_UND | PSR_I_BIT | BIT(9) | T);
	c = (struct keel_entry32_ctl) { .pan = true, .ssbs = true };
	CHECK_EQ(keel_entry_state32_compute(SVC | BIT(23), PC, KEEL_ENTRY32_UNDEF, c).pstate,
		 PSR_AA32_MODE_UND | PSR_I_BIT | BIT(22));
	c.sctlr = BIT(23) | BIT(31);		/* SPAN, DSSBS */
	CHECK_EQ(keel_entry_state32_compute(SVC, PC, KEEL_ENTRY32_UNDEF, c).pstate,
		 PSR_AA32_MODE_UND | PSR_I_BIT | BIT(23));
}

/* SPSR_EL2 has DIT where CPSR has J, and SS where CPSR has DIT. */
static void test_spsr(void)
{
	CHECK_EQ(keel_entry_state32_compute(SVC | BIT(24), PC, KEEL_ENTRY32_UNDEF, ctl(0)).spsr, SVC | BIT(21));
	CHECK_EQ(keel_entry_state32_compute(SVC | BIT(21), PC, KEEL_ENTRY32_UNDEF, ctl(0)).spsr, SVC);
	CHECK_EQ(keel_entry_state32_compute(0xf80fffdfULL, PC, KEEL_ENTRY32_UNDEF, ctl(0)).spsr, 0xf80fffdfU);
}

static void test_syndromes(void)
{
	CHECK_EQ(keel_entry_state32_fsr(0, false), 0x8);
	CHECK_EQ(keel_entry_state32_fsr(0, true), 0x8);
	CHECK_EQ(keel_entry_state32_fsr(BIT(31), false), 0x210);
	CHECK_EQ(keel_entry_state32_fsr(BIT(31), true), 0x200);
	CHECK_EQ(keel_entry_state32_vsesr(0), 0);
	CHECK_EQ(keel_entry_state32_vsesr(3 << 10 | BIT(9) | 0x11), 3 << 14 | BIT(12));
	CHECK_EQ(keel_entry_state32_vsesr(BIT(24)), 0);
}

int main(void)
{
	RUN(test_kinds);
	RUN(test_bits_that_survive);
	RUN(test_control);
	RUN(test_spsr);
	RUN(test_syndromes);
	return ktap_done();
}
