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
#include "v2/kind.h"
#include "vgic.h"

#define MIN_IRQS	64
#define MAX_IRQS	1024

static void set_model(struct keel_vm *vm, bool v2, bool soft)
{
	struct keel_vcpu *vcpu;
	unsigned int i;

	vm->gic.v2 = v2;
	vm->gic.soft = soft;
	keel_for_each_vcpu(i, vcpu, vm)
		keel_vgic_vcpu_init_model(vcpu);
	vm->gic.present = true;
}

/* The id is the number of a vCPU's CPU interface. */
static bool has_high_id(struct keel_vm *vm)
{
	struct keel_vcpu *vcpu;
	unsigned int i;

	keel_for_each_vcpu(i, vcpu, vm)
		if (vcpu->id >= KEEL_GIC2_VCPUS)
			return true;
	return false;
}

/* A vCPU that runs holds its mutex; one that ran left has_run. */
static int check_create(struct keel_vm *vm, bool v2, bool soft)
{
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
	else if (v2 && has_high_id(vm))
		err = -E2BIG;
	else
		set_model(vm, v2, soft);
	mutex_unlock(&vm->config_lock);
	keel_vm_unlock_all_vcpus(vm);
	return err;
}

int keel_setup_create(struct keel_device *dev, u32 type)
{
	enum keel_v2_kind kind = keel_v2_kind();

	if (type == KVM_DEV_TYPE_ARM_VGIC_V3)
		return check_create(dev->vm, false, false);
	/* the parameter may just have changed */
	if (kind == KEEL_V2_NONE)
		return -ENODEV;
	return check_create(dev->vm, true, kind == KEEL_V2_SOFT);
}

/* With the VM, or by release(). Interrupts stay until no vCPU has them on a list: keel_place_vm_destroy(). */
void keel_setup_destroy(struct keel_device *dev)
{
	struct keel_vm *vm = dev->vm;

	mutex_lock(&vm->config_lock);
	keel_place_unmap(vm);
	keel_place_reset(vm);
	if (!vm->gic.initialised)
		vm->gic.present = false;
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

int keel_vgic_lazy_init(struct keel_vm *vm)
{
	/* pairs with the release above */
	if (smp_load_acquire(&vm->gic.initialised))
		return 0;
	return vm->gic.v2 ? keel_setup_init(vm) : -EBUSY;
}
