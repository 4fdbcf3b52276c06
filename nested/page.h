/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The page at VNCR_EL2, to which FEAT_NV2 redirects a guest hypervisor's accesses
 * (Arm ARM D8.11.8): what is at which offset. Pure.
 */
#ifndef KEEL_NESTED_PAGE_H
#define KEEL_NESTED_PAGE_H

#include <linux/types.h>

enum keel_page_offset {
	KEEL_PAGE_VTTBR_EL2 = 0x020,
	KEEL_PAGE_VTCR_EL2 = 0x040,
	KEEL_PAGE_VMPIDR_EL2 = 0x050,
	KEEL_PAGE_CNTVOFF_EL2 = 0x060,
	KEEL_PAGE_HCR_EL2 = 0x078,
	KEEL_PAGE_HSTR_EL2 = 0x080,
	KEEL_PAGE_VPIDR_EL2 = 0x088,
	KEEL_PAGE_TPIDR_EL2 = 0x090,
	KEEL_PAGE_HCRX_EL2 = 0x0a0,
	KEEL_PAGE_CPACR_EL1 = 0x100,
	KEEL_PAGE_CONTEXTIDR_EL1 = 0x108,
	KEEL_PAGE_SCTLR_EL1 = 0x110,
	KEEL_PAGE_TCR_EL1 = 0x120,
	KEEL_PAGE_AFSR0_EL1 = 0x128,
	KEEL_PAGE_AFSR1_EL1 = 0x130,
	KEEL_PAGE_ESR_EL1 = 0x138,
	KEEL_PAGE_MAIR_EL1 = 0x140,
	KEEL_PAGE_AMAIR_EL1 = 0x148,
	KEEL_PAGE_SPSR_EL1 = 0x160,
	KEEL_PAGE_CNTV_CVAL_EL0 = 0x168,
	KEEL_PAGE_CNTV_CTL_EL0 = 0x170,
	KEEL_PAGE_CNTP_CVAL_EL0 = 0x178,
	KEEL_PAGE_CNTP_CTL_EL0 = 0x180,
	KEEL_PAGE_HFGRTR_EL2 = 0x1b8,
	KEEL_PAGE_HFGWTR_EL2 = 0x1c0,
	KEEL_PAGE_HFGITR_EL2 = 0x1c8,
	KEEL_PAGE_HDFGRTR_EL2 = 0x1d0,
	KEEL_PAGE_HDFGWTR_EL2 = 0x1d8,
	KEEL_PAGE_ZCR_EL1 = 0x1e0,
	KEEL_PAGE_HAFGRTR_EL2 = 0x1e8,
	KEEL_PAGE_TTBR0_EL1 = 0x200,
	KEEL_PAGE_TTBR1_EL1 = 0x210,
	KEEL_PAGE_FAR_EL1 = 0x220,
	KEEL_PAGE_ELR_EL1 = 0x230,
	KEEL_PAGE_SP_EL1 = 0x240,
	KEEL_PAGE_VBAR_EL1 = 0x250,
	KEEL_PAGE_ICH_LR0_EL2 = 0x400,
	KEEL_PAGE_ICH_AP0R0_EL2 = 0x480,
	KEEL_PAGE_ICH_AP1R0_EL2 = 0x4a0,
	KEEL_PAGE_ICH_HCR_EL2 = 0x4c0,
	KEEL_PAGE_ICH_VMCR_EL2 = 0x4c8,
	KEEL_PAGE_VDISR_EL2 = 0x500,
	KEEL_PAGE_VSESR_EL2 = 0x508,
	KEEL_PAGE_SIZE = 0x1000
};

/*
 * Offset of a register of EL1, or of EL0's timers, that a hypervisor with HCR_EL2.E2H
 * reaches by its _EL12 or _EL02 name; sysreg as sys_reg(), without that. 0: not there.
 * ACTLR_EL1 and MDSCR_EL1 have a place as well, but trap before they get there.
 */
unsigned int keel_page_el1(u32 sysreg);
/* Offset of a register of the GIC's virtualisation (ICH_*_EL2). 0: not there. */
unsigned int keel_page_ich(u32 sysreg);

#endif
