// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_DEV_TYPE_ARM_VGIC_ITS: creating an ITS and the attributes by which user
 * space sets it up, saves and restores it. Contract: the KVM API's
 * arm-vgic-its document. A VM may have several.
 *
 * vm->lock, vCPUs' mutexes, config_lock, then gic.lpi.lock.
 */
#include <linux/errno.h>
#include <linux/kvm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "../../core/devfd.h"
#include "../../core/vcpus.h"
#include "../../hyp/hyp.h"
#include "../addr.h"
#include "../frame.h"
#include "../hw.h"
#include "its.h"
#include "../v3/share.h"

static int create(struct keel_device *dev, u32 type)
{
	struct keel_lpis *l = &dev->vm->gic.lpi;
	struct keel_its *its = kzalloc(sizeof(*its), GFP_KERNEL_ACCOUNT);

	lockdep_assert_held(&dev->vm->lock);
	if (!its)
		return -ENOMEM;
	its->vm = dev->vm;
	its->base = KEEL_GIC_NOWHERE;
	keel_its_map_init(its);
	mutex_lock(&l->lock);
	keel_its_reset(its);
	if (!l->present)
		dev->vm->gic.propbaser = keel_its_sane_attrs(BIT_ULL(10), &keel_its_attrs_redist);
	WRITE_ONCE(l->present, true);
	keel_share_update(dev->vm);
	list_add_tail(&its->entry, &l->its);
	mutex_unlock(&l->lock);
	dev->private = its;
	return 0;
}

/* With the VM, or because its fd could not be made: nobody translates any more. */
static void destroy(struct keel_device *dev)
{
	struct keel_lpis *l = &dev->vm->gic.lpi;
	struct keel_its *its = dev->private;

	if (its->base != KEEL_GIC_NOWHERE) {
		keel_bus_unregister(dev->vm, &its->bus);
		keel_its_unplace(its, its->base);
	}
	mutex_lock(&l->lock);
	keel_its_unmap_all(its);
	if (l->turn == &its->entry)
		l->turn = &l->its;
	list_del(&its->entry);
	WRITE_ONCE(l->present, !list_empty(&l->its));
	keel_share_update(dev->vm);
	mutex_unlock(&l->lock);
	xa_destroy(&its->events);
	kfree_rcu(its, rcu);
}

static int set_base_locked(struct keel_its *its, u64 base)
{
	int err;

	lockdep_assert_held(&its->vm->config_lock);
	if (its->base != KEEL_GIC_NOWHERE)
		return -EEXIST;
	err = keel_addr_check(base, KEEL_ITS_SIZE, KEEL_FRAME_SIZE, its->vm->mmu.ipa_bits);
	if (err)
		return err;
	its->bus.ops = &keel_its_ops;
	its->bus.base = ipa(base);
	its->bus.len = KEEL_ITS_SIZE;
	err = keel_its_place(its, base);
	if (err)
		return err;
	err = keel_bus_register(its->vm, &its->bus);
	if (err)
		keel_its_unplace(its, base);
	else
		WRITE_ONCE(its->base, base);
	return err;
}

static int set_base(struct keel_its *its, const struct kvm_device_attr *attr)
{
	u64 base;
	int err;

	if (attr->attr != KVM_VGIC_ITS_ADDR_TYPE)
		return -ENODEV;
	if (get_user(base, (u64 __user *)attr->addr))
		return -EFAULT;
	mutex_lock(&its->vm->config_lock);
	err = set_base_locked(its, base);
	mutex_unlock(&its->vm->config_lock);
	return err;
}

static int get_base(struct keel_its *its, const struct kvm_device_attr *attr)
{
	if (attr->attr != KVM_VGIC_ITS_ADDR_TYPE)
		return -ENODEV;
	return put_user(READ_ONCE(its->base), (u64 __user *)attr->addr);
}

/* There is nothing to do for INIT: the address may come later, or has come already. */
static bool has_control(u64 attr)
{
	return attr == KVM_DEV_ARM_VGIC_CTRL_INIT || attr == KVM_DEV_ARM_ITS_CTRL_RESET ||
	       attr == KVM_DEV_ARM_ITS_SAVE_TABLES || attr == KVM_DEV_ARM_ITS_RESTORE_TABLES;
}

