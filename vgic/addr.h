/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/* Guest physical addresses as the GIC's device attributes carry and restrict them. */
#ifndef KEEL_VGIC_ADDR_H
#define KEEL_VGIC_ADDR_H

#include <linux/types.h>

/* KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION's value; count 0: KVM_VGIC_V3_ADDR_TYPE_REDIST. */
struct keel_addr_region {
	u32 index, flags, count;
	u64 base;
};

struct keel_addr_region keel_addr_region_decode(u64 val);
u64 keel_addr_region_encode(struct keel_addr_region r);

/* -EINVAL: not aligned (a power of two) or wraps; -E2BIG: beyond the guest's address space. */
int keel_addr_check(u64 base, u64 size, u64 align, unsigned int ipa_bits);
/* Neither range wraps. An empty one overlaps nothing. */
bool keel_addr_overlap(u64 a, u64 a_size, u64 b, u64 b_size);

/*
 * A redistributor's mpidr as register attributes carry it (Aff3..Aff0 in 31:0) as MPIDR_EL1 has it.
 */
u64 keel_addr_mpidr(u32 affinity);
/* The instr field of KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS as sys_reg(). */
u32 keel_addr_sysreg(u64 attr);

#endif
