/* SPDX-License-Identifier: GPL-2.0-only */
/* Invalidations that only guests with virtual EL2 need, and so only VHE hosts. As in hyp/hyp.h. */
#ifndef KEEL_VHE_TLB_H
#define KEEL_VHE_TLB_H

#include <linux/types.h>

#include "../nested/tlbi.h"

struct keel_s2;

/*
 * Of stage 1, under the VMID and on all CPUs: VA, VAA or ASID by the instruction's operand, else
 * all.
 */
void keel_vhe_tlb_flush_el1(const struct keel_s2 *s2, enum keel_tlbi what, u64 operand);
/* The same in the guest's world, under the VMID that is in the CPU. */
void keel_vhe_tlb_flush_here(enum keel_tlbi what, u64 operand);

#endif
