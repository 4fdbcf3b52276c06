/* SPDX-License-Identifier: GPL-2.0-only */
/* Placing the GIC's frames, for the device's attributes. config_lock held. */
#ifndef KEEL_VGIC_PLACE_H
#define KEEL_VGIC_PLACE_H

#include "addr.h"

struct keel_vm;
struct keel_gic_region;

/* -EEXIST, -EINVAL, -E2BIG as the KVM API says, -ENOMEM. */
int keel_place_set_dist(struct keel_vm *vm, u64 base);
int keel_place_add_region(struct keel_vm *vm, const struct keel_addr_region *arg);
struct keel_gic_region *keel_place_region(struct keel_vm *vm, u32 index);
/* The VM goes: off the bus. No vCPU runs. */
void keel_place_unmap(struct keel_vm *vm);
/* The device goes, with the VM or before it was ever initialised. */
void keel_place_reset(struct keel_vm *vm);

#endif
