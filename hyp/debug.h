/* SPDX-License-Identifier: GPL-2.0-only */
/* Debug registers to and from the CPU; EL2, IRQs off. */
#ifndef KEEL_HYP_DEBUG_H
#define KEEL_HYP_DEBUG_H

struct keel_ctx;
struct keel_debug_regs;

/*
 * Around a guest, if it or its VMM uses them (KEEL_CTX_DEBUG_GUEST). host: where the host's wait.
 */
void keel_debug_enter(const struct keel_ctx *ctx, struct keel_debug_regs *host);
void keel_debug_leave(struct keel_ctx *ctx, const struct keel_debug_regs *host);
/* The guest's are lost. */
void keel_debug_recover(const struct keel_debug_regs *host);

#endif
