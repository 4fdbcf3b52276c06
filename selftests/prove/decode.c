// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: arch/decode.c
 * unwind: 1
 *
 * Every syndrome, address and class: registers and fields are within their widths, nothing of
 * another class shows, a load is never taken for a store, and the address is HPFAR's page and,
 * unless a walk failed, FAR's offset.
 */
#include <asm/esr.h>
#include "arch/exit.h"
#include "prove.h"

int main(void)
{
	u64 esr = any_u64(), far = any_u64(), hpfar = any_u64(),
	    page = hpfar >> 4 & GENMASK_ULL(39, 0);
	struct keel_exit e = keel_exit_decode(esr, far, hpfar);
	bool data = e.ec == ESR_ELx_EC_DABT_LOW, insn = e.ec == ESR_ELx_EC_IABT_LOW;

	holds(e.ec == (esr >> 26 & 63) && e.il == (esr >> 25 & 1) && e.esr == esr &&
	      e.iss == (esr & 0x1ffffff));
	if (data || insn) {
		const struct keel_abort *a = &e.abort;

		holds(e.ipa.v >> 12 == page);
		holds((e.ipa.v & 0xfff) == (a->s1ptw ? 0 : far & 0xfff));
		holds(a->fsc == (esr & 63) && a->exec == insn);
		implies(insn, !a->isv && !a->cm);
		implies(insn && a->write, a->s1ptw);
		implies(a->write && !a->s1ptw, esr >> 6 & 1);
		implies(data && !a->s1ptw && !a->cm, a->write == (esr >> 6 & 1));
		implies(a->s1ptw && a->write, (a->fsc & 0x3c) == 0xc);
		implies(!a->isv, !a->rt && !a->size_log2 && !a->sign_extend && !a->reg64);
		implies(a->isv, a->rt == (esr >> 16 & 31) && a->size_log2 == (esr >> 22 & 3));
		reached(a->s1ptw && a->write);
		reached(a->cm && !a->write && (esr >> 6 & 1));
	} else {
		holds(!e.ipa.v);
	}
	if (e.ec == ESR_ELx_EC_SYS64)
		holds(e.sysreg.rt < 32 && e.sysreg.op0 == (esr >> 20 & 3) &&
		      e.sysreg.op1 == (esr >> 14 & 7) && e.sysreg.crn == (esr >> 10 & 15) &&
		      e.sysreg.crm == (esr >> 1 & 15) && e.sysreg.op2 == (esr >> 17 & 7) &&
		      e.sysreg.write == !(esr & 1));
	if (e.ec == ESR_ELx_EC_CP15_32)
		holds(e.cp.rt < 32 && e.cp.opc1 == (esr >> 14 & 7) &&
		      e.cp.opc2 == (esr >> 17 & 7) && !e.cp.rt2);
	if (e.ec == ESR_ELx_EC_CP15_64)
		holds(e.cp.rt < 32 && e.cp.rt2 == (esr >> 10 & 31) &&
		      e.cp.opc1 == (esr >> 16 & 15));
	if (e.ec == ESR_ELx_EC_HVC64)
		holds(e.imm == (u16)esr);
	reached(e.ec == ESR_ELx_EC_CP15_64 && e.cp.rt2 == 31);
	return 0;
}

/* mutant: arch/decode.c: s/return is_permission(a->fsc);/return true;/ */
/* mutant: arch/decode.c: s/if (a->exec || /if (/ */
/* mutant: arch/decode.c: s/a->s1ptw ? page : page/page/ */
/* mutant: arch/decode.c: s/if (a.isv) {/if (1) {/ */
/*
 * mutant: arch/decode.c: s/\.crm = FIELD_GET(KEEL_ESR_CRM, esr)/.crm = FIELD_GET(KEEL_ESR_CRN,
 * esr)/
 */
