/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests with EL2 (KVM_ARM_VCPU_HAS_EL2), where HCR_EL2.E2H is always 1: what the programs about
 * them share.
 */
#ifndef NESTED_H
#define NESTED_H

#include <stdlib.h>
#include <string.h>
#include "gic.h"

#define HAS_EL2		(1u << KVM_ARM_VCPU_HAS_EL2)
#define PSTATE_EL2H	0x3c9
#define PSTATE_EL1H	0x3c5
#define PSTATE_F	(1ul << 6)
#define PSTATE_I	(1ul << 7)
#define VEC_LOWER	8

#define HCR_TGE		(1ul << 27)
#define HCR_E2H		(1ul << 34)

#define EC(esr)		((esr) >> 26 & 0x3f)
#define EC_UNKNOWN	0x00
#define EC_ILLEGAL	0x0e
#define EC_SVC		0x15
#define EC_HVC		0x16
#define EC_IABT_LOW	0x20

/* Names that the assembler knows with the right architecture only. */
#define SCTLR_EL12	S3_5_C1_C0_0
#define VBAR_EL12	S3_5_C12_C0_0
#define TCR_EL12	S3_5_C2_C0_2
#define ELR_EL12	S3_5_C4_C0_1
#define SPSR_EL12	S3_5_C4_C0_0
#define ESR_EL12	S3_5_C5_C2_0
#define CNTKCTL_EL12	S3_5_C14_C1_0
#define CNTP_CTL_EL02	S3_5_C14_C2_1
#define CNTP_CVAL_EL02	S3_5_C14_C2_2
#define CNTV_TVAL_EL02	S3_5_C14_C3_0
#define CNTV_CTL_EL02	S3_5_C14_C3_1
#define CNTV_CVAL_EL02	S3_5_C14_C3_2
#define SP_EL1_NAME	S3_4_C4_C1_0
#define CNTHP_CTL	S3_4_C14_C2_1
#define CNTHP_CVAL	S3_4_C14_C2_2
#define CNTHV_CTL	S3_4_C14_C3_1
#define CNTHV_CVAL	S3_4_C14_C3_2
#define CONTEXTIDR_EL2	S3_4_C13_C0_1
#define HFGITR		S3_4_C1_C1_6
#define ICH_HCR		S3_4_C12_C11_0
#define ICH_VTR		S3_4_C12_C11_1
#define ICH_MISR	S3_4_C12_C11_2
#define ICH_ELRSR	S3_4_C12_C11_5
#define ICH_LR0		S3_4_C12_C12_0
#define ICC_SRE_EL2	S3_4_C12_C9_5
#define ID_MMFR4	S3_0_C0_C7_4
#define rd(r)		rd_(r)
#define rd_(r)		mrs(r)
#define wr(r, v)	wr_(r, v)
#define wr_(r, v)	do { msr(r, v); isb(); } while (0)

#define EL2(crn, crm, op2)	REG_SYS(3, 4, crn, crm, op2)
#define REG_HCR_EL2	EL2(1, 1, 0)
#define REG_SCTLR_EL2	EL2(1, 0, 0)
#define REG_VBAR_EL2	EL2(12, 0, 0)
#define REG_VBAR_EL1	REG_SYS(3, 0, 12, 0, 0)
#define REG_TPIDR_EL2	EL2(13, 0, 2)
#define REG_CNTKCTL_EL1	REG_SYS(3, 0, 14, 1, 0)
#define REG_CNTVOFF_EL2	EL2(14, 0, 3)
#define REG_CNTHCTL_EL2	EL2(14, 1, 0)
#define REG_SP_EL2	REG_SYS(3, 6, 4, 1, 0)
#define EC_WFX		0x01
#define EC_FP		0x07
#define EC_SYS64	0x18
#define EC_ERET		0x1a
#define EC_DABT_LOW	0x24
#define EC_BRK		0x3c
#define HCR_VM		(1ul << 0)
#define HCR_FMO		(1ul << 3)
#define HCR_IMO		(1ul << 4)
#define HCR_VF		(1ul << 6)
#define HCR_VI		(1ul << 7)
#define HCR_TWI		(1ul << 13)
#define HCR_TID3	(1ul << 18)
#define HCR_TPCP	(1ul << 23)
#define HCR_TTLB	(1ul << 25)
#define HCR_TVM		(1ul << 26)
#define HCR_TRVM	(1ul << 30)
#define HCR_RW		(1ul << 31)
#define HCR_APK		(1ul << 40)
#define MDCR_TDA	(1ul << 9)

/* Counts further than any of these tests lasts. */
#define FAR_AWAY	(1ul << 44)

/* KEEL_EL2 in the environment: it is known that there is EL2. */
void nested_need(void);
/* n vCPUs with EL2, and a GIC. */
struct vm *vm_el2(unsigned int n, void (*fn)(u64), u64 arg);
/* One of them, to its end. */
void run_el2(void (*fn)(u64), u64 arg);
/* As a function of a test: the guest does nothing. */
void guest_nothing(u64 arg);

/* Of the guest's: the last exception that it looked at. */
extern struct guest_regs seen;
/*
 * Where it came from, and on behind the instruction; those that an SVC or HVC leaves point there
 * already.
 */
void note(struct guest_regs *regs);
/* Where come_back() goes to. */
extern u64 back_to;
/*
 * ERET to pc, and come back behind it when an exception was taken and come_back() is its handler.
 * a, b: x0, x1.
 */
void eret_with(u64 pc, u64 spsr, u64 a, u64 b);
void come_back(struct guest_regs *regs);

static inline void eret_to(u64 pc, u64 spsr)
{
	eret_with(pc, spsr, 0, 0);
}

/* A stage-1 block: AF, inner shareable, normal memory. */
#define BLOCK_AF_INNER	0x701ul

#endif
