/* SPDX-License-Identifier: GPL-2.0-only */
/* Placing the GIC's frames: what setup.c asks for. config_lock held. */
#ifndef KEEL_VGIC_PLACE_H
#define KEEL_VGIC_PLACE_H

struct keel_vm;

/* The VM goes: off the bus. No vCPU runs. */
void keel_place_unmap(struct keel_vm *vm);
/* The device goes, with the VM or before it was ever initialised. */
void keel_place_reset(struct keel_vm *vm);

#endif
