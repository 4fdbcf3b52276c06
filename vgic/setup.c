// SPDX-License-Identifier: GPL-2.0-only
/*
 * Creating and initialising the GIC of a VM: what is the same for GICv2 and
 * GICv3.
 *
 * vm->lock, then config_lock. Whoever finds gic.initialised set (acquire) may
 * use gic.spi, gic.nr_irqs and gic.nr_spis without a lock.
 */
#include <linux/errno.h>
#include <linux/kvm.h>
#include <linux/uaccess.h>
#include "../core/devfd.h"
#include "../core/vcpus.h"
#include "place.h"
#include "setup.h"
#include "model.h"
#include "vgic.h"

#define MIN_IRQS	64
#define MAX_IRQS	1024

static void set_model(struct keel_vm *vm, const struct keel_vgic_model *model)
{
	struct keel_vcpu *vcpu;
	unsigned int i;

	WRITE_ONCE(vm->gic.model, model);
	keel_for_each_vcpu(i, vcpu, vm)
		keel_vgic_vcpu_init_model(vcpu);
	WRITE_ONCE(vm->gic.present, true);
}

/* A GICv2's CPU interface has its number by the vCPU's id. */
static bool has_high_id(struct keel_vm *vm, const struct keel_vgic_model *model)
{
	struct keel_vcpu *vcpu;
	unsigned int i;

	keel_for_each_vcpu(i, vcpu, vm)
		if (vcpu->id >= model->max_vcpus)
			return true;
	return false;
}

/* A vCPU that runs holds its mutex; one that ran left has_run. */
int keel_setup_create(struct keel_device *dev, const struct keel_vgic_model *model)
{
	struct keel_vm *vm = dev->vm;
	int err;

	lockdep_assert_held(&vm->lock);
	if (vm->gic.present)
		return -EEXIST;
	err = keel_vm_lock_all_vcpus(vm);
	if (err)
		return err;
	mutex_lock(&vm->config_lock);
	if (vm->has_run)
		err = -EBUSY;
	else if (has_high_id(vm, model))
		err = -E2BIG;
	else
		set_model(vm, model);
	mutex_unlock(&vm->config_lock);
	keel_vm_unlock_all_vcpus(vm);
	return err;
}

/*
 * With the VM, or by release(). Interrupts stay until no vCPU has them on a list:
 * keel_place_vm_destroy().
 */
void keel_setup_destroy(struct keel_device *dev)
{
	struct keel_vm *vm = dev->vm;

	mutex_lock(&vm->config_lock);
	keel_place_unmap(vm);
	keel_place_reset(vm);
	if (!vm->gic.initialised) {
		WRITE_ONCE(vm->gic.present, false);
		WRITE_ONCE(vm->gic.model, &keel_vgic_none);
	}
	mutex_unlock(&vm->config_lock);
}

/*
 * Only through its fd can a GICv3 be initialised, so one that was not is of no
 * use any more: user space may have another. KVM keeps the useless one.
 */
bool keel_setup_release(struct keel_device *dev)
{
	lockdep_assert_held(&dev->vm->lock);
	return !dev->vm->gic.initialised;
}

int keel_setup_init(struct keel_vm *vm)
{
	int err;

	mutex_lock(&vm->lock);
	mutex_lock(&vm->config_lock);
	err = keel_vgic_init_irqs(vm);
	mutex_unlock(&vm->config_lock);
	mutex_unlock(&vm->lock);
	return err;
}

int keel_setup_set_nr_irqs(struct keel_vm *vm, const struct kvm_device_attr *attr)
{
	int err = 0;
	u32 nr;

	if (get_user(nr, (u32 __user *)attr->addr))
		return -EFAULT;
	if (nr < MIN_IRQS || nr > MAX_IRQS || nr % 32)
		return -EINVAL;
	mutex_lock(&vm->config_lock);
	if (vm->gic.nr_irqs)
		err = -EBUSY;
	else
		vm->gic.nr_irqs = nr;
	mutex_unlock(&vm->config_lock);
	return err;
}

int keel_setup_get_nr_irqs(struct keel_vm *vm, const struct kvm_device_attr *attr)
{
	u32 nr = READ_ONCE(vm->gic.nr_irqs) ?: KEEL_NR_PRIVATE;

	return put_user(nr, (u32 __user *)attr->addr);
}

/*
 * The GIC may have gone, with an fd that could not be made, and another may have come. vm->lock,
 * config_lock.
 */
static int lazy_init_locked(struct keel_vm *vm)
{
	if (!vm->gic.present)
		return -ENXIO;
	return vm->gic.initialised || vm->gic.model->lazy ? keel_vgic_init_irqs(vm) : -EBUSY;
}

int keel_vgic_lazy_init(struct keel_vm *vm)
{
	int err;

	/* pairs with the release of keel_vgic_init_irqs() */
	if (smp_load_acquire(&vm->gic.initialised))
		return 0;
	if (!READ_ONCE(vm->gic.model)->lazy)
		return -EBUSY;
	mutex_lock(&vm->lock);
	mutex_lock(&vm->config_lock);
	err = lazy_init_locked(vm);
	mutex_unlock(&vm->config_lock);
	mutex_unlock(&vm->lock);
	return err;
}
