/* SPDX-License-Identifier: GPL-2.0-only */
/* A VM's life. */
#ifndef KEEL_CORE_VM_H
#define KEEL_CORE_VM_H

#include "objects.h"

struct keel_vm *keel_vm_create(unsigned long type);	/* ERR_PTR; a reference is returned */
void keel_vm_get(struct keel_vm *vm);
void keel_vm_put(struct keel_vm *vm);			/* may sleep and destroy */
int keel_vm_open_fd(struct keel_vm *vm);		/* consumes no reference */

#endif
