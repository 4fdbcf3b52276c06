// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* Which registers are in the page at VNCR_EL2 (Arm ARM D8.11.8, table of offsets). */
#include <linux/types.h>
#include "page.h"

#define REG(op0, op1, crn, crm, op2)	((op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)
#define EL1(crn, crm, op2, name)	{ REG(3, 0, crn, crm, op2), KEEL_PAGE_##name }

static const struct { u32 sysreg, offset; } el1[] = {
	EL1(1, 0, 0, SCTLR_EL1),
	EL1(1, 0, 2, CPACR_EL1),
	EL1(1, 2, 0, ZCR_EL1),
	EL1(2, 0, 0, TTBR0_EL1),
	EL1(2, 0, 1, TTBR1_EL1),
	EL1(2, 0, 2, TCR_EL1),
	EL1(4, 0, 0, SPSR_EL1),
	EL1(4, 0, 1, ELR_EL1),
	EL1(5, 1, 0, AFSR0_EL1),
	EL1(5, 1, 1, AFSR1_EL1),
	EL1(5, 2, 0, ESR_EL1),
	EL1(6, 0, 0, FAR_EL1),
	EL1(10, 2, 0, MAIR_EL1),
	EL1(10, 3, 0, AMAIR_EL1),
	EL1(12, 0, 0, VBAR_EL1),
	EL1(13, 0, 1, CONTEXTIDR_EL1),
	{ REG(3, 3, 14, 2, 1), KEEL_PAGE_CNTP_CTL_EL0 },
	{ REG(3, 3, 14, 2, 2), KEEL_PAGE_CNTP_CVAL_EL0 },
	{ REG(3, 3, 14, 3, 1), KEEL_PAGE_CNTV_CTL_EL0 },
	{ REG(3, 3, 14, 3, 2), KEEL_PAGE_CNTV_CVAL_EL0 },
	{ REG(3, 4, 4, 1, 0), KEEL_PAGE_SP_EL1 },
};

unsigned int keel_page_el1(u32 sysreg)
{
	unsigned int i;

	for (i = 0; i < sizeof(el1) / sizeof(el1[0]); i++)
		if (el1[i].sysreg == sysreg)
			return el1[i].offset;
	return 0;
}

/*
 * op0=3, op1=4, CRn=12: CRm 8 and 9 have the active priorities, 11 the controls, 12 and 13 the list
 * registers.
 */
unsigned int keel_page_ich(u32 sysreg)
{
	unsigned int crm = sysreg >> 8 & 0xf, op2 = sysreg >> 5 & 7;

	if ((sysreg & ~(0xfU << 8 | 7U << 5)) != REG(3, 4, 12, 0, 0))
		return 0;
	switch (crm) {
	case 8:
		return op2 < 4 ? KEEL_PAGE_ICH_AP0R0_EL2 + 8 * op2 : 0;
	case 9:
		return op2 < 4 ? KEEL_PAGE_ICH_AP1R0_EL2 + 8 * op2 : 0;
	case 11:
		return op2 == 0 ? KEEL_PAGE_ICH_HCR_EL2 : op2 == 7 ? KEEL_PAGE_ICH_VMCR_EL2 : 0;
	case 12:
	case 13:
		return KEEL_PAGE_ICH_LR0_EL2 + 8 * (8 * (crm - 12) + op2);
	}
	return 0;
}
