/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The GIC's virtual CPU interface around a guest, at EL2. Nothing is done on hosts without GICv3.
 */
#ifndef KEEL_NVHE_VGIC_H
#define KEEL_NVHE_VGIC_H

struct keel_ctx;
struct keel_el2_world;

void keel_el2_gic_enter(struct keel_el2_world *w, const struct keel_ctx *ctx);
void keel_el2_gic_leave(struct keel_el2_world *w, struct keel_ctx *ctx);
void keel_el2_gic_recover(struct keel_el2_world *w);

#endif
