// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: arch/entry_state.c
 *
 * Every PSTATE: an exception that is injected comes to EL1 with all interrupts masked, at one of
 * the sixteen vectors of VBAR_EL1, keeps the condition flags and nothing that might let it run on
 * as before (SS, IL, BTYPE).
 */
#include <asm/ptrace.h>
#include "arch/entry_state.h"
#include "prove.h"

int main(void)
{
	static const enum keel_vector vectors[] =
		{ KEEL_VECTOR_SYNC, KEEL_VECTOR_IRQ, KEEL_VECTOR_FIQ, KEEL_VECTOR_SERROR };
	struct keel_entry_ctl ctl =
		{ any_bool(), any_bool(), any_bool(), any_bool(), any_bool(), any_bool(),
		  any_bool() };
	u64 pstate = any_u64(), vbar = any_u64();
	enum keel_vector v = vectors[any_below(4)];
	struct keel_entry_state e = keel_entry_state_compute(pstate, vbar, v, ctl);

	holds((e.pstate & 0x3df) == 0x3c5);
	holds(e.pstate >> 28 == (pstate >> 28 & 15));
	holds(!(e.pstate & (PSR_SS_BIT | PSR_IL_BIT | PSR_BTYPE_MASK)));
	holds((e.pc & ~0x7ffull) == (vbar & ~0x7ffull) && !(e.pc & 0x7f) && (e.pc & 0x180) == v);
	implies(pstate & 0x10, (e.pc & 0x600) == 0x600);
	implies(!(pstate & 0x10) && !(pstate & 0xf), (e.pc & 0x600) == 0x400);
	implies((pstate & 0x1f) == 5, (e.pc & 0x600) == 0x200);
	implies((pstate & 0x1f) == 4, !(e.pc & 0x600));
	implies(ctl.pan && !ctl.span, e.pstate & PSR_PAN_BIT);
	implies(!ctl.pan, !(e.pstate & PSR_PAN_BIT));
	implies(!ctl.mte, !(e.pstate & PSR_TCO_BIT));
	holds(keel_entry_state_from_el0(pstate) == ((pstate & 0x10) || !(pstate & 0xf)));
	reached(ctl.pan && ctl.span && (e.pstate & PSR_PAN_BIT));
	reached((pstate & 0x1f) == 4 && v == KEEL_VECTOR_SERROR);
	return 0;
}

/* mutant: arch/entry_state.c: s/PSR_D_BIT | PSR_A_BIT | PSR_I_BIT/PSR_D_BIT | PSR_I_BIT/ */
/* mutant: arch/entry_state.c: s/GENMASK_ULL(63, 11)/GENMASK_ULL(63, 10)/ */
/*
 * mutant: arch/entry_state.c: s/PSTATE_NZCV | PSR_DIT_BIT)/PSTATE_NZCV | PSR_DIT_BIT | PSR_SS_BIT)/
 */
/* mutant: arch/entry_state.c: s/ctl.span ? old \& PSR_PAN_BIT : PSR_PAN_BIT/old \& PSR_PAN_BIT/ */
/* mutant: arch/entry_state.c: s/return VECTOR_EL1_SP0;/return VECTOR_EL1_SPX;/ */
