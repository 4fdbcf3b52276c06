/* SPDX-License-Identifier: GPL-2.0-only */
/* Placing a GICv3's frames: the distributor, and redistributors in regions. config_lock held. */
#ifndef KEEL_VGIC_V3_PLACE_H
#define KEEL_VGIC_V3_PLACE_H

#include "../addr.h"

struct keel_vm;
struct keel_gic_region;

/* -EEXIST, -EINVAL, -E2BIG as the KVM API says, -ENOMEM. */
int keel_v3_place_set_dist(struct keel_vm *vm, u64 base);
int keel_v3_place_add_region(struct keel_vm *vm, const struct keel_addr_region *arg);
struct keel_gic_region *keel_v3_place_region(struct keel_vm *vm, u32 index);

/* For struct keel_vgic_model: */
/* -EINVAL: with one more vCPU frames collide. */
int keel_v3_place_check(struct keel_vm *vm);
/* Give every vCPU without a redistributor the next free one of the regions. */
void keel_v3_place_assign(struct keel_vm *vm);
/* All is there and fits: on the bus with it. */
int keel_v3_place_map(struct keel_vm *vm);
void keel_v3_place_unmap(struct keel_vm *vm);
/* The regions go, and whose redistributor is where. Nothing is on the bus. */
void keel_v3_place_forget(struct keel_vm *vm);

#endif
