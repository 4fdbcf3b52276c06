// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_DEV_TYPE_ARM_VGIC_V3: creating the GIC of a VM, and the attributes by
 * which user space sets it up. Contract: the KVM API's arm-vgic-v3 document.
 *
 * vm->lock, then config_lock. Whoever finds gic.initialised set (acquire) may
 * use gic.spi and gic.nr_irqs without a lock.
 */
#include <linux/errno.h>
#include <linux/kvm.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "../core/devfd.h"
#include "../core/routing.h"
#include "../core/vcpu.h"
#include "../core/vm.h"
#include "lpi.h"
#include "place.h"
#include "uaccess.h"
#include "vgic.h"

#define MIN_IRQS	64
#define MAX_IRQS	1024
#define DEFAULT_IRQS	256

/* A vCPU that runs holds its mutex; one that ran left has_run. */
static int check_create(struct keel_vm *vm)
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
	else
		vm->gic.present = true;
	mutex_unlock(&vm->config_lock);
	keel_vm_unlock_all_vcpus(vm);
	return err;
}

static int create(struct keel_device *dev, u32 type)
{
	return check_create(dev->vm);
}

/* With the VM, or by release(). Interrupts stay until no vCPU has them on a list: keel_place_vm_destroy(). */
static void destroy(struct keel_device *dev)
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
 * Only through its fd can a GIC be initialised, so one that was not is of no
 * use any more: user space may have another. KVM keeps the useless one.
 */
static bool release(struct keel_device *dev)
{
	lockdep_assert_held(&dev->vm->lock);
	return !dev->vm->gic.initialised;
}

static void init_spi(struct keel_vm *vm, struct keel_irq *irq, u32 intid)
{
	keel_vgic_irq_init(irq, NULL, intid);
	irq->target = keel_vm_vcpu_by_mpidr(vm, irq->irouter);
}

static int init_locked(struct keel_vm *vm)
{
	u32 nr = vm->gic.nr_irqs ?: DEFAULT_IRQS, i;
	struct keel_irq *spi;
	int err;

	lockdep_assert_held(&vm->config_lock);
	if (vm->gic.initialised)
		return 0;
	spi = kvcalloc(nr - KEEL_NR_PRIVATE, sizeof(*spi), GFP_KERNEL_ACCOUNT);
	if (!spi)
		return -ENOMEM;
	for (i = KEEL_NR_PRIVATE; i < nr; i++)
		init_spi(vm, &spi[i - KEEL_NR_PRIVATE], i);
	err = keel_routing_set_default(vm, nr - KEEL_NR_PRIVATE);
	if (err) {
		kvfree(spi);
		return err;
	}
	vm->gic.nr_irqs = nr;
	vm->gic.spi = spi;
	smp_store_release(&vm->gic.initialised, true);
	return 0;
}

static int initialise(struct keel_vm *vm)
{
	int err;

	mutex_lock(&vm->lock);
	mutex_lock(&vm->config_lock);
	err = init_locked(vm);
	mutex_unlock(&vm->config_lock);
	mutex_unlock(&vm->lock);
	return err;
}

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
		return initialise(vm);
	case KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES:
		return save_pending_tables(vm);
	default:
		return -ENXIO;
	}
}

static int set_nr_irqs(struct keel_vm *vm, const struct kvm_device_attr *attr)
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

static int get_nr_irqs(struct keel_vm *vm, const struct kvm_device_attr *attr)
{
	u32 nr = READ_ONCE(vm->gic.nr_irqs) ?: KEEL_NR_PRIVATE;

	return put_user(nr, (u32 __user *)attr->addr);
}

static int set_region(struct keel_vm *vm, u64 val)
{
	struct keel_addr_region r = keel_addr_region_decode(val);

	if (!r.count || r.flags)
		return -EINVAL;
	return keel_place_add_region(vm, &r);
}

static int set_addr_locked(struct keel_vm *vm, u64 type, u64 val)
{
	struct keel_addr_region legacy = { .base = val };

	switch (type) {
	case KVM_VGIC_V3_ADDR_TYPE_DIST:
		return keel_place_set_dist(vm, val);
	case KVM_VGIC_V3_ADDR_TYPE_REDIST:
		return keel_place_add_region(vm, &legacy);
	case KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION:
		return set_region(vm, val);
	default:
		return -ENXIO;
	}
}

static int get_region(struct keel_vm *vm, u64 *val)
{
	struct keel_gic_region *r = keel_place_region(vm, keel_addr_region_decode(*val).index);

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
		first = keel_place_region(vm, 0);
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

static int set_attr(struct keel_device *dev, const struct kvm_device_attr *attr)
{
	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_ADDR:
		return access_addr(dev->vm, attr, true);
	case KVM_DEV_ARM_VGIC_GRP_NR_IRQS:
		return set_nr_irqs(dev->vm, attr);
	case KVM_DEV_ARM_VGIC_GRP_CTRL:
		return control(dev->vm, attr->attr);
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
		return get_nr_irqs(dev->vm, attr);
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
	case KVM_DEV_ARM_VGIC_GRP_DIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_REDIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS:
	case KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO:
		return keel_uaccess_has(dev->vm, attr);
	default:
		return -ENXIO;
	}
}

static const struct keel_device_ops vgic_ops = {
	.name = "kvm-arm-vgic-v3",
	.create = create,
	.destroy = destroy,
	.release = release,
	.set_attr = set_attr,
	.get_attr = get_attr,
	.has_attr = has_attr,
};

int keel_vgic_device_register(void)
{
	if (!keel_vgic_supported())
		return 0;
	return keel_devfd_register_type(KVM_DEV_TYPE_ARM_VGIC_V3, &vgic_ops);
}
