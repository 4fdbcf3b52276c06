// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_DEV_TYPE_ARM_VGIC_V3: the attributes by which user space sets up a
 * GICv3. Contract: the KVM API's arm-vgic-v3 document. What it has in common
 * with a GICv2 is in setup.c.
 */
#include <linux/errno.h>
#include <linux/kvm.h>
#include <linux/uaccess.h>
#include "../../core/vcpus.h"
#include "../its/lpi.h"
#include "../model.h"
#include "../setup.h"
#include "../uaccess.h"
#include "../vgic.h"
#include "device.h"
#include "place.h"

static int save_pending_locked(struct keel_vm *vm)
{
	int err;

	if (!vm->gic.initialised)
		return -ENXIO;
	mutex_lock(&vm->gic.lpi.lock);
	err = keel_lpi_save_pending(vm);
	mutex_unlock(&vm->gic.lpi.lock);
	return err;
}

static int save_pending_tables(struct keel_vm *vm)
{
	int err;

	mutex_lock(&vm->lock);
	err = keel_vm_lock_all_vcpus(vm);
	if (!err) {
		err = save_pending_locked(vm);
		keel_vm_unlock_all_vcpus(vm);
	}
	mutex_unlock(&vm->lock);
	return err;
}

static int control(struct keel_vm *vm, u64 attr)
{
	switch (attr) {
	case KVM_DEV_ARM_VGIC_CTRL_INIT:
		return keel_setup_init(vm);
	case KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES:
		return save_pending_tables(vm);
	default:
		return -ENXIO;
	}
}

static int set_region(struct keel_vm *vm, u64 val)
{
	struct keel_addr_region r = keel_addr_region_decode(val);

	if (!r.count || r.flags)
		return -EINVAL;
	return keel_v3_place_add_region(vm, &r);
}

static int set_addr_locked(struct keel_vm *vm, u64 type, u64 val)
{
	struct keel_addr_region legacy = { .base = val };

	switch (type) {
	case KVM_VGIC_V3_ADDR_TYPE_DIST:
		return keel_v3_place_set_dist(vm, val);
	case KVM_VGIC_V3_ADDR_TYPE_REDIST:
		return keel_v3_place_add_region(vm, &legacy);
	case KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION:
		return set_region(vm, val);
	default:
		return -ENXIO;
	}
}

static int get_region(struct keel_vm *vm, u64 *val)
{
	struct keel_gic_region *r = keel_v3_place_region(vm, keel_addr_region_decode(*val).index);

	if (!r)
		return -ENOENT;
	*val = keel_addr_region_encode((struct keel_addr_region){
		.index = r->index, .count = r->count, .base = r->base,
	});
	return 0;
}

static int get_addr_locked(struct keel_vm *vm, u64 type, u64 *val)
{
	struct keel_gic_region *first;

	switch (type) {
	case KVM_VGIC_V3_ADDR_TYPE_DIST:
		*val = vm->gic.dist_base;
		return 0;
	case KVM_VGIC_V3_ADDR_TYPE_REDIST:
		first = keel_v3_place_region(vm, 0);
		*val = first ? first->base : KEEL_GIC_NOWHERE;
		return 0;
	case KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION:
		return get_region(vm, val);
	default:
		return -ENXIO;
	}
}

/* Regions give redistributors to vCPUs: vm->lock keeps new ones out. */
static int access_addr(struct keel_vm *vm, const struct kvm_device_attr *attr, bool write)
{
	u64 __user *user = (u64 __user *)attr->addr;
	u64 val = 0;
	int err;

	/* a region is read by its index */
	if (write || attr->attr == KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION)
		if (get_user(val, user))
			return -EFAULT;
	mutex_lock(&vm->lock);
	mutex_lock(&vm->config_lock);
	err = write ? set_addr_locked(vm, attr->attr, val) : get_addr_locked(vm, attr->attr, &val);
	mutex_unlock(&vm->config_lock);
	mutex_unlock(&vm->lock);
	if (err || write)
		return err;
	return put_user(val, user);
}

/* The maintenance interrupt of virtual EL2; nothing else of a VM's has one. */
static int set_maintenance(struct keel_vm *vm, const struct kvm_device_attr *attr)
{
	u32 intid;
	int err = 0;

	if (get_user(intid, (u32 __user *)u64_to_user_ptr(attr->addr)))
		return -EFAULT;
	mutex_lock(&vm->config_lock);
	if (vm->gic.initialised)
		err = -EBUSY;
	else if (intid < KEEL_NR_SGIS || intid >= KEEL_NR_PRIVATE)
		err = -EINVAL;
	else
		vm->gic.maint_ppi = intid;
	mutex_unlock(&vm->config_lock);
	return err;
}

static bool has_maintenance(const struct keel_vm *vm)
{
	return vm->arch.abi >= KEEL_ABI_7_3;
}

static int set_attr(struct keel_device *dev, const struct kvm_device_attr *attr)
{
	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		return access_addr(dev->vm, attr, true);
	case KVM_DEV_ARM_VGIC_GRP_NR_IRQS:
		return keel_setup_set_nr_irqs(dev->vm, attr);
	case KVM_DEV_ARM_VGIC_GRP_CTRL:
		return control(dev->vm, attr->attr);
	case KVM_DEV_ARM_VGIC_GRP_MAINT_IRQ:
		return has_maintenance(dev->vm) ? set_maintenance(dev->vm, attr) : -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_DIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_REDIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS:
	case KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO:
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
	case KVM_DEV_ARM_VGIC_GRP_MAINT_IRQ:
		return has_maintenance(dev->vm)
			       ? put_user((u32)dev->vm->gic.maint_ppi,
					  (u32 __user *)u64_to_user_ptr(attr->addr))
			       : -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_DIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_REDIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS:
	case KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO:
		return keel_uaccess(dev->vm, attr, false);
	default:
		return -ENXIO;
	}
}

static bool has_addr(u64 type)
{
	return type == KVM_VGIC_V3_ADDR_TYPE_DIST || type == KVM_VGIC_V3_ADDR_TYPE_REDIST ||
	       type == KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION;
}

static bool has_control(u64 attr)
{
	return attr == KVM_DEV_ARM_VGIC_CTRL_INIT || attr == KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES;
}

static int has_attr(struct keel_device *dev, const struct kvm_device_attr *attr)
{
	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		return has_addr(attr->attr) ? 0 : -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_NR_IRQS:
		return 0;
	case KVM_DEV_ARM_VGIC_GRP_CTRL:
		return has_control(attr->attr) ? 0 : -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_MAINT_IRQ:
		return has_maintenance(dev->vm) ? 0 : -ENXIO;
	case KVM_DEV_ARM_VGIC_GRP_DIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_REDIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS:
	case KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO:
		return keel_uaccess_has(dev->vm, attr);
	default:
		return -ENXIO;
	}
}

static int create(struct keel_device *dev, u32 type)
{
	return keel_setup_create(dev, &keel_vgic_v3);
}

const struct keel_device_ops keel_v3_device_ops = {
	.name = "kvm-arm-vgic-v3",
	.create = create,
	.destroy = keel_setup_destroy,
	.release = keel_setup_release,
	.set_attr = set_attr,
	.get_attr = get_attr,
	.has_attr = has_attr,
};