static int control(struct keel_its *its, u64 attr, u64 *unused)
{
	switch (attr) {
	case KVM_DEV_ARM_ITS_SAVE_TABLES:
		return keel_its_save(its);
	case KVM_DEV_ARM_ITS_RESTORE_TABLES:
		return keel_its_restore(its);
	case KVM_DEV_ARM_ITS_CTRL_RESET:
		keel_its_reset(its);
		return 0;
	default:
		return -ENXIO;
	}
}

static int read_reg(struct keel_its *its, u64 offset, u64 *val)
{
	return keel_its_uaccess(its, offset, false, val);
}

static int write_reg(struct keel_its *its, u64 offset, u64 *val)
{
	return keel_its_uaccess(its, offset, true, val);
}

/* Do it while no vCPU runs. -EBUSY: one does. */
static int stopped(struct keel_its *its, int (*fn)(struct keel_its *its, u64 attr, u64 *val),
		   u64 attr, u64 *val)
{
	struct keel_vm *vm = its->vm;
	int err;

	mutex_lock(&vm->lock);
	err = keel_vm_lock_all_vcpus(vm);
	if (!err) {
		mutex_lock(&vm->gic.lpi.lock);
		err = fn(its, attr, val);
		mutex_unlock(&vm->gic.lpi.lock);
		keel_vm_unlock_all_vcpus(vm);
	}
	mutex_unlock(&vm->lock);
	return err;
}

static int has_reg(struct keel_its *its, u64 offset)
{
	int err;

	mutex_lock(&its->vm->gic.lpi.lock);
	err = keel_its_uaccess(its, offset, false, NULL);
	mutex_unlock(&its->vm->gic.lpi.lock);
	return err;
}

static int access_reg(struct keel_its *its, const struct kvm_device_attr *attr, bool write)
{
	u64 __user *user = (u64 __user *)attr->addr;
	u64 val = 0;
	int err;

	if (write && get_user(val, user))
		return -EFAULT;
	err = has_reg(its, attr->attr);
	if (err)
		return err;
	if (READ_ONCE(its->base) == KEEL_GIC_NOWHERE)
		return -ENXIO;
	err = stopped(its, write ? write_reg : read_reg, attr->attr, &val);
	if (err || write)
		return err;
	return put_user(val, user);
}

static int set_attr(struct keel_device *dev, const struct kvm_device_attr *attr)
{
	struct keel_its *its = dev->private;

	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		return set_base(its, attr);
	case KVM_DEV_ARM_VGIC_GRP_CTRL:
		if (attr->attr == KVM_DEV_ARM_VGIC_CTRL_INIT)
			return 0;
		return stopped(its, control, attr->attr, NULL);
	case KVM_DEV_ARM_VGIC_GRP_ITS_REGS:
		return access_reg(its, attr, true);
	default:
		return -ENXIO;
	}
}

static int get_attr(struct keel_device *dev, const struct kvm_device_attr *attr)
{
	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		return get_base(dev->private, attr);
	case KVM_DEV_ARM_VGIC_GRP_ITS_REGS:
		return access_reg(dev->private, attr, false);
	default:
		return -ENXIO;
	}
}

static int has_attr(struct keel_device *dev, const struct kvm_device_attr *attr)
{
	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		return attr->attr == KVM_VGIC_ITS_ADDR_TYPE ? 0 : -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_CTRL:
		return has_control(attr->attr) ? 0 : -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_ITS_REGS:
		return has_reg(dev->private, attr->attr);
	default:
		return -ENXIO;
	}
}

static const struct keel_device_ops its_ops = {
	.name = "kvm-arm-vgic-its",
	.create = create,
	.destroy = destroy,
	.set_attr = set_attr,
	.get_attr = get_attr,
	.has_attr = has_attr,
};

int keel_its_device_register(void)
{
	if (keel_gic_hw.model != KEEL_GIC_V3)
		return 0;
	return keel_devfd_register_type(KVM_DEV_TYPE_ARM_VGIC_ITS, &its_ops);
}
