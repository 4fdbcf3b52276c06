/* SPDX-License-Identifier: GPL-2.0-only */
/* Placing a GICv2's two frames. config_lock held, but for keel_place2_base() as a question. */
#ifndef KEEL_VGIC_V2_PLACE_H
#define KEEL_VGIC_V2_PLACE_H

#include <linux/types.h>

struct keel_vm;

/* Where the address of this KVM_VGIC_V2_ADDR_TYPE_* is kept; NULL: no such type. */
u64 *keel_place2_base(struct keel_vm *vm, u64 type);
/* -EEXIST: set before; -EINVAL, -E2BIG: no such place. The type exists. */
int keel_place2_set(struct keel_vm *vm, u64 type, u64 base);
/* keel_place_map()'s part: check, initialise if nobody has, make the frames accessible. */
int keel_place2_map(struct keel_vm *vm);
void keel_place2_unmap(struct keel_vm *vm);	/* the bus's part of it undone; it was mapped */

#endif
