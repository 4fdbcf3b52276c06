// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Conditional execution of trapped AArch32 instructions. Whether a CPU traps an
 * instruction that fails its condition is its own choice (Arm ARM G1.16), so
 * the condition is looked at before anything is emulated.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/types.h>
#include <asm/esr.h>
#include <asm/ptrace.h>
#include "aarch32_insn.h"

/* PSTATE of AArch32 as SPSR_EL2 has it (Arm ARM C5.2.20). ITSTATE is in two pieces. */
#define AA32_T		BIT_ULL(5)
#define AA32_IT_HIGH	GENMASK_ULL(15, 10)	/* IT[7:2] */
#define AA32_IT_LOW	GENMASK_ULL(26, 25)	/* IT[1:0] */
#define AA32_MODE	GENMASK_ULL(4, 0)

/* ISS of the classes that report a condition (Arm ARM D24.2.40). */
#define ISS_CV		BIT(24)
#define ISS_COND	GENMASK(23, 20)
#define ISS_SMC_MAYBE	BIT(19)			/* CCKNOWNPASS: SMC may have failed its condition */

#define COND_ALWAYS	14

static unsigned int it_state(u64 pstate)
{
	return FIELD_GET(AA32_IT_HIGH, pstate) << 2 | FIELD_GET(AA32_IT_LOW, pstate);
}

/* Condition of the instruction; a CPU may leave that of Thumb to be found in ITSTATE. */
static unsigned int condition(u64 pstate, u64 esr)
{
	unsigned int it = it_state(pstate);

	if (esr & ISS_CV)
		return FIELD_GET(ISS_COND, esr);
	if (!(pstate & AA32_T) || !it)
		return COND_ALWAYS;
	return it >> 4;
}

/* Arm ARM F1.3, ConditionHolds(). */
static bool holds(unsigned int cond, u64 pstate)
{
	bool n = pstate & PSR_N_BIT, z = pstate & PSR_Z_BIT;
	bool c = pstate & PSR_C_BIT, v = pstate & PSR_V_BIT;
	bool result = true;

	switch (cond >> 1) {
	case 0:
		result = z;
		break;
	case 1:
		result = c;
		break;
	case 2:
		result = n;
		break;
	case 3:
		result = v;
		break;
	case 4:
		result = c && !z;
		break;
	case 5:
		result = n == v;
		break;
	case 6:
		result = n == v && !z;
		break;
	case 7:
		return true;	/* AL, and what is unconditional */
	}
	return result != (cond & 1);
}

/* Classes of coprocessor accesses and of WFI; SMC only if the CPU has not looked itself. */
static bool is_conditional(u64 esr)
{
	unsigned int ec = ESR_ELx_EC(esr);

	if (ec == ESR_ELx_EC_SMC32)
		return esr & ISS_SMC_MAYBE;
	return ec >= ESR_ELx_EC_WFx && ec <= ESR_ELx_EC_CP14_64;
}

bool keel_aarch32_insn_fails(u64 pstate, u64 esr)
{
	if (!(pstate & PSR_MODE32_BIT) || !is_conditional(esr))
		return false;
	return !holds(condition(pstate, esr), pstate);
}

/* Arm ARM G1.12, ITAdvance(). In A32 state ITSTATE is 0 and stays so. */
u64 keel_aarch32_insn_advance(u64 pstate)
{
	unsigned int it = it_state(pstate);

	it = it & 7 ? (it & 0xe0) | ((it << 1) & 0x1f) : 0;
	pstate &= ~(AA32_IT_HIGH | AA32_IT_LOW);
	return pstate | FIELD_PREP(AA32_IT_HIGH, it >> 2) | FIELD_PREP(AA32_IT_LOW, it & 3);
}

bool keel_aarch32_insn_mode_valid(u64 pstate)
{
	switch (pstate & AA32_MODE) {
	case PSR_AA32_MODE_USR:
	case PSR_AA32_MODE_FIQ:
	case PSR_AA32_MODE_IRQ:
	case PSR_AA32_MODE_SVC:
	case PSR_AA32_MODE_ABT:
	case PSR_AA32_MODE_UND:
	case PSR_AA32_MODE_SYS:
		return true;
	}
	return false;
}

unsigned int keel_aarch32_insn_reg(u64 pstate, unsigned int r)
{
	static const u8 sp[16] = {
		[PSR_AA32_MODE_IRQ & 15] = 17, [PSR_AA32_MODE_SVC & 15] = 19,
		[PSR_AA32_MODE_ABT & 15] = 21, [PSR_AA32_MODE_UND & 15] = 23,
	};
	u64 mode = pstate & AA32_MODE;

	if (mode == PSR_AA32_MODE_FIQ && r >= 8)
		return r + 16;
	if (r < 13 || !sp[mode & 15])
		return r;
	return r == 13 ? sp[mode & 15] : sp[mode & 15] - 1u;
}

bool keel_aarch32_insn_mode_is_flat(u64 pstate)
{
	u64 mode = pstate & AA32_MODE;

	return mode == PSR_AA32_MODE_USR || mode == PSR_AA32_MODE_SYS;
}
