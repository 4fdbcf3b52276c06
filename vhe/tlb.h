/* SPDX-License-Identifier: GPL-2.0-only */
/* Invalidations that only guests with virtual EL2 need, and so only VHE hosts. As in hyp/hyp.h. */
#ifndef KEEL_VHE_TLB_H
#define KEEL_VHE_TLB_H

#include <linux/types.h>

struct keel_s2;

/* All of stage 1, or what a VAE1's operand says, under the VMID and on all CPUs. */
void keel_vhe_tlb_flush_stage1(const struct keel_s2 *s2);
void keel_vhe_tlb_flush_va(const struct keel_s2 *s2, u64 operand);

#endif
