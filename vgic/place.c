// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the GIC's frames are in the guest's physical address space, as far as
 * that is the same for all models: v2/place.c and v3/place.c have the rest.
 *
 * vm->config_lock held everywhere but where the VM comes up or goes.
 */
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/slab.h>
#include "../core/objects.h"
#include "frame.h"
#include "model.h"
#include "place.h"
#include "vgic.h"

void keel_place_vm_init(struct keel_vm *vm)
{
	vm->gic.dist_base = vm->gic.cpu_base = KEEL_GIC_NOWHERE;
	vm->gic.iidr_rev = KEEL_GIC_REV;
	INIT_LIST_HEAD(&vm->gic.regions);
}

/* Free all that was set, as if there had never been a GIC. Nothing is on the bus. */
void keel_place_reset(struct keel_vm *vm)
{
	const struct keel_vgic_model *model = vm->gic.model;

	if (model->forget)
		model->forget(vm);
	vm->gic.dist_base = vm->gic.cpu_base = KEEL_GIC_NOWHERE;
	if (vm->gic.initialised)
		return;
	vm->gic.nr_irqs = 0;
	vm->gic.iidr_rev = KEEL_GIC_REV;
}

void keel_place_vm_destroy(struct keel_vm *vm)
{
	const struct keel_vgic_model *model = vm->gic.model;

	if (model->destroy)
		model->destroy(vm);
	kvfree(vm->gic.spi);
	vm->gic.spi = NULL;
}

int keel_place_check_create(struct keel_vm *vm)
{
	const struct keel_vgic_model *model = vm->gic.model;

	lockdep_assert_held(&vm->config_lock);
	if (vm->gic.initialised)
		return -EBUSY;
	return model->check_vcpu ? model->check_vcpu(vm) : 0;
}

void keel_place_assign(struct keel_vm *vm)
{
	const struct keel_vgic_model *model = vm->gic.model;

	lockdep_assert_held(&vm->config_lock);
	if (model->add_vcpu)
		model->add_vcpu(vm);
}

int keel_place_map(struct keel_vm *vm)
{
	int err;

	lockdep_assert_held(&vm->config_lock);
	if (vm->gic.ready)
		return 0;
	err = vm->gic.model->map(vm);
	vm->gic.ready = !err;
	return err;
}

void keel_place_unmap(struct keel_vm *vm)
{
	lockdep_assert_held(&vm->config_lock);
	if (vm->gic.ready)
		vm->gic.model->unmap(vm);
	vm->gic.ready = false;
}
