// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Exception entry as the Arm ARM's AArch32.EnterMode() does it (G1.13), for
 * Undefined and Abort mode. Applying the result to a vCPU belongs to aarch32.c.
 */
#include <linux/bits.h>
#include <linux/types.h>
#include <asm/ptrace.h>
#include "entry_state32.h"

/* SCTLR of AArch32. */
#define SCTLR_V		BIT(13)
#define SCTLR_SPAN	BIT(23)
#define SCTLR_EE	BIT(25)
#define SCTLR_TE	BIT(30)
#define SCTLR_DSSBS	BIT(31)

#define HIGH_VECTORS	0xffff0000U
#define VBAR_BASE	GENMASK(31, 5)

/* PSTATE of AArch32 in SPSR_EL2; where two names are given, CPSR has it elsewhere. */
#define AA32_MODE	GENMASK_ULL(4, 0)
#define AA32_T		BIT_ULL(5)
#define AA32_I		BIT_ULL(7)
#define AA32_A		BIT_ULL(8)
#define AA32_E		BIT_ULL(9)
#define AA32_IT		(GENMASK_ULL(15, 10) | GENMASK_ULL(26, 25))
#define AA32_IL		BIT_ULL(20)
#define AA32_SS		BIT_ULL(21)
#define CPSR_DIT	BIT(21)
#define AA32_PAN	BIT_ULL(22)
#define AA32_SSBS	BIT_ULL(23)
#define AA32_DIT	BIT_ULL(24)

/* DFSR and IFSR. */
#define TTBCR_EAE	BIT(31)
#define FSR_LPAE	BIT(9)
#define FSC_EXTERNAL	0x10	/* long descriptor format: STATUS */
#define FSC_SIZE_L0	0x00
#define FS_EXTERNAL	0x08	/* short descriptor format: FS */

/* VSESR_EL2 of AArch32, and the ISS of an SError. */
#define ISS_AET_LOW	GENMASK_ULL(11, 10)
#define ISS_EA		BIT_ULL(9)
#define VSESR_AET_SHIFT	14
#define VSESR_EXT	BIT_ULL(12)

static const struct {
	u8 mode, vector, lr_arm, lr_thumb;
	bool mask_a;
} kinds[] = {
	[KEEL_ENTRY32_UNDEF] = { PSR_AA32_MODE_UND, 0x04, 4, 2, false },
	[KEEL_ENTRY32_PABT] = { PSR_AA32_MODE_ABT, 0x0c, 4, 4, true },
	[KEEL_ENTRY32_DABT] = { PSR_AA32_MODE_ABT, 0x10, 8, 8, true },
};

static u32 to_cpsr(u64 pstate)
{
	u32 cpsr = pstate & ~(AA32_SS | AA32_DIT);

	return pstate & AA32_DIT ? cpsr | CPSR_DIT : cpsr;
}

/* Flags, GE, F and DIT live on. */
static u64 entry_pstate(u64 old, enum keel_entry32_kind kind, struct keel_entry32_ctl ctl)
{
	u64 new = old & ~(AA32_MODE | AA32_T | AA32_E | AA32_IT | AA32_IL | AA32_SS);

	new |= kinds[kind].mode | AA32_I;
	if (kinds[kind].mask_a)
		new |= AA32_A;
	if (ctl.sctlr & SCTLR_TE)
		new |= AA32_T;
	if (ctl.sctlr & SCTLR_EE)
		new |= AA32_E;
	if (ctl.pan && !(ctl.sctlr & SCTLR_SPAN))
		new |= AA32_PAN;
	if (ctl.ssbs)
		new = ctl.sctlr & SCTLR_DSSBS ? new | AA32_SSBS : new & ~AA32_SSBS;
	return new;
}

struct keel_entry32 keel_entry_state32_compute(u64 pstate, u32 pc, enum keel_entry32_kind kind,
					       struct keel_entry32_ctl ctl)
{
	u32 base = ctl.sctlr & SCTLR_V ? HIGH_VECTORS : ctl.vbar & VBAR_BASE;

	return (struct keel_entry32) {
		.pstate = entry_pstate(pstate, kind, ctl),
		.pc = base + kinds[kind].vector,
		.spsr = to_cpsr(pstate),
		.lr = pc + (pstate & AA32_T ? kinds[kind].lr_thumb : kinds[kind].lr_arm),
	};
}

/* The short format cannot tell an address size fault; an external abort is what it has instead. */
u32 keel_entry_state32_fsr(u32 ttbcr, bool size_fault)
{
	if (!(ttbcr & TTBCR_EAE))
		return FS_EXTERNAL;
	return FSR_LPAE | (size_fault ? FSC_SIZE_L0 : FSC_EXTERNAL);
}

u64 keel_entry_state32_vsesr(u64 iss)
{
	u64 vsesr = (iss & ISS_AET_LOW) >> 10 << VSESR_AET_SHIFT;

	return iss & ISS_EA ? vsesr | VSESR_EXT : vsesr;
}
