// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: nested/page.c
 * unwind: 23
 *
 * Every encoding: what is in the page at VNCR_EL2 is within it, aligned, and no two registers are
 * in the same place, EL1's and those of the GIC's virtual interface together.
 */
#include "nested/page.h"
#include "prove.h"

static unsigned int place(u32 sysreg)
{
	unsigned int at = keel_page_el1(sysreg), ich = keel_page_ich(sysreg);

	holds(!at || !ich);
	return at + ich;
}

int main(void)
{
	u32 a = any_below(1 << 21) & ~31u, b = any_below(1 << 21) & ~31u;
	unsigned int at = place(a), other = place(b);

	holds(at <= 4096 - 8 && at % 8 == 0);
	implies(at && a != b, at != other);
	/* EL0's are the timers alone */
	implies(at && (a >> 16 & 7) == 3, (a >> 12 & 15) == 14);
	implies(at, a >> 19 == 3);
	/* list registers lie one after the other, by CRm and op2 */
	implies(a >> 16 == 0x1c && (a >> 12 & 15) == 12 && (a >> 8 & 15) == 12, at &&
		place(a + 0x100) == at + 64);
	reached(keel_page_ich(a) == KEEL_PAGE_ICH_LR0_EL2 + 8 * 15);
	reached(keel_page_el1(a) && (a >> 16 & 7) == 4);
	reached(keel_page_el1(a) && keel_page_ich(b));
	return 0;
}

/* mutant: nested/page.c: s/8 \* (8 \* (crm - 12) + op2)/8 * (4 * (crm - 12) + op2)/ */
/*
 * mutant: nested/page.c: s/return op2 < 4 ? KEEL_PAGE_ICH_AP1R0_EL2/return op2 < 8 ?
 * KEEL_PAGE_ICH_AP1R0_EL2/
 */
/* mutant: nested/page.c: s/EL1(2, 0, 1, TTBR1_EL1)/EL1(2, 0, 1, TTBR0_EL1)/ */
/*
 * mutant: nested/page.c: s/(sysreg \& ~(0xfU << 8 | 7U << 5)) != REG(3, 4, 12, 0, 0)/(sysreg \&
 * 0xf000) != 0xc000/
 */
/* mutant: nested/page.c: s/KEEL_PAGE_ICH_AP0R0_EL2 + 8 \* op2/KEEL_PAGE_ICH_AP0R0_EL2 + 4 * op2/ */
