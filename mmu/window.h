/* SPDX-License-Identifier: GPL-2.0-only */
/* The window of a VM, for mmu/fault.c. */
#ifndef KEEL_MMU_WINDOW_H
#define KEEL_MMU_WINDOW_H

#include "mmu.h"

/* Any context. */
bool keel_window_has(const struct keel_mmu *mmu, ipa_t ipa);
/* Some of the block [block, block + size), a power of two, is the window's. Any context. */
bool keel_window_meets(const struct keel_mmu *mmu, ipa_t block, u64 size);
/*
 * Map the page, which the window has; the vCPU's table cache is full. 0: access again. vCPU mutex.
 */
int keel_window_map(struct keel_vcpu *vcpu, ipa_t ipa);

#endif
