/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the EL2 image offer each other. All at EL2, DAIF masked. */
#ifndef KEEL_NVHE_IMAGE_H
#define KEEL_NVHE_IMAGE_H

#include <linux/errno.h>
#include <asm/sysreg.h>
#include "../el2.h"

static inline struct keel_el2_cpu *keel_image_cpu(void)
{
	return (struct keel_el2_cpu *)read_sysreg(tpidr_el2);
}

/* The calls of the world switch. ctx is checked by calls.c: pages that EL2 can write. switch.c */
long keel_switch_run(struct keel_ctx *ctx);
/* switch.c: the CPU is taken, the host's registers are in it: learn them, and its features. */
void keel_switch_take(struct keel_el2_cpu *cpu);
/* switch.c: the host's world again when EL2's code failed, whatever is loaded. Must not fail. */
void keel_switch_recover(struct keel_el2_cpu *cpu);
/* Is it one (its own address in it)? switch.c */
bool keel_switch_is_context(const struct keel_ctx *ctx);

/* tlb.c */
long keel_el2_tlb_vmid(u64 vttbr, u64 vtcr);
long keel_el2_tlb_ipa(u64 vttbr, u64 vtcr, u64 operand);
long keel_el2_tlb_range(u64 vttbr, u64 vtcr, u64 start, u64 pages);
long keel_el2_tlb_local(u64 vttbr, u64 vtcr);
long keel_el2_tlb_all(void);
/* The end of a broadcast: complete everywhere, and for this CPU's next instruction. */
void keel_el2_tlb_complete(void);

/* vgic.c: 0 and ICH_VTR_EL2, or -ENODEV */
long keel_el2_gic_probe(u64 *vtr);

#endif
