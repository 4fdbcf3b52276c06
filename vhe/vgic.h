/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The GIC's virtual CPU interface to and from the CPU; EL2, IRQs off. Nothing is done on hosts
 * without GICv3.
 */
#ifndef KEEL_VHE_VGIC_H
#define KEEL_VHE_VGIC_H

struct keel_ctx;

/* Take the interface from the host, and give it back. */
void keel_vhe_vgic_take(void);
void keel_vhe_vgic_give(void);
/* What stays in the CPU with a resident vCPU. */
void keel_vhe_vgic_load(const struct keel_ctx *ctx);
void keel_vhe_vgic_save(struct keel_ctx *ctx);
/* Around the guest. */
void keel_vhe_vgic_enter(const struct keel_ctx *ctx);
void keel_vhe_vgic_leave(struct keel_ctx *ctx);

#endif
