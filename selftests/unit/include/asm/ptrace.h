/* SPDX-License-Identifier: GPL-2.0-only */
/* PSTATE bits as SPSR_ELx lays them out (Arm ARM, SPSR_EL2). */
#ifndef KEEL_UNIT_ASM_PTRACE_H
#define KEEL_UNIT_ASM_PTRACE_H

#include <linux/types.h>

#define PSR_MODE_EL0t	0x00000000
#define PSR_MODE_EL1t	0x00000004
#define PSR_MODE_EL1h	0x00000005
#define PSR_MODE_MASK	0x0000000f
#define PSR_MODE32_BIT	0x00000010
#define PSR_F_BIT	0x00000040
#define PSR_I_BIT	0x00000080
#define PSR_A_BIT	0x00000100
#define PSR_D_BIT	0x00000200
#define PSR_BTYPE_MASK	0x00000c00
#define PSR_SSBS_BIT	0x00001000
#define PSR_IL_BIT	0x00100000
#define PSR_SS_BIT	0x00200000
#define PSR_PAN_BIT	0x00400000
#define PSR_UAO_BIT	0x00800000
#define PSR_DIT_BIT	0x01000000
#define PSR_TCO_BIT	0x02000000
#define PSR_AA32_MODE_MASK	0x0000001f
#define PSR_AA32_MODE_USR	0x00000010
#define PSR_AA32_MODE_FIQ	0x00000011
#define PSR_AA32_MODE_IRQ	0x00000012
#define PSR_AA32_MODE_SVC	0x00000013
#define PSR_AA32_MODE_ABT	0x00000017
#define PSR_AA32_MODE_UND	0x0000001b
#define PSR_AA32_MODE_SYS	0x0000001f
#define PSR_AA32_T_BIT	0x00000020
#define PSR_V_BIT	0x10000000
#define PSR_C_BIT	0x20000000
#define PSR_Z_BIT	0x40000000
#define PSR_N_BIT	0x80000000

/* What an arm64 machine's own <asm/kvm.h> has of it. */
struct user_pt_regs {
	__u64 regs[31], sp, pc, pstate;
};

struct user_fpsimd_state {
	__uint128_t vregs[32];
	__u32 fpsr, fpcr, reserved[2];
};

#endif
