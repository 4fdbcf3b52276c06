// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_DEV_TYPE_ARM_VGIC_V2, and KVM_CREATE_IRQCHIP with KVM_ARM_SET_DEVICE_ADDR,
 * which do the same without a device fd. Contract: the KVM API document and
 * its arm-vgic document.
 */
#include <linux/bitfield.h>
#include <linux/errno.h>
#include <linux/kvm.h>
#include <linux/uaccess.h>
#include "../../core/objects.h"
#include "device.h"
#include "kind.h"
#include "place.h"
#include "../model.h"
#include "../setup.h"
#include "../uaccess.h"
#include "../vgic.h"

static int access_addr(struct keel_vm *vm, const struct kvm_device_attr *attr, bool write)
{
	u64 __user *user = (u64 __user *)attr->addr;
	u64 *base, val = 0;
	int err = 0;

	if (write && get_user(val, user))
		return -EFAULT;
	mutex_lock(&vm->config_lock);
	base = keel_place2_base(vm, attr->attr);
	if (!base)
		err = -ENXIO;
	else if (write)
		err = keel_place2_set(vm, attr->attr, val);
	else
		val = *base;
	mutex_unlock(&vm->config_lock);
	if (err || write)
		return err;
	return put_user(val, user);
}

static int set_attr(struct keel_device *dev, const struct kvm_device_attr *attr)
{
	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		return access_addr(dev->vm, attr, true);
	case KVM_DEV_ARM_VGIC_GRP_NR_IRQS:
		return keel_setup_set_nr_irqs(dev->vm, attr);
	case KVM_DEV_ARM_VGIC_GRP_CTRL:
		return attr->attr == KVM_DEV_ARM_VGIC_CTRL_INIT ? keel_setup_init(dev->vm) : -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_DIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_CPU_REGS:
		return keel_uaccess(dev->vm, attr, true);
	default:
		return -ENXIO;
	}
}

static int get_attr(struct keel_device *dev, const struct kvm_device_attr *attr)
{
	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		return access_addr(dev->vm, attr, false);
	case KVM_DEV_ARM_VGIC_GRP_NR_IRQS:
		return keel_setup_get_nr_irqs(dev->vm, attr);
	case KVM_DEV_ARM_VGIC_GRP_DIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_CPU_REGS:
		return keel_uaccess(dev->vm, attr, false);
	default:
		return -ENXIO;
	}
}

static int has_attr(struct keel_device *dev, const struct kvm_device_attr *attr)
{
	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		return keel_place2_base(dev->vm, attr->attr) ? 0 : -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_NR_IRQS:
		return 0;
	case KVM_DEV_ARM_VGIC_GRP_CTRL:
		return attr->attr == KVM_DEV_ARM_VGIC_CTRL_INIT ? 0 : -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_DIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_CPU_REGS:
		return keel_uaccess_has(dev->vm, attr);
	default:
		return -ENXIO;
	}
}

/* The parameter may have changed since the type was found to be offered. */
static int create(struct keel_device *dev, u32 type)
{
	switch (keel_v2_kind()) {
	case KEEL_V2_HW:
		return keel_setup_create(dev, &keel_vgic_v2);
	case KEEL_V2_SOFT:
		return keel_setup_create(dev, &keel_vgic_v2_soft);
	default:
		return -ENODEV;
	}
}

/*
 * No release: unlike a GICv3 it is initialised when it is first used, also after its fd has gone.
 */
const struct keel_device_ops keel_device2_ops = {
	.name = "kvm-arm-vgic-v2",
	.offered = keel_v2_offered,
	.create = create,
	.destroy = keel_setup_destroy,
	.set_attr = set_attr,
	.get_attr = get_attr,
	.has_attr = has_attr,
};

/* config_lock, or vm->lock. */
static bool has_gicv2(const struct keel_vm *vm)
{
	return vm->gic.model->version == 2;
}

int keel_vgic_create_irqchip(struct keel_vm *vm)
{
	int err;

	mutex_lock(&vm->lock);
	/* another than a GICv2 may be why there is none to be had, which comes first */
	if (has_gicv2(vm))
		err = -EEXIST;
	else if (!keel_vgic_supported())
		err = -ENXIO;
	else
		err = keel_devfd_create_hidden(vm, KVM_DEV_TYPE_ARM_VGIC_V2);
	mutex_unlock(&vm->lock);
	return err;
}

int keel_vgic_set_device_addr(struct keel_vm *vm, const struct kvm_arm_device_addr *addr)
{
	u64 type = FIELD_GET(KVM_ARM_DEVICE_TYPE_MASK, addr->id);
	int err = -ENODEV;

	if (FIELD_GET(KVM_ARM_DEVICE_ID_MASK, addr->id) != KVM_ARM_DEVICE_VGIC_V2)
		return -ENODEV;
	mutex_lock(&vm->config_lock);
	if (!vm->gic.present && !keel_vgic_supported())
		err = -ENXIO;
	else if (has_gicv2(vm) && keel_place2_base(vm, type))
		err = keel_place2_set(vm, type, addr->addr);
	mutex_unlock(&vm->config_lock);
	return err;
}
