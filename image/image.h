/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KEEL_VM_SAVE and KEEL_VM_LOAD: a VM's state but for its memory, in one step.
 * Documentation/uapi.rst.
 */
#ifndef KEEL_IMAGE_IMAGE_H
#define KEEL_IMAGE_IMAGE_H

#include "../uapi/keel.h"

struct keel_vm;

void keel_image_module_init(void);

/* Sleepable, no lock held. arg: as user space gave it; user: where it is. */
int keel_image_save(struct keel_vm *vm, const struct keel_vm_image *arg,
		    struct keel_vm_image __user *user);
int keel_image_load(struct keel_vm *vm, const struct keel_vm_image *arg);

#endif
