/* SPDX-License-Identifier: GPL-2.0-only */
/* The few A64 instructions that the judges know (Arm ARM C4.1.94), and fields of registers. */
#ifndef JUDGES_INSN_H
#define JUDGES_INSN_H

#include <stdbool.h>
#include <stdint.h>

/* A system register or instruction, where MSR, MRS and SYS have it. */
#define SYSREG(op0, op1, crn, crm, op2) \
	((uint32_t)(op0) << 19 | (op1) << 16 | (crn) << 12 | (crm) << 8 | (op2) << 5)

#define SCTLR_EL1	SYSREG(3, 0, 1, 0, 0)
#define TTBR0_EL1	SYSREG(3, 0, 2, 0, 0)
#define TTBR1_EL1	SYSREG(3, 0, 2, 0, 1)
#define TCR_EL1		SYSREG(3, 0, 2, 0, 2)
#define MAIR_EL1	SYSREG(3, 0, 10, 2, 0)
#define SCTLR_EL12	SYSREG(3, 5, 1, 0, 0)
#define TTBR0_EL12	SYSREG(3, 5, 2, 0, 0)
#define TTBR1_EL12	SYSREG(3, 5, 2, 0, 1)
#define TCR_EL12	SYSREG(3, 5, 2, 0, 2)
#define MAIR_EL12	SYSREG(3, 5, 10, 2, 0)
#define SCTLR_EL2	SYSREG(3, 4, 1, 0, 0)
#define HCR_EL2		SYSREG(3, 4, 1, 1, 0)
#define VTTBR_EL2	SYSREG(3, 4, 2, 1, 0)
#define VTCR_EL2	SYSREG(3, 4, 2, 1, 2)
#define DAIF		SYSREG(3, 3, 4, 2, 1)
#define ICC_PMR_EL1	SYSREG(3, 0, 4, 6, 0)
#define ICC_SRE_EL2	SYSREG(3, 4, 12, 9, 5)
#define ICH_HCR_EL2	SYSREG(3, 4, 12, 11, 0)

#define TLBI_IPAS2E1IS	SYSREG(1, 4, 8, 0, 1)
#define TLBI_RIPAS2E1IS	SYSREG(1, 4, 8, 0, 2)
#define TLBI_IPAS2LE1IS	SYSREG(1, 4, 8, 0, 5)
#define TLBI_RIPAS2LE1IS SYSREG(1, 4, 8, 0, 6)
#define TLBI_VMALLE1IS	SYSREG(1, 0, 8, 3, 0)
#define TLBI_VMALLS12E1IS SYSREG(1, 4, 8, 3, 6)
#define TLBI_ALLE1IS	SYSREG(1, 4, 8, 3, 4)
#define DC_ZVA		SYSREG(1, 3, 7, 4, 1)
#define DC_IVAC		SYSREG(1, 0, 7, 6, 1)
#define DC_CVAC		SYSREG(1, 3, 7, 10, 1)
#define DC_CVAP		SYSREG(1, 3, 7, 12, 1)
#define DC_CIVAC	SYSREG(1, 3, 7, 14, 1)

static inline bool insn_is_msr(uint32_t insn)
{
	return (insn & 0xfff00000) == 0xd5100000;
}

static inline bool insn_is_sys(uint32_t insn)
{
	return (insn & 0xfff80000) == 0xd5080000;
}

static inline uint32_t insn_sysreg(uint32_t insn)
{
	return insn & 0x1fffe0;
}

static inline unsigned int insn_rt(uint32_t insn)
{
	return insn & 0x1f;
}

/* MSR DAIFClr, #imm */
static inline bool insn_is_daifclr(uint32_t insn)
{
	return (insn & 0xfffff0ff) == 0xd50340ff;
}

#define DAIFSET_ALL	0xd5034fdfu

/* DSB, not SSBB and PSSBB, which share its code */
static inline bool insn_is_dsb(uint32_t insn)
{
	return (insn & 0xfffff0ff) == 0xd503309f && (insn >> 8 & 3);
}

/* Which accesses a DSB waits for, and how far (Arm ARM C6.2.118). */
static inline bool dsb_covers_loads(uint32_t insn)
{
	return insn >> 8 & 1;
}

static inline bool dsb_covers_stores(uint32_t insn)
{
	return insn >> 9 & 1;
}

static inline bool dsb_is_inner(uint32_t insn)
{
	return (insn >> 10 & 3) >= 2;	/* ISH or SY */
}

static inline bool dsb_is_outer(uint32_t insn)
{
	return !(insn & 0x400) == !(insn & 0x800);	/* OSH or SY */
}

static inline bool insn_is_isb(uint32_t insn)
{
	return (insn & 0xfffff0ff) == 0xd50330df;
}

static inline bool insn_is_eret(uint32_t insn)
{
	return insn == 0xd69f03e0 || (insn & 0xfffffbff) == 0xd69f0bff;
}

/* Loads and stores (op0 x1x0); which of them store, QEMU knows. */
static inline bool insn_may_store(uint32_t insn)
{
	return (insn >> 25 & 5) == 4;
}

#define HCR_VM		(1ull << 0)
#define HCR_PTW		(1ull << 2)
#define HCR_DC		(1ull << 12)
#define HCR_TGE		(1ull << 27)
#define HCR_E2H		(1ull << 34)
#define HCR_FWB		(1ull << 46)
#define SCTLR_M		(1ull << 0)
#define SCTLR_C		(1ull << 2)

/* PSTATE and SPSR */
#define PSTATE_EL(p)	((p) >> 2 & 3)
#define PSTATE_AARCH32	(1ull << 4)

#endif
