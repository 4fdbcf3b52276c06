// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: nested/pstate.c
 *
 * Every SPSR: what the CPU gets is never EL2 or EL3, nor AArch32; a return that is illegal stays
 * where it is and says so; the mode comes back as it went; no step begins from where it could not.
 */
#include "nested/pstate.h"
#include "prove.h"

int main(void)
{
	u64 pstate = any_u64(), spsr = any_u64(), new;
	bool tge = any_bool(), debugged = any_bool();
	enum keel_eret_to to = keel_pstate_eret(spsr, tge);

	given(keel_pstate_is_el1(pstate) || !(pstate & 0x1f));	/* as the CPU has it */
	implies(spsr & 0x10, to == KEEL_ERET_ILLEGAL);
	implies((spsr & 0xf) >= 0xc, to == KEEL_ERET_ILLEGAL);
	implies((spsr & 0xc) == 4 && tge, to == KEEL_ERET_ILLEGAL);
	implies(to == KEEL_ERET_EL2, keel_pstate_is_el2(spsr));
	implies(to == KEEL_ERET_BELOW, !tge && (spsr & 0x1f) <= 5);
	implies(keel_pstate_is_el2(spsr), keel_pstate_from_cpu(keel_pstate_to_cpu(spsr)) == spsr);
	if (to != KEEL_ERET_BELOW) {
		new = keel_pstate_after_eret(pstate, keel_pstate_returned(spsr, debugged), to);
		holds((new & 0x1f) == 0 || (new & 0x1f) == 4 || (new & 0x1f) == 5);
		implies(to == KEEL_ERET_ILLEGAL,
			(new >> 20 & 1) && (new & 0x1f) == (pstate & 0x1f));
		implies(to == KEEL_ERET_EL2, (new & 1) == (spsr & 1) && (new & 4));
		implies(to == KEEL_ERET_EL0, !(new & 0x1f));
		holds((new >> 21 & 1) == (debugged ? 0 : spsr >> 21 & 1));
		implies(to != KEEL_ERET_ILLEGAL, new >> 32 == 0);
		reached(to == KEEL_ERET_ILLEGAL && (spsr & 0xf) == 0xd);
		reached(to == KEEL_ERET_EL0);
		reached(to == KEEL_ERET_EL2 && (new & 1));
	}
	reached(to == KEEL_ERET_BELOW);
	return 0;
}

/*
 * mutant: nested/pstate.c: s/return tge ? KEEL_ERET_ILLEGAL : KEEL_ERET_BELOW;/return
 * KEEL_ERET_BELOW;/
 */
/*
 * mutant: nested/pstate.c: s/return keel_pstate_to_cpu(spsr \& PSR_BITS);/return spsr \& PSR_BITS;/
 */
/* mutant: nested/pstate.c: s/(spsr \& PSR_ILLEGAL) | PSR_IL/(spsr \& PSR_ILLEGAL)/ */
/* mutant: nested/pstate.c: s/MODE\(\s*\)GENMASK_ULL(4, 0)/MODE\1GENMASK_ULL(3, 0)/ */
/* mutant: nested/pstate.c: s/debugged ? spsr \& ~PSR_SS : spsr/spsr/ */
