/* SPDX-License-Identifier: GPL-2.0-only */
/* The build machine's own, and the arm64 numbers that pure sources use. */
#ifndef KEEL_UNIT_ASM_KVM_H
#define KEEL_UNIT_ASM_KVM_H

#include_next <asm/kvm.h>

#ifndef KVM_ARM_IRQ_TYPE_SHIFT
#define KVM_ARM_IRQ_VCPU2_SHIFT	28
#define KVM_ARM_IRQ_VCPU2_MASK	0xf
#define KVM_ARM_IRQ_TYPE_SHIFT	24
#define KVM_ARM_IRQ_TYPE_MASK	0xf
#define KVM_ARM_IRQ_VCPU_SHIFT	16
#define KVM_ARM_IRQ_VCPU_MASK	0xff
#define KVM_ARM_IRQ_NUM_SHIFT	0
#define KVM_ARM_IRQ_NUM_MASK	0xffff
#define KVM_ARM_IRQ_TYPE_CPU	0
#define KVM_ARM_IRQ_TYPE_SPI	1
#define KVM_ARM_IRQ_TYPE_PPI	2
#endif

#ifndef KVM_REG_ARM64_SVE
#define KVM_REG_ARM64_SVE	(0x15 << 16)
#define KVM_ARM64_SVE_MAX_SLICES	32
#define KVM_REG_ARM64_SVE_ZREG(n, i) \
	(KVM_REG_ARM64 | KVM_REG_ARM64_SVE | KVM_REG_SIZE_U2048 | ((n) & 31) << 5 | (i))
#define KVM_REG_ARM64_SVE_PREG(n, i) \
	(KVM_REG_ARM64 | KVM_REG_ARM64_SVE | KVM_REG_SIZE_U256 | 0x400 | ((n) & 15) << 5 | (i))
#define KVM_REG_ARM64_SVE_FFR(i) \
	(KVM_REG_ARM64 | KVM_REG_ARM64_SVE | KVM_REG_SIZE_U256 | 0x600 | (i))
#define KVM_ARM64_SVE_VLS_WORDS	8
#endif

#endif
