// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: arch/entry_state32.c
 *
 * Every PSTATE of AArch32: an exception that is injected comes to the mode of its kind, masked, at
 * its vector, in the instruction set and byte order that SCTLR says, outside of any IT block, with
 * a return address at or behind the instruction; what is saved says whence it came.
 */
#include <asm/ptrace.h>
#include "arch/entry_state32.h"
#include "prove.h"

int main(void)
{
	u64 pstate = any_u64(), iss = any_u64();
	struct keel_entry32_ctl ctl = { any_u32(), any_u32(), any_bool(), any_bool() };
	enum keel_entry32_kind kind = any_below(3);
	u32 pc = any_u32();
	struct keel_entry32 e = keel_entry_state32_compute(pstate, pc, kind, ctl);

	holds((e.pstate & 0x1f) == (kind == KEEL_ENTRY32_UNDEF ? 0x1b : 0x17));
	holds(e.pstate >> 7 & 1);
	implies(kind != KEEL_ENTRY32_UNDEF, e.pstate >> 8 & 1);
	holds((e.pstate >> 28 & 15) == (pstate >> 28 & 15));
	holds(!(e.pstate & (GENMASK_ULL(15, 10) | GENMASK_ULL(26, 25) | BIT_ULL(20) |
			    BIT_ULL(21))));
	holds((e.pstate >> 5 & 1) == (ctl.sctlr >> 30 & 1) &&
	      (e.pstate >> 9 & 1) == (ctl.sctlr >> 25 & 1));
	implies(ctl.sctlr >> 13 & 1, e.pc >> 16 == 0xffff);
	implies(!(ctl.sctlr >> 13 & 1), (e.pc & ~31u) == (ctl.vbar & ~31u));
	holds((e.pc & 31) == (kind == KEEL_ENTRY32_UNDEF ? 4 : kind == KEEL_ENTRY32_PABT ? 12 :
			      16));
	holds(e.lr - pc == 2 || e.lr - pc == 4 || e.lr - pc == 8);
	holds((e.spsr & 0x1f) == (pstate & 0x1f));
	reached(e.lr - pc == 2);
	holds((e.spsr >> 21 & 1) == (pstate >> 24 & 1));
	holds((e.spsr & ~(1u << 21)) == ((u32)pstate & ~(1u << 21 | 1u << 24)));
	holds(keel_entry_state32_fsr(ctl.vbar, any_bool()) >> 9 == (ctl.vbar >> 31));
	holds(!(keel_entry_state32_vsesr(iss) & ~0xd000ull));
	reached(kind == KEEL_ENTRY32_DABT && (e.pc >> 16) == 0xffff);
	return 0;
}

/* mutant: arch/entry_state32.c: s/AA32_IT | AA32_IL | AA32_SS/AA32_IL | AA32_SS/ */
/* mutant: arch/entry_state32.c: s/if (kinds\[kind\].mask_a)/if (0)/ */
/* mutant: arch/entry_state32.c: s/ctl.sctlr \& SCTLR_V ?/0 ?/ */
/* mutant: arch/entry_state32.c: s/PSR_AA32_MODE_ABT, 0x0c, 4, 4/PSR_AA32_MODE_ABT, 0x0c, 4, 0/ */
/* mutant: arch/entry_state32.c: s/pstate \& ~(AA32_SS | AA32_DIT)/pstate \& ~AA32_SS/ */
