/* SPDX-License-Identifier: GPL-2.0-only */
/* Exception syndrome fields that pure sources use (Arm ARM, ESR_ELx). */
#ifndef KEEL_UNIT_ASM_ESR_H
#define KEEL_UNIT_ASM_ESR_H

#include <linux/bits.h>

#define ESR_ELx_EC_UNKNOWN	0x00UL
#define ESR_ELx_EC_WFx		0x01UL
#define ESR_ELx_EC_CP15_32	0x03UL
#define ESR_ELx_EC_CP15_64	0x04UL
#define ESR_ELx_EC_CP14_MR	0x05UL
#define ESR_ELx_EC_CP14_LS	0x06UL
#define ESR_ELx_EC_FP_ASIMD	0x07UL
#define ESR_ELx_EC_CP10_ID	0x08UL
#define ESR_ELx_EC_CP14_64	0x0cUL
#define ESR_ELx_EC_HVC32	0x12UL
#define ESR_ELx_EC_SMC32	0x13UL
#define ESR_ELx_EC_SVC64	0x15UL
#define ESR_ELx_EC_HVC64	0x16UL
#define ESR_ELx_EC_SMC64	0x17UL
#define ESR_ELx_EC_SYS64	0x18UL
#define ESR_ELx_EC_IABT_LOW	0x20UL
#define ESR_ELx_EC_IABT_CUR	0x21UL
#define ESR_ELx_EC_DABT_LOW	0x24UL
#define ESR_ELx_EC_DABT_CUR	0x25UL
#define ESR_ELx_EC_SERROR	0x2fUL
#define ESR_ELx_EC_BRK64	0x3cUL

#define ESR_ELx_EC_SHIFT	26
#define ESR_ELx_EC_MASK		GENMASK(31, 26)
#define ESR_ELx_EC(esr)		(((esr) & ESR_ELx_EC_MASK) >> ESR_ELx_EC_SHIFT)
#define ESR_ELx_IL		BIT(25)
#define ESR_ELx_ISS_MASK	GENMASK(24, 0)

#define ESR_ELx_ISV		BIT(24)
#define ESR_ELx_IDS		BIT(24)		/* SError */
#define ESR_ELx_AET		GENMASK(12, 10)
#define ESR_ELx_AET_UC		(0UL << 10)
#define ESR_ELx_AET_UEU		(1UL << 10)
#define ESR_ELx_AET_UEO		(2UL << 10)
#define ESR_ELx_AET_UER		(3UL << 10)
#define ESR_ELx_AET_CE		(6UL << 10)
#define ESR_ELx_SAS		GENMASK(23, 22)
#define ESR_ELx_SSE		BIT(21)
#define ESR_ELx_SRT_MASK	GENMASK(20, 16)
#define ESR_ELx_SF		BIT(15)
#define ESR_ELx_FnV		BIT(10)
#define ESR_ELx_EA		BIT(9)
#define ESR_ELx_CM		BIT(8)
#define ESR_ELx_S1PTW		BIT(7)
#define ESR_ELx_WNR		BIT(6)
#define ESR_ELx_FSC		0x3f
#define ESR_ELx_FSC_TYPE	0x3c
#define ESR_ELx_FSC_EXTABT	0x10
#define ESR_ELx_FSC_SERROR	0x11
#define ESR_ELx_FSC_ACCESS	0x08
#define ESR_ELx_FSC_FAULT	0x04
#define ESR_ELx_FSC_PERM	0x0c

#endif
